"""The Parquet exports: a folder a mart, and in it a folder a month where the mart has a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from extract.publishing.database import month
from extract.publishing.versions import PARQUET, Mart, described, link
from extract.warehouse import literal

# Rows written at once: those of a month are kept in memory until they are written.
BATCH_ROWS = 200_000
# Not hive's name for null, at which pandas fails.
NO_MONTH = "undated"


def export(
    con: duckdb.DuckDBPyConnection, marts: list[Mart], folder: Path, previous: tuple[Path, list[Mart]] | None
) -> None:
    """Write the marts to ``parquet/NAME/month=YYYY-MM/*.parquet`` (``parquet/NAME/*.parquet`` without a day).

    A month whose rows are those of the previous version is not written: its files get a second name. Fills in
    ``files`` of each mart.
    """
    for mart in marts:
        if mart.rows is None:
            continue
        before = next((m for m in previous[1] if m.name == mart.name), None) if previous else None
        unchanged = linked(mart, before, previous[0], folder) if previous and before else set()
        write(con, mart, [m for m in mart.months if m[0] not in unchanged], folder)


def linked(mart: Mart, before: Mart, previous: Path, folder: Path) -> set[str | None]:
    """Link the files of the months that have not changed; returns these months."""
    if (before.columns, before.day_column) != (mart.columns, mart.day_column):
        return set()
    same = {m for m, *_ in set(mart.months) & set(before.months)}
    mart.files = [f for f in before.files if month_of(f.path, mart) in same]
    for file in mart.files:
        link(previous / file.path, folder / file.path)
    return same


def month_of(path: str, mart: Mart) -> str | None:
    if mart.day_column is None:
        return None
    name = Path(path).parent.name.removeprefix("month=")
    return None if name == NO_MONTH else name


def write(con: duckdb.DuckDBPyConnection, mart: Mart, months: list[tuple[str | None, int, str]], folder: Path) -> None:
    target = folder / PARQUET / mart.name
    target.mkdir(parents=True, exist_ok=True)
    there = set(target.rglob("*.parquet"))
    if mart.day_column is None and (months or not there):  # an empty mart too has a file, which shows its columns
        part = literal(str(target / "part-0.parquet"))
        con.execute(f'COPY (FROM main."{mart.name}") TO {part} (FORMAT parquet, COMPRESSION zstd)')
    day = mart.day_column or ""
    for batch in batches(months) if day else ():
        con.execute(
            f"""
            COPY (
                SELECT *, coalesce({month(day)}, '{NO_MONTH}') AS month FROM main."{mart.name}"
                WHERE coalesce({month(day)}, '') IN (SELECT unnest($months))
                    AND {days_of(batch, day)}
            ) TO {literal(str(target))}
            (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (month), FILENAME_PATTERN 'part-{{i}}', OVERWRITE_OR_IGNORE)
            """,
            {"months": [m or "" for m in batch]},
        )
    for path in sorted(set(target.rglob("*.parquet")) - there):
        mart.files.append(described(path, folder, pq.read_metadata(path).num_rows))
    mart.files.sort(key=lambda f: f.path)


def days_of(months: list[str | None], day: str) -> str:
    """Condition that holds for every day of the months: rows of other months are not even read."""
    dated = [m for m in months if m]
    if not dated:
        return f'"{day}" IS NULL'
    known = f""""{day}" >= DATE '{min(dated)}-01' AND "{day}" < DATE '{max(dated)}-01' + INTERVAL 1 MONTH"""
    return f'("{day}" IS NULL OR {known})' if None in months else known


def batches(months: list[tuple[str | None, int, str]]) -> Iterator[list[str | None]]:
    batch: list[str | None] = []
    total = 0
    for name, rows, _ in months:
        if batch and total + rows > BATCH_ROWS:
            yield batch
            batch, total = [], 0
        batch.append(name)
        total += rows
    if batch:
        yield batch
