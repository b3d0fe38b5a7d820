"""What is not exported, and why."""

from __future__ import annotations


class NotExported(Exception):
    """A row of which no theorem is made; the message says why, for a reader."""
