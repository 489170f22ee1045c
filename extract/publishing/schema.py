"""The changelog of the published schema: what changed in which version, and whether it breaks a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from extract.publishing.versions import Column, Mart

TABLE = "schema_changes"
SCHEMA_CHANGES = """
CREATE TABLE main.schema_changes (
    model VARCHAR NOT NULL,
    column_name VARCHAR,
    change VARCHAR NOT NULL,
    old VARCHAR,
    new VARCHAR,
    is_breaking BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    changed_on DATE NOT NULL
);
COMMENT ON TABLE main.schema_changes IS 'One row per change of the published schema since its first version.';
COMMENT ON COLUMN main.schema_changes.model IS 'mart or view';
COMMENT ON COLUMN main.schema_changes.column_name IS 'column; null where the whole mart was added or removed';
COMMENT ON COLUMN main.schema_changes.change IS 'added, removed, type or nullability';
COMMENT ON COLUMN main.schema_changes.old IS 'type before, with NOT NULL where it held; null where it was added';
COMMENT ON COLUMN main.schema_changes.new IS 'type after, likewise; null where it was removed';
COMMENT ON COLUMN main.schema_changes.is_breaking IS
'whether a query on the old schema may fail or mislead: something removed, a type that is not wider, nulls allowed';
COMMENT ON COLUMN main.schema_changes.version IS 'first version of the published marts with the change';
COMMENT ON COLUMN main.schema_changes.changed_on IS 'day on which that version was published, UTC';
"""
# A type that holds every value of another, as DuckDB casts it by itself.
WIDER = {
    ("TINYINT", "SMALLINT"),
    ("TINYINT", "INTEGER"),
    ("TINYINT", "BIGINT"),
    ("SMALLINT", "INTEGER"),
    ("SMALLINT", "BIGINT"),
    ("INTEGER", "BIGINT"),
    ("INTEGER", "DOUBLE"),
    ("FLOAT", "DOUBLE"),
}


@dataclass(frozen=True)
class Change:
    model: str
    column_name: str | None
    change: str
    old: str | None
    new: str | None
    is_breaking: bool


def changes(before: list[Mart], after: list[Mart]) -> list[Change]:
    """What changed from one published schema to the next, in the order of models and columns."""
    return sorted(compare(before, after), key=lambda c: (c.model, c.column_name or ""))


def compare(before: list[Mart], after: list[Mart]) -> Iterator[Change]:
    old, new = ({m.name: {c.name: c for c in m.columns} for m in marts if m.name != TABLE} for marts in (before, after))
    for model in old.keys() - new.keys():
        yield Change(model, None, "removed", "model", None, True)
    for model in new.keys() - old.keys():
        yield Change(model, None, "added", None, "model", False)
    for model in old.keys() & new.keys():
        for name in old[model].keys() - new[model].keys():
            yield Change(model, name, "removed", written(old[model][name]), None, True)
        for name in new[model].keys() - old[model].keys():
            yield Change(model, name, "added", None, written(new[model][name]), False)
        for name in old[model].keys() & new[model].keys():
            was, now = old[model][name], new[model][name]
            if was.type != now.type:
                breaking = (was.type, now.type) not in WIDER
                yield Change(model, name, "type", written(was), written(now), breaking)
            elif was.nullable != now.nullable:
                yield Change(model, name, "nullability", written(was), written(now), now.nullable)


def written(column: Column) -> str:
    return column.type if column.nullable else f"{column.type} NOT NULL"


def carry(con: duckdb.DuckDBPyConnection, previous: Path) -> None:
    """Take over the changelog of the last version."""
    con.execute(f"ATTACH '{str(previous).replace(chr(39), chr(39) * 2)}' AS previous (READ_ONLY)")
    con.execute("INSERT INTO main.schema_changes FROM previous.main.schema_changes")
    con.execute("DETACH previous")


def record(con: duckdb.DuckDBPyConnection, found: list[Change], version: int, day: date) -> None:
    for c in found:
        con.execute(
            "INSERT INTO main.schema_changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [c.model, c.column_name, c.change, c.old, c.new, c.is_breaking, version, day],
        )
