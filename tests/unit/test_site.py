"""What the site is built with beside its pages: formulas, the policy, weights, and what readers with no mouse need."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
from docutils import nodes

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_extensions"


def extension(name: str) -> ModuleType:
    if str(EXTENSIONS) not in sys.path:
        sys.path.append(str(EXTENSIONS))  # as docs/conf.py does: one may import another
    spec = importlib.util.spec_from_file_location(f"site_{name}", EXTENSIONS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def katex() -> ModuleType:
    module = extension("katex")
    if shutil.which("node") is None or not module.PACKAGE.is_dir():
        pytest.skip("formulas are rendered by Node.js and KaTeX: run `make docs` once")
    return module


def test_a_formula_becomes_html_and_mathml(katex: ModuleType) -> None:
    html = katex.rendered(r"\pi^* \propto \changed{e^{r/\beta}}", True)["html"]
    assert "<math" in html and "katex-html" in html and 'class="enclosing symkl-changed"' in html


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"E\left[ \frac{p}{q} - 1 - \log \frac{p(y)}{q(y)} - a - b - c - d \right] = K",
         r"E\biggl[ \frac{p}{q} - 1 - \log \frac{p(y)}{q(y)} - a - b - c - d \biggr] = K"),
        (r"\left(\left(a + b\right) c - d - e - f - g - h - i - j - k - l\right)^2",
         r"\bigl(\left(a + b\right) c - d - e - f - g - h - i - j - k - l\bigr)^2"),
        (r"\left( a + b + c + d + e + f + g + h + i + j + k \right)", r"( a + b + c + d + e + f + g + h + i + j + k )"),
        # What is short, has no sign to break after, or is no pair stays as it is.
        *[(kept, kept) for kept in (
            r"\left( a - b \right)", r"\left( \frac{a + b + c + d + e + f + g + h + i + j + k}{l} \right)",
            r"\left. a + b + c + d + e + f + g + h + i + j + k + l + m \right|_0", r"a \leftarrow b \rightarrow c", r"a \right) + b",
            r"\left( a + b + c + d + e + f + g + h + i + j + k + l + m + n", r"\frac{\left( a + b + c + d + e + f + g + h + i + j \right)}{2}",
            r"\begin{aligned} \left( a + b + c + d + e + f + g + h + i + j + k + l \right) \end{aligned}",
        )],
    ],
)  # fmt: skip
def test_a_long_bracket_is_no_group_so_that_its_formula_may_go_on_in_the_next_line(latex: str, expected: str) -> None:
    assert extension("opening").opened(latex) == expected


def test_a_formula_may_go_on_inside_its_brackets(katex: ModuleType) -> None:
    html = katex.rendered(r"E\left[ \frac{p}{q} - 1 - \log \frac{p(y)}{q(y)} - a - b - c - d \right]", True)["html"]
    assert html.count('class="katex-base"') + html.count('class="base"') > 4


@pytest.mark.parametrize(
    "latex",
    [r"\frac{a}", r"\undefined", r"\href{javascript:alert(1)}{x}", r"\url{https://example.org}", r"\includegraphics{x.png}",
     r"\htmlId{a}{x}", r"\htmlData{a=b}{x}", r"\htmlStyle{color:red}{x}", r"\htmlClass{other}{x}"],
)  # fmt: skip
def test_what_no_formula_may_have_is_an_error(katex: ModuleType, latex: str) -> None:
    assert set(katex.rendered(latex, False)) == {"error"}


def test_a_formula_that_is_not_one_is_shown_as_text_and_nothing_else(katex: ModuleType) -> None:
    shown = katex._html(nodes.math("", r"\undefined<script>alert(1)</script>"), display=False)
    assert "<script" not in shown and "&lt;script&gt;" in shown


def test_no_formula_is_larger_than_a_page(katex: ModuleType) -> None:
    html = katex.rendered(r"\rule{1000em}{1000em}", False)["html"].partition("katex-html")[2]
    assert "1000em" not in html and "width:20em" in html


THEME = '<html><head><style>a {}</style></head><body>\n<script>theme()</script>'


def test_the_policy_names_what_the_theme_wrote_and_nothing_of_the_page() -> None:
    policy = extension("content_security").policy
    plain = policy(f"{THEME}<article></article></body></html>")
    assert plain.count("sha256-") == 2 and "'unsafe-inline'" not in plain.split("style-src-attr")[0]
    hostile = f"{THEME}<article><script>alert(1)</script><style>b {{}}</style></article></body></html>"
    assert policy(hostile) == plain


def test_a_page_weighs_all_that_it_can_load(tmp_path: Path) -> None:
    weight = extension("weights").weight
    (tmp_path / "font.woff2").write_bytes(b"f" * 1000)
    (tmp_path / "style.css").write_text("@font-face { src: url(font.woff2) }")
    (tmp_path / "other.js").write_text("export const a = 1;")
    (tmp_path / "script.js").write_text('import { a } from "./other.js";')
    page = tmp_path / "page.html"
    page.write_text('<link rel="stylesheet" href="style.css?v=1"><script src="script.js"></script><a href="far.html">x</a>')
    (tmp_path / "far.html").write_text("x" * 10_000)
    expected = sum(path.stat().st_size for path in tmp_path.iterdir() if path.name != "far.html")
    assert weight(page) == expected


def test_a_word_of_the_glossary_is_a_link_where_it_first_stands_in_a_sentence() -> None:
    from sphinx.addnodes import pending_xref

    glossary = extension("glossary")
    first = nodes.paragraph("", "", nodes.Text("A nat of KL. "), nodes.literal("", "nat"), nodes.Text(" Tilted by r, in nats."))
    by_hand = pending_xref("", nodes.inline("", "scores"), reftype="term", reftarget="score")
    second = nodes.paragraph("", "", nodes.Text("The natural log-ratio, and its scores: "), by_hand)
    verdict = nodes.paragraph("", "", nodes.Text("the regret"), classes=["symkl-verdict"])
    page = nodes.section("", nodes.title("", "The margin"), first, second, verdict)
    glossary.link(page, "derivations/a")
    links = [each for each in page.findall(pending_xref) if each is not by_hand]
    assert [(each["reftarget"], each.astext()) for each in links] == [("nat", "nat"), ("tilt", "Tilted"), ("log-ratio", "log-ratio")]
    assert first.astext() == "A nat of KL. nat Tilted by r, in nats."


def test_every_word_that_is_linked_is_in_the_glossary() -> None:
    glossary = extension("glossary")
    known = glossary.terms(glossary.FILE.read_text("utf-8"))
    assert {"nat", "normal form", "soft value"} <= set(known)
    assert set(glossary.FORMS) <= set(known)
    assert all(glossary._words().fullmatch(term) for term in glossary.FORMS)
