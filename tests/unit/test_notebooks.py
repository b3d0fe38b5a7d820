"""Notebooks: the magic in a kernel that is executed, and in plain IPython; how a report shows itself."""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import symkl
from symkl.checking.report import SHOWN
from symkl.reporting.shown import html, markdown

ROOT = Path(__file__).parents[2]
RIGHT = "$$ D_{KL}(p \\| q) \\ge 0 $$"
WRONG = r"$$ \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} = \log \pi(y|x) + \log \pi_{ref}(y|x) $$"
EVIL = "$$ f( <img src=x onerror=alert(1)> [a](https://evil) | x $$\n\n<!-- symkl: <b>x</b> -->\n"


def outputs(cell: Any) -> dict[str, Any]:
    (result,) = [each for each in cell.outputs if each.output_type == "execute_result"]
    return result.data


def test_a_notebook_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    cells = [
        "%load_ext symkl", f"%%symkl --claim gibbs\n{RIGHT}", f"%%symkl\n{WRONG}", "_.verdict.value",
        "%%symkl --latex\n\\begin{align}\n1 &= 1\n\\end{align}", "%%symkl --claim nothing\nx", "%%symkl --declare 'tau > 0'\n$$ \\tau = \\tau $$",
    ]  # fmt: skip
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    _, right, wrong, verdict, latex, misuse, declared = notebook.cells
    assert "Claim gibbs: met" in outputs(right)["text/html"]
    assert "✓ proved" in outputs(right)["text/markdown"]
    assert "✗ REFUTED" in outputs(wrong)["text/html"]
    assert "Did you mean: flip the sign" in outputs(wrong)["text/html"]
    assert outputs(wrong)["text/plain"] == "<Report 'cell.md': refuted, 1 row>"
    assert outputs(verdict)["text/plain"] == "'refuted'"
    assert "✓ proved" in outputs(latex)["text/html"]
    assert "no theorem is called 'nothing'" in misuse.outputs[0].text
    assert outputs(declared)["text/plain"] == "<Report 'cell.md': proved, 1 row>"


def test_plain_ipython(tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    script = tmp_path / "script.ipy"
    script.write_text(f"%load_ext symkl\nreport = get_ipython().run_cell_magic('symkl', '', r'''{WRONG}''')\nprint(report)\n")
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=nocolor", str(script)], capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert "✗ REFUTED" in done.stdout, done.stderr
    assert "Traceback" not in done.stdout + done.stderr


class Tags(HTMLParser):
    """The tags of a page and how they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert {name for name, _ in attrs} <= {"style", "scope"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("text", [RIGHT, WRONG, EVIL, "", f"<!-- symkl: claim gibbs -->\n{WRONG}\n\n$$ 1 = 1 $$", "$$ a"])
def test_nothing_of_a_document_is_markup(text: str) -> None:
    report = symkl.check_text(text, "<b>.md")
    tags = Tags()
    tags.feed(html(report))
    assert not tags.open
    assert tags.seen <= {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td", "code", "br"}
    shown = markdown(report)
    assert "](" not in shown.replace("\\](", "")
    assert "<" not in shown.replace("\\<", "")
    rows = [line for line in shown.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} <= {5}


def test_a_report_is_readable_in_a_repl_and_a_failing_assert() -> None:
    report = symkl.check_text(WRONG, "a.md")
    assert repr(report) == "<Report 'a.md': refuted, 1 row>"
    assert "Did you mean" in str(report)
    assert str(report.lines[0]).startswith("line 1: refuted: log(π(y|x)/π_ref(y|x)) = ")
    with pytest.raises(AssertionError, match="Did you mean"):
        assert report.verdict is symkl.Overall.PROVED, str(report)


def test_a_report_that_nobody_taught_to_show_itself_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    report = symkl.check_text(WRONG, "a.md")
    monkeypatch.setattr("symkl.checking.report.SHOWN", {})
    assert str(report) == repr(report)
    assert set(SHOWN) == {"text", "markdown", "html"}
