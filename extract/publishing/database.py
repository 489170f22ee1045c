"""The published DuckDB file: the marts and the knowledge base, as a database of its own.

Not a copy of the warehouse: what analysts do not need (staging, intermediate) stays out, and the file is readable by
older DuckDB clients whatever version the warehouse was written by. Made anew after a full build; after a day's build
the last one with that day's changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extract.publishing.schema import SCHEMA_CHANGES, TABLE
from extract.publishing.versions import Column, Mart
from extract.settings import Settings
from extract.warehouse import STORAGE_VERSION, attach, literal

# The number of STORAGE_VERSION in the header of a file.
NEWEST_STORAGE = 67
SCHEMAS = ("main", "knowledge")
# Of this one those views stay that read nothing but marts, since marts' views read them.
SHARED = "intermediate"
# The day by which a mart is partitioned, the first of these that it has; published by the month of that day.
DAYS = ("published_on", "interval_on", "day", "week_start")
DAY_OF = {"events": "first_seen_at", "articles": "published_on"}


@contextmanager
def attached(settings: Settings, published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the warehouse and writes ``published``, which is the default."""
    with duckdb.connect(config=settings.duckdb) as con:
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
    for (schema,) in con.execute(
        "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'published' AND NOT internal"
    ).fetchall():
        if schema not in (*SCHEMAS, SHARED):
            con.execute(f"DROP SCHEMA {schema} CASCADE")
    for schema, name in tables(con):
        if schema == SHARED:
            con.execute(f'DROP TABLE {schema}."{name}"')
        else:
            con.execute(f'INSERT INTO {schema}."{name}" FROM warehouse.{schema}."{name}"')
    for name in names(con, "view", "published", SHARED):
        try:
            con.execute(f'DESCRIBE {SHARED}."{name}"')
        except duckdb.CatalogException:
            con.execute(f'DROP VIEW {SHARED}."{name}"')
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


@dataclass(frozen=True)
class Changed:
    """A mart that the last build changed, and where its changes are (``dbt_project/macros/changes.sql``)."""

    mart: str
    rows: str
    keys: str

    @property
    def concerned(self) -> str:
        return f"({self.keys}) IN (SELECT ({self.keys}) FROM {self.rows})"


def changed(con: duckdb.DuckDBPyConnection) -> list[Changed]:
    found = con.execute(
        "SELECT comment, table_name FROM duckdb_tables() "
        "WHERE database_name = 'warehouse' AND schema_name = 'changes' AND comment LIKE 'main.%'"
    ).fetchall()
    return [
        Changed(relation.removeprefix("main."), f"warehouse.changes.{name}", ", ".join(keys))
        for (relation, *keys), name in ((comment.split(), name) for comment, name in found)
    ]


def follow(con: duckdb.DuckDBPyConnection) -> None:
    """Make the changes of the last build in a copy of what was published of the build before it."""
    incremental = {c.mart: c for c in changed(con)}
    for name in set(names(con, "table", "warehouse")) & set(names(con, "table", "published")):
        where = f"WHERE {incremental[name].concerned}" if name in incremental else ""
        con.execute(f'DELETE FROM main."{name}" {where}')
        con.execute(f'INSERT INTO main."{name}" FROM warehouse.main."{name}" {where}')
    renew_runs(con)


def marts_after(con: duckdb.DuckDBPyConnection, before: list[Mart]) -> list[Mart]:
    """As ``marts``, of a copy after ``follow``: the checksum of a month's rows is a sum, to which changes add."""
    incremental = {c.mart: c for c in changed(con)}
    known = []
    for mart in before:
        if mart.name in incremental:
            months = {name: (rows, int(total)) for name, rows, total in mart.months}
            came, gone = (
                f"""
                SELECT {month(mart.day_column)} AS month, {sign} AS sign, hash(m)::HUGEINT AS checksum
                FROM (SELECT * EXCLUDE is_new FROM {incremental[mart.name].rows} WHERE is_new = ({sign} = 1)) AS m
                """
                for sign in (1, -1)
            )
            for name, rows, total in con.execute(
                "SELECT month, sum(sign)::BIGINT, sum(sign * checksum)::VARCHAR "
                f"FROM ({came} UNION ALL {gone}) GROUP BY month"
            ).fetchall():
                had, was = months.get(name, (0, 0))
                months[name] = (had + rows, was + int(total))
            left = [(name, rows, str(total)) for name, (rows, total) in months.items() if rows]
            left.sort(key=lambda one: one[0] or "")
            known.append(mart.model_copy(update={"months": left, "rows": sum(rows for _, rows, _ in left)}))
        elif mart.rows is None or mart.name == TABLE:
            known.append(mart)
    return marts(con, known)


def renew_runs(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the marts of runs up to date in a copy whose other marts are as they should be."""
    for name in set(names(con, "view", "warehouse")) & set(names(con, "table", "published")):
        con.execute(f'DELETE FROM main."{name}"')
        con.execute(f'INSERT INTO main."{name}" FROM warehouse.main."{name}"')


def tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'published' ORDER BY ALL"
    ).fetchall()


def names(con: duckdb.DuckDBPyConnection, kind: str, database: str, schema: str = "main") -> list[str]:
    """Views or tables of a schema, in the order in which they were made."""
    found = con.execute(
        f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE database_name = $database AND schema_name = $schema "
        f"AND NOT internal ORDER BY {kind}_oid",
        {"database": database, "schema": schema},
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
