// Starts `tenor lsp` and hands the editor's questions to it.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const command = vscode.workspace.getConfiguration("tenor").get("command");
  client = new LanguageClient(
    "tenor",
    "Tenor",
    { command, args: ["lsp"] },
    { documentSelector: [{ scheme: "file", language: "tenor" }] },
  );
  return client.start().catch((why) => {
    vscode.window.showErrorMessage(`Tenor: \`${command} lsp\` does not start: ${why}. Name the program in the setting tenor.command.`);
  });
};

exports.deactivate = () => client && client.stop();
