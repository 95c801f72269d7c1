//! Several streams as one: by date, and on one day in the order in which the streams are named.

use crate::event::{Batch, Failed, Format, Head, Problem, Schema, Stream};
use crate::intern::Interner;
use std::io::BufRead;

/// Where a record stands: the stream, its line there, its number there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct At {
    /// The stream, among all.
    pub source: usize,
    /// The line.
    pub line: u64,
    /// The number of the record in its stream, from 1.
    pub number: u32,
}

/// What comes next.
pub enum Next {
    /// A record.
    Record(Head, Batch, At),
    /// One that cannot be read.
    Bad(Problem, At),
    /// A stream cannot be read further.
    Io(usize, std::io::Error),
    /// All streams are at their end.
    End,
}

/// A stream with the record it is at.
struct Source<'s> {
    stream: Option<Stream<Box<dyn BufRead + 's>>>,
    at: Option<(Head, Batch, At)>,
    bad: Option<Failed>,
}

/// Streams as one.
pub struct Feed<'s> {
    sources: Vec<Source<'s>>,
}

impl<'s> Feed<'s> {
    /// The streams, in order.
    #[must_use]
    pub fn new(streams: Vec<(Box<dyn BufRead + 's>, Format)>, known_on: Option<i64>) -> Self {
        let source = |(input, format)| match Stream::new(input, format, known_on) {
            Ok(stream) => Source { stream: Some(stream), at: None, bad: None },
            Err(failed) => Source { stream: None, at: None, bad: Some(failed) },
        };
        Self { sources: streams.into_iter().map(source).collect() }
    }

    /// The next record of all.
    pub fn next(&mut self, schema: &mut Schema<'_>, texts: &mut Interner) -> Next {
        for (n, source) in self.sources.iter_mut().enumerate() {
            let failed = source.bad.take().or_else(|| source.read(n, schema, texts));
            match failed {
                None => {}
                Some(Failed::Io(e)) => return Next::Io(n, e),
                Some(Failed::Record(p)) => {
                    let at = At { source: n, line: p.place.line.unwrap_or(0), number: p.place.number };
                    return Next::Bad(*p, at);
                }
            }
        }
        let day = |s: &Source<'_>| s.at.as_ref().map(|(head, ..)| head.day);
        let first = self.sources.iter_mut().filter(|s| s.at.is_some()).min_by_key(|s| day(s));
        first.and_then(|s| s.at.take()).map_or(Next::End, |(head, batch, at)| Next::Record(head, batch, at))
    }
}

impl Source<'_> {
    /// Reads its next record, where none waits.
    fn read(&mut self, n: usize, schema: &mut Schema<'_>, texts: &mut Interner) -> Option<Failed> {
        if self.at.is_some() {
            return None;
        }
        let mut batch = Batch::default();
        match self.stream.as_mut()?.next(schema, texts, &mut batch) {
            Ok(Some((head, place))) => {
                let at = At { source: n, line: place.line.unwrap_or(0), number: head.number };
                self.at = Some((head, batch, at));
                None
            }
            Ok(None) => {
                self.stream = None;
                None
            }
            Err(failed) => Some(failed),
        }
    }
}

/// The texts of some records of a stream, by their numbers there.
#[must_use]
pub fn texts(input: Box<dyn BufRead + '_>, format: Format, schema: &mut Schema<'_>, wanted: &[u32]) -> Vec<(u32, String)> {
    let mut out = Vec::new();
    let (mut texts, mut batch) = (Interner::default(), Batch::default());
    let Ok(mut stream) = Stream::new(input, format, None) else { return out };
    while out.len() < wanted.len() {
        let number = match stream.next(schema, &mut texts, &mut batch) {
            Ok(Some((head, _))) => head.number,
            Err(Failed::Record(p)) => p.place.number,
            Ok(None) | Err(Failed::Io(_)) => break,
        };
        if wanted.contains(&number) {
            out.push((number, stream.text()));
        }
    }
    out
}
