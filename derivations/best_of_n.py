"""Draw n responses from the reference and keep the best. Which law has it, and how far is that from the reference?

Best-of-n looks only at the order of the rewards, not at their sizes. So no β makes it π* for every reward. If no two
draws ever tie, as under a continuous law, its KL is log n - (n-1)/n. With finitely many responses draws do tie, since
one response may be drawn twice. Then the KL is smaller. This page shows that for three levels of reward. A level is the
set of all responses with one reward. The page rests on one hypothesis: the integral of what is never negative is not
negative. The kernel knows no integrals. F is the chance that a draw is worse than a level. G is the chance that it is
no better than the level.
"""

import sympy as sp

from symkl.sympy import Page, Slope

page = Page(
    "The law of best-of-n, and its KL",
    states="A level of reward is kept with probability G^n - F^n. On three levels the KL is at most log n - (n-1)/n.",
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
page.step(G * kept(n) + F**n, "=", kept(n + 1), "Let the i-th draw be kept: those before are worse, those after no "
          "better. The sum of F^(i-1) G^(n-i) is the chance to be kept, over π_ref. One draw more multiplies it by G "
          "and adds F^n. By induction it is (G^n - F^n)/(G - F).")  # fmt: skip
page.step(
    page.kl(b * tied[y], p * tied[y], y),
    "=",
    b * sp.log(b / p),
    "The responses of a level are all kept with the same factor, b/p.",
)
page.step(
    page.kl(b * other[y], p * tied[y], y),
    ">=",
    b * sp.log(b / p),
    "If they shared the level in another way, the KL would be at least this.",
)

density = n * u ** (n - 1)
surprise = density * sp.log(density)
found = sp.expand(sp.integrate(sp.expand(sp.expand_log(surprise)), u))
integral = sp.Lambda(u, sp.collect(found, u**n))
page.step(Slope(integral(u), u), "=", surprise, "Without ties, u has the density n u^(n-1) for the best draw. "
          "KL is the integral of the density times its logarithm. Here is a function with that slope.")  # fmt: skip
value = integral(1)
page.carried(sp.Integral(surprise, (u, 0, 1)), value,
    "From 0 to 1 the integral is log n - (n-1)/n. So that is the KL without ties.",
             by="SymPy's integral", at=[{n: 2}, {n: 3}, {n: 10}])  # fmt: skip
slack = integral(G) - integral(F) - (G**n - F**n) * sp.log(kept(n))
end = density.subs(u, G)
rise = kept(n) - end - end * sp.log(kept(n)) + end * sp.log(end)
page.step(
    Slope(slack, G), "=", rise, "Take the integral from F to G, less what the level adds to KL. This is its slope by G."
)
m, e = page.positive("m", "the mean of the density over a level"), page.positive("e", "the density at its upper end")
page.step(
    m - e - e * sp.log(m) + e * sp.log(e), ">=", 0, "That slope is never negative: it is e (t - 1 - log t) at t = m/e."
)
page.carried(sp.Integral(rise.subs(G, u), (u, F, G)), slack, "At G = F the difference is 0. "
             "So it is the integral of its slope.",
             by="the fundamental theorem of calculus",
             at=[{F: sp.Rational(1, 3), G: sp.Rational(3, 4), n: 4}, {F: sp.Rational(1, 5), G: 1, n: 2}])  # fmt: skip

F1, F2 = page.positive("F1", "the chance of the worst level"), page.positive("F2", "of the worst or the middle one")
page.given(F1, "<", F2, "Take three levels of reward. The middle one has a positive probability,")
page.given(F2, "<", sp.S.One, "and so is the highest.")
edges = [(sp.S.Zero, F1), (F1, F2), (F2, sp.S.One)]
mass, best, gap = ([sp.Symbol(f"{name}{k}", real=True) for k in (1, 2, 3)] for name in ("p", "b", "D"))
for k, (low, high) in enumerate(edges):
    page.define(mass[k], high - low, f"The probability of level {k + 1} under the reference.")
    page.define(best[k], high**n - low**n, f"The probability of level {k + 1} under best-of-n.")
page.step(sum(best), "=", 1, "The best draw is in one of them, so these add up to 1.")
for k, (low, high) in enumerate(edges):
    area = integral(high) - (integral(low) if low else 0)
    page.define(
        gap[k],
        area - best[k] * sp.log(best[k] / mass[k]),
        "The integral over this level, less what the level adds to KL.",
    )
divergence = sum(each * sp.log(each / under) for each, under in zip(best, mass, strict=True))
page.step(divergence, "=", value - sum(gap), "The three integrals add up to the one from 0 to 1.")
page.step(gap[0], ">=", 0, "For the lowest level it is not negative, because log n ≥ 1 - 1/n.")
page.given(
    gap[1] + gap[2],
    ">=",
    0,
    "For the other two this is the hypothesis: it is an integral of what is never negative.",
)
tied = "So ties only lower the KL. The formula without ties is an upper bound."
page.step(divergence, "<=", value, tied, theorem="best-of-n-kl")
page.fails(divergence, "=", value, "It is not equal to the KL, because with finitely many responses draws do tie.")

ratio = [each / under for each, under in zip(best, mass, strict=True)]
page.fails(
    ratio[1] ** 2, "=", ratio[0] * ratio[2], "π* for the rewards 0, 1, 2 would need log b/p to rise in equal steps."
)
page.fails(
    ratio[1] ** 3, "=", ratio[0] ** 2 * ratio[2], "π* for the rewards 0, 1, 3 would need a second step twice the first."
)
two = [sp.cancel((high**2 - low**2) / (high - low)) for low, high in edges]
page.step(
    two[1],
    ">",
    two[0],
    "Best-of-n is the same for both. To be π* for both, the steps would have to be 0. But at n = 2 they are not.",
)
derivation = page.derivation()
