"""A guess put to the kernel."""

from __future__ import annotations

from symkl.kernel.normal_form import Normaliser
from symkl.kernel.replay import prove
from symkl.kernel.verdict import Fact, Proved
from symkl.language.certificate import Guess
from symkl.language.terms import Statement
from symkl.proving.remembering import Remembering
from symkl.proving.wording import told


def put(nf: Normaliser, what: str, law: str, row: Statement, **arguments: Guess) -> Proved | None:
    """What a law shows of a statement, in the words for ``what`` was done."""
    found = prove(nf, law, row, **arguments)
    return told(found, what) if isinstance(found, Proved) else None


def put_anew(nf: Normaliser, what: str, law: str, row: Statement, **arguments: Guess) -> Proved | None:
    """As :func:`put` says, once it works out here, where it is cheap: with no trace of what was only tried."""
    return None if prove(nf, law, row, **arguments) is None else put(anew(nf), what, law, row, **arguments)


def taken(nf: Normaliser, law: str, row: Statement, **arguments: Guess) -> Fact | None:
    """What a law takes from a row that holds, with no trace of what was only tried."""
    found = None if prove(nf, law, row, **arguments) is None else prove(anew(nf), law, row, **arguments)
    return found if isinstance(found, Fact) else None


def anew(nf: Normaliser) -> Normaliser:
    """The same normaliser before any work, so that an answer names what it rests on and not what was only tried."""
    if isinstance(nf, Remembering):
        return Remembering(nf.context, nf.facts.values(), nf.budget, nf.premises, nf.fresh, memo=nf.memo)
    return Normaliser(nf.context, nf.facts.values(), nf.budget, nf.premises, nf.fresh)
