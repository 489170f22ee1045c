"""The daily run: schedule and wiring. What the tasks do stands in ``extract/stages``.

Stages are imported in the tasks, so that the scheduler can read this file in no time.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import Asset, CronDataIntervalTimetable, TriggerRule, dag, get_current_context, task, task_group

from extract.runs import Run
from extract.settings import settings

MARTS = Asset("wirehouse_marts", uri="file://wirehouse/published/wirehouse.duckdb")
WRITER = {"pool": "warehouse"}
# Reading is what needs many machines, and needs nothing of a machine but the store: workers of this queue (Celery) do
# it. All else takes place where the data folder is.
READERS = {"queue": "shards"}


def this_run() -> Run:
    context = get_current_context()
    dag_run = context["dag_run"]
    return Run(f"{dag_run.run_id}.{dag_run.clear_number}", context["data_interval_start"].date())


@dag(
    schedule=CronDataIntervalTimetable("@daily", timezone="UTC"),
    start_date=pendulum.datetime(2022, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "wirehouse",
        "retries": 1,
        "retry_delay": timedelta(seconds=10),
        # A task that hangs, as DuckDB once did without memory for a thread, ends and is tried again.
        "execution_timeout": timedelta(hours=12),
    },
    tags=["wirehouse", "tier-1"],
    doc_md="""
    # news_daily

    **Owner**: wirehouse. **Tier**: 1, analysts read its marts every morning.

    Ingests what the sources of `config/sources.yml` gave in one UTC day, reads the relevant articles shard by
    shard, loads the rows into the warehouse, builds the marts with dbt and publishes a copy for readers.

    **Triage**: a failed task can be cleared and run again at any time, alone or with what follows it; nothing is
    done twice. Readers keep the last published copy meanwhile. `reconcile` fails where the counts of the day do
    not add up, as after a lost shard: clear the whole run. Days can be run again or backfilled in any order.
    """,
)
def news_daily():
    @task_group
    def ingest():
        @task
        def sources() -> list[str]:
            from extract.stages import ingest

            return ingest.source_ids(settings())

        @task
        def source(source_id: str) -> dict[str, int]:
            from extract.stages import ingest

            return ingest.ingest(this_run(), source_id, settings())

        source.expand(source_id=sources())

    @task_group
    def extract():
        # One source that fails for good must not keep the others' articles from being read.
        @task(trigger_rule=TriggerRule.ALL_DONE)
        def shards() -> list[dict[str, int]]:
            from extract.stages import extract

            return extract.plan(this_run(), settings())

        @task(**READERS)
        def shard(shard: dict[str, int]) -> dict[str, int]:
            from extract.stages import extract

            return extract.extract(this_run(), shard, settings())

        shard.expand(shard=shards())

    @task(trigger_rule=TriggerRule.ALL_DONE, **WRITER)
    def load() -> dict[str, int]:
        from extract.stages import load

        return load.load(this_run(), settings())

    @task(**WRITER)
    def build() -> bool:
        from extract.stages import build

        return build.build(this_run(), settings())

    @task_group
    def publish():
        @task(outlets=[MARTS], **WRITER)
        def copy() -> str:
            from extract.stages import publish

            return str(publish.publish(this_run(), settings()))

        @task(retries=0, **WRITER)
        def reconcile() -> dict[str, int]:
            from extract.stages import publish

            return publish.reconcile(this_run(), settings())

        copy() >> reconcile()

    ingest() >> extract() >> load() >> build() >> publish()


DAG = news_daily()
