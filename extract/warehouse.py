"""The warehouse: a DuckDB file, DuckLake or MotherDuck, written by one process at a time, late and briefly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import duckdb
from filelock import FileLock, Timeout

from extract.errors import Stopped
from extract.settings import Settings

# Seconds to wait for another writer, which holds the warehouse for no longer than a dbt build.
PATIENCE = 600
# What a new file is written in: DuckDB 1.4 and everything later reads it, and long texts take a third of the room.
STORAGE_VERSION = "v1.4.0"
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
    would be lost as soon as any handle of this process on it is closed. The lock ends with the process. It binds the
    processes of one machine; tasks on several are kept apart by the Airflow pool ``warehouse``.
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
    """A connection to the warehouse, its default catalogue, for a holder of ``writing``; closed at the end.

    Raises WarehouseBusy where a reader holds the file open, WarehouseDamaged where it is not whole.
    """
    try:
        with closing(duckdb.connect()) as con:
            attach(con, settings)
            con.execute("USE warehouse")
            try:
                yield con
            except BaseException:
                # Closing rolls back too, but where the catalogue of a lake has gone it ends the whole process.
                with suppress(duckdb.Error):
                    con.execute("ROLLBACK")
                raise
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise WarehouseBusy(f"{error}\nEnd that process; readers open {settings.published_warehouse}") from error
        if is_damage(str(error)):
            told = f"{settings.warehouse} is damaged ({error}); run: wirehouse doctor --repair"
            raise WarehouseDamaged(told) from error
        if settings.target == "ducklake":
            from extract import lake

            lake.refuse_lost(error)
        raise


def is_damage(message: str) -> bool:
    return any(words.lower() in message.lower() for words in DAMAGE)


def attach(con: duckdb.DuckDBPyConnection, settings: Settings, *, read_only: bool = False) -> None:
    """Attach the warehouse to a connection, as the catalogue ``warehouse`` whatever it is."""
    # What does not fit into memory is written beside the warehouse, as by dbt.
    con.execute(f"SET GLOBAL temp_directory = {literal(settings.spill)}")
    if settings.target == "local" and not read_only and not settings.warehouse.exists():
        # DuckDB writes the headers of a new file one by one: a kill between them would leave what is no database.
        new = settings.warehouse.with_suffix(".new")
        new.unlink(missing_ok=True)
        duckdb.connect(new, config={"storage_compatibility_version": STORAGE_VERSION}).close()
        new.rename(settings.warehouse)
    if settings.target == "ducklake":
        from extract import lake

        lake.attach(con, settings.catalog, settings.lake_files, read_only=read_only)
    else:
        # MotherDuck gives a database no other name than its own.
        what = f"{literal(str(settings.warehouse))} AS warehouse" if settings.target == "local" else "'md:warehouse'"
        con.execute(f"ATTACH {what} {'(READ_ONLY)' if read_only else ''}")


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
