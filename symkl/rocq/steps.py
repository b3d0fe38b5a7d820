"""What scripts are put together from: terms as they are spelled between steps, and one step after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Self

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial, of_monomial
from symkl.language.terms import Argument, Variable
from symkl.rocq.forms import CLOSED, Forms, alike, pattern
from symkl.rocq.refusals import NotExported
from symkl.rocq.spelling import Spelling

Script = str | None
"""A script that shows an equation; None where both sides are spelled alike."""

Shown = tuple[Script, Polynomial]
"""That a term is a normal form."""


class Steps:
    """Scripts for one context. ``facts``: the lemma that says what each established symbol is.

    What a term is, only a subclass shows, that knows the scripts of every kind: the modules between take what they are
    given as these steps.
    """

    def __init__(self, nf: Normaliser, spelling: Spelling, roots: dict[str, int]) -> None:
        self.nf, self.spelling, self.forms = nf, spelling, Forms(nf, roots)
        self.facts: dict[str, str] = {}
        self.slopes: dict[t.Term, tuple[t.Term, tuple[Variable, ...]]] = {}
        self.equations: dict[t.Term, str] = {}
        self.integrands: dict[t.Term, tuple[Variable, t.Term]] = {}
        self.competing: dict[t.Term, tuple[Variable, t.Term]] = {}
        self.counter = count(1)
        self.positive_policies: bool | None = None

    def with_(self, nf: Normaliser) -> Self:
        """The same for another context, with the lemmas there are."""
        other = type(self)(nf, self.spelling, self.forms.roots)
        other.facts, other.slopes, other.counter = self.facts, self.slopes, self.counter
        other.equations, other.integrands, other.competing = self.equations, self.integrands, self.competing
        return other

    def say(self, term: t.Term) -> str:
        """A term between two steps."""
        return f"({self.spelling.term(term)})"

    def form(self, of: Polynomial) -> t.Term:
        """A normal form as scripts spell it."""
        return self.forms.term(of)

    def fresh(self, variables: Iterable[Variable]) -> dict[Variable, Variable]:
        """New names for variables: a script cannot introduce one twice."""
        out = {}
        for v in variables:
            out[v] = Variable(f"{v.name.strip('~#′').replace('.', '_')}·{next(self.counter)}", v.sort)
        return out

    def down(self, variables: Sequence[Variable]) -> str:
        """Below the sums over variables, which are on both sides."""
        measured = self.nf.context.measures
        return "".join(
            f"apply {'integral' if v.sort in measured else 'sum'}_ext; intro {self.spelling.variable(v)}. "
            for v in variables
        )

    def integrable(self, variables: Sequence[Variable], parts: Iterable[Polynomial]) -> str:
        """That products can be integrated, each as what of it varies can be: which is a hypothesis."""
        if not any(v.sort in self.nf.context.measures for v in variables):
            return ""
        if len(variables) > 1:
            raise NotExported("an integral in an integral, or in a sum")
        (v,), script = variables, ""
        for part in parts:
            assert part.single is not None
            (m, c) = part.single
            near, outside = m.parted([v])
            core = self.form(of_monomial(near))
            if v not in near.free:
                raise NotExported("the integral of a constant")
            if not (isinstance(core, t.Apply) and core.outcomes == (v,)):  # of a distribution it is known
                known = self.competing if CLOSED in t.symbols(core) else self.integrands
                known.setdefault(pattern(t.Bind("sum", (v,), (core,)))[0], (v, core))
            alphabet, name = self.spelling.alphabet(v.sort), self.spelling.variable(v)
            one, other = (f"(fun {name} => {self.spelling.term(each)})" for each in (self.form(part), core))
            k = self.say(self.form(of_monomial(outside, c)))
            label = self.spelling.names.fresh("parts")
            script += f"assert ({label} : integrable {alphabet} {one}). "
            script += f"{{ apply (integrable_by {alphabet} {one} {other} {k}); [ intro; arith | integrates ]. }} "
        return script

    def scaled(self, by: Polynomial, *bodies: t.Term) -> t.Term:
        """A product that begins with a normal form, whose sign stays where it is."""
        return t.Mul((t.Add((self.form(by),)), *bodies))

    def nested(self, variables: Sequence[Variable], body: t.Term) -> t.Term:
        """The sum over variables, the first outermost."""
        return t.Bind("sum", tuple(variables), (body,)) if variables else body

    def via(self, middle: t.Term, first: Script, then: Script) -> Script:
        """Through a term: the script that leads there, and the one that goes on from it."""
        if first is None:
            return then
        if then is None:
            return first
        return f"transitivity {self.say(middle)}. {{ {first} }} {then}"

    def each(self, scripts: Sequence[Script], lemma: str) -> Script:
        """That a sum, or a product, of several is that of what each is."""
        if all(script is None for script in scripts):
            return None
        whole = scripts[0] or "reflexivity."
        for script in scripts[1:]:
            whole = f"apply {lemma}. {{ {whole} }} {{ {script or 'reflexivity.'} }}"
        return whole

    def spell(self, term: t.Term, of: Polynomial) -> Script:
        """That a term is a normal form that is known to be its own."""
        form = self.form(of)
        if alike(term, form):
            return None
        script, found = self.prove(term)
        return script if found == of else self.via(self.form(found), script, "arith.")

    def prove(self, term: t.Term) -> Shown:
        """That a term is its normal form."""
        raise NotImplementedError


def exchanged(names: Mapping[Variable, Variable]) -> dict[Argument, Argument]:
    """New names as what they are exchanged for."""
    return {a: b for a, b in names.items()}  # noqa: C416
