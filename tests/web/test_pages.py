"""Every page, as a reader meets it: no dead link, nothing from elsewhere, nothing that a screen reader trips over."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import pytest

from tests.web.crawling import pages, some, targets

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.web

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "docs" / "_build" / "screenshots"
AXE = ROOT / "docs" / "node_modules" / "axe-core" / "axe.min.js"
SHARES = 4


def test_no_link_is_dead_and_no_id_is_there_twice(site: str) -> None:
    found = pages(site)
    assert len(found) > 30 and "explorer.html" in found and "derivations/lagrangian.html" in found
    dead = []
    for page in found.values():
        assert len(page.ids) == len(set(page.ids)), (page.path, [i for i in page.ids if page.ids.count(i) > 1])
        for to, anchor in targets(page):
            if to.endswith(".html"):
                # What follows a colon is not a place but what the place is given: a proof to check.
                named = {unquote(anchor), anchor.partition(":")[0]}
                there = to in found and (not anchor or not named.isdisjoint(found[to].ids))
                dead += [] if there else [f"{page.path}: {to}#{anchor}"]
            else:
                with urlopen(f"{site}/{to}") as answer:  # raises where there is none
                    assert answer.status == 200
    assert not dead


def test_every_page_has_a_strict_policy_and_loads_only_its_own(site: str) -> None:
    scripts = set()
    for page in pages(site).values():
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page.html)
        assert policy is not None, page.path
        rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
        assert rules["default-src"] == "'none'"
        assert "unsafe" not in rules["script-src"] and "unsafe" not in rules["style-src-elem"]
        assert not any("http" in rule or "*" in rule for rule in rules.values())
        assert page.html.index("Content-Security-Policy") < page.html.index("<script"), page.path
        assert not [load for load in page.loads if urlsplit(load).scheme or load.startswith("//")]
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", re.sub(r"<pre.*?</pre>|<code.*?</code>", "", page.html, flags=re.S)), page.path
        scripts.add(rules["script-src"])
    # One inline script, the theme's, and the same on every page: none came with a page's content.
    (only,) = scripts
    assert only.count("'sha256-") == 1


def test_what_may_scroll_sideways_can_be_reached_by_keyboard(site: str) -> None:
    # axe says so only of what does scroll, and that depends on the fonts of the machine.
    for page in pages(site).values():
        scrolling = re.findall(r'<pre\b[^>]*>|<div class="table-wrapper\b[^>]*>', page.html)
        assert not [tag for tag in scrolling if 'tabindex="0"' not in tag], page.path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_nothing_serious(context_of: Any, site: str, scheme: str, share: int) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `npm ci` in docs/")
    # What is not colour is the same in both schemes.
    only = "runOnly: ['color-contrast']" if scheme == "dark" else ""
    # The page's own policy would refuse the injected checker; it is tested by itself above.
    context = context_of(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    found = []
    for path in some(site)[share::SHARES]:
        page.goto(path)
        page.add_script_tag(path=AXE)
        report = page.evaluate(f"axe.run(document, {{resultTypes: ['violations'], {only}}})")
        for violation in report["violations"]:
            if violation["impact"] in ("serious", "critical"):
                where = [node["target"] for node in violation["nodes"][:3]]
                found.append(f"{path} ({scheme}): {violation['id']}: {violation['help']}: {json.dumps(where)}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("share", range(SHARES))
def test_no_page_scrolls_sideways_on_a_phone(context_of: Any, site: str, share: int) -> None:
    page = context_of(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True).new_page()
    wide = []
    for path in some(site)[share::SHARES]:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wide.append(f"{path}: {width}")
    assert not wide


def test_pages_say_nothing_to_the_console_and_no_other_host(page: Page, site: str) -> None:
    for path in pages(site):
        page.goto(path, wait_until="load")
    # What was said is judged where the page is closed.


def test_it_works_without_a_network(context_of: Any, site: str) -> None:
    context = context_of()
    page = context.new_page()
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(site) else route.abort())
    page.goto("derivations/lagrangian.html")
    assert page.locator(".katex").count() > 10
    fonts = page.evaluate("document.fonts.ready.then(() => [...document.fonts].filter(f => f.status == 'loaded').length)")
    assert fonts > 0


def test_search_finds_a_page_offline(page: Page) -> None:
    page.goto("search.html?q=Lagrange")
    page.locator("#search-results a").first.wait_for()
    told = page.locator("#search-results").inner_text()
    assert "Lagrange’s method" in told and "&#x27;" not in told and "&#" not in told


def test_the_search_puts_pages_before_names_of_python(page: Page) -> None:
    page.goto("search.html?q=maximiser")
    page.locator("#search-results li").nth(8).wait_for()
    shown = page.locator("#search-results li a").evaluate_all("(links) => links.map((each) => each.textContent)")
    named = [n for n, each in enumerate(shown) if each.startswith("symkl.")]
    assert shown.index("Glossary") < 3 and min(named, default=99) > 5, shown


def test_a_formula_is_said_once_in_what_the_search_shows(page: Page) -> None:
    page.goto("search.html?q=partition")
    excerpt = page.locator("#search-results .context")
    excerpt.nth(3).wait_for()
    said = page.evaluate("""async () => {
        const page = await (await fetch("tutorials/dpo.html")).text();
        return Search.htmlToText(page, "").replace(/\\s+/g, " ");
    }""")
    # Its letters in a line: not its LaTeX, and not a second time as it is seen.
    assert "You need the formula for π^∗ from the lesson before" in said
    assert "the reference times e^(r/β) , over Z ." in said and "\\frac{1}{Z(x)}" not in said
    assert not [text for text in excerpt.all_inner_texts() if "\\text{" in text or "\\mathrm{" in text]


def test_on_this_page_is_in_sight_on_a_laptop(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("derivations/lagrangian.html")
    box = page.locator(".toc-drawer").bounding_box()
    text = page.locator("article").bounding_box()
    assert box is not None and text is not None
    assert box["x"] >= text["x"] + text["width"] and box["x"] + box["width"] <= 1280
    assert page.locator(".toc-drawer").get_by_role("link", name="Step by step").is_visible() and not page.locator(".toc-content-icon").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_steps_are_revealed_by_keyboard(page: Page) -> None:
    page.goto("derivations/lagrangian.html")
    steps = page.locator(".symkl-step")
    count = steps.count()
    formulas = page.locator(".symkl-step .math")
    below = page.get_by_role("heading", name="Where it would fail")
    assert count > 5 and formulas.last.is_visible() and below.is_visible()
    page.get_by_role("button", name="Guess the steps one at a time").focus()
    page.keyboard.press("Enter")
    # Neither the step nor its reason, nor what repeats it further down.
    assert not steps.first.is_visible() and not below.is_visible()
    assert not page.locator(".symkl-dropped, .symkl-module").first.is_visible()
    page.get_by_role("button", name="Show its reason, as a hint").click()
    assert not formulas.first.is_visible() and steps.first.locator(".symkl-why").is_visible()
    assert not steps.nth(1).is_visible()
    told = page.locator(".symkl-reveal output")
    assert told.inner_text() == f"0 of {count} steps are shown. What comes next?"
    assert page.evaluate("document.activeElement.textContent") == "Show the next step"
    page.keyboard.press("Space")
    assert formulas.first.is_visible() and not steps.nth(1).is_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert told.inner_text().startswith("1 of ")
    for _ in range(count - 1):
        page.keyboard.press("ArrowDown")
    assert formulas.last.is_visible() and told.inner_text() == "" and below.is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Guess the steps one at a time"


def test_a_link_to_a_hidden_step_opens_it(page: Page) -> None:
    page.goto("derivations/lagrangian.html")
    page.get_by_role("button", name="Guess the steps one at a time").click()
    page.evaluate("location.hash = 'lagrangian-step-3'")
    page.locator("#lagrangian-step-3 .math").wait_for()
    assert not page.locator("#lagrangian-step-4 .math").is_visible()
    page.evaluate("location.hash = 'step-5'")
    page.locator("#lagrangian-step-5 .math").wait_for()


def test_a_guess_is_written_and_compared(context_of: Any, site: str) -> None:
    with urlopen(f"{site}/_static/bundle/manifest.json") as answer:
        if missing := json.load(answer)["missing"]:
            pytest.skip(f"the site was built without {missing}")
    page = context_of().new_page()
    page.set_default_timeout(60_000)
    page.goto("derivations/lagrangian.html")
    asks = json.loads(page.locator(".guessing").get_attribute("data-asks") or "")
    first = next(n for n, each in enumerate(asks["steps"]) if each["asked"])
    page.get_by_role("button", name="Guess the steps one at a time").click()
    for _ in range(first):
        page.get_by_role("button", name="Show the next step").click()
    step, field, said = asks["steps"][first], page.get_by_label("Write what stands"), page.locator(".guessing-said")
    assert page.locator(".guessing-asked .katex").count() == 1
    right = step["row"].removeprefix(step["left"]).strip().removeprefix(step["relation"]).strip()
    for guess, verdict in ((step["left"], "That is the side"), (f"1 + {right}", "✗ It does not hold"), (r"\foo(", "It cannot be read"), (right, "✓ It follows")):
        field.fill(guess)
        page.get_by_role("button", name="Compare").click()
        said.get_by_text(verdict).wait_for()
    page.get_by_role("button", name="Show the next step").click()
    assert said.inner_text() != "" or field.input_value() == ""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "guess.png")
    if AXE.is_file():
        page.evaluate(AXE.read_text("utf-8"))
        report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert not [v["id"] for v in report["violations"] if v["impact"] in ("serious", "critical")]


def test_a_link_to_what_is_hidden_below_opens_it(page: Page) -> None:
    page.goto("derivations/lagrangian.html")
    page.get_by_role("button", name="Guess the steps one at a time").click()
    page.evaluate("location.hash = document.querySelector('.symkl-dropped').closest('section').id")
    page.locator(".symkl-dropped").first.wait_for()


def test_a_theorem_has_a_page_and_its_old_address_leads_there(page: Page) -> None:
    page.goto("reference/theorems.html#symkl-theorem-regret")
    page.locator("li:has(#symkl-theorem-regret) a").click()
    page.wait_for_url("**/reference/theorems/regret.html*")
    parts = page.locator("article .symkl-part").all_inner_texts()
    assert parts[0] == "Statement" and parts[1].startswith("Proof") and parts[-1] == "Used by"
    assert page.locator("article .katex-display").count() >= 1 and page.locator(".symkl-uses a").count() >= 1


def test_a_row_of_a_document_has_an_address(page: Page) -> None:
    page.goto("documents/note-on-ppo.html#row-39")
    row = page.locator(".symkl-row.symkl-refuted")
    assert row.locator("a[href='#row-39']").inner_text().strip() == "(line 39)"
    assert page.locator("#row-39").count() == 1 and page.evaluate("scrollY") > 0


def test_the_first_page_asks_before_it_tells(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("index.html")
    no = page.get_by_role("button", name="It does not")
    box = no.bounding_box()
    assert box is not None and box["y"] + box["height"] < 900
    guess = page.locator(".guess")
    assert guess.locator(".math:visible").count() == 2
    assert "refuted" not in guess.inner_text() and "Counterexample" not in guess.inner_text()
    page.get_by_role("button", name="It follows").focus()
    page.keyboard.press("Enter")
    assert "Not so." in guess.inner_text() and "✗ refuted" in guess.inner_text()
    no.click()
    assert "Right." in guess.inner_text() and "0.6201" in guess.inner_text()


def test_without_scripts_the_first_page_tells_at_once(context_of: Any) -> None:
    page = context_of(java_script_enabled=False).new_page()
    page.goto("index.html")
    assert "✗ refuted" in page.locator(".guess").inner_text()


def test_print_opens_all_steps(page: Page) -> None:
    page.goto("derivations/lagrangian.html")
    page.get_by_role("button", name="Guess the steps one at a time").click()
    assert not page.locator(".symkl-step .math").last.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".symkl-step .math").last.is_visible()
    assert not page.locator(".symkl-reveal").is_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    document = page.pdf(path=SHOTS / "lagrangian.pdf", format="A4")
    assert document.startswith(b"%PDF") and len(document) > 50_000


@pytest.mark.parametrize(
    ("width", "page", "most"),
    [(360, "tutorials/two-roads", 0), (360, "practise/dpo", 0), (360, "tutorials/dpo", 2), (1280, "tutorials/estimators/as-a-number", 0)],
)
def test_a_wide_formula_goes_on_in_the_next_line_or_shows_that_it_scrolls(context_of: Any, width: int, page: str, most: int) -> None:
    seen = context_of(viewport={"width": width, "height": 740}).new_page()
    seen.goto(f"{page}.html")
    wide, fading = seen.evaluate("""() => {
        const found = [...document.querySelectorAll("div.math")].filter((each) => each.scrollWidth > each.clientWidth + 1);
        return [found.length, found.filter((each) => getComputedStyle(each).getPropertyValue("--symkl-fade") !== "0px").length];
    }""")
    assert wide <= most and fading == wide
    assert seen.evaluate("document.documentElement.scrollWidth") <= width


def test_a_formula_begins_no_line_with_its_relation_alone(page: Page) -> None:
    page.goto("tutorials/two-roads.html")
    parts = page.evaluate("[...document.querySelectorAll('div.math .katex-html')].map((each) => each.querySelector('.katex-base').textContent)")
    assert [part for part in parts if part.startswith("=")]
    assert not [part for part in parts if part.replace("\N{ZERO WIDTH SPACE}", "").strip() in ("=", "≤", "≥", "∝", ":=")]


def test_no_formula_is_broken_before_what_is_given(page: Page) -> None:
    page.goto("tutorials/two-roads.html")
    ends = page.evaluate("[...document.querySelectorAll('div.math .katex-base')].map((each) => each.textContent)")
    assert ends and not [end for end in ends if end.rstrip().endswith("∣")]


def test_print_covers_no_formula_with_a_link(page: Page) -> None:
    page.goto("tutorials/two-roads.html")
    page.emulate_media(media="print")
    assert not page.locator(".skip-to-content").first.is_visible()


def test_without_scripts_every_step_is_open(context_of: Any) -> None:
    page = context_of(java_script_enabled=False).new_page()
    page.goto("derivations/lagrangian.html")
    assert page.locator(".symkl-step .math").last.is_visible()
    assert page.locator(".symkl-reveal").count() == 0


def test_a_wrong_line_says_what_is_off(page: Page) -> None:
    page.goto("documents/note-on-ppo.html")
    row = page.locator(".symkl-row.symkl-refuted")
    assert row.count() == 1
    text = row.inner_text()
    assert "✗ refuted" in text and "Counterexample" in text and "Did you mean" in text
    assert row.locator(".symkl-edit .symkl-changed").first.inner_text() == "-"
    page.get_by_role("link", name="sign of KL in a loss or a maximum").first.click()
    assert page.url.endswith("#symkl-slip-sign-of-kl-in-a-loss-or-a-maximum")


SEEN = ["index", "derivations/index", "derivations/kl_rewriting", "documents/note-on-ppo", "tutorials/first-check",
        "reference/laws", "errata", "explorer", "training"]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark", "phone"])
def test_pictures_for_a_person_to_look_at(context_of: Any, scheme: str) -> None:
    phone = {"viewport": {"width": 360, "height": 740}} if scheme == "phone" else {"viewport": {"width": 1280, "height": 900}}
    page = context_of(color_scheme="dark" if scheme == "dark" else "light", **phone).new_page()
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name in SEEN:
        page.goto(f"{name}.html")
        path = SHOTS / f"{name.replace('/', '-')}-{scheme}.png"
        page.screenshot(path=path, full_page=True)
        assert path.stat().st_size > 10_000
