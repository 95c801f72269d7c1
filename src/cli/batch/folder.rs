//! The folder of a run: its lock, its log, what came of each job.

use super::files;
use crate::batch::id::sha256;
use crate::batch::log::{self, Line, Log, Start};
use crate::batch::part::Part;
use crate::cli::{End, diagnose};
use fs4::FileExt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The files of a run.
pub(super) struct Folder {
    pub path: PathBuf,
}

/// The lock of a folder: held as long as it lives.
pub(super) struct Lock {
    _file: File,
    path: PathBuf,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// A file of it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn part(&self, key: &str) -> PathBuf {
        self.path.join("parts").join(format!("{key}.gz"))
    }

    /// Makes the folder, locks it, and clears away what an earlier writer left unfinished.
    pub(super) fn lock(&self) -> Result<Lock, End> {
        std::fs::create_dir_all(self.path.join("parts")).map_err(|e| self.failed(&e))?;
        let path = self.file("lock");
        loop {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(&path)
                .map_err(|e| self.failed(&e))?;
            match FileExt::try_lock(&file) {
                Ok(()) => {}
                Err(fs4::TryLockError::WouldBlock) => {
                    let pid = std::fs::read_to_string(&path).unwrap_or_default();
                    let text = format!("another run is at work in `{}`: process {}", self.path.display(), pid.trim());
                    diagnose::message("batch::locked", &text, "wait for it, or name another folder with `--output`");
                    return Err(End::Interrupted);
                }
                Err(fs4::TryLockError::Error(e)) => return Err(self.failed(&e)),
            }
            // who held it before may have taken the file away: then it locks nobody out
            if !is_there(&file, &path) {
                continue;
            }
            let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).and_then(|()| file.flush());
            let lock = Lock { _file: file, path };
            written.map_err(|e| self.failed(&e))?;
            self.clear();
            return Ok(lock);
        }
    }

    /// Removes what was not finished.
    fn clear(&self) {
        for folder in [self.path.clone(), self.path.join("parts")] {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().extension().is_some_and(|e| e == "part") {
                    let _ = std::fs::remove_file(entry.path());
                }
            }
        }
    }

    /// The log as far as it was written.
    pub(super) fn log(&self) -> Log {
        std::fs::read(self.file("jobs.jsonl")).map(|bytes| log::read(&bytes)).unwrap_or_default()
    }

    /// The log, to be added to: a line that was cut off is taken away.
    pub(super) fn append(&self, known: &Log, start: &Start) -> Result<File, End> {
        let open = || -> io::Result<File> {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(self.file("jobs.jsonl"))?;
            file.set_len(u64::try_from(known.whole).unwrap_or(u64::MAX))?;
            let mut file = OpenOptions::new().append(true).open(self.file("jobs.jsonl"))?;
            add(&mut file, start)?;
            Ok(file)
        };
        open().map_err(|e| self.failed(&e))
    }

    /// What came of a job, as it was written; none where it is not what the log says.
    pub(super) fn read(&self, line: &Line) -> Option<String> {
        let text = files::gunzip(&std::fs::read(self.part(&line.key)).ok()?)?;
        (sha256(text.as_bytes()) == line.result).then_some(text)
    }

    /// What came of a job, as its file has it.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        files::gunzip(&std::fs::read(self.part(key)).ok()?)
    }

    /// The first line of what came of a job.
    pub(super) fn head(&self, key: &str) -> Option<Part> {
        Part::read(&self.text(key)?).map(|(part, _)| part)
    }

    /// Writes what came of a job: whole or not at all.
    pub(super) fn write(&self, key: &str, text: &str) -> Result<(), End> {
        let path = self.part(key);
        let unfinished = path.with_extension("gz.part");
        let write = || -> io::Result<()> {
            let mut out = flate2::write::GzEncoder::new(File::create(&unfinished)?, flate2::Compression::fast());
            out.write_all(text.as_bytes())?;
            out.finish()?.flush()?;
            std::fs::rename(&unfinished, &path)
        };
        write().map_err(|e| self.failed(&e))
    }

    /// Forgets what came of jobs that are not among these.
    pub(super) fn keep(&self, keys: &dyn Fn(&str) -> bool) {
        for entry in std::fs::read_dir(self.path.join("parts")).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.strip_suffix(".gz").is_some_and(|key| !keys(key)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Tells that something cannot be read or written.
    pub(super) fn failed(&self, e: &io::Error) -> End {
        let text = format!("`{}` cannot be written: {}", self.path.display(), crate::cli::terms::why(&self.path, e));
        diagnose::message("batch::output", &text, "make room, or name another folder with `--output`; the same command goes on");
        End::Io
    }
}

/// Adds a line to a log.
pub(super) fn add(file: &mut File, line: &impl serde::Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    file.write_all(text.as_bytes())?;
    file.flush()
}

#[cfg(unix)]
fn is_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(a), Ok(b)) => a.dev() == b.dev() && a.ino() == b.ino(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_there(_: &File, path: &Path) -> bool {
    path.exists()
}
