"""A process that answers questions, and can be ended in the middle of one: a new one follows it."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

MEMORY = 4 << 30
"""Bytes that an answer may take."""


class Stopped(Exception):
    """There is no answer: it took too long, the process ended, or nobody wants it any more."""


class Question:
    """A question that may be taken back: whoever asked is told, and nobody else."""

    def __init__(self) -> None:
        self.wanted = True


class Worker:
    """Answers one question at a time by a function, in a process of its own. ``seconds``: how long one may take.

    Requires: a function that another process can import, or a ``functools.partial`` of one, which raises nothing.
    """

    def __init__(self, function: Callable[..., Any], seconds: float) -> None:
        self._function, self.seconds = function, seconds
        self._lock, self._state = threading.Lock(), threading.Lock()
        self._question: Question | None = None
        self.process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def ask(self, *arguments: Any, question: Question | None = None) -> Any:
        """What the function answers; ``question``: by which it can be taken back. Raises: Stopped."""
        question = question or Question()
        with self._lock:
            try:
                pipe = self._ready()
                with self._state:
                    if not question.wanted:
                        raise Stopped("nobody wants it any more")
                    self._question = question
                pipe.send(arguments)
                if pipe.poll(self.seconds):
                    return pipe.recv()
            except (EOFError, OSError):
                self._end()
                raise Stopped("the process that worked on it ended") from None
            finally:
                with self._state:
                    self._question = None
            self._end()
            raise Stopped(f"it took more than {self.seconds:g} seconds, and was stopped")

    def take_back(self, question: Question) -> None:
        """End the work on a question, or do not begin it; no other question is touched."""
        with self._state:
            question.wanted = False
            if self._question is question and self.process is not None:
                self.process.kill()

    def close(self) -> None:
        """End the process."""
        with self._state:
            if self.process is not None:
                self.process.kill()
        with self._lock:
            self._end()

    def _ready(self) -> Connection:
        if self._pipe is None or self.process is None or not self.process.is_alive():
            self._end()
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self.process = context.Process(target=_work, args=(theirs, self._function), daemon=True)
            self.process.start()
            theirs.close()
        return self._pipe

    def _end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
        if self._pipe is not None:
            self._pipe.close()
        self.process = self._pipe = None


def _work(pipe: Connection, function: Callable[..., Any]) -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin = None  # it belongs to whoever serves
    sys.stdout = sys.stderr  # and so does this
    _limit()
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(function(*pipe.recv()))


def _limit() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
