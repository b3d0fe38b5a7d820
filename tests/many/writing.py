"""Short proofs, right and wrong, with letters and numbers drawn at random: no two are the same."""

from __future__ import annotations

from random import Random

_SHAPES = (
    # Each with what it is: three of four are right.
    r"""The divergence is not negative.

$$ {n} \, D_{{KL}}({p} \| {q}) \ge {sign}{m} $$
""",
    r"""<!-- symkl: {b} > 0 -->
Let ${p}$ and ${q}$ be policies.

$$ \begin{{aligned}}
J({p}) &= \mathbb{{E}}_{{y \sim {p}}}[r(x, y)] - {n} {b} D_{{KL}}({p} \| {q}) \\
&= \sum_y {p}(y \mid x) \left( r(x, y) - {n} {b} \log \frac{{{p}(y \mid x)}}{{{q}(y \mid x)}} \right)
\end{{aligned}} $$
""",
    r"""$$ \mathbb{{E}}_{{y \sim {p}}}\left[ {n} r(x, y) + {m} \right]
= {n} \mathbb{{E}}_{{y \sim {p}}}[r(x, y)] {plus} {m} $$
""",
    r"""<!-- symkl: {b} > 0 -->
$$ \log \exp\left( \frac{{r(x, y)}}{{{b}}} \right)^{{{k}}} = \frac{{{k} r(x, y)}}{{{b}}} $$

$$ {m} \sum_y {p}(y \mid x) = {m} $$
""",
)


def written(count: int, seed: int = 0) -> list[str]:
    """So many documents, all different.

    >>> len(set(written(200)))
    200
    """
    random = Random(seed)
    texts: dict[str, None] = {}
    while len(texts) < count:
        wrong = random.random() < 0.25
        p, q = random.sample((r"\pi", r"\pi_{\text{ref}}", r"\pi_\theta", r"\pi_0", "p", "q", r"\mu"), 2)
        text = random.choice(_SHAPES).format(
            n=random.randint(2, 5000), k=random.randint(2, 9), m=random.randint(2, 5000), p=p, q=q,
            b=random.choice((r"\beta", r"\tau", r"\alpha")), sign="" if wrong else "-", plus="-" if wrong else "+",
        )  # fmt: skip
        texts[text] = None
    return list(texts)
