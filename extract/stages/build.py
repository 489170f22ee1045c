"""Build: dbt turns staging into marts, unless nothing they depend on has changed since the last build.

Where only articles have changed, what they concern is built again (``dbt_project/macros/changes.sql``); a change to
seeds, models or resolver, and a build that was cut off before, build everything. Many articles are built in turns
(``WIREHOUSE_BUILD_ARTICLES``), so that memory suffices however many there are.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Literal

import duckdb

from extract.errors import Stopped
from extract.runs import Run, accounting
from extract.settings import ROOT, Settings
from extract.tables import create_staging
from extract.warehouse import WarehouseDamaged, connect, is_damage, writing

Kind = Literal["full", "empty", "daily"]
FAILED = ("error", "fail", "runtime error")
OUT_OF_MEMORY = "Out of Memory Error"  # as DuckDB says it
PROJECT = ROOT / "dbt_project"
# What names a build; the one that a day's build changed is in its column follows.
BUILD = "fingerprint || '@' || built_at"
# Seeds and views are as the build before left them, and so is what tests say that look at nothing else.
AS_BEFORE = [
    *("--exclude-resource-type", "seed", "--indirect-selection", "cautious"),
    *("--exclude", "config.materialized:view", "config.materialized:table_function", "path:seeds/_seeds.yml"),
]
NLP = ROOT / "extract" / "nlp"


class BuildError(Stopped):
    """dbt did not build the marts; the message names the models or tests that failed."""


def build(run: Run, settings: Settings, *, full: bool = False) -> bool:
    """Build the marts; returns False where they stand as they would be built. Raises BuildError.

    ``full`` builds everything, whatever changed.
    """
    with accounting(run, "build", "build", settings) as account, writing(settings):
        with connect(settings) as con:
            create_staging(con)
            create_builds(con)
            if not con.execute("FROM duckdb_tables() WHERE table_name = 'loaded_files'").fetchone():
                raise BuildError(
                    "nothing has been loaded to build marts of; run first: wirehouse load, or wirehouse run"
                )
            now, project = fingerprint(con), project_hash()
            last = con.execute("SELECT fingerprint, project FROM staging.builds").fetchall()
            if not full and any(built == now for built, _ in last):
                return False
            (articles,) = con.execute("SELECT count(DISTINCT article_id) FROM staging.articles").fetchall()[0]
        kind: Kind = "empty" if articles > settings.build_articles else "full"
        if not full and any(built_with == project for _, built_with in last):
            kind = "daily"
        nodes: dict[str, dict[str, Any]] = {}
        started, left = time.time(), True
        while left:
            results, left = take_turn(settings, kind, now, project)
            nodes |= {result["unique_id"]: result for result in results}
            kind = "daily"
        for name, node in nodes.items():
            well = node["status"] in ("success", "pass", "warn", "no-op")
            message = None if node["status"] in ("success", "pass") else node.get("message")
            account.add("node", name, "ok" if well else "failed", started=started, message=message)
        failed = [node for node in nodes.values() if node["status"] in FAILED]
        if failed:
            reasons = "\n".join(f"  {node['unique_id']}: {node.get('message')}" for node in failed)
            if is_damage(reasons):
                raise WarehouseDamaged(f"{settings.warehouse} is damaged; run: wirehouse doctor --repair\n{reasons}")
            log = settings.logs / "dbt.log"
            raise BuildError(
                f"{len(failed)} dbt nodes failed:\n{reasons}\nThe whole log: {log}{mend(reasons, settings)}"
            )
        if settings.target == "ducklake":
            from extract import lake

            with connect(settings) as con:
                lake.tidy(con)
    return True


def take_turn(settings: Settings, kind: Kind, now: str, project: str) -> tuple[list[dict[str, Any]], bool]:
    """One run of dbt, and the note that it is done; returns the results of its nodes and whether there is more to do.

    ``full`` builds everything at once, ``empty`` the tables without rows, after which all articles are to come, and
    ``daily`` what the next of ``staging.changed_articles`` concern. ``now`` and ``project`` are the fingerprint of all
    that is built and the hash of what builds it.
    """
    with connect(settings) as con:
        follows = next(iter(con.execute(f"SELECT {BUILD} FROM staging.builds").fetchall()), (None,))[0]
        (waiting,) = con.execute("SELECT count(DISTINCT article_id) FROM staging.changed_articles").fetchall()[0]
        # Nothing is known to be built until it is: a build that is cut off is made again, and in full.
        con.execute("DELETE FROM staging.builds")
    left = kind == "empty" or (kind == "daily" and waiting > settings.build_articles)
    selection: list[str] = []
    if kind == "empty":
        selection = ["--exclude-resource-type", "test"]
    elif kind == "daily" and (left or follows):
        selection = AS_BEFORE
    results = run_dbt(settings, *selection, kind=kind)
    if any(result["status"] in FAILED for result in results):
        return results, False
    with connect(settings) as con:
        con.execute("BEGIN")
        # While articles are left it is nothing to publish, but what the next turn follows.
        con.execute(
            "INSERT INTO staging.builds (fingerprint, built_at, project, follows) VALUES (?, now(), ?, ?)",
            [None if left else now, project, follows],
        )
        if kind == "daily":
            con.execute("DELETE FROM staging.changed_articles WHERE article_id IN (FROM scopes.changed_articles)")
        else:
            con.execute("DELETE FROM staging.changed_articles")
        if kind == "empty":
            con.execute("INSERT INTO staging.changed_articles SELECT DISTINCT article_id FROM staging.articles")
        con.execute("COMMIT")
    return results, left


def create_builds(con: duckdb.DuckDBPyConnection) -> None:
    """The table of the build that the marts are, of one row or none; columns of later versions are added."""
    con.execute("CREATE TABLE IF NOT EXISTS staging.builds (fingerprint VARCHAR, built_at TIMESTAMP)")
    for column in ("project", "follows"):
        con.execute(f"ALTER TABLE staging.builds ADD COLUMN IF NOT EXISTS {column} VARCHAR")


def run_dbt(settings: Settings, *arguments: str, kind: Kind = "full") -> list[dict[str, Any]]:
    """``dbt build`` in a process of its own, since dbt in this one would keep the warehouse locked.

    Returns the results of its nodes; raises BuildError where it made none.
    """
    target = settings.data / "dbt"
    outcome = target / "run_results.json"
    outcome.unlink(missing_ok=True)
    # Unit tests try the project, not the data: they belong to make test.
    excluded = ["--exclude-resource-type", "unit_test"]
    done = subprocess.run(
        [Path(sys.executable).parent / "dbt", "build", *excluded, *arguments],
        env=dbt_environment(settings) | {"WIREHOUSE_BUILD": kind},
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    if done.returncode == -signal.SIGKILL:
        raise BuildError(
            "dbt was killed, as Linux does where the machine has no more memory: set WIREHOUSE_MEMORY, "
            f"which is {settings.memory}, to less, then run again; what has landed stays"
        )
    told = f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
    told += mend(told, settings)
    if not outcome.exists():
        raise BuildError(f"dbt stopped before building anything:\n{told}")
    results: list[dict[str, Any]] = json.loads(outcome.read_text())["results"]
    if done.returncode and not any(r["status"] in FAILED for r in results):
        raise BuildError(f"dbt failed:\n{told}")
    return results


def mend(told: str, settings: Settings) -> str:
    """What to do where DuckDB says that memory, or room for what does not fit into it, is used up, or nothing."""
    if OUT_OF_MEMORY not in told:
        return ""
    if "max_temp_directory_size" in told:
        return f"\nThe disk has no room for what does not fit into memory: make room in {settings.data}, then run again"
    return (
        f"\nDuckDB needs more memory than WIREHOUSE_MEMORY gives it, which is {settings.memory}: "
        "set it to more, but leave the machine 1 GB, or WIREHOUSE_BUILD_ARTICLES, which is "
        f"{settings.build_articles:,}, to fewer, then run again; what has landed stays"
    )


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What dbt needs to know: the project, the warehouse, where to write, and no word sent home."""
    settings.logs.mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(settings.data / "dbt"),
        "DBT_LOG_PATH": str(settings.logs),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONPATH": str(ROOT),
        "WIREHOUSE_TARGET": settings.target,
        "WIREHOUSE_WAREHOUSE": str(settings.warehouse),
        "WIREHOUSE_CATALOG": settings.catalog,
        "WIREHOUSE_MEMORY": settings.memory,
        "WIREHOUSE_BUILD_ARTICLES": str(settings.build_articles),
        "WIREHOUSE_SPILL": settings.spill,
    }


def fingerprint(con: duckdb.DuckDBPyConnection) -> str:
    """Hash of all that the marts depend on: files loaded, configuration, and the project."""
    digest = hashlib.blake2b(digest_size=12)
    # Outcomes are left out: the marts of runs are views, which need no build.
    loaded = con.execute("SELECT path FROM staging.loaded_files WHERE path NOT LIKE 'outcomes/%' ORDER BY path")
    digest.update(repr(loaded.fetchall()).encode())
    for table in ("sources", "topics"):
        digest.update(repr(con.execute(f"SELECT * FROM staging.{table} ORDER BY ALL").fetchall()).encode())
    digest.update(project_hash().encode())
    return digest.hexdigest()


def project_hash() -> str:
    """Hash of the dbt project with its seeds, the resolver and DuckDB, which make the rows out of staging."""
    digest = hashlib.blake2b(duckdb.__version__.encode(), digest_size=12)
    project = (p for p in sorted(PROJECT.rglob("[!.]*")) if p.suffix in (".sql", ".yml", ".csv", ".py"))
    for path in [*project, *sorted(NLP.glob("*.py")), *sorted((NLP / "lexicon").glob("*.csv"))]:
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()
