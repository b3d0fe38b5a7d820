"""Many texts through any pool of workers: in order, nothing lost to one that breaks its worker, stopped and resumed.

A text whose worker dies, or whose answer cannot be had, is tried once more in a process of its own. If that dies, too,
the answer says so, and the others have theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from symkl.batch import Job, checked, lost
from symkl.checking.report import Report, for_readers
from symkl.pooling import finished
from symkl.remembering import Memory, memory


@dataclass(frozen=True)
class Text:
    """A text to check, and what to call it."""

    name: str
    text: str
    claim: str | None = None
    budget: int = 60_000
    context: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """What besides the text decides the report, but for the name."""
        return (self.claim or "", str(self.budget), *self.context)


def check_many(
    texts: Iterable[str | tuple[str, str]], *, executor: Executor | None = None,
    on_result: Callable[[int, Report], object] | None = None, cache: str | Path | None = None,
    claim: str | None = None, budget: int = 60_000, context: Sequence[str] = (),
) -> list[Report]:  # fmt: skip
    r"""Check many texts, and give a report of each, in their order.

    ``texts``: strings, or pairs of a name and a text. ``executor``: any executor of ``concurrent.futures``, of
    processes, of threads, or of a cluster; without one they are checked here, one after the other. ``on_result`` is
    called with the number of a text and its report as soon as that is there, in whatever order. ``cache``: a folder
    where reports are kept by content, version and options. A run that was stopped goes on from there when it is
    started again with the same folder. ``claim``, ``budget`` and ``context`` are those of :func:`symkl.check_text`.

    If a text ends its worker, or symkl fails on it, its report is *unreadable* and says why.

    Raises: what ``on_result`` raises: then the others are not begun, and what is done is in the cache.

    >>> reports = check_many([r"$$D_{KL}(p \| q) \ge 0$$", ("wrong.md", r"$$D_{KL}(p \| q) \ge 1$$")])
    >>> [(report.file, report.verdict.value) for report in reports]
    [('text 0', 'proved'), ('wrong.md', 'refuted')]
    """
    def named(i: int, given: str | tuple[str, str]) -> Text:
        name, text = (f"text {i}", given) if isinstance(given, str) else given
        return Text(name, text, claim, budget, tuple(context))

    tasks = (named(i, given) for i, given in enumerate(texts))
    reports: dict[int, Report] = {}
    for i, report in _known_first(tasks, executor, memory(cache)):
        reports[i] = report
        if on_result is not None:
            on_result(i, report)
    return [reports[i] for i in range(len(reports))]


def _known_first(
    tasks: Iterable[Text], executor: Executor | None, kept: Memory
) -> Iterator[tuple[int, Report]]:
    """The reports as they are there: those that are remembered at once, and never by a worker."""
    known: list[tuple[int, Report]] = []
    numbers: list[int] = []

    def open_tasks() -> Iterator[Text]:
        for i, task in enumerate(tasks):
            found = kept.of(task.text, task.options)
            if found is None:
                numbers.append(i)
                yield task
            else:
                known.append((i, replace(found, file=task.name)))

    for place, task, report in finished(open_tasks(), check_one, _lost_text, executor):
        kept.keep(task.text, task.options, report)
        yield from known
        known.clear()
        yield numbers[place], report
    yield from known


def check_one(task: Text) -> Report:
    """The report of one text; whatever is in it, this does not raise. It runs in a worker."""
    report = checked(task.text, Job(task.name, task.claim, task.budget, inputs=False, context=task.context))
    # Certificates stay in the process they are of.
    return for_readers(report)


def _lost_text(task: Text, error: BaseException) -> Report:
    return lost(task.name, error)
