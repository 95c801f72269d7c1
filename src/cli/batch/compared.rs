//! Two nights held against one another.

use super::args::Diff;
use super::folder::Folder;
use super::write;
use crate::batch::diff::{Side, document, json, moved};
use crate::batch::plan::Name;
use crate::batch::summary::{Document, Receipt};
use crate::cli::shown::{Form, Result as Shown};
use crate::cli::{End, Outcome, diagnose};
use crate::report::ending::Ending;
use crate::report::receipt::{self, Input};
use std::collections::BTreeMap;
use std::path::Path;

/// A night that is compared.
struct Night {
    folder: Folder,
    document: Document,
    receipts: BTreeMap<Name, Receipt>,
}

/// `tenor batch diff`
pub(super) fn diff(args: &Diff) -> Outcome {
    args.to.only_for_tables(Form::from(args.format) == Form::Csv)?;
    let (a, b) = (night(&args.before)?, night(&args.after)?);
    let mut names: Vec<&Name> = a.receipts.keys().chain(b.receipts.keys()).collect();
    names.sort();
    names.dedup();
    let event = b.document.manifest.event.as_str();
    let mut all = Vec::new();
    for name in names {
        let (x, y) = (a.receipts.get(name), b.receipts.get(name));
        if x.zip(y).is_some_and(|(x, y)| x.key == y.key && x.result == y.result) {
            continue;
        }
        all.extend(moved(name, &side(&a, x, event)?, &side(&b, y, event)?, event));
    }
    let (before, after) = (args.before.display().to_string(), args.after.display().to_string());
    let names = (before.as_str(), after.as_str());
    let input = |folder: &Folder| {
        let path = folder.file("run.json");
        std::fs::read(&path).map(|bytes| Input::new("run", &path.display().to_string(), &bytes)).unwrap_or_default()
    };
    let receipt = receipt::Receipt {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        files: vec![input(&a.folder), input(&b.folder)],
        ..receipt::Receipt::default()
    };
    let shown = Shown { schema: "batch-diff", ending: &Ending::default(), receipt: &receipt };
    shown.write(args.format.into(), &args.to, || document(names, &all), || json(names, &all))?;
    if all.is_empty() { Ok(()) } else { Err(End::Failed) }
}

fn night(path: &Path) -> Result<Night, End> {
    let folder = Folder::new(path.to_path_buf());
    let document = finished(&folder)?;
    let receipts = write::receipts(&folder).into_iter().map(|r| (r.name.clone(), r)).collect();
    Ok(Night { folder, document, receipts })
}

/// The document of a run that came to its end, or that it is none.
pub(super) fn finished(folder: &Folder) -> Result<Document, End> {
    write::read(folder).ok_or_else(|| {
        let text = format!("`{}` is no run that came to its end", folder.path.display());
        diagnose::message("batch::no-run", &text, "name the folder of a run that has a `run.json`");
        End::NoInput
    })
}

/// What came of a job in a night. A job that was not begun has nothing.
fn side(night: &Night, receipt: Option<&Receipt>, event: &str) -> Result<Side, End> {
    let Some(receipt) = receipt else { return Ok(Side::default()) };
    match night.folder.text(&receipt.key) {
        Some(text) => Ok(Side::read(&text, event)),
        None if receipt.status == crate::batch::part::Status::Skipped => Ok(Side::default()),
        None => {
            let text = format!("`{}`: what came of {} is gone", night.folder.path.display(), receipt.name.shown());
            diagnose::message("batch::no-run", &text, "run it again by `tenor batch run`");
            Err(End::NoInput)
        }
    }
}
