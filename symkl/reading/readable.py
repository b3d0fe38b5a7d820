"""A parsed expression as one line of Unicode, for terminals: max_π E_{y∼π}[r(x,y)] − β KL(π‖π_ref)."""

from __future__ import annotations

import re

from symkl.language.functions import TABLE
from symkl.reading.syntax import BETWEEN, Clause, Node, RowSyntax

_SUM, _TERM, _FACTOR, _ATOM = 0, 1, 2, 3
_CLOSER = {"(": ")", "[": "]", "{": "}"}


def row_text(row: RowSyntax) -> str:
    """A whole row, its clauses joined by their connectives."""
    out = ""
    for n, clause in enumerate(row.clauses):
        if n:
            out += f" {clause.opening.value} " if clause.opening is not None else ",  "
        out += f"{clause.joined} " if clause.joined in ("if", "since", "where") else ""
        out += clause_text(clause, opening=n == 0)
    return out


def clause_text(clause: Clause, *, opening: bool = True) -> str:
    """Expressions and the relations between them."""
    out = f"{clause.opening.value} " if opening and clause.opening is not None else ""
    out += readable(clause.expressions[0])
    for relation, expression in zip(clause.relations, clause.expressions[1:], strict=True):
        out += f" {relation.value} {readable(expression)}"
    return out


def readable(node: Node) -> str:
    r"""One expression as text.

    >>> from symkl.reading.latex import parse_row
    >>> from symkl.language.terms import Span
    >>> row = r"\mathbb{E}_{y \sim \pi}[r(x,y)] - \beta \mathrm{KL}(\pi \| \pi_{\text{ref}})"
    >>> readable(parse_row(row, Span(0, len(row))).clauses[0].expressions[0])
    'E_{y∼π}[r(x,y)] − β KL(π‖π_ref)'
    """
    return _show(node, _SUM)


def _show(node: Node, least: int) -> str:
    """``node`` as text, in brackets where it binds less tightly than ``least`` asks."""
    text, level = _spell(node)
    return text if level >= least else f"({text})"


def _spell(node: Node) -> tuple[str, int]:
    parts = node.children
    match node.kind:
        case "number" | "symbol":
            return node.value, _ATOM
        case "dot":
            return "·", _ATOM
        case "dots":
            return "…", _ATOM
        case "unread":
            return node.value, _ATOM
        case "call" if parts[0].value.endswith(BETWEEN):
            return f"{parts[0].value[:-1]}({BETWEEN.join(map(readable, parts[1].children))})", _ATOM
        case "call":
            return f"{_show(parts[0], _ATOM)}({_inside(parts[1], parts[2])})", _ATOM
        case "preferred":
            return f"{_show(parts[0], _ATOM)}≻{_show(parts[1], _ATOM)}", _SUM
        case "group":
            opener = "(" if node.value == "{" else node.value
            inside, level = _spell(parts[0])
            if node.value == "{" and level >= _FACTOR:
                return inside, level
            return f"{opener}{inside}{_CLOSER[opener]}", _ATOM
        case "add":
            return _sum(parts), _SUM
        case "negate":
            return "−" + _show(parts[0], _TERM), _SUM
        case "multiply":
            return _product(parts), _TERM
        case "divide" | "fraction":
            return (
                f"{_show(parts[0], _FACTOR if node.kind == 'fraction' else _TERM)}/{_show(parts[1], _ATOM)}",
                _TERM,
            )
        case "power":
            return f"{_show(parts[0], _ATOM)}^{_exponent(parts[1])}", _FACTOR
        case "function":
            text = _function(node)
            return text, _ATOM if text.endswith(")") else _FACTOR
        case "part":
            return f"{_show(parts[0], _ATOM)}_{node.value}", _ATOM
        case "absolute":
            return f"|{readable(parts[0])}|", _ATOM
        case "sum" if node.value == "∫":
            over = "".join(f" d{readable(v)}" for binder in parts[:-1] for v in binder.children)
            return f"∫ {_show(parts[-1], _TERM)}{over}", _FACTOR
        case "indicator":
            return f"1[{readable(parts[0])} {node.value} {readable(parts[1])}]", _ATOM
        case "set":
            of, sides = readable(parts[0].children[0]), tuple(map(readable, parts[1:]))
            return f"{{{of} : {sides[0]} {node.value} {sides[1]}}}", _ATOM
        case "extremum":
            return f"{node.value}{_binders(parts[:-1])} {_show(parts[-1], _TERM)}", _TERM
        case "expectation" | "sum" | "product":
            head = {"expectation": "E", "sum": "∑", "product": "∏"}[node.kind]
            body = parts[-1]
            space = "" if body.kind == "group" and node.kind == "expectation" else " "
            return f"{head}{_binders(parts[:-1])}{space}{_show(body, _TERM)}", _TERM
        case "family":
            member = parts[-1].children[0] if parts[-1].kind == "group" else parts[-1]
            return f"{{{readable(member)}}}{_binders(parts[:-1])}", _ATOM
        case "divergence":
            return (_printed(node) if parts else node.value), _ATOM
        case "inner":
            return "⟨" + ", ".join(_show(part, _SUM) for part in parts) + "⟩", _ATOM
        case "norm":
            return _printed(node), _ATOM
        case "order":
            return _show(parts[0], _ATOM), _ATOM
        case "functional":
            binders = tuple(part for part in parts if part.kind in ("under", "over", "sampled"))
            arguments = ",".join(readable(part) for part in parts if part not in binders)
            return f"{node.value}{_binders(binders)}({arguments})", _ATOM
        case "response":
            return _spell(parts[0])
        case "gradient":
            return f"∇{'_' if node.value else ''}{node.value} {_show(parts[0], _TERM)}", _TERM
        case "limit":
            return f"lim_{{{readable(parts[0])}→{node.value}}} {_show(parts[1], _TERM)}", _TERM
        case "derivative" if node.value == "∇":
            return f"∇{_show(parts[0], _ATOM)}", _FACTOR
        case "derivative":
            return f"{node.value}/{node.value}{_show(parts[1], _ATOM)} {_show(parts[0], _TERM)}", _TERM
        case "optimum":
            under = ",".join(readable(part) for part in parts[:-1])
            head = node.value.replace("arg", "arg ")
            return f"{head}{_under(under)} {_show(parts[-1], _SUM)}", _SUM
        case "sampled" | "over" | "among" | "range" | "apart" | "under" | "arguments" | "conditions" | "tuple":
            return _binders((node,)), _ATOM
    raise ValueError(f"no spelling for a {node.kind}")


def _sum(terms: tuple[Node, ...]) -> str:
    out = _show(terms[0], _SUM)
    for term in terms[1:]:
        out += f" − {_show(term.children[0], _TERM)}" if term.kind == "negate" else f" + {_show(term, _TERM)}"
    return out


def _product(factors: tuple[Node, ...]) -> str:
    last = len(factors) - 1
    return " ".join(
        _show(f, _TERM if n == last or f.kind in ("fraction", "divide") else _FACTOR)
        for n, f in enumerate(factors)
    )


def _function(node: Node) -> str:
    inside = node.children[0]
    name = node.value
    if len(node.children) > 1:
        return f"{name}({', '.join(map(readable, node.children))})"
    if inside.kind == "group":
        return f"{name}({readable(inside.children[0])})"
    if inside.kind in ("symbol", "call", "number", "function") and name == "log":
        return f"{name} {_show(inside, _FACTOR)}"
    return f"{name}({readable(inside)})"


def _printed(node: Node) -> str:
    """A row of the table, with its parts where it says."""
    return re.sub(r"@(\d)", lambda found: readable(node.children[int(found[1])]), TABLE[node.value].printed.text)


def _exponent(node: Node) -> str:
    text = readable(node)
    return text if node.kind in ("number", "symbol") and len(text) == 1 else f"({text})"


def _inside(arguments: Node, conditions: Node | None = None) -> str:
    out = ",".join(readable(a) for a in arguments.children)
    if conditions is not None and conditions.children:
        out += "|" + ",".join(readable(c) for c in conditions.children)
    return out


def _under(text: str) -> str:
    return "" if not text else "_" + (text if len(text) == 1 else f"{{{text}}}")


def _binders(binders: tuple[Node, ...]) -> str:
    shown = []
    for binder in binders:
        inside = [readable(part) for part in binder.children]
        if binder.kind == "sampled":
            variables = ",".join(inside[:-1])
            shown.append(f"({variables})∼{inside[-1]}" if len(inside) > 2 else f"{variables}∼{inside[-1]}")
        elif binder.kind == "range":
            shown.append(f"{inside[0]}={inside[1]}..{inside[2]}")
        elif binder.kind == "among":
            shown.append(f"{inside[0]} {binder.value} {inside[1]}")
        elif binder.kind == "apart":
            shown.append(f"{inside[0]}≠{inside[1]}")
        else:
            shown.append(",".join(inside))
    return _under(", ".join(shown))
