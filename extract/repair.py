"""Repair: find what is damaged in the data folder, set it aside and make it again from what is whole.

Landed articles come back out of the warehouse's staging where it holds them, else from the source or the archive of
its pages; shards are read again; the warehouse is loaded again from landing and shards, the marts are built and
published. What is damaged is moved to ``data/damaged/TIME``, never deleted.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import duckdb
from upath import UPath

from extract.articles.archive import Capture, read_warc
from extract.articles.sources import read_sources
from extract.publishing import versions
from extract.runs import Run, utcnow
from extract.settings import Settings, day_folder
from extract.stages import build, extract, ingest, load, publish
from extract.store import files, is_local
from extract.tables import ARTICLES, EXTRACTED, OUTCOMES, TABLES, BrokenFile, Table, read_parquet, stable_id
from extract.warehouse import connect, writing

Kind = Literal["articles", "pages", "raw files", "shards", "outcomes", "warehouse", "published", "airflow"]
Tell = Callable[[str], object]
# A file that is being written is younger than this.
LEFT_OVER = timedelta(days=1)


@dataclass(frozen=True)
class Damage:
    """A file or folder that does not hold what was written, and how that shows."""

    kind: Kind
    path: UPath | Path
    reason: str


# --- finding ------------------------------------------------------------------------------------------------


def find(settings: Settings) -> list[Damage]:
    """Everything that is damaged; reads every file once."""
    checks = articles, pages, raw_files, shards, outcomes, warehouse, published, airflow
    return [damage for check in checks for damage in check(settings)]


def articles(settings: Settings) -> Iterator[Damage]:
    return unreadable("articles", files(settings.landing / "articles", "date=*/source=*/*.*"))


def outcomes(settings: Settings) -> Iterator[Damage]:
    return unreadable("outcomes", files(settings.outcomes, "date=*/*.parquet"))


def unreadable(kind: Kind, found: list[UPath]) -> Iterator[Damage]:
    for file in found:
        if file.name.startswith("."):
            continue
        try:
            read_parquet(file)
        except BrokenFile as error:
            yield Damage(kind, file, str(error.__cause__))


def pages(settings: Settings) -> Iterator[Damage]:
    for file in files(settings.landing / "warc", "date=*/*/*.warc.gz"):
        broken = next((c for c in read_warc(file, file.name) if not isinstance(c, Capture)), None)
        if broken:
            yield Damage("pages", file, str(broken))


def raw_files(settings: Settings) -> Iterator[Damage]:
    for file in files(settings.landing / "raw", "*/*"):
        if file.name.startswith("."):
            continue
        if hashlib.sha256(file.read_bytes()).hexdigest() != file.name.partition(".")[0]:
            yield Damage("raw files", file, "its content has another hash than its name")


def shards(settings: Settings) -> Iterator[Damage]:
    """Shards of which a table cannot be read; one without documents.parquet was cut off and is none."""
    for documents in files(settings.shards, "*/date=*/*/documents.parquet"):
        for name in (*(f"{table.name}.parquet" for table in EXTRACTED), "documents.outcomes"):
            file = documents.parent / name
            try:
                if name.endswith(".parquet") or file.exists():
                    read_parquet(file)
            except (BrokenFile, FileNotFoundError) as error:
                yield Damage("shards", documents.parent, f"{file.name}: {error.__cause__ or 'is missing'}")
                break


def warehouse(settings: Settings) -> Iterator[Damage]:
    """A warehouse that cannot be opened, or of which a row cannot be read."""
    if not settings.warehouse.exists():
        if files(settings.outcomes, "date=*/load-*.parquet"):
            yield Damage("warehouse", settings.warehouse, "is missing, though days were loaded")
        return
    try:
        with writing(settings), duckdb.connect(settings.warehouse, read_only=True) as con:
            present = con.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
            for schema, name in present:
                con.execute(f'SELECT count(*), sum(hash(t)) FROM "{schema}"."{name}" AS t').fetchall()
        missing = TABLES.keys() - {name for schema, name in present if schema == "staging"}
        if missing:
            yield Damage("warehouse", settings.warehouse, f"lacks staging tables: {', '.join(sorted(missing))}")
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise
        yield Damage("warehouse", settings.warehouse, str(error).splitlines()[0])


def published(settings: Settings) -> Iterator[Damage]:
    if not settings.published.exists():
        return
    found = versions.current(settings)
    if found is None:
        yield Damage("published", settings.published, "has no current version that can be read")
    elif wrong := versions.verify(*found):
        yield Damage("published", found[0], "; ".join(wrong[:3]))


def airflow(settings: Settings) -> Iterator[Damage]:
    file = settings.airflow_home / "airflow.db"
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as con:
            [(answer,)] = con.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        yield Damage("airflow", file, answer)


# --- mending ------------------------------------------------------------------------------------------------


def repair(settings: Settings, tell: Tell) -> list[str]:
    """Mend what ``find`` finds; returns what could not be had again, in words."""
    found = find(settings)
    aside = settings.data / "damaged" / f"{utcnow():%Y%m%dT%H%M%S}"
    for damage in found:
        tell(f"{damage.kind}: {damage.path} {damage.reason}")
        set_aside(damage, aside, settings)
    kinds = {d.kind for d in found}
    if found:
        tell(f"set aside in {aside}")
    remove_left_over(settings, tell)
    for day, source_id in sorted({place_of(d.path) for d in found if d.kind == "articles"}):
        tell(f"landing the articles of {source_id or 'a source'} of {day} again")
        land_again(day, source_id, settings)
    for day in sorted({day_of(d.path) for d in found if d.kind == "outcomes"}):
        restore(OUTCOMES, day_folder(settings.outcomes, day), "interval_start = $day", {"day": day}, settings)
    if kinds & {"warehouse"}:
        days = all_days(settings)
    else:
        days = sorted({day_of(d.path) for d in found if d.kind in ("articles", "shards")})
    run = Run.by_hand(date.today())
    for day in days:
        tell(f"reading and loading {day}")
        run = repairing(day)
        for shard in extract.plan(run, settings):
            extract.extract(run, shard, settings)
        load.load(run, settings)
    if kinds & {"articles", "shards", "warehouse", "published"}:
        tell("building and publishing the marts")
        build.build(run, settings)
        publish.publish(run, settings)
    return lost(settings)


def repairing(day: date) -> Run:
    return Run(f"repair__{utcnow():%Y-%m-%dT%H:%M:%S.%f}", day)


def set_aside(damage: Damage, aside: Path, settings: Settings) -> None:
    if damage.kind == "warehouse":
        with writing(settings):
            for file in (settings.warehouse, settings.warehouse.with_suffix(".duckdb.wal")):
                if file.exists():
                    move(file, aside / file.name)
    elif damage.path != settings.published:
        base = str(settings.landing.parent) if str(damage.path).startswith(str(settings.landing.parent)) else "/"
        move(damage.path, aside / str(damage.path).removeprefix(base).lstrip("/"))


def move(path: UPath | Path, target: Path) -> None:
    """Move a file or folder, of whichever store, to a folder of this machine."""
    for file in [f for f in path.rglob("*") if f.is_file()] if path.is_dir() else [path]:
        place = target / str(file).removeprefix(str(path)).lstrip("/") if file != path else target
        place.parent.mkdir(parents=True, exist_ok=True)
        with file.open("rb") as old, place.open("wb") as new:
            shutil.copyfileobj(old, new)
        file.unlink()
    if isinstance(path, Path) and path.is_dir():
        shutil.rmtree(path)


def remove_left_over(settings: Settings, tell: Tell) -> None:
    """Remove what killed tasks left under temporary names, as only a disk knows them."""
    if not is_local(settings.landing):
        return
    before = (utcnow() - LEFT_OVER).timestamp()
    n_removed = 0
    for base in (settings.landing, settings.shards, settings.outcomes):
        for file in base.rglob(".*.tmp"):
            if file.stat().st_mtime < before:
                file.unlink()
                n_removed += 1
    if n_removed:
        tell(f"removed {n_removed} unfinished files of tasks that were killed")


def land_again(day: date, source_id: str, settings: Settings) -> None:
    """Bring the lost articles of a source and day back: out of staging, then from the source or its archive."""
    folder = day_folder(settings.landing / "articles", day) / f"source={source_id}"
    of_source = "source_id = $source AND landed_for = $day"
    restore(ARTICLES, folder, of_source, {"source": source_id, "day": day}, settings)
    source = next((s for s in read_sources(settings.config) if s.id == source_id), None)
    if source is not None:
        ingest.ingest(repairing(day), source_id, settings, from_archive=source.uses_web)


def restore(table: Table, folder: UPath, where: str, values: dict[str, Any], settings: Settings) -> None:
    """Write the rows that staging holds and no file of the folder does to a file of it."""
    [key] = table.key
    there = {k for f in files(folder, "*.parquet") for k in read_parquet(f, [key]).column(key).to_pylist()}
    if not settings.warehouse.exists():
        return
    with writing(settings), connect(settings) as con:
        columns = ", ".join(f'"{c}"' for c in table.schema.names)
        rows = con.execute(f"SELECT {columns} FROM staging.{table.name} WHERE {where}", values).to_arrow_table()
    lost_rows = [r for r in rows.cast(table.schema).to_pylist() if r[key] not in there]
    if lost_rows:
        table.write(folder / (stable_id(*sorted(r[key] for r in lost_rows)) + ".parquet"), lost_rows)


def lost(settings: Settings) -> list[str]:
    """Articles that were told as landed and that no file of landing has from that day or before, in words."""
    first: dict[tuple[str, str], date] = {}
    for file in files(settings.landing / "articles", "date=*/source=*/*.parquet"):
        day, source_id = place_of(file)
        for article in read_parquet(file, ["article_id"]).column("article_id").to_pylist():
            first[source_id, article] = min(day, first.get((source_id, article), day))
    told = {
        (row["interval_start"], row["source_id"], row["article_id"], row["subject"])
        for file in files(settings.outcomes, "date=*/ingest-*.parquet")
        for row in read_parquet(file).to_pylist()
        if row["status"] == "landed"
    }
    return [
        f"article {article} of {source_id}, {day}: {subject}"
        for day, source_id, article, subject in sorted(told)
        if first.get((source_id, article), date.max) > day
    ]


def all_days(settings: Settings) -> list[date]:
    """Days of which anything was landed or told."""
    found = files(settings.landing / "articles", "date=*/*/*"), files(settings.outcomes, "date=*/*")
    return sorted({day_of(file) for some in found for file in some})


def day_of(path: UPath | Path) -> date:
    """The day of a file, from the folder ``date=DAY`` above it."""
    name = next(p for p in PurePosixPath(str(path)).parts if p.startswith("date="))
    return date.fromisoformat(name.removeprefix("date="))


def place_of(path: UPath | Path) -> tuple[date, str]:
    """Day and source of a file of landed articles."""
    return day_of(path), path.parent.name.removeprefix("source=")
