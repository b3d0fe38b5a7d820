// The extension with a stand-in for the editor: node vscode_session.js EXTENSION COMMAND... < text; prints what was shown.
"use strict";

const Module = require("node:module");
const fs = require("node:fs");

const [extension, ...command] = process.argv.slice(2);
const published = new Map();
const listeners = {};
const providers = {};
const messages = [];
const listen = (name) => (listener) => ((listeners[name] = listener), { dispose() {} });
const provide = (name) => (_, provider) => ((providers[name] = provider), { dispose() {} });

class Position { constructor(line, character) { Object.assign(this, { line, character }); } }
class Range { constructor(a, b, c, d) { this.start = new Position(a, b); this.end = new Position(c, d); } }
class Plain { constructor(...parts) { this.parts = parts; } }
class WorkspaceEdit { constructor() { this.edits = []; } replace(uri, range, text) { this.edits.push({ range, text }); } }

const uri = { toString: () => "file:///tmp/a%20b.md", scheme: "file" };
let text = fs.readFileSync(0, "utf8");
const document = { uri, languageId: "markdown", version: 1, getText: () => text };

const vscode = {
  Position, Range, WorkspaceEdit,
  Diagnostic: class { constructor(range, message, severity) { Object.assign(this, { range, message, severity }); } },
  Hover: Plain, MarkdownString: Plain, CodeAction: class { constructor(title, kind) { Object.assign(this, { title, kind }); } },
  DocumentSymbol: Plain, Location: Plain, InlayHint: Plain, CodeActionKind: { QuickFix: "quickfix" },
  Uri: { parse: (value) => ({ toString: () => value }) },
  workspace: {
    getConfiguration: () => ({ get: () => command }), textDocuments: [document],
    onDidOpenTextDocument: listen("open"), onDidChangeTextDocument: listen("change"), onDidSaveTextDocument: listen("save"),
    onDidCloseTextDocument: listen("close"),
  },
  languages: {
    createDiagnosticCollection: () => ({ set: (uri, found) => published.set(uri.toString(), found), clear: () => published.clear() }),
    registerHoverProvider: provide("hover"), registerCodeActionsProvider: provide("actions"),
    registerDocumentSymbolProvider: provide("outline"), registerDefinitionProvider: provide("definition"),
    registerInlayHintsProvider: provide("hints"),
  },
  commands: { registerCommand: (name, run) => ((listeners[name] = run), { dispose() {} }) },
  window: { showErrorMessage: (message) => messages.push(message) },
};
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));

const until = async (condition) => {
  for (let n = 0; n < 600 && !condition(); n++) await new Promise((resolve) => setTimeout(resolve, 50));
};
const diagnostics = () => published.get(uri.toString());

(async () => {
  const { activate, deactivate } = require(extension);
  await activate({ subscriptions: [] });
  if (messages.length) return console.log(JSON.stringify({ messages }));
  await until(() => diagnostics());
  const [first] = diagnostics();
  const everything = new Range(0, 0, 100, 0);
  const told = {
    first,
    hover: await providers.hover.provideHover(document, first.range.start),
    actions: await providers.actions.provideCodeActions(document, first.range),
    outline: await providers.outline.provideDocumentSymbols(document),
    definition: await providers.definition.provideDefinition(document, new Position(4, 3)),
    hints: await providers.hints.provideInlayHints(document, everything),
  };
  const { range, text: latex } = told.actions[0].edit.edits[0];
  const lines = text.split("\n");
  const line = lines[range.start.line];
  lines[range.start.line] = line.slice(0, range.start.character) + latex + line.slice(range.end.character);
  text = lines.join("\n");
  document.version = 2;
  listeners.change({ document, contentChanges: [{}] });
  await until(() => diagnostics().length === 0);
  told.after = diagnostics();
  await listeners["symkl.restart"]();
  await until(() => diagnostics());
  told.restarted = diagnostics();
  listeners.close(document);
  await deactivate();
  console.log(JSON.stringify(told));
})();
