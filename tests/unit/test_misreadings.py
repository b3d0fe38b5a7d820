"""False rows that a misreading would tick: what is drawn, given, or free is not what it seems. Each is false by hand."""

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

TOKENS = r"\sum_{t=1}^{T}"
SCORE = r"\nabla_\theta\log\pi_\theta(y_t|x,y_{<t})"


def _last(*blocks: str) -> Status:
    prose = ("#", "<!--", "Suppose", "In", "But", "Now", "More", "Otherwise", "For", "We", "Then", "Hence", "Both", "Conv", "Multi")
    rows = (block if block.startswith(prose) or "$" in block else f"$$ {block} $$" for block in blocks)
    return check_text("\n\n".join(rows), "t.md").lines[-1].status


@pytest.mark.parametrize(
    "blocks",
    [
        # a definition that says one of two arguments of a sort, and leaves the other unsaid
        (r"\Phi(s') = V(s') - V(s)", r"E_{s'\sim P(\cdot|s,a)}[\Phi(s')] = 0"),
        (r"f(x,y') = r(x,y') - r(x,y)", r"E_{y'\sim\pi}[f(x,y')] = 0"),
        (r"m(x,y_w) = r(x,y_w) - r(x,y_l)", r"m(x,y_w) = 0"),
        # a law with its bar and without
        (r"E_{x\sim D}[D_{KL}(\pi(y|x)\|\pi(y))] = 0",),
        (r"\log\frac{\pi(a|s)}{\pi(a)} = 0",),
        (r"\pi(y|x) = \pi(y|x)", r"m(y) = \pi(y)", r"\log\frac{\pi(y|x)}{m(y)} = 0"),
        # a variance under two draws
        ("<!-- symkl: b function of x -->", r"\operatorname{Var}_{x\sim D,y\sim\pi(\cdot|x)}[b(x)] = 0"),
        (r"\operatorname{Var}_{x\sim D,y\sim\pi(\cdot|x)}[r(x,y)] = \operatorname{Var}_{y\sim\pi(\cdot|x)}[r(x,y)]",),
        # beginnings of a response under a sum over its positions
        (rf"E_{{y\sim\pi_\theta(\cdot|x)}}\left[{TOKENS} Q(x,y_{{\le t}}){SCORE}\right] = 0",),
        (r"\sum_{t=1}^{|y|} (V(x,y_{\le t}) - V(x,y_{\le t-1})) = |y| (V(x,y_{\le t}) - V(x,y_{\le t-1}))",),
        # parts of what is drawn
        (r"E_{y\sim\pi(\cdot|x)}[\log\pi(y_t|x,y_{<t})] = \log\pi(y_t|x,y_{<t})",),
        (r"E_{y\sim\pi(\cdot|x)}[r(x,y_{\le t})] = r(x,y_{\le t})",),
        (r"\nabla_\theta E_{\tau\sim p_\theta}[r(s_t,a_t)] = 0",),
        (r"E_{y_{1:n}\sim\pi}[\max_i r(x,y_i)] = \max_i r(x,y_i)",),
        (r"E_{y\sim\pi(\cdot|x)}[r(x,y_k)] = r(x,y_k)",),
        (r"\sum_y \pi(y|x) r(x,y_t) = r(x,y_t)",),
        (r"\max_y r(x,y_t) = r(x,y_t)",),
        (r"\operatorname{Var}_{y\sim\pi(\cdot|x)}[r(x,y_t)] = 0",),
        # the state after an action
        (r"\sum_a \pi(a|s) V(s') = V(s')",),
        (r"\max_a V(s_{t+1}) = V(s_{t+1})",),
        (r"E_{a\sim\pi(\cdot|s)}[V(s_{next})] = V(s_{next})",),
        (r"E_{a\sim\pi_\theta(\cdot|s)}[V(s')\nabla_\theta\log\pi_\theta(a|s)] = 0",),
        (r"E_{a_t\sim\pi_\theta(\cdot|s_t)}[V(s_{t+1})\nabla_\theta\log\pi_\theta(a_t|s_t)] = 0",),
        # and through a definition, whatever binds
        (r"A = \log\pi(y_t|x,y_{<t})", r"E_{y\sim\pi(\cdot|x)}[A] = A"),
        (r"k = \log\pi(y_t|x,y_{<t})", r"\operatorname{Var}_{y\sim\pi(\cdot|x)}[k] = 0"),
        (r"W = V(s')", r"E_{a\sim\pi(\cdot|s)}[W] = W"),
        (r"W = V(s_{t+1})", r"D = r(s,a) + W", r"E_{a\sim\pi(\cdot|s)}[D] = E_{a\sim\pi(\cdot|s)}[r(s,a)] + W"),
        (r"k = \log\pi(y_t|x,y_{<t})", r"\max_y k = k"),
        (r"g(x,y) = r(x,y_t)", r"g(x,y) - g(x,y') = 0"),
        # what sentences give twice, or of others
        (r"Let $b(x) = \max_y r(x,y)$. Then", r"E_{y\sim\pi(\cdot|x)}[r(x,y) - b(x)] \le 0", "# Two",
         r"Let $b(x) = \min_y r(x,y)$. Then", r"E_{y\sim\pi(\cdot|x)}[r(x,y) - b(x)] \le 0"),
        (r"Let $b(x) = E_{y\sim\pi(\cdot|x)}[r(x,y)]$. Now let instead $b(x) = \max_y r(x,y)$.",
         r"E_{y\sim\pi(\cdot|x)}[r(x,y) - b(x)] = 0"),
        (r"Some authors take $b(x) = E_{y\sim\pi(\cdot|x)}[r(x,y)]$. We let b be any function.",
         r"E_{y\sim\pi(\cdot|x)}[r(x,y) - b(x)] = 0"),
        # what was supposed before, and is no longer
        *(("Suppose that", r"r(x,y) = 0", words, r"E_\pi[r(x,y)^2] = 0", ) for words in (
            "In general,", "In general, however,", "But without this assumption", "Now drop the assumption. Then",
            "More generally, we have", "Otherwise", "For a general reward", "We no longer assume this. So")),
        # a winner and a loser are no two independent draws
        (r"E_{y_w,y_l\sim\pi(\cdot|x)}[r(x,y_w) - r(x,y_l)] = 0",),
        (r"E_{(y_w,y_l)\sim\pi}[r(x,y_w) - r(x,y_l)] = 0",),
        (r"E_{y^+,y^-\sim\pi}[r(x,y^+) - r(x,y^-)] = 0",), (r"E_{y_c,y_r\sim\pi}[r(x,y_c) - r(x,y_r)] = 0",),
        # laws of several variables are summed over all of them
        (r"D_{KL}(p(x,y)\|q(x,y)) = \sum_x p(x,y)\log\frac{p(x,y)}{q(x,y)}",),
        (r"H(p(x,y)) = -\sum_x p(x,y)\log p(x,y)",),
        (r"D_{KL}(p(x,y)\|p(x)p(y)) = p(y) D_{KL}(p(x|y)\|p(x))",),
        (r"TV(p(x,y),q(x,y)) = \frac12\sum_x |p(x,y)-q(x,y)|",),
        (r"D_{KL}(\pi(y)\pi(y')\|\mu(y)\mu(y')) = \pi(y')\sum_y\pi(y)\log\frac{\pi(y)\pi(y')}{\mu(y)\mu(y')}",),
        # which law is whose
        (r"E_{y,y'\sim\pi,\mu}[r(y)] = E_\mu[r(y)]",), (r"E_{y_1,y_2\sim\pi,\mu}[r(y_2)] = E_\pi[r(y)]",),
        # scores by number under a preference
        (r"P(i\succ j) = \frac{e^{s_i}}{e^{s_i}+e^{s_j}}", r"P(j\succ i) = P(i\succ j)"),
        (r"P(i\succ j) = \frac{e^{s_i}}{e^{s_i}+e^{s_j}}", r"P(k\succ l) = P(i\succ j)"),
        (r"P(A\succ B) = \sigma(s_A - s_B)", r"P(B\succ A) = P(A\succ B)"),
        *(("Suppose that", r"r(x,y) = 0", "Then", r"E_\pi[r(x,y)] = 0", words, r"E_\pi[r(x,y)^2] = 0") for words in (
            "In all other cases", "Conversely,", "For all rewards,", "If $r(x,y) \\ne 0$, then", "In fact, unless this holds,",
            "Then, by contrast, for any other reward,", "Now the full problem:", "But\n\n---\n\n")),
        # a second case does not stand under the first
        ("Suppose that", r"r(x,y) = 0", "Then", r"E_\pi[r(x,y)] = 0", "Suppose that", r"r(x,y) = 1", "Then", r"E_\pi[r(x,y)] = 0"),
        # what is given under a condition is given there alone
        (r"$$\pi^*(y|x) = \frac{\pi_{ref}(y|x)e^{r(x,y)}}{Z(x)} \quad\text{if } \beta = 1$$",
         r"\log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} = r(x,y)-\log Z(x)"),
        # what a sentence and a row give in two ways
        (r"We write $\Delta = r(x,y_w)-r(x,y_l)$. Then", r"\Delta = r(x,y_l)-r(x,y_w)", r"\Delta + r(x,y_w) = r(x,y_l)"),
        # what is at another point, or is no policy
        (r"\nabla_\theta D_{KL}(\pi_\theta\|\pi_0)\big|_{\theta=\theta_0} = 0",),
        # a law of one thing beside a law of two
        (r"\sum_y q(y|x) = 1", r"D_{KL}(p(x,y)\|q) = \sum_{x,y} p(x,y)\log\frac{p(x,y)}{q(y|x)}"),
        # two fonts
        (r"\mathcal L(\pi) = E_\pi[r]", r"L(\pi) = E_\pi[r] + 1", r"L(\pi) = \mathcal L(\pi)"),
        (r"\mathbf r(y) = r(y)",), (r"E_\pi[\mathcal{R}(y) - R(y)] = 0",),
        # one of the best responses
        (r"w^* = \arg\max_y r(y)", r"\pi_\beta(y) = \frac{\pi_{ref}(y)e^{r(y)/\beta}}{\sum_z\pi_{ref}(z)e^{r(z)/\beta}}",
         r"\lim_{\beta\to0^+}\pi_\beta(w^*) = 1"),
        # a kink that is always met, and what jumps under an integral
        (r"\nabla_\theta\left|\frac{\pi_\theta(y|x)}{\operatorname{sg}(\pi_\theta(y|x))} - 1\right| = 0",),
        ("<!-- symkl: c > 0; f function of y -->", r"\frac{\partial}{\partial c}\int\pi(y) 1[f(y) \ge c]\,dy = 0"),
        *(("<!-- symkl: c > 0; f function of y -->", rf"\frac{{\partial}}{{\partial c}}\int\pi(y) {jump}\,dy = 0") for jump in (
            r"e^{1[f(y)>c]}", r"\log(1+1[f(y)>c])", r"\frac{|f(y)-c|}{f(y)-c}", r"\frac{\max(f(y)-c,0)}{f(y)-c}",
            r"\log\left(2+\frac{|f(y)-c|}{f(y)-c}\right)")),
    ],
)  # fmt: skip
def test_a_false_row_is_not_proved(blocks: tuple[str, ...]) -> None:
    assert _last(*blocks) not in (Status.PROVED, Status.ASSUMED)


@pytest.mark.parametrize(
    "row",
    [
        r"\operatorname{Var}_{x\sim D,y\sim\pi}[r(x,y)] = E_{x\sim D}E_{y\sim\pi}[r(x,y)^2]"
        r" - \left(E_{x\sim D}E_{y\sim\pi}[r(x,y)]\right)^2",
        r"E_{a\sim\pi(\cdot|s)}[E_{s'\sim P(\cdot|s,a)}[V(s')]] = \sum_a\pi(a|s)\sum_{s'}P(s'|s,a)V(s')",
        r"E_{y,y'\sim\pi}[r(x,y) - r(x,y')] = 0",
        r"E_{(y_1,y_2)\sim\mu}[r(y_1) r(y_2)] = E_{y\sim\mu}[r(y)]^2",
        r"D_{KL}(p(x,y)\|q(x,y)) = D_{KL}(p(x)\|q(x)) + E_{x\sim p(x)}[D_{KL}(p(y|x)\|q(y|x))]",
        r"D_{KL}(p(x,y)\|p(x)p(y)) = E_{x\sim p(x)}[D_{KL}(p(y|x)\|p(y))]",
        r"D_{KL}(D(x)\pi(y|x)\|D(x)\mu(y|x)) = E_{x\sim D}[D_{KL}(\pi(\cdot|x)\|\mu(\cdot|x))]",
        r"D_{KL}(\pi(y)\pi(y')\|\mu(y)\mu(y')) = 2 D_{KL}(\pi(y)\|\mu(y))",
        r"E_{y\sim\pi}[r(x,y) - r(x,y_1)] = E_{y\sim\pi}[r(x,y)] - r(x,y_1)",
        r"\frac{\partial}{\partial \beta}\int\pi(y) |r(y)-\beta|\,dy = \int\pi(y)(1[r(y)<\beta]-1[r(y)>\beta])\,dy",
    ],
)
def test_its_true_neighbour_is(row: str) -> None:
    assert _last(row) is Status.PROVED


@pytest.mark.parametrize("words", ["Then", "Hence", "Multiplying both sides and summing over y, we get", "Both assumptions give"])
def test_what_is_supposed_holds_on(words: str) -> None:
    assert _last("Suppose that", "r(x,y) = 0", words, r"E_\pi[r(x,y)^2] = 0") is Status.PROVED


def test_a_sentence_says_nothing_of_the_display_before_it() -> None:
    claim = r"$$ E_{y\sim\pi(\cdot|x)}[r(x,y) - b(x)] = 0 $$"
    sentence = r"Now let $b(x) = E_{y\sim\pi(\cdot|x)}[r(x,y)]$."
    first, *_ = check_text(f"{claim}\n\n{sentence}\n\n{claim}", "t.md").lines
    assert first.status not in (Status.PROVED, Status.ASSUMED)
    *_, last = check_text(f"{sentence}\n\n{claim}", "t.md").lines
    assert last.status is Status.PROVED
