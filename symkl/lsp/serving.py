"""The Language Server Protocol over standard input and output, by pygls."""

from __future__ import annotations

import asyncio
import logging
from asyncio import Future
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from symkl.checking.report import Report
from symkl.lsp import describing as d
from symkl.lsp.checking import check
from symkl.working import Question, Stopped, Worker

DELAY = 0.25
"""Seconds that nobody may type before a text is checked."""

_SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}  # fmt: skip


_NOTEBOOK = (
    "symkl: {notebook} is a notebook, of which the language server checks nothing: all its cells are one document. "
    "Check it by symkl check {notebook}, or a cell by %%symkl."
)


def notebook_of(uri: str) -> str | None:
    """The name of the notebook that a text is, or is a cell of.

    >>> notebook_of("vscode-notebook-cell:/home/me/a%20b.ipynb#W2sZmlsZQ"), notebook_of("file:///home/me/a.md")
    ('a b.ipynb', None)
    """
    path = PurePosixPath(unquote(urlsplit(uri).path))
    return path.name if path.suffix == ".ipynb" else None


@dataclass(frozen=True)
class Checked:
    """A version of a text with its report."""

    version: int | None
    text: str
    report: Report


class Server(LanguageServer):
    """Checks what is open, when nobody types; the last report of each text answers what is asked meanwhile."""

    def __init__(self, version: str, seconds: float) -> None:
        super().__init__("symkl", version, text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental)
        self.worker = Worker(check, seconds)
        self.reports: dict[str, Checked] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.notebooks: set[str] = set()

    def look_at(self, uri: str) -> None:
        """Check a text soon; what is being checked of an older version of it is ended."""
        if (notebook := notebook_of(uri)) is not None:
            self.refuse(notebook)
            return
        if (task := self.running.get(uri)) is not None and not task.done():
            task.cancel()
        self.running[uri] = asyncio.create_task(self._check(uri))

    def refuse(self, notebook: str) -> None:
        """Say once of a notebook that it is not checked here: a cell by itself lacks what other cells say."""
        if notebook not in self.notebooks:
            self.notebooks.add(notebook)
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, _NOTEBOOK.format(notebook=notebook)))

    async def _check(self, uri: str) -> None:
        await asyncio.sleep(DELAY)
        document = self.workspace.get_text_document(uri)
        version, text = document.version, _plain(document.source)
        path = to_fs_path(uri) or "untitled.md"
        question = Question()
        ask = partial(self.worker.ask, text, path, question=question)
        asked = asyncio.get_running_loop().run_in_executor(None, ask)
        try:
            report: Report = await asyncio.shield(asked)
        except asyncio.CancelledError:
            self.worker.take_back(question)
            asked.add_done_callback(Future.exception)  # nobody waits for it
            raise
        except Stopped as stopped:
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, f"symkl: {path}: {stopped}"))
            return
        if self.workspace.get_text_document(uri).version != version or uri not in self.running:
            return
        self.reports[uri] = Checked(version, text, report)
        self.publish(uri)
        if self._refreshes_hints():
            self.workspace_inlay_hint_refresh(None)

    def _refreshes_hints(self) -> bool:
        about = self.client_capabilities.workspace
        return bool(about and about.inlay_hint and about.inlay_hint.refresh_support)

    def publish(self, uri: str) -> None:
        """Tell the editor what needs attention."""
        found = self.reports[uri]
        shown = [self.diagnostic(found, each) for each in d.diagnostics(found.text, found.report)]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, shown, found.version))

    def forget(self, uri: str) -> None:
        """A text is closed."""
        if (task := self.running.pop(uri, None)) is not None:
            task.cancel()
        self.reports.pop(uri, None)
        if (notebook := notebook_of(uri)) is not None:
            self.notebooks.discard(notebook)
            return
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    def current(self, uri: str) -> Checked | None:
        """The report of a text, if it is of the text as it is now."""
        found = self.reports.get(uri)
        if found is None or _plain(self.workspace.get_text_document(uri).source) != found.text:
            return None
        return found

    # -- places ------------------------------------------------------------------------------------

    def range(self, text: str, at: d.Range) -> lsp.Range:
        """A range in the units that the editor counts in."""
        return lsp.Range(self.position(text, at.start), self.position(text, at.end))

    def position(self, text: str, at: d.Position) -> lsp.Position:
        """A position in the units that the editor counts in."""
        lines = text.split("\n")
        before = lines[at.line][: at.character] if at.line < len(lines) else ""
        return lsp.Position(at.line, self.workspace.position_codec.client_num_units(before))

    def place(self, text: str, at: lsp.Position) -> d.Position:
        """A position of the editor's, in code points."""
        lines = text.split("\n")
        found = self.workspace.position_codec.position_from_client_units(lines, at)
        return d.Position(found.line, found.character)

    def diagnostic(self, found: Checked, each: d.Diagnostic) -> lsp.Diagnostic:
        """A diagnostic as the protocol has it."""
        return lsp.Diagnostic(
            self.range(found.text, each.range), each.message, severity=_SEVERITY[each.level], code=each.status,
            source="symkl",
        )  # fmt: skip


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def server(version: str, seconds: float) -> Server:
    """A server with every feature."""
    made = Server(version, seconds)

    @made.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(server: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        server.look_at(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(server: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        server.look_at(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(server: Server, params: lsp.DidSaveTextDocumentParams) -> None:
        server.look_at(params.text_document.uri)  # what lies beside it may have changed

    @made.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(server: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(server: Server, params: lsp.HoverParams) -> lsp.Hover | None:
        if (found := server.current(params.text_document.uri)) is None:
            return None
        row = d.row_at(found.text, found.report, server.place(found.text, params.position))
        if row is None:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, d.hover(row[0]))
        return lsp.Hover(content, server.range(found.text, row[1]))

    @made.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]))
    def actions(server: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        if (found := server.current(params.text_document.uri)) is None:
            return []
        asked = d.Range(server.place(found.text, params.range.start), server.place(found.text, params.range.end))
        shown = d.diagnostics(found.text, found.report)
        out = []
        for row, each in d.edits(found.text, found.report, asked):
            change = lsp.TextEdit(server.range(found.text, each.range), each.latex)
            out.append(lsp.CodeAction(
                each.title, lsp.CodeActionKind.QuickFix,
                [server.diagnostic(found, one) for one in d.of_row(found.text, row, shown)],
                each.latex == row.suggestions[0].latex,
                edit=lsp.WorkspaceEdit({params.text_document.uri: [change]}),
            ))  # fmt: skip
        return out

    @made.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outline(server: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        if (found := server.current(params.text_document.uri)) is None:
            return []
        shown = [(each, server.range(found.text, each.range)) for each in d.outline(found.text, found.report)]
        return [lsp.DocumentSymbol(each.name, lsp.SymbolKind.Number, at, at, each.detail) for each, at in shown]

    @made.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(server: Server, params: lsp.DefinitionParams) -> lsp.Location | None:
        if (found := server.current(params.text_document.uri)) is None:
            return None
        at = d.definition(found.text, found.report, server.place(found.text, params.position))
        return None if at is None else lsp.Location(params.text_document.uri, server.range(found.text, at))

    @made.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    def hints(server: Server, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        if (found := server.current(params.text_document.uri)) is None:
            return []
        shown = d.hints(found.text, found.report)
        return [
            lsp.InlayHint(server.position(found.text, each.position), each.label, tooltip=each.tooltip)
            for each in shown
            if params.range.start.line <= each.position.line <= params.range.end.line
        ]

    return made


def serve(version: str, seconds: float) -> None:
    """Serve until the editor has enough."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    made = server(version, seconds)
    try:
        made.start_io()
    finally:
        made.worker.close()
