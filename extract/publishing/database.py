"""The published DuckDB file: the marts and the knowledge base, as a database of its own.

Written anew rather than copied: what analysts do not need (staging, intermediate) stays out, and the file is readable
by older DuckDB clients whatever version the warehouse was written by.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from extract.publishing.schema import SCHEMA_CHANGES
from extract.publishing.versions import Column, Mart
from extract.settings import Settings
from extract.warehouse import attach, literal

# What DuckDB 1.4 and everything later reads; see docs/publishing.md.
STORAGE_VERSION = "v1.4.0"
# The number of that format in the header of a file.
NEWEST_STORAGE = 67
SCHEMAS = ("main", "knowledge")
INTERNAL = ("staging", "intermediate")
# The day by which a mart is partitioned, the first of these that it has; published by the month of that day.
DAYS = ("published_on", "interval_on", "day", "week_start")
DAY_OF = {"events": "first_seen_at", "articles": "published_on"}


@contextmanager
def attached(settings: Settings, published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the warehouse and writes ``published``, which is the default."""
    with duckdb.connect() as con:
        attach(con, settings, read_only=True)
        con.execute(f"ATTACH {literal(str(published))} AS published (STORAGE_VERSION '{STORAGE_VERSION}')")
        con.execute("USE published")
        yield con
        con.execute("CHECKPOINT published")
        con.execute("USE memory")
        con.execute("DETACH published")


def copy(con: duckdb.DuckDBPyConnection, manifest: Path) -> None:
    """Copy marts and knowledge base with their constraints, comments, views and macros.

    A view on what is not published (the marts of runs, which are views of staging) becomes a table. ``manifest`` is
    dbt's, of the build: what it describes and the warehouse keeps no comment on (DuckLake: views) is commented on.
    """
    con.execute("COPY FROM DATABASE warehouse TO published (SCHEMA)")
    for schema in INTERNAL:
        con.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    for schema, name in con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'published' ORDER BY ALL"
    ).fetchall():
        con.execute(f'INSERT INTO {schema}."{name}" FROM warehouse.{schema}."{name}"')
    for name in names(con, "view", "published"):
        try:
            con.execute(f'DESCRIBE main."{name}"')
        except duckdb.CatalogException:
            become_table(con, name)
    describe(con, manifest)
    con.execute(SCHEMA_CHANGES)


def become_table(con: duckdb.DuckDBPyConnection, name: str) -> None:
    comments = con.execute(
        """
        SELECT comment FROM duckdb_views()
        WHERE database_name = 'warehouse' AND schema_name = 'main' AND view_name = $name AND comment NOT NULL
        """,
        {"name": name},
    ).fetchall()
    columns = con.execute(
        """
        SELECT column_name, comment FROM duckdb_columns()
        WHERE database_name = 'warehouse' AND schema_name = 'main' AND table_name = $name AND comment NOT NULL
        """,
        {"name": name},
    ).fetchall()
    con.execute(f'DROP VIEW main."{name}"')
    con.execute(f'CREATE TABLE main."{name}" AS FROM warehouse.main."{name}"')
    for (comment,) in comments:
        con.execute(f'COMMENT ON TABLE main."{name}" IS {literal(comment)}')
    for column, comment in columns:
        con.execute(f'COMMENT ON COLUMN main."{name}"."{column}" IS {literal(comment)}')


def describe(con: duckdb.DuckDBPyConnection, manifest: Path) -> None:
    """Comment on what has no comment in ``main``, as the dbt models say."""
    bare = con.execute(
        """
        SELECT 'TABLE', table_name, NULL FROM duckdb_tables()
            WHERE database_name = 'published' AND schema_name = 'main' AND comment IS NULL
        UNION ALL SELECT 'VIEW', view_name, NULL FROM duckdb_views()
            WHERE database_name = 'published' AND schema_name = 'main' AND comment IS NULL
        UNION ALL SELECT 'MACRO TABLE', function_name, NULL FROM duckdb_functions()
            WHERE database_name = 'published' AND schema_name = 'main' AND comment IS NULL
        UNION ALL SELECT 'COLUMN', table_name, column_name FROM duckdb_columns()
            WHERE database_name = 'published' AND schema_name = 'main' AND comment IS NULL
        """
    ).fetchall()
    if not bare or not manifest.exists():
        return
    nodes = json.loads(manifest.read_text())["nodes"].values()
    models = {n["alias"]: n for n in nodes if n["resource_type"] == "model" and n["schema"] == "main"}
    for kind, name, column in bare:
        about = models.get(name, {})
        about = about.get("columns", {}).get(column, {}) if column else about
        if about.get("description"):
            what = f'"{name}"."{column}"' if column else f'"{name}"'
            con.execute(f"COMMENT ON {kind} main.{what} IS {literal(about['description'])}")


def renew_runs(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the marts of runs up to date in a copy whose other marts are as they should be."""
    for name in set(names(con, "view", "warehouse")) & set(names(con, "table", "published")):
        con.execute(f'DELETE FROM main."{name}"')
        con.execute(f'INSERT INTO main."{name}" FROM warehouse.main."{name}"')


def names(con: duckdb.DuckDBPyConnection, kind: str, database: str) -> list[str]:
    """Views or tables of the schema ``main``, in the order in which they were made."""
    found = con.execute(
        f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE database_name = $database AND schema_name = 'main' "
        f"AND NOT internal ORDER BY {kind}_oid",
        {"database": database},
    )
    return [name for (name,) in found.fetchall()]


def marts(con: duckdb.DuckDBPyConnection, known: list[Mart]) -> list[Mart]:
    """Every mart and view that was published, with its columns, and for a mart a checksum of its rows by month.

    What is ``known`` is not read again, but for the marts of runs.
    """
    of_runs, tables = set(names(con, "view", "warehouse")), set(names(con, "table", "published"))
    described = {mart.name: mart for mart in known if not mart.is_of_runs}
    for name in sorted((tables | set(names(con, "view", "published"))) - described.keys()):
        columns = [
            Column(name=column, type=type, nullable=nullable == "YES")
            for column, type, nullable, *_ in con.execute(f'DESCRIBE main."{name}"').fetchall()
        ]
        mart = described[name] = Mart(name=name, columns=columns, is_of_runs=name in of_runs & tables)
        if name in tables:
            mart.day_column = day_column(name, columns)
            mart.months = con.execute(
                f"""
                SELECT {month(mart.day_column)} AS month, count(*), sum(hash(m))::VARCHAR
                FROM main."{name}" AS m GROUP BY month ORDER BY month NULLS FIRST
                """
            ).fetchall()
            mart.rows = sum(rows for _, rows, _ in mart.months)
    return [described[name] for name in sorted(described)]


def day_column(name: str, columns: list[Column]) -> str | None:
    present = {c.name for c in columns}
    if name in DAY_OF:
        return DAY_OF[name]
    return next((d for d in DAYS if d in present), None)


def month(day: str | None) -> str:
    return f"strftime(\"{day}\", '%Y-%m')" if day else "NULL::VARCHAR"


def storage_version(path: Path) -> int:
    """Number of the storage format, from the header of a DuckDB file; raises ValueError where it is none."""
    with path.open("rb") as file:
        header = file.read(20)
    if header[8:12] != b"DUCK":
        raise ValueError(f"{path} is no DuckDB file")
    return int.from_bytes(header[12:20], "little")
