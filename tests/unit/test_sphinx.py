"""The Sphinx domain, used from outside: a small site of somebody else's, in reStructuredText, without a theme."""

import io
import os
import re
from pathlib import Path

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace
from sphinx.util.inventory import InventoryFile

from symkl.checking import theorems
from symkl.language.terms import Span
from symkl.proving.wording import SAID
from symkl.sphinx import documents
from symkl.sphinx.building import unmarked
from symkl.sphinx.prose import prose
from symkl.teaching.laws import LAWS

MODULE = '''"""A divergence is never negative."""

from symkl.sympy import Page

page = Page("Gibbs, shortly", states="A KL divergence is never negative.", sources=["J. W. Gibbs (1902)"])
(y,) = page.outcomes("y")
p, q = page.distribution("p", y), page.distribution("q", y)
page.step(page.kl(p, q, y), "RELATION", 0, "It is a mean of t - 1 - log t.", theorem="gibbs")
derivation = page.derivation()
'''

PROOF = r"""# A short proof

<!-- symkl: claim k1-unbiased -->

The mean of *one* log-ratio, with $p$ for neither:

$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] = D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$

> and that
> is all, see [this](https://example.org).
"""

WRONG = r"""$$ r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \beta \log Z(x) $$"""


def indented(text: str) -> str:
    return "\n".join("   " + line for line in text.splitlines())


INDEX = f"""
Somebody's site
===============

.. toctree::

   gibbs
   proof
   reference

See :symkl:derivation:`gibbs`, :symkl:document:`proof`, :symkl:law:`log bound`, :symkl:theorem:`the first <gibbs>`,
:symkl:slip:`sign of log Z`, :any:`optimal-policy`, and :ref:`symkl-index`.

.. symkl:proof::
   :expect: refuted

{indented(WRONG)}

.. symkl:graph::
"""

REFERENCE = f"""
Reference
=========

Laws
----

.. symkl:laws::

Theorems
--------

.. symkl:theorems::

Slips
-----

.. symkl:slip:: sign of log Z

   It is taken away where it should be added.

   .. symkl:proof::
      :expect: refuted

{indented(indented(WRONG))}
"""


# The suffix is said outright: a site built before in this process, with a Markdown parser, changes Sphinx's own default.
CONF = """
extensions = ["symkl.sphinx"]
nitpicky = True
project = "theirs"
source_suffix = {".rst": "restructuredtext"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "site"
    source.mkdir()
    (source / "conf.py").write_text(CONF)
    (source / "index.rst").write_text(INDEX)
    (source / "reference.rst").write_text(REFERENCE)
    (source / "gibbs.rst").write_text(".. symkl:derivation:: gibbs.py\n")
    (source / "gibbs.py").write_text(MODULE.replace("RELATION", ">="))
    (source / "proof.rst").write_text(".. symkl:document:: proof.md\n")
    (source / "proof.md").write_text(PROOF)
    return source


def build(source: Path, builder: str = "html", *, fresh: bool = False, parallel: int = 1) -> tuple[str, str]:
    """Build a site; returns what was said and the warnings."""
    told, warned = io.StringIO(), io.StringIO()
    out = source.parent / builder
    here = os.getcwd()
    with docutils_namespace():
        app = Sphinx(source, source, out, source.parent / "doctrees", builder, status=told, warning=warned,
                     freshenv=fresh, parallel=parallel)  # fmt: skip
        app.build()
    os.chdir(here)
    return told.getvalue(), re.sub(r"\x1b\[[0-9;]*m", "", warned.getvalue())


def words(path: Path) -> str:
    """The text of an HTML page."""
    import html

    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", path.read_text("utf-8"))).split())


def test_a_site_from_outside_shows_what_was_checked(folder: Path) -> None:
    _, warned = build(folder)
    assert warned == ""
    html = folder.parent / "html"
    page = words(html / "gibbs.html")
    assert "✓ proved : 1 step is proved, 0 are definitions or hypotheses." in page
    assert "It is a mean of t - 1 - log t." in page and "Where it would fail" in page and "Gibbs, shortly" in page
    assert "Counterexample" in page and "J. W. Gibbs" in page
    document = words(html / "proof.html")
    assert "A short proof" in document and "Claim k1-unbiased is met" in document and "and that is all, see this" in document
    refuted = words(html / "index.html")
    assert "✗ refuted" in refuted and "Did you mean" in refuted and "sign of log Z" in refuted
    # The graph and the lists of users are filled in from all pages.
    assert "Gibbs, shortly" in refuted
    reference = words(html / "reference.html")
    assert "Shown on : Gibbs, shortly" in reference and "Claimed, and met, by : A short proof" in reference
    for law in LAWS:
        assert law in reference


def test_a_theorem_says_what_rests_on_it(folder: Path) -> None:
    (folder / "proof.md").write_text("# Once more\n\n$$ D_{KL}(p \\| q) + 1 \\ge 1 $$\n")
    build(folder)
    assert "Shown on : Gibbs, shortly Used by : Once more" in words(folder.parent / "html" / "reference.html")


def test_every_name_is_in_the_inventory_and_the_index(folder: Path) -> None:
    build(folder)
    with (folder.parent / "html" / "objects.inv").open("rb") as file:
        found = InventoryFile.load(file, "", lambda base, uri: uri)
    assert set(found["symkl:theorem"]) == set(theorems.NAMES)
    assert set(found["symkl:law"]) == set(LAWS)
    assert set(found["symkl:derivation"]) == {"gibbs"} and set(found["symkl:document"]) == {"proof"}
    assert set(found["symkl:slip"]) == {"sign of log Z"}
    index = words(folder.parent / "html" / "symkl-index.html")
    assert "Gibbs, shortly" in index and "sign of log Z" in index and "k3-unbiased" in index


@pytest.mark.parametrize("builder", ["text", "latex", "pseudoxml"])
def test_other_builders_degrade_to_words_and_formulas(folder: Path, builder: str) -> None:
    _, warned = build(folder, builder)
    assert warned == ""
    out = folder.parent / builder
    if builder == "latex":
        found = (out / "theirs.tex").read_text()
        assert r"\providecommand{\changed}[1]{\underline{#1}}" in found and "proved" in found
    elif builder == "pseudoxml":
        assert "symkl-refuted" in (out / "index.pseudoxml").read_text()
    elif builder == "text":
        found = (out / "gibbs.txt").read_text()
        assert "proved" in found and r"\changed" not in found and "Counterexample" in found
        assert "✗ refuted" in (out / "index.txt").read_text()


def test_a_derivation_that_is_not_proved_is_told_with_file_and_line(folder: Path) -> None:
    (folder / "gibbs.py").write_text(MODULE.replace("RELATION", "<="))
    _, warned = build(folder)
    line = MODULE.splitlines().index('page.step(page.kl(p, q, y), "RELATION", 0, "It is a mean of t - 1 - log t.", theorem="gibbs")') + 1
    assert f"gibbs.py:{line}: WARNING: this step is refuted" in warned and "[symkl.verdict]" in warned
    assert "✗ refuted" in words(folder.parent / "html" / "gibbs.html")
    assert "Shown on" not in words(folder.parent / "html" / "reference.html")


def test_a_module_that_stops_is_told_with_file_and_line(folder: Path) -> None:
    module = MODULE.replace("RELATION", ">=") + "\n1 / 0\n"
    (folder / "gibbs.py").write_text(module)
    _, warned = build(folder)
    last = len(module.splitlines())
    assert f"gibbs.py:{last}: WARNING: this module stopped here: ZeroDivisionError" in warned


def test_a_verdict_that_is_not_the_one_declared_is_told_with_file_and_line(folder: Path) -> None:
    (folder / "index.rst").write_text(INDEX.replace("   :expect: refuted\n", ""))
    (folder / "proof.rst").write_text(".. symkl:document:: proof.md\n   :expect: refuted\n")
    _, warned = build(folder)
    line = INDEX.splitlines().index(indented(WRONG))
    assert f"index.rst:{line}: WARNING: this proof is refuted, and the page expects proved" in warned
    assert "proof.md:1: WARNING: this proof is proved, and the page expects refuted" in warned


def test_a_claim_that_is_not_met_is_told(folder: Path) -> None:
    (folder / "proof.md").write_text(PROOF.replace("k1-unbiased", "regret"))
    _, warned = build(folder)
    assert "proof.md:1: WARNING: this proof is incomplete, and the page expects proved: Claim regret: NOT met" in warned


def test_bad_input_is_told_and_the_rest_is_built(folder: Path) -> None:
    (folder / "extra.rst").write_text(
        "Extra\n=====\n\n.. symkl:derivation:: none.py\n\n.. symkl:document:: none.md\n\n"
        ".. symkl:proof::\n   :expect: perhaps\n\n   $$a = b$$\n\n.. symkl:slip:: no such slip\n\n   Words.\n\n"
        ":symkl:law:`no such law`\n"
    )
    _, warned = build(folder)
    assert "extra.rst:4: WARNING: none.py: there is no such file" in warned
    assert "extra.rst:6: WARNING: none.md: there is no such file" in warned
    assert 'invalid option value: (option: "expect"; value: \'perhaps\')' in warned
    assert "no proof here is answered with the slip 'no such slip': found none" in warned
    assert "symkl:law reference target not found: no such law" in warned
    assert (folder.parent / "html" / "gibbs.html").is_file()


def test_rubbish_is_shown_and_never_stops_the_build(folder: Path) -> None:
    (folder / "proof.md").write_bytes(b"# \xff\xfe\n\n$$ \\left( a = = b $$\n\n$$ x \n\n\x00 \\begin{cases} $$ $$\n")
    (folder / "proof.rst").write_text(".. symkl:document:: proof.md\n   :expect: unreadable\n")
    _, warned = build(folder)
    assert warned == ""
    assert "unreadable" in words(folder.parent / "html" / "proof.html")


def test_what_one_may_type_stands_as_code(folder: Path) -> None:
    (folder / "proof.md").write_text("$$ \\int_0^1 r(x, y) = 1 $$\n")
    (folder / "proof.rst").write_text(".. symkl:document:: proof.md\n   :expect: unreadable\n")
    build(folder)
    page = (folder.parent / "html" / "proof.html").read_text("utf-8")
    told = re.sub(r"<(?!code|/code)[^>]*>", "", page[page.index("expected") :])
    assert re.search(r"as in <code[^>]*>\\int f\(y\) \\, dy</code>, or name the space, as in <code", told)


def test_what_changed_is_checked_again_and_what_lists_it_written_again(folder: Path) -> None:
    build(folder)
    told, _ = build(folder)
    assert "0 added, 0 changed, 0 removed" in told and "no targets are out of date" in told
    (folder / "proof.md").write_text(PROOF.replace("k1-unbiased", "k3-unbiased").replace("A short proof", "Another"))
    told, warned = build(folder)
    assert "1 changed" in told and "Claim k3-unbiased: NOT met" in warned
    reference = words(folder.parent / "html" / "reference.html")
    assert "Claimed, and met, by" not in reference
    assert "Another" in words(folder.parent / "html" / "index.html")


def test_a_page_that_goes_is_forgotten(folder: Path) -> None:
    build(folder)
    (folder / "gibbs.rst").unlink()
    _, warned = build(folder)
    assert "symkl:derivation reference target not found: gibbs" in warned
    assert "Gibbs, shortly" not in words(folder.parent / "html" / "symkl-index.html")


def test_several_processes_build_the_same_site(folder: Path) -> None:
    for n in range(6):  # enough pages for Sphinx to share them out
        (folder / f"more{n}.rst").write_text(f":orphan:\n\nMore\n====\n\n.. symkl:proof::\n\n   $$ {n} + 1 = 1 + {n} $$\n")
    pages = []
    for n in (1, 2):
        assert build(folder, fresh=True, parallel=n)[1] == ""
        html = {path.name: path.read_text("utf-8") for path in (folder.parent / "html").glob("*.html")}
        pages.append({name: re.sub(r"checked in [\d.]+ s", "", text) for name, text in html.items()})
        pages[-1].pop("gibbs.html")  # a run of its module has another time in it each time
    assert pages[0] == pages[1]


def test_laws_are_those_that_the_kernel_returns() -> None:
    source = "\n".join(path.read_text() for path in (Path(__file__).parents[2] / "symkl").rglob("*.py"))
    renamed = set(re.findall(r'law="([^"]+)"', source))
    assert {law for law, _ in SAID.values()} | (renamed - {"counterexample"}) == set(LAWS)


def test_marks_are_taken_out_of_nested_braces() -> None:
    assert unmarked(r"\changed{\frac{a}{\changed{b}}} + \{c\}") == r"\frac{a}{b} + \{c\}"
    assert unmarked(r"\changed{a") == "a"


def test_prose_keeps_what_a_reader_needs() -> None:
    text = "## Head\n\nBefore *it* `code` **x**\n$$a$$\nafter\n\n1. one\n2. two $b$\n\n```python\nx = 1\n```\n\n---\n<div>no</div>\n"
    at = text.index("$$a$$")
    shown = prose(text, [Span(at, at + 5)], lambda n: [])
    assert [type(node).__name__ for node in shown] == [
        "rubric", "paragraph", "paragraph", "enumerated_list", "literal_block", "transition",
    ]  # fmt: skip
    assert shown[1].astext() == "Before it code x " and shown[2].astext().strip() == "after"


def test_what_is_wrong_stays_wrong_in_the_next_build(folder: Path) -> None:
    (folder / "proof.md").write_text(PROOF.replace("k1-unbiased", "regret"))
    (folder / "gibbs.py").write_text(MODULE.replace("RELATION", "<="))
    first, second = build(folder)[1], build(folder)[1]
    assert "NOT met" in first and "this step is refuted" in first
    assert sorted(first.splitlines()) == sorted(second.splitlines())


def test_a_builder_that_shares_what_was_read_writes_what_is_so(folder: Path) -> None:
    build(folder)
    build(folder, "dirhtml")
    (folder / "proof.md").write_text(PROOF.replace("k1-unbiased", "k3-unbiased"))
    build(folder, "dirhtml")
    build(folder)
    for page in ("html/reference.html", "dirhtml/reference/index.html"):
        assert "Claimed, and met, by" not in words(folder.parent / page)


def test_a_file_that_changed_is_read_again_however_old_it_says_it_is(folder: Path) -> None:
    build(folder)
    old = (folder / "proof.md").stat().st_mtime - 10_000
    (folder / "proof.md").write_text(PROOF.replace("k1-unbiased", "regret"))
    os.utime(folder / "proof.md", (old, old))
    assert "NOT met" in build(folder)[1]


def test_a_helper_that_a_module_imports_is_a_dependency(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.syspath_prepend(str(folder))
    (folder / "our_relation.py").write_text('WAY = ">="\n')
    (folder / "gibbs.py").write_text("from our_relation import WAY\n" + MODULE.replace('"RELATION"', "WAY"))
    assert build(folder)[1] == ""
    (folder / "our_relation.py").write_text('WAY = "<="\n')
    monkeypatch.delitem(sys.modules, "our_relation")
    assert "this step is refuted" in build(folder)[1]
    monkeypatch.delitem(sys.modules, "our_relation")


FALSE = r"$$ D_{KL}(p \| q) = -1 $$"


@pytest.mark.parametrize(
    "text",
    [
        f"**{FALSE}**", f"[{FALSE}](https://example.org)", f"*a\n{FALSE}\nb*", f"<div>{FALSE}</div>", f"![{FALSE}](x.png)",
        f"#\n\n{FALSE}", f"$a {FALSE} b$", f"[a]: {FALSE}", f"> * {FALSE}", f"`a` {FALSE} `b`",
        "*a **b " * 700 + FALSE, f"\ue0000\ue001 \ue00099\ue001 {FALSE}",
    ],
)  # fmt: skip
def test_every_row_is_shown_wherever_it_stands(text: str) -> None:
    checked = documents.checked(text, "a.md")
    shown = documents.body(checked, heading=True)
    assert checked.report.lines
    found = [node for each in shown for node in each.findall(nodes.container) if "symkl-row" in node["classes"]]
    assert len(found) == len(checked.report.lines)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# From *here* to $J$ #\n", "From here to J"), ("Set\nunder\n=====\n", "Set under"), ("```\n# code\n```\n\n# Real\n", "Real"),
        ("no heading", "mine"), ("\n   # Indented\n", "Indented"), ("## Second\n", "mine"),
    ],
)  # fmt: skip
def test_the_title_is_the_first_heading(text: str, title: str) -> None:
    assert documents.checked(text, "mine.md").title == title


@pytest.mark.parametrize(
    "formula",
    [r"\href{javascript:alert(1)}{x}", r"\input{/etc/hostname}", r"\smash{\rlap{x}}", r"\color{white} x", "x" * 3_000, r"\includegraphics{x}"],
)
def test_an_inline_formula_that_could_do_harm_is_shown_as_it_is_written(formula: str) -> None:
    (paragraph,) = prose(f"See ${formula}$.", [], lambda n: [])
    assert not list(paragraph.findall(nodes.math)) and formula in paragraph.astext()


def test_the_authors_macros_are_written_out_on_a_page_and_rows_stand_where_he_put_them() -> None:
    text = "\n\n".join([
        r"Let $\newcommand{\ex}[1]{\mathbb{E}_{y\sim q}[#1]}$ and $\ex{1}$ be.", r"$$ \ex{\log q(y)} = H(q) $$", "Then:",
        r"$$ \ex{1} = 1 $$",
    ])  # fmt: skip
    page = nodes.container("", *documents.body(documents.checked(text, "a.md"), heading=False))
    formulas = [node.astext() for node in page.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))]
    assert all("\\ex" not in formula for formula in formulas)
    assert formulas[0] == r"\mathbb{E}_{y\sim q}[1]"
    told = page.astext()
    assert told.index("refuted") < told.index("Then:") < told.index("proved", told.index("Then:"))


def test_a_latex_document_is_shown_row_by_row() -> None:
    text = "\\documentclass{article}\n\\begin{document}\n\\emph{Words}\n\\[ D_{KL}(p \\| q) \\ge 0 \\]\n\\end{document}\n"
    checked = documents.checked(text, "mine.tex")
    shown = documents.body(checked, heading=True)
    assert checked.report.verdict.value == "proved" and checked.title == "mine"
    assert "emph" not in " ".join(node.astext() for node in shown)


def test_rows_are_shown_without_what_paints_over_them() -> None:
    assert documents._shown(r"a &= b \tag{\ref{x}} \hspace{-30em} \smash{c} \label{l}") == r"a  = b   {c}"
    assert documents._shown(r"a = b \tag{3}") == r"a = b \qquad (3)"


def test_lines_are_told_in_included_files_too(folder: Path) -> None:
    (folder / "part.txt").write_text(f"Words.\n\n.. symkl:proof::\n\n{indented(WRONG)}\n")
    (folder / "index.rst").write_text(INDEX + "\n.. include:: part.txt\n")
    assert "part.txt:5: WARNING: this proof is refuted" in build(folder)[1]


def test_lines_are_told_in_markdown_pages(folder: Path) -> None:
    (folder / "conf.py").write_text('extensions = ["symkl.sphinx", "myst_parser"]\nproject = "theirs"\n')
    (folder / "extra.md").write_text(f"---\norphan: true\n---\n\n# Extra\n\n```{{symkl:proof}}\n:claim: regret\n\nWords.\n\n{WRONG}\n```\n")
    assert "extra.md:12: WARNING: this proof is refuted" in build(folder)[1]


def test_two_things_of_one_name_are_told(folder: Path) -> None:
    (folder / "proof.rst").write_text(".. symkl:document:: proof.md\n\n.. symkl:document:: sub/proof.md\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "proof.md").write_text(PROOF.replace("A short proof", "The other"))
    assert "document 'proof' is shown here, too" in build(folder)[1]


def test_names_without_a_letter_of_ascii_have_anchors_of_their_own(folder: Path) -> None:
    for name in ("β", "证明"):
        (folder / f"{name}.md").write_text(PROOF.replace("A short proof", name))
        (folder / f"page-{ord(name[0])}.rst").write_text(f":orphan:\n\n.. symkl:document:: {name}.md\n")
    _, warned = build(folder)
    assert warned == ""
    with (folder.parent / "html" / "objects.inv").open("rb") as file:
        found = InventoryFile.load(file, "", lambda base, uri: uri)["symkl:document"]
    assert len({str(item) for item in found.values()}) == 3


def test_the_lines_that_should_be_refuted_can_be_named(folder: Path) -> None:
    for line, words_ in ((1, ""), (2, "the lines refuted here are [1], and the page expects [2]")):
        (folder / "index.rst").write_text(INDEX.replace(":expect: refuted", f":expect: refuted\n   :refuted: {line}"))
        warned = build(folder)[1]
        assert words_ in warned and bool(warned) is bool(words_)


def test_a_module_without_steps_or_in_another_encoding_is_no_crash(folder: Path) -> None:
    empty = MODULE.split("page.step")[0] + "derivation = page.derivation()\n"
    (folder / "gibbs.py").write_text(empty)
    assert "this derivation has no steps" in build(folder)[1]
    latin = "# -*- coding: latin-1 -*-\n# caf\xe9\n" + MODULE.replace("RELATION", ">=")
    (folder / "gibbs.py").write_bytes(latin.encode("latin-1"))
    assert build(folder)[1] == ""
