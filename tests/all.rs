//! All tests of Tenor, in one binary.

#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on ends so")]

#[path = "all/architecture.rs"]
mod architecture;
#[path = "all/batch.rs"]
mod batch;
#[path = "all/calendars.rs"]
mod calendars;
#[path = "all/changed.rs"]
mod changed;
#[path = "all/commands.rs"]
mod commands;
#[path = "all/compare.rs"]
mod compare;
#[path = "all/decimal.rs"]
mod decimal;
#[path = "all/diff.rs"]
mod diff;
#[path = "all/docs.rs"]
mod docs;
#[path = "all/editor.rs"]
mod editor;
#[path = "all/embed.rs"]
mod embed;
#[path = "all/ending.rs"]
mod ending;
#[path = "all/exact.rs"]
mod exact;
#[path = "all/examples.rs"]
mod examples;
#[path = "all/expand.rs"]
mod expand;
#[path = "all/fields.rs"]
mod fields;
#[path = "all/files.rs"]
mod files;
#[path = "all/growth.rs"]
mod growth;
#[path = "all/html.rs"]
mod html;
#[path = "all/laws.rs"]
mod laws;
#[path = "all/layout.rs"]
mod layout;
#[path = "all/library.rs"]
mod library;
#[path = "all/line.rs"]
mod line;
#[path = "all/live.rs"]
mod live;
#[cfg(feature = "lsp")]
#[path = "all/lsp.rs"]
mod lsp;
#[path = "all/messages.rs"]
mod messages;
#[path = "all/model.rs"]
mod model;
#[path = "all/mutation.rs"]
mod mutation;
#[path = "all/new.rs"]
mod new;
#[path = "all/paper.rs"]
mod paper;
#[path = "all/readme.rs"]
mod readme;
#[path = "all/reckon.rs"]
mod reckon;
#[path = "all/reject.rs"]
mod reject;
#[path = "all/scenario.rs"]
mod scenario;
#[path = "all/schema.rs"]
mod schema;
#[path = "all/sheet.rs"]
mod sheet;
#[path = "all/solve.rs"]
mod solve;
#[path = "all/sweep.rs"]
mod sweep;
#[path = "all/tables.rs"]
mod tables;
#[path = "all/tenor.rs"]
mod tenor;
#[path = "all/testing.rs"]
mod testing;
#[path = "all/variants.rs"]
mod variants;
#[path = "all/verify.rs"]
mod verify;
#[path = "all/workbook.rs"]
mod workbook;
