"""A process that answers, within limits of time and memory: what takes too long is ended, and a new one follows it."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from symkl.mcp.answering import TOOLS, Allowed, Refused

MEMORY = 4 << 30
"""Bytes that an answer may take."""


class Worker:
    """Answers one question at a time. ``seconds``: how long one may take."""

    def __init__(self, allowed: Allowed, seconds: float) -> None:
        self._allowed, self._seconds = allowed, seconds
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def answer(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What a tool says. Raises: Refused."""
        with self._lock:
            pipe = self._ready()
            try:
                pipe.send((tool, arguments))
                if not pipe.poll(self._seconds):
                    self.close()
                    why = f"it took more than {self._seconds:g} seconds, and was stopped; send less at a time"
                    raise Refused(f"{tool}: {why}")
                kind, said = pipe.recv()
            except (EOFError, OSError):
                self.close()
                raise Refused(f"{tool}: the process that worked on it ended; send less at a time") from None
        if kind == "refused":
            raise Refused(said)
        return dict(said)

    def _ready(self) -> Connection:
        if self._pipe is None or self._process is None or not self._process.is_alive():
            self.close()
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_work, args=(theirs, self._allowed), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


def _work(pipe: Connection, allowed: Allowed) -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin = None  # which belongs to the protocol
    sys.stdout = sys.stderr  # and so does this
    _limit()
    with contextlib.suppress(EOFError, OSError):
        while True:
            tool, arguments = pipe.recv()
            pipe.send(_answered(allowed, tool, arguments))


def _limit() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _answered(allowed: Allowed, tool: str, arguments: dict[str, Any]) -> tuple[str, Any]:
    try:
        return "answer", TOOLS[tool](allowed, **arguments)
    except Refused as refused:
        return "refused", str(refused)
    except (MemoryError, RecursionError) as error:
        return "refused", f"{tool}: this is too large to be checked ({type(error).__name__}); send less at a time"
    except Exception as error:
        return "refused", f"{tool}: internal error ({type(error).__name__}): this is a bug in symkl, please report it"
