"""The language server, spoken to by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from symkl.checking.document import check_text
from symkl.lsp import describing as d
from symkl.lsp.checking import LONGEST, check
from symkl.working import Question, Stopped, Worker

ROOT = Path(__file__).parents[2]
lsp = pytest.importorskip("lsprotocol.types")

WRONG = r"""# 𝔸 page

Words.

$$ \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} = \log \pi(y|x) + \log \pi_{ref}(y|x) $$

$$ V = \beta \log Z(x) $$

𝔸 $$ V = V $$
"""


class Editor:
    """A client, with what the server published last of each text."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.published: list[Any] = []
        self.messages: list[str] = []

    async def wait(self, condition: Callable[[Any], bool], seconds: float = 30) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for each in reversed(self.published):
                if condition(each):
                    return each
            await asyncio.sleep(0.02)
        raise AssertionError(f"not published: {self.published}")


def session(talk: Callable[[Editor], Awaitable[None]], encodings: list[str] | None = None) -> None:
    from pygls.lsp.client import LanguageClient

    async def main() -> None:
        client = LanguageClient("test", "1")
        editor = Editor(client)
        client.feature("textDocument/publishDiagnostics")(lambda params: editor.published.append(params))
        client.feature("window/logMessage")(lambda params: None)
        client.feature("window/showMessage")(lambda params: editor.messages.append(params.message))
        await client.start_io(sys.executable, "-m", "symkl", "lsp", env=os.environ | {"PYTHONPATH": str(ROOT)})
        general = lsp.GeneralClientCapabilities(position_encodings=encodings) if encodings else None
        told = await client.initialize_async(
            lsp.InitializeParams(capabilities=lsp.ClientCapabilities(general=general), process_id=os.getpid())
        )
        assert told.server_info.name == "symkl"
        client.initialized(lsp.InitializedParams())
        try:
            await asyncio.wait_for(talk(editor), 100)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await asyncio.wait_for(client.stop(), 20)

    asyncio.run(main())


def opened(uri: str, text: str, version: int = 1) -> Any:
    return lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "markdown", version, text))


def changed(uri: str, text: str, version: int) -> Any:
    return lsp.DidChangeTextDocumentParams(
        lsp.VersionedTextDocumentIdentifier(version, uri), [lsp.TextDocumentContentChangeWholeDocument(text)]
    )


def at(line: int, character: int) -> Any:
    return lsp.Position(line, character)


def test_an_editor_is_told_while_one_types(tmp_path: Path) -> None:
    uri = (tmp_path / "a.md").as_uri()
    document = lsp.TextDocumentIdentifier(uri)
    everything = lsp.Range(at(0, 0), at(9, 0))

    async def talk(editor: Editor) -> None:
        client = editor.client
        client.text_document_did_open(opened(uri, WRONG))
        (found,) = (await editor.wait(lambda each: each.diagnostics)).diagnostics
        assert (found.code, found.source, found.severity) == ("refuted", "symkl", lsp.DiagnosticSeverity.Error)
        row = WRONG.splitlines()[4]
        assert (found.range.start, found.range.end) == (at(4, 3), at(4, len(row) - 3))

        hover = await client.text_document_hover_async(lsp.HoverParams(document, at(4, 20)))
        assert "✗ REFUTED" in hover.contents.value
        assert "Did you mean" in hover.contents.value
        assert await client.text_document_hover_async(lsp.HoverParams(document, at(2, 1))) is None

        # In the units of UTF-16, in which 𝔸 has two.
        outline = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
        assert [each.detail for each in outline] == ["✗ REFUTED", "∴ assumed", "✓ proved"]
        assert outline[2].range.start == at(8, 6)
        where = await client.text_document_definition_async(lsp.DefinitionParams(document, at(8, 6)))
        assert where.range.start == at(6, 3)
        assert await client.text_document_definition_async(lsp.DefinitionParams(document, at(2, 1))) is None
        hints = await client.text_document_inlay_hint_async(lsp.InlayHintParams(document, everything))
        assert [(each.position.line, each.label.strip()) for each in hints] == [(4, "✗ REFUTED"), (6, "∴ assumed"), (8, "✓ proved")]

        actions = await client.text_document_code_action_async(
            lsp.CodeActionParams(document, lsp.Range(at(4, 10), at(4, 10)), lsp.CodeActionContext([found]))
        )
        assert actions[0].is_preferred
        assert [each.code for each in actions[0].diagnostics] == ["refuted"]
        (edit,) = actions[0].edit.changes[uri]
        line = WRONG.splitlines()[4]
        mended = line[: edit.range.start.character] + edit.new_text + line[edit.range.end.character :]
        client.text_document_did_change(changed(uri, WRONG.replace(line, mended), 2))
        assert not (await editor.wait(lambda each: each.version == 2)).diagnostics
        assert await client.text_document_code_action_async(
            lsp.CodeActionParams(document, everything, lsp.CodeActionContext([]))
        ) in ([], ())

        client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))
        await editor.wait(lambda each: each.version is None and not each.diagnostics)

    session(talk)


def test_what_is_stale_is_not_checked_and_not_told(tmp_path: Path) -> None:
    uri = (tmp_path / "a.md").as_uri()
    slow = r"$$ \sum_y " + " ".join(["(p(y|x) + q(y|x))"] * 14) + " = 1 + r(x,y) $$\n\n"

    async def talk(editor: Editor) -> None:
        client = editor.client
        client.text_document_did_open(opened(uri, "$$ 1 = 1 $$\n"))
        await editor.wait(lambda each: each.version == 1)
        for version in range(2, 12):  # as one types: faster than the delay
            client.text_document_did_change(changed(uri, f"$$ 1 = {version} $$\n", version))
            await asyncio.sleep(0.02)
        await editor.wait(lambda each: each.version == 11)
        assert [each.version for each in editor.published] == [1, 11]
        client.text_document_did_change(changed(uri, slow * 60, 12))
        await asyncio.sleep(1)  # it is being checked
        begun = time.monotonic()
        client.text_document_did_change(changed(uri, "$$ 1 = 2 $$\n", 13))
        (found,) = (await editor.wait(lambda each: each.version == 13)).diagnostics
        assert found.code == "refuted"
        assert time.monotonic() - begun < 8
        assert 12 not in [each.version for each in editor.published]

    session(talk)


def test_typing_in_one_text_ends_no_check_of_another(tmp_path: Path) -> None:
    slow = r"$$ \sum_y " + " ".join(["(p(y|x) + q(y|x))"] * 12) + " = 1 + r(x,y) $$\n\n"
    one, other = (tmp_path / "a.md").as_uri(), (tmp_path / "b.md").as_uri()

    async def talk(editor: Editor) -> None:
        client = editor.client
        client.text_document_did_open(opened(other, "$$ 1 = 1 $$\n"))
        await editor.wait(lambda each: each.uri == other)
        client.text_document_did_open(opened(one, slow * 8))
        await asyncio.sleep(0.4)  # it is being checked
        for version in (2, 3):
            client.text_document_did_change(changed(other, f"$$ 1 = {version} $$\n", version))
            await asyncio.sleep(0.3)
        assert one not in [each.uri for each in editor.published]  # or this test shows nothing
        await editor.wait(lambda each: each.uri == one, 60)
        await editor.wait(lambda each: each.uri == other and each.version == 3)

    session(talk)


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", 8), ("utf-16", 6), ("utf-32", 5)])
def test_places_are_counted_as_the_editor_counts(encoding: str, start: int, tmp_path: Path) -> None:
    uri = (tmp_path / "a.md").as_uri()

    async def talk(editor: Editor) -> None:
        editor.client.text_document_did_open(opened(uri, "𝔸 $$ 1 = 2 $$\r\n"))
        (found,) = (await editor.wait(lambda each: each.diagnostics)).diagnostics
        assert (found.range.start, found.range.end) == (at(0, start), at(0, start + 5))

    session(talk, [encoding])


def test_what_an_editor_sends_that_is_no_document_costs_nothing(tmp_path: Path) -> None:
    async def talk(editor: Editor) -> None:
        client = editor.client
        for number, text in enumerate(["", "\0", "$$", "$$" * 30_000, "\ud83d", "{}" * 1000, "\\begin{align}" * 50]):
            client.text_document_did_open(opened(f"untitled:{number}", text))
        client.text_document_did_open(opened("untitled:last", "$$ 1 = 2 $$"))
        found = await editor.wait(lambda each: each.uri == "untitled:last" and each.diagnostics)
        assert found.diagnostics[0].code == "refuted"
        for name in ("untitled:0", "untitled:none"):
            document = lsp.TextDocumentIdentifier(name)
            assert await client.text_document_hover_async(lsp.HoverParams(document, at(5, 5))) is None

    session(talk)


# --- without the protocol -----------------------------------------------------------------------


def test_a_notebook_is_refused_by_name_and_once(tmp_path: Path) -> None:
    """Of a cell by itself nothing can be said: another one may declare its symbols."""

    async def talk(editor: Editor) -> None:
        for number in range(3):
            uri = f"vscode-notebook-cell:/home/me/my%20run.ipynb#cell{number}"
            editor.client.text_document_did_open(opened(uri, WRONG))
            editor.client.text_document_did_change(changed(uri, WRONG + "\n", 2))
        whole = (tmp_path / "other.ipynb").as_uri()
        editor.client.text_document_did_open(opened(whole, '{"cells": []}'))
        page = (tmp_path / "page.md").as_uri()
        editor.client.text_document_did_open(opened(page, WRONG))
        await editor.wait(lambda each: each.uri == page and each.diagnostics)
        assert {each.uri for each in editor.published} == {page}
        assert [message.split(" is a notebook")[0] for message in editor.messages] == ["symkl: my run.ipynb", "symkl: other.ipynb"]
        cell = lsp.TextDocumentIdentifier("vscode-notebook-cell:/home/me/my%20run.ipynb#cell0")
        assert await editor.client.text_document_hover_async(lsp.HoverParams(cell, at(4, 8))) is None

    session(talk)


def test_a_project_holds_in_an_editor_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.symkl.claims]\n"a.md" = "gibbs"\n')
    found = check("$$ 1 = 1 $$", str(tmp_path / "a.md"))
    assert found.claim is not None
    assert not found.claim.met
    (tmp_path / "pyproject.toml").write_text("[tool.symkl]\nbudget = 0\n")
    assert "budget" in check("$$ 1 = 1 $$", str(tmp_path / "a.md")).troubles[0].message
    assert "more than" in check("x" * (LONGEST + 1), "a.md").troubles[0].message


def test_a_formula_of_a_document_is_no_markdown_in_a_hover() -> None:
    report = check_text("$$ f( [x](https://evil) <b> = 2 $$", "a.md")
    shown = d.hover(report.lines[0])
    assert "](" not in shown.replace("\\](", "")
    assert "<b>" not in shown


def test_a_worker_is_ended_in_the_middle_of_an_answer() -> None:
    worker = Worker(time.sleep, 60)
    try:
        from threading import Timer

        question, another = Question(), Question()
        Timer(1.0, worker.take_back, [another]).start()  # which nobody works on
        Timer(2.0, worker.take_back, [question]).start()
        begun = time.monotonic()
        with pytest.raises(Stopped):
            worker.ask(30, question=question)
        assert time.monotonic() - begun > 1.5
        with pytest.raises(Stopped, match="nobody wants it"):
            worker.ask(30, question=another)
        assert worker.ask(0) is None
        worker.seconds = 0.2
        with pytest.raises(Stopped, match="took more than"):
            worker.ask(5)
    finally:
        worker.close()
