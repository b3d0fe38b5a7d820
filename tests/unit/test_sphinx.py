"""The Sphinx domain, used from outside: a small site of somebody else's, in reStructuredText, without a theme."""

import io
import os
import re
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace
from sphinx.util.inventory import InventoryFile

from symkl import theorems
from symkl.sphinx import catalogue
from symkl.sphinx.building import unmarked
from symkl.sphinx.prose import prose
from symkl.terms import Span

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
    assert 'class="symkl-graph"' not in refuted and "Gibbs, shortly" in refuted
    reference = words(html / "reference.html")
    assert "Shown on : Gibbs, shortly" in reference and "Claimed, and met, by : A short proof" in reference
    for law in catalogue.LAWS:
        assert law in reference


def test_every_name_is_in_the_inventory_and_the_index(folder: Path) -> None:
    build(folder)
    with (folder.parent / "html" / "objects.inv").open("rb") as file:
        found = InventoryFile.load(file, "", lambda base, uri: uri)
    assert set(found["symkl:theorem"]) == set(theorems.NAMES)
    assert set(found["symkl:law"]) == set(catalogue.LAWS)
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
    one, two = (build(folder, fresh=True, parallel=n) for n in (1, 2))
    assert one[1] == two[1] == ""
    build(folder, fresh=True, parallel=2)
    assert "Claimed, and met, by : A short proof" in words(folder.parent / "html" / "reference.html")


def test_laws_are_those_that_the_kernel_returns() -> None:
    root = Path(__file__).parents[2] / "symkl"
    source = "\n".join(path.read_text() for path in [*root.glob("*.py"), root / "kernel" / "laws.py"])
    named = set(re.findall(r'_proved\(nf, "([^"]+)"', source)) | set(re.findall(r'law="([^"]+)"', source))
    assert named - {"counterexample"} <= set(catalogue.LAWS)
    for law in catalogue.LAWS:  # those that `inequality` and `optimal` choose among are written there, too
        assert f'"{law}"' in source


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
