"""How long the marts take, how much memory and room, over a warehouse of made-up articles.

    python -m benchmarks.marts --articles 100000 --folder /somewhere/with/space

Stages the articles (``benchmarks.synthetic``), then runs ``wirehouse build`` and ``publish`` as a run would, each in a
process of its own: over all but the last day, then over that day and its late articles, then with nothing new.
Asks every question of the cookbook several times. ``--equality`` builds everything in full too, from rows in another
order, and compares the checksums of the marts. Prints a table and writes all figures, with seconds by model, to
``FOLDER/marts-N.json``; ``--growth FOLDER/marts-*.json`` compares such files: by what power of the articles each model
grows.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.synthetic import BATCH, TABLES, prepare, synthesise
from extract.cookbook import recipes
from extract.settings import ROOT, Settings
from extract.warehouse import connect

ASKED_TIMES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--per-day", type=int, default=1_000, help="articles landed a day")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "benchmarks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", default="4GB", help="DuckDB's memory limit; the process takes about 1 GB more")
    parser.add_argument("--equality", action="store_true", help="compare with a full build of all in another order")
    parser.add_argument("--growth", type=Path, nargs="+", help="compare what earlier runs wrote")
    asked = parser.parse_args()
    if asked.growth:
        growth([json.loads(path.read_text()) for path in asked.growth])
        return
    os.environ["WIREHOUSE_MEMORY"] = asked.memory
    settings = Settings(data=asked.folder / f"marts-{asked.articles}")
    shutil.rmtree(settings.data, ignore_errors=True)
    settings.data.mkdir(parents=True)

    figures: dict[str, Any] = {"articles": asked.articles, "articles a day": asked.per_day, "threads": os.cpu_count()}
    figures["staged in s"] = alone(stage, settings, asked)
    figures["staged rows"] = rows(settings.warehouse, "staging")
    alone(hold_last_day, settings)
    for kind in ("full", "day", "nothing new"):
        if kind == "day":
            alone(put_back, settings)
        figures[kind] = {"build": timed("build", settings), "publish": timed("publish", settings)}
        figures[kind]["seconds by model"] = seconds_by_model(settings) if kind != "nothing new" else {}
        print(kind, {k: v for k, v in figures[kind].items() if k != "seconds by model"}, file=sys.stderr)
    figures["mart rows"] = rows(settings.warehouse, "main")
    figures["MB"] = sizes(settings)
    figures["MB by table"] = room(settings.warehouse)
    figures["published MB by table"] = room(settings.published_warehouse)
    figures["cookbook in s"] = cookbook(settings)
    if asked.equality:
        figures["equal to a full build in another order"] = equality(settings)
    (asked.folder / f"marts-{asked.articles}.json").write_text(json.dumps(figures, indent=1))
    show(figures)


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call in a process of its own: one that is started later counts the memory of this one for its own at first."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def stage(settings: Settings, asked: argparse.Namespace) -> float:
    """Stage all articles in a new file; returns seconds."""
    started = time.monotonic()
    with connect(settings) as con:
        con.execute(f"SET memory_limit = '{asked.memory}'")
        con.execute("SET enable_progress_bar = false")
        prepare(con, asked.seed)
        for first in range(0, asked.articles, BATCH):
            last = min(first + BATCH, asked.articles)
            synthesise(con, first, last, per_day=asked.per_day)
            print(f"staged {last:,} articles in {time.monotonic() - started:.0f} s", file=sys.stderr)
        con.execute("CREATE TABLE staging.loaded_files (path VARCHAR PRIMARY KEY)")
    return round(time.monotonic() - started, 1)


def hold_last_day(settings: Settings) -> None:
    """Take the articles that landed last out of staging."""
    with duckdb.connect(settings.warehouse) as con:
        con.execute("CREATE SCHEMA held")
        con.execute(
            "CREATE TABLE held.ids AS SELECT DISTINCT article_id FROM staging.articles "
            "WHERE landed_for = (SELECT max(landed_for) FROM staging.articles)"
        )
        for name in TABLES:
            con.execute(f"CREATE TABLE held.{name} AS FROM staging.{name} SEMI JOIN held.ids USING (article_id)")
            con.execute(f"DELETE FROM staging.{name} WHERE article_id IN (FROM held.ids)")


def put_back(settings: Settings) -> None:
    """Put them back as load would."""
    with duckdb.connect(settings.warehouse) as con:
        for name in TABLES:
            con.execute(f"INSERT INTO staging.{name} BY NAME FROM held.{name}")
        con.execute("INSERT INTO staging.changed_articles FROM held.ids")
        con.execute("INSERT INTO staging.loaded_files VALUES ('the last day')")
        con.execute("DROP SCHEMA held CASCADE")


def timed(command: str, settings: Settings) -> dict[str, float]:
    """Run a command of wirehouse; its seconds, seconds of processors and peak memory, processes it started included."""
    environment = os.environ | {"WIREHOUSE_DATA": str(settings.data), "PYTHONPATH": str(ROOT)}
    started = time.monotonic()
    process = subprocess.Popen([Path(sys.executable).parent / "wirehouse", command], env=environment, cwd=ROOT)
    # The largest process: dbt is one, and the command that waits for it is small.
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"wirehouse {command} failed")
    return {
        "s": round(time.monotonic() - started, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
    }


def seconds_by_model(settings: Settings) -> dict[str, float]:
    """dbt's own time of each model, of all tests and of the rest (start, parsing)."""
    written = json.loads((settings.data / "dbt" / "run_results.json").read_text())
    seconds: dict[str, float] = {"tests": 0.0}
    for result in written["results"]:
        kind, _, name, *_ = result["unique_id"].split(".")
        name = "tests" if kind == "test" else name
        seconds[name] = round(seconds.get(name, 0) + result["execution_time"], 2)
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def rows(warehouse: Path, schema: str) -> dict[str, int]:
    with duckdb.connect(warehouse, read_only=True) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = ? ORDER BY ALL", [schema])
        return {n: con.execute(f"SELECT count(*) FROM {schema}.{n}").fetchall()[0][0] for (n,) in names.fetchall()}


def sizes(settings: Settings) -> dict[str, int]:
    """Megabytes of the warehouse, of the published file and of the Parquet files of the version that readers see."""
    parquet = (settings.published / "parquet").resolve().rglob("*.parquet")
    return {
        "warehouse": round(settings.warehouse.stat().st_size / 1e6),
        "published": round(settings.published_warehouse.stat().st_size / 1e6),
        "parquet": round(sum(path.stat().st_size for path in parquet) / 1e6),
    }


def room(path: Path) -> dict[str, float]:
    """Table -> megabytes of the blocks that hold it."""
    megabytes = {}
    with duckdb.connect(path, read_only=True) as con:
        for table in con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall():
            [[blocks]] = con.execute(
                "SELECT count(DISTINCT block) FROM ("
                "SELECT unnest([block_id] || coalesce(additional_block_ids, [])) AS block FROM pragma_storage_info(?)"
                ") WHERE block >= 0",
                table,
            ).fetchall()
            megabytes[table[0]] = round(blocks * 0.262144, 1)
    return dict(sorted(megabytes.items(), key=lambda item: -item[1]))


def cookbook(settings: Settings) -> dict[str, dict[str, float]]:
    """Question -> seconds that 50 and 95 of 100 askings take at most, of those made one after the other."""
    taken = {}
    with duckdb.connect(settings.published_warehouse, read_only=True) as con:
        for recipe in recipes():
            times = []
            for _ in range(ASKED_TIMES):
                started = time.monotonic()
                con.execute(recipe.query).fetchall()
                times.append(time.monotonic() - started)
            taken[f"{recipe.number}. {recipe.question}"] = {
                f"p{share}": round(sorted(times)[math.ceil(share / 100 * len(times)) - 1], 3) for share in (50, 95)
            }
    return dict(sorted(taken.items(), key=lambda item: -item[1]["p95"]))


def equality(settings: Settings) -> bool:
    """Whether the marts are those of a full build over the same rows in another order."""
    other = Settings(data=settings.data.with_name(settings.data.name + "-other"))
    shutil.rmtree(other.data, ignore_errors=True)
    other.data.mkdir()
    with connect(other) as con:
        con.execute(f"SET memory_limit = '{os.environ['WIREHOUSE_MEMORY']}'")
        con.execute(f"ATTACH '{settings.warehouse}' AS given (READ_ONLY)")
        con.execute("CREATE SCHEMA staging")
        for (name,) in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'given' AND schema_name = 'staging'"
        ).fetchall():
            shuffled = "ORDER BY hash(article_id)" if name in TABLES else ""
            con.execute(f"CREATE TABLE staging.{name} AS FROM given.staging.{name} {shuffled}")
        con.execute("DELETE FROM staging.builds")
    timed("build", other)
    same = checksums(settings.warehouse) == checksums(other.warehouse)
    shutil.rmtree(other.data)
    return same


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


def show(figures: dict[str, Any]) -> None:
    console = Console()
    table = Table("", "s", "cpu s", "peak MB", "slowest models, s", title=f"{figures['articles']:,} articles")
    for kind in ("full", "day", "nothing new"):
        slowest = ", ".join(f"{name} {s}" for name, s in list(figures[kind]["seconds by model"].items())[:6])
        for command in ("build", "publish"):
            one = figures[kind][command]
            text = slowest if command == "build" else ""
            table.add_row(f"{kind}: {command}", str(one["s"]), str(one["cpu_s"]), str(one["peak_mb"]), text)
    console.print(table)
    slow = list(figures["cookbook in s"].items())
    console.print(f"staged in {figures['staged in s']} s; MB: {figures['MB']}")
    slowest = "; ".join(f"{s['p95']} s ({s['p50']}): {question}" for question, s in slow[:5])
    console.print(f"cookbook, p95 (p50): {len(slow)} questions, slowest {slowest}")
    if "equal to a full build in another order" in figures:
        console.print("equal to a full build in another order:", figures["equal to a full build in another order"])


def growth(runs: list[dict[str, Any]]) -> None:
    """Print the seconds of each model over the runs and the power of the articles by which they grow, 1 for linear."""
    runs = sorted(runs, key=lambda run: run["articles"])
    for kind in ("full", "day"):
        table = Table(kind, *(f"{run['articles']:,}" for run in runs), "power")
        by_model = [run[kind]["seconds by model"] for run in runs]
        for name in sorted(by_model[-1], key=lambda name: -by_model[-1][name]):
            seconds = [found.get(name, 0.0) for found in by_model]
            if seconds[-1] >= 0.5:
                steps = math.log(runs[-1]["articles"] / runs[0]["articles"])
                power = math.log(max(seconds[-1], 0.01) / max(seconds[0], 0.01)) / steps if steps else math.nan
                table.add_row(name, *(f"{s:.1f}" for s in seconds), f"{power:.2f}")
        for command in ("build", "publish"):
            table.add_row(f"{command}: all", *(f"{run[kind][command]['s']:.0f}" for run in runs), "")
        Console().print(table)


if __name__ == "__main__":
    main()
