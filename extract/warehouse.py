"""The warehouse file: opened for writing by one process at a time, late and briefly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from filelock import FileLock, Timeout

from extract.errors import Stopped
from extract.settings import Settings

# Seconds to wait for another writer, which holds the warehouse for no longer than a dbt build.
PATIENCE = 600
# What DuckDB says of a file that is not whole.
DAMAGE = ("not a valid DuckDB", "Corrupt database", "could not read enough bytes", "deserialize", "INTERNAL Error")


class WarehouseBusy(Stopped):
    """Another process has held the warehouse for longer than we wait."""


class WarehouseDamaged(Stopped):
    """The warehouse file cannot be read."""


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
    """A connection to the warehouse for a holder of ``writing``, closed at the end.

    Raises WarehouseBusy where a reader holds the file open, WarehouseDamaged where it is not whole.
    """
    try:
        with duckdb.connect(settings.warehouse) as con:
            yield con
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise WarehouseBusy(f"{error}\nEnd that process; readers open {settings.published_warehouse}") from error
        if is_damage(str(error)):
            told = f"{settings.warehouse} is damaged ({error}); run: wirehouse doctor --repair"
            raise WarehouseDamaged(told) from error
        raise


def is_damage(message: str) -> bool:
    return any(words.lower() in message.lower() for words in DAMAGE)
