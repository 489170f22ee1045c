"""Readers other than Superset on what is published: DuckDB in Python, its shell and Node.js, pandas, Polars, SQLAlchemy."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pytest
import sqlalchemy

ROOT = Path(__file__).parents[2]
# Where make test-bi puts the clients that are no part of .venv.
CLIENTS = ROOT / os.environ.get("WIREHOUSE_SUPERSET", ".superset")
QUESTION = "SELECT type, count(*) AS n FROM quotes_wide WHERE speaker_country_iso3 = 'UKR' GROUP BY type ORDER BY type"


@pytest.fixture(scope="module")
def answer(bundled):
    """What DuckDB in Python answers, which the others must too."""
    with duckdb.connect(bundled.published_warehouse, read_only=True) as con:
        rows = con.execute(QUESTION).fetchall()
    assert rows
    return rows


def test_duckdb_in_python_reads_and_cannot_write(bundled):
    with duckdb.connect(bundled.published_warehouse, read_only=True) as con:
        assert con.execute("SELECT count(*) > 0 FROM quotes_wide").fetchall() == [(True,)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("CREATE TABLE main.mine AS SELECT 1")


def test_views_and_macro_hold_in_a_file_that_is_attached_under_another_name(bundled):
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{bundled.published_warehouse}' AS news (READ_ONLY)")
        con.execute("USE news")
        assert con.execute("SELECT count(*) > 0 FROM quotes_wide").fetchall() == [(True,)]
        assert con.execute("FROM actor_ids('ukraine') ORDER BY ALL").fetchall() == [
            ("government:ukraine",),
            ("ukraine",),
        ]


def test_shell_of_duckdb_reads(bundled, answer):
    places = f"{Path(sys.executable).parent}:{CLIENTS / 'bin'}:{os.environ['PATH']}"
    shell = shutil.which("duckdb", path=places)
    if shell is None:
        pytest.skip("no duckdb shell: make test-bi installs duckdb-cli")
    done = subprocess.run(
        [shell, "-readonly", "-json", bundled.published_warehouse, "-c", QUESTION], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert [tuple(row.values()) for row in json.loads(done.stdout)] == answer


NODE = """
import { DuckDBInstance } from '@duckdb/node-api';
const [path, question] = process.argv.slice(2);
const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
const connection = await instance.connect();
console.log(JSON.stringify((await connection.runAndReadAll(question)).getRowsJson()));
"""


def test_node_reads(bundled, answer, tmp_path):
    modules = CLIENTS / "node" / "node_modules"
    if shutil.which("node") is None or not modules.exists():
        pytest.skip("no Node.js with @duckdb/node-api: make test-bi installs it where there is npm")
    (tmp_path / "node_modules").symlink_to(modules.resolve())
    (tmp_path / "ask.mjs").write_text(NODE)
    done = subprocess.run(
        ["node", tmp_path / "ask.mjs", bundled.published_warehouse, QUESTION], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert [(kind, int(n)) for kind, n in json.loads(done.stdout)] == answer


def exported(bundled, mart):
    """The Parquet export of a mart: a file, or a folder of files."""
    folder = bundled.published / "parquet"
    return folder / mart if (folder / mart).is_dir() else folder / f"{mart}.parquet"


def test_pandas_reads_the_parquet_exports(bundled, answer):
    quotes = pandas.read_parquet(exported(bundled, "quotes"))
    actors = pandas.read_parquet(exported(bundled, "actors"))
    both = quotes.merge(actors, left_on="speaker_actor_id", right_on="actor_id")
    found = both[both.country_iso3 == "UKR"].groupby("type").size()
    assert list(found.items()) == answer
    assert quotes.spans.map(lambda spans: spans[0][0]).equals(quotes.start_char)


def test_polars_reads_the_parquet_exports_lazily(bundled, answer):
    quotes, actors = (
        polars.scan_parquet(path / "**/*.parquet" if path.is_dir() else path)
        for path in (exported(bundled, "quotes"), exported(bundled, "actors"))
    )
    found = (
        quotes.join(actors, left_on="speaker_actor_id", right_on="actor_id")
        .filter(polars.col("country_iso3") == "UKR")
        .group_by("type")
        .len()
        .sort("type")
        .collect()
    )
    assert found.rows() == answer
    articles = polars.scan_parquet(exported(bundled, "articles")).collect_schema()
    assert articles["published_at"] == polars.Datetime("us")
    assert articles["topics"] == polars.List(polars.String)


@pytest.fixture(scope="module")
def engine(bundled):
    url = f"duckdb:///{bundled.published_warehouse}"
    engine = sqlalchemy.create_engine(url, connect_args={"read_only": True}, poolclass=sqlalchemy.pool.NullPool)
    yield engine
    engine.dispose()


def test_sqlalchemy_reads_and_cannot_write(engine, answer):
    with engine.connect() as con:
        assert [tuple(row) for row in con.execute(sqlalchemy.text(QUESTION))] == answer
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="read-only"):
            con.execute(sqlalchemy.text("DELETE FROM quotes"))


def test_sqlalchemy_lists_tables_and_views(engine):
    seen = sqlalchemy.inspect(engine)
    assert "quotes" in seen.get_table_names("main")
    assert {"quotes_wide", "events_wide"} <= set(seen.get_view_names("main"))
