"""What there is to say of a name that a report uses: a law, a theorem or a slip, with its rule or a row that has it."""

from __future__ import annotations

import inspect
import re
import textwrap
from difflib import get_close_matches
from typing import NamedTuple

from symkl.reporting.styled import Text, joined
from symkl.reporting.text import spelled
from symkl.teaching.laws import LAWS, THEOREMS, rules
from symkl.teaching.slips import SLIPS


class NotKnown(LookupError):
    """Nothing is called that; what was probably meant."""


class Explained(NamedTuple):
    """What a name stands for. ``kind``: law, theorem or slip; ``drawn``: a law's rules; ``example``: a row with it."""

    kind: str
    name: str
    says: str
    drawn: tuple[tuple[str, str], ...] = ()
    example: str = ""


def names() -> dict[str, list[str]]:
    """Every name that can be explained, by its kind."""
    return {"laws": list(LAWS), "theorems": list(THEOREMS), "slips": list(SLIPS)}


def explained(name: str) -> Explained:
    """What is called so, in letters of any case. Raises: NotKnown.

    >>> explained("gibbs").kind, explained("Sign of log Z").kind
    ('law', 'slip')
    """
    asked = " ".join(name.split())
    if asked in THEOREMS and asked not in LAWS and asked.lower() not in map(str.lower, LAWS):
        return Explained("theorem", asked, THEOREMS[asked])
    for table, kind in ((LAWS, "law"), (THEOREMS, "theorem"), (SLIPS, "slip")):
        found = next((each for each in table if each.lower() == asked.lower()), None)
        if found is not None:
            return _of(kind, found)
    known = {each.lower(): each for kinds in names().values() for each in kinds}
    near = get_close_matches(asked.lower(), known, 3, 0.5)
    hint = f"did you mean {' or '.join(known[each] for each in near)}?" if near else "symkl explain lists what there is"
    raise NotKnown(f"no law, theorem or slip is called {asked[:60]!r}; {hint}")


def _of(kind: str, name: str) -> Explained:
    if kind == "theorem":
        return Explained(kind, name, THEOREMS[name])
    if kind == "slip":
        return Explained(kind, name, SLIPS[name].says, example=SLIPS[name].example)
    drawn = tuple((f"{each.name}, drawn under {each.under}", "") if each.under else (each.name, _rule(each.drawn))
                  for each in rules(name))  # fmt: skip
    theorem = next((f" The theorem {each}: {THEOREMS[each]}" for each in THEOREMS if each == name.lower()), "")
    return Explained(kind, name, LAWS[name].says + theorem, drawn)


def _rule(docstring: str) -> str:
    """A docstring as a person reads it: no roles, no examples."""
    parts = [each for each in re.split(r"\n\s*\n", docstring) if not each.lstrip().startswith(">>>")]
    text = re.sub(r":\w+:`~?([^`]+)`", r"\1", "\n\n".join(parts))
    return text.replace("``", "").replace("::\n", ":\n")


def as_object(found: Explained) -> dict[str, object]:
    """As plain data."""
    return {
        "kind": found.kind, "name": found.name, "says": found.says,
        "rules": [{"name": name, "drawn": drawn} for name, drawn in found.drawn], "example": found.example,
    }  # fmt: skip


def as_markdown(found: Explained) -> str:
    """As a short page."""
    out = [f"## {found.name[:1].upper()}{found.name[1:]} ({found.kind})", found.says]
    for name, drawn in found.drawn:
        out += [f"`{name}`", f"```text\n{drawn}\n```"] if drawn else [f"`{name}`"]
    if found.example:
        out += ["A row with it:", found.example]
    return "\n\n".join(out)


def as_text(found: Explained, width: int, encoding: str, *, short: bool = False) -> Text:
    """As a terminal of so many columns shows it."""
    lines = [Text(spelled(f"{found.name} ({found.kind})", encoding), "bold")]
    paragraphs = [" ".join(each.split()) for each in re.split(r"\n\s*\n", found.says)]
    for paragraph in paragraphs:
        lines += [Text(spelled(each, encoding)) for each in textwrap.wrap(
            paragraph, width, break_long_words=False, break_on_hyphens=False)]  # fmt: skip
    if short:
        return joined(lines)
    for name, drawn in found.drawn:
        lines += [Text(), Text(spelled(name, encoding), "bold")]
        lines += [Text(spelled(each, encoding)) for each in inspect.cleandoc(drawn).splitlines()] if drawn else []
    if found.example:
        lines += [Text(), Text("A row with it:", "bold")]
        lines += [Text("  " + spelled(each, encoding)) for each in found.example.splitlines()]
    return joined(lines)
