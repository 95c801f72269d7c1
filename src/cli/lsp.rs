//! `tenor lsp`: a language server on standard input and output, for editors.

mod place;
mod symbols;
mod workspace;

use super::{End, Outcome, output};
use clap::Args;
use lsp_server::{Connection, Message, Notification, Request, Response};
use serde_json::{Value as Json, json};
use workspace::Workspace;

/// `tenor lsp`
#[derive(Debug, Args)]
#[command(after_help = "An editor starts this by itself; it speaks the Language Server Protocol over standard input and output.

Examples:
  tenor lsp                      # what an editor is to be told to run for files that end with .terms")]
pub(crate) struct Lsp {
    /// Taken for the editors that say so; standard input and output are used in any case
    #[arg(long)]
    pub stdio: bool,
}

/// Serves until the editor says goodbye.
pub(super) fn lsp() -> Outcome {
    let (connection, threads) = Connection::stdio();
    let able = json!({
        "positionEncoding": "utf-16",
        "textDocumentSync": { "openClose": true, "change": 1, "save": true },
        "hoverProvider": true,
        "definitionProvider": true,
        "documentSymbolProvider": true,
        "documentFormattingProvider": true,
        "codeActionProvider": true,
        "codeLensProvider": { "resolveProvider": false },
        "completionProvider": { "triggerCharacters": [".", " "] },
    });
    let lost = |e: &dyn std::fmt::Display| {
        output::say(&format!("tenor: the editor cannot be understood: {e}"));
        End::Io
    };
    connection.initialize(able).map_err(|e| lost(&e))?;
    let mut workspace = Workspace::default();
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request).map_err(|e| lost(&e))? {
                    break;
                }
                let id = request.id.clone();
                let result = answer(&workspace, &request).unwrap_or(Json::Null);
                connection.sender.send(Message::Response(Response::new_ok(id, result))).map_err(|e| lost(&e))?;
            }
            Message::Notification(note) => {
                for told in heed(&mut workspace, &note) {
                    let note = Notification::new("textDocument/publishDiagnostics".to_owned(), told);
                    connection.sender.send(Message::Notification(note)).map_err(|e| lost(&e))?;
                }
            }
            Message::Response(_) => {}
        }
    }
    drop(connection);
    threads.join().map_err(|e| lost(&e))
}

/// What a request asks for.
fn answer(workspace: &Workspace, request: &Request) -> Option<Json> {
    let p = &request.params;
    let path = place::path(p.pointer("/textDocument/uri")?.as_str()?)?;
    let at = || place::position(p.get("position")?);
    match request.method.as_str() {
        "textDocument/hover" => symbols::hover(workspace, &path, at()?),
        "textDocument/definition" => symbols::definition(workspace, &path, at()?),
        "textDocument/completion" => symbols::completion(workspace, &path, at()?),
        "textDocument/documentSymbol" => symbols::outline(workspace, &path),
        "textDocument/formatting" => workspace.laid_out(&path),
        "textDocument/codeAction" => workspace.actions(&path, p),
        "textDocument/codeLens" => workspace.lenses(&path),
        _ => None,
    }
}

/// What follows from a change: the diagnostics of each file.
fn heed(workspace: &mut Workspace, note: &Notification) -> Vec<Json> {
    let p = &note.params;
    let Some(path) = p.pointer("/textDocument/uri").and_then(Json::as_str).and_then(place::path) else { return Vec::new() };
    let text = |pointer: &str| p.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
    match note.method.as_str() {
        "textDocument/didOpen" => workspace.open(path, text("/textDocument/text").unwrap_or_default()),
        "textDocument/didChange" => {
            let last = p.get("contentChanges").and_then(Json::as_array).and_then(|all| all.last()?.get("text")?.as_str());
            workspace.open(path, last.unwrap_or_default().to_owned());
        }
        "textDocument/didSave" => {}
        "textDocument/didClose" => workspace.close(&path),
        _ => return Vec::new(),
    }
    workspace.check()
}
