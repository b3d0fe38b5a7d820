r"""Rows that parse and have no single meaning: what was found, what was expected, what to write instead.

Each is named once, in :data:`MISTAKES`; :func:`refuse` turns a name and a place into the refusal that a
person sees, as :mod:`symkl.reading.mistakes` does for what does not parse.
"""

from __future__ import annotations

from symkl.language.terms import Span
from symkl.reading.mistakes import Mistake, Unreadable

MISTAKES: dict[str, Mistake] = {
    # -- what a document says of its symbols ----------------------------------------------------
    "directive": Mistake(
        "this directive is not understood",
        "a declaration",
        "write one of: tau > 0; c scalar; f function of x, y; q distribution over y given x; "
        "reference \\pi_0; reward R; temperature \\tau; sampler \\pi; assume; skip; claim optimal-policy",
        "'{text}'",
    ),
    "directive about no symbol": Mistake(
        "this directive is about {name}, which is no symbol",
        "one symbol, as it stands in the formulas",
        "name the symbol alone: temperature \\tau; give a quotient such as 1/\\beta a letter by a row of its own",
        "'{text}'",
    ),
    "infinite": Mistake(
        "∞ is no number here",
        "a number, or a limit that is one",
        "write that the limit of one over it is 0: \\lim_{{\\beta\\to\\infty}} 1/\\beta = 0",
        "'∞'",
    ),
    "directive about no index": Mistake(
        "a function is of indices, and “{name}” names none",
        "indices such as x, y",
        "write f function of x, y",
        "'{text}'",
    ),
    "clash": Mistake(
        "{name} is a ratio of probabilities here, and a reward in another row",
        "one meaning for one letter",
        "give the ratio a letter of its own, such as w, in all rows that mean it",
        "'{name}' with two meanings",
    ),
    "clash of alphabets": Mistake(
        "{name} takes {first} here by line {line}, and {second} is of another alphabet",
        "one alphabet for each argument of {name}",
        "write {first} here if it is meant, or a name of its own for the one that takes {second}, such as {name}'",
        "{second} in the place of {first}",
    ),
    "entry by number": Mistake(
        "{name} is one entry of {vector} by its number, or another distribution",
        "an entry with an index, such as {vector}_i",
        "write {vector}_i for any entry; call a second distribution by a letter of its own",
        "'{name}'",
    ),
    "divergence not given": Mistake(
        "{name} with a double bar is not a divergence that symkl knows, and no row gives it",
        "D_{{\\mathrm{{KL}}}}, \\mathrm{{KL}}, \\chi^2, \\mathrm{{TV}} or D, or a row that gives {name}",
        "write what it is in a row of its own, such as {name}(p \\| q) = \\sum_y q(y) f(p(y)/q(y))",
        "{name}(· ‖ ·)",
    ),
    "no slope": Mistake(
        "the derivative of this function of {name} is not worked out",
        "a function made of sums, products, powers, exp, log and σ",
        "write the derivative out, or give the function by those",
        "a function of {name}",
    ),
    "may move unsaid": Mistake(
        "{name} may depend on {by}, and no row says how",
        "a row that gives {name}, or that gives this without it",
        "write out what stands here, with the value in the place of {by}",
        "{name}",
    ),
    "no value there": Mistake(
        "at this value of {name} something is divided by 0, or the logarithm of 0 is taken",
        "a value at which the formula that gives this is defined",
        "write a limit if you mean one: \\lim_{{\\beta \\to 0}}",
        "{name}",
    ),
    "mixture": Mistake(
        "of a sum of distributions it is read in a derivative alone: nothing says how large the numbers are",
        "one distribution, or a derivative by the number in the sum",
        "give the mixture a name: m(y) := (1-\\epsilon) {name}(y) + \\epsilon p(y), and write it out",
        "a sum with {name}",
    ),
    "value of what varies": Mistake(
        "this formula at another value of {name} is not read",
        "a formula in which nothing else is varied: no maximum, no limit and no derivative",
        "write out what stands here, with the value in the place of {name}",
        "{name}",
    ),
    "sum and integral": Mistake(
        "this row has a sum over {name} and an integral over the same alphabet",
        "one of the two signs",
        "write the integral in both places, or the sum: what is proved of an integral holds for sums as well",
        "Σ and ∫ over {name}",
    ),
    "rebinding": Mistake(
        "{name} is given a new meaning in terms of its old one",
        "a name that is new",
        "call the new one {name}' and write {name}' in what follows",
        "'{name}' on both sides",
    ),
    # -- symbols --------------------------------------------------------------------------------
    "undeclared": Mistake(
        "{name} is not declared",
        "a symbol of the standard context or of this document",
        "declare it: <!-- symkl: {name} scalar --> for a number, <!-- symkl: {name} > 0 --> for a positive one",
        "'{name}'",
    ),
    "undeclared function": Mistake(
        "{name} is not declared",
        "a symbol of the standard context or of this document",
        "declare it: <!-- symkl: {name} function of {places} -->",
        "'{name}({places})'",
    ),
    "index by itself": Mistake(
        "{name} is an index, not a number",
        "a function of it",
        "write r(x, {name}) or \\pi({name} \\mid x)",
        "'{name}' by itself",
    ),
    "joint distribution": Mistake(
        "{name} is a joint distribution", "its arguments", "write them out", "'{name}' alone"
    ),
    "with and without a bar": Mistake(
        "{name} stands in this row with a bar and without, and may be two distributions",
        "one way to write it",
        "write what is given everywhere, as in {name}(y \\mid x), or give the other a name of its own",
        "{name} without a bar",
    ),
    "two fonts": Mistake(
        "{name} stands in this row in two fonts, and may be two things",
        "one way to write it",
        "write it in one font, or give one of them another letter",
        "{name} in another font",
    ),
    "laws for several": Mistake(
        "which of those drawn here {name} is the law of does not come out",
        "each with its own law",
        "write them one by one, as in y \\sim \\pi, y' \\sim \\mu",
        "{name} behind another law",
    ),
    "laws of other things": Mistake(
        "what this sums over does not come out: its sides are laws of other things",
        "two laws of the same variables, which nothing binds around them",
        "write the same outcomes on both sides, as in D_{{KL}}(p(x, y) \\| q(x, y))",
        "other outcomes",
    ),
    "argument left out": Mistake(
        "{name} is given {given} elsewhere, and {head} does not take {given}",
        "{head} of all that it depends on",
        "write {given} on both sides, or give the law without a bar a name of its own",
        "{head} without {given}",
    ),
    "part of what is drawn": Mistake(
        "{part} may be a part of {drawn}, which is bound in this row, or follow from it",
        "what is drawn, or what does not depend on it",
        "draw it, too, or give it a name of its own",
        "'{part}'",
    ),
    "several unsaid": Mistake(
        "this leaves unsaid which of {names} it is about",
        "its arguments",
        "write them out, as in r(x, y)",
        "no arguments",
    ),
    # -- calls ----------------------------------------------------------------------------------
    "index called": Mistake(
        "{name} is an index and takes no arguments", "a function", "check the name", "'{name}(...)'"
    ),
    "condition of no distribution": Mistake(
        "{name} is no distribution", "arguments without a bar", "write {name}(x)", "a conditioning bar"
    ),
    "expression as argument": Mistake(
        "{name} takes variables as arguments",
        "variables such as x, y",
        "write {name}(x, y) \\cdot (...) if a product is meant",
        "an expression",
    ),
    "prompt alone": Mistake(
        "{name} depends on the prompt alone",
        "{name}({prompt})",
        "write {name}({prompt})",
        "{name}({places})",
    ),
    "no argument": Mistake(
        "this cannot be an argument",
        "a variable or a policy",
        "write a policy's name or an index here, or a product with \\cdot",
        "'{name}'",
    ),
    "parameter exchanged": Mistake(
        "{of} has {name} here and another parameter elsewhere, and not only policies carry them",
        "a functional of a policy, as in J(\\pi_\\theta)",
        "write the policy as the argument, or write out what {of}({name}) is",
        "'{of}({name})'",
    ),
    "no index": Mistake(
        "an index was expected here",
        "x, y, y_w, y', ...",
        "write an index, or \\cdot for the response that is summed over",
        "'{name}'",
    ),
    "preference not defined": Mistake(
        "{name}(... ≻ ...) is not defined in this document",
        "a row that defines it",
        "begin with {name}(y_w \\succ y_l \\mid x) = ...",
        "a preference",
    ),
    # -- arithmetic -----------------------------------------------------------------------------
    "no expression": Mistake(
        "this is not read here", "a number, a symbol or an expression", "write the expression out", "{kind}"
    ),
    "size of a set": Mistake(
        "|{name}| may be how many elements a set has, and {name} is not known as one",
        "the alphabet of a sum or of a policy, as in |\\mathcal{{Y}}|, or a number",
        "write N for how many there are, with <!-- symkl: N > 0 -->; for an absolute value, as in |{name}(x,y)|, "
        "write the arguments, and no \\mathcal",
        "|{name}|",
    ),
    "no condition": Mistake(
        "{relation} makes no condition of two numbers",
        "a condition with =, \\le, \\ge, < or >",
        "write for example \\mathbf{{1}}[r(x,y) > c]",
        "'{relation}'",
    ),
    "wrong count": Mistake(
        "{name} is of {wanted}", "{wanted} between commas", "write {name}({example})", "{count} of them"
    ),
    "maximum closed early": Mistake(
        "this may be under \\{name} or beside it, and it may be negative",
        "brackets that say which",
        "write (\\{name}_y f) c or \\{name}_y (f c)",
        "a factor that does not depend on the index",
    ),
    # -- sums and expectations ------------------------------------------------------------------
    "sum over a range": Mistake(
        "an index over this range is not read",
        "a range between names and numbers, \\sum_{{t=0}}^{{T-1}}, or a whole alphabet, \\sum_y",
        "let the index run from 1 to T",
        "a range",
    ),
    "family": Mistake(
        "{family} is a family indexed by {index}, which is not read",
        "a function of {index}",
        "state the row for one {index}, or give what bears the index a letter of its own, such as f_{index}",
        "'{family}' under a sum over {index}",
    ),
    "apart from itself": Mistake(
        "{name} ≠ {other} leaves nothing to sum over",
        "two indices of one alphabet",
        "write \\sum_{{j \\ne i}}, with an i that is free or bound outside",
        "{name} ≠ {other}",
    ),
    "member by number": Mistake(
        "{name} is one member of a group by its number",
        "a member with an index, such as {family}_i",
        "write {family}_i for any of them",
        "'{name}'",
    ),
    "group by itself": Mistake(
        "a group by itself is no number",
        "its mean, or a sum over it",
        "write \\operatorname{{mean}}(R_1, \\dots, R_G), or a sum",
        "a group",
    ),
    "several samples at once": Mistake(
        "this is not made of sums and products of what depends on single samples {name}_i, or of too many",
        "sums of products, with one sample in each factor",
        "write it as sums over i of what depends on {name}_i alone, and products of such sums",
        "several samples {name}_i",
    ),
    "samples in a name": Mistake(
        "{name} may depend on the samples, and nothing says how",
        "what depends on samples, with them written",
        "say what {name} is in one row that can be read, as r(x, {base}_i), or that it does not: "
        "<!-- symkl: {name} fixed -->",
        "'{name}'",
    ),
    "sample of a density": Mistake(
        "{name} is one of several responses, and responses are integrated over",
        "samples of responses that are summed over",
        "write sums for the integrals, or the row for one response",
        "'{name}'",
    ),
    "token or sample": Mistake(
        "{name} may be a token of {base} or one of several responses",
        "a function of the index, or the probability of a token",
        "write what depends on the token as a function of its position, such as r_t, or number responses by i",
        "'{name}'",
    ),
    "token of a response": Mistake(
        "{name} has a token in it that is summed over or drawn by itself here",
        "a function of the token and of what stands before it",
        "write the function at the token and the tokens before it, as in Q(x, y_{{<t}}, y_t)",
        "'{name}' beside its token",
    ),
    "no samples": Mistake(
        "how many are drawn here, and under which index, does not come out",
        "y_1, ..., y_n or a family with its index",
        "write y_1, \\dots, y_n \\sim \\pi or \\{{y_i\\}}_{{i=1}}^n \\sim \\pi",
        "a list of samples",
    ),
    "samples beside others": Mistake(
        "numbered samples are read where nothing else is drawn with them",
        "the samples alone",
        "write a second expectation for what else is drawn",
        "samples beside others",
    ),
    "product of any sign": Mistake(
        "a product over positions is read where every factor is > 0",
        "probabilities, exponentials, or what is declared to be > 0",
        "declare what is positive: <!-- symkl: w > 0 -->",
        "a factor that may be negative",
    ),
    "next token by itself": Mistake(
        "{name} over the next token is read in an entropy, and in a KL of two policies behind the same tokens",
        "KL(\\pi(\\cdot|x, y_{{<t}}) \\| \\mu(\\cdot|x, y_{{<t}}))",
        "write the token, \\pi(y_t|x, y_{{<t}}), or a KL",
        "a distribution by itself",
    ),
    "behind other tokens": Mistake(
        "the two policies stand behind different tokens",
        "the same tokens before both",
        "write the same y_{{<t}} in both",
        "two different beginnings",
    ),
    "expectation under no policy": Mistake(
        "this expectation does not say under which policy",
        "E_{{{name} \\sim \\pi}}",
        "write the policy",
        "E_{name}",
    ),
    "expectation under no distribution": Mistake(
        "an expectation is taken under a distribution",
        "a policy or a distribution",
        "write y \\sim \\pi(\\cdot \\mid x)",
        "'{name}'",
    ),
    "drawn by another name": Mistake(
        "the variable drawn is not the one of the policy",
        "{name}({drawn} | ...)",
        "use one name for both",
        "'{drawn} ~ {name}({written}...)'",
    ),
    "bare expectation": Mistake(
        "this expectation does not say under which distribution",
        "E_{{y \\sim \\pi}}",
        "write the subscript, or declare <!-- symkl: sampler \\pi_\\theta -->",
        "E without a subscript",
    ),
    "expectation closed early": Mistake(
        "the bracket of this expectation closes before a factor that depends on {name}",
        "one bracket around all that is averaged",
        "move the factor into the bracket; if it stands outside, put it in front of E",
        "E[...] and then a factor with {name}",
    ),
    # -- functionals ----------------------------------------------------------------------------
    "inner product with an index": Mistake(
        "an inner product is of vectors, and {name} is an index in it",
        "vectors as a whole, as in \\langle p, r\\rangle",
        "write the sum out, such as \\sum_y p(y) r(y)",
        "'{name}' in an inner product",
    ),
    "variance under no policy": Mistake(
        "this {name} does not say under which policy", "\\mathrm{{Var}}_{{\\pi}}", "write the policy", "a {name}"
    ),
    # -- derivatives, limits and problems -------------------------------------------------------
    "gradient by no parameter": Mistake(
        "a gradient by {parameter} is not read",
        "the gradient by a policy's parameters, such as \\nabla_\\theta",
        "write a derivative by one number as \\frac{{d}}{{d\\beta}}, by one probability as "
        "\\frac{{\\partial}}{{\\partial\\pi(y|x)}}",
        "\\nabla_{parameter}",
    ),
    "two parameters": Mistake(
        "gradients by two different parameters are not read in one document",
        "one parameter",
        "check the two parts as two documents",
        "\\nabla_{parameter} beside \\nabla_{other}",
    ),
    "derivative by no symbol": Mistake(
        "a derivative is taken by a scalar, a probability, or a value of a function",
        "\\beta, \\pi(y \\mid x) or r(x, y)",
        "write \\frac{{\\partial L}}{{\\partial \\pi(y \\mid x)}}",
        "'{name}'",
    ),
    "limit of no scalar": Mistake(
        "a limit is taken in a scalar",
        "\\beta or another temperature",
        "write \\lim_{{\\beta \\to 0^+}} or \\lim_{{\\beta \\to \\infty}}",
        "'{name}'",
    ),
    "limit from both sides": Mistake(
        "{name} may come to 0 from both sides",
        "0^+",
        "write 0^+, or declare <!-- symkl: {name} > 0 -->",
        "{name} of either sign",
    ),
    "problem closed early": Mistake(
        "the bracket of this {sense} closes before a term that depends on {policy}",
        "one bracket around all that is {sense}imised",
        "move the term into the bracket, or in front of it",
        "{sense}{{...}} and then a term with {policy}",
    ),
    "problem over no policy": Mistake(
        "this does not say over which policy", "a policy", "write \\max_{{\\pi}}", "'{name}'"
    ),
}


def refuse(name: str, span: Span, /, **said: str) -> Unreadable:
    """The refusal called ``name`` at ``span``; ``said`` gives what its text leaves open.

    >>> refuse("undeclared", Span(3, 4), name="ψ").message
    'ψ is not declared'
    """
    return MISTAKES[name].at(name, span, said)
