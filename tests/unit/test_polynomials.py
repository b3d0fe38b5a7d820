"""The algebra below the kernel: what is equal, in which order it stands, and that no history shows."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from symkl.kernel.normal_form import EULER
from symkl.kernel.polynomials import Atom, Monomial, Polynomial, constant, of_atom, of_monomial, total
from symkl.language.terms import Policy, Variable

X, Y, Z, W = (Variable(name, name) for name in "xyzw")
PARTS = [of_atom(Atom("scalar", "a")), of_atom(Atom("scalar", "b")), of_atom(Atom("scalar", "c")).scaled(3)]
ORDERS = [total(order) for order in permutations(PARTS)]
PROOFS = Path(__file__).parents[2] / "docs" / "proofs"


def function(symbol: str, *given: Variable) -> tuple[Atom, Polynomial]:
    return Atom("apply", symbol, (), given), constant(1)


def test_terms_are_one_polynomial_in_whatever_order_they_come() -> None:
    assert len({tuple(p.terms) for p in ORDERS}) == 6
    assert len(set(ORDERS)) == 1 and len({p.key for p in ORDERS}) == 1
    assert ORDERS[0] != total([*PARTS, PARTS[0]])


@pytest.mark.parametrize("order", ORDERS)
def test_which_of_two_equal_atoms_or_monomials_was_made_first_does_not_show(order: Polynomial) -> None:
    """Else a report would depend on what the same process has checked before."""
    log, power = Atom("log", inside=order), Monomial([(EULER, order)])
    assert [m.key for m in log.inside.terms] == sorted(m.key for m in order.terms)
    assert [m.key for m in power.exponent(EULER).terms] == sorted(m.key for m in order.terms)


def test_an_atom_is_told_from_another_by_each_of_its_parts() -> None:
    parts = ("sum", "f", (X,), (Y,), of_atom(Atom("scalar", "a")))
    others = ("log", "g", (Variable("x", "y"),), (Policy("y"),), of_atom(Atom("scalar", "b")))
    one = Atom(*parts)
    assert one == Atom(*parts) and hash(one) == hash(Atom(*parts)) and one.key == Atom(*parts).key
    for i, other in enumerate(others):
        changed = Atom(*(other if i == j else part for j, part in enumerate(parts)))  # type: ignore[arg-type]
        assert changed != one and changed.key != one.key


def test_a_monomial_is_the_product_of_its_two_parts() -> None:
    near, far = function("f", X, Y), function("g", Z)
    both = EULER, of_atom(Atom("apply", "h", (), (X,))) + of_atom(Atom("apply", "h", (), (Z,)))
    monomial = Monomial([near, far, both])
    inside, outside = monomial.parted([X])
    assert (inside.names & {X, Z}, outside.names & {X, Z}) == ({X}, {Z})
    assert of_monomial(inside).times(of_monomial(outside), ())[0] == of_monomial(monomial)
    assert Monomial([near]).parted([X]) == (Monomial([near]), Monomial(()))
    assert Monomial([far]).parted([X]) == (Monomial(()), Monomial([far]))


@pytest.mark.parametrize("todo", list(permutations([W, X, Y, Z])))
def test_a_product_falls_apart_where_no_variable_is_shared(todo: tuple[Variable, ...]) -> None:
    chain, alone = [function("f", X, Y), function("g", Y, Z)], function("h", W)
    parts = Monomial([*chain, alone]).connected(todo)
    assert sorted(parts, key=lambda part: len(part[0])) == [({W}, Monomial([alone])), ({X, Y, Z}, Monomial(chain))]


def test_equal_in_another_process_where_strings_have_other_hashes() -> None:
    made = ORDERS[0] + of_atom(Atom("log", inside=ORDERS[1]))
    hash(made)
    code = (
        "import pickle, sys; from symkl.kernel.polynomials import *\n"
        "made = pickle.loads(sys.stdin.buffer.read())\n"
        "a, b, c = (of_atom(Atom('scalar', s)) for s in 'abc')\n"
        "again = a + b + c.scaled(3) + of_atom(Atom('log', inside=c.scaled(3) + b + a))\n"
        "assert made == again and {made: 1}[again] and made.terms.keys() == again.terms.keys()"
    )
    for seed in "12":
        subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps(made),
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )


def test_reports_depend_neither_on_hashes_nor_on_what_was_checked_before() -> None:
    code = (
        "import json, sys, symkl; from symkl.reporting.json import as_object\n"
        "print(json.dumps({f: as_object(symkl.check_text(open(f).read(), f)) for f in sys.argv[1:]}, sort_keys=True))"
    )
    files = sorted(str(path) for path in PROOFS.glob("*.md"))
    said = {
        subprocess.run(
            [sys.executable, "-c", code, *order],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed, order in (("0", files), ("1", files[::-1]), ("2", files[1::2] + files[::2]))
    }
    assert len(said) == 1
