"""The DAG as Airflow sees it."""

import runpy

import pytest

from extract.orchestrate import DAGS, POOLS


@pytest.fixture(scope="module")
def dag(airflow):
    return runpy.run_path(str(DAGS / "news_daily.py"))["DAG"]


def test_every_dag_file_loads(airflow):
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(dag_folder=DAGS, bundle_path=DAGS, bundle_name="dags-folder")
    assert not bag.import_errors
    assert set(bag.dags) == {"news_daily"}


def test_tasks_and_groups_are_named_as_the_stages(dag):
    tops = {task_id.split(".")[0] for task_id in dag.task_ids}
    assert tops == {"ingest", "extract", "load", "build", "publish"}


def test_dag_names_owner_tier_and_triage(dag):
    assert "Owner" in dag.doc_md
    assert "Triage" in dag.doc_md
    assert any(tag.startswith("tier-") for tag in dag.tags)
    assert all(task.owner != "airflow" for task in dag.tasks)


def test_whoever_writes_the_warehouse_waits_in_its_pool(dag):
    writers = {t.task_id for t in dag.tasks if t.pool == "warehouse"}
    assert writers == {"load", "build", "publish.copy", "publish.reconcile"}


def test_pools_the_dag_needs_are_made_in_set_up(airflow, dag):
    from airflow.models.pool import Pool

    for name in {t.pool for t in dag.tasks} - {"default_pool"}:
        assert name in POOLS
        assert Pool.get_pool(name).slots == 1


def test_a_day_has_an_interval_of_that_day(dag):
    import pendulum
    from airflow.serialization.encoders import coerce_to_core_timetable

    interval = coerce_to_core_timetable(dag.timetable).infer_manual_data_interval(
        run_after=pendulum.datetime(2022, 10, 15, tz="UTC")
    )
    assert interval.start == pendulum.datetime(2022, 10, 14, tz="UTC")
    assert interval.end == pendulum.datetime(2022, 10, 15, tz="UTC")
