"""The explorer's directive: what is built without a browser. What moves is tested in `tests/web/`."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import mpmath
import pytest

from symkl.tilt.table import read

pytest.importorskip("sphinx", reason="the site's tools are not installed: pip install 'symkl[docs]'")

ROOT = Path(__file__).parents[2]
EXTENSIONS = ROOT / "docs" / "_extensions"
EIGHT = (ROOT / "docs" / "data" / "eight-responses.csv").read_bytes()


@pytest.fixture(scope="module")
def explorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("explorer", EXTENSIONS / "explorer.py")
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look for their module by name.
    sys.modules["explorer"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def build(tmp_path: Path):
    """Build a small site; what it gives is the exit code, what was complained of, and the folder."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {os.fspath(EXTENSIONS)!r})\n"
        f"extensions = ['explorer']\nhtml_static_path = [{os.fspath(ROOT / 'docs' / '_static')!r}]\n"
    )

    def run(page: str, tables: dict[str, bytes], builder: str = "html") -> tuple[int, str, Path]:
        (source / "index.rst").write_text(f"Title\n=====\n\n{page}\n\n.. toctree::\n\n   other\n")
        (source / "other.rst").write_text("Other\n=====\n\nNothing moves here.\n")
        for name, data in tables.items():
            (source / name).write_bytes(data)
        out = tmp_path / builder
        command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-b", builder, source, out]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "NO_COLOR": "1"})
        return done.returncode, done.stderr, out

    return run


DIRECTIVE = ".. explorer:: table.csv\n   :beta: {beta}\n"


def by_hand(rewards: list[str], masses: list[str], beta: str) -> dict[str, mpmath.mpf]:
    """From the definitions, in 50 digits."""
    with mpmath.workdps(50):
        weights = [mpmath.exp(mpmath.mpf(z)) for z in masses]
        reference = [w / mpmath.fsum(weights) for w in weights]
        r = [mpmath.mpf(each) for each in rewards]
        tilted = [p * mpmath.exp(each / mpmath.mpf(beta)) for p, each in zip(reference, r, strict=True)]
        z = mpmath.fsum(tilted)
        policy = [t / z for t in tilted]
        return {
            "reward": mpmath.fsum(q * each for q, each in zip(policy, r, strict=True)),
            "kl": mpmath.fsum(q * mpmath.log(q / p) for q, p in zip(policy, reference, strict=True)),
            "log_partition": mpmath.log(z),
            "objective": mpmath.mpf(beta) * mpmath.log(z),
            "top": policy[r.index(max(r))],
        }


@pytest.mark.parametrize("beta", ["0.1", "1", "20"])
def test_the_figures_are_those_of_the_definitions(explorer, beta):
    shown = explorer.picture(read(EIGHT), Decimal(beta))
    rewards = ["8", "-6", "7", "-3", "1", "6", "-2", "-5"]
    logits = ["1.2", "0.5", "1.0", "0.3", "1.5", "1.1", "0.8", "0.9"]
    for name, exact in by_hand(rewards, logits, beta).items():
        text = shown.figures[name]
        assert len(text.replace(".", "").lstrip("0")) == 5
        assert abs(mpmath.mpf(text) - exact) <= mpmath.mpf(10) ** -len(text.partition(".")[2]) / 2, (name, text)


def test_a_table_with_zero_mass_and_ties(explorer):
    table = read(b"response,reward,probability\na,2,0.25\nb,9,0\nc,2,0.5\nd,1,0.25\n")
    shown = explorer.picture(table, Decimal("1e-3"))
    assert [row.policy for row in shown.rows][:3] == ["0.33333", "0", "0.66667"]
    assert [row.ratio for row in shown.rows][1] == "–"
    assert shown.figures["top"] == "1.0000" and shown.figures["reward"] == "2.0000"


@pytest.mark.parametrize("rows", ["a,3,0.5\n", "a,3,0\nb,3,1.5\n"])
def test_equal_rewards_cost_nothing_and_the_frontier_is_a_point(explorer, rows):
    shown = explorer.picture(read(b"response,reward,logit\n" + rows.encode()), Decimal(1))
    assert shown.figures["kl"] == "0" and shown.figures["reward"] == "3.0000"
    assert {row.ratio for row in shown.rows} == {"1.0000"}
    assert shown.frontier.tangent is None


@pytest.mark.parametrize("reward", ["1e90", "-1e100", "12345678901"])
@pytest.mark.parametrize("beta", ["1e-6", "1e6"])
def test_one_large_reward_is_drawn_between_labels_that_differ(explorer, reward, beta):
    shown = explorer.picture(read(f"response,reward,logit\na,{reward},1e90\n".encode()), Decimal(beta))
    assert abs(_number(shown.figures["log_partition"]) * Decimal(beta) / Decimal(reward) - 1) < Decimal("5e-5")
    labels = [label for _, label in shown.frontier.up]
    places = [_number(label) for label in labels]
    assert len(places) > 3 and places == sorted(set(places)) and places[0] < Decimal(reward) < places[-1]
    assert shown.frontier.moving == shown.frontier.hot == shown.frontier.cold


@pytest.mark.parametrize("beta", ["1e-6", "1", "1e6"])
@pytest.mark.parametrize(
    "rows", ["a,1e100,0\nb,-1e100,3\n", "a,1e-100,0\nb,-1e-100,0\n", "a,1e100,0\nb,1e-100,1e6\n", "a,0,0\nb,-1e100,741\n"]
)
def test_every_place_in_the_drawing_is_a_number_in_reach(explorer, rows, beta):
    frontier = explorer.picture(read(b"response,reward,logit\n" + rows.encode()), Decimal(beta)).frontier
    places = [*map(float, re.findall(r"-?[0-9.]+", frontier.path)), *frontier.hot, *frontier.cold, *frontier.moving]
    places += [place for place, _ in frontier.across + frontier.up] + list(frontier.tangent or ())
    assert "n" not in frontier.path and all(-100 <= place <= 450 for place in places)


def _number(text: str) -> Decimal:
    """What a label says."""
    return Decimal(text.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")).replace("×10", "e", 1))


def test_a_best_response_that_floats_cannot_see(explorer):
    shown = explorer.picture(read(b"response,reward,logit\na,1,-2000\nb,0,0\n"), Decimal(1))
    assert shown.frontier.across[-1][1] == "2000"  # where the divergence ends
    assert shown.rows[0].reference == f"{mpmath.nstr(mpmath.exp(-2000) * mpmath.mpf(10) ** 869, 5)}×10⁻⁸⁶⁹"


def test_the_page_has_the_picture_and_other_pages_have_none_of_it(build):
    code, complaints, out = build(DIRECTIVE.format(beta="2"), {"table.csv": EIGHT})
    assert (code, complaints) == (0, "")
    page, other = ((out / name).read_text("utf-8") for name in ("index.html", "other.html"))
    assert re.search(r'<script[^>]*type="module"[^>]*explorer\.js|explorer\.js[^>]*type="module"', page)
    assert "explorer.css" in page and "explorer" not in other.replace("explorer.html", "")
    assert page.count('class="explorer-bar"') == 8 and 'class="explorer-curve" d="M' in page
    assert "polite-detailed" in page and "The picture is for β = 2." in page
    assert not re.search(r"\son[a-z]+=", page[page.index('class="explorer"') : page.index("</template>")])


def test_names_and_numbers_of_a_table_are_text(build):
    name = '<script>alert("1")</script>'
    table = f'response,reward,logit\n"{name.replace(chr(34), chr(34) * 2)}",1,0\nb,0,0\n'.encode()
    _, _, out = build(DIRECTIVE.format(beta="1"), {"table.csv": table})
    page = (out / "index.html").read_text("utf-8")
    assert name not in page and "&lt;script&gt;alert(" in page


@pytest.mark.parametrize("builder", ["text", "latex"])
def test_other_builders_get_a_table(build, builder):
    code, complaints, out = build(DIRECTIVE.format(beta="1"), {"table.csv": EIGHT}, builder)
    assert (code, complaints) == (0, "")
    written = next(out.glob("*.txt" if builder == "text" else "*.tex")).read_text("utf-8")
    for number in ("7.6104", "1.1107", "6.4997", "0.70179", "4.4829"):
        assert number in written


@pytest.mark.parametrize(
    ("page", "table", "says"),
    [
        (".. explorer:: nowhere.csv", b"", "nowhere.csv: no such file"),
        (DIRECTIVE.format(beta="1"), b"response,reward,logit\na,x,0\n", "table.csv:2: column 'reward': found 'x'"),
        (DIRECTIVE.format(beta="1"), b"prompt,response,reward,logit\np,a,1,0\n", "column 'prompt'"),
        (DIRECTIVE.format(beta="1"), b"response,reward,logit\na,1,0\nb,1,-1e9\n", "logits further apart than 1000000"),
        (DIRECTIVE.format(beta="1"), b"response,reward,logit\na,1,1e100\nb,1,-1e100\n", "logits further apart than"),
        (DIRECTIVE.format(beta="-1"), EIGHT, "not a temperature"),
        (DIRECTIVE.format(beta="1e7"), EIGHT, "from 0.000001 to 1000000"),
        (
            DIRECTIVE.format(beta="1"),
            b"response,reward,logit\n" + b"".join(b"r%d,1,0\n" % k for k in range(201)),
            "found 201 rows",
        ),
    ],
)
def test_what_cannot_be_shown_is_a_located_warning(build, page, table, says):
    code, complaints, _ = build(page, {"table.csv": table})
    assert code == 1 and "Traceback" not in complaints
    assert re.search(r"index\.rst:4: WARNING: explorer: ", complaints), complaints
    assert says in complaints and "[symkl.explorer]" in complaints


def test_a_changed_table_changes_the_page(build):
    _, _, out = build(DIRECTIVE.format(beta="1"), {"table.csv": b"response,reward,logit\nonce,1,0\n"})
    assert "once" in (out / "index.html").read_text("utf-8")
    build(DIRECTIVE.format(beta="1"), {"table.csv": b"response,reward,logit\nthereafter,1,0\n"})
    assert "thereafter" in (out / "index.html").read_text("utf-8")
