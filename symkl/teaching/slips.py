r"""The slips people make in these derivations, by the names that suggestions give them: what goes wrong, and a row with it.

``symkl explain`` prints them, and the site shows them, each with its row checked anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Slip(NamedTuple):
    """What goes wrong, in Markdown; and a row, or a small proof, in which symkl finds it and names it."""

    says: str
    example: str


SLIPS: Mapping[str, Slip] = {
    "sign of log Z": Slip(
        r"""Solving $\pi^* = \pi_{\text{ref}}\, e^{r/\beta} / Z$ for the reward puts $\log Z$ on the other side of the
equation, so it comes with a plus. Wrong, it is off by $2\beta\log Z(x)$: the same number for every
response, so no plot of rewards at one prompt shows it.""",
        r"""$$ r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \beta \log Z(x) $$""",
    ),
    "no beta on log Z": Slip(
        r"""Everything is multiplied by $\beta$ on the way to the reward, $\log Z$ included. Without it the row holds at
$\beta = 1$ alone, which is where most examples are tried.""",
        r"""$$ r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} + \log Z(x) $$""",
    ),
    "log Z dropped": Slip(
        r"""The reward is the log-ratio times $\beta$ only up to a number that depends on the prompt. In a difference of
two rewards at one prompt that number cancels; in an equation for one reward it does not.""",
        r"""$$ r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} $$""",
    ),
    "log of Z forgotten": Slip(
        r"""A logarithm of a quotient is a difference of logarithms, of the divisor as well.""",
        r"""$$ \log \pi^*(y \mid x) = \log \pi_{\text{ref}}(y \mid x) + \frac{r(x, y)}{\beta} - Z(x) $$""",
    ),
    "a log Z too many": Slip(
        r"""In a difference of two rewards at one prompt $\log Z$ has cancelled. Here it is still there.""",
        r"""$$ \sigma(r(x, y_w) - r(x, y_l)) = \sigma\left( \beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} - \beta \log \frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)} + \beta \log Z(x) \right) $$""",
    ),
    "Z divided out twice": Slip(
        r"""The tilt is divided by its sum once. Divided by it again, it no longer sums to one.""",
        r"""$$ \pi^*(y \mid x) = \frac{\pi_{\text{ref}}(y \mid x) \exp(r(x, y) / \beta)}{Z(x)^2} $$""",
    ),
    "KL ratio inverted": Slip(
        r"""$\text{KL}(p \| q)$ is the mean under $p$ of $\log p/q$: whoever draws stands on top. The other way up it is
$-\text{KL}(p \| q)$, never positive.""",
        r"""$$ D_{\text{KL}}(p \| q) = \mathbb{E}_{y \sim p}\left[ \log \frac{q(y)}{p(y)} \right] $$""",
    ),
    "KL arguments swapped": Slip(
        r"""The two divergences are different functionals, and vanish together only where $p = q$. What is averaged
under $p$ is the divergence *from* $p$, written first.""",
        r"""$$ \mathbb{E}_{y \sim p}\left[ \log \frac{p(y)}{q(y)} \right] = D_{\text{KL}}(q \| p) $$""",
    ),
    "arguments swapped": Slip(
        r"""The same mistake in a cross-entropy or in another functional of two distributions: $H(p, q)$ averages $-\log
q$ under $p$.""",
        r"""$$ D_{\text{KL}}(p \| q) = H(q, p) - H(p) $$""",
    ),
    "sign of KL in a loss or a maximum": Slip(
        r"""What is maximised has the divergence with a minus, what is minimised with a plus. With the sign lost, the
best policy of one problem is the worst of the other. The note from which this project started ends with
this slip.""",
        r"""$$ \max_{\pi} \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$

$$ \equiv \max_{\pi} \beta D_{\text{KL}}(\pi \| \pi^*) $$""",
    ),
    "another distribution": Slip(
        r"""A divergence to the reference where the divergence to the optimum is meant, or the reverse. Once the reward
has gone into $\pi^*$, what is left is $\text{KL}(\pi \| \pi^*)$.""",
        r"""$$ \max_{\pi} \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$

$$ \equiv \max_{\pi} - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$

$$ \pi^*(y \mid x) \propto \pi_{\text{ref}}(y \mid x) \exp(r(x, y) / \beta) $$""",
    ),
    "beta inverted": Slip(
        r"""The tilt is by $r/\beta$, so that a large $\beta$, an expensive divergence, keeps the policy where it is.
Physics often writes $\beta$ for the inverse temperature, and then it is $e^{\beta r}$: the letter is the
same and the meaning is not.""",
        r"""$$ \pi^*(y \mid x) = \frac{1}{Z(x)} \pi_{\text{ref}}(y \mid x) \exp(\beta r(x, y)) $$""",
    ),
    "beta on the wrong term": Slip(
        r"""A factor that is lost, or that has wandered to another term. Here the price of a nat is $\beta$ on the left
and $1$ on the right.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) = \mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ r(x, y) - \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] $$""",
    ),
    "forgotten -beta": Slip(
        r"""The derivative of $p \log p$ is $\log p + 1$, and the $1$ comes with a $\beta$. Many derivations leave it
out and are saved by the next step, which normalises it away.""",
        r"""$$ \mathcal{L}(\pi, \lambda) = \sum_y \pi(y \mid x) r(x, y) - \beta \sum_y \pi(y \mid x) \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} + \lambda \left( 1 - \sum_y \pi(y \mid x) \right) $$

$$ \frac{\partial \mathcal{L}}{\partial \pi(y \mid x)} = r(x, y) - \beta \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \lambda $$""",
    ),
    "sign of lambda": Slip(
        r"""The multiplier stands before $1 - \sum_y \pi(y \mid x)$, so its derivative is $-\lambda$. Either sign will
do in the Lagrangian, but it has to be the same one afterwards.""",
        r"""$$ \mathcal{L}(\pi, \lambda) = \sum_y \pi(y \mid x) r(x, y) - \beta \sum_y \pi(y \mid x) \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} + \lambda \left( 1 - \sum_y \pi(y \mid x) \right) $$

$$ \frac{\partial \mathcal{L}}{\partial \pi(y \mid x)} = r(x, y) - \beta \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \beta + \lambda $$""",
    ),
    "lambda dropped": Slip(
        r"""A condition for a stationary point without the multiplier forgets that probabilities sum to one.""",
        r"""$$ \mathcal{L}(\pi, \lambda) = \sum_y \pi(y \mid x) r(x, y) - \beta \sum_y \pi(y \mid x) \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} + \lambda \left( 1 - \sum_y \pi(y \mid x) \right) $$

$$ \frac{\partial \mathcal{L}}{\partial \pi(y \mid x)} = r(x, y) - \beta \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \beta $$""",
    ),
    "y_w and y_l swapped": Slip(
        r"""$\sigma$ of the winner's reward less the loser's. Exchanged, the loss teaches the policy to prefer what
people rejected.""",
        r"""$$ \frac{e^{r(x, y_w)}}{e^{r(x, y_w)} + e^{r(x, y_l)}} = \sigma(r(x, y_l) - r(x, y_w)) $$""",
    ),
    "E under the wrong policy": Slip(
        r"""A mean is taken under the wrong sampler. What is averaged may be right and the average still be another
quantity: here it is $-\text{KL}(\pi_{\text{ref}} \| \pi)$.""",
        r"""$$ D_{\text{KL}}(\pi \| \pi_{\text{ref}}) = \mathbb{E}_{y \sim \pi_{\text{ref}}(\cdot \mid x)}\left[ \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] $$""",
    ),
    "sum over the wrong index": Slip(
        r"""The mean over responses sums over responses. Summed over prompts instead, the result would still depend on
the response.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] = \sum_{x} \pi(y \mid x) r(x, y) $$""",
    ),
    "sum dropped": Slip(
        r"""One term of a sum is not the sum: the right side still depends on the response and the left side does not.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] = \pi(y \mid x) r(x, y) $$""",
    ),
    "E_x dropped": Slip(
        r"""The objective is an average over prompts, and so is its maximum: it does not depend on a prompt.""",
        r"""$$ J(\pi) = \mathbb{E}_{x \sim \mathcal{D}}\left[ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) \right] $$

$$ J(\pi^*) = \beta \log Z(x) $$""",
    ),
    "one-sample estimator equated with the functional": Slip(
        r"""k1 at one response is a number that depends on the response. Its mean is the divergence; at a single
response it may even be negative.""",
        r"""$$ D_{\text{KL}}(\pi \| \pi_{\text{ref}}) = \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} $$""",
    ),
    "k3 with the ratio inverted": Slip(
        r"""Under samples from $\pi$ the ratio in k3 is $\pi_{\text{ref}}/\pi$. The other way up, the mean is
$\chi^2(\pi \| \pi_{\text{ref}}) - \text{KL}(\pi \| \pi_{\text{ref}})$, which is how training code comes to
log one quantity under the name of another.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - 1 - \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] = D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$""",
    ),
    "the sampler's gradient lost": Slip(
        r"""The samples come from the policy that is trained. The mean of the gradients leaves out how the sampler
moves: of the log-ratio it is 0, where the gradient of the mean is that of the divergence.""",
        r"""$$ \mathbb{E}_{y \sim \pi_\theta}\left[ \nabla_\theta \log \frac{\pi_\theta(y)}{\pi_{\text{ref}}(y)} \right] = \nabla_\theta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) $$""",
    ),
    "a ratio detached or live": Slip(
        r"""Samples of an older policy are weighed by the ratio of the two. Whether that moves decides what the gradient
is: under k2 it stands still, under k1 it is all that counts.""",
        r"""$$ \nabla_\theta \mathbb{E}_{y \sim \pi_{old}}\left[ \operatorname{sg}\left( \frac{\pi_\theta(y)}{\pi_{old}(y)} \right) \log \frac{\pi_\theta(y)}{\pi_{\text{ref}}(y)} \right] = \nabla_\theta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) $$""",
    ),
    "a mean of ratios for a ratio of means": Slip(
        r"""Weights that are normalised are divided by their sum, not each by itself.""",
        r"""$$ \frac{\sum_{i=1}^n w_i R_i}{\sum_{i=1}^n w_i} = \frac{1}{n} \sum_{i=1}^n \frac{w_i R_i}{w_i} $$""",
    ),
    "min for max": Slip(
        r"""A factor below 0 makes the smaller of two the larger: so it does with the advantage of a bad sample, and
with the sign of a loss.""",
        r"""<!-- symkl: u scalar; v scalar -->

$$ \min(-u, -v) = -\min(u, v) $$""",
    ),
    "grad E[k2] for E[grad k2]": Slip(
        r"""The mean of the gradients of k2 is the gradient of the divergence. The gradient of the mean is not: it has a
term more, because the sampler moves with the parameters.""",
        r"""$$ \nabla_\theta \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \frac{1}{2} \left( \log \frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right)^2 \right] = \nabla_\theta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) $$""",
    ),
    "a factor of two": Slip(
        r"""k2 is *half* a square.""",
        r"""$$ \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \nabla_\theta \left( \log \frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right)^2 \right] = \nabla_\theta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) $$""",
    ),
    "1 dropped": Slip(
        r"""k3 has three terms. Without the $-1$ it is one nat too large.""",
        r"""$$ D_{\text{KL}}(\pi \| \pi_{\text{ref}}) = \mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ \frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)} - \log \frac{\pi_{\text{ref}}(y \mid x)}{\pi(y \mid x)} \right] $$""",
    ),
    "log dropped": Slip(
        r"""The score is the gradient of $\log \pi_\theta$. Without the logarithm, samples are weighted by their
probability twice.""",
        r"""$$ \nabla_\theta \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}[r(x, y)] = \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}[r(x, y) \nabla_\theta \pi_\theta(y \mid x)] $$""",
    ),
    "log(1/(1+e)) written as 1/log(1+e)": Slip(
        r"""The logarithm of a quotient is not the quotient of a logarithm.""",
        r"""$$ \log \sigma(r(x, y)) = \frac{1}{\log(1 + e^{-r(x, y)})} $$""",
    ),
    "a parenthesis closed too early": Slip(
        r"""A bracket that ends one term too soon: $\log(1) + e^{-r}$ for $\log(1 + e^{-r})$.""",
        r"""$$ \log \sigma(r(x, y)) = - \log(1) + e^{-r(x, y)} $$""",
    ),
    "minimiser for maximiser": Slip(
        r"""The objective $\mathbb{E}[r] - \beta\, \text{KL}$ is maximised. Its minimum is another policy, at a corner
of the simplex.""",
        r"""$$ \pi^*(y \mid x) = \arg\min_{\pi} \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$""",
    ),
    "limits swapped": Slip(
        r"""A small $\beta$ makes the divergence cheap, so only the reward counts; a large one makes it dear, so only
the reference counts.""",
        r"""$$ \lim_{\beta \to 0^+} \pi^*(y \mid x) = \pi_{\text{ref}}(y \mid x) $$""",
    ),
    "Jensen the wrong way round": Slip(
        r"""The logarithm is concave, so the logarithm of a mean is at least the mean of logarithms. The name is given
wherever $\le$ and $\ge$ are exchanged.""",
        r"""$$ \log \mathbb{E}_{y \sim q}[\exp(r(y))] \le \mathbb{E}_{y \sim q}[r(y)] $$""",
    ),
    "a relation the wrong way round": Slip(
        r"""The same for a strict inequality.""",
        r"""$$ - \frac{\beta}{\pi(y \mid x)} > 0 $$""",
    ),
    "a bound written as an equality": Slip(
        r"""Jensen's inequality is an equation only where nothing varies. The edit claims less than the author did, so
it is offered only where no other edit helps.""",
        r"""$$ \log \mathbb{E}_{y \sim q}[\exp(r(y))] = \mathbb{E}_{y \sim q}[r(y)] $$""",
    ),
    "a constant dropped under =": Slip(
        r"""What is left without its normalising constant is proportional, not equal.""",
        r"""$$ \pi^*(y \mid x) = \pi_{\text{ref}}(y \mid x) \exp(r(x, y) / \beta) $$""",
    ),
    "\\propto used for \"+ constant\"": Slip(
        r"""Proportional means up to a *factor*. Of logarithms the constant is a term, and the row should have $= \dots
+ \text{const}$.""",
        r"""$$ \log \pi^*(y \mid x) \propto \log \pi_{\text{ref}}(y \mid x) + \frac{r(x, y)}{\beta} $$""",
    ),
    "a sign": Slip(
        r"""A sign that has no name of its own.""",
        r"""$$ \pi^*(y \mid x) = \frac{1}{Z(x)} \pi_{\text{ref}}(y \mid x) \exp(-r(x, y) / \beta) $$""",
    ),
    "a term too many": Slip(
        r"""A term without which the row holds.""",
        r"""$$ \frac{e^{r(x, y_w)}}{e^{r(x, y_w)} + e^{r(x, y_l)}} = \sigma(r(x, y_w) - r(x, y_l) + 1) $$""",
    ),
    "a factor too many": Slip(
        r"""A factor without which the row holds.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] = \sum_{y} \pi(y \mid x) \pi_{\text{ref}}(y \mid x) r(x, y) $$""",
    ),
}
"""Every slip that a suggestion may name, as the page of slips orders them."""
