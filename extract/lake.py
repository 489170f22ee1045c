"""DuckLake as the warehouse: its catalogue in PostgreSQL, its rows as Parquet files on disk or on an object store.

For connections of ours and, as a plugin of dbt-duckdb, for dbt's. Its extensions come as Python packages (the extra
``scale``), so nothing is downloaded when it runs; credentials come from the environment (``AWS_...``, ``PG...``).
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from extract.errors import Stopped
from extract.warehouse import literal

EXTENSIONS = ("httpfs", "aws", "postgres_scanner", "ducklake")
# Name of the catalogue in a connection: that of the local file, warehouse.duckdb, so that SQL is the same on both.
WAREHOUSE = "warehouse"
HTTP_RETRIES = 8
# What PostgreSQL's client says of a server that has stopped.
LOST = ("server closed the connection", "terminating connection", "no connection to the server", "Connection refused")
# Longer than any query that may still read a snapshot.
KEPT = "1 hour"


class LakeUnreachable(Stopped):
    """The catalogue or its files cannot be reached; the message says why and what to do."""


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Load the extensions into a connection and tell it where S3 is and who asks."""
    if find_spec("duckdb_extensions") is None:
        raise LakeUnreachable("the extensions of DuckDB are not installed, install wirehouse[scale]")
    from duckdb_extensions import import_extension

    for name in EXTENSIONS:
        import_extension(name, con=con)
        con.load_extension(name)
    con.execute(f"SET GLOBAL http_retries = {HTTP_RETRIES}")
    options = {"TYPE": "s3", "PROVIDER": "credential_chain", "VALIDATION": "none"}
    if endpoint := os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"):
        url = urlsplit(endpoint)
        options |= {"ENDPOINT": url.netloc, "URL_STYLE": "path", "USE_SSL": str(url.scheme == "https").lower()}
    con.execute(f"CREATE OR REPLACE SECRET store ({', '.join(f'{k} {literal(v)}' for k, v in options.items())})")


def attach(con: duckdb.DuckDBPyConnection, catalog: str, files: str, *, read_only: bool = False) -> None:
    """Attach the lake as ``warehouse``; where there is none it is made. Raises LakeUnreachable."""
    prepare(con)
    options = ["READ_ONLY"] if read_only else [f"DATA_PATH {literal(files.rstrip('/') + '/')}"]
    try:
        con.execute(f"ATTACH {literal('ducklake:' + catalog)} AS {WAREHOUSE} ({', '.join(options)})")
    except duckdb.Error as error:
        raise LakeUnreachable(
            f"the catalogue {catalog} cannot be opened: see WIREHOUSE_CATALOG, PGHOST, PGPORT, PGUSER, PGPASSWORD and "
            f"that the database exists ({error})"
        ) from error


def refuse_lost(error: duckdb.Error) -> None:
    """Raise LakeUnreachable where the error is that of a catalogue which has gone in the middle of its work."""
    if any(words in str(error) for words in LOST):
        raise LakeUnreachable(
            "the catalogue went away, and nothing of what was being written is kept: see that PostgreSQL is up, then "
            f"run again ({str(error).splitlines()[0]})"
        ) from error


def tidy(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what only former snapshots need and join small files: readers have what is published, and look at none."""
    for option in ("expire_older_than", "delete_older_than"):
        con.execute(f"CALL {WAREHOUSE}.set_option('{option}', '{KEPT}')")
    con.execute(f"CHECKPOINT {WAREHOUSE}")


class Plugin(BasePlugin):
    """Makes dbt's connections those of ``prepare``, with the lake as the default catalogue (``profiles.yml``)."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        prepare(conn)

    def configure_cursor(self, cursor: Any) -> None:
        cursor.execute(f"USE {WAREHOUSE}")
