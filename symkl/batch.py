"""Files in, reports out: find them, read them, check each by itself and all in order.

Whatever one file does, the others are still checked: what goes wrong becomes a located
:class:`~symkl.checking.report.Trouble` of its own report.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from symkl.beside import loader
from symkl.checking.report import Overall, Report, for_readers
from symkl.derivations.loading import is_derivation
from symkl.language.loading import Load, Loaded, forbidden, no_file, nothing
from symkl.language.troubles import Trouble
from symkl.pooling import finished, pool
from symkl.remembering import memory

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

LARGEST = 10_000_000
"""Bytes in a file, at most."""

TIME_LIMIT = 120
"""Seconds that a derivation module may take; documents need none, as their work is counted in steps."""

STDIN = "-"
_PROOFS = frozenset({".md", ".markdown", ".tex", ".ipynb", ".qmd", ".rmd", ".org", ".rst"})
_MODULE = ".py"
_NOT_OURS = frozenset({"node_modules", "site-packages", "__pycache__"})
_ADVICE = "this is a bug in symkl, not in your proof: please report it, with the file"


class Job(NamedTuple):
    """One file to check. ``in_folder``: it was found in a folder, not named itself."""

    path: str
    claim: str | None = None
    budget: int = 60_000
    in_folder: bool = False
    inputs: bool = True
    """Whether what lies beside the file may be put in."""
    second_judge: bool = False
    """Whether Rocq judges what is proved, too."""
    context: tuple[str, ...] = ()
    """Directives that hold before the document begins."""
    cache: str = ""
    """The folder where reports are kept, if there is one."""


class Missing(NamedTuple):
    """A path that cannot be checked at all, and why."""

    path: str
    why: str


def find(
    paths: Sequence[str], left_out: Callable[[str], bool] = lambda path: False
) -> tuple[list[str], list[str], list[Missing]]:
    """The files that ``paths`` name, those found in the folders that they name, and what is missing.

    A folder is searched to its bottom for documents (``.md``, ``.tex``, ``.ipynb``, ...) and derivation modules, in
    the order of the names; hidden folders, installed packages and what is ``left_out`` are passed over. No file comes
    twice.
    """
    named: dict[str, None] = {}
    found: dict[str, None] = {}
    missing: list[Missing] = []
    for path in paths:
        if path == STDIN:
            named[path] = None
        elif os.path.isdir(path):
            shut: list[Missing] = []
            inside = list(_inside(path, left_out, shut))
            missing += shut
            if not inside and not shut:
                missing.append(Missing(path, "no document (.md, .tex, .ipynb, ...) and no derivation in this folder"))
            found.update(dict.fromkeys(inside))
        elif why := _unusable(path):
            missing.append(Missing(path, why))
        else:
            named[path] = None
    return list(named), [path for path in found if path not in named], missing


def _unusable(path: str) -> str:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return "no such file"
    except (OSError, ValueError) as error:
        return _reason(error)
    if kind := no_file(mode):
        return f"this is {kind}, and no document; for what another program writes: symkl check -"
    return "" if os.access(path, os.R_OK) else "no permission to read it"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)


def _inside(folder: str, left_out: Callable[[str], bool], shut: list[Missing]) -> Iterator[str]:
    """The documents in a folder; what of it cannot be read goes to ``shut``."""

    def closed(error: OSError) -> None:
        shut.append(Missing(error.filename or folder, f"this folder cannot be read: {_reason(error)}"))

    for place, folders, names in os.walk(folder, onerror=closed):
        folders[:] = sorted(
            name for name in folders
            if not name.startswith(".") and name not in _NOT_OURS and not left_out(os.path.join(place, name))
        )  # fmt: skip
        for name in sorted(names):
            ending = os.path.splitext(name)[1].lower()
            path = os.path.join(place, name)
            if name.startswith(".") or left_out(path) or not os.path.isfile(path):
                continue
            if ending in _PROOFS or (ending == _MODULE and is_derivation(Path(path))):
                yield path


def check_all(jobs: Sequence[Job], processes: int = 1) -> Iterator[Report | Missing]:
    """The report of each job, in the order of the jobs, each as soon as those before it are there.

    Derivation modules are programs: they run in a process of their own, so that whatever one does, the
    report of every other file is there.
    """
    if min(processes, len(jobs)) <= 1 and not any(_is_program(job) for job in jobs):
        yield from map(check, jobs)
        return
    processes = max(1, min(processes, len(jobs)))
    yield from (_with_processes if any(_is_program(job) for job in jobs) else _documents)(jobs, processes)


def _is_program(job: Job) -> bool:
    return job.path.endswith(_MODULE)


_PANDOC = "convert it: pandoc -t markdown FILE -o FILE.md"
_STRANGERS = {
    ".pdf": ("a PDF file", "check the document that it was made from"),
    ".docx": ("a Word document", _PANDOC),
    ".odt": ("an OpenDocument text", _PANDOC),
    ".epub": ("an EPUB book", _PANDOC),
    ".rtf": ("a text in RTF", _PANDOC),
    ".adoc": ("an AsciiDoc text", "convert it: asciidoctor FILE, and check the HTML"),
    ".lyx": ("a LyX document", "export it to LaTeX: lyx --export latex FILE"),
    ".typ": ("a Typst document", "convert it: pandoc -f typst -t markdown FILE -o FILE.md"),
    ".nb": ("a Mathematica notebook", "save it as TeX"),
    ".mw": ("a Maple worksheet", "export it to LaTeX"),
    ".tm": ("a TeXmacs document", "export it to LaTeX"),
}
"""Files that hold formulas and are not read, with what to do."""


def check(job: Job) -> Report | Missing:
    """Read and check one file. Never raises because of what is in it. Certificates stay in the process they are of."""
    if job.cache and not job.second_judge and not _is_program(job):
        return _remembered(job)
    report = certified(job)
    if isinstance(report, Missing):
        return report
    if job.second_judge:
        from symkl.rocq.judging import rechecked

        report = rechecked(report)
    return for_readers(report)


def _remembered(job: Job) -> Report | Missing:
    """The report that is kept of the file's text; or a new one, which is kept unless other files had a part in it."""
    text = _document(job)
    if not isinstance(text, str):
        return text
    kept, options = memory(job.cache), (job.claim or "", str(job.budget), str(job.inputs), *job.context)
    if (found := kept.of(text, options)) is not None:
        return replace(found, file=_name(job))
    asked: list[str] = []
    load = _load(job)

    def seen(name: str, ending: str) -> Loaded:
        asked.append(name)
        return load(name, ending)

    report = for_readers(checked(text, job, seen))
    if not asked:
        kept.keep(text, options, report)
    return report


def certified(job: Job) -> Report | Missing:
    """The same with the certificates of what is proved."""
    if _name(job).endswith(_MODULE):
        return _check_module(job)
    text = _document(job)
    return checked(text, job) if isinstance(text, str) else text


def _name(job: Job) -> str:
    return "<stdin>" if job.path == STDIN else job.path


def _document(job: Job) -> str | Report | Missing:
    """The text of a document, or why there is none."""
    file = _name(job)
    if known := _STRANGERS.get(os.path.splitext(file)[1].lower()):
        return _unreadable(file, Trouble(1, 1, 1, "", f"this is {known[0]}, which is not read", known[0],
                                         "Markdown, LaTeX, a notebook, Org, RST, HTML", known[1]))  # fmt: skip
    try:
        data = _read(job.path)
    except (OSError, ValueError) as error:
        return Missing(job.path, _reason(error))
    if len(data) > LARGEST:
        return _unreadable(file, Trouble(
            1, 1, 1, "", f"this file is larger than {LARGEST // 10**6} MB, and was not read",
            f"more than {LARGEST:,} bytes", "a text that people write", "check its parts one by one"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A byte order mark is counted by neither side.
        skipped = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        return _unreadable(file, _undecodable(data[skipped:], error.start, error))
    return _with_plain_ends(text)


def checked(text: str, job: Job, load: Load | None = None) -> Report:
    """The report of a text in the place of a job's file. Never raises because of what is in it."""
    file = _name(job)
    try:
        from symkl.checking.document import check_text

        return check_text(text, file, claim=job.claim, budget=job.budget, load=load or _load(job), context=job.context)
    except Exception as error:  # one bad file must not lose the others
        return _unreadable(file, _internal(error))


def text_of(data: bytes) -> str | None:
    """The text of a file as it is checked; None where it is none."""
    try:
        return _with_plain_ends(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _load(job: Job) -> Load:
    if not job.inputs:
        return forbidden
    return nothing if job.path == STDIN else loader(job.path)


def _check_module(job: Job) -> Report | Missing:
    """Run a derivation module and report on the derivation it makes."""
    from symkl.derivations.loading import Broken, load

    path = Path(job.path)
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        return Missing(job.path, _reason(error))
    try:
        derivation = load(path)
        from symkl.derivations.derivation import check as check_derivation

        return replace(check_derivation(derivation, budget=job.budget), file=job.path)
    except Broken as broken:
        excerpt = lines[broken.line - 1] if 0 < broken.line <= len(lines) else ""
        column = len(excerpt) - len(excerpt.lstrip()) + 1
        width = max(1, len(excerpt.strip()))
        return _unreadable(job.path, Trouble(
            broken.line, column, width, excerpt, broken.message, broken.found, "", broken.advice))  # fmt: skip
    except Exception as error:
        return _unreadable(job.path, _internal(error))


def _read(path: str) -> bytes:
    """The bytes of the file, or one more than is allowed."""
    if path == STDIN:
        if sys.stdin is None:
            raise OSError("standard input is closed")
        return sys.stdin.buffer.read(LARGEST + 1)
    with open(path, "rb") as stream:
        return stream.read(LARGEST + 1)


def _unreadable(file: str, trouble: Trouble) -> Report:
    return Report(file, Overall.UNREADABLE, None, (), troubles=(trouble,))


def _undecodable(data: bytes, start: int, error: UnicodeDecodeError) -> Trouble:
    line_start = data.rfind(b"\n", 0, start) + 1
    line_stop = data.find(b"\n", start)
    line = data[line_start : line_stop if line_stop >= 0 else len(data)]
    before = line[: start - line_start].decode("utf-8")
    utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return Trouble(
        line=data.count(b"\n", 0, start) + 1,
        column=len(before) + 1,
        width=1,
        excerpt=before + line[start - line_start :].decode("utf-8", "replace"),
        message="this file is not UTF-8 text",
        found=f"the byte 0x{data[start]:02x}" + (" (the file looks like UTF-16)" if utf_16 else ""),
        expected="text in the encoding UTF-8",
        advice="save the file again as UTF-8",
    )


def _internal(error: BaseException) -> Trouble:
    """Where in symkl it happened is all a maintainer needs first; a reader is spared the rest."""
    import traceback

    ours = Path(__file__).parent
    frames = [
        f"{Path(frame.filename).relative_to(ours.parent).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__, limit=-200)
        if Path(frame.filename).is_relative_to(ours)
    ]
    place = f" at {frames[-1]}" if frames else ""
    said = str(error)
    said = f": {said[:200]}{'…' if len(said) > 200 else ''}" if said else ""
    return Trouble(
        1, 1, 1, "", "internal error: symkl failed on this file",
        f"{type(error).__name__}{place}{said}", "", _ADVICE)  # fmt: skip


# --- several processes --------------------------------------------------------------------------


def _documents(jobs: Sequence[Job], processes: int) -> Iterator[Report | Missing]:
    """The reports in order, of documents alone: they come as they are done, and wait for those before them."""
    there: dict[int, Report | Missing] = {}
    told = 0
    with pool(processes) as workers:
        for place, _, report in finished(jobs, check, lambda job, error: lost(job.path, error), workers):
            there[place] = report
            while told in there:
                yield there.pop(told)
                told += 1


def _with_processes(jobs: Sequence[Job], processes: int) -> Iterator[Report | Missing]:
    from concurrent.futures.process import BrokenProcessPool

    workers = pool(processes)
    try:
        futures: list[Future[Report | Missing]] = [workers.submit(check, job) for job in jobs]
        for job, future in zip(jobs, futures, strict=True):
            try:
                yield future.result(TIME_LIMIT if _is_program(job) else None)
            except TimeoutError:
                _kill(workers)
                yield _too_slow(job)
            except BrokenProcessPool:
                # A process died and took the whole pool with it. Which file did it? Each that is
                # still open gets a process of its own, so only the guilty one is lost.
                yield _alone(job)
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


def lost(file: str, error: BaseException) -> Report:
    """The report of what its process did not survive, or could not give back."""
    from concurrent.futures.process import BrokenProcessPool

    if isinstance(error, BrokenProcessPool):
        return _unreadable(file, Trouble(
            1, 1, 1, "", "the process that checked it ended before it was done", "no report", "",
            "it may have run out of memory: check it by itself, with a smaller budget; please report it"))  # fmt: skip
    return _unreadable(file, _internal(error))


def _alone(job: Job) -> Report | Missing:
    from concurrent.futures.process import BrokenProcessPool

    with pool(1) as one:
        try:
            return one.submit(check, job).result(TIME_LIMIT if _is_program(job) else None)
        except TimeoutError:
            _kill(one)
            return _too_slow(job)
        except BrokenProcessPool as error:
            if _is_program(job):
                return _unreadable(job.path, Trouble(
                    1, 1, 1, "", "this module ended the process that ran it", "no derivation", "",
                    "end it with: derivation = page.derivation()"))  # fmt: skip
            return lost(job.path, error)


def _kill(pool: ProcessPoolExecutor) -> None:
    """End a worker that does not end by itself; the executor has no word for that."""
    for process in list(pool._processes.values()):
        process.kill()


def _too_slow(job: Job) -> Report:
    return _unreadable(job.path, Trouble(
        1, 1, 1, "", f"this module ran for more than {TIME_LIMIT} seconds, and was stopped", "no derivation yet", "",
        "run it by itself: python " + job.path))  # fmt: skip
