"""The checker in the page, as a person uses it; and its reports, byte for byte, beside those of the command line.

Python is loaded into the browser here, which takes seconds: the page that holds it is shared by the tests that may.
"""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from symkl.batch import Job, check
from symkl.exercises.shelf import LADDERS, exercises
from symkl.reporting.json import dumps
from tests.unit.test_hostile import HOSTILE
from tests.web.conftest import Watch
from tests.web.crawling import pages

pytestmark = pytest.mark.web

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "docs" / "_build" / "screenshots"
AXE = ROOT / "docs" / "node_modules" / "axe-core" / "axe.min.js"
DOCUMENTS = sorted([
    *(ROOT / "docs" / "proofs").glob("*.md"), *(ROOT / "docs" / "data" / "examples").glob("*.md"),
    *(ROOT / "tests" / "golden" / "malformed").glob("*.md"),
])  # fmt: skip
WAIT = 60_000  # milliseconds for Python to be loaded, on a machine that does other things, too
WRONG = "$$ D_{KL}(p \\| q) \\le 0 $$\n"
RIGHT = "$$ D_{KL}(p \\| q) \\ge 0 $$\n"
WIDE = {"width": 1280, "height": 900}
BOMB = HOSTILE["2,000 rows"].decode()

# The page itself says when it has an answer; the newest is kept.
LISTEN = """() => document.querySelector('.checker').addEventListener('checked', (event) => {
  window.answer = event.detail;
})"""


@pytest.fixture(scope="session")
def manifest(site: str) -> dict[str, Any]:
    """What the site was built with; without a bundle its tests are skipped, and say so."""
    with urlopen(f"{site}/_static/bundle/manifest.json") as answer:
        found: dict[str, Any] = json.load(answer)
    if found["missing"]:
        reason = f"the site was built without {found['missing']}"
        warnings.warn(f"the tests of the checker in the page are SKIPPED: {reason}", stacklevel=2)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def shared(browser: Any, site: str, manifest: dict[str, Any]) -> Iterator[Any]:
    """A page with Python in it, for tests that only put other texts there."""
    context = browser.new_context(base_url=site, viewport=WIDE, permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(WAIT)
    watch = Watch(context, site)
    page = opened(context.new_page())
    page.click(".checker-check")
    answer_to(page, page.input_value(".checker-text"))
    yield page
    context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


def opened(page: Any, link: str = "") -> Any:
    page.goto("about:blank")
    page.goto(f"/check.html{link}")
    page.wait_for_selector(".checker[data-ready]")
    page.evaluate(LISTEN)
    return page


def put(page: Any, text: str) -> None:
    """A text in place of what is there, at once: Chromium types thousands of lines for minutes."""
    page.evaluate(
        """(text) => {
          const area = document.querySelector('.checker-text');
          area.value = text;
          area.dispatchEvent(new Event('input', { bubbles: true }));
        }""",
        text,
    )


def answer_to(page: Any, text: str) -> list[Any]:
    """The lines of the report of a text, once it is there; what was typed before it may be answered first."""
    for _ in range(WAIT // 50):
        found = page.evaluate("(text) => window.answer?.text === text ? window.answer.json : null", text)
        if found is not None:
            lines: list[Any] = json.loads(found)[0]["lines"]
            return lines
        page.wait_for_timeout(50)
    raise AssertionError(f"no answer: {page.text_content('.checker-status')}")


def checked(page: Any, text: str) -> list[Any]:
    """The lines of the report of a text that is put in and checked."""
    page.evaluate("window.answer = null")
    put(page, text)
    page.click(".checker-check")
    return answer_to(page, text)


# --- the same program ----------------------------------------------------------------------------


def test_reports_are_those_of_the_command_line_to_the_last_byte(shared: Any, tmp_path: Path, monkeypatch: Any) -> None:
    more = {f"{n}.md": HOSTILE[n].decode("utf-8", "surrogateescape") for n in ("a tower of powers", "a product of sums", "code in a text")}
    more |= {"wide.md": "$$ 数 = \\foo $$\n\n$$ \N{MATHEMATICAL ITALIC SMALL X} = x + 1 $$\n", "one.tex": "\\[ \\log \\frac{p}{q} = \\log p \\]\r\n"}
    texts = {path.name: path.read_text("utf-8") for path in DOCUMENTS} | more
    assert len(texts) > 60
    monkeypatch.chdir(tmp_path)
    ours = shared.evaluate(
        """async (texts) => {
          const { engine } = await import('/_static/checker/engine.js');
          const manifest = await (await fetch('/_static/bundle/manifest.json')).json();
          const runs = engine(manifest, () => {});
          const out = {};
          for (const [name, text] of Object.entries(texts)) out[name] = (await runs.check(name, text, () => {})).json;
          runs.stop();
          return out;
        }""",
        texts,
    )
    different = []
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text.encode("utf-8"))
        report = check(Job(name))
        different += [name] if ours[name] != dumps([report]) + "\n" else []  # type: ignore[list-item]
    assert not different


def test_every_proof_of_the_site_opens_in_the_checker(page: Any, site: str) -> None:
    found = pages(site)
    with_proofs = {path: each for path, each in found.items() if 'class="symkl-inline symkl-proof' in each.html or "symkl-proof symkl-inline" in each.html}
    assert len(with_proofs) > 5
    for path, each in with_proofs.items():
        links = [link for link in each.links if "check.html#proof:" in link]
        assert len(links) >= each.html.count("symkl-inline"), path
    page.goto("index.html")
    page.get_by_role("button", name="It does not").click()
    page.get_by_role("link", name="Try it").first.click()
    page.wait_for_selector(".checker[data-ready]")
    assert "\\max_{\\pi} \\; \\beta D_{\\text{KL}}" in page.input_value(".checker-text")
    assert page.locator(".checker-preview .katex").count() == 2


def test_nothing_is_left_for_a_readers_browser_to_compile(site: str, manifest: dict[str, Any]) -> None:
    # Python's own modules are most of what it imports before it answers: compiled there, they cost as much as all the rest.
    with urlopen(f"{site}/_static/bundle/python_stdlib.zip") as answer:
        library = zipfile.ZipFile(io.BytesIO(answer.read())).namelist()
    assert "dataclasses.pyc" in library and "_pyodide/_base.pyc" in library
    assert not [name for name in library if name.endswith(".py")]
    with urlopen(f"{site}/_static/bundle/{manifest['packages'][-1]}") as answer:
        compiled = set(zipfile.ZipFile(io.BytesIO(answer.read())).namelist())
    for package in manifest["packages"][:-1]:
        with urlopen(f"{site}/_static/bundle/{package}") as answer:
            sources = [Path(name) for name in zipfile.ZipFile(io.BytesIO(answer.read())).namelist() if name.endswith(".py")]
        assert sources
        missing = [str(each) for each in sources if not each.parts[0].endswith(".data")
                   and str(each.parent / "__pycache__" / f"{each.stem}.cpython-314.pyc") not in compiled]
        assert not missing


# --- as a person uses it -------------------------------------------------------------------------


def test_an_example_is_checked_and_its_suggestion_applied(shared: Any, manifest: dict[str, Any], capsys: Any) -> None:
    page = shared
    page.select_option(".checker-example", "0")
    wrong = page.input_value(".checker-text")
    page.evaluate("window.answer = null")
    page.click(".checker-check")
    lines = answer_to(page, wrong)
    assert [line["status"] for line in lines] == ["stated", "refuted"]
    assert not page.is_visible(".checker-stop") and not page.is_visible(".checker-progress")
    row = page.locator("#row-2")
    text = row.inner_text()
    assert "✗ refuted" in text and "Counterexample" in text and "Did you mean" in text and "0.6201" in text
    assert row.get_by_role("link", name="sign of KL in a loss or a maximum").get_attribute("href") == (
        "reference/slips/divergences.html#symkl-slip-sign-of-kl-in-a-loss-or-a-maximum")
    row.get_by_role("button", name="Apply: put a minus sign in front").click()
    right = wrong.replace("\\max_{\\pi} \\; \\beta", "\\max_{\\pi} \\; -\\beta")
    assert page.input_value(".checker-text") == right != wrong
    assert [line["status"] for line in answer_to(page, right)] == ["stated", "proved"]
    took = page.evaluate("window.answer.took")
    assert page.text_content(".checker-status").startswith("Proved")
    assert page.evaluate("document.activeElement.id") == "row-2"
    page.focus(".checker-text")
    page.keyboard.press("Control+z")
    assert page.input_value(".checker-text") == wrong
    with capsys.disabled():
        print(f"\nthe checker in the page: {manifest['bytes'] / 1e6:.1f} MB; two rows in {took:.0f} ms")


def test_symbols_are_shown_and_a_row_leads_to_its_line(shared: Any) -> None:
    text = "# Two rows\n\nFirst\n\n" + RIGHT + "\nthen\n\n" + WRONG
    checked(shared, text.replace(RIGHT, RIGHT + "\n$$ Z(x) = E_{y \\sim \\pi_{ref}}[e^{r(x,y)/\\beta}] $$\n"))
    table = shared.locator(".checker-symbols").inner_text()
    assert "β" in table and "Z" in table
    checked(shared, text)
    shared.get_by_role("button", name="Row 2: go to line 9").click()
    start, stop = shared.evaluate("(() => { const t = document.querySelector('.checker-text'); return [t.selectionStart, t.selectionEnd]; })()")
    assert text[start:stop] == "D_{KL}(p \\| q) \\le 0"


def test_what_one_may_type_stands_as_code(shared: Any) -> None:
    lines = checked(shared, "$$ \\int_0^1 r(x, y) = 1 $$\n")
    assert [line["status"] for line in lines] == ["unreadable"]
    told = shared.locator("#row-1 dl")
    assert told.locator("dt").all_inner_texts()[-1] == "instead"
    assert told.locator("dd code").first.inner_text() == "\\int f(y) \\, dy"


def test_every_suggestion_of_the_slips_can_be_applied(shared: Any) -> None:
    # Rows that run over lines, in aligned blocks, under a quote, behind letters of two halves.
    texts = [
        "$$\nD_{KL}(p \\| q)\n  \\le 0\n$$\n",
        "\\begin{align}\n\\log\\frac{p(y)}{q(y)} &= \\log p(y) - \\log q(y) \\\\\n&= \\log p(y) + \\log q(y)\n\\end{align}\n",
        "> A quote:\n>\n> $$\n> \\log\\frac{p(y)}{q(y)}\n>  = \\log p(y) + \\log q(y)\n> $$\n",
        "\N{MATHEMATICAL ITALIC SMALL X} and $$ \\log\\frac{p(y)}{q(y)} = \\log p(y) + \\log q(y) $$\n",
    ]
    offered = 0
    for text in texts:
        lines = checked(shared, text)
        bad = next(n for n, line in enumerate(lines) if line["status"] == "refuted")
        for n in range(len(lines[bad]["suggestions"][:1])):
            offered += 1
            shared.locator(f"#row-{bad + 1} .checker-apply").nth(n).click()
            found = answer_to(shared, shared.input_value(".checker-text"))
            assert [line["status"] for line in found][bad] == "proved", text
    assert offered >= 4


def test_it_checks_as_one_types(shared: Any) -> None:
    checked(shared, WRONG)
    put(shared, RIGHT)
    assert shared.locator(".checker-results.checker-old").count() == 1
    assert [line["status"] for line in answer_to(shared, RIGHT)] == ["proved"]
    assert shared.locator(".checker-results.checker-old").count() == 0
    assert shared.input_value(".checker-text") == RIGHT


def test_a_check_is_stopped_in_mid_run_and_the_next_one_starts_anew(context_of: Any, manifest: dict[str, Any], capsys: Any) -> None:
    context = context_of()
    context.set_default_timeout(WAIT)
    page = opened(context.new_page())
    page.click(".checker-check")
    assert page.is_visible(".checker-progress progress")
    page.get_by_text("Loading ").last.wait_for()
    page.click(".checker-stop")  # while it loads
    assert page.text_content(".checker-status").startswith("Stopped")
    began = page.evaluate("performance.now()")
    page.click(".checker-check")
    answer_to(page, page.input_value(".checker-text"))
    ready = page.evaluate("performance.now()") - began
    assert not page.is_visible(".checker-stop") and not page.is_visible(".checker-progress")
    with capsys.disabled():
        print(f"\nthe checker in the page: first answer {ready / 1000:.1f} s after the click")
    put(page, BOMB)
    page.click(".checker-check")
    page.get_by_text("Checking …").wait_for()
    page.wait_for_timeout(500)
    page.click(".checker-stop")
    assert page.text_content(".checker-status").startswith("Stopped")
    assert not page.is_visible(".checker-stop") and page.evaluate("document.activeElement.className") == "checker-check"
    assert [line["status"] for line in checked(page, RIGHT)] == ["proved"]


def test_it_works_without_a_network_and_asks_nobody(shared: Any) -> None:
    asked: list[str] = []
    shared.context.on("request", lambda request: asked.append(request.url))
    shared.context.set_offline(True)
    assert [line["status"] for line in checked(shared, WRONG)] == ["refuted"]
    shared.context.set_offline(False)
    assert not asked


def test_a_large_paste_and_hostile_texts_stay_text(shared: Any) -> None:
    shared.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    evil = (
        '<script>alert(1)</script><img src=x onerror="alert(2)">\n\n$$ \\href{javascript:alert(3)}{p} = \\includegraphics{http://a.example/x.png} $$\n\n'
        '$$ \\text{<img src=x onerror=alert(4)>} = "<svg onload=alert(5)>" $$\n\n$$ \\htmlClass{x}{p} \\url{javascript:1} = q $$\n\n'
        "<!-- symkl: claim <b>x</b> -->\n\n$$ \\newcommand{\\x}{\\x\\x} \\x = 1 $$\n\n$$ \\rule{99999em}{99999em} = 1 $$\n"
    )
    checked(shared, evil)
    inside = shared.evaluate(
        "[...document.querySelectorAll('.checker :is(script, img, svg, iframe)')].map((e) => e.outerHTML)"
    )
    assert all(each.startswith("<svg") and "katex" not in each and "onload" not in each for each in inside), inside
    assert shared.locator(".checker a[href^='javascript']").count() == 0
    assert shared.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # A megabyte of rows: the page goes on answering, and shows a part.
    large = "\n\n".join(f"$$ \\foo_{{{n}}} = y $$ {'word ' * 18}" for n in range(10_000))
    assert len(large) > 1_000_000
    shared.uncheck(".checker-live")
    shared.evaluate("(text) => navigator.clipboard.writeText(text)", large)
    shared.focus(".checker-text")
    shared.keyboard.press("Control+a")
    shared.keyboard.press("Control+v")
    assert shared.input_value(".checker-text") == large
    shared.click(".checker-check")
    lines = answer_to(shared, large)
    assert len(lines) > 1000 and shared.locator(".checker-row").count() == 200
    assert shared.locator(".checker-preview .math").count() == 60
    shared.get_by_role("button", name="Show 200 more").click()
    assert shared.locator(".checker-row").count() == 400
    assert shared.evaluate("document.activeElement.id") == "row-201"
    shared.check(".checker-live")
    assert [line["status"] for line in checked(shared, RIGHT)] == ["proved"]


def test_a_text_goes_through_a_link_a_file_and_the_keyboard(shared: Any, context_of: Any, tmp_path: Path) -> None:
    text = "# A title & more\n\n" + WRONG + "\n+ 100 % = ä\n"
    shared.select_option(".checker-example", "0")
    put(shared, text)
    shared.click(".checker-share")
    assert "nothing was sent anywhere" in shared.text_content(".checker-status")
    link = shared.evaluate("location.hash")
    other = opened(context_of().new_page(), link)
    assert other.input_value(".checker-text") == text
    with other.expect_download() as saving:
        other.click(".checker-save")
    saved = tmp_path / saving.value.suggested_filename
    saving.value.save_as(saved)
    assert saved.name == "a-sign.md" and saved.read_bytes() == text.encode()
    (tmp_path / "mine.tex").write_text("\\[ \\log p = \\log q \\]\n")
    shared.set_input_files(".checker-open", tmp_path / "mine.tex")
    shared.get_by_text("mine.tex is open").wait_for()
    shared.focus(".checker-text")
    shared.keyboard.press("Control+Enter")
    assert [line["status"] for line in answer_to(shared, "\\[ \\log p = \\log q \\]\n")] == ["refuted"]
    assert json.loads(shared.evaluate("window.answer.json"))[0]["file"] == "mine.tex"
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe$$")
    shared.set_input_files(".checker-open", tmp_path / "bad.md")
    shared.get_by_text("bad.md is not UTF-8 text").wait_for()
    shared.select_option(".checker-example", "0")
    assert "A sign that is wrong" in shared.input_value(".checker-text")


def test_an_exercise_is_solved_by_keyboard_and_remembered(context_of: Any, manifest: dict[str, Any]) -> None:
    context = context_of(viewport=WIDE)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    page.goto("/practise/kl.html")
    page.wait_for_selector(".checker[data-ready]", state="attached")
    assert not page.is_visible(".checker-text")
    page.evaluate(LISTEN)
    hint = page.locator("#kl-2 details").nth(1)
    assert not hint.locator("p").is_visible()
    hint.locator("summary").focus()
    page.keyboard.press("Enter")
    assert "Each term is multiplied by" in hint.inner_text()
    page.get_by_role("button", name="Work on it: The mean of a ratio is one").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "checker-text"
    assert page.input_value(".checker-text") == exercises()["kl-2"].worksheet
    mean, ratio = "\\mathbb{E}_{y \\sim \\pi(\\cdot \\mid x)}", "\\pi_{\\text{ref}}(y \\mid x)"
    leap = f"\n$$ {mean}\\left[ \\frac{{{ratio}}}{{\\pi(y \\mid x)}} \\right] = 1 $$\n"
    page.keyboard.insert_text(leap)
    page.keyboard.press("Control+Enter")
    answer_to(page, exercises()["kl-2"].worksheet + leap)
    assert "needs" in page.text_content(".checker-grade") and "Not solved yet" in page.text_content(".checker-status")
    assert page.locator("#kl-2 .exercise-name").inner_text() == "kl-2"
    for _ in range(len("1 $$\n")):
        page.keyboard.press("Backspace")
    page.keyboard.insert_text(f"\\sum_y {ratio} $$\n\n$$ = 1 $$\n")
    solved = page.input_value(".checker-text")
    page.keyboard.press("Control+Enter")
    answer_to(page, solved)
    page.get_by_text("Solved. Every row follows").first.wait_for()
    assert page.locator("#kl-2 .exercise-name").inner_text() == "kl-2 ✓ solved"
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "exercise-solved.png", full_page=True)
    page.evaluate(AXE.read_text("utf-8"))
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert not [v["id"] for v in report["violations"] if v["impact"] in ("serious", "critical")]
    # Another exercise begins with its own worksheet; what was written is there again after a reload.
    page.get_by_role("button", name="Work on it: k1 has no bias").click()
    assert page.input_value(".checker-text") == exercises()["kl-3"].worksheet
    page.reload()
    page.wait_for_selector(".checker[data-ready]", state="attached")
    page.get_by_role("button", name="Work on it: The mean of a ratio is one").click()
    assert page.input_value(".checker-text") == solved
    page.get_by_role("button", name="Begin anew").click()
    assert page.input_value(".checker-text") == exercises()["kl-2"].worksheet
    page.goto("/practise/index.html")
    assert page.locator(".exercise-of-kl-2").inner_text().strip() == "✓ solved"
    assert page.locator(".exercise-of-kl-3").inner_text().strip() == ""


def test_exercises_are_complete_without_scripts(context_of: Any) -> None:
    page = context_of(java_script_enabled=False).new_page()
    for ladder in LADDERS:
        page.goto(f"/practise/{ladder}.html")
        here = [each for each in exercises().values() if each.ladder == ladder]
        assert page.locator(".exercise-folded").count() == 4 * len(here)
        for each in here:
            assert page.locator(f"#{each.name} .katex").count() > 2


def test_a_site_without_the_bundle_says_what_is_missing(page: Any) -> None:
    page.route("**/manifest.json", lambda route: route.fulfill(json={"missing": "pyodide in docs/node_modules", "bytes": 0}))
    page.goto("/check.html")
    page.wait_for_selector(".checker[data-ready]")
    assert "there is no pyodide in docs/node_modules" in page.text_content(".checker-missing")
    assert page.is_disabled(".checker-check")
    assert page.locator(".checker-preview .katex").count() == 2


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_axe_and_pictures_of_a_report(shared: Any, look: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `npm ci` in docs/")
    example = (ROOT / "docs" / "data" / "examples" / "a-sign.md").read_text()
    checked(shared, f"{example}\n$$ \\foo(x = 1 $$\n\n$$ \\beta(y) = q(y) + \\int $$\n")
    width = 360 if look == "phone" else 1280
    try:
        shared.emulate_media(color_scheme="dark" if look == "dark" else "light")
        shared.set_viewport_size({"width": width, "height": 740 if look == "phone" else 900})
        assert shared.evaluate("document.documentElement.scrollWidth") <= width
        SHOTS.mkdir(parents=True, exist_ok=True)
        shared.screenshot(path=SHOTS / f"checker-report-{look}.png", full_page=True)
        # As a script the page's own policy would refuse it; the browser itself may run it.
        shared.evaluate(AXE.read_text("utf-8"))
        report = shared.evaluate("axe.run(document, {resultTypes: ['violations']})")
    finally:
        shared.emulate_media(color_scheme="light")
        shared.set_viewport_size(WIDE)
    serious = [v for v in report["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, [(v["id"], v["help"], [node["target"] for node in v["nodes"][:3]]) for v in serious]
