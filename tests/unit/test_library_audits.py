"""The audit of public libraries: its table can be read without torch, and the pages show what the file says."""

from __future__ import annotations

import importlib.util
import json
import math
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from symkl.auditing.claims import Use
from symkl.auditing.roles import bound
from tests.libraries.__main__ import SCHEMA, Missing, audited, unpacked
from tests.libraries.standing_in import Count, Fields, Instance, Log
from tests.libraries.table import KINDS, Library, configurations
from tests.libraries.worker import row

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DATA = json.loads((DOCS / "data" / "library-audits.json").read_text("utf-8"))
EVERY = configurations()


# --- the table ----------------------------------------------------------------------------------


def test_the_table_has_enough_and_nothing_twice() -> None:
    assert len(EVERY) >= 60 and len({each.library.name for each in EVERY}) >= 8
    told = Counter((each.library, each.file, each.function, each.said) for each in EVERY)
    assert [each for each, count in told.items() if count > 1] == []
    assert {each.kind for each in EVERY} == set(KINDS)


def test_every_role_can_be_read() -> None:
    for each in EVERY:
        inputs = [bound(name, text) for name, text in each.bind.items()]
        roles = {role.partition(".")[0] for one in inputs for role in one.roles}
        assert roles & {"policy", "reward"}, each
        assert each.samplers == (("old",) if "old" in roles else ("policy",)), each
        assert each.file.endswith(".py") and ".." not in each.file, each


def test_the_table_needs_no_torch() -> None:
    code = "import sys; sys.modules['torch'] = None; import tests.libraries.table as t; assert t.configurations()"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_what_stands_in_for_parts_that_are_not_there() -> None:
    class Theirs:
        pass

    space: dict[str, Any] = {"Config": Theirs}
    made = Instance("Config", {"clip": 0.2}).made(space)
    assert isinstance(made, space["Config"]) and made.clip == made.get("clip") == 0.2 and made.get("c", 3.0) == 3.0
    log = Log()
    log["train"]["kl"].append(1.0)
    assert not log
    assert Count(7.0).clamp(min=1.0) / 1 == 7.0
    assert Fields(a=1).a == 1


# --- the program --------------------------------------------------------------------------------


def test_only_python_is_unpacked_and_nothing_outside(tmp_path: Path) -> None:
    wheel = tmp_path / "lib-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("lib/a.py", "lib-1.data/purelib/lib/b.py", "lib/c.so", "../d.py", "/e.py"):
            archive.writestr(name, "x = 1\n")
    folder = unpacked(wheel, tmp_path / "tree")
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == ["lib/a.py", "lib/b.py"]
    assert not (tmp_path / "d.py").exists()


def test_a_library_that_is_not_to_be_had_is_rows_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(library: Library, folder: Path) -> Path:
        raise Missing("it could not be downloaded: no network")

    monkeypatch.setattr("tests.libraries.__main__.downloaded", missing)
    library = EVERY[0].library
    first, *rows = audited(library)
    assert first == {"name": library.name, "version": library.version, "missing": "it could not be downloaded: no network"}
    assert len(rows) == sum(each.library == library for each in EVERY)
    assert {(each["traced"], each["why"]) for each in rows} == {(False, "it could not be downloaded: no network")}


# --- the file -----------------------------------------------------------------------------------


def test_the_file_is_of_this_table() -> None:
    """After a change of the table: make audit-libraries TORCH=torch."""
    assert DATA["schema"] == SCHEMA
    kept = [(r["library"], r["version"], r["file"], r["function"], r["configuration"], r["roles"]) for r in DATA["rows"]]
    asked = [(e.library.name, e.library.version, e.file, e.function, e.said, dict(e.bind)) for e in EVERY]
    assert sorted(kept, key=str) == sorted(asked, key=str)
    assert {(e["name"], e["version"]) for e in DATA["libraries"]} == {(e.library.name, e.library.version) for e in EVERY}


def test_every_row_has_a_formula_or_a_reason_and_none_contradicts_us() -> None:
    uses = {use.value for use in Use}
    for each in DATA["rows"]:
        assert each["traced"] or each["why"], each
        assert "an error of ours" not in each.get("why", ""), each["why"]
        assert not each.get("disagreements"), each["disagreements"]
        assert {claim["use"] for claim in each.get("claims", ())} <= uses
        if each["traced"]:
            assert each["checked"]["points"] >= 18 and each["checked"]["worst"] < 1e-9
    assert sum(each["traced"] for each in DATA["rows"]) >= 60


def test_no_path_in_it_is_absolute() -> None:
    assert re.search(r"""(^|[\s"'(])/[a-z]""", json.dumps(DATA, ensure_ascii=False)) is None


def found(library: str, version: str, function: str, said: str) -> dict[str, Any]:
    (each,) = [
        r for r in DATA["rows"]
        if (r["library"], r["version"]) == (library, version) and r["function"] == function and said in r["configuration"]
    ]  # fmt: skip
    return dict(each)


def estimates(each: dict[str, Any]) -> dict[str, str]:
    return {claim["use"]: claim["of"] for claim in each["claims"] if claim["status"] == "proved"}


def test_what_the_page_says_of_single_libraries_is_in_the_file() -> None:
    """docs/tutorials/estimators/in-libraries.md; the ratio is where r − 1 − log r = 10, by arithmetic."""
    ratio = 10.0
    for _ in range(60):
        ratio = 11 + math.log(ratio)
    newest = found("verl", "0.9.1", "kl_penalty", "'k3'")
    assert f"no gradient beyond π_ref/π = {ratio:.4g}" in newest["limits"] and f"{ratio:.3g}" == "13.6"
    for name in ("k1+", "k3+"):
        before = found("verl", "0.7.1", "kl_penalty", f"'{name}'")
        assert before["runs"] is False and before["why"].endswith("NotImplementedError")
        now = estimates(found("verl", "0.9.1", "kl_penalty", f"'{name}'"))
        assert now["value"] == "KL(π‖π_ref)" and now["loss"] == "∇KL(π‖π_ref)"
    for name in ("k1", "k2", "k3"):
        assert estimates(found("skyrl-train", "0.3.1", "compute_approx_kl", f"'{name}'"))["loss"] == "0"
    for version, beta, leaks in (("0.29.1", 0.1, True), ("0.29.1", 0.0, False), ("1.16.0", 0.1, False)):
        each = found("trl", version, "GRPOTrainer._compute_loss", f"'luspo', beta={beta}")
        assert ("padding" in {claim["use"] for claim in each["claims"]}) is leaks
    assert found("nemo-rl", "0.0.0", "calculate_kl", "'k3'")["why"].startswith("the package has no ")


# --- the pages ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page() -> ModuleType:
    pytest.importorskip("sphinx", reason="a page of the site: pip install '.[docs]'")
    spec = importlib.util.spec_from_file_location("library_audits", DOCS / "_extensions" / "library_audits.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(nodes_: list[Any]) -> list[list[str]]:
    from docutils import nodes

    tables = [each for node in nodes_ for each in node.findall(nodes.table)]
    return [[entry.astext() for entry in row_.findall(nodes.entry)] for row_ in tables[0].findall(nodes.row)]


def made_up() -> dict[str, Any]:
    def claim(use: str, of: str, **more: Any) -> dict[str, Any]:
        plain = {"sampler": "policy", "status": "proved", "row": "", "reason": "", "off_by": "", "inside_only": False, "counterexample": None}
        return {"use": use, "of": of, **plain, **more}

    beyond = {"problem": "two responses", "left": "1", "right": "2"}
    first = EVERY[0]
    told = row(first, "never") | {"library": "lib", "version": "1.2", "kind": "KL", "function": "kl"}
    traced = {
        "line": 7, "runs": True, "traced": True, "formula": "k", "whole": None, "unit": "token", "gathered": "entry by entry",
        "mixes": "", "limits": ["no gradient beyond q/p = 3"], "notes": [], "disagreements": [],
        "checked": {"points": 18, "shapes": 2, "branches": 3, "worst": 1e-12},
    }  # fmt: skip
    return {
        "schema": SCHEMA, "command": "make it", "versions": {"symkl": "9", "torch": "8"},
        "libraries": [{"name": "lib", "version": "1.2", "wheel": "lib.whl", "sha256": "ab" * 32},
                      {"name": "gone", "version": "3", "missing": "it could not be downloaded: no"}],
        "rows": [
            {**told, **traced, "configuration": "kind='k3'", "claims": [
                claim("value", "KL(p‖q)", inside_only=True, counterexample=beyond),
                claim("loss", "∇KL(q‖p)"), claim("reward", "", status="unknown"), claim("is", "k3", inside_only=True)]},
            {**told, "configuration": "kind='k9'", "line": 7, "runs": False, "line_of_trouble": 12,
             "why": "it does not run with these arguments, traced or not: ValueError"},
            {**told, "configuration": "", "kind": "policy", "library": "gone", "version": "3", "why": "no network"},
        ],
    }  # fmt: skip


def test_a_table_says_of_each_use_what_was_proved(page: ModuleType) -> None:
    nodes_ = list(page.tabled(made_up(), "KL"))
    _, first, second = cells(nodes_)
    assert first == ["lib 1.2, kind='k3'", "KL(p‖q)*", "KL(q‖p)", "unnamed"]
    assert second[1:] == ["does not run: ValueError (line 12)", "–", "–"]
    assert nodes_[1].astext().startswith("* So it is while policies are close.")


def test_every_row_has_its_place_and_the_problem_beyond(page: ModuleType) -> None:
    told = "\n".join(node.astext() for name in ("lib 1.2", "gone 3") for node in page.listed(made_up(), name))
    for words in (
        "lib.whl, sha256 abababab", ":7", "It computes k, gathered as entry by entry.",
        "The mean of its value, for samples of π: KL(p‖q). Proved where policies are close. Further out it does not hold: "
        "two responses, where it is 1, not 2.",
        "The mean of its gradient, for samples of π: ∇KL(q‖p). Proved.",
        "As a detached reward: nothing that has a name here.", "It is k3: proved of one of its branches.", "No gradient beyond q/p = 3.",
        "in value and gradient, at 18 points of 2 shapes. Branches met: 3. Largest difference: ",
        "does not run: ValueError (line 12).", "it could not be downloaded: no", "no network.",
    ):  # fmt: skip
        assert words in told, (words, told)


def test_what_all_configurations_share_is_said_once_and_names_keep_their_letters(page: ModuleType) -> None:
    data = made_up()
    first = data["rows"][0] | {"notes": ["inputs.mask is not set", "a tie"]}
    data["rows"][:2] = [first, first | {"configuration": "kind='k4'", "notes": ["inputs.mask is not set"]}]
    told = "\n".join(node.astext() for node in page.listed(data, "lib 1.2"))
    assert told.count("inputs.mask is not set.") == told.count("A tie.") == told.count("Of all configurations:") == 1


def test_every_library_has_a_page_and_a_row_that_leads_to_it(page: ModuleType) -> None:
    from sphinx.addnodes import pending_xref

    data = made_up()
    assert set(page.pages(data)) == {"lib-1-2.md", "gone-3.md"}
    assert ":library: lib 1.2\n" in page.pages(data)["lib-1-2.md"]
    (shown,) = page.overview(data)
    assert [each["reftarget"].rpartition("/")[2] for each in shown.findall(pending_xref)] == ["lib-1-2", "gone-3"]
    assert cells([shown])[1:] == [["lib 1.2", "kl", "1 of 2"], ["gone 3", "kl", "0 of 1"]]
    assert len(page.pages(DATA)) == len(DATA["libraries"])


def test_counts_are_reckoned_from_the_rows(page: ModuleType) -> None:
    told = page.summary(made_up())
    assert told.startswith("3 configurations of 2 functions in 1 wheels of 1 libraries: 1 followed, 1 that do not run, 1 others.")
    assert told.endswith("Made by make it with symkl 9, torch 8.")


def test_the_pages_show_the_file_that_is_kept(page: ModuleType) -> None:
    table = cells(list(page.tabled(DATA, "KL")))
    assert len(table) - 1 == sum(each["kind"] == "KL" for each in DATA["rows"])
    from docutils import nodes

    libraries = [page.named(each) for each in DATA["libraries"]]
    items = [item for name in libraries for node in page.listed(DATA, name) for item in node.findall(nodes.definition_list_item)]
    assert len(items) == len(DATA["rows"])
