"""Whole runs over a few articles: what comes out, again, in any order, and after being killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
from conftest import DAYS, run_days
from marts import checksums

from extract.runs import Run
from extract.settings import Settings
from extract.stages import extract, ingest, load, publish

WIREHOUSE = Path(sys.executable).parent / "wirehouse"


def ask(settings, query):
    with duckdb.connect(settings.published_warehouse, read_only=True) as con:
        return con.execute(query).fetchall()


def test_what_goes_in_comes_out(undisturbed):
    for day in DAYS:
        publish.reconcile(Run.by_hand(day), undisturbed)
    assert ask(undisturbed, "SELECT count(*) FROM articles") == [(5,)]
    assert ask(undisturbed, "SELECT count(*) FROM revisions") == [(6,)]
    assert ask(
        undisturbed,
        "SELECT sum(items_found), sum(items_landed), sum(items_unchanged), sum(items_quarantined) FROM pipeline_runs",
    ) == [(10, 6, 1, 3)]
    assert ask(
        undisturbed, "SELECT count(*) FROM quarantine WHERE payload LIKE '%cut off%' AND error_class IS NOT NULL"
    ) == [(3,)]


def test_edited_article_shows_its_latest_revision(undisturbed):
    [(text, revisions)] = ask(undisturbed, "SELECT text, n_revisions FROM articles WHERE canonical_url LIKE '%/dishes'")
    assert "sixty" in text
    assert revisions == 2


def test_exact_copy_points_at_its_original(undisturbed):
    assert ask(
        undisturbed,
        "SELECT c.outlet, o.outlet FROM articles c JOIN articles o ON o.article_id = c.original_article_id "
        "WHERE c.duplicate_role = 'copy'",
    ) == [("Echo", "Courier")]


def test_quotes_and_events_lead_back_to_their_characters(undisturbed):
    wrong = ask(
        undisturbed,
        """
        SELECT q.text FROM quotes q JOIN revisions a USING (article_id, revision)
        WHERE list_reduce([substring(a.text, s[1] + 1, s[2] - s[1]) FOR s IN q.spans], lambda x, y: x || ' ' || y) != q.text
        UNION ALL
        SELECT e.trigger_text FROM event_mentions e JOIN revisions a USING (article_id, revision)
        WHERE substring(a.text, e.trigger_start + 1, e.trigger_end - e.trigger_start) != e.trigger_text
        """,
    )
    assert wrong == []
    said = ask(undisturbed, "SELECT speaker_name FROM quotes WHERE text LIKE 'We had been without a connection%'")
    assert ("Olha Bondar",) in said


def test_second_run_changes_nothing(undisturbed):
    before = checksums(undisturbed.published_warehouse)
    assert not run_days(undisturbed, DAYS), "the marts were built again though nothing had changed"
    assert checksums(undisturbed.published_warehouse) == before


def test_days_in_reverse_order_give_the_same_marts(undisturbed, config, tmp_path):
    settings = Settings(data=tmp_path, config=config)
    run_days(settings, reversed(DAYS))
    assert checksums(settings.published_warehouse) == checksums(undisturbed.published_warehouse)


def killed(settings, stage, seen):
    """Run a stage's command and kill it with all its children once ``seen`` holds; True if it was cut off."""
    process = subprocess.Popen(
        [WIREHOUSE, stage, "--day", str(DAYS[0])],
        env=os.environ | {"WIREHOUSE_DATA": str(settings.data), "WIREHOUSE_CONFIG": str(settings.config)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and not seen():
        time.sleep(0.002)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode == -signal.SIGKILL


def test_killed_in_each_stage_and_run_again_gives_the_same_marts(undisturbed, config, tmp_path):
    settings = Settings(data=tmp_path / "data", config=config)
    run = Run.by_hand(DAYS[0])

    def any_file(folder, pattern):
        return lambda: any(folder.rglob(pattern))

    assert killed(settings, "ingest", any_file(settings.data / "landing", "*"))
    for source in ingest.source_ids(settings):
        ingest.ingest(run, source, settings)
    assert killed(settings, "extract", any_file(settings.data / "shards", "*"))
    assert extract.plan(run, settings), "a shard that was cut off counts as read"
    for shard in extract.plan(run, settings):
        extract.extract(run, shard, settings)
    assert killed(settings, "load", settings.warehouse.exists)
    load.load(run, settings)
    assert killed(settings, "build", any_file(settings.logs, "dbt.log"))
    run_days(settings, DAYS)
    published = checksums(settings.published_warehouse)
    assert killed(settings, "publish", any_file(settings.published, ".*.tmp"))
    assert checksums(settings.published_warehouse) == published
    run_days(settings, DAYS)
    assert checksums(settings.published_warehouse) == checksums(undisturbed.published_warehouse)


def test_reader_sees_no_error_while_copies_are_published(undisturbed):
    errors, reads, stop = [], 0, threading.Event()

    def read():
        nonlocal reads
        while not stop.is_set():
            try:
                assert ask(undisturbed, "SELECT count(*) FROM articles") == [(5,)]
                reads += 1
            except Exception as error:
                errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        publish.publish(Run.by_hand(DAYS[0]), undisturbed)
    stop.set()
    reader.join()
    assert not errors
    assert reads > 5
