"""What do the one-sample KL formulas k1, k2 and k3 give: as a number to log, as a loss, as a reward?

As numbers k1 and k3 are right on average. As losses they are not. Automatic differentiation sees the formula at a
sample. It does not see that the policy also decides how often the sample is drawn. In a reward it is the other way
round: the gradient is that of the sampling, and the formula is held constant. With an importance ratio that is
differentiated too, the gradient has both parts.
"""

import sympy as sp

from symkl.sympy import Page, Score

page = Page(
    "What k1, k2 and k3 estimate",
    states="On average k1 and k3 are KL(π‖π_ref). As a loss only k2 has its gradient, as a reward only k1.",
    sources=[
        "J. Schulman, Approximating KL Divergence (2020), http://joschu.net/blog/kl-approx.html",
        "huggingface/trl trl/trainer/grpo_trainer.py (d2b69d7), trl/experimental/ppo/ppo_trainer.py (d6196b6)",
        "OpenRLHF/OpenRLHF openrlhf/models/utils.py (02a2605)",
        "verl-project/verl verl/trainer/ppo/core_algos.py (5b98636)",
        "NVIDIA-NeMo/RL nemo_rl/algorithms/loss_functions.py (b816b57), nemo_rl/algorithms/utils.py (0043953)",
    ],
)
(y,) = page.outcomes("y")
pi = page.distribution("π", y, parameters=True, meaning="the policy that is trained: ∇ is by its parameters")
ref = page.distribution("π_ref", y, meaning="the reference policy")
old = page.distribution("π_old", y, meaning="the policy that drew the samples, if an update came in between")
k1, k2, k3, inverted = (page.function(name, y) for name in ("k1", "k2", "k3", "k3'"))

t, c = sp.symbols("t c", positive=True)  # t = π_ref/π has mean 1, so -log t + c (t - 1) has the mean of -log t
(flat,) = sp.solve(sp.diff(-sp.log(t) + c * (t - 1), t).subs(t, 1), c)
third = (-sp.log(t) + flat * (t - 1)).subs(t, ref[y] / pi[y])
page.define(k1[y], sp.log(pi[y] / ref[y]), "The log-ratio of the sample.")
page.define(k2[y], k1[y] ** 2 / 2, "Half its square.")
page.define(k3[y], third, "The log-ratio plus π_ref/π - 1, which has mean 0. The sum is never negative.")
forward, reverse = page.kl(pi, ref, y), page.kl(ref, pi, y)


def mean(k):
    """The mean of a formula under samples from the policy itself."""
    return page.mean(pi, k[y], y)


def loss(k):
    """The expected gradient when a sample's formula is differentiated and the sampling is not."""
    return page.mean(pi, Score(k[y]), y)


def reward(k):
    """The expected gradient when the formula's value is what a policy gradient weighs."""
    return page.mean(pi, k[y] * Score(sp.log(pi[y])), y)


page.step(mean(k1), "=", forward, "KL is by definition the mean of the log-ratio.", theorem="k1-unbiased")
page.step(mean(k3), "=", forward, "What k3 adds, π_ref/π - 1, has mean 1 - 1 = 0.", theorem="k3-unbiased")
page.step(k3[y], ">=", 0, "t - 1 - log t is 0 at t = 1 and positive elsewhere. So no sample of k3 is negative.")
page.fails(mean(k2), "=", forward, "k2 is close to KL only where the policies are close.")
page.define(inverted[y], third.subs(ref[y] / pi[y], pi[y] / ref[y]), "k3 with the ratio turned over.")
chi2 = page.sum(pi[y] ** 2 / ref[y], y) - 1
page.step(mean(inverted), "=", chi2 - forward, "Its mean under π is χ²(π‖π_ref) - KL(π‖π_ref), another quantity.")

page.step(loss(k1), "=", 0, "The mean of ∇log π is 0. So as a loss k1 is noise with mean 0.")
page.step(
    loss(k2),
    "=",
    Score(forward),
    "∇k2 is k1 ∇log π, and its mean is the gradient of KL. So as a loss k2 is right.",
    theorem="k2-gradient",
)
page.step(loss(k3), "=", Score(reverse), "As a loss k3 has the gradient of the other KL.", theorem="k3-gradient")
page.fails(loss(k3), "=", Score(forward), "The two gradients agree only to first order around π = π_ref.")

page.step(reward(k1), "=", Score(forward), "In the reward k1 is right. It leaves out the mean of ∇k1, and that is 0.")
page.step(
    reward(k3),
    "=",
    Score(forward) - Score(reverse),
    "In the reward k3 has the right gradient less the one that it has as a loss.",
)
page.fails(reward(k2), "=", Score(forward), "In the reward k2 is wrong, though as a loss it is right.")

whole = page.mean(pi, k3[y] * Score(sp.log(pi[y])) + Score(k3[y]), y)
page.step(
    whole, "=", Score(forward), "The gradient of a mean has two parts: one of the sampling, and one of the formula."
)
live = page.mean(old, Score(pi[y] / old[y] * k3[y]), y)
page.step(
    live,
    "=",
    Score(forward),
    "Multiply k3 by the ratio π/π_old, and differentiate both. Then both parts are there, whoever drew the samples.",
)
held = page.mean(old, pi[y] / old[y] * Score(k3[y]), y)
page.step(held, "=", Score(reverse), "If the ratio is held constant, this is the gradient of the loss k3 again.")
twice = page.mean(old, Score(pi[y] / old[y] * k2[y]), y)
page.fails(
    twice, "=", Score(forward), "For k2 this product is wrong: it gives the gradient of the mean of k2, not of KL."
)
derivation = page.derivation()

# What this says of four libraries, at the commits in `sources` (samples on policy, clamps left out):
#
#   library    formula and place                                what it logs          what it pulls down
#   TRL        GRPO: k3 in the loss                             KL(π‖π_ref)           KL(π_ref‖π)
#              GRPO, use_bias_correction_kl: k3 × live ratio    KL(π‖π_ref)           KL(π‖π_ref)
#              PPO: k1 (the default) in the reward              KL(π‖π_ref)           KL(π‖π_ref)
#              PPO: k3 in the reward                            KL(π‖π_ref)           KL(π‖π_ref) - KL(π_ref‖π)
#   OpenRLHF   k1 (the default), k2 or k3 in the reward         KL(π‖π_ref) for k1    KL(π‖π_ref) for k1
#   verl       k1, k2 or k3 ("low_var_kl"), in either place     as above: k1 is right in the reward, k2 in the loss
#   NeMo-RL    k3 in the loss, perhaps × ratio held constant    KL(π‖π_ref)           KL(π_ref‖π)
#              policy_kl_error: k3', samples from π_gen         χ²(π_gen‖π_old) - KL(π_gen‖π_old), named KL(π_old‖π_gen)
#
# verl also means names that end in +, such as k3+, to have the value of k3 and the gradient of k2. At the commit cited
# the function that gives the value knows no such name and raises NotImplementedError: read, not run.
# use_bias_correction_kl is not yet in the version of TRL cited: read in trainers made from later ones.
