//! Streams and results that are packed by gzip or Zstandard: what is read by its first bytes, what is written by its name.

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

/// How files begin that gzip and Zstandard have packed.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTANDARD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The name of a stream without what says how it is packed.
pub(super) fn plain(name: &str) -> &str {
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name)
}

/// A stream, unpacked where it is packed: its first bytes say so, whatever it is called.
pub(super) fn unpacked(mut input: Box<dyn BufRead>) -> io::Result<Box<dyn BufRead>> {
    let start = input.fill_buf()?;
    if start.starts_with(&GZIP) {
        return Ok(buffered(flate2::bufread::MultiGzDecoder::new(input)));
    }
    if start.starts_with(&ZSTANDARD) {
        return Ok(buffered(Frames { input, decoder: FrameDecoder::new(), open: false }));
    }
    Ok(input)
}

fn buffered(input: impl Read + 'static) -> Box<dyn BufRead> {
    Box::new(BufReader::with_capacity(1 << 16, input))
}

/// The frames of Zstandard, one after the other.
struct Frames {
    input: Box<dyn BufRead>,
    decoder: FrameDecoder,
    /// Whether a frame has begun and is not over.
    open: bool,
}

impl Frames {
    /// Begins the next frame; whether there is one.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.input.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.input) {
                Ok(()) => {
                    self.open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    if io::copy(&mut (&mut self.input).take(length), &mut io::sink())? < length {
                        return Err(broken("it ends in the middle"));
                    }
                }
                Err(e) => return Err(broken(&e.to_string())),
            }
        }
        Ok(false)
    }

    /// Ends a frame: what came out of it must be what went in.
    fn end(&mut self) -> io::Result<()> {
        self.open = false;
        match self.decoder.get_checksum_from_data() {
            Some(sum) if self.decoder.get_calculated_checksum() != Some(sum) => Err(broken("its checksum differs")),
            _ => Ok(()),
        }
    }
}

impl Read for Frames {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        while self.open || self.begin()? {
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|e| broken(&e.to_string()))?;
            }
            let read = self.decoder.read(into)?;
            if read > 0 {
                return Ok(read);
            }
            self.end()?;
        }
        Ok(0)
    }
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("what Zstandard packed is broken: {why}"))
}

/// Writes what is written to a file as its name says: packed where it ends in `.gz` or `.zst`.
pub(super) fn written(name: &Path, to: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let ends = |ending: &str| name.extension().is_some_and(|e| e == ending);
    if ends("gz") {
        // no name and no time of its own: the same result has the same bytes
        let mut packed = flate2::write::GzEncoder::new(to, flate2::Compression::default());
        through(&mut packed, write)?;
        packed.finish().map(drop)
    } else if ends("zst") {
        let mut packed = Packed { to, held: Vec::new(), any: false };
        through(&mut packed, write)?;
        packed.finish()
    } else {
        through(to, write)
    }
}

/// Writes through a buffer.
pub(super) fn through(to: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, to);
    write(&mut out)?;
    out.flush()
}

/// How many bytes make a frame.
const FRAME: usize = 4 << 20;

/// Packs what is written, a frame for so many bytes.
struct Packed<W> {
    to: W,
    held: Vec<u8>,
    /// Whether a frame has been written: a packed file of nothing has one too.
    any: bool,
}

impl<W: Write> Packed<W> {
    fn frame(&mut self) -> io::Result<()> {
        let packed = compress_to_vec(self.held.as_slice(), CompressionLevel::Fastest);
        self.to.write_all(&packed)?;
        self.held.clear();
        self.any = true;
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        if !self.held.is_empty() || !self.any {
            self.frame()?;
        }
        self.to.flush()
    }
}

impl<W: Write> Write for Packed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= FRAME {
            self.frame()?;
        }
        Ok(bytes.len())
    }

    // a frame is ended by its size alone: the same result has the same bytes
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
