"""Load: the rows a day's files hold into the DuckDB staging tables, by delete and insert on keys.

The only writer of ``staging``. A file is named by its content, so one that was loaded is not read again, and
loading a day twice, or days in any order, gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import duckdb
import pyarrow as pa
from upath import UPath

from extract.articles.sources import read_sources
from extract.articles.topics import read_topics
from extract.nlp.version import extractor_version
from extract.runs import Run, accounting, track
from extract.settings import Settings, day_folder
from extract.stages.extract import shard_folder
from extract.store import files
from extract.tables import (
    ARTICLES,
    CHANGED_ARTICLES,
    EXTRACTED,
    OUTCOMES,
    SOURCES,
    TOPICS,
    create_staging,
    delete_rows,
    insert_rows,
    read_parquet,
)
from extract.warehouse import connect, writing

Loader = Callable[[duckdb.DuckDBPyConnection, UPath], None]


def load(run: Run, settings: Settings) -> dict[str, int]:
    """Load what was landed, extracted and accounted for on the run's day; returns how many files were new."""
    with accounting(run, "load", "load", settings), writing(settings), transaction(settings) as con:
        load_configuration(con, settings)
        articles = files(day_folder(settings.landing / "articles", run.day), "source=*/*.parquet")
        shards = files(shard_folder(run, settings), "*/documents.parquet")
        # What another version read of the day is about to be replaced, and may be loaded again one day.
        ours = f"shards/{extractor_version(settings.spacy_model)}/%"
        others = "DELETE FROM staging.loaded_files WHERE path LIKE $shards AND path NOT LIKE $ours"
        if shards:
            con.execute(others, {"shards": f"shards/%/date={run.day}/%", "ours": ours})
        counts = {
            "articles": load_new(con, articles, load_articles, settings),
            "shards": load_new(con, shards, load_shard, settings),
        }
        load_outcomes(con, run, settings)
    return counts


@contextmanager
def transaction(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """One transaction over staging: all of a load is seen, or none of it."""
    with connect(settings) as con:
        create_staging(con)
        con.execute("CREATE TABLE IF NOT EXISTS staging.loaded_files (path VARCHAR)")
        con.execute("BEGIN")
        yield con
        con.execute("COMMIT")


def load_configuration(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make staging.sources and staging.topics what the configuration says now."""
    sources = [asdict(s.record()) for s in read_sources(settings.config)]
    topics = [
        {"topic_id": t.config.id, "name": t.config.name, "description": t.config.description}
        for t in read_topics(settings.config)
    ]
    for table, rows in ((SOURCES, sources), (TOPICS, topics)):
        con.execute(f"DELETE FROM staging.{table.name}")
        insert_rows(con, table, table.arrow(rows))


def load_outcomes(con: duckdb.DuckDBPyConnection, run: Run, settings: Settings) -> int:
    """Load the outcomes that the day's tasks have written so far."""
    return load_new(con, files(day_folder(settings.outcomes, run.day), "*.parquet"), load_outcome_file, settings)


def load_new(con: duckdb.DuckDBPyConnection, found: Iterable[UPath], loader: Loader, settings: Settings) -> int:
    """Load the files that were not loaded before; returns their number."""
    known = {path for (path,) in con.execute("SELECT path FROM staging.loaded_files").fetchall()}
    base = str(settings.landing.parent)
    new = [(name, f) for f in found if (name := str(f).removeprefix(base).lstrip("/")) not in known]
    for name, file in track(new, "load", len(new)):
        loader(con, file)
        con.execute("INSERT INTO staging.loaded_files VALUES (?)", [name])
    return len(new)


def load_articles(con: duckdb.DuckDBPyConnection, file: UPath) -> None:
    """Replace records; the day that first saw one stays its day, in whichever order days are run.

    A file landed before a field was added to the record has no value for it.
    """
    landed = read_parquet(file)
    for field in ARTICLES.schema:
        if field.name not in landed.column_names:
            landed = landed.append_column(field, pa.nulls(len(landed), field.type))
    con.register("landed", landed)
    rows = con.execute(
        """
        SELECT landed.* REPLACE (least(landed.landed_for, coalesce(known.landed_for, landed.landed_for)) AS landed_for)
        FROM landed LEFT JOIN staging.articles AS known USING (record_id)
        """
    ).to_arrow_table()
    con.unregister("landed")
    delete_rows(con, ARTICLES, rows.select(list(ARTICLES.key)))
    insert_rows(con, ARTICLES, rows.select(ARTICLES.schema.names))
    note_changed(con, rows)
    load_told(con, file)


def load_outcome_file(con: duckdb.DuckDBPyConnection, file: UPath) -> None:
    """Of two tries of one task the later holds, except that what the first landed stays told as landed."""
    con.register("tried", read_parquet(file))
    rows = con.execute(
        """
        SELECT tried.* FROM tried LEFT JOIN staging.outcomes AS known USING (outcome_id)
        WHERE known.outcome_id IS NULL
            OR (known.started_at <= tried.started_at AND NOT (known.status = 'landed' AND tried.status = 'unchanged'))
        """
    ).to_arrow_table()
    con.unregister("tried")
    delete_rows(con, OUTCOMES, rows.select(list(OUTCOMES.key)))
    insert_rows(con, OUTCOMES, rows)


def load_shard(con: duckdb.DuckDBPyConnection, documents: UPath) -> None:
    """Replace all that is staged of the shard's article revisions.

    Where one text was landed on two days with two publication times, the reading by the earlier one stays,
    whichever is loaded first.
    """
    con.register("shard", read_parquet(documents))
    keys = con.execute(
        """
        SELECT shard.article_id, shard.revision FROM shard
        WHERE NOT EXISTS (
            SELECT 1 FROM staging.documents AS d
            WHERE d.article_id = shard.article_id AND d.revision = shard.revision
                AND d.extractor_version = shard.extractor_version
                AND coalesce(d.published_on, DATE '9999-12-31') <= coalesce(shard.published_on, DATE '9999-12-31')
        )
        """
    ).to_arrow_table()
    con.unregister("shard")
    for table in EXTRACTED:
        delete_rows(con, table, keys)
        rows = read_parquet(documents.parent / f"{table.name}.parquet")
        con.register("rows", rows)
        con.register("keys", keys)
        wanted = con.execute("SELECT rows.* FROM rows SEMI JOIN keys USING (article_id, revision)").to_arrow_table()
        insert_rows(con, table, wanted)
    note_changed(con, keys)
    load_told(con, documents)


def note_changed(con: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    """Note the articles of the rows for the next build, which takes them off once it is done."""
    articles = rows.select(["article_id"]).group_by("article_id").aggregate([])
    delete_rows(con, CHANGED_ARTICLES, articles)
    insert_rows(con, CHANGED_ARTICLES, articles)


def load_told(con: duckdb.DuckDBPyConnection, file: UPath) -> None:
    """Load the outcomes that were kept beside a file."""
    told = file.with_suffix(".outcomes")
    if told.exists():
        load_outcome_file(con, told)
