"""Published versions: what is in one, when there is a new one, and what a reader sees meanwhile."""

import json
import os
import shutil
import subprocess
import sys
import threading

import duckdb
import pandas as pd
import polars as pl
import pytest
from conftest import DAYS
from marts import checksums
from rich.console import Console

from extract import doctor, repair
from extract.publishing import database, versions
from extract.runs import Run, accounting
from extract.settings import Settings
from extract.stages import publish as stage
from extract.warehouse import connect

NAMES = """
SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'
UNION SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal
"""


@pytest.fixture
def published(undisturbed, config, tmp_path, monkeypatch):
    """A copy of the published warehouse of all the days, to publish anew from; with a plain page for speed."""
    monkeypatch.setattr("extract.briefing.briefing", lambda con: "<!doctype html><title>Briefing</title>")
    data = tmp_path / "data"
    shutil.copytree(undisturbed.data, data, symlinks=True)
    return Settings(data=data, config=config)


def publish(settings, day=DAYS[0]):
    return stage.publish(Run.by_hand(day), settings)


def manifest(settings):
    found = versions.current(settings)
    assert found
    return found[1]


def ask(settings, query):
    with duckdb.connect(settings.published_warehouse, read_only=True) as con:
        return con.execute(query).fetchall()


def change(settings, *queries):
    """Change the marts by hand, as a build would, which leaves a new fingerprint."""
    with connect(settings) as con:
        for query in queries:
            con.execute(query)
        con.execute("UPDATE staging.builds SET fingerprint = fingerprint || '+'")


def damage(settings):
    return "; ".join(d.reason for d in repair.published(settings))


def test_analysts_get_the_marts_and_nothing_of_the_workshop(published):
    assert {s for (s,) in ask(published, "SELECT DISTINCT schema_name FROM duckdb_tables()")} == {"main", "knowledge"}
    with connect(published) as con:
        marts = {n for (n,) in con.execute(NAMES).fetchall()}
        # Types, constraints and comments are those of the build.
        about = """
            SELECT table_name, column_name, data_type, comment FROM duckdb_columns()
            WHERE schema_name = 'main' AND NOT internal AND table_name != 'schema_changes' ORDER BY ALL
        """
        assert con.execute(about).fetchall() == ask(published, about)
    assert {n for (n,) in ask(published, NAMES)} == marts | {"schema_changes"}
    assert ask(
        published,
        "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal AND comment IS NULL",
    ) == [(0,)]
    assert ask(published, "SELECT is_nullable FROM information_schema.columns WHERE table_name = 'quotes' AND column_name = 'text'") == [("NO",)]  # fmt: skip


def test_views_and_macros_for_analysts_are_published(published):
    change(
        published,
        "CREATE MACRO shout(word, mark := '!') AS upper(word) || mark",
        "CREATE VIEW said AS SELECT speaker_name, text FROM quotes",
        "COMMENT ON VIEW said IS 'who said what'",
        "CREATE VIEW refused AS SELECT count(*) AS n FROM quarantine",
    )
    publish(published)
    assert ask(published, "SELECT shout('a'), shout('b', mark := '?')") == [("A!", "B?")]
    assert ask(published, "SELECT count(*) > 0 FROM said") == [(True,)]
    assert ask(published, "SELECT n FROM refused") == [(3,)]
    assert ask(published, "SELECT comment FROM duckdb_views() WHERE view_name = 'said'") == [("who said what",)]


def test_file_is_of_a_format_that_older_clients_read(published):
    assert database.storage_version(published.published_warehouse) == database.NEWEST_STORAGE
    with pytest.raises(ValueError, match="no DuckDB file"):
        database.storage_version(published.published / "briefing.html")


def test_same_marts_are_the_same_version_with_a_newer_history(published):
    before, tables = manifest(published), checksums(published.published_warehouse)
    runs = ask(published, "SELECT count(*) FROM pipeline_runs")
    publish(published)
    after = manifest(published)
    assert (after.made.version, after.made.refresh) == (before.made.version, before.made.refresh + 1)
    assert ask(published, "SELECT count(*) FROM pipeline_runs") > runs
    assert checksums(published.published_warehouse) == tables
    # A build that gives the same again is no new version either.
    change(published)
    publish(published)
    assert manifest(published).made.version == before.made.version
    assert ask(published, "SELECT count(*) FROM schema_changes") == [(0,)]


def test_changed_rows_are_a_new_version_and_old_ones_go(published):
    settings = published.model_copy(update={"keep_versions": 3})
    first = manifest(settings).made.version
    for n in range(4):
        change(settings, f"UPDATE articles SET title = 'Edited {n}' WHERE title LIKE 'Talks%' OR title LIKE 'Edited%'")
        publish(settings)
        publish(settings)
    # The latest three, and the folder that was current before.
    assert versions.all_versions(settings) == [(first + 2, 1), (first + 3, 1), (first + 4, 0), (first + 4, 1)]
    assert manifest(settings).name == f"{first + 4}.1"
    assert json.loads((settings.published / "current.json").read_text())["version"] == f"{first + 4}.1"


def test_reader_keeps_the_version_it_opened(published):
    with duckdb.connect(published.published_warehouse, read_only=True) as con:
        change(published, "DELETE FROM quotes")
        publish(published.model_copy(update={"keep_versions": 1}))
        assert con.execute("SELECT count(*) > 0 FROM quotes").fetchall() == [(True,)]
    assert ask(published, "SELECT count(*) FROM quotes") == [(0,)]


def test_everything_readers_see_changes_together(published):
    """File, Parquet and pages are of one version at every moment, whichever a reader opens first."""
    seen, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            folder = (published.published / "current").resolve()
            with duckdb.connect(folder / "wirehouse.duckdb", read_only=True) as con:
                [(in_file,)] = con.execute("SELECT max(title) FROM articles WHERE title LIKE 'Edited%'").fetchall()
            in_parquet = pl.scan_parquet(folder / "parquet" / "articles" / "**" / "*.parquet").select("title").collect()
            edited = in_parquet["title"].drop_nulls().to_list()
            seen.append((in_file, max((t for t in edited if t.startswith("Edited")), default=None)))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for n in range(3):
            change(
                published, f"UPDATE articles SET title = 'Edited {n}' WHERE title LIKE 'Talks%' OR title LIKE 'Edited%'"
            )
            publish(published)
    finally:
        stop.set()
        reader.join()
    assert len(seen) > 3
    assert [pair for pair in seen if pair[0] != pair[1]] == []


def test_changed_schema_is_told_in_every_later_version(published):
    change(
        published,
        "ALTER TABLE topics DROP COLUMN description",
        "ALTER TABLE topics ALTER n_articles TYPE HUGEINT",
        "CREATE TABLE regions (region VARCHAR)",
    )
    publish(published)
    told = "SELECT model, column_name, change, old, new, is_breaking, version FROM schema_changes ORDER BY ALL"
    expected = [
        ("regions", None, "added", None, "model", False, 2),
        ("topics", "description", "removed", "VARCHAR", None, True, 2),
        ("topics", "n_articles", "type", "BIGINT NOT NULL", "HUGEINT NOT NULL", True, 2),
    ]
    assert ask(published, told) == expected
    change(published, "ALTER TABLE regions ADD COLUMN name VARCHAR")
    publish(published)
    publish(published)
    assert ask(published, told) == sorted([*expected, ("regions", "name", "added", None, "VARCHAR", False, 3)], key=str)
    assert pd.read_parquet(published.published / "parquet" / "schema_changes").shape[0] == 4


def test_parquet_holds_what_the_marts_hold(published):
    parquet = published.published / "parquet"
    for mart in manifest(published).marts:
        if mart.rows is None:
            continue
        columns = ", ".join(f'"{c.name}"' for c in mart.columns)
        exported = f"SELECT {columns} FROM read_parquet('{parquet}/{mart.name}/**/*.parquet', hive_partitioning = true)"
        with duckdb.connect(published.published_warehouse, read_only=True) as con:
            assert con.execute(f"({exported}) EXCEPT ALL SELECT {columns} FROM {mart.name}").fetchall() == []
            assert con.execute(f"SELECT count(*) FROM ({exported})").fetchall() == [(mart.rows,)]
        about = versions.MartManifest.model_validate_json((parquet / f"{mart.name}.manifest.json").read_bytes())
        assert about.mart.rows == mart.rows == sum(f.rows for f in about.mart.files)
        assert about.made.software["duckdb"] == duckdb.__version__


def test_other_readers_take_a_mart_by_its_folder(published):
    folder = published.published / "parquet" / "quotes"
    [(n,)] = ask(published, "SELECT count(*) FROM quotes")
    assert len(pd.read_parquet(folder)) == n
    assert pl.read_parquet(folder / "**" / "*.parquet", hive_partitioning=True).height == n
    october = pd.read_parquet(folder, filters=[("month", "=", "2022-10")])
    assert len(october) == n
    assert set(october["published_on"].astype(str).str[:7]) == {"2022-10"}


def test_only_months_that_changed_are_written_again(published):
    change(
        published,
        "INSERT INTO articles SELECT * REPLACE ('x' AS article_id, DATE '2024-03-01' AS published_on) FROM articles LIMIT 1",
    )
    publish(published)
    folder, before = versions.current(published)
    change(published, "UPDATE articles SET title = 'Changed' WHERE published_on = DATE '2024-03-01'")
    publish(published)
    after_folder, after = versions.current(published)

    def inode(root, month):
        [file] = (root / "parquet" / "articles" / f"month={month}").glob("*.parquet")
        return file.stat().st_ino

    assert inode(after_folder, "2022-10") == inode(folder, "2022-10")
    assert inode(after_folder, "2024-03") != inode(folder, "2024-03")
    assert versions.verify(after_folder, after) == []
    assert versions.verify(folder, before) == [], "a file of the older version was changed"


@pytest.mark.parametrize("damaged", ["wirehouse.duckdb", "parquet/topics/part-0.parquet", "docs.html"])
def test_doctor_finds_damage_and_publishing_mends_it(published, damaged):
    assert not damage(published)
    folder, _ = versions.current(published)
    with (folder / damaged).open("r+b") as file:
        file.seek(100)
        file.write(b"damage")
    assert damaged in damage(published)
    assert not doctor.check(Console(quiet=True), published)
    shutil.rmtree(folder)
    publish(published)
    assert not damage(published)


def test_layout_of_before_there_were_versions_is_replaced(published):
    file = published.published_warehouse.resolve().read_bytes()
    shutil.rmtree(published.published)
    (published.published / "parquet").mkdir(parents=True)
    (published.published / "parquet" / "quotes.parquet").write_bytes(b"")
    published.published_warehouse.write_bytes(file)
    publish(published)
    assert ask(published, "SELECT count(*) > 0 FROM quotes") == [(True,)]
    assert (published.published / "parquet" / "quotes").is_dir()
    assert not (published.published / "parquet" / "quotes.parquet").exists()


def test_page_stays_while_there_is_nothing_to_tell_and_a_failure_is_told(published, monkeypatch):
    made = []
    monkeypatch.setattr("extract.briefing.briefing", lambda con: made.append(1) or f"<!doctype html>{len(made)}")
    change(published, "UPDATE articles SET title = 'Edited' WHERE title LIKE 'Talks%'")
    publish(published)
    publish(published)
    assert len(made) == 1
    assert (published.published / "briefing.html").read_text() == "<!doctype html>1"
    runs = "SELECT count(DISTINCT run_id) FROM outcomes WHERE stage = 'publish' AND subject = 'publish'"
    before = ask(published, runs)
    # A run that failed somewhere is news, and so is the next one, in which all is well again.
    run = Run.by_hand(DAYS[0])
    with accounting(run, "ingest", "courier", published) as account:
        account.add("source", "courier", "failed", started=0.0, message="no answer", source_id="courier")
    stage.publish(run, published)
    assert len(made) == 2
    publish(published)
    assert len(made) == 3
    publish(published)
    assert len(made) == 3
    assert ask(published, runs)[0][0] == before[0][0] + 3  # the history of runs is brought up to date in any case


def test_failed_page_keeps_nobody_from_the_data(published, monkeypatch):
    change(published, "UPDATE articles SET title = 'Edited' WHERE title LIKE 'Talks%'")

    def fails(*arguments, **options):
        raise OSError("no ink")

    monkeypatch.setattr("extract.briefing.briefing", fails)
    with pytest.raises(stage.PageFailed, match="no ink"):
        publish(published)
    assert ask(published, "SELECT count(*) FROM articles WHERE title = 'Edited'") == [(1,)]
    assert not (published.published / "briefing.html").exists(), "the page of another version is shown"
    monkeypatch.setattr("extract.briefing.briefing", lambda con: "<!doctype html>")
    publish(published)
    assert (published.published / "briefing.html").exists()
    failed = "SELECT subject, message FROM outcomes WHERE subject_type = 'part' AND status = 'failed'"
    assert ask(published, failed) == [("briefing", "no ink")]


def test_killed_at_any_moment_and_run_again_gives_the_same(published, tmp_path):
    """Kill publishing when each of its parts has just appeared; readers see the old version, then the new one."""
    change(published, "UPDATE articles SET title = 'Edited' WHERE title LIKE 'Talks%'")
    old = checksums(published.published_warehouse)
    script = (
        "import os, sys\nfrom datetime import date\nfrom extract.runs import Run\nfrom extract.settings import settings\n"
        "from extract.stages import publish\nfrom extract.publishing import versions\n"
        "module, name = sys.argv[1].split(':')\n"
        "import importlib\nowner = importlib.import_module(module)\nreal = getattr(owner, name)\n"
        "def killed(*arguments, **options):\n    real(*arguments, **options)\n    os.kill(os.getpid(), 9)\n"
        "setattr(owner, name, killed)\n"
        "publish.publish(Run.by_hand(date(2022, 10, 14)), settings())\n"
    )
    environment = os.environ | {"WIREHOUSE_DATA": str(published.data), "WIREHOUSE_CONFIG": str(published.config)}
    for moment in ("publishing.database:copy", "publishing.parquet:export", "publishing.versions:sync"):
        done = subprocess.run([sys.executable, "-c", script, f"extract.{moment}"], env=environment, capture_output=True)
        assert done.returncode == -9, done.stderr.decode()
        assert checksums(published.published_warehouse) == old
        assert not damage(published)
    # Killed between the rename of the folder and the switch: the new version is there, but nobody sees it yet.
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            script.replace("real(*arguments, **options)\n    os.kill", "os.kill"),
            "extract.publishing.versions:switch",
        ],
        env=environment,
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert checksums(published.published_warehouse) == old
    publish(published)
    assert ask(published, "SELECT count(*) FROM articles WHERE title = 'Edited'") == [(1,)]
    assert not damage(published)
    assert list((published.published / "versions").glob(".*")) == [], "what was cut off is left lying"
