//! The files of a run, written from what came of its jobs, in one order: whole or not at all.

use super::book::Book;
use super::files;
use super::folder::Folder;
use super::load::Night;
use crate::batch::id::Read;
use crate::batch::part::{Gates, Part, REJECTS, Status};
use crate::batch::resolved::Resolved;
use crate::batch::select::Shard;
use crate::batch::summary::{self, Bad, Counts, Document, Output, Receipt};
use crate::batch::table::{Lines, Wholes};
use crate::cli::End;
use crate::report::receipt::EDITION;
use serde_json::Value as Json;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// What came of a job: the text of its part, and its digest.
pub(super) type Came<'c> = dyn Fn(usize) -> Option<(String, String)> + 'c;

/// What is known of a run besides what came of its jobs.
pub(super) struct About<'a> {
    pub run: &'a str,
    pub resolved: &'a Resolved,
    pub shard: Option<Shard>,
    /// How many jobs the manifest has.
    pub jobs: usize,
    pub files: Vec<Read>,
}

impl<'a> About<'a> {
    pub(super) fn of(night: &'a Night) -> Self {
        let resolved = &night.asked.resolved;
        Self { run: &night.id, resolved, shard: night.shard, jobs: night.count, files: night.files() }
    }
}

/// A table that is being written.
enum Sheet {
    Jsonl(BufWriter<File>),
    Csv(Box<csv::Writer<BufWriter<File>>>, Box<Lines>),
}

/// A table with its file.
struct Writing {
    table: String,
    file: String,
    rows: u64,
    sheet: Sheet,
}

/// Writes all files of a run; `count` jobs came to what `came` gives.
pub(super) fn all(folder: &Folder, about: &About<'_>, count: usize, came: &Came<'_>) -> Result<Document, End> {
    write(folder, about, count, came).map_err(|e| folder.failed(&e))
}

fn write(folder: &Folder, about: &About<'_>, count: usize, came: &Came<'_>) -> io::Result<Document> {
    let gone = || io::Error::other("what came of a job is gone");
    let mut wholes = Wholes::new(&about.resolved.tables);
    let (mut counts, mut gates, mut bad) = (Counts::default(), Gates::default(), Vec::new());
    let mut receipts = beside(folder, "receipts.jsonl")?;
    for n in 0..count {
        let (text, result) = came(n).ok_or_else(gone)?;
        let (part, _) = Part::read(&text).ok_or_else(gone)?;
        wholes.add(&part);
        counts.add(part.status);
        gates.add(&part.gates);
        serde_json::to_writer(&mut receipts, &Receipt::new(&part, &result))?;
        receipts.write_all(b"\n")?;
        if part.status != Status::Ok {
            bad.push(told(part));
        }
    }
    let mut writings = Vec::new();
    for table in &wholes.tables {
        for format in &about.resolved.formats {
            writings.extend(begin(folder, table, format)?);
        }
    }
    let mut book = about.resolved.formats.iter().any(|f| f == "xlsx").then(|| Book::new(&wholes)).transpose()?;
    let mut rejects = beside(folder, "rejects.jsonl")?;
    let mut rejected = 0;
    for n in 0..count {
        let (text, _) = came(n).ok_or_else(gone)?;
        let (_, rows) = Part::read(&text).ok_or_else(gone)?;
        for (table, row) in rows {
            if table == REJECTS {
                rejected += 1;
                writeln!(rejects, "{row}")?;
                continue;
            }
            let mut parsed: Option<Json> = None;
            for writing in writings.iter_mut().filter(|w| w.table == table) {
                writing.row(row, &mut parsed)?;
            }
            if let Some(book) = &mut book {
                book.row(table, row)?;
            }
        }
    }
    let mut outputs: Vec<Output> = Vec::new();
    for writing in writings {
        outputs.push(writing.end(folder)?);
    }
    if let Some(book) = book {
        let rows = book.count();
        let mut out = beside(folder, "tables.xlsx")?;
        out.write_all(&book.bytes(about.run)?)?;
        outputs.push(end(folder, "tables.xlsx", out, rows)?);
    }
    outputs.push(end(folder, "receipts.jsonl", receipts, u64::try_from(count).unwrap_or(u64::MAX))?);
    outputs.push(end(folder, "rejects.jsonl", rejects, rejected)?);
    let closed = about.resolved.fail_on.iter().filter(|g| gates.count(g) > 0).cloned().collect();
    let mut document = Document {
        schema: summary::SCHEMA.to_owned(),
        run: about.run.to_owned(),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        edition: EDITION,
        shard: about.shard,
        manifest: about.resolved.clone(),
        jobs: u64::try_from(about.jobs).unwrap_or(u64::MAX),
        counts,
        gates,
        closed,
        files: about.files.clone(),
        outputs,
    };
    let mut text = beside(folder, "summary.md")?;
    text.write_all(summary::markdown(&document, &bad).as_bytes())?;
    document.outputs.push(end(folder, "summary.md", text, 0)?);
    let mut run = beside(folder, "run.json")?;
    serde_json::to_writer_pretty(&mut run, &document)?;
    run.write_all(b"\n")?;
    end(folder, "run.json", run, 0)?;
    place(folder, &document)?;
    Ok(document)
}

/// Puts all files in their places. While that is going on there is no `run.json`: a run without one is not finished.
fn place(folder: &Folder, document: &Document) -> io::Result<()> {
    let before = read(folder);
    match std::fs::remove_file(folder.file("run.json")) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    for output in before.iter().flat_map(|d| &d.outputs).filter(|o| !document.outputs.iter().any(|n| n.name == o.name)) {
        let _ = std::fs::remove_file(folder.file(&output.name));
    }
    for output in &document.outputs {
        std::fs::rename(folder.file(&format!("{}.part", output.name)), folder.file(&output.name))?;
    }
    std::fs::rename(folder.file("run.json.part"), folder.file("run.json"))?;
    // the names are as safe as the files where the folder can be synced
    let _ = File::open(&folder.path).and_then(|f| f.sync_all());
    Ok(())
}

/// The document of a run that is finished.
pub(super) fn read(folder: &Folder) -> Option<Document> {
    let document: Document = serde_json::from_slice(&std::fs::read(folder.file("run.json")).ok()?).ok()?;
    (document.schema == summary::SCHEMA).then_some(document)
}

/// The receipts of a run.
pub(super) fn receipts(folder: &Folder) -> Vec<Receipt> {
    let text = std::fs::read_to_string(folder.file("receipts.jsonl")).unwrap_or_default();
    text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect()
}

/// Whether the files of a run are those it wrote.
pub(super) fn is_untouched(folder: &Folder, document: &Document) -> bool {
    document.outputs.iter().all(|o| files::digest(&folder.path, "", &o.name).is_ok_and(|d| d.sha256 == o.sha256))
}

fn told(part: Part) -> Bad {
    let name = part.name();
    Bad { name, status: part.status.word().to_owned(), reason: part.reason, code: part.code, place: part.place }
}

fn beside(folder: &Folder, name: &str) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 16, File::create(folder.file(&format!("{name}.part")))?))
}

fn end(folder: &Folder, name: &str, out: BufWriter<File>, rows: u64) -> io::Result<Output> {
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    digest(folder, name, rows)
}

/// What is known of a file that is written.
fn digest(folder: &Folder, name: &str, rows: u64) -> io::Result<Output> {
    let read = files::digest(Path::new(&folder.path), "", &format!("{name}.part")).map_err(|t| io::Error::other(t.text))?;
    Ok(Output { name: name.to_owned(), rows, bytes: read.bytes, sha256: read.sha256 })
}

fn begin(folder: &Folder, table: &crate::batch::table::Whole, format: &str) -> io::Result<Option<Writing>> {
    let file = format!("{}.{format}", table.name);
    let sheet = match format {
        "jsonl" => Sheet::Jsonl(beside(folder, &file)?),
        "csv" => {
            let lines = table.lines();
            let mut out = csv::Writer::from_writer(beside(folder, &file)?);
            out.write_record(lines.head())?;
            Sheet::Csv(Box::new(out), Box::new(lines))
        }
        _ => return Ok(None),
    };
    Ok(Some(Writing { table: table.name.clone(), file, rows: 0, sheet }))
}

impl Writing {
    fn row(&mut self, text: &str, parsed: &mut Option<Json>) -> io::Result<()> {
        self.rows += 1;
        match &mut self.sheet {
            Sheet::Jsonl(out) => writeln!(out, "{text}"),
            Sheet::Csv(out, lines) => {
                if parsed.is_none() {
                    *parsed = Some(serde_json::from_str(text)?);
                }
                let cells = parsed.as_ref().and_then(|row| lines.cells(row));
                let cells = cells.ok_or_else(|| io::Error::other("a row has a column that its table does not have"))?;
                Ok(out.write_record(cells)?)
            }
        }
    }

    fn end(self, folder: &Folder) -> io::Result<Output> {
        let out = match self.sheet {
            Sheet::Jsonl(out) => out,
            Sheet::Csv(out, _) => out.into_inner().map_err(|e| io::Error::other(e.error().to_string()))?,
        };
        end(folder, &self.file, out, self.rows)
    }
}
