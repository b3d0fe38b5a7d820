"""Draw n responses from the reference and keep the best: what law is that, and how far is it from the reference?

Best-of-n sees the reward only through the order of the responses, so no β makes it π* for every reward. Its KL is
log n - (n-1)/n where no two draws ever tie, as under a continuous law. On a finite alphabet they do, since one response
may be drawn twice, and the KL is less: to merge what differs loses information. Here that is shown for three levels of
reward, and rests on a hypothesis, that an integral of what is never negative is not negative: the kernel knows no
integrals.
F and G are the reference's chances to draw something worse than a level of reward, and something no better.
"""

import sympy as sp

from symkl.sympy import Page, Slope

page = Page(
    "The law of best-of-n, and its KL",
    states="A level of reward is kept with probability G^n - F^n; on three levels the KL is at most log n - (n-1)/n.",
    sources=["A. Beirami et al., Theoretical guarantees on the best-of-n alignment policy (2024)"],
)
(y,) = page.outcomes("y")
n = page.positive("n", "how many responses are drawn")
F, G = page.positive("F", "the chance to draw worse than a level"), page.positive("G", "the chance to draw no better")
u = page.positive("u", "the chance to draw no better, where no two draws tie")
tied = page.distribution("q", y, meaning="the reference among the responses of one level")
other = page.distribution("s", y, meaning="another way to share a level")
b, p = page.positive("b", "a level's probability under best-of-n"), page.positive("p", "and under the reference")

# The first best draw is the i-th: i - 1 draws before it are worse, and n - i after it are no better.
i = sp.Symbol("i", integer=True, positive=True)
ways = sp.summation(F ** (i - 1) * G ** (n - i), (i, 1, n))
kept = sp.Lambda(n, (G**n - F**n) / (G - F))
assert sp.simplify(sp.refine(ways, sp.Ne(F / G, 1)) - kept(n)) == 0
page.step(G * kept(n) + F**n, "=", kept(n + 1), "The sum of F^(i-1) G^(n-i) is how often a response is kept, over its "
          "π_ref; one more draw is no better, or is the first best, so by induction this is it.")  # fmt: skip
page.step(page.kl(b * tied[y], p * tied[y], y), "=", b * sp.log(b / p), "Tied responses are all kept by that factor.")
page.step(page.kl(b * other[y], p * tied[y], y), ">=", b * sp.log(b / p), "To share a level otherwise would cost KL.")

density = n * u ** (n - 1)
surprise = density * sp.log(density)
found = sp.expand(sp.integrate(sp.expand(sp.expand_log(surprise)), u))
integral = sp.Lambda(u, sp.collect(found, u**n))
page.step(Slope(integral(u), u), "=", surprise, "Without ties the best has a place u of density n u^(n-1); "
          "this is the integral, from 0 on, that gives its KL.")  # fmt: skip
value = integral(1)
page.carried(sp.Integral(surprise, (u, 0, 1)), value, "So without ties the KL is log n - (n-1)/n.",
             by="SymPy's integral", at=[{n: 2}, {n: 3}, {n: 10}])  # fmt: skip
slack = integral(G) - integral(F) - (G**n - F**n) * sp.log(kept(n))
end = density.subs(u, G)
rise = kept(n) - end - end * sp.log(kept(n)) + end * sp.log(end)
page.step(Slope(slack, G), "=", rise, "How fast the integral over a level outgrows what the level adds to the KL.")
m, e = page.positive("m", "the mean of the density over a level"), page.positive("e", "the density at its upper end")
page.step(m - e - e * sp.log(m) + e * sp.log(e), ">=", 0, "It never falls behind: this is e (t - 1 - log t), t = m/e.")
page.carried(sp.Integral(rise.subs(G, u), (u, F, G)), slack, "At G = F there is nothing on either side.",
             by="the fundamental theorem of calculus",
             at=[{F: sp.Rational(1, 3), G: sp.Rational(3, 4), n: 4}, {F: sp.Rational(1, 5), G: 1, n: 2}])  # fmt: skip

F1, F2 = page.positive("F1", "the chance of the worst level"), page.positive("F2", "of the worst or the middle one")
page.given(F1, "<", F2, "Take three levels of reward,")
page.given(F2, "<", sp.S.One, "all of them possible.")
edges = [(sp.S.Zero, F1), (F1, F2), (F2, sp.S.One)]
mass, best, gap = ([sp.Symbol(f"{name}{k}", real=True) for k in (1, 2, 3)] for name in ("p", "b", "D"))
for k, (low, high) in enumerate(edges):
    page.define(mass[k], high - low, f"Level {k + 1} under the reference,")
    page.define(best[k], high**n - low**n, "and under best-of-n.")
page.step(sum(best), "=", 1, "One of them is the best.")
for k, (low, high) in enumerate(edges):
    area = integral(high) - (integral(low) if low else 0)
    page.define(gap[k], area - best[k] * sp.log(best[k] / mass[k]), "What its integral has over what it adds.")
divergence = sum(each * sp.log(each / under) for each, under in zip(best, mass, strict=True))
page.step(divergence, "=", value - sum(gap), "The integrals join up to the one from 0 to 1.")
page.step(gap[0], ">=", 0, "For the lowest level that is log n >= 1 - 1/n again;")
page.given(gap[1] + gap[2], ">=", 0, "for the two above it, by the integral above of what is never negative.")
tied = "So ties only lower the KL: the formula without ties is a bound."
page.step(divergence, "<=", value, tied, theorem="best-of-n-kl")
page.fails(divergence, "=", value, "It is not the value: responses that one can count have levels of some size.")

ratio = [each / under for each, under in zip(best, mass, strict=True)]
page.fails(ratio[1] ** 2, "=", ratio[0] * ratio[2], "π* for the rewards 0, 1, 2 would need equal steps of log b/p,")
page.fails(ratio[1] ** 3, "=", ratio[0] ** 2 * ratio[2], "and for 0, 1, 3 the second twice the first; b is one law.")
two = [sp.cancel((high**2 - low**2) / (high - low)) for low, high in edges]
page.step(two[1], ">", two[0], "They cannot both be needed: of two draws a better level is kept strictly more often.")
derivation = page.derivation()
