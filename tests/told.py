"""What is said of a row, where it does not matter how much of one that was not read is understood."""

from __future__ import annotations

from symkl.checking.report import Line, Status


def told(line: Line) -> Status:
    """The status of a row; unreadable where it, or a thing in it, was not read (``tests/unit/test_outlines.py``)."""
    return Status.UNREADABLE if line.trouble is not None and line.status is Status.UNKNOWN else line.status
