"""The semantic layer answers: MetricFlow, from an environment of its own, over marts built here.

Runs where ``mf`` of dbt-metricflow 0.15 is on the PATH, or where WIREHOUSE_MF names it::

    python -m venv mf && mf/bin/pip install "dbt-metricflow==0.15.*" "dbt-core<1.12" "dbt-duckdb==1.11.1" "duckdb==1.5.5"
    WIREHOUSE_MF=mf/bin/mf pytest tests/bi/test_semantic_layer.py
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
MF = os.environ.get("WIREHOUSE_MF") or shutil.which("mf")
pytestmark = pytest.mark.skipif(MF is None, reason="needs mf of dbt-metricflow, see the head of this file")
sys.path.append(str(ROOT / "tests" / "integration"))


@pytest.fixture(scope="module")
def layer(tmp_path_factory):
    """A project of its own beside a built warehouse; call it with the arguments of mf."""
    from test_dbt import dbt, sample

    folder = tmp_path_factory.mktemp("semantic")
    sample().stage(folder / "warehouse.duckdb", seed=None)
    done = dbt(folder, "build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    assert done.returncode == 0, done.stdout[-3000:]
    project = folder / "project"
    shutil.copytree(ROOT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    assert MF is not None
    tools = Path(MF).absolute().parent
    environment = os.environ | {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "DBT_PROFILES_DIR": str(project),
        "DBT_PROJECT_DIR": str(project),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "WIREHOUSE_WAREHOUSE": str(folder / "warehouse.duckdb"),
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [tools / command[0], *command[1:]], env=environment, cwd=project, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    run("dbt", "parse")
    run.folder = folder  # type: ignore[attr-defined]
    return run


def test_the_configuration_is_valid_and_the_warehouse_has_what_it_names(layer):
    assert "ERRORS: 0" in layer("mf", "validate-configs").replace("\x1b[0m", "").replace("\x1b[31m", "").replace(
        "\x1b[1m", ""
    )


@pytest.mark.parametrize(
    ("metrics", "by", "same"),
    [
        (
            "quotes,speakers",
            "metric_time__day,actor__country_iso3",
            "SELECT published_on, country_iso3, count(*), count(DISTINCT speaker_actor_id) FROM quotes "
            "LEFT JOIN actors ON actor_id = speaker_actor_id GROUP BY ALL",
        ),
        (
            "share_of_voice",
            "metric_time__day,topic,actor__canonical_name",
            "WITH said AS (SELECT published_on, topic_id, canonical_name, count(*) AS n FROM quotes "
            "JOIN article_topics USING (article_id) LEFT JOIN actors ON actor_id = speaker_actor_id GROUP BY ALL) "
            "SELECT published_on, topic_id, canonical_name, n / sum(n) OVER (PARTITION BY topic_id, published_on) FROM said",
        ),
        (
            "cooperation_intensity,conflict_intensity",
            "event__type",
            "SELECT type, avg(intensity) FILTER (WHERE intensity > 0), -avg(intensity) FILTER (WHERE intensity < 0) "
            "FROM events GROUP BY ALL",
        ),
        (
            "pair_conflict,pair_intensity",
            "actor__canonical_name,recipient__canonical_name",
            "SELECT a.canonical_name, r.canonical_name, sum(n_verbal_conflict + n_material_conflict), "
            "sum(mean_intensity * p.n_events) / sum(p.n_events) FROM actor_pairs_daily p "
            "JOIN actors a ON a.actor_id = p.actor_id JOIN actors r ON r.actor_id = p.recipient_actor_id GROUP BY ALL",
        ),
        (
            "articles,original_articles",
            "source__name",
            "SELECT name, count(*), count(*) FILTER (WHERE duplicate_role = 'original') "
            "FROM articles JOIN sources USING (source_id) GROUP BY ALL",
        ),
    ],
    ids=lambda value: value if " " not in value else "",
)
def test_metrics_are_what_sql_says(layer, metrics, by, same):
    answer = layer.folder / "answer.csv"
    layer("mf", "query", "--metrics", metrics, "--group-by", by, "--csv", str(answer))
    with answer.open(encoding="utf-8", newline="") as file:
        # MetricFlow puts columns in an order of its own.
        rows = [[row[name] for name in f"{by},{metrics}".split(",")] for row in csv.DictReader(file)]
    with duckdb.connect(layer.folder / "warehouse.duckdb", read_only=True) as con:
        expected = con.execute(same).fetchall()
    assert len(expected) > 1
    assert sorted(map(plain, rows)) == sorted(map(plain, expected))


def plain(row) -> tuple[str, ...]:
    """A row as text: numbers rounded, days without a time, nothing for null."""
    return tuple(plain_value(value) for value in row)


def plain_value(value) -> str:
    try:
        return f"{float(value):.3f}"
    except (TypeError, ValueError):
        return "" if value in (None, "nan", "None") else str(value).removesuffix("T00:00:00").removesuffix(" 00:00:00")
