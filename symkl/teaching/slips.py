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
equation, so it comes with a plus. With a minus the row is off by $2\beta\log Z(x)$. That is the same number for
every response, so no plot of rewards at one prompt shows it.""",
        r"""$$ r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \beta \log Z(x) $$""",
    ),
    "no beta on log Z": Slip(
        r"""When the equation is solved for the reward, every term is multiplied by $\beta$. $\log Z$ is one of them.
Without the $\beta$ the row holds at $\beta = 1$ only, and that is where most examples are tried.""",
        r"""$$ r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} + \log Z(x) $$""",
    ),
    "log Z dropped": Slip(
        r"""The reward is $\beta$ times the log-ratio, plus a number that depends on the prompt alone. In a difference of
two rewards at one prompt that number cancels. In an equation for one reward it stays.""",
        r"""$$ r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} $$""",
    ),
    "log of Z forgotten": Slip(
        r"""The logarithm of a quotient is a difference of two logarithms. Here the logarithm of the divisor is missing:
$Z$ stands where $\log Z$ belongs.""",
        r"""$$ \log \pi^*(y \mid x) = \log \pi_{\text{ref}}(y \mid x) + \frac{r(x, y)}{\beta} - Z(x) $$""",
    ),
    "a log Z too many": Slip(
        r"""In a difference of two rewards at one prompt $\log Z$ has cancelled. Here it is still there.""",
        r"""$$ \sigma(r(x, y_w) - r(x, y_l)) = \sigma\left( \beta \log \frac{\pi^*(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} - \beta \log \frac{\pi^*(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)} + \beta \log Z(x) \right) $$""",
    ),
    "Z divided out twice": Slip(
        r"""The tilted weights are divided by their sum once. Divided by it a second time, they no longer sum to one.""",
        r"""$$ \pi^*(y \mid x) = \frac{\pi_{\text{ref}}(y \mid x) \exp(r(x, y) / \beta)}{Z(x)^2} $$""",
    ),
    "KL ratio inverted": Slip(
        r"""$\text{KL}(p \| q)$ is the mean of $\log p/q$ over samples from $p$. The distribution that the samples come from
stands in the numerator. With the ratio the other way up the mean is $-\text{KL}(p \| q)$, which is never positive.""",
        r"""$$ D_{\text{KL}}(p \| q) = \mathbb{E}_{y \sim p}\left[ \log \frac{q(y)}{p(y)} \right] $$""",
    ),
    "KL arguments swapped": Slip(
        r"""$\text{KL}(p \| q)$ and $\text{KL}(q \| p)$ are two different numbers, unless $p = q$ or by chance. The mean of
$\log p/q$ over samples from $p$ is the one with $p$ in front.""",
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
        r"""The divergence to the reference stands where the divergence to the optimum is meant, or the reverse. Once the
reward has gone into $\pi^*$, what is left is $\text{KL}(\pi \| \pi^*)$.""",
        r"""$$ \max_{\pi} \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$

$$ \equiv \max_{\pi} - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$

$$ \pi^*(y \mid x) \propto \pi_{\text{ref}}(y \mid x) \exp(r(x, y) / \beta) $$""",
    ),
    "beta inverted": Slip(
        r"""The reference is tilted by $e^{r/\beta}$. A large $\beta$ makes a divergence expensive, and the policy stays near
the reference. In physics $\beta$ is often the inverse temperature, and the factor is $e^{\beta r}$. It is the same
letter with another meaning.""",
        r"""$$ \pi^*(y \mid x) = \frac{1}{Z(x)} \pi_{\text{ref}}(y \mid x) \exp(\beta r(x, y)) $$""",
    ),
    "beta on the wrong term": Slip(
        r"""A factor is lost, or has wandered to another term. Here a nat of divergence costs $\beta$ on the left side and
$1$ on the right side.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) = \mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ r(x, y) - \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] $$""",
    ),
    "forgotten -beta": Slip(
        r"""The derivative of $p \log p$ is $\log p + 1$. Here that $1$ is multiplied by $-\beta$. Many derivations leave it
out. The result is right all the same, because the next step normalises, and a constant factor is lost there.""",
        r"""$$ \mathcal{L}(\pi, \lambda) = \sum_y \pi(y \mid x) r(x, y) - \beta \sum_y \pi(y \mid x) \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} + \lambda \left( 1 - \sum_y \pi(y \mid x) \right) $$

$$ \frac{\partial \mathcal{L}}{\partial \pi(y \mid x)} = r(x, y) - \beta \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \lambda $$""",
    ),
    "sign of lambda": Slip(
        r"""The multiplier stands before $1 - \sum_y \pi(y \mid x)$, so its derivative is $-\lambda$. The Lagrangian may be
written with either sign. But the rows after it have to keep the sign that was chosen.""",
        r"""$$ \mathcal{L}(\pi, \lambda) = \sum_y \pi(y \mid x) r(x, y) - \beta \sum_y \pi(y \mid x) \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} + \lambda \left( 1 - \sum_y \pi(y \mid x) \right) $$

$$ \frac{\partial \mathcal{L}}{\partial \pi(y \mid x)} = r(x, y) - \beta \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \beta + \lambda $$""",
    ),
    "lambda dropped": Slip(
        r"""The multiplier $\lambda$ is missing from the condition for a stationary point. It is there because probabilities sum
to one.""",
        r"""$$ \mathcal{L}(\pi, \lambda) = \sum_y \pi(y \mid x) r(x, y) - \beta \sum_y \pi(y \mid x) \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} + \lambda \left( 1 - \sum_y \pi(y \mid x) \right) $$

$$ \frac{\partial \mathcal{L}}{\partial \pi(y \mid x)} = r(x, y) - \beta \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - \beta $$""",
    ),
    "y_w and y_l swapped": Slip(
        r"""The probability that $y_w$ is preferred is $\sigma$ of the winner's reward minus the loser's. With the two
exchanged, the loss teaches the policy to prefer what people rejected.""",
        r"""$$ \frac{e^{r(x, y_w)}}{e^{r(x, y_w)} + e^{r(x, y_l)}} = \sigma(r(x, y_l) - r(x, y_w)) $$""",
    ),
    "E under the wrong policy": Slip(
        r"""The mean is taken over samples from the wrong policy. What is averaged may be right, and the mean is still
another number: here it is $-\text{KL}(\pi_{\text{ref}} \| \pi)$.""",
        r"""$$ D_{\text{KL}}(\pi \| \pi_{\text{ref}}) = \mathbb{E}_{y \sim \pi_{\text{ref}}(\cdot \mid x)}\left[ \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] $$""",
    ),
    "sum over the wrong index": Slip(
        r"""A mean over responses is a sum over responses. If the sum runs over prompts instead, the result still depends
on the response.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] = \sum_{x} \pi(y \mid x) r(x, y) $$""",
    ),
    "sum dropped": Slip(
        r"""One term of a sum is not the sum. Here the right side depends on the response, and the left side does not.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] = \pi(y \mid x) r(x, y) $$""",
    ),
    "E_x dropped": Slip(
        r"""The objective is an average over prompts, and so is its maximum: it does not depend on a prompt.""",
        r"""$$ J(\pi) = \mathbb{E}_{x \sim \mathcal{D}}\left[ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) \right] $$

$$ J(\pi^*) = \beta \log Z(x) $$""",
    ),
    "one-sample estimator equated with the functional": Slip(
        r"""k1 at one response is a number that depends on the response. Its mean is the divergence. At a single response
it can even be negative.""",
        r"""$$ D_{\text{KL}}(\pi \| \pi_{\text{ref}}) = \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} $$""",
    ),
    "k3 with the ratio inverted": Slip(
        r"""Under samples from $\pi$ the ratio in k3 is $\pi_{\text{ref}}/\pi$. With the ratio the other way up, the mean is
$\chi^2(\pi \| \pi_{\text{ref}}) - \text{KL}(\pi \| \pi_{\text{ref}})$. In this way training code comes to log one
quantity under the name of another.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}\left[ \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} - 1 - \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right] = D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$""",
    ),
    "the sampler's gradient lost": Slip(
        r"""The samples come from the policy that is trained. Here each sample's log-ratio is differentiated by itself. That
leaves out how the sampling moves with the parameters. The mean of these gradients is 0. The gradient of the mean is
the gradient of the divergence, and that is not 0.""",
        r"""$$ \mathbb{E}_{y \sim \pi_\theta}\left[ \nabla_\theta \log \frac{\pi_\theta(y)}{\pi_{\text{ref}}(y)} \right] = \nabla_\theta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) $$""",
    ),
    "a ratio detached or live": Slip(
        r"""The samples come from an older policy, so each is weighted by the ratio of the new policy to the old one. Code may
differentiate that ratio, or hold it fixed (`detach`). The gradient depends on which. For k2 the ratio has to be held
fixed. For k1 it has to be differentiated: the whole gradient comes from it.""",
        r"""$$ \nabla_\theta \mathbb{E}_{y \sim \pi_{old}}\left[ \operatorname{sg}\left( \frac{\pi_\theta(y)}{\pi_{old}(y)} \right) \log \frac{\pi_\theta(y)}{\pi_{\text{ref}}(y)} \right] = \nabla_\theta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) $$""",
    ),
    "a mean of ratios for a ratio of means": Slip(
        r"""Weights are normalised by dividing by the sum of all of them. Here each is divided by itself.""",
        r"""$$ \frac{\sum_{i=1}^n w_i R_i}{\sum_{i=1}^n w_i} = \frac{1}{n} \sum_{i=1}^n \frac{w_i R_i}{w_i} $$""",
    ),
    "min for max": Slip(
        r"""A negative factor turns the smaller of two numbers into the larger one. This happens to the advantage of a bad
sample, which is negative, and to an objective that is written as a loss.""",
        r"""<!-- symkl: u scalar; v scalar -->

$$ \min(-u, -v) = -\min(u, v) $$""",
    ),
    "grad E[k2] for E[grad k2]": Slip(
        r"""The mean of the gradients of k2 is the gradient of the divergence. The gradient of the mean of k2 is another one.
It has one term more, because the sampling moves with the parameters.""",
        r"""$$ \nabla_\theta \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \frac{1}{2} \left( \log \frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right)^2 \right] = \nabla_\theta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) $$""",
    ),
    "a factor of two": Slip(
        r"""k2 is *half* a square.""",
        r"""$$ \mathbb{E}_{y \sim \pi_\theta(\cdot \mid x)}\left[ \nabla_\theta \left( \log \frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right)^2 \right] = \nabla_\theta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) $$""",
    ),
    "1 dropped": Slip(
        r"""k3 has three terms. Without the $-1$ its mean is larger by 1.""",
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
        r"""A bracket ends one term too soon. Here $\log(1) + e^{-r}$ is written for $\log(1 + e^{-r})$.""",
        r"""$$ \log \sigma(r(x, y)) = - \log(1) + e^{-r(x, y)} $$""",
    ),
    "minimiser for maximiser": Slip(
        r"""The objective $\mathbb{E}[r] - \beta\, \text{KL}$ is maximised by $\pi^*$. It is smallest at another policy, one that
gives all its mass to a single response.""",
        r"""$$ \pi^*(y \mid x) = \arg\min_{\pi} \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) $$""",
    ),
    "limits swapped": Slip(
        r"""Where $\beta$ is small, a divergence costs little, and only the reward counts. Where $\beta$ is large, it costs
much, and only the reference counts.""",
        r"""$$ \lim_{\beta \to 0^+} \pi^*(y \mid x) = \pi_{\text{ref}}(y \mid x) $$""",
    ),
    "Jensen the wrong way round": Slip(
        r"""The logarithm is concave, so the logarithm of a mean is at least the mean of the logarithms. The same name is given
wherever $\le$ and $\ge$ are exchanged.""",
        r"""$$ \log \mathbb{E}_{y \sim q}[\exp(r(y))] \le \mathbb{E}_{y \sim q}[r(y)] $$""",
    ),
    "a relation the wrong way round": Slip(
        r"""A strict inequality, $<$ or $>$, points the wrong way.""",
        r"""$$ - \frac{\beta}{\pi(y \mid x)} > 0 $$""",
    ),
    "a bound written as an equality": Slip(
        r"""Jensen's inequality is an equation only where nothing varies. The mended row says less than the author did, so this
edit is offered only where no other one helps.""",
        r"""$$ \log \mathbb{E}_{y \sim q}[\exp(r(y))] = \mathbb{E}_{y \sim q}[r(y)] $$""",
    ),
    "a constant dropped under =": Slip(
        r"""Without its normalising constant the right side is proportional to the left side, but not equal to it.""",
        r"""$$ \pi^*(y \mid x) = \pi_{\text{ref}}(y \mid x) \exp(r(x, y) / \beta) $$""",
    ),
    "proportional to where + constant is meant": Slip(
        r"""Proportional means equal up to a *factor*. Two logarithms often differ by a constant *term*. Then the row should
have $= \dots + \text{const}$.""",
        r"""$$ \log \pi^*(y \mid x) \propto \log \pi_{\text{ref}}(y \mid x) + \frac{r(x, y)}{\beta} $$""",
    ),
    "a sign": Slip(
        r"""A plus stands where a minus belongs, or the reverse, and no other name in this list says more.""",
        r"""$$ \pi^*(y \mid x) = \frac{1}{Z(x)} \pi_{\text{ref}}(y \mid x) \exp(-r(x, y) / \beta) $$""",
    ),
    "a term too many": Slip(
        r"""There is a term without which the row holds.""",
        r"""$$ \frac{e^{r(x, y_w)}}{e^{r(x, y_w)} + e^{r(x, y_l)}} = \sigma(r(x, y_w) - r(x, y_l) + 1) $$""",
    ),
    "a factor too many": Slip(
        r"""There is a factor without which the row holds.""",
        r"""$$ \mathbb{E}_{y \sim \pi(\cdot \mid x)}[r(x, y)] = \sum_{y} \pi(y \mid x) \pi_{\text{ref}}(y \mid x) r(x, y) $$""",
    ),
}
"""Every slip that a suggestion may name, as the page of slips orders them."""
