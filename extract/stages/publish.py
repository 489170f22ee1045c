"""Publish: a copy of the warehouse for readers, put in place of the last one in a single rename.

Readers open only the copy, so they never wait for a run and never see half of one; a reader of the last copy
goes on reading it.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import duckdb

from extract.runs import Run, accounting, write
from extract.settings import Settings
from extract.stages.load import load_outcomes, transaction
from extract.warehouse import connect, writing


class NotAccountedFor(RuntimeError):
    """The counts of a run do not add up: something that went in did not come out."""


def publish(run: Run, settings: Settings) -> Path:
    """Publish the warehouse and, where the marts were built anew, their Parquet exports; returns the file."""
    with accounting(run, "publish", "publish", settings) as account, writing(settings):
        # Told before it is done, so that the copy tells of its own publication.
        account.add("task", "publish", "ok", started=time.time())
        write(account, settings)
        with transaction(settings) as con:
            load_outcomes(con, run, settings)
        with connect(settings) as con:
            con.execute("CHECKPOINT")
            built = con.execute("SELECT fingerprint FROM staging.builds").fetchall()
        settings.published.mkdir(parents=True, exist_ok=True)
        replace(settings.warehouse, settings.published_warehouse)
        export_marts(settings, built[0][0] if built else "")
    return settings.published_warehouse


def replace(original: Path, target: Path) -> None:
    """Copy a file to a target's place: whole or not at all, and on the disk when it is there."""
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.copyfile(original, temporary)
    sync(temporary)
    temporary.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def export_marts(settings: Settings, fingerprint: str) -> None:
    """Every mart as ``published/parquet/NAME.parquet``, unless they are those of this build already."""
    folder = settings.published / "parquet"
    manifest = folder / "manifest.json"
    if manifest.exists() and json.loads(manifest.read_text())["fingerprint"] == fingerprint:
        return
    folder.mkdir(exist_ok=True)
    with duckdb.connect(settings.published_warehouse, read_only=True) as con:
        names = [
            n for (n,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
        ]
        for name in names:
            temporary = folder / f".{name}.tmp"
            con.execute(f"COPY (FROM main.{name}) TO '{temporary}' (FORMAT parquet, COMPRESSION zstd)")
            temporary.replace(folder / f"{name}.parquet")
    manifest.write_text(json.dumps({"fingerprint": fingerprint, "marts": names}, indent=1))


def reconcile(run: Run, settings: Settings) -> dict[str, int]:
    """Check in the published copy that what the run's day landed has come out; raises NotAccountedFor."""
    with duckdb.connect(settings.published_warehouse, read_only=True) as con:
        relevant, read, articles, in_marts = con.execute(
            """
            SELECT
                (SELECT count(DISTINCT (article_id, revision)) FROM staging.articles
                 WHERE landed_for = $day AND relevance = 'relevant'),
                (SELECT count(DISTINCT (article_id, revision)) FROM staging.articles
                 SEMI JOIN staging.documents USING (article_id, revision)
                 WHERE landed_for = $day AND relevance = 'relevant'),
                (SELECT count(DISTINCT article_id) FROM staging.articles),
                (SELECT count(*) FROM main.articles)
            """,
            {"day": run.day},
        ).fetchall()[0]
    if relevant != read or articles != in_marts:
        raise NotAccountedFor(
            f"{run.day}: of {relevant} relevant articles landed {read} were read, "
            f"and of {articles} articles in staging {in_marts} are in the mart. Run the day again; "
            "what is missing is read then."
        )
    return {"relevant": relevant, "read": read, "articles": articles}
