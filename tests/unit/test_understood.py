"""The table of symbols: what each was taken for, and where the document says so."""

from __future__ import annotations

import json

from symkl.checking.document import check_text
from symkl.cli import main
from symkl.reporting.json import as_object
from symkl.reporting.symbols import render_symbols
from symkl.reporting.terminal import Look

TEXT = r"""<!-- symkl: c > 0; w fixed -->

$$ J(\pi) = E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta KL(\pi\|\mu) $$

$$ B(x,y) = \oint r $$

$$ \nabla_\theta \log\pi_\theta(y|x) = 1 $$

$$ c\, E_{y\sim\mu}[B(x,y)] = \log Z(x) + V_\beta(x) $$
"""


def table(text: str) -> dict[str, str]:
    """Each symbol with what is said of it."""
    lines = render_symbols(check_text(text, "a.md"), Look(400)).plain.splitlines()[1:]
    return {line.split()[0]: " ".join(line.split()[1:]) for line in lines}


def test_the_table_says_what_each_symbol_is_and_what_moves_it() -> None:
    said = table(TEXT)
    assert said["J"].startswith("functional of π, x; moves as its definition; defined (line 3)")
    assert said["π"] == "policy over y given x; free: for all (first in line 3)"
    assert said["π_θ"] == "policy over y given x; moves with θ; free: for all (first in line 7)"
    assert "moves with β" in said["V_β"]
    assert said["B"].startswith("function of x, y; moves with anything; opaque (line 5, which could not be read")
    assert said["c"] == "number > 0; declared (line 1)"
    assert said["Z"].startswith("partition function of x; moves as its definition; its usual meaning")


def test_json_has_the_table_of_symbols() -> None:
    symbols = json.loads(json.dumps(as_object(check_text(TEXT, "a.md"))))["symbols"]
    assert symbols[0] == {
        "symbol": "J", "kind": "functional", "signature": symbols[0]["signature"], "moves_with": "as its definition",
        "standing": "defined", "where": "line 3",
    }  # fmt: skip


def test_the_command_prints_the_table_where_it_is_asked_for(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "a.md"
    file.write_text(TEXT)
    main(["check", str(file)])
    assert "as they were understood" not in capsys.readouterr().out
    main(["check", "--symbols", str(file)])
    assert "Symbols, as they were understood:" in capsys.readouterr().out


def test_a_document_without_rows_has_no_symbols() -> None:
    assert render_symbols(check_text("# Nothing\n", "a.md")).plain == "No symbol was understood."
