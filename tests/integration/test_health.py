"""Health of sources, from the outcomes of a month of runs."""

import io
import time
from datetime import date, timedelta

import duckdb
import pytest
import yaml
from rich.console import Console

from extract import summary
from extract.runs import Run, accounting
from extract.settings import ROOT, Settings
from extract.stages import build, load

LAST = date(2022, 10, 31)
SOURCES = ("steady", "quiet", "dead", "broken", "thin", "flood", "rare", "fixed")


def landed(source, day):
    """New items of a source on a day, and how many failed."""
    back = (LAST - day).days
    return {
        "steady": (10, 0),
        "quiet": (10 if back > 4 else 0, 0),
        "dead": (10, 0),
        "broken": (5, 5 if back < 7 else 0),
        "thin": (12 if back else 1, 0),
        "flood": (10 if back else 90, 0),
        "rare": (1 if back % 7 == 6 else 0, 0),
        "fixed": (9 if back == 30 else 0, 0),
    }[source]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    root = tmp_path_factory.mktemp("health")
    settings = Settings(data=root / "data", config=root)
    web = [{"id": s, "name": s, "kind": "feed", "path": f"https://{s}.example/feed"} for s in SOURCES[:-1]]
    folder = {"id": "fixed", "name": "fixed", "kind": "folder", "path": "inbox"}
    (root / "sources.yml").write_text(yaml.safe_dump({"sources": [*web, folder]}))
    (root / "topics.yml").write_text((ROOT / "config" / "topics.yml").read_text())
    for back in range(30, -1, -1):
        run = Run.by_hand(LAST - timedelta(days=back))
        with accounting(run, "ingest", "all", settings) as account:
            for source in SOURCES:
                well = source != "dead" or back
                account.add("source", source, "ok" if well else "failed", started=time.time(), source_id=source)
                new, failed = landed(source, run.day) if well else (0, 0)
                for n in range(new + failed):
                    status = "landed" if n < new else "failed"
                    account.add("item", f"{source}/{n}", status, started=time.time(), source_id=source)
        load.load(run, settings)
    results = build.run_dbt(settings, "--select", "+source_health", "+pipeline_runs")
    assert {r["status"] for r in results} <= {"success", "pass"}
    return settings


@pytest.fixture(scope="module")
def health(settings):
    with duckdb.connect(settings.warehouse) as con:
        return {r["source_id"]: r for r in summary.rows(con, "SELECT * FROM main.source_health")}


def test_each_source_is_warned_of_what_is_wrong_with_it(health):
    assert {s: r["warning"] for s, r in health.items()} == {
        "steady": None,
        "quiet": "silent",
        "dead": "cannot be read",
        "broken": "many errors",
        "thin": "few articles",
        "flood": "many articles",
        "rare": None,
        "fixed": None,
    }


def test_health_is_measured_against_the_usual(health):
    assert health["thin"]["usual_landed_per_day"] == 12
    assert health["thin"]["n_landed_last_day"] == 1
    assert health["quiet"]["silent_days"] == 5
    assert health["broken"]["error_rate_7d"] == 35 / 77
    assert health["broken"]["n_failed"] == 35
    assert health["steady"]["error_rate"] == 0


def test_counts_of_a_run_add_up(settings):
    with duckdb.connect(settings.warehouse) as con:
        rows = con.execute(
            "SELECT DISTINCT items_found - items_landed - items_unchanged - items_quarantined - items_failed - items_skipped "
            "FROM main.pipeline_runs"
        ).fetchall()
    assert rows == [(0,)]


def test_status_shows_the_warnings(settings):
    console = Console(file=io.StringIO(), width=120)
    with duckdb.connect(settings.warehouse) as con:
        summary.health(console, con)
    shown = console.file.getvalue()
    assert "silent" in shown
    assert "steady" not in shown
