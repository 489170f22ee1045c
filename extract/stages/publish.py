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
from upath import UPath

from extract.runs import Run, accounting, write
from extract.settings import Settings
from extract.stages.load import load_outcomes, transaction
from extract.tables import replacing
from extract.warehouse import connect, writing


class NotBuilt(RuntimeError):
    """The last build was cut off or failed, so there is nothing fit to publish."""


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
            built = con.execute("SELECT fingerprint || '@' || built_at FROM staging.builds").fetchall()
        if not built:
            raise NotBuilt("the marts are not built whole: run wirehouse build first, readers keep the last copy")
        settings.published.mkdir(parents=True, exist_ok=True)
        replace(settings.warehouse, settings.published_warehouse)
        export_marts(settings, built[0][0])
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
    with replacing(UPath(manifest)) as out:
        out.write(json.dumps({"fingerprint": fingerprint, "marts": names}, indent=1).encode())


def reconcile(run: Run, settings: Settings) -> dict[str, int]:
    """Check in the published copy that what the run's day landed has come out; raises NotAccountedFor."""
    with accounting(run, "publish", "reconcile", settings):
        with duckdb.connect(settings.published_warehouse, read_only=True) as con:
            failed = [
                f"{stage} {task}: {message}"
                for stage, task, message in con.execute(
                    """
                    SELECT stage, subject, message FROM staging.outcomes
                    WHERE run_id = $run AND subject_type = 'task' AND status = 'failed' ORDER BY ALL
                    """,
                    {"run": run.run_id},
                ).fetchall()
            ]
            relevant, read, articles, in_marts = con.execute(
                """
                WITH ours AS (SELECT * FROM staging.articles WHERE landed_for = $day)
                SELECT
                    (SELECT count(DISTINCT (article_id, revision)) FROM ours WHERE relevance = 'relevant'),
                    (SELECT count(DISTINCT (article_id, revision)) FROM ours
                     SEMI JOIN staging.documents USING (article_id, revision) WHERE relevance = 'relevant'),
                    (SELECT count(DISTINCT article_id) FROM ours),
                    (SELECT count(*) FROM main.articles SEMI JOIN ours USING (article_id))
                """,
                {"day": run.day},
            ).fetchall()[0]
        if failed or relevant != read or articles != in_marts:
            raise NotAccountedFor(
                f"{run.day}: of {relevant} relevant articles landed {read} were read, and of {articles} articles "
                f"landed {in_marts} are in the mart. Run the day again: what is missing is read then. "
                + "".join(f"\nfailed: {f}" for f in failed)
            )
        return {"relevant": relevant, "read": read, "articles": articles}
