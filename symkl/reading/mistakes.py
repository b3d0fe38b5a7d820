"""Rows that cannot be read: what was found there, what was expected, what to write instead.

Every refusal of the reader is named once, in :data:`MISTAKES`; :func:`refuse` turns a name and a
place into the :class:`Unreadable` that a reader sees. Nothing here decides whether a row is
readable: the lexer and the grammar do. What parses and has no single meaning is named in
:mod:`symkl.meaning.mistakes`, by the same means.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol

from symkl.language.terms import Span


class Unreadable(Exception):
    """A row, or a part of it, that has no single reading. Made by :meth:`Mistake.at` alone.

    ``name`` is the key in its table of mistakes; ``span`` the place in the document to put a caret
    under; ``opened``, for a bracket without a partner, where that bracket stands.
    """

    def __init__(
        self,
        name: str,
        span: Span,
        message: str,
        found: str,
        expected: str,
        advice: str,
        opened: Span | None = None,
    ) -> None:
        super().__init__(message)
        self.name = name
        self.span = span
        self.message = message
        self.found = found
        self.expected = expected
        self.advice = advice
        self.opened = opened

    def moved(self, by: int) -> Unreadable:
        """The same refusal, so many characters further on."""
        opened = None if self.opened is None else Span(self.opened.start + by, self.opened.stop + by)
        place = Span(self.span.start + by, self.span.stop + by)
        return Unreadable(self.name, place, self.message, self.found, self.expected, self.advice, opened)


class Mistake(NamedTuple):
    """One way to be unreadable. What stands in braces is put in where it is met: ``{found}``, ``{extra}``, ..."""

    message: str
    expected: str
    advice: str
    found: str = "{found}"

    def at(self, name: str, span: Span, said: Mapping[str, str], opened: Span | None = None) -> Unreadable:
        """The refusal, by its name in its table; ``said`` gives what the braces stand for."""
        return Unreadable(
            name,
            span,
            self.message.format_map(said),
            self.found.format_map(said),
            self.expected.format_map(said),
            self.advice.format_map(said),
            opened,
        )


MISTAKES: dict[str, Mistake] = {
    "skipped": Mistake("this row is passed over, as the document asks", "", "take the directive away", ""),
    "too many lines": Mistake(
        "this document has more than {extra} lines", "at most {extra} lines", "check its parts one by one"
    ),
    "too many displays": Mistake(
        "this document has more than {extra} marks of displayed formulas", "at most {extra} of $$, \\[ and \\begin",
        "check its parts one by one",
    ),
    # -- limits ---------------------------------------------------------------------------------
    "row too long": Mistake(
        "this row is {found} characters long",
        "at most {extra} characters",
        "split it into several rows with \\\\",
    ),
    "row too rich": Mistake(
        "this row has more than {extra} symbols",
        "at most {extra} symbols",
        "split it into several rows with \\\\",
    ),
    "nested too deep": Mistake(
        "this is nested more than {extra} deep",
        "at most {extra} levels",
        "name an inner expression and use the name",
    ),
    "number too long": Mistake(
        "the number {found} has too many digits", "at most 12 digits", "use a shorter number or a symbol"
    ),
    "two decimal points": Mistake(
        "the number {found} has two decimal points",
        "one decimal point",
        "mend the number, or write a product with \\cdot",
    ),
    "exponent too large": Mistake(
        "the exponent {found} is too large", "an exponent of at most 1000", "use a symbol for the exponent"
    ),
    "control character": Mistake(
        "there is an invisible control character here ({found})",
        "plain text",
        "delete the character; it is often left behind by copying from a PDF",
    ),
    # -- words and macros -----------------------------------------------------------------------
    "unknown macro": Mistake(
        "{found} is not a macro that symkl knows",
        "a LaTeX command{extra}",
        "write out what the macro stands for",
    ),
    "unknown character": Mistake(
        "the character {found} has no meaning in a formula",
        "LaTeX mathematics",
        "put words outside the formula, or delete the character",
    ),
    "letter run": Mistake(
        "{found} without a backslash is a product of single letters in LaTeX",
        "one symbol, or letters with spaces between them",
        "write \\text{{{found}}} or \\mathrm{{{found}}} for a name, or put spaces between "
        "the letters for a product",
    ),
    "softmax of what": Mistake(
        "an entry of a softmax of more than one vector is not read",
        "a letter, or a letter times numbers, as in \\operatorname{{softmax}}(z/\\tau)_i",
        "write it out, as in \\frac{{e^{{z_i}}}}{{\\sum_j e^{{z_j}}}}",
        "{found}",
    ),
    "bare command": Mistake(
        "{found} without a backslash is a product of single letters in LaTeX",
        "\\{found}, or letters with spaces between them",
        "write \\{found}",
    ),
    "prose": Mistake(
        "the words “{found}” stand inside a formula",
        "a symbol or an operator",
        "put the words outside the formula",
    ),
    "words that count": Mistake(
        "“{found}”{extra} may change what the row states, and is not read",
        "a formula, or a remark such as \\text{{(by definition)}}",
        "say it in a formula of its own, or put the words outside the display",
    ),
    "sign over a relation": Mistake(
        "“{found}” stands over a relation, and may change what it states",
        "a label such as (a), a name, or a remark",
        "write the relation alone, or \\overset{{(a)}}{{=}} and say below the formula what (a) is",
    ),
    "two numbers": Mistake(
        "the number {found} stands right behind another number",
        "a sign between two numbers",
        "write \\cdot for a product, + for a sum, or the digits of one number without a space",
    ),
    "whose relation": Mistake(
        "it is not clear what {extra} goes on from after “{found}”",
        "a statement with a left side of its own",
        "write the left side again: A \\ge 0 \\text{{ and }} A \\le 1",
    ),
    "states nothing": Mistake(
        "this expression after “{found}” states nothing",
        "an equation or an inequality",
        "write what holds of it, as in A = B \\text{{ and }} A = C, or leave it out",
    ),
    "equality of what": Mistake(
        "this says when an inequality is an equation, and there is none",
        "an inequality before it and an equation behind it",
        "write A \\ge B \\text{{ with equality iff }} p = q",
    ),
    "column": Mistake(
        "it is not clear whether this column is a statement of its own",
        "one relation a row, or columns that each state something: a &= b & c &= d",
        "write the columns in displays of their own, or the row without this &",
    ),
    "goes on from columns": Mistake(
        "this row goes on from a row with several statements side by side",
        "a row with a left side of its own in each column",
        "write each column in a display of its own",
    ),
    "tag": Mistake(
        "the tag says “{found}”, which is no label",
        "a number, a letter or a sign, as in \\tag{{7}}",
        "write a statement in the formula, and a short label in the tag",
    ),
    "hidden ink": Mistake(
        "{found} may hide a part of the formula",
        "ink that is seen, as in \\textcolor{{red}}{{...}}",
        "delete what is not to be read, or write it without the colour",
    ),
    "overprinted": Mistake(
        "{found} prints what follows over what stands before it",
        "formulas side by side",
        "delete it",
    ),
    "struck out": Mistake(
        "the relation {found} is struck out",
        "a relation that is meant, or terms that cancel",
        "strike out terms alone, or write the relation that holds",
    ),
    "phantom": Mistake(
        "“{found}” is here but not shown",
        "a space, as in \\quad or \\phantom{{=}}",
        "write it so that it is seen, or put \\quad in its place",
    ),
    "dollar": Mistake(
        "there is a $ inside a formula", "LaTeX mathematics", "close the formula before starting another one"
    ),
    "environment": Mistake(
        "the environment {found} is not read",
        "align, aligned, gather, split or multline",
        "write the formula as plain rows",
    ),
    "matrix": Mistake(
        "{found} makes a matrix, and symkl reads no matrices",
        "brackets, as in \\left[ ... \\right]",
        "text recognition often turns brackets into a matrix: write \\left[ ... \\right]",
    ),
    "cases": Mistake(
        "a case distinction is not read",
        "one expression that holds for all values",
        "write one row for each case",
    ),
    "integral": Mistake(
        "this integral has no d of its variable at its end, or two signs share one",
        "a variable, as in \\int f(y) \\, dy",
        "write \\int \\pi(y|x) r(x,y) \\, dy, with dy outside of all brackets and fractions",
    ),
    "integral by a law": Mistake(
        "an integral is read with a density, and not by a law such as {found}",
        "a density times dy",
        "write \\int f(y) \\pi(y|x) \\, dy, or \\mathbb{{E}}_{{y \\sim \\pi(\\cdot|x)}}[f(y)]",
    ),
    "order of integrals": Mistake(
        "the inner integral is over {found}, which stands outside of it as well",
        "the innermost variable first: \\int f(x) \\int g(y) \\, dy \\, dx",
        "put the differentials in that order, or write both signs in front: \\int\\int f \\, dy \\, dx",
    ),
    "integral between bounds": Mistake(
        "the bounds of this integral are not read",
        "an integral over all of one space",
        "leave the bounds out, as in \\int f(y) \\, dy, or name the space, as in \\int_{{\\mathcal{{Y}}}} f(y) \\, dy",
    ),
    "limit": Mistake(
        "“{found}” is not read",
        "a limit of one scalar",
        "write \\lim_{{\\beta \\to 0^+}} or \\lim_{{\\beta \\to \\infty}}",
    ),
    "arrow": Mistake(
        "an arrow is read under \\lim alone",
        "a relation such as = or \\le",
        "write \\lim_{{\\beta \\to \\infty}} A = B; for a step of a proof write \\implies",
    ),
    "end of a limit": Mistake(
        "this limit goes to “{found}”",
        "0^+ or \\infty",
        "write \\lim_{{\\beta \\to 0^+}} or \\lim_{{\\beta \\to \\infty}}",
    ),
    "constraint": Mistake(
        "constraints are not read",
        "an optimisation problem without constraints",
        "add the constraint to the objective with a multiplier: ... - \\lambda (\\mathrm{{KL}}(\\pi\\|\\mu) - \\delta)",
    ),
    "condition": Mistake(
        "the condition “{found}” is not read",
        "a statement that holds for all values",
        "write the condition as a statement behind \\text{{if}}, or declare it: <!-- symkl: beta > 0 -->",
    ),
    "evaluation bar": Mistake(
        "this bar for “evaluated at” is not read",
        "a bar outside all brackets, at a parameter: \\big|_{{\\theta = \\theta_0}}",
        "write the values in place: J(\\pi^*)",
    ),
    "not read": Mistake("{found} is not read", "{extra}", "rewrite the row without it"),
    "no relation": Mistake(
        "{found} is not a relation that symkl checks",
        "one of =, \\le, \\ge, <, >, \\propto, \\equiv, \\implies, \\approx, :=",
        "use one of these, or say it in words outside the formula",
    ),
    "sampling": Mistake(
        "“~” says how something is sampled, and states nothing to check",
        "an equation, or “~” in the subscript of an expectation",
        "write \\mathbb{{E}}_{{y \\sim \\pi}}[...], or say it in words outside the formula",
    ),
    "membership": Mistake(
        "{found} states membership, which is not read here",
        "an equation or an inequality",
        "say it in words outside the formula",
    ),
    # -- scripts --------------------------------------------------------------------------------
    "double subscript": Mistake(
        "there are two subscripts on one symbol",
        "one subscript",
        "join them: \\pi_{{\\theta, \\text{{old}}}}",
    ),
    "double superscript": Mistake(
        "there are two superscripts on one expression",
        "one superscript",
        "use brackets: (a^b)^c or a^{{b c}}",
    ),
    "subscript on a group": Mistake(
        "a subscript stands on {found}, which cannot carry one",
        "a symbol before the subscript",
        "move the subscript to the symbol, or delete it",
    ),
    "star on a group": Mistake(
        "the superscript {found} stands on a bracket",
        "a symbol before the star or prime",
        "put it on the symbol: \\pi^*(y|x)",
    ),
    "empty script": Mistake(
        "there is nothing after {found}",
        "an index or an exponent",
        "write it in braces: \\pi_{{\\text{{ref}}}}",
    ),
    "unreadable subscript": Mistake(
        "the subscript holds {found}, which cannot be part of a name",
        "letters, digits, words or an index such as <t",
        "give the symbol a plain name",
    ),
    "several digits": Mistake(
        "LaTeX puts only the first digit of {found} into the script",
        "one digit, or braces",
        "write {extra}{{{found}}}",
    ),
    "base of a logarithm": Mistake(
        "a logarithm with a base is not read", "\\log or \\ln", "divide by \\log of the base"
    ),
    "accent": Mistake(
        "the accent {found} covers more than one symbol",
        "an accent over a single symbol",
        "put the accent over one letter: \\hat{{r}}_\\theta",
    ),
    # -- arguments ------------------------------------------------------------------------------
    "missing argument": Mistake(
        "{found} needs {extra}", "{extra} in braces", "for example \\frac{{a}}{{b}}, \\sqrt{{a}}, \\hat{{r}}"
    ),
    "empty bracket": Mistake(
        "there is nothing inside the brackets", "an expression", "fill the brackets or delete them"
    ),
    "two bars": Mistake(
        "there are two bars in one pair of brackets",
        "one bar: \\pi(y \\mid x)",
        "separate several conditions by commas: \\pi(y \\mid x, z)",
    ),
    "empty side of a bar": Mistake(
        "nothing stands on one side of the bar", "\\pi(y \\mid x)", "write what is meant, or \\cdot for “any”"
    ),
    "stray bar": Mistake(
        "a bar stands alone here",
        "brackets around it, as in \\pi(y \\mid x), or a second bar",
        "put the arguments in brackets",
    ),
    "stray double bar": Mistake(
        "a double bar stands outside a divergence",
        "D_{{\\mathrm{{KL}}}}(p \\| q), or a single bar \\mid",
        "write \\mid for a condition, \\mathrm{{KL}}(p \\| q) for a divergence",
    ),
    "unknown divergence": Mistake(
        "{found} with a double bar is not a divergence that symkl knows",
        "D_{{\\mathrm{{KL}}}}, \\mathrm{{KL}}, \\chi^2, \\mathrm{{TV}} or D",
        "write out its definition as a sum or an expectation",
    ),
    "divergence sides": Mistake(
        "a divergence needs two distributions with one bar between them",
        "D_{{\\mathrm{{KL}}}}(p \\| q)",
        "write both sides, as in \\mathrm{{KL}}(\\pi \\| \\pi_{{\\text{{ref}}}})",
    ),
    "sides without brackets": Mistake(
        "what {found} is taken of stands behind it without brackets",
        "D_{{\\mathrm{{KL}}}}(p \\| q), or \\KL{{p}}{{q}}",
        "put both sides in one pair of brackets, with \\| between them; for a product write \\cdot",
    ),
    "bare sum": Mistake(
        "{found} does not say what it runs over",
        "a subscript: \\sum_y or \\sum_{{y \\in \\mathcal{{Y}}}}",
        "write the index under the sign",
    ),
    "part of an alphabet": Mistake(
        "{found} may be a part of the alphabet",
        "the whole alphabet, as in \\sum_y, or a set that a row gives",
        "say in a row what is in it, as in S = \\{{y : r(y) > 0\\}}; or put the restriction into a factor",
    ),
    "part of all policies": Mistake(
        "{found} may be a part of what {extra} could be",
        "\\max_\\pi, or a set of all: \\pi \\in \\Pi, \\pi \\in \\Delta(\\mathcal{{Y}})",
        "write \\max_\\pi where all are meant; a constraint goes into the objective, with a multiplier",
    ),
    "binder": Mistake(
        "this cannot stand under {found}",
        "{extra}",
        "write for example \\mathbb{{E}}_{{x \\sim D, y \\sim \\pi(\\cdot|x)}} or \\sum_y",
    ),
    "max of numbers": Mistake(
        "{found} of several numbers is not read",
        "\\max(a, b), or \\arg\\max_\\pi of one expression",
        "write \\max(a, b) for the larger number",
    ),
    "numbers in a bracket": Mistake(
        "{found} wants its numbers in a bracket, with commas between them",
        "{found}({extra})",
        "write {found}({extra})",
    ),
    "bars that pair in two ways": Mistake(
        "these bars could pair in two ways",
        "absolute values whose bars say which side they are",
        "write \\lvert u\\rvert for each of them",
    ),
    "part after expectation": Mistake(
        "this could be the mean of what is positive, or what is positive of the mean",
        "brackets that say which",
        "write \\mathbb{{E}}[(f)_{found}] or (\\mathbb{{E}}[f])_{found}",
    ),
    "second derivative": Mistake(
        "a second derivative is not read",
        "a first derivative",
        "write two derivatives, one of the other: \\frac{{d}}{{d\\beta}} \\frac{{d}}{{d\\beta}} f(\\beta)",
    ),
    "half a derivative": Mistake(
        "{found} has a ∂ on one side only",
        "\\frac{{\\partial f}}{{\\partial \\pi(y|x)}}",
        "write ∂ above and below the line",
    ),
    "preference": Mistake(
        "“≻” stands outside the brackets of a probability",
        "p(y_w \\succ y_l \\mid x)",
        "put the preference inside the brackets",
    ),
    "too many macros": Mistake(
        "this document defines more macros than are carried out",
        "at most 10,000 definitions",
        "take out the definitions that no formula uses",
        found="more than 10,000 definitions",
    ),
    "too large for macros": Mistake(
        "this document defines macros and has {found} characters",
        "at most {extra} characters in a document with macros",
        "check its parts one by one, each with the definitions that it needs",
    ),
    "macros spent": Mistake(
        "the macros of this document take more steps than are carried out, and {found} is one too many",
        "at most 300,000 steps",
        "check the parts of the document one by one, or write out what {found} stands for",
    ),
    "no notebook": Mistake(
        "this is no Jupyter notebook: {found}",
        "JSON with a list of cells",
        "open the notebook in Jupyter and save it again, or rename the file if it is none",
    ),
    "endless macro": Mistake(
        "the macro {found} leads to macros without an end",
        "a macro that stands for a text",
        "define {found} without itself, or write out here what it stands for",
    ),
    "macro too long": Mistake(
        "the macro {found} stands for too long a text",
        "at most 200,000 characters",
        "write out here what {found} stands for, or split the formula",
    ),
    "macro without argument": Mistake(
        "the macro {found} is not given the arguments that it is defined with",
        "an argument in braces for each",
        "write the arguments of {found} in braces",
    ),
    "macro with two meanings": Mistake(
        "\\newcommand defines {found}, which has a meaning already: LaTeX keeps to that, and others do not",
        "one meaning",
        "write \\renewcommand where {found} is defined, or choose another name for it",
    ),
    "unclosed display": Mistake(
        "the formula that {found} opens here never ends",
        "a closing {extra}",
        "add {extra} where the formula ends",
    ),
    "unclosed directive": Mistake(
        "the comment that {found} opens here never ends",
        "a closing -->",
        "add --> where the directive ends",
    ),
    "misspelt directive": Mistake(
        "“{found}” opens no directive",
        "symkl: in small letters, with a colon",
        "write <!-- symkl: tau > 0 -->, or % symkl: tau > 0 in LaTeX",
    ),
    # -- brackets -------------------------------------------------------------------------------
    "unclosed brace": Mistake("this {{ is never closed", "a }}", "add the missing }}"),
    "stray brace": Mistake("this }} closes nothing", "a {{ before it", "delete it, or add the missing {{"),
    "unclosed bracket": Mistake(
        "the bracket {found} is never closed", "a {extra}", "add the {extra} where the bracket ends"
    ),
    "wrong bracket": Mistake(
        "the bracket {found} is closed by {extra}",
        "brackets that match",
        "close each bracket by its own kind",
    ),
    "extra bracket": Mistake(
        "the bracket {found} closes nothing",
        "a bracket that opens before it",
        "delete it, or add the opening bracket",
    ),
    # -- order of things ------------------------------------------------------------------------
    "nothing to read": Mistake(
        "there is no formula in this row", "an equation or an expression", "delete the empty row"
    ),
    "missing operand": Mistake(
        "something is missing between {extra} and {found}",
        "an expression",
        "write the missing part, or delete the operator",
    ),
    "starts with an operator": Mistake(
        "an expression cannot start with {found}",
        "a symbol, a number or a bracket",
        "write the missing part before it",
    ),
    "ends early": Mistake("the row ends after {extra}", "an expression", "write the missing part"),
    "sign after an operator": Mistake(
        "{found} follows {extra} directly", "brackets around a negative number", "write a \\cdot (-b)"
    ),
    "relation at the end": Mistake(
        "the row ends with the relation {extra}",
        "a right-hand side",
        "write the right-hand side, or \\dots if it is left out",
    ),
    "two relations": Mistake(
        "two relations, {extra} and {found}, stand next to each other",
        "an expression between them",
        "write the expression that is missing, or delete one relation",
    ),
    "relation in brackets": Mistake(
        "the relation {found} stands inside brackets or under an operator",
        "an expression",
        "put the equation on a row of its own",
    ),
    "comma in a product": Mistake(
        "a comma stands inside an expression",
        "a product, a sum, or a second statement after \\quad",
        "perhaps a thin space \\, lost its backslash: delete the comma; for a second "
        "statement write ,\\quad before it",
    ),
    "tuple": Mistake(
        "a comma stands inside plain brackets",
        "one expression",
        "a list of arguments belongs to a symbol, as in r(x, y); perhaps a thin space \\, lost its backslash",
    ),
    "empty function": Mistake(
        "{found} has no argument", "an argument in brackets", "write for example \\log(\\pi(y|x))"
    ),
    "bracket of a function": Mistake(
        "{found} has no bracket: what it reaches over is not said", "an argument in brackets",
        "write for example \\operatorname{{sg}}(\\log \\pi(y|x))"
    ),
    "dashes": Mistake(
        "a row of dashes stands for a minus",
        "one minus sign",
        "Markdown damage: the minus sign became a rule; write a single -",
    ),
    "doubled sign": Mistake("{found} repeats an operator", "one operator", "delete the extra one"),
    "unexpected": Mistake(
        "{found} cannot follow {extra}",
        "an operator, a relation or the end of the row",
        "check the place for a missing operator or bracket",
    ),
    # -- two readings ---------------------------------------------------------------------------
    "power after log": Mistake(
        "\\log(a)^b can be read as (\\log a)^b or as \\log(a^b)",
        "brackets that say which",
        "write (\\log a)^2 or \\log(a^2)",
    ),
    "quotient after log": Mistake(
        "\\log a / b can be read as \\log(a/b) or as (\\log a)/b",
        "brackets that say which",
        "write \\log\\frac{{a}}{{b}} or \\frac{{1}}{{b}}\\log a",
    ),
    "number after log": Mistake(
        "\\log 2 a can be read as \\log(2a) or as (\\log 2) a",
        "brackets that say which",
        "write \\log(2 a) or a \\log 2",
    ),
    "log of an expectation": Mistake(
        "it is not clear where the argument of {found} ends",
        "brackets around the argument",
        "write \\log\\left( \\mathbb{{E}}[...] \\right)",
    ),
    "power after expectation": Mistake(
        "\\mathbb{{E}}(a)^2 can be read as \\mathbb{{E}}[a^2] or as (\\mathbb{{E}}[a])^2",
        "brackets that say which",
        "write \\mathbb{{E}}[(a)^2] or (\\mathbb{{E}}[a])^2",
    ),
    "dividing by a scope": Mistake(
        "it is not clear where the divisor ends",
        "brackets around the divisor",
        "write \\frac{{a}}{{\\sum_y f(y)}}",
    ),
    # -- damage ---------------------------------------------------------------------------------
    "lost subscript": Mistake(
        "{found} looks like a subscript that Markdown turned into a product",
        "an underscore",
        "write \\pi_{{\\text{{ref}}}} with an underscore; in Markdown escape it as \\_",
    ),
    "lonely prime": Mistake(
        "a prime stands without a symbol", "a symbol before the prime", "write for example v(s')"
    ),
}


def refuse(name: str, span: Span, found: str = "", extra: str = "", opened: Span | None = None) -> Unreadable:
    """The refusal called ``name`` at ``span``.

    >>> refuse("unclosed brace", Span(3, 4)).message
    'this { is never closed'
    """
    shown = found if len(found) <= 40 else found[:37] + "..."
    return MISTAKES[name].at(name, span, {"found": shown, "extra": extra}, opened)


class Piece(Protocol):
    """What :func:`misplaced` needs to know of a token."""

    @property
    def kind(self) -> str:
        """A terminal of the grammar."""

    @property
    def value(self) -> str:
        """What a reader sees."""

    @property
    def span(self) -> Span:
        """Where it was written."""


_OPENERS = {"OPEN", "CALL", "LB", "KOPEN", "BOPEN", "TOPEN", "ABS_OPEN"}
_CLOSERS = {"CLOSE", "CCLOSE", "RB", "KCLOSE", "BCLOSE", "TCLOSE", "ABS_CLOSE"}
_SIGNS = {"PLUS", "MINUS"}
_OPERATORS = {"PLUS", "MINUS", "MUL", "DIV"}
_RELATIONS = {"REL", "CONN"}
_HEADS = {"FUNC", "EXPECT", "SUM", "GRAD", "DOP", "OPT", "EXTREME", "LIM", "PARTIAL"}

#: (kinds of the token before, kinds of the token found, the name of the mistake); first match wins.
#: ``None`` stands for the start or the end of the row, ``"*"`` for anything.
_PLACES: tuple[tuple[set[str | None], set[str | None], str], ...] = (
    ({None}, {None}, "nothing to read"),
    ({"REL", "CONN"}, {None, "SEP"}, "relation at the end"),
    ({*_HEADS, "BCLOSE"}, {None, "SEP", *_CLOSERS, *_RELATIONS, "COMMA"}, "empty function"),
    ({"*"}, {"SIM"}, "sampling"),
    ({"*"}, {"IN"}, "membership"),
    ({"*"}, {"PREF", "UNPREF"}, "preference"),
    (set(_RELATIONS), set(_RELATIONS), "two relations"),
    ({"MUL", "DIV"}, set(_SIGNS), "sign after an operator"),
    (set(_SIGNS), set(_SIGNS), "doubled sign"),
    ({"MUL"}, {"MUL"}, "doubled sign"),
    (set(_OPERATORS), {None}, "ends early"),
    (set(_OPERATORS), {"*"}, "missing operand"),
    (set(_RELATIONS), {"MUL", "DIV"}, "starts with an operator"),
    ({"BAR"}, {"CCLOSE"}, "empty side of a bar"),
    ({"CALL"}, {"BAR"}, "empty side of a bar"),
    ({"*"}, {"BAR"}, "two bars"),
    (set(_OPENERS), set(_CLOSERS), "empty bracket"),
    ({"KOPEN"}, {"KBAR"}, "divergence sides"),
    ({"KBAR"}, {"KCLOSE"}, "divergence sides"),
    ({None, *_OPENERS}, {"MUL", "DIV", "POW"}, "starts with an operator"),
    ({"*"}, {"POW"}, "double superscript"),
    ({"*"}, {"COMMA"}, "tuple"),
    ({"*"}, {"REL", "CONN", "EQ"}, "relation in brackets"),
    ({"*"}, {None}, "ends early"),
)


def misplaced(before: Piece | None, found: Piece | None, place: Span) -> Unreadable:
    """Why the grammar cannot go on with ``found`` after ``before`` (None: the row's start or end)."""
    kinds = (before.kind if before else None, found.kind if found else None)
    fitting = (
        name
        for befores, founds, name in _PLACES
        if ("*" in befores or kinds[0] in befores) and ("*" in founds or kinds[1] in founds)
    )
    name = next(fitting, "unexpected")
    if name == "empty function" and before is not None:
        return refuse(name, before.span, found=_said(before, "the start of the row"))
    at = found.span if found else place
    return refuse(name, at, found=_said(found, "the end of the row"), extra=_said(before, "the start of the row"))


def _said(piece: Piece | None, edge: str) -> str:
    """What a person would call a piece; ``edge`` is what stands there when there is none."""
    return edge if piece is None else piece.value or "this"


@lru_cache(maxsize=256)
def similar(word: str, known: tuple[str, ...]) -> str:
    """``" such as \\\\foo"`` for the known command nearest to ``word``, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1, cutoff=0.75)
    return f" such as \\{near[0]}" if near else ""
