"""Work for any pool of workers: each result as soon as it is there, none lost to a task that breaks its worker."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future, ProcessPoolExecutor

Task = TypeVar("Task")
Result = TypeVar("Result")

WINDOW = 256
"""Tasks that are with the workers or wait for them: a million tasks take no more memory than these."""


def pool(processes: int) -> ProcessPoolExecutor:
    """So many processes. "spawn" means the same on every system, and carries over no state of this process."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(
        processes, mp_context=multiprocessing.get_context("spawn"), initializer=_quiet_on_interrupt
    )


def _quiet_on_interrupt() -> None:
    """An interrupt ends a worker without a word: the one who started it says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def alone(work: Callable[[Task], Result], task: Task) -> Result:
    """The work in a process that does nothing else. Raises: BrokenProcessPool, if that ends."""
    with pool(1) as one:
        return one.submit(work, task).result()


@dataclass(frozen=True)
class _Open(Generic[Task]):
    place: int
    task: Task
    again: bool = False


def finished(
    tasks: Iterable[Task], work: Callable[[Task], Result], given_up: Callable[[Task, BaseException], Result],
    executor: Executor | None, window: int = WINDOW,
) -> Iterator[tuple[int, Task, Result]]:  # fmt: skip
    """The number, the task and the result of each, as soon as it is there.

    ``work`` does not raise; whatever a future raises is of its worker. A pool that is broken is replaced, and what it
    held is tried again, a few at a time; what is there when that breaks, too, gets a process of its own. If that ends,
    ``given_up`` says what the result is.

    >>> sorted(finished([3, 4], float, lambda task, error: -1.0, None))
    [(0, 3, 3.0), (1, 4, 4.0)]
    """
    waiting = (_Open(place, task) for place, task in enumerate(tasks))
    if executor is None:
        for each in waiting:
            yield each.place, each.task, work(each.task)
        return
    from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, wait

    broken: deque[_Open[Task]] = deque()
    running: dict[Future[Result], _Open[Task]] = {}
    with ExitStack() as stack:
        workers = executor
        try:
            while True:
                # What a pool broke on goes first, and no more of it than there are workers.
                room = (_size(workers) if broken else window) - len(running)
                for each in _next(broken, waiting, room):
                    future, workers = _submitted(workers, work, each.task, stack)
                    running[future] = each
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    each = running.pop(future)
                    try:
                        result = future.result()
                    except (BrokenExecutor, CancelledError):
                        if not each.again:
                            broken.append(replace(each, again=True))
                            continue
                        result = _alone(each.task, work, given_up)
                    except Exception:
                        result = _alone(each.task, work, given_up)
                    yield each.place, each.task, result
        finally:
            for future in running:
                future.cancel()


def _next(broken: deque[_Open[Task]], waiting: Iterator[_Open[Task]], room: int) -> list[_Open[Task]]:
    """So many of what is to be tried again, or if there is nothing, of what waits."""
    if broken:
        return [broken.popleft() for _ in range(min(room, len(broken)))]
    return list(islice(waiting, max(0, room)))


def _submitted(
    workers: Executor, work: Callable[[Task], Result], task: Task, stack: ExitStack
) -> tuple[Future[Result], Executor]:
    """The task with the workers, or with new ones, where those are broken or shut."""
    from concurrent.futures import BrokenExecutor

    try:
        return workers.submit(work, task), workers
    except (BrokenExecutor, RuntimeError):
        new: Executor = stack.enter_context(pool(_size(workers)))
        return new.submit(work, task), new


def _size(workers: Any) -> int:
    size = getattr(workers, "_max_workers", 1)
    return size if isinstance(size, int) and size > 0 else 1


def _alone(task: Task, work: Callable[[Task], Result], given_up: Callable[[Task, BaseException], Result]) -> Result:
    """Once more, in a process of its own: only the guilty task is lost."""
    try:
        return alone(work, task)
    except Exception as error:
        return given_up(task, error)
