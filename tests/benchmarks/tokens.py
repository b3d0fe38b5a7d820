"""How long the tilt over a vocabulary takes, beside what else can be done with the same bytes in the same run.

``make bench-tokens``, or ``python -m tests.benchmarks.tokens --help``. The times of a round are taken one after the
other, and it is their ratios that are told: another machine changes little of those.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from symkl.problems import InvalidProblem
from symkl.tokens import log_tilt, tilt_statistics
from symkl.tokens.arrays import on_device, out_of_memory

BETA = 0.1
_WIDE = 110  # of what is piped: no row breaks
ROUNDS = 7
READ, COPY = "read both inputs", "copy both inputs"
STATISTICS, LIKELIEST, LOG_POLICY = "statistics", "statistics, 5 likeliest", "log π*"
EAGER_STATISTICS, EAGER_LOG_POLICY = "statistics, eager", "log π*, eager"
CHAPTER, CHAPTER_COMPILED = "the chapter's code", "the chapter's code, torch.compile"
OURS = (STATISTICS, LIKELIEST, LOG_POLICY, EAGER_STATISTICS, EAGER_LOG_POLICY)
LEAST_WORK = {LOG_POLICY: 1, EAGER_LOG_POLICY: 1}
"""What has to be written besides reading the inputs, in rows of float32."""

Work = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """One subject on one size: seconds, the median of all rounds.

    ``read``, ``chapter`` and ``compiled`` are its time over that of reading both inputs, and theirs over its own, each
    the median over rounds. ``bandwidth`` is the share of the measured bandwidth that the bytes which must be read and
    written come to. ``faults`` counts the pages that the system had to supply in one call.
    """

    subject: str
    dtype: str
    rows: int
    vocabulary: int
    seconds: float
    read: float
    chapter: float
    compiled: float
    bandwidth: float
    faults: int | None


@dataclass(frozen=True)
class Growth:
    """Seconds for each number read, against those at the smallest size: 1 throughout where growth is linear."""

    subject: str
    rows: int
    vocabulary: int
    seconds: float
    share: float


# --- what is timed ------------------------------------------------------------------------------


def chapter(logits: Any, rewards: Any, beta: float) -> tuple[Any, ...]:
    """What the chapter's program computes of each row, in its order of operations: π*, its sum and its KL."""
    log_reference = logits.log_softmax(-1)
    values = log_reference + rewards / beta
    log_policy = values - values.logsumexp(-1, keepdim=True)
    policy = log_policy.exp()
    return log_policy, policy.sum(-1), (policy * (log_policy - log_reference)).sum(-1)


def chapter_for_compilers(logits: Any, rewards: Any, beta: float) -> tuple[Any, ...]:
    """The same with ``log_softmax`` twice: torch's compiler fuses that, and not ``logsumexp``."""
    log_reference = logits.log_softmax(-1)
    log_policy = (log_reference + rewards / beta).log_softmax(-1)
    policy = log_policy.exp()
    return log_policy, policy.sum(-1), (policy * (log_policy - log_reference)).sum(-1)


def subjects(torch: Any, logits: Any, rewards: Any) -> dict[str, Work]:
    """Everything that is timed on these two tensors [B, V]."""
    targets = torch.empty_like(logits), torch.empty_like(rewards)
    compiled = torch.compile(chapter_for_compilers, dynamic=True)
    return {
        READ: lambda: (logits.sum(), rewards.sum()),
        COPY: lambda: (targets[0].copy_(logits), targets[1].copy_(rewards)),
        STATISTICS: lambda: tilt_statistics(logits, rewards, BETA, top=0, fused=True),
        LIKELIEST: lambda: tilt_statistics(logits, rewards, BETA, top=5, fused=True),
        LOG_POLICY: lambda: log_tilt(logits, rewards, BETA, fused=True),
        EAGER_STATISTICS: lambda: tilt_statistics(logits, rewards, BETA, top=0, fused=False),
        EAGER_LOG_POLICY: lambda: log_tilt(logits, rewards, BETA, fused=False),
        CHAPTER: lambda: chapter(logits, rewards, BETA),
        CHAPTER_COMPILED: lambda: compiled(logits, rewards, BETA),
    }


def made(torch: Any, rows: int, vocabulary: int, dtype: str, device: str) -> tuple[Any, Any]:
    """Logits and rewards, from a seed."""
    generator = torch.Generator(device).manual_seed(0)
    shape = (rows, vocabulary)
    logits, rewards = (torch.randn(shape, generator=generator, device=device) for _ in range(2))
    kind = getattr(torch, dtype)
    return (3 * logits).to(kind), rewards.to(kind)


# --- timing -------------------------------------------------------------------------------------


def seconds(torch: Any, device: str, work: Work, calls: int = 1) -> float:
    """The time of one call, until the device is done with it."""
    finish: Work = torch.cuda.synchronize if device.startswith("cuda") else lambda: None
    finish()
    start = perf_counter()
    for _ in range(calls):
        work()
    finish()
    return (perf_counter() - start) / calls


def faults(work: Work) -> int | None:
    """The pages that one call has the system supply; unknown where that is not told."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)


def keep_freed_memory() -> bool:
    """Have the C library keep what is freed, so that the pages of large temporaries are supplied once; glibc alone."""
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, TypeError):
        return False
    no_mappings, trim_threshold = -4, -1
    return bool(mallopt(no_mappings, 0) and mallopt(trim_threshold, 2**31 - 1))


def compare(
    torch: Any, device: str, works: Mapping[str, Work], least: Mapping[str, float], told: Callable[[str], object]
) -> dict[str, dict[str, float]]:
    """Of every subject the seconds and the ratios, medians over rounds; ``least`` are the bytes that it must move."""
    for name, work in works.items():
        told(name)
        work()  # what is compiled is compiled now
    calls = {name: max(1, min(50, round(0.05 / seconds(torch, device, work)))) for name, work in works.items()}
    rounds = []
    for _ in range(ROUNDS):
        told("all, in turn")
        rounds.append({name: seconds(torch, device, work, calls[name]) for name, work in works.items()})

    def ratio(of: Callable[[Mapping[str, float]], float]) -> float:
        return median(of(each) for each in rounds)

    found = {}
    for name in works:
        found[name] = {
            "seconds": ratio(lambda each, name=name: each[name]),
            "read": ratio(lambda each, name=name: each[name] / each[READ]),
            "chapter": ratio(lambda each, name=name: each[CHAPTER] / each[name]),
            "compiled": ratio(lambda each, name=name: each[CHAPTER_COMPILED] / each[name]),
            # The faster of a read and a copy, which moves twice the bytes, says what the memory is capable of.
            "bandwidth": ratio(
                lambda each, name=name: least[name] / each[name] * min(each[READ] / least[READ], each[COPY] / least[COPY])
            ),
        }
    return found


def timings(
    torch: Any, device: str, rows: int, vocabulary: int, dtype: str, told: Callable[[str], object]
) -> Iterator[Timing]:
    """Every subject on rows of one kind."""
    logits, rewards = made(torch, rows, vocabulary, dtype, device)
    works = subjects(torch, logits, rewards)
    inputs = 2.0 * logits.nelement() * logits.element_size()
    written = 4.0 * logits.nelement()
    least = {name: inputs + written * LEAST_WORK.get(name, 0) for name in works} | {COPY: 2 * inputs}
    found = compare(torch, device, works, least, told)
    for name, figures in found.items():
        counted = faults(works[name]) if device == "cpu" else None
        yield Timing(name, dtype, rows, vocabulary, **figures, faults=counted)


def growth(torch: Any, device: str, rows: int, vocabulary: int, told: Callable[[str], object]) -> Iterator[Growth]:
    """Statistics and log π* from a quarter of the rows, and of the vocabulary, to all of them."""
    sizes = [(rows // 4, vocabulary), (rows // 2, vocabulary), (rows, vocabulary // 4), (rows, vocabulary // 2), (rows, vocabulary)]
    for name in (STATISTICS, LOG_POLICY):
        base = 0.0
        for some, width in sizes:
            told(f"{name}, {some:,} × {width:,}")
            work = subjects(torch, *made(torch, some, width, "float32", device))[name]
            work()
            taken = median(seconds(torch, device, work) for _ in range(3 * ROUNDS))
            each = taken / (some * width)
            base = base or each
            yield Growth(name, some, width, taken, each / base)


# --- what is shown ------------------------------------------------------------------------------


def show(console: Console, found: list[Timing], grown: list[Growth]) -> None:
    """Two tables a kind of numbers."""
    for dtype in dict.fromkeys(each.dtype for each in found):
        some = [each for each in found if each.dtype == dtype]
        table = Table(
            title=f"{some[0].rows:,} rows of {some[0].vocabulary:,} tokens, {dtype}", title_justify="left", box=None
        )
        table.add_column("")
        for head in ("ms", "reads", "bandwidth", "chapter ÷ it", "compiled ÷ it", "faults"):
            table.add_column(head, justify="right")
        for each in some:
            table.add_row(
                each.subject, f"{1e3 * each.seconds:.2f}", f"{each.read:.2f}", f"{each.bandwidth:.0%}",
                f"{each.chapter:.1f}", f"{each.compiled:.1f}", "" if each.faults is None else f"{each.faults:,}",
            )  # fmt: skip
        console.print(table, "")
    table = Table(title="time for each number read, float32, against the first size", title_justify="left", box=None)
    for head in ("", "rows", "tokens", "ms", "share"):
        table.add_column(head, justify="left" if not head else "right")
    for step in grown:
        table.add_row(step.subject, f"{step.rows:,}", f"{step.vocabulary:,}", f"{1e3 * step.seconds:.2f}", f"{step.share:.2f}")
    console.print(table)


def measure(device: str, rows: int, vocabulary: int, dtypes: list[str], console: Console) -> tuple[list[Timing], list[Growth]]:
    """All figures.

    Raises: InvalidProblem, if there is no such device, or no torch.
    """
    on_device([0.0], device)
    import torch

    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def told(what: str) -> None:
            progress.update(task, description=what)

        found = [each for dtype in dtypes for each in timings(torch, device, rows, vocabulary, dtype, told)]
        return found, list(growth(torch, device, rows, vocabulary, told))


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.tokens", description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="cpu", help="cpu, or cuda (default: cpu)")
    parser.add_argument("--rows", type=int, help="default: 64, or 4096 on a CUDA device")
    parser.add_argument("--vocabulary", type=int, default=131_072, help="default: 131072")
    parser.add_argument("--dtype", action="append", help="again for more (default: float32 and bfloat16)")
    parser.add_argument("--json", action="store_true", help="the figures for programs")
    options = parser.parse_args(arguments)
    console = Console(stderr=options.json)
    if not console.is_terminal:
        console.width = _WIDE
    rows = options.rows or (64 if options.device == "cpu" else 4096)
    kept = options.device == "cpu" and keep_freed_memory()
    try:
        found, grown = measure(
            options.device, rows, options.vocabulary, options.dtype or ["float32", "bfloat16"], console
        )
    except (InvalidProblem, RuntimeError, MemoryError) as error:
        if not isinstance(error, InvalidProblem) and not out_of_memory(error):
            raise
        print(f"bench-tokens: --{error}" if isinstance(error, InvalidProblem) else "bench-tokens: --rows: memory ran out", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"timings": [asdict(each) for each in found], "growth": [asdict(each) for each in grown]}))
        return 0
    show(console, found, grown)
    if options.device == "cpu":
        console.print(
            "\nreads: its time over that of reading both inputs. faults: pages that the system supplied in one call"
            + ("; freed memory is kept, so that few are." if kept else ".")
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
