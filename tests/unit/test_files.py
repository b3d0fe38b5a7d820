"""Files as people have them: notebooks, Org, reStructuredText, HTML, and what lies beside a LaTeX document."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from symkl.batch import Job, check
from symkl.beside import loader
from symkl.checking.document import check_text
from symkl.checking.report import Overall, Report
from symkl.cli import main
from symkl.reading.blocks import Kind
from symkl.reading.documents import document
from symkl.reporting.json import as_object
from symkl.reporting.terminal import render

TRUE = r"\mathbb{E}_{y\sim q}[\log q(y)] = -H(q)"
FALSE = r"\mathbb{E}_{y\sim q}[\log q(y)] = H(q)"


def rows(text: str, file: str) -> list[tuple[int, str]]:
    return [(int(block.line), block.text) for block in document(text, file).blocks if block.kind is Kind.ROW]


def notebook(*cells: tuple[str, str], **more: Any) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": text} for kind, text in cells], "nbformat": 4, **more})


def checked(path: Path, **options: Any) -> Report:
    found = check(Job(str(path), **options))
    assert isinstance(found, Report)
    return found


# -- notebooks -------------------------------------------------------------------------------------------------


def test_places_in_a_notebook_are_cells_and_lines() -> None:
    text = notebook(("markdown", "# Title"), ("code", "1"), ("markdown", f"so\n\n$$ {FALSE} $$\n\n$$ \\foo $$"))
    report = check_text(text, "a.ipynb")
    assert [(int(line.line), line.column) for line in report.lines] == [(3, 4), (5, 4)]
    shown = render(report).plain
    assert "cell 3, line 3" in shown
    assert "a.ipynb, cell 3, line 5, column 4: \\foo" in shown
    found: Any = as_object(report)
    assert [(line["line"], line["part"]) for line in found["lines"]] == [(3, "cell 3"), (5, "cell 3")]
    assert found["lines"][1]["trouble"]["part"] == "cell 3"
    assert json.loads(json.dumps(found))["lines"][0]["line"] == 3


def test_reasons_tell_a_line_with_its_cell() -> None:
    text = notebook(("markdown", r"$$ f(x) := \sum_y q(y|x) r(x,y) $$"), ("markdown", "$$ f(x) = f(x) + 1 $$"),
                    ("markdown", r"$$ f(x) = \mathbb{E}_{y\sim q}[r(x,y)] $$"))  # fmt: skip
    report = check_text(text, "a.ipynb")
    assert any("line 1 of cell 1" in each for each in report.rests_on)


def test_macros_hold_from_cell_to_cell_and_code_is_not_read() -> None:
    text = notebook(
        ("markdown", r"$\newcommand{\ent}{H(q)}$"), ("code", f"$$ {FALSE} $$ \\newcommand{{\\ent}}{{-H(q)}}"),
        ("raw", "$$ 1 = 2 $$"), ("markdown", "$$ " + TRUE.replace("H(q)", "\\ent") + " $$"),
    )  # fmt: skip
    report = check_text(text, "a.ipynb")
    assert report.verdict is Overall.PROVED
    assert [(each.line, each.why) for each in report.not_checked] == [(1, "code"), (1, "a raw cell")]
    assert "cell 2, line 1 (code), cell 3, line 1 (a raw cell)" in " ".join(render(report).plain.split())


@pytest.mark.parametrize("source", ["a\n\n$$ a = b $$", ["a\n", "\n", "$$ a = b $$"]])
def test_a_cell_is_a_text_or_a_list_of_lines(source: object) -> None:
    text = json.dumps({"cells": [{"cell_type": "markdown", "source": source}]})
    assert rows(text, "a.ipynb") == [(3, "a = b")]


def test_a_notebook_of_format_3() -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "T"}, {"cell_type": "markdown", "source": "$$a = b$$"}]
    found = document(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}), "a.ipynb").blocks
    assert [(block.kind, block.text, block.level) for block in found] == [
        (Kind.HEADING, "T", 2), (Kind.ROW, "a = b", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ("{\n nonsense", 2), ("[]", 1), ("{}", 1), ('{"cells": 3}', 1), ("[" * 100_000, 1), ("null", 1)],
)
def test_what_is_no_notebook_is_told_at_its_place(text: str, line: int) -> None:
    (trouble,) = check_text(text, "a.ipynb").troubles
    assert trouble.line == line
    assert "notebook" in trouble.message


@pytest.mark.parametrize("cells", [[3, None, {}, {"cell_type": "markdown"}, {"cell_type": "markdown", "source": [1, None]}]])
def test_odd_cells_are_no_reason_to_stop(cells: list[object]) -> None:
    assert rows(json.dumps({"cells": [*cells, {"cell_type": "markdown", "source": "$$a = b$$"}]}), "a.ipynb") == [(1, "a = b")]


def test_a_notebook_on_standard_input_is_known_by_how_it_begins() -> None:
    assert rows(notebook(("markdown", "$$a = b$$")), "<stdin>") == [(1, "a = b")]


# -- Org, reStructuredText, HTML -------------------------------------------------------------------------------


def test_org() -> None:
    text = "\n".join([
        "* One", "# symkl: tau > 0", "#+begin_src latex", "\\[ no \\]", "#+end_src", "#+BEGIN_COMMENT", "$$ no $$",
        "#+END_COMMENT", "# \\[ no \\]", ": $$ no $$", "=$$ no $$= is code.", "\\begin{align}", "a &= b \\\\", "&= c",
        "\\end{align}", "** Two", "#+begin_quote", "\\[ d = e \\]", "#+end_quote", "$$f = g$$", "#+begin_export latex",
        "\\[ h = i \\]", "#+end_export",
    ])  # fmt: skip
    found = document(text, "a.org")
    assert [(b.kind.value, b.text, b.line) for b in found.blocks] == [
        ("heading", "One", 1), ("directive", "tau > 0", 2), ("row", "a &= b", 13), ("row", "&= c", 14),
        ("heading", "Two", 16), ("row", "d = e", 18), ("row", "f = g", 20), ("row", "h = i", 22),
    ]  # fmt: skip
    told = [found.places.not_checked(each) for each in found.unchecked]
    assert [(each.line, each.why) for each in told] == [
        (4, "code"), (7, "a comment"), (9, "a comment"), (10, "code"), (11, "code"),
    ]  # fmt: skip


def test_restructured_text() -> None:
    text = "\n".join([
        "Title", "=====", "", ".. symkl: tau > 0", "", ".. math:: a = b", "", ".. math::", "   :label: one", "",
        "   c &= d \\\\", "     &= e", "", "   f = g", "", "Words :math:`h = i`.", "", ".. note::", "", "   .. math::", "",
        "      j = k", "", ".. code-block:: rst", "", "   .. math:: no = no", "", "Literally::", "", "   .. math:: no = no", "",
        ".. a comment", "   $$ no $$", "", ".. raw:: latex", "", "   \\[ l = m \\]", "",
    ])  # fmt: skip
    found = document(text, "a.rst")
    assert [(b.kind.value, b.text, b.line) for b in found.blocks] == [
        ("heading", "Title", 1), ("directive", "tau > 0", 4), ("row", "a = b", 6), ("row", "c &= d", 11),
        ("row", "&= e", 12), ("row", "f = g", 14), ("row", "j = k", 22), ("row", "l = m", 37),
    ]  # fmt: skip
    told = [found.places.not_checked(each) for each in found.unchecked]
    assert [(each.line, each.why) for each in told] == [(26, "code"), (30, "code"), (33, "a comment")]


def test_html() -> None:
    text = "\n".join([
        "<head><script>$$no$$</script></head>", "<h2>A <em>title</em></h2>", "<!-- symkl: tau > 0 -->", "<p>so \\(x = y\\)",
        "\\[ a &lt; b<br> \\]</p>", "<pre>$$ no $$</pre>", "<!-- $$no$$ -->",
        '<script type="math/tex; mode=display">c = d</script>',
        '<math display="block"><semantics><annotation encoding="application/x-tex">e = f</annotation></semantics></math>',
        '<math display="block"><mi>x</mi></math>', "<math><mi>x</mi></math>", "$$g = h$$",
    ])  # fmt: skip
    found = document(text, "a.html")
    assert [(b.kind.value, b.text.strip(), b.line) for b in found.blocks] == [
        ("heading", "A title", 2), ("directive", "tau > 0", 3), ("row", "a < b", 5), ("row", "c = d", 8),
        ("row", "e = f", 9), ("row", "g = h", 12),
    ]  # fmt: skip
    told = [found.places.not_checked(each) for each in found.unchecked]
    assert [(each.line, each.shown) for each in told] == [(1, False), (6, False), (7, False), (10, True)]


def test_a_formula_that_nobody_can_read_keeps_a_page_from_being_proved() -> None:
    page = f"$$ {TRUE} $$\n"
    assert check_text(page, "a.html").verdict is Overall.PROVED
    assert check_text(page + '<math display="block"><mi>x</mi></math>', "a.html").verdict is Overall.INCOMPLETE


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.typ", "a.adoc", "a.lyx"])
def test_other_kinds_of_files_are_refused_by_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\xff\x00 whatever")
    (trouble,) = checked(tmp_path / name).troubles
    assert "is not read" in trouble.message
    assert trouble.advice


# -- what lies beside a document ---------------------------------------------------------------------------------

HEAD = "\\documentclass{article}\n"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + (".tex" if not name.endswith("_sty") else ""))
        path = path.with_name(path.name.replace("_sty", ".sty"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "main.tex"


def test_macros_and_rows_of_a_file_that_is_put_in(tmp_path: Path) -> None:
    main_ = written(
        tmp_path,
        main=HEAD + "\\usepackage{amsmath,own}\n\\input{defs}\n\\begin{document}\n\\input parts/one\n\\[ \\q(\\ent) = 1 \\]\n\\end{document}",
        defs="% symkl: c scalar\n\\newcommand{\\ent}{-H(q)}",
        own_sty="\\newcommand{\\mean}[1]{\\mathbb{E}_{y\\sim q}[#1]}\n\\renewcommand{\\section}{gone}",
        parts__one="Words.\n\\section{One}\n\\[ \\mean{\\log q(y)} = \\ent \\]\n\\[ \\mean{\\log q(y)} = \\ent + 1 \\]\n\\[ c = c \\]",
    )
    report = checked(main_)
    assert [(str(line.line), line.status.value) for line in report.lines] == [
        ("3 of parts/one.tex", "proved"), ("4 of parts/one.tex", "refuted"), ("5 of parts/one.tex", "proved"),
        ("6", "unreadable"),
    ]  # fmt: skip
    assert report.lines[1].source == "\\mean{\\log q(y)} = \\ent + 1"
    assert all("\\mean" in each.latex or "\\ent" in each.latex for each in report.lines[1].suggestions[:1])
    assert "parts/one.tex, line 4" in render(report).plain


def test_what_is_not_put_in_is_told_and_the_document_not_proved(tmp_path: Path) -> None:
    main_ = written(tmp_path, main=HEAD + f"\\begin{{document}}\n\\[ {TRUE} \\]\n\\input{{more}}\n\\end{{document}}")
    report = checked(main_)
    assert report.verdict is Overall.INCOMPLETE
    assert [(each.line, each.shown) for each in report.not_checked] == [(4, True)]
    (tmp_path / "more.tex").write_text("Words.")
    assert checked(main_).verdict is Overall.PROVED
    assert checked(main_, inputs=False).verdict is Overall.INCOMPLETE
    assert main(["check", str(main_), "--no-input"]) == 1
    assert main(["check", str(main_)]) == 0
    assert check_text(main_.read_text(), "main.tex").verdict is Overall.INCOMPLETE


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "link", "folder/../../secret", "pipe", "loop", "a\x00b"])
def test_nothing_outside_the_folder_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("\\[ 1 = 2 \\]")
    folder = tmp_path / "in"
    (folder / "folder").mkdir(parents=True)
    (folder / "link.tex").symlink_to(tmp_path / "secret.tex")
    (folder / "loop.tex").symlink_to(folder / "loop.tex")
    os.mkfifo(folder / "pipe.tex")
    loaded = loader(str(folder / "main.tex"))("input", name)
    assert loaded.text is None
    assert loaded.why


def test_a_file_that_puts_itself_in_comes_to_an_end(tmp_path: Path) -> None:
    main_ = written(tmp_path, main=HEAD + "\\begin{document}\\input{a}\\end{document}", a="\\[ a = b \\]\\input{a}\\input{a}")
    report = checked(main_)
    assert 0 < len(report.lines) <= 200
    assert any("again and again" in each.why for each in report.not_checked)


def test_a_child_document_is_put_in_without_its_preamble(tmp_path: Path) -> None:
    main_ = written(
        tmp_path, main=HEAD + "\\begin{document}\n\\subfile{child}\n\\end{document}",
        child="\\documentclass{x}\n\\begin{document}\n\\[ a = b \\]\n\\end{document}\n\\[ c = d \\]",
    )  # fmt: skip
    assert [str(line.line) for line in checked(main_).lines] == ["3 of child.tex"]


def test_folders_are_searched_for_the_new_kinds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.ipynb").write_text(notebook(("markdown", f"$$ {TRUE} $$")))
    (tmp_path / "b.org").write_text(f"\\[ {TRUE} \\]")
    (tmp_path / "c.rst").write_text(f".. math:: {TRUE}\n")
    (tmp_path / "d.qmd").write_text(f"$$ {TRUE} $$")
    assert main(["check", str(tmp_path)]) == 0
    assert "4 files: 4 proved." in capsys.readouterr().out
