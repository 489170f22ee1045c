"""The dashboards as YAML and the zip made from it, without Superset."""

import json
import sys
import zipfile
from pathlib import Path

import pytest
import sqlalchemy
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bi" / "superset"))
import bundle  # noqa: E402


@pytest.fixture(scope="module")
def files(bundled, tmp_path_factory):
    """Path in the zip -> what its YAML says."""
    path = tmp_path_factory.mktemp("bundle") / "wirehouse.zip"
    bundle.bundle(path, bundled.published_warehouse)
    with zipfile.ZipFile(path) as archive:
        return {name: yaml.safe_load(archive.read(name)) for name in archive.namelist()}


def of(files, kind):
    return [content for path, content in files.items() if path.startswith(f"wirehouse/{kind}/")]


def test_every_dashboard_is_there_and_every_chart_stands_on_one(files):
    dashboards = of(files, "dashboards")
    assert {d["slug"] for d in dashboards} == {"overview", "actors", "quotes", "events", "data-quality"}
    placed = [
        part["meta"]["uuid"]
        for d in dashboards
        for part in d["position"].values()
        if isinstance(part, dict) and part["type"] == "CHART"
    ]
    assert sorted(placed) == sorted(chart["uuid"] for chart in of(files, "charts"))
    assert len(placed) == len(set(placed)) >= 50


def test_rows_are_no_wider_than_the_page(files):
    for dashboard in of(files, "dashboards"):
        for row in dashboard["position"].values():
            if isinstance(row, dict) and row["type"] == "ROW":
                assert sum(dashboard["position"][chart]["meta"]["width"] for chart in row["children"]) <= 12


def test_charts_ask_for_columns_and_metrics_that_their_dataset_has(files):
    datasets = {d["uuid"]: d for d in of(files, "datasets")}
    for chart in of(files, "charts"):
        dataset = datasets[chart["dataset_uuid"]]
        [query] = json.loads(chart["query_context"])["queries"]
        columns = {c if isinstance(c, str) else c["label"] for c in query["columns"]}
        assert columns <= {c["column_name"] for c in dataset["columns"]}, chart["slice_name"]
        metrics = {*(query["metrics"] or []), *(metric for metric, _ in query["orderby"])}
        assert metrics <= {m["metric_name"] for m in dataset["metrics"]}, chart["slice_name"]
        assert columns or metrics


def test_filters_go_by_columns_that_their_dataset_has(files):
    datasets = {d["uuid"]: {c["column_name"] for c in d["columns"]} for d in of(files, "datasets")}
    targets = [
        target
        for dashboard in of(files, "dashboards")
        for wanted in dashboard["metadata"]["native_filter_configuration"]
        for target in wanted["targets"]
        if target
    ]
    assert targets
    for target in targets:
        assert target["column"]["name"] in datasets[target["datasetUuid"]]


def test_columns_have_the_comments_of_the_catalogue(files):
    [quotes] = [d for d in of(files, "datasets") if d["table_name"] == "quotes"]
    described = {c["column_name"]: c["description"] for c in quotes["columns"]}
    assert described["confidence"] == "share of such rows expected to be right, 0 to 1"


def test_warehouse_is_all_that_a_question_can_reach(files, bundled, tmp_path):
    [database] = of(files, "databases")
    assert not database["allow_dml"]
    # No pool: a connection that stays open keeps other tests of this process from opening the file in their own way.
    engine = sqlalchemy.create_engine(
        f"duckdb:///{bundled.published_warehouse}",
        connect_args=database["extra"]["engine_params"]["connect_args"],
        poolclass=sqlalchemy.pool.NullPool,
    )
    (tmp_path / "secret.csv").write_text("a\n1\n")

    def ask(question):
        with engine.connect() as con:
            return con.execute(sqlalchemy.text(question)).fetchall()

    assert ask("SELECT count(*) > 0 FROM quotes_wide") == [(True,)]
    assert ask("SELECT count(*) > 0 FROM actor_ids('zelensky')") == [(True,)]
    for question in (
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"SELECT * FROM '{tmp_path}/secret.csv'",
        f"COPY quotes TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/other.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "DELETE FROM quotes",
    ):
        with pytest.raises(sqlalchemy.exc.DBAPIError):
            ask(question)


def test_same_yaml_makes_the_same_ids(files, bundled, tmp_path):
    bundle.bundle(tmp_path / "again.zip", bundled.published_warehouse)
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        assert {name: yaml.safe_load(archive.read(name)) for name in archive.namelist()} == files


def test_missing_warehouse_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["bundle.py", str(tmp_path / "x.zip"), "--warehouse", str(tmp_path / "none.duckdb")]
    )
    with pytest.raises(SystemExit):
        bundle.main()
    assert "does not exist yet: wirehouse run makes it" in capsys.readouterr().err
