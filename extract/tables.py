"""From records to tables: Parquet schemas, DuckDB tables and rows, all derived from ``extract.records``."""

from __future__ import annotations

import dataclasses
import hashlib
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from extract import records
from extract.errors import Stopped
from extract.store import replacing
from extract.warehouse import literal

ARROW = {
    str: pa.string(),
    int: pa.int32(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us"),
}
SQL = {
    pa.string(): "VARCHAR",
    pa.int32(): "INTEGER",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
}


class BrokenFile(Stopped):
    """A file of ours that does not hold what was written."""


@dataclasses.dataclass(frozen=True)
class Table:
    """A staging table: its columns come from records, its key is what load deletes and inserts by."""

    name: str
    schema: pa.Schema
    key: tuple[str, ...]

    def create_sql(self) -> str:
        columns = ",\n  ".join(f'"{f.name}" {sql_type(f.type)}{"" if f.nullable else " NOT NULL"}' for f in self.schema)
        return f"CREATE TABLE IF NOT EXISTS staging.{self.name} (\n  {columns}\n)"

    def arrow(self, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
        """Rows as an Arrow table of exactly this schema; raises on a missing or unknown column."""
        rows = list(rows)
        for row in rows:
            if row.keys() != set(self.schema.names):
                raise ValueError(f"{self.name}: columns {sorted(row.keys() ^ set(self.schema.names))} do not fit")
        return pa.Table.from_pylist(rows, schema=self.schema)

    def write(self, path: UPath, rows: Iterable[Mapping[str, Any]]) -> int:
        """Write rows to a Parquet file, which is there whole or not at all; returns the number of rows."""
        table = self.arrow(rows)
        with replacing(path) as file:
            pq.write_table(table, file, compression="zstd", write_page_checksum=True)
        return table.num_rows


def read_parquet(file: UPath, columns: list[str] | None = None) -> pa.Table:
    """One Parquet file as a table of its own columns, or of those of ``columns`` that it has.

    Raises BrokenFile where the content is cut off or changed, OSError where the file cannot be had.
    """
    data = file.read_bytes()
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        # Without threads, which a machine that is short of memory cannot start: that would look like damage.
        return parquet.read(columns=columns, use_threads=False)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise BrokenFile(f"{file} is damaged ({error}); run: wirehouse doctor --repair") from error


def sql_type(arrow_type: pa.DataType) -> str:
    if pa.types.is_list(arrow_type):
        return sql_type(arrow_type.value_type) + "[]"
    return SQL[arrow_type]


def field(name: str, annotation: Any) -> pa.Field:
    """Arrow field of an annotation such as ``Annotated[str | None, "comment"]`` or ``list[list[int]]``."""
    comment = ""
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, comment = typing.get_args(annotation)
    nullable = False
    if isinstance(annotation, types.UnionType):
        nullable = True
        annotation = next(a for a in typing.get_args(annotation) if a is not type(None))
    return pa.field(name, arrow_type(annotation), nullable, {"comment": comment} if comment else None)


def arrow_type(annotation: Any) -> pa.DataType:
    origin = typing.get_origin(annotation)
    if origin is list:
        return pa.list_(arrow_type(typing.get_args(annotation)[0]))
    if origin is typing.Literal:
        return pa.string()
    return ARROW[annotation]


def fields(record: type, *, without: tuple[str, ...] = ()) -> list[pa.Field]:
    hints = typing.get_type_hints(record, include_extras=True)
    return [field(f.name, hints[f.name]) for f in dataclasses.fields(record) if f.name not in without]


def text(name: str, comment: str, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, pa.string(), nullable, {"comment": comment})


EVIDENCE = fields(records.Evidence)

# What the extraction of one article revision leaves; load replaces them together.
EXTRACTED = [
    Table("documents", pa.schema(fields(records.Document)), ("article_id", "revision")),
    Table(
        "mentions",
        pa.schema([text("mention_id", "hash of article, revision and offsets"), *EVIDENCE, *fields(records.Mention)]),
        ("article_id", "revision"),
    ),
    Table(
        "quotes",
        pa.schema(
            [
                text("quote_id", "hash of article, revision, spans and cue"),
                *EVIDENCE,
                text("speaker_mention_id", "mention of the speaker, where it is one", nullable=True),
                *fields(records.Quote),
            ]
        ),
        ("article_id", "revision"),
    ),
    Table(
        "events",
        pa.schema(
            [
                text("event_mention_id", "hash of article, revision, type and trigger"),
                *EVIDENCE,
                *fields(records.Event, without=("participants",)),
            ]
        ),
        ("article_id", "revision"),
    ),
    Table(
        "participants",
        pa.schema(
            [
                text("event_mention_id", "event mention taken part in"),
                *EVIDENCE,
                text("mention_id", "mention of the participant, where it is one", nullable=True),
                *fields(records.Participant),
            ]
        ),
        ("article_id", "revision"),
    ),
]
ARTICLES = Table("articles", pa.schema(fields(records.Article)), ("record_id",))
OUTCOMES = Table("outcomes", pa.schema(fields(records.Outcome)), ("outcome_id",))
SOURCES = Table("sources", pa.schema(fields(records.Source)), ("source_id",))
TOPICS = Table(
    "topics",
    pa.schema(
        [
            text("topic_id", "key of the topic"),
            text("name", "name of the topic"),
            text("description", "what the topic covers"),
        ]
    ),
    ("topic_id",),
)
CHANGED_ARTICLES = Table(
    "changed_articles", pa.schema([text("article_id", "article loaded since the last build")]), ("article_id",)
)
TABLES = {t.name: t for t in [SOURCES, TOPICS, ARTICLES, OUTCOMES, *EXTRACTED, CHANGED_ARTICLES]}


def create_staging(con: duckdb.DuckDBPyConnection) -> None:
    """Create the schema ``staging`` and its tables where they are missing, with their comments."""
    con.execute("CREATE SCHEMA IF NOT EXISTS staging")
    present = {
        name
        for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'staging'").fetchall()
    }
    for table in TABLES.values():
        if table.name in present:
            for f in table.schema:  # a column added to a record since the table was made
                con.execute(f'ALTER TABLE staging.{table.name} ADD COLUMN IF NOT EXISTS "{f.name}" {sql_type(f.type)}')
            continue
        con.execute(table.create_sql())
        for f in table.schema:
            if comment := (f.metadata or {}).get(b"comment"):
                con.execute(f'COMMENT ON COLUMN staging.{table.name}."{f.name}" IS {literal(comment.decode())}')


def delete_rows(con: duckdb.DuckDBPyConnection, table: Table, keys: pa.Table) -> None:
    """Delete the rows of a staging table whose key stands in ``keys``."""
    con.register("doomed", keys)
    match = " AND ".join(f't."{k}" = doomed."{k}"' for k in table.key)
    con.execute(f"DELETE FROM staging.{table.name} AS t WHERE EXISTS (SELECT 1 FROM doomed WHERE {match})")
    con.unregister("doomed")


def insert_rows(con: duckdb.DuckDBPyConnection, table: Table, rows: pa.Table) -> None:
    con.register("incoming", rows)
    con.execute(f"INSERT INTO staging.{table.name} BY NAME SELECT * FROM incoming")
    con.unregister("incoming")


def stable_id(*parts: object) -> str:
    """Id of 24 hexadecimal digits made from the parts; the same parts give the same id anywhere."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=12).hexdigest()
