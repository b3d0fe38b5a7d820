"""The page of a training: its script against Python at every step, its directives, and what they complain of."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from flint import arb

from symkl.problems import FiniteProblem
from symkl.tilt.columns import Wanted
from symkl.tilt.table import read

pytest.importorskip("sphinx", reason="the site's tools are not installed: pip install 'symkl[docs]'")

ROOT = Path(__file__).parents[2]
EXTENSIONS, STATIC = ROOT / "docs" / "_extensions", ROOT / "docs" / "_static"
PROXY = (ROOT / "docs" / "data" / "proxy.csv").read_bytes()
TABLE = read(PROXY, wanted=Wanted(training=True))
NODE = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
PAGE = (ROOT / "docs" / "training.md").read_text("utf-8")
LINES = re.findall(r"^(.+ \| .+ \| .+ \| \d+)$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def training() -> ModuleType:
    spec = importlib.util.spec_from_file_location("training", EXTENSIONS / "training.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["training"] = module
    spec.loader.exec_module(module)
    return module


def presets() -> dict[str, tuple[str, str, int]]:
    cells = ([cell.strip() for cell in line.split("|")] for line in LINES)
    return {name: (beta, rate, int(steps)) for name, beta, rate, steps in cells}


def test_the_page_has_the_four_pictures() -> None:
    assert list(presets()) == ["Healthy", "Reward hacking", "KL that does not settle", "Collapse"]


def test_what_the_page_says_of_its_table_is_so() -> None:
    explorer = read((ROOT / "docs" / "data" / "eight-responses.csv").read_bytes())
    assert TABLE.responses == explorer.responses and list(TABLE.reference) == list(explorer.reference)
    assert TABLE.true_rewards is not None and list(TABLE.true_rewards) == list(explorer.rewards)
    rows = zip(TABLE.responses, TABLE.rewards, TABLE.true_rewards, strict=True)
    assert [row for row in rows if row[1] != row[2]] == [("dishonest", Decimal(10), Decimal(-5))]
    assert Fraction(presets()["Healthy"][0]) == 10 * Fraction(presets()["Reward hacking"][0])
    problem = FiniteProblem.from_logits(list(TABLE.reference), list(TABLE.rewards), 1)
    assert problem.variance(problem.reference) > 1  # GRPO's s: the same β is a higher price


def in_node(script: Path, cases: list[dict[str, object]], tmp_path: Path) -> list[list[dict[str, float]]]:
    shutil.copy(script, tmp_path / "ascent.mjs")
    (tmp_path / "run.mjs").write_text(
        "import { readFileSync } from 'node:fs';\nimport { train } from './ascent.mjs';\n"
        "console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf-8')).map(train)));\n"
    )
    assert NODE
    done = subprocess.run([NODE, tmp_path / "run.mjs"], input=json.dumps(cases), capture_output=True, text=True, check=True)
    out: list[list[dict[str, float]]] = json.loads(done.stdout)
    return out


TABLES = {
    "the page's": (list(map(str, TABLE.reference)), list(map(str, TABLE.rewards)), list(map(str, TABLE.true_rewards or ()))),
    "ties": (["0", "1", "2", "0"], ["3", "3", "-1", "0"], ["1", "2", "3", "4"]),
    "one response": (["5"], ["2"], ["-3"]),
    "a best response that is hardly there": (["0", "-40"], ["0", "1"], ["1", "0"]),
}


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_script_trains_as_python_does(tmp_path: Path) -> None:
    asked = [("the page's", *each) for each in presets().values()]
    # Below the rate that is stable: above it rounding grows until two programs differ.
    several = [("0.01", "0.3"), ("1", "0.3"), ("30", "0.05")]
    asked += [(name, *each, 50) for name in list(TABLES)[1:] for each in several]
    cases = []
    for name, beta, rate, steps in asked:
        logits, rewards, wanted = ([float(each) for each in row] for row in TABLES[name])
        cases.append({
            "logits": logits, "rewards": rewards, "wanted": wanted, "beta": float(beta), "rate": float(rate), "steps": steps,
        })  # fmt: skip
    paths = in_node(STATIC / "training" / "ascent.js", cases, tmp_path)
    for (name, beta, rate, steps), path in zip(asked, paths, strict=True):
        logits, rewards, wanted = TABLES[name]
        run = FiniteProblem.from_logits(logits, rewards, beta).train(wanted, rate=rate, steps=steps)
        scale = 1 + max(abs(float(each)) for each in [*rewards, *wanted])
        assert [each["step"] for each in path] == run.steps.tolist()
        for ours, theirs in [
            ("expected_reward", "reward"), ("true_reward", "wanted"), ("kl", "kl"), ("objective", "objective"), ("gap", "gap"),
        ]:  # fmt: skip
            found = np.array([each[theirs] for each in path])
            assert np.allclose(found, getattr(run, ours), rtol=1e-9, atol=1e-11 * scale), (name, beta, ours)
        assert np.allclose(path[-1]["policy"], run.policy, rtol=1e-8, atol=1e-12)


def test_a_story_holds_what_python_says(training: ModuleType) -> None:
    shows = [training.preset(TABLE, line) for line in LINES]
    for shown in shows:
        beta, rate, steps = presets()[shown.name]
        rewards, logits = list(TABLE.rewards), list(TABLE.reference)
        run = FiniteProblem.from_logits(logits, rewards, beta).train(list(TABLE.true_rewards or ()), rate=rate, steps=steps)
        told = " ".join(shown.said)
        assert f"KL {run.optimum.kl:.5g}" in told and f"{run.largest_kl:.4f}" in told and f"{run.coldest_kl:.4f}" in told
        assert shown.kl == pytest.approx(run.optimum.kl, rel=1e-12)
        last = [float(cell) for cell in shown.rows[-1]]
        assert last[0] == steps
        assert last[1:] == pytest.approx([run.expected_reward[-1], run.true_reward[-1], run.kl[-1], run.gap[-1]], rel=1e-4)
    stories = {shown.name: " ".join(shown.said) for shown in shows}
    assert stories["Healthy"].startswith("Healthy: ") and stories["Reward hacking"].startswith("Reward hacking: ")
    assert "KL does not settle" in stories["KL that does not settle"] and stories["Collapse"].startswith("Collapse: ")


def test_a_larger_price_needs_a_smaller_rate_as_the_page_says() -> None:
    problem = FiniteProblem.from_logits(list(TABLE.reference), list(TABLE.rewards), 1)
    bounds = [problem.at(beta).train(rate=1, steps=1).stable_rate for beta in (0.5, 1, 2, 5, 10, 100)]
    assert bounds == sorted(bounds, reverse=True) and len(set(bounds)) == len(bounds)
    beta, rate, steps = presets()["KL that does not settle"]
    hot = problem.at(5 * Fraction(beta)).train(rate=rate, steps=steps)
    same, slow = (problem.at(beta).train(rate=each, steps=2000) for each in (rate, "0.9"))
    assert np.ptp(same.kl[-20:]) > 0.1 and slow.gap[-1] < 1e-3 and slow.kl[-20:].max() - slow.kl[-20:].min() < 1e-4
    assert hot.gap[-20:].min() > same.gap[-20:].max()


def test_best_of_n_is_the_law_of_the_best_of_n_draws(training: ModuleType) -> None:
    """Against every tuple of draws; ties are broken by chance, as the reference has them."""
    p, rewards = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)], [Decimal(1), Decimal(2), Decimal(2)]
    exact = [Fraction(0)] * 3
    for draws in itertools.product(range(3), repeat=3):
        chance = p[draws[0]] * p[draws[1]] * p[draws[2]]
        best = [i for i in draws if rewards[i] == max(rewards[j] for j in draws)]
        for i in best:
            exact[i] += chance / len(best)
    found = training.best_of(3, [arb(q.numerator) / q.denominator for q in p], rewards)
    assert all(ball.overlaps(arb(q.numerator) / q.denominator) and ball.rad() < 1e-12 for ball, q in zip(found, exact, strict=True))


def test_the_ways_are_what_their_laws_say(training: ModuleType) -> None:
    rows = {row[0].split(",")[0]: [float(cell) for cell in row[1:]] for row in training.ways(TABLE, Decimal(1), [1, 4, 64])}
    problem = FiniteProblem.from_logits(list(TABLE.reference), list(TABLE.rewards), 1)
    true = FiniteProblem.from_logits(list(TABLE.reference), list(TABLE.true_rewards or ()), 1)
    assert rows["best of 1"] == rows["π_ref"]
    for n in (4, 64):
        assert 0 < rows[f"best of {n}"][2] <= np.log(n) - (n - 1) / n
    tempered = problem.at(float(np.sqrt(problem.variance(problem.reference))))
    for name, other in (("GRPO", tempered), ("π*", problem)):
        pi = other.policy()
        assert rows[name] == pytest.approx([other.expected_reward(), true.expected_reward(pi), other.kl()], rel=1e-4)


@pytest.fixture
def build(tmp_path: Path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {os.fspath(EXTENSIONS)!r})\n"
        f"extensions = ['training']\nhtml_static_path = [{os.fspath(STATIC)!r}]\n"
    )

    def run(page: str, table: bytes = PROXY, builder: str = "html") -> tuple[int, str, str]:
        (source / "index.rst").write_text(f"Title\n=====\n\n{page}\n", "utf-8")
        (source / "table.csv").write_bytes(table)
        out = tmp_path / builder
        command = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-b", builder, source, out]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "NO_COLOR": "1"})
        written = next(out.glob("index.html" if builder == "html" else "*.txt"), None)
        return done.returncode, done.stderr, written.read_text("utf-8") if written else ""

    return run


def test_the_page_is_complete_without_scripts_and_has_none_of_its_own_inside(build) -> None:
    code, complaints, page = build(".. training:: table.csv\n\n   Fast <b> | 1 | 0.5 | 9\n\n.. ways:: table.csv\n   :beta: 1\n")
    assert (code, complaints) == (0, "")
    assert re.search(r'<script[^>]*training\.js', page) and "training.css" in page and "explorer.css" in page
    assert "Fast &lt;b&gt;" in page and "<b>" not in page and "at π<sub>ref</sub> they are" in page and "one −2.3954" in page
    inside = page[page.index('class="explorer training"') :]
    assert "1.4295" in inside and "8.1386" in inside  # KL of π*, and best of 4
    assert not re.search(r"\son[a-z]+=|\sstyle=", inside[: inside.index("</section>")])


def test_other_builders_get_the_numbers(build) -> None:
    code, complaints, text = build(".. training:: table.csv\n\n   Fast | 1 | 0.5 | 9\n", builder="text")
    assert (code, complaints) == (0, "") and "1.4295" in text and "9.5064" in text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Fast | 1 | 0.5", "expected NAME | β | RATE | STEPS"), ("Fast | 0 | 0.5 | 3", "Fast: '0' is not a temperature"),
        ("Fast | 1 | x | 3", "Fast: 'x' is not a rate"),
        ("Fast | 1 | 1 | 5000", "Fast: found '5000' steps, expected a whole number from 1 to 2000"),
    ],
)  # fmt: skip
def test_a_training_that_is_none_is_named(training: ModuleType, line: str, says: str) -> None:
    with pytest.raises(training._Unusable) as error:
        training.preset(TABLE, line)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (b"response,reward,logit\na,1,0\nb,1,-inf\n", "a response without mass"),
        (b"response,reward,probability\na,1,1\nb,1,0\n", "a response without mass"),
        (b"response,reward,true_reward,logit\na,1,x,0\n", "t.csv:2: column 'true_reward': found 'x'"),
        (b"prompt,response,reward,logit\np,a,1,0\n", "found a column 'prompt'"),
    ],
)
def test_a_table_that_cannot_be_shown_is_named(training: ModuleType, tmp_path: Path, table: bytes, says: str) -> None:
    (tmp_path / "t.csv").write_bytes(table)
    with pytest.raises(training._Unusable) as error:
        training._table(tmp_path / "t.csv")
    assert says in str(error.value)


def test_what_cannot_be_shown_is_a_located_warning(build) -> None:
    code, complaints, _ = build(".. training:: table.csv\n")
    assert code == 1 and "Traceback" not in complaints
    assert "index.rst:4: WARNING: training: found no training" in complaints
