"""The raw symbols of a row, and which of its brackets are partners."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.language.frozen import frozen
from symkl.language.terms import Span
from symkl.reading.mistakes import Unreadable, refuse

DEPTH_LIMIT = 100


@frozen(slots=True)
class Raw:
    """One raw symbol. ``kind`` is one of

    letter, run (of letters), word (of \\text, \\mathrm, ...; ``font`` says which), num, open, close,
    lb, rb (braces), sub, sup, prime, star, bar, dbar, op, rel, comma, dots, cdot, quad, head
    (an operator such as E, sum, log), cmd (takes arguments), accent, column (the & between two statements).
    """

    kind: str
    text: str
    start: int
    stop: int
    font: str = ""

    @property
    def span(self) -> Span:
        """Where it was written."""
        return Span(self.start, self.stop)


def balance(raws: Sequence[Raw]) -> list[int]:
    """For each bracket, the index of its partner (others map to themselves).

    Raises: Unreadable, with ``opened`` set where a bracket has no partner.
    """
    partner = list(range(len(raws)))
    stack: list[int] = []
    for i, raw in enumerate(raws):
        if raw.kind in ("open", "lb"):
            stack.append(i)
            if len(stack) > DEPTH_LIMIT:
                raise refuse("nested too deep", raw.span, extra=str(DEPTH_LIMIT))
        elif raw.kind in ("close", "rb"):
            if not stack:
                raise refuse("extra bracket", raw.span, _shown(raw))
            last = raws[stack[-1]]
            if CLOSERS[last.text] != raw.text or (last.kind == "lb") != (raw.kind == "rb"):
                if last.kind == "lb":
                    raise refuse("extra bracket", raw.span, _shown(raw))
                raise (
                    _unclosed(last, raw)
                    if raw.kind == "rb"
                    else refuse("wrong bracket", raw.span, _shown(last), _shown(raw), opened=last.span)
                )
            partner[i] = stack.pop()
            partner[partner[i]] = i
    if stack:
        raise _unclosed(raws[stack[-1]], raws[-1])
    return partner


CLOSERS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}


def _shown(raw: Raw) -> str:
    return "\\" + raw.text if raw.kind in ("open", "close") and raw.text in "{}" else raw.text


def _unclosed(opener: Raw, end: Raw) -> Unreadable:
    closer = ("\\" if opener.kind == "open" and opener.text == "{" else "") + CLOSERS[opener.text]
    return refuse("unclosed bracket", opener.span, _shown(opener), closer, opened=opener.span)
