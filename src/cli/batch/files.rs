//! The files of a night run, by their names from the folder of its manifest.

use crate::batch::Trouble;
use crate::batch::id::Read as Digest;
use crate::check::Reader;
use crate::cli::terms::{Files, why};
use crate::event::Format;
use crate::report::receipt::Sum;
use globset::GlobBuilder;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// The files of a path or a pattern, by their names from a folder, in order.
pub(super) fn find(base: &Path, pattern: &str) -> Result<Vec<String>, Trouble> {
    let is_pattern = |part: &str| part.contains(['*', '?', '[', '{']);
    if !is_pattern(pattern) {
        let path = base.join(pattern);
        if path.is_file() {
            return Ok(vec![pattern.to_owned()]);
        }
        let why = if path.is_dir() { "it is a folder" } else { "there is no such file" };
        let help = if path.is_dir() { format!("write `{pattern}/*` for the files in it") } else { "correct the path".to_owned() };
        return Err(Trouble::new("batch::missing", format!("`{}` cannot be read: {why}", path.display()), help));
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let glob = glob.map_err(|e| {
        Trouble::new("batch::pattern", format!("`{pattern}` is no pattern: {}", e.kind()), "write `*` for any text")
    })?;
    let glob = glob.compile_matcher();
    let fixed: Vec<&str> = pattern.split('/').take_while(|part| !is_pattern(part)).collect();
    let start = fixed.join("/");
    let root = base.join(&start);
    let root = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root };
    let mut out = Vec::new();
    for entry in WalkDir::new(&root).follow_links(true).into_iter().flatten().filter(|e| e.file_type().is_file()) {
        let Ok(rest) = entry.path().strip_prefix(&root) else { continue };
        let rest = rest.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/");
        let name = if fixed.is_empty() { rest } else { format!("{start}/{rest}") };
        if glob.is_match(&name) {
            out.push(name);
        }
    }
    out.sort();
    if out.is_empty() {
        let text = format!("no file is like `{}`", base.join(pattern).display());
        return Err(Trouble::new("batch::missing", text, "correct the pattern: it begins in the folder of the manifest"));
    }
    Ok(out)
}

/// All of a file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| format!("`{}` cannot be read: {}", path.display(), why(path, &e)))
}

/// The digest of a file.
pub(super) fn digest(base: &Path, role: &str, name: &str) -> Result<Digest, Trouble> {
    let path = base.join(name);
    let sum = || -> std::io::Result<(usize, String)> {
        let mut file = BufReader::with_capacity(1 << 16, std::fs::File::open(&path)?);
        let mut sum = Sum::default();
        loop {
            let read = file.fill_buf()?;
            if read.is_empty() {
                return Ok(sum.done());
            }
            let count = read.len();
            sum.add(read);
            file.consume(count);
        }
    };
    let (bytes, sha256) = sum().map_err(|e| {
        Trouble::new("batch::missing", format!("`{}` cannot be read: {}", path.display(), why(&path, &e)), "correct the path")
    })?;
    Ok(Digest { role: role.to_owned(), name: name.to_owned(), bytes: u64::try_from(bytes).unwrap_or(u64::MAX), sha256 })
}

/// Bytes as they stand in a file, unpacked where they are packed, with their format by its name or its beginning.
pub(super) fn unpacked(name: &str, bytes: Vec<u8>) -> (Box<dyn BufRead>, Format) {
    let mut input: Box<dyn BufRead> = Box::new(std::io::Cursor::new(bytes));
    let is_packed = input.fill_buf().is_ok_and(|start| start.starts_with(&[0x1f, 0x8b]));
    if is_packed {
        input = Box::new(BufReader::with_capacity(1 << 16, flate2::bufread::MultiGzDecoder::new(input)));
    }
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    let format = Format::of_name(plain).unwrap_or_else(|| Format::of_text(input.fill_buf().unwrap_or_default()));
    (input, format)
}

/// The text of a packed file.
pub(super) fn gunzip(bytes: &[u8]) -> Option<String> {
    let mut out = String::new();
    flate2::bufread::GzDecoder::new(bytes).read_to_string(&mut out).ok().map(|_| out)
}

/// A reader of terms that keeps in mind what it read.
pub(super) struct Kept<'b> {
    base: &'b Path,
    pub read: RefCell<Vec<Digest>>,
}

impl<'b> Kept<'b> {
    pub(super) fn new(base: &'b Path) -> Self {
        Self { base, read: RefCell::default() }
    }
}

impl Reader for Kept<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        let text = Files.read(path)?;
        let name = relative(self.base, path);
        let mut read = self.read.borrow_mut();
        if !read.iter().any(|d| d.name == name) {
            let role = if read.is_empty() { "terms" } else { "read by the terms" };
            read.push(Digest::new(role, &name, text.as_bytes()));
        }
        Ok(text)
    }
}

/// A path from a folder, where both begin at the same place.
pub(super) fn relative(base: &Path, path: &Path) -> String {
    let parts = |p: &Path| -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for part in p.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if out.last().is_some_and(|l| l != ".." && l != "/") => drop(out.pop()),
                other => out.push(other.as_os_str().to_string_lossy().into_owned()),
            }
        }
        out
    };
    let (base, path) = (parts(base), parts(path));
    if path.first().is_some_and(|p| p == "/") && base.first().is_none_or(|b| b != "/") {
        return PathBuf::from_iter(path).display().to_string();
    }
    let shared = base.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = base.iter().skip(shared).map(|_| "..".to_owned());
    up.chain(path.iter().skip(shared).cloned()).collect::<Vec<_>>().join("/")
}
