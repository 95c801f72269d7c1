//! A result in one of the formats that are text, written where it belongs.

use super::args::{Format, RunFormat};
use super::output::{self, Output};
use super::{End, Outcome, diagnose, inputs, table};
use crate::report::csv::{Table, Tables, cells};
use crate::report::ending::Ending;
use crate::report::json::signed;
use crate::report::receipt::Receipt;
use crate::report::{Document, visible};
use clap::Args;
use serde_json::Value as Json;
use std::path::Path;

/// Where a result that has tables is written, and which of them.
#[derive(Debug, Clone, Args)]
pub(crate) struct Tabled {
    #[command(flatten)]
    pub to: Output,
    /// Of the tables of `--format csv` only this one, such as `adjustments`
    #[arg(long, value_name = "NAME")]
    pub section: Option<String>,
}

impl Tabled {
    /// The file; none for standard output.
    pub(super) fn file(&self) -> Option<&Path> {
        self.to.file()
    }

    /// `--section` and a folder are for tables only.
    pub(super) fn only_for_tables(&self, is_csv: bool) -> Outcome {
        if self.section.is_some() && !is_csv {
            diagnose::message("usage::section", "`--section` chooses a table, and these are none", "add `--format csv`");
            return Err(End::Usage);
        }
        Ok(())
    }

    /// The folder for a file for each table, where the output is one.
    fn folder(&self) -> Option<&Path> {
        let named = |p: &Path| p.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
        self.file().filter(|p| self.section.is_none() && (p.is_dir() || named(p)))
    }
}

/// Formats that are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    Md,
    Csv,
    Json,
}

impl From<Format> for Form {
    fn from(f: Format) -> Self {
        match f {
            Format::Table => Self::Table,
            Format::Md => Self::Md,
            Format::Csv => Self::Csv,
            Format::Json => Self::Json,
        }
    }
}

impl Form {
    /// That of a format; none where it is no text.
    pub(super) const fn of(f: RunFormat) -> Option<Self> {
        match f {
            RunFormat::Table => Some(Self::Table),
            RunFormat::Md => Some(Self::Md),
            RunFormat::Csv => Some(Self::Csv),
            RunFormat::Json => Some(Self::Json),
            RunFormat::Html | RunFormat::Xlsx => None,
        }
    }
}

/// A result of a command: what it is called, how its stream ended, what it was computed from.
pub(super) struct Result<'r> {
    pub schema: &'static str,
    pub ending: &'r Ending,
    pub receipt: &'r Receipt,
}

impl Result<'_> {
    /// Writes it in a form: as a document for readers, or as JSON and the tables of it.
    pub(super) fn write(
        &self,
        form: Form,
        to: &Tabled,
        document: impl FnOnce() -> Document,
        json: impl FnOnce() -> Json,
    ) -> Outcome {
        match form {
            Form::Table | Form::Md => {
                let mut document = document();
                self.ending.head(&mut document);
                let text = if form == Form::Md { table::markdown(&document) } else { table::table(&document) };
                output::text_to(to.file(), &text)
            }
            Form::Json => output::json_to(to.file(), &signed(self.schema, json(), self.ending, self.receipt)),
            Form::Csv => {
                let all = Tables::of(self.schema, &signed(self.schema, json(), self.ending, self.receipt));
                tables(&all, to, self.receipt)
            }
        }
    }
}

/// Writes tables: all in one file, one of them, or each to a file of a folder.
pub(super) fn tables(all: &[Table], to: &Tabled, receipt: &Receipt) -> Outcome {
    if let Some(name) = &to.section {
        let wanted = name.replace(' ', "_");
        let Some(table) = all.iter().find(|t| t.name == wanted) else {
            let known: Vec<&str> = all.iter().map(|t| t.name.as_str()).collect();
            let help = crate::check::nearest(&wanted, known.iter().copied())
                .map_or_else(|| format!("there are {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
            let text = format!("the result has no table `{}`", visible::visible(name));
            diagnose::message("usage::section", &text, &help);
            return Err(End::Usage);
        };
        return output::text_to(to.file(), &table.file());
    }
    let Some(folder) = to.folder() else { return output::text_to(to.file(), &cells(all)) };
    std::fs::create_dir_all(folder).map_err(|e| output::unwritten(folder, &e))?;
    let place = |t: &Table| folder.join(format!("{}.csv", t.name));
    for table in all {
        inputs::keep_files(&receipt.files, &place(table))?;
    }
    all.iter().try_for_each(|t| output::text_to(Some(&place(t)), &t.file()))
}
