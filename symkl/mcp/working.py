"""Each question to a tool is answered in a process with limits of time and memory."""

from __future__ import annotations

from functools import partial
from typing import Any

from symkl.mcp.answering import TOOLS, Allowed, Refused
from symkl.working import Stopped, Worker


def worker(allowed: Allowed, seconds: float) -> Worker:
    """A worker that answers for the tools."""
    return Worker(partial(_answered, allowed), seconds)


def answer(worker: Worker, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a tool says. Raises: Refused."""
    try:
        kind, said = worker.ask(tool, arguments)
    except Stopped as stopped:
        raise Refused(f"{tool}: {stopped}; send less at a time") from None
    if kind == "refused":
        raise Refused(said)
    return dict(said)


def _answered(allowed: Allowed, tool: str, arguments: dict[str, Any]) -> tuple[str, Any]:
    try:
        return "answer", TOOLS[tool](allowed, **arguments)
    except Refused as refused:
        return "refused", str(refused)
    except (MemoryError, RecursionError) as error:
        return "refused", f"{tool}: this is too large to be checked ({type(error).__name__}); send less at a time"
    except Exception as error:
        return "refused", f"{tool}: internal error ({type(error).__name__}): this is a bug in symkl, please report it"
