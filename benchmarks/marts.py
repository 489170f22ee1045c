"""How long the marts take, and how much memory, over a warehouse of made-up articles.

    python -m benchmarks.marts --articles 100000 --folder /somewhere/with/space

Stages the articles (``benchmarks.synthetic``), builds the marts in full, then builds one day more, with its late
articles, at the end of the history and once again. ``--equality`` builds everything in full too and in another order,
and compares the checksums of the marts. Prints a table, and writes it to ``FOLDER/marts-N.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.synthetic import BATCH, prepare, synthesise
from extract.settings import ROOT
from extract.tables import EXTRACTED

PROJECT = ROOT / "dbt_project"
PER_ARTICLE = ["articles", *(table.name for table in EXTRACTED)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--per-day", type=int, default=1_000, help="articles landed a day")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "benchmarks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", default="5GB", help="DuckDB's memory limit")
    parser.add_argument("--equality", action="store_true", help="compare with a full build of all in another order")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    warehouse = asked.folder / f"marts-{asked.articles}.duckdb"

    figures: dict[str, Any] = {"articles": asked.articles, "articles a day": asked.per_day}
    figures["staged in s"] = stage(warehouse, asked)
    figures["staged rows"] = rows(warehouse, "staging")
    with late_day(warehouse, asked) as put_back:
        figures["full build"] = build(warehouse, "full", asked)
        put_back()
        figures["a day's build"] = build(warehouse, "daily", asked)
        put_back()
        figures["the same day again"] = build(warehouse, "daily", asked)
    figures["mart rows"] = rows(warehouse, "main")
    figures["warehouse in MB"] = round(warehouse.stat().st_size / 1e6)
    figures["marts in MB"] = published_size(warehouse)
    if asked.equality:
        figures["equal to a full build in another order"] = equality(warehouse, asked)
    (asked.folder / f"marts-{asked.articles}.json").write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))


def stage(warehouse: Path, asked: argparse.Namespace) -> float:
    """Stage all articles in a new file; returns seconds."""
    started = time.monotonic()
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(warehouse) as con:
        con.execute(f"SET threads = 2; SET memory_limit = '{asked.memory}'")
        prepare(con, asked.articles, asked.seed)
        for first in range(0, asked.articles, BATCH):
            last = min(first + BATCH, asked.articles)
            synthesise(con, first, last, articles=asked.articles, per_day=asked.per_day)
            print(f"staged {last:,} articles in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return round(time.monotonic() - started, 1)


class late_day:
    """Takes the last day's articles out of staging and, when called, puts them back as load would."""

    def __init__(self, warehouse: Path, asked: argparse.Namespace) -> None:
        self.warehouse = warehouse

    def __enter__(self) -> late_day:
        with duckdb.connect(self.warehouse) as con:
            con.execute("CREATE SCHEMA held")
            con.execute(
                "CREATE TABLE held.ids AS SELECT DISTINCT article_id FROM staging.articles "
                "WHERE landed_for = (SELECT max(landed_for) FROM staging.articles)"
            )
            for name in PER_ARTICLE:
                con.execute(f"CREATE TABLE held.{name} AS FROM staging.{name} SEMI JOIN held.ids USING (article_id)")
                con.execute(f"DELETE FROM staging.{name} WHERE article_id IN (FROM held.ids)")
        return self

    def __call__(self) -> None:
        with duckdb.connect(self.warehouse) as con:
            for name in PER_ARTICLE:
                con.execute(f"DELETE FROM staging.{name} WHERE article_id IN (FROM held.ids)")
                con.execute(f"INSERT INTO staging.{name} BY NAME FROM held.{name}")
            con.execute("DELETE FROM staging.changed_articles")
            con.execute("INSERT INTO staging.changed_articles SELECT DISTINCT article_id FROM held.ids")

    def __exit__(self, *_: object) -> None:
        with duckdb.connect(self.warehouse) as con:
            con.execute("DROP SCHEMA held CASCADE")
            con.execute("DELETE FROM staging.changed_articles")


def build(warehouse: Path, kind: str, asked: argparse.Namespace) -> dict[str, Any]:
    """dbt without tests; seconds, peak memory of the process and the slowest models."""
    target = asked.folder / "dbt"
    environment = os.environ | {
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(asked.folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONPATH": str(ROOT),
        "WIREHOUSE_WAREHOUSE": str(warehouse),
        "WIREHOUSE_BUILD": kind,
        "WIREHOUSE_MEMORY": asked.memory,
    }
    without = ["test", "unit_test", *(["seed"] if kind == "daily" else [])]
    excluded = [word for resource in without for word in ("--exclude-resource-type", resource)]
    started = time.monotonic()
    processor = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [Path(sys.executable).parent / "dbt", "--no-use-colors", "build", *excluded],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stdout[-5000:] + done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    results = json.loads((target / "run_results.json").read_text())["results"]
    slowest = sorted(results, key=lambda r: -r["execution_time"])[:8]
    figures = {
        "s": round(time.monotonic() - started, 1),
        "cpu_s": round(after.ru_utime + after.ru_stime - processor.ru_utime - processor.ru_stime, 1),
        "peak_mb": round(after.ru_maxrss / 1024),  # the largest child so far
        "slowest": {r["unique_id"].rsplit(".", 1)[-1]: round(r["execution_time"], 1) for r in slowest},
    }
    print(kind, figures, file=sys.stderr)
    return figures


def rows(warehouse: Path, schema: str) -> dict[str, int]:
    with duckdb.connect(warehouse, read_only=True) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = ? ORDER BY ALL", [schema])
        return {n: con.execute(f"SELECT count(*) FROM {schema}.{n}").fetchall()[0][0] for (n,) in names.fetchall()}


def published_size(warehouse: Path) -> int:
    """Megabytes of a file of the marts alone."""
    copy = warehouse.with_suffix(".marts.duckdb")
    copy.unlink(missing_ok=True)
    with duckdb.connect(copy) as con:
        con.execute(f"ATTACH '{warehouse}' AS whole (READ_ONLY)")
        for name in rows_of_marts(con):
            con.execute(f"CREATE TABLE {name} AS FROM whole.main.{name}")
    size = round(copy.stat().st_size / 1e6)
    copy.unlink()
    return size


def rows_of_marts(con: duckdb.DuckDBPyConnection) -> list[str]:
    found = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'whole' AND schema_name = 'main' ORDER BY ALL"
    )
    return [name for (name,) in found.fetchall()]


def equality(warehouse: Path, asked: argparse.Namespace) -> bool:
    """Whether the marts are those of a full build over the same rows in another order."""
    other = warehouse.with_suffix(".other.duckdb")
    shutil.copyfile(warehouse, other)
    with duckdb.connect(other) as con:
        for name in PER_ARTICLE:
            con.execute(f"CREATE OR REPLACE TABLE staging.{name} AS FROM staging.{name} ORDER BY hash(article_id)")
    build(other, "full", asked)
    return checksums(warehouse) == checksums(other)


def checksums(path: Path) -> dict[str, tuple[int, int]]:
    """Mart -> rows and the sum of their hashes, which needs no order, without run metadata."""
    made = {}
    with duckdb.connect(path, read_only=True) as con:
        for name in rows(path, "main"):
            columns = con.execute(
                "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ? "
                "AND column_name NOT IN ('fetched_at', 'landed_on') ORDER BY column_index",
                [name],
            ).fetchall()
            row = ", ".join(f'"{column}"' for (column,) in columns)
            made[name] = con.execute(f"SELECT count(*), sum(hash({row}))::HUGEINT FROM main.{name}").fetchall()[0]
    return made


if __name__ == "__main__":
    main()
