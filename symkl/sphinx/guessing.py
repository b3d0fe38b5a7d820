"""What a page asks who guesses its steps: each as a row whose other side is left out, to be checked like any document.

A step is asked for only where the page's own answer, written as a document, is read and proved: then a checker can say
of another answer whether it follows.
"""

from __future__ import annotations

from typing import Any

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.derivations import rendering as said
from symkl.derivations.derivation import Derivation
from symkl.language.writing import formula


def asked(derivation: Derivation) -> dict[str, Any]:
    """``head``: what the letters are; ``steps``: each row, its left side, its relation, and whether it is asked for."""
    head, steps = _declared(derivation), list(said.numbered(derivation))
    rows = [said.formula(step) for _, step, _ in steps]
    proved = _proved(head, rows)
    found = []
    for (_, step, line), row, holds in zip(steps, rows, proved, strict=True):
        asks = holds and line.status is Status.PROVED and step.statement is not None
        found.append({
            "row": row, "left": step.left.latex if asks else "", "relation": said.relation(step) if asks else "",
            "asked": asks,
        })  # fmt: skip
    return {"head": head, "steps": found}


def document(head: str, rows: list[str]) -> str:
    """The rows as a document. guessing.js writes the same."""
    return head + "".join(f"\n\nRow {n}.\n\n$$ {row} $$" for n, row in enumerate(rows, 1)) + "\n"


def _proved(head: str, rows: list[str]) -> list[bool]:
    """Of which rows the document is proved."""
    text = document(head, rows)
    starts = [n for n, line in enumerate(text.split("\n"), 1) if line.startswith("$$")]
    by_line = {line.line: line.status is Status.PROVED for line in check_text(text, "guess.md").lines}
    return [by_line.get(start, False) for start in starts]


def _declared(derivation: Derivation) -> str:
    """A comment that declares the letters of a derivation which its rows do not give."""
    scalars, functions, distributions = set[str](), dict[str, t.Apply](), dict[str, t.Apply]()

    def look(term: t.Term) -> None:
        if isinstance(term, t.Scalar):
            scalars.add(term.symbol)
        elif isinstance(term, t.Apply):
            (distributions if term.outcomes else functions).setdefault(term.symbol, term)
        for each in term.parts():
            look(each)

    for step in derivation.steps:
        if step.statement is not None:
            look(step.statement.left)
            look(step.statement.right)
    for definition in derivation.context.definitions.values():
        look(definition.body)
    known = set(derivation.context.definitions)
    positive = derivation.context.positive
    said_ = [f"{_name(each)} > 0" if each in positive else f"{_name(each)} scalar" for each in sorted(scalars - known)]
    for symbol, term in sorted(functions.items()):
        if symbol not in known and term.given and all(isinstance(each, t.Variable) for each in term.given):
            said_.append(f"{_name(symbol)} function of {_sorts(term.given)}")
    for symbol, term in sorted(distributions.items()):
        if symbol not in known:
            given = f" given {_sorts(term.given)}" if term.given else ""
            said_.append(f"{_name(symbol)} distribution over {_sorts(term.outcomes)}{given}")
    return f"<!-- symkl: {'; '.join(said_)} -->"


def _name(symbol: str) -> str:
    return formula(t.Scalar(symbol)).latex


def _sorts(places: tuple[t.Argument, ...]) -> str:
    return ", ".join(dict.fromkeys(each.sort for each in places if isinstance(each, t.Variable)))
