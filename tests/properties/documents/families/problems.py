"""Problems, headings and solutions: what is solved, by what, and from where to where it reigns."""

from __future__ import annotations

from random import Random

from tests.properties.documents.keying import Document, Draft
from tests.properties.documents.terms import KL, Extremum, Mean, Sum, Symbol, Term, exp, log
from tests.properties.documents.vocabulary import Letters, objective, softmax, solved, tilted

NAME = "problems"


def _solution(d: Draft, law: Symbol, full: Term, weight: Term, right: bool, y: str) -> None:
    write = d.true if right else d.false
    write(law(y), *_form(d, full, weight), key="ok" if right else "bad")


def _form(d: Draft, full: Term, weight: Term) -> tuple[str, Term]:
    """With its denominator, or up to a factor."""
    return ("=", full) if d.rng.random() < 0.5 else ("∝", weight)


def _weights(ref: Symbol | None, scores: Term, beta: Term, y: str, z: str) -> tuple[Term, Term]:
    return softmax(ref, scores, beta, y, z), tilted(ref, scores, beta, y, z)[0]


def one_problem(rng: Random) -> Document:
    """A problem and its solution, right or wrong, without a star."""
    v = Letters.drawn(rng)
    beta, r = v.temperature(), v.reward()
    moving = rng.random() < 0.3
    parameter = v.parameter() if moving else ""
    law = v.moving_law(parameter) if moving else v.law(r"\pi", "p", "q")
    ref = v.reference() if rng.random() < 0.75 else None
    d, y, z = v.draft(NAME, "one-problem"), v.y, v.z
    d.problem(solved(law, r, beta, ref, y, z, parameter if rng.random() < 0.5 else ""))
    if rng.random() < 0.5:
        d.prose("The solution is", "Its maximiser is", "We find")
    full, weight = _weights(ref, r(y), beta(), y, z)
    d.mean(law(y), full)
    kind = rng.randrange(5)
    if kind <= 1:
        _solution(d, law, full, weight, True, y)
        d.false(KL(law, ref), "=", 0) if ref is not None else d.false(Mean(y, law, r(y)), "=", 0)
        d.true(Mean(y, law, r(y)), "=", Sum(z, law(z) * r(z)))
    elif kind == 2:
        _solution(d, law, *_weights(ref, beta() ** 2 * r(y), beta(), y, z), False, y)
    elif kind == 3:
        _solution(d, law, *_weights(ref, -r(y), beta(), y, z), False, y)
    else:
        other = v.reference()
        _solution(
            d, law, *_weights(None if ref is not None and rng.random() < 0.5 else other, r(y), beta(), y, z), False, y
        )
    return d.finished()


def two_sections(rng: Random) -> Document:
    """Two problems of one policy under two headings, or with prose between: each has its own solution."""
    v = Letters.drawn(rng)
    law = v.law(r"\pi", "p")
    headed = rng.random() < 0.6
    d, y, z = v.draft(NAME, "two-sections" if headed else "two-problems-in-one-section"), v.y, v.z
    first = (v.reward(), v.temperature(), v.reference())
    ref = v.reference() if rng.random() < 0.7 or not headed else None
    second = (v.reward(), v.temperature(), ref)
    if headed:
        d.heading("With a reference", "One", "The first problem")
    full, weight = _weights(first[2], first[0](y), first[1](), y, z)
    d.problem(solved(law, *first, y, z))
    d.mean(law(y), full)
    if rng.random() < 0.8:
        _solution(d, law, full, weight, True, y)
    d.forget(law)
    if headed:
        d.heading("Another problem", "Two", "With other letters")
    else:
        d.prose("Now another problem, with another reward, price and reference.")
    d.problem(solved(law, *second, y, z))
    new = _weights(second[2], second[0](y), second[1](), y, z)
    d.mean(law(y), new[0])
    if rng.random() < 0.5:
        _solution(d, law, *new, True, y)
    else:
        _solution(d, law, full, weight, False, y)
    return d.finished()


def any_policy_again(rng: Random) -> Document:
    """Under a new heading the policy is any policy again."""
    v = Letters.drawn(rng)
    law, r, beta, ref = v.law(r"\pi", "p"), v.reward(), v.temperature(), v.reference()
    d, y, z = v.draft(NAME, "any-policy-again"), v.y, v.z
    best = beta() * log(Sum(y, ref(y) * exp(r(y) / beta())))
    d.heading("The best one", "The optimum")
    d.problem(solved(law, r, beta, ref, y, z))
    full, weight = _weights(ref, r(y), beta(), y, z)
    d.mean(law(y), full)
    _solution(d, law, full, weight, True, y)
    if rng.random() < 0.5:
        d.true(objective(law, r, beta, ref, y), "=", best)
    d.forget(law)
    d.heading("Any other one", "In general", "A policy that we evaluate")
    d.prose("Here the policy is arbitrary.", "Now for any policy:")
    d.shuffled(
        lambda: d.false(objective(law, r, beta, ref, y), "=", best),
        lambda: d.true(objective(law, r, beta, ref, y), "<=", best),
        lambda: d.false(beta() * log(law(y) / ref(y)), "=", r(y) - beta() * log(Sum(z, ref(z) * exp(r(z) / beta())))),
        most=2,
    )
    return d.finished()


def says_nothing_of_another(rng: Random) -> Document:
    """What holds of the solution does not hold of a policy that nothing fixes."""
    v = Letters.drawn(rng)
    q, p, r, beta, ref = (
        v.law("q", r"\pi"),
        v.law("p", r"\mu"),
        v.reward(),
        v.temperature(),
        v.law(r"\pi_{ref}", r"\pi_0"),
    )
    d, y, z = v.draft(NAME, "says-nothing-of-another"), v.y, v.z
    d.problem(solved(q, r, beta, ref, y, z))
    full, weight = _weights(ref, r(y), beta(), y, z)
    d.mean(q(y), full)
    _solution(d, q, full, weight, True, y)
    right = r(y) - beta() * log(Sum(z, ref(z) * exp(r(z) / beta())))
    d.shuffled(
        lambda: d.true(beta() * log(q(y) / ref(y)), "=", right),
        lambda: d.false(beta() * log(p(y) / ref(y)), "=", right),
        lambda: d.false(Mean(y, p, r(y)) - beta() * KL(p, ref), "=", beta() * log(Sum(y, ref(y) * exp(r(y) / beta())))),
    )
    return d.finished()


def values(rng: Random) -> Document:
    """The values of two problems with letters of their own."""
    v = Letters.drawn(rng)
    law = v.law(r"\pi", "p")
    d, y, z = v.draft(NAME, "values"), v.y, v.z
    one, two = ((v.reward(), v.temperature(), v.reference()) for _ in range(2))

    def best(r: Symbol, beta: Symbol, ref: Symbol) -> Term:
        return beta() * log(Sum(y, ref(y) * exp(r(y) / beta())))

    d.heading("One", "A first problem")
    d.true(solved(law, *one, y, z), "=", best(*one))
    if rng.random() < 0.6:
        d.heading("Two", "A second problem")
    d.shuffled(
        lambda: d.true(solved(law, *two, y, z), "=", best(*two)),
        lambda: d.false(solved(law, *two, y, z), "=", best(*one)),
        lambda: d.false(solved(law, *two, y, z), "=", best(two[0], one[1], two[2])),
        most=2,
    )
    return d.finished()


def restated(rng: Random) -> Document:
    """A problem in other words, or with a slip in them."""
    v = Letters.drawn(rng)
    law, r, beta, ref = v.law(r"\pi"), v.reward(), v.temperature(), v.reference()
    d, y, z = v.draft(NAME, "restated"), v.y, v.z
    posed = solved(law, r, beta, ref, y, z)
    good = Extremum("min", law, Mean(y, law, log(law(y) / ref(y)) - r(y) / beta()), y, posed.solution)
    wrong = Extremum(
        "min", law, Mean(y, law, log(law(y) / ref(y)) + r(y) / beta()), y, softmax(ref, -r(y), beta(), y, z)
    )
    d.problem(posed)
    right = rng.random() < 0.5
    d.problem(good if right else wrong)
    d.rows[-1] = type(d.rows[-1])(d.rows[-1].line, d.rows[-1].text, "opt" if right else "bad")
    return d.finished()


def defined_again(rng: Random) -> Document:
    """One name that is given again: under a heading it is a new one, without a heading it is a claim."""
    v = Letters.drawn(rng)
    f, r, beta = v.function("f", "g", "h"), v.reward(), v.temperature()
    headed = rng.random() < 0.6
    d, y = v.draft(NAME, "defined-again" if headed else "claimed-again"), v.y
    d.declare(f"{f.latex} {v.of(y)}")
    if headed:
        d.heading("One")
    d.define(f(y), r(y) / beta(), sign="=")
    d.true(exp(beta() * f(y)), "=", exp(r(y)))
    if headed:
        d.heading("Two")
        d.define(f(y), r(y) ** 2, sign="=")
        d.shuffled(lambda: d.true(f(y), ">=", 0), lambda: d.false(exp(beta() * f(y)), "=", exp(r(y))))
    else:
        d.false(f(y), "=", r(y) ** 2)
        d.true(beta() * f(y), "=", r(y))
    return d.finished()


KINDS = (one_problem, two_sections, any_policy_again, says_nothing_of_another, values, restated, defined_again)
