"""Errors that stop a run and are told to whoever runs it as they are, without a traceback."""

from __future__ import annotations


class Stopped(RuntimeError):
    """A run cannot go on; the message says why and how to mend it."""
