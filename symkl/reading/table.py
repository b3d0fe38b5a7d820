"""The parsing table of ``latex.lark``: made once with lark, shipped, and driven without it.

Importing lark and building the table from the grammar costs about 100 ms at each start; reading the
shipped table costs about one. ``python -m symkl.reading.table`` makes it anew after a change of the
grammar, and a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Terminal(Protocol):
    """What the driver needs to know of a token."""

    @property
    def kind(self) -> str:
        """The name of a terminal in ``latex.lark``."""


class Table(NamedTuple):
    """``actions[state][terminal]``: a state to go to (>= 0) or ``~rule`` to reduce by (< 0)."""

    start: int
    end: int
    actions: Sequence[Mapping[str, int]]
    gotos: Sequence[Mapping[str, int]]
    rules: Sequence[tuple[str, int, str]]


class Stuck(Exception):
    """The token at ``position`` has no place after the one before it."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


END = "$END"
_TABLE = Path(__file__).with_name("latex_table.json")
_GRAMMAR = Path(__file__).with_name("latex.lark")


def load() -> Table:
    """The table that is shipped with the grammar."""
    data = json.loads(_TABLE.read_text("utf-8"))
    return Table(
        data["start"], data["end"], data["actions"], data["gotos"], [(a, b, c) for a, b, c in data["rules"]]
    )


def drive(table: Table, tokens: Sequence[Terminal], act: Mapping[str, Callable[[list[Any]], Any]]) -> Any:
    """Parse ``tokens``; each reduction calls the action of its rule with what its parts became.

    Raises: Stuck.
    """
    states, values = [table.start], []
    kinds = [*(token.kind for token in tokens), END]
    position, count, kind = 0, len(tokens), kinds[0]
    actions, gotos, rules = table.actions, table.gotos, table.rules
    while True:
        step = actions[states[-1]].get(kind)
        if step is None:
            raise Stuck(position)
        if step >= 0:
            states.append(step)
            values.append(tokens[position])
            position += 1
            kind = kinds[position]
            continue
        name, size, action = rules[~step]
        if size == 1:
            if action:
                values[-1] = act[action]([values[-1]])
            states[-1] = gotos[states[-2]][name]
        else:
            parts = values[-size:]
            del states[-size:], values[-size:]
            values.append(act[action](parts) if action else parts[0])
            states.append(gotos[states[-1]][name])
        if position == count and states[-1] == table.end:
            return values[-1]


def generate() -> dict[str, Any]:
    """The table as data, built by lark from ``latex.lark``."""
    import lark

    class NoLexer(lark.lexer.Lexer):
        def __init__(self, conf: Any) -> None: ...

        def lex(self, *_: Any) -> Any:
            return iter(())

    grammar = _GRAMMAR.read_text("utf-8")
    _check_unambiguous(grammar, NoLexer)
    parser: Any = lark.Lark(grammar, start="row", parser="lalr", lexer=NoLexer)
    table = parser.parser.parser._parse_table
    rules = sorted(
        {
            (str(arg.origin.name), len(arg.expansion), str(arg.alias or ""), str(arg))
            for row in table.states.values()
            for _, arg in row.values()
            if not isinstance(arg, int)
        }
    )
    number = {text: n for n, (_, _, _, text) in enumerate(rules)}
    nonterminals = {name for name, _, _, _ in rules}

    # lark numbers states by the order of a set; number them by the order of a walk, to be the same each time.
    order = [table.start_states["row"]]
    for state in order:
        row = table.states[state]
        order += [arg for name in sorted(row) if isinstance(arg := row[name][1], int) and arg not in order]
    at = {state: n for n, state in enumerate(dict.fromkeys(order))}
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    for state in at:
        row = {
            str(name): at[arg] if isinstance(arg, int) else ~number[str(arg)]
            for name, (_, arg) in table.states[state].items()
        }
        actions.append({k: row[k] for k in sorted(row) if k not in nonterminals})
        gotos.append({k: row[k] for k in sorted(row) if k in nonterminals})
    return {
        "start": 0,
        "end": at[table.end_states["row"]],
        "actions": actions,
        "gotos": gotos,
        "rules": [list(rule[:3]) for rule in rules],
    }


def _check_unambiguous(grammar: str, lexer: Any) -> None:
    """lark settles a conflict silently by shifting; a grammar that needs that has two readings somewhere."""
    import logging

    import lark

    said: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    level = lark.logger.level
    lark.logger.addHandler(handler)
    lark.logger.setLevel(logging.DEBUG)
    lark.logger.propagate = False
    try:
        lark.Lark(grammar, start="row", parser="lalr", lexer=lexer, debug=True)
    finally:
        lark.logger.removeHandler(handler)
        lark.logger.setLevel(level)
        lark.logger.propagate = True
    if clashes := [text for text in said if "conflict" in text.lower()]:
        raise ValueError("the grammar is ambiguous:\n" + "\n".join(clashes))


def as_text(data: dict[str, Any]) -> str:
    """The file's content: one line for each state, so that changes can be read."""

    def lines(rows: list[Any]) -> str:
        return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"

    return (
        f'{{"start":{data["start"]},"end":{data["end"]},\n"rules":{lines(data["rules"])},\n'
        f'"actions":{lines(data["actions"])},\n"gotos":{lines(data["gotos"])}}}\n'
    )


if __name__ == "__main__":
    _TABLE.write_text(as_text(generate()), "utf-8")
