"""A function audited: traced, held against itself, read as a formula, and put to the kernel."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from random import Random
from traceback import extract_tb
from typing import Any

from symkl.auditing.arguments import arguments_of, parameters, shaped_as, shapes
from symkl.auditing.arrays import OfArrays
from symkl.auditing.claims import ESTIMATES, Claim, Subject, Use, claims, subject
from symkl.auditing.crosscheck import FEW, Checked, check
from symkl.auditing.expressions import Expressions, Symbol
from symkl.auditing.folding import NOTE as FOLDED
from symkl.auditing.folding import folded
from symkl.auditing.formulas import GATHERINGS, Reading, reading
from symkl.auditing.identifying import compared, identified
from symkl.auditing.lifting import Lifted, lifted
from symkl.auditing.limits import limits
from symkl.auditing.report import Audit
from symkl.auditing.roles import (
    NUMBERS,
    POLICIES,
    SHAPES,
    TRAINED,
    Input,
    Misuse,
    Padding,
    bound,
    sampled,
)
from symkl.auditing.stubs import gathered
from symkl.auditing.traces import Untraceable, where
from symkl.auditing.translating import Untranslatable, term
from symkl.auditing.wholes import wholes
from symkl.checking.report import Line, Status
from symkl.language.places import LineOf
from symkl.language.troubles import Trouble
from symkl.language.writing import Formula, formula

SAMPLERS = ("policy", "old", "reference")
_EXPECTED = tuple(use.value for use in (*ESTIMATES, Use.NAME, Use.GATHERS))


def audit(
    function: Callable[..., Any] | str,
    *,
    bind: Mapping[str, str],
    set: Mapping[str, Any] | None = None,
    samplers: Sequence[str] = ("policy",),
    expect: Mapping[str, str] | Sequence[str] = (),
    output: str = "",
) -> Audit:
    """What a function computes and what that estimates.

    ::

        f traced on symbols     f checked against itself     E_s[f] = F, E_s[∇f] = ∇F by the kernel
        ───────────────────────────────────────────────────────────────────────────────────────────
                                what f is good for, and what not

    ``function``: a function, or ``"FILE.py:FUNCTION"``. ``bind``: what each argument is, as ``{"logp": "policy"}``;
    ``set``: the values of others, ``{"cfg.beta": 0.1}``. ``samplers``: whose samples it is given. ``expect``:
    ``{"loss": "∇KL(π‖π_ref)"}``. ``output``: which of its results.

    Requires: torch. Raises: Misuse, where an argument is neither bound nor set, or an expectation cannot be read.
    """
    import_module("symkl.auditing.tensors")  # without torch, that is what is said
    settings = dict(set or {})
    found = function if isinstance(function, Lifted) else _lifted(function)
    for sampler in samplers:
        if sampler not in SAMPLERS:
            raise Misuse(f"there is no sampler {sampler!r}; write policy, old or reference")
    wanted = _expectations(expect)
    inputs = {name: bound(name, text) for name, text in bind.items()}
    arguments = arguments_of(found, inputs, settings)
    told = tuple((name, _told(inputs[name], bind[name]) if name in inputs else repr(settings[name]))
                 for name in (*inputs, *settings))  # fmt: skip
    blank = Audit(found.name, found.file, found.line, told, defaults=_defaults(found, arguments))
    failed: Exception | None = None
    answers: list[Audit] = []
    for shaped in shapes(inputs):
        if answers and not (answers[0].mixes and any(each.shape == "BT" for each in shaped.values())):
            break  # it runs as it was said: only where terms mix may one number have been meant for a sequence
        try:
            _dry(found, shaped_as(arguments, shaped), shaped, output)
        except Untraceable as error:
            return replace(blank, trouble=_not_followed(found, error))
        except Exception as error:
            of_arrays = _of_arrays(found, shaped_as(arguments, shaped), shaped, output)
            if of_arrays is None:
                failed = failed or error
                continue
            found, blank = of_arrays, replace(blank, notes=_ON_ARRAYS)
        given = shaped_as(arguments, shaped)
        answer = _audited(blank, found, given, shaped, samplers, wanted, output, settings)
        by_numpy = answer.trouble is not None and "NumPy's " in answer.trouble.message and not blank.notes
        if by_numpy and (of_arrays := _of_arrays(found, given, shaped, output)) is not None:
            found, blank = of_arrays, replace(blank, notes=_ON_ARRAYS)
            answer = _audited(blank, found, given, shaped, samplers, wanted, output, settings)
        changed = [n for n in inputs if inputs[n].shape != shaped[n].shape]
        if changed:
            note = f"{', '.join(changed)}: taken as one number a sequence, of shape B"
            answer = replace(answer, notes=(*answer.notes, note))
        answer = replace(answer, claims=(*answer.claims, *_unasked(found, answer, wanted)))
        answers.append(replace(answer, notes=(*answer.notes, *gathered(found.said))))
    if not answers:
        assert failed is not None
        return replace(blank, runs=False, trouble=_does_not_run(found, failed))
    return next((each for each in answers if each.computes is not None), answers[0])


_ON_ARRAYS = ("it is run on arrays of NumPy: no gradient flows through it",)


def _lifted(function: Callable[..., Any] | str) -> Lifted:
    if isinstance(function, str):
        return lifted(function)
    plain = inspect.unwrap(getattr(function, "_torchdynamo_orig_callable", function))
    try:
        file, line = inspect.getsourcefile(plain) or "<python>", inspect.getsourcelines(plain)[1]
    except (OSError, TypeError):
        file, line = "<python>", 1
    return Lifted(function, getattr(plain, "__qualname__", type(plain).__name__), file, line)


def _expectations(expect: Mapping[str, str] | Sequence[str]) -> dict[Use, str]:
    pairs = expect.items() if isinstance(expect, Mapping) else [each.partition("=")[::2] for each in expect]
    found = {}
    for name, text in pairs:
        if name.strip() not in _EXPECTED:
            known = ", ".join(_EXPECTED)
            raise Misuse(f"an expectation is of one of {known}, as in loss=∇KL(π‖π_ref); found {name!r}")
        found[Use(name.strip())] = text.strip()
    return found


def _told(each: Input, text: str) -> str:
    """What an argument is, as a formula."""
    if each.symbol:
        return each.symbol
    parts: list[str] = []
    for sign, role in each.terms:
        policy, _, side = role.partition(".")
        at = {"chosen": "(y_w)", "rejected": "(y_l)"}.get(side, "")
        name = f"log {POLICIES[policy]}{at}" if policy in POLICIES else NUMBERS.get(role, role)
        parts.append(f"{'−' if sign < 0 else '+' if parts else ''}{' ' if parts else ''}{name}")
    return " ".join(parts)


def _defaults(found: Lifted, arguments: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What is left at its default, and what that is."""
    left = [(name, p.default) for name, p in parameters(found).items() if name not in arguments]
    return tuple((name, repr(default)[:60]) for name, default in left if default is not inspect.Parameter.empty)


def _dry(found: Lifted, arguments: Mapping[str, Any], inputs: Mapping[str, Input], output: str) -> None:
    """Run it once on numbers: whatever it raises, it raises without us."""
    from symkl.auditing.tensors import run

    sizes = SHAPES[0]
    run(found.function, arguments, sizes, sampled(inputs, sizes, Random(1), 1.0), TRAINED, (), output)


def _of_arrays(
    found: Lifted, arguments: Mapping[str, Any], inputs: Mapping[str, Input], output: str
) -> Lifted | None:
    """A function that does not run on tensors, as one of NumPy's arrays; None where it does not run on these either."""
    other = replace(found, function=OfArrays(found.function))
    try:
        _dry(other, arguments, inputs, output)
    except Exception:
        return None
    return other


# --- the audit ----------------------------------------------------------------------------------


def _audited(
    blank: Audit, found: Lifted, arguments: Mapping[str, Any], inputs: Mapping[str, Input], samplers: Sequence[str],
    wanted: Mapping[Use, str], output: str, settings: Mapping[str, Any],
) -> Audit:  # fmt: skip
    e = Expressions(TRAINED)
    try:
        checked = check(found.function, arguments, inputs, e, output)
    except Untraceable as error:
        return replace(blank, trouble=_not_followed(found, error))
    except Exception as error:
        line = where(error, found.file) or found.line
        message = f"it cannot be followed: {type(error).__name__}: {str(error)[:200]}"
        return replace(blank, trouble=_trouble(found, line, message, "operations of torch on tensors"))
    masks = frozenset(each.shape for each in inputs.values() if each.roles == ("mask",))
    read = replace(reading(e, checked.points, checked.padded, checked.sized, masks), hangs=checked.hangs)
    answer = _stated(e, blank, checked, read, inputs)
    answer = replace(answer, claims=tuple(_gathering(found, read, wanted.get(Use.GATHERS, ""))))
    if checked.wrong:
        said = f"{found.file}:{found.line} {found.name}: {checked.wrong}"
        return replace(answer, disagreements=(said,))
    roles = {s.role for point in checked.points[:1] for each in point.settled for s in e.symbols(each)}
    if read.formula is None or any(role.startswith("logits") for role in roles):
        scalars = [e.entry(f"scalar {each.symbol}") for each in inputs.values() if each.symbol]
        known = [*scalars, *map(e.constant, _numbers(found, settings))]
        left = masks | {"BT"} if any(each.roles == ("labels",) for each in inputs.values()) else masks
        others = [*checked.padded, *(each for _, each in checked.sized if len(each.values) <= FEW)]
        named = [*wholes(e, checked.points, others, left, known, found.line, wanted.get(Use.NAME, ""))]
        answer = replace(answer, claims=(*answer.claims, *(_partly(claim, read, checked.others) for claim in named)))
        if named:
            return answer
        own = [role for each in inputs.values() for role in each.roles]
        if (of_samples := folded(e, checked, own)) is not None:
            checked = of_samples
            read = replace(reading(e, checked.points, checked.padded, checked.sized, left), hangs=checked.hangs)
            answer = _stated(e, replace(blank, notes=(*blank.notes, FOLDED)), checked, read, inputs)
            answer = replace(answer, claims=tuple(_gathering(found, read, wanted.get(Use.GATHERS, ""))))
    if read.formula is None:
        return replace(answer, notes=(*answer.notes, f"no formula of one sample: {read.why}"))
    answer = _claimed(answer, e, read, inputs, samplers, wanted, found, settings)
    return replace(answer, claims=tuple(_partly(claim, read, checked.others) for claim in answer.claims))


def _stated(e: Expressions, blank: Audit, checked: Checked, read: Reading, inputs: Mapping[str, Input]) -> Audit:
    notes = list(dict.fromkeys([*blank.notes, *(note for point in checked.points for note in point.traced.notes)]))
    if taken := checked.points[0].ran.taken:
        notes.append(f"of its results {taken} is looked at; --output names another")
    notes += [_met(each, checked) for each in inputs.values() if each.symbol]
    notes += [*_same_mask(inputs), *_by_policy(inputs)]
    notes += _own_share(e, checked) if read.formula is None else []
    if read.near:
        notes.append("a small number is added to the divisor: the weights are those named but for about 1e-8")
    if read.means:
        notes.append("each log π is the mean over the tokens of a sequence: of no distribution, so no mean is taken")
    if read.paths > 1:
        notes.append(f"its decisions on data led to {read.paths} formulas: what is said is of the first")
    if read.only:
        notes.append(f"{read.only}, it computes another formula")
    if read.hangs:
        notes.append(f"the result hangs on {read.hangs}: what is said is of what that was at the samples")
    if checked.others:
        notes.append(f"{', '.join(checked.others)} it computes something else: what is said is of float64, on the CPU")
    notes += checked.notes
    if checked.rounding:
        notes.append(checked.rounding)
    return replace(
        blank, mixes=read.mixes, unit=read.unit, gathered=read.gathered, points=checked.count, shapes=checked.shapes,
        exported=checked.exported,
        branches=checked.branches, worst=checked.worst if math.isfinite(checked.worst) else -1.0, notes=tuple(notes),
    )  # fmt: skip


def _met(each: Input, checked: Checked) -> str:
    """Of a scalar what it may be, and what it was."""
    found = [value for point in checked.points for symbol, value in point.values.items()
             if symbol.role == each.terms[0][1]]  # fmt: skip
    if each.high < math.inf:
        may = f"between {each.low:g} and {each.high:g}"
    else:
        may = f"any number > {each.low:g}"
    return f"{each.symbol} is {may}; the function was run with it from {min(found):.3g} to {max(found):.3g}"


def _same_mask(inputs: Mapping[str, Input]) -> Iterator[str]:
    """That arguments were given one and the same mask."""
    for shape in ("BT", "B"):
        some = [name for name, each in inputs.items() if each.roles == ("mask",) and each.shape == shape]
        if len(some) > 1:
            yield f"{', '.join(some)} were given the same mask: of masks that differ nothing is said"


def _by_policy(inputs: Mapping[str, Input]) -> Iterator[str]:
    """That gradients are by π, where something else moves, too."""
    roles = {role for each in inputs.values() for role in each.roles}
    if {"policy", "value"} <= roles:
        yield "gradients are those by the parameters of π: V is held still in what is said of them"


def _own_share(e: Expressions, checked: Checked) -> list[str]:
    """Of advantages made from rewards alone: whether what is taken off a reward moves with that reward itself."""
    point = checked.points[0]
    shares, free = [], True
    for place, (entry, whole) in enumerate(zip(point.settled, point.traced.output.entries, strict=True)):
        own = Symbol("reward", (place,))
        if {symbol.role for symbol in e.symbols(entry)} != {"reward"} or own not in e.symbols(entry):
            return []
        shares.append(e.derivative(e.subtract(e.entry(*own), entry), own))
        free &= own not in e.symbols(e.subtract(e.entry(*own), whole))  # on every branch
    if not shares or checked.hangs:
        return []
    if free:
        return ["what is taken off a reward is free of that reward: as a baseline it leaves the gradient unbiased"]
    if not (value := e.value(shares[0], point.values)):
        return []
    return [f"what is taken off a reward moves with that reward itself, here by {value:.3g} of it: it is no baseline"]


def _claimed(
    answer: Audit, e: Expressions, read: Reading, inputs: Mapping[str, Input], samplers: Sequence[str],
    wanted: Mapping[Use, str], found: Lifted, settings: Mapping[str, Any],
) -> Audit:  # fmt: skip
    assert read.formula is not None
    scalars = {each.symbol: each for each in inputs.values() if each.symbol}
    roles = {symbol.role for symbol in e.symbols(read.formula)}
    shown = _shown(e, read.formula)
    answer = replace(
        answer, positive=tuple(symbol for symbol, each in scalars.items() if each.low >= 0), computes=shown
    )
    if any(role in ("mask", "labels") or role.startswith("logits") for role in roles):
        return answer
    one_sample = not any("." in role for role in roles)
    if one_sample:
        of = replace(subject(e, read.formula, scalars, found.line, not read.whole), means=read.means)
        alone = {each.roles[0]: name for name, each in inputs.items() if each.terms == ((1, each.roles[0]),)}
        of = replace(of, arguments=alone)
    else:
        of = Subject(e, read.formula, read.formula, scalars, found.line, not read.whole)
    known = [*(e.entry(f"scalar {symbol}") for symbol in scalars), *map(e.constant, _numbers(found, settings))]
    made = [*identified(of, known, wanted.get(Use.NAME, ""))]
    if one_sample:
        made += () if read.means or not of.policies else claims(of, tuple(samplers), wanted)
        inner = _shown(e, of.inner)
        return replace(
            answer, computes=inner, whole=shown if of.branched else None, claims=(*answer.claims, *made),
            limits=tuple(limits(of)),
        )  # fmt: skip
    more, notes = compared(of, known)
    return replace(answer, claims=(*answer.claims, *made, *more), notes=(*answer.notes, *notes))


def _unasked(found: Lifted, answer: Audit, wanted: Mapping[Use, str]) -> Iterator[Claim]:
    """What was expected and not looked at: unknown, and never passed over."""
    asked = {claim.use for claim in answer.claims if claim.expected}
    for use, text in wanted.items():
        if use in asked:
            continue
        if answer.unit in ("", "number") or answer.computes is None:
            of = "a function of which there is no formula of one sample"
        elif use is Use.REWARD:
            of = "this function with these samplers: a reward is that of samples of the policy"
        else:
            of = "this function: it is the loss of a comparison, or of no policy, or of a mean of logs"
        line = Line(LineOf(found.line, use.words), 1, "", None, Status.UNKNOWN, because=f"it cannot be asked of {of}")
        yield Claim(use, "", text, line, True)


def _partly(claim: Claim, read: Reading, others: Sequence[str]) -> Claim:
    """What was expected of the whole, and is proved of one of several formulas: unknown."""
    if (read.whole and not others) or not claim.expected or claim.line.status is not Status.PROVED:
        return claim
    if read.paths > 1:
        count = f"{read.paths} formulas that its decisions on data led to"
        because = f"it is so of the first of {count}; of the others, unknown"
    elif read.only:
        because = f"it is not so everywhere: {read.only}, it computes another formula"
    elif read.hangs:
        because = f"it is so at the samples; the result hangs on {read.hangs}, which is in no formula"
    else:
        because = f"it is so on tensors of float64; {', '.join(others)} it computes something else"
    was = claim.line
    line = Line(was.line, 1, was.source, was.relation, Status.UNKNOWN, because=because, readable=was.readable)
    return replace(claim, line=line, held=None, beyond=None)


def _gathering(found: Lifted, read: Reading, wanted: str) -> Iterator[Claim]:
    """That padding leaks in, which nobody expects, and whether tokens are gathered as is expected."""
    if read.leaks:
        line = Line(
            LineOf(found.line, Use.PADDING.words), 1, "", None, Status.REFUTED,
            because="the result depends on what stands where the mask is 0"
            + (f", {read.leaking}" if read.leaking != Padding.RIGHT.value else ""),
        )  # fmt: skip
        yield Claim(Use.PADDING, "", "padding leaks in", line, True)
    if not wanted:
        return
    name = GATHERINGS.get(wanted, wanted)
    if name not in GATHERINGS.values():
        raise Misuse(f"no way of gathering is called {wanted!r}; write one of {', '.join(GATHERINGS)}")
    if name != read.gathered:
        status = Status.REFUTED
        because = f"what is expected is {name}; it is {read.gathered or 'no way that has a name here'}"
    elif read.formula is None:
        status, because = Status.UNKNOWN, f"there is no formula of one sample: {read.why}"
    elif read.leaks:
        status, because = Status.UNKNOWN, "padding is gathered, too"
    else:
        status, because = Status.PROVED, f"it is {name}, at every point at which it was checked"
    line = Line(LineOf(found.line, Use.GATHERS.words), 1, "", None, status, because=because)
    yield Claim(Use.GATHERS, "", read.gathered, line, True)


def _numbers(found: Lifted, settings: Mapping[str, Any]) -> list[float]:
    """The numbers that a function is called with, and those that it takes where nothing is said."""
    try:
        defaults = [p.default for p in inspect.signature(found.function).parameters.values()]
    except (TypeError, ValueError):
        defaults = []
    numbers = [each for each in (*settings.values(), *defaults) if isinstance(each, float | int)]
    return list(dict.fromkeys(float(each) for each in numbers if not isinstance(each, bool) and math.isfinite(each)))


def _shown(e: Expressions, expression: int) -> Formula | None:
    try:
        return formula(term(e, expression))
    except Untranslatable:
        return None


# --- what does not go ---------------------------------------------------------------------------


def _not_followed(found: Lifted, error: Untraceable) -> Trouble:
    line = where(error, found.file) or found.line
    return _trouble(found, line, f"it cannot be followed: {error}", "operations of torch on tensors")


def _does_not_run(found: Lifted, error: Exception) -> Trouble:
    line = where(error, found.file) or found.line
    said = f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
    message = f"it does not run with these arguments, traced or not: {said}"
    if "/numpy/" in "".join(frame.filename.replace("\\", "/") for frame in extract_tb(error.__traceback__)):
        message += " (it hands tensors of torch to NumPy, whose functions are not followed)"
    return _trouble(found, line, message, "arguments that it takes")


def _trouble(found: Lifted, line: int, message: str, expected: str) -> Trouble:
    excerpt = ""
    try:
        with open(found.file, encoding="utf-8") as stream:
            excerpt = stream.read().splitlines()[line - 1]
    except (OSError, IndexError, UnicodeDecodeError):
        pass
    column = len(excerpt) - len(excerpt.lstrip()) + 1
    return Trouble(line, column, max(len(excerpt.strip()), 1), excerpt, message, "", expected, "")
