// symkl in Visual Studio Code: what `symkl lsp` says, shown by the editor's own means. No package of others is needed.
"use strict";

const vscode = require("vscode");
const { Connection } = require("./connection.js");

const LANGUAGES = ["markdown", "latex", "tex", "restructuredtext", "org"];
const SEVERITIES = [undefined, 0, 1, 2, 3]; // the protocol counts from 1, the editor from 0

let server; // the connection, once the server has told what it can
let diagnostics;

const range = (at) => new vscode.Range(at.start.line, at.start.character, at.end.line, at.end.character);
const place = (document, position) => ({ textDocument: { uri: document.uri.toString() }, position });
const ours = (document) => LANGUAGES.includes(document.languageId) && ["file", "untitled"].includes(document.uri.scheme);

function shown(each) {
  const made = new vscode.Diagnostic(range(each.range), each.message, SEVERITIES[each.severity]);
  made.source = each.source;
  made.code = each.code;
  return made;
}

async function start() {
  const command = vscode.workspace.getConfiguration("symkl").get("command");
  const connection = new Connection(
    command,
    (method, params) => {
      if (method === "textDocument/publishDiagnostics") {
        diagnostics.set(vscode.Uri.parse(params.uri), params.diagnostics.map(shown));
      }
    },
    (error) => {
      if (server === connection) server = undefined;
      if (error.code === "ENOENT") {
        vscode.window.showErrorMessage(`symkl: ${command[0]} was not found; pip install 'symkl[lsp]', or set symkl.command`);
      }
    },
  );
  await connection.request("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
  connection.notify("initialized", {});
  server = connection;
  vscode.workspace.textDocuments.forEach(open);
}

function open(document) {
  if (!server || !ours(document)) return;
  const { uri, languageId, version } = document;
  server.notify("textDocument/didOpen", {
    textDocument: { uri: uri.toString(), languageId, version, text: document.getText() },
  });
}

function change({ document, contentChanges }) {
  if (!server || !ours(document) || !contentChanges.length) return;
  server.notify("textDocument/didChange", {
    textDocument: { uri: document.uri.toString(), version: document.version },
    contentChanges: [{ text: document.getText() }],
  });
}

function save(document) {
  if (server && ours(document)) server.notify("textDocument/didSave", { textDocument: { uri: document.uri.toString() } });
}

function close(document) {
  if (server && ours(document)) server.notify("textDocument/didClose", { textDocument: { uri: document.uri.toString() } });
}

const asked = (method, params) => (server ? server.request(method, params).catch(() => null) : null);

const hovers = {
  async provideHover(document, position) {
    const found = await asked("textDocument/hover", place(document, position));
    return found && new vscode.Hover(new vscode.MarkdownString(found.contents.value), range(found.range));
  },
};

const actions = {
  async provideCodeActions(document, at) {
    const { uri } = place(document, at.start).textDocument;
    const found = await asked("textDocument/codeAction", {
      textDocument: { uri },
      range: { start: at.start, end: at.end },
      context: { diagnostics: [] },
    });
    return (found || []).map((each) => {
      const made = new vscode.CodeAction(each.title, vscode.CodeActionKind.QuickFix);
      made.edit = new vscode.WorkspaceEdit();
      for (const edit of each.edit.changes[uri]) made.edit.replace(document.uri, range(edit.range), edit.newText);
      made.diagnostics = (each.diagnostics || []).map(shown);
      made.isPreferred = each.isPreferred;
      return made;
    });
  },
};

const outlines = {
  async provideDocumentSymbols(document) {
    const found = await asked("textDocument/documentSymbol", { textDocument: { uri: document.uri.toString() } });
    return (found || []).map(
      (each) =>
        new vscode.DocumentSymbol(each.name, each.detail, each.kind - 1, range(each.range), range(each.selectionRange)),
    );
  },
};

const definitions = {
  async provideDefinition(document, position) {
    const found = await asked("textDocument/definition", place(document, position));
    return found && new vscode.Location(vscode.Uri.parse(found.uri), range(found.range));
  },
};

const hints = {
  async provideInlayHints(document, at) {
    const found = await asked("textDocument/inlayHint", {
      textDocument: { uri: document.uri.toString() },
      range: { start: at.start, end: at.end },
    });
    return (found || []).map((each) => {
      const made = new vscode.InlayHint(new vscode.Position(each.position.line, each.position.character), each.label);
      made.tooltip = each.tooltip;
      return made;
    });
  },
};

async function activate(context) {
  diagnostics = vscode.languages.createDiagnosticCollection("symkl");
  const { languages, workspace } = vscode;
  context.subscriptions.push(
    diagnostics,
    workspace.onDidOpenTextDocument(open),
    workspace.onDidChangeTextDocument(change),
    workspace.onDidSaveTextDocument(save),
    workspace.onDidCloseTextDocument(close),
    languages.registerHoverProvider(LANGUAGES, hovers),
    languages.registerCodeActionsProvider(LANGUAGES, actions),
    languages.registerDocumentSymbolProvider(LANGUAGES, outlines),
    languages.registerDefinitionProvider(LANGUAGES, definitions),
    languages.registerInlayHintsProvider(LANGUAGES, hints),
    vscode.commands.registerCommand("symkl.restart", async () => {
      await deactivate();
      await start().catch(() => undefined);
    }),
  );
  await start().catch(() => undefined); // what is wrong has been said
}

async function deactivate() {
  const connection = server;
  server = undefined;
  if (diagnostics) diagnostics.clear();
  if (connection) await connection.stop();
}

module.exports = { activate, deactivate };
