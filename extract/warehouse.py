"""The warehouse file: opened for writing by one process at a time, late and briefly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from filelock import FileLock, Timeout

from extract.settings import Settings

# Seconds to wait for another writer, which holds the warehouse for no longer than a dbt build.
PATIENCE = 600


class WarehouseBusy(RuntimeError):
    """Another process has held the warehouse for longer than we wait."""


@contextmanager
def writing(settings: Settings) -> Iterator[None]:
    """Hold the one place of the writer, also for processes started inside (dbt) and for copying the file.

    A lock file beside the warehouse: DuckDB's own lock does not cover copying, and a lock on the file itself
    would be lost as soon as any handle of this process on it is closed. The lock ends with the process.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.data / "warehouse.lock", timeout=PATIENCE)
    try:
        with lock:
            yield
    except Timeout as error:
        raise WarehouseBusy(
            f"another process has been writing to {settings.warehouse} for {PATIENCE} s: see who holds {lock.lock_file}"
        ) from error


@contextmanager
def connect(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse for a holder of ``writing``, closed at the end."""
    con = duckdb.connect(settings.warehouse)
    try:
        yield con
    finally:
        con.close()
