"""What an assistant is told that writes derivations: how the checker reads, and what to do with each answer."""

from __future__ import annotations

from symkl.teaching.laws import THEOREMS

_PAGE = r"""## Derivations: check them with symkl

Every displayed formula is a row. symkl answers each with *proved*, *refuted* (with a counterexample), *unknown*,
*assumed*, *stated*, *skipped* or *unreadable*. Work like this:

1. Write the derivation in Markdown, one step a row, in `$$ ... $$`, with words between.
2. `symkl check FILE.md --quiet` (or the tool `check_derivation`) shows the rows that need attention.
3. Mend the *first* of them, and check again. Later rows may only follow from it.
4. End when the exit code is 0. Then, and only then, say that the derivation is proved.

| answer | do |
|---|---|
| refuted | read what the sides differ by; a suggestion was proved, but ask whether it is what was meant |
| unknown | write the step in smaller steps; or declare what a symbol is, as the message says |
| unreadable | write what the message says to write |
| assumed | look whether it is a definition or a hypothesis that you meant to make |

How rows are read:

- A row that begins with a relation goes on from the row before, and a heading starts afresh:

$$ \log \frac{\pi(y \mid x)}{\pi_{\text{ref}}(y \mid x)} = \log \pi(y \mid x) - \log \pi_{\text{ref}}(y \mid x) $$

- Standard symbols are known: policies `\pi`, `\pi_{\text{ref}}`, rewards `r`, `\beta > 0`, `Z(x)`, `\sigma`, `\pi^*`.
  Declare others: `<!-- symkl: tau > 0; q distribution over y given x -->`.
- What is taken as given stands behind `<!-- symkl: assume -->`, or begins with “Suppose”.
- The theorem to reach: `<!-- symkl: claim NAME -->`. A document that never states it is incomplete.

Do not: leave a step out because it is not proved, skip rows (`symkl: skip`), assume what is to be shown, or report a
document as proved whose verdict is another. *Unknown* is an honest answer; say so.

`symkl explain NAME` tells what a slip, a law or a theorem is. `symkl prove 'A = B'` checks one formula.
"""


def page() -> str:
    """The page, in Markdown."""
    return f"{_PAGE}\nTheorems that a document may claim: {', '.join(f'`{name}`' for name in THEOREMS)}.\n"
