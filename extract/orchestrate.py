"""Airflow for one machine: its environment, its set-up, and one run of the DAG in this process."""

from __future__ import annotations

import atexit
import gc
import os
import runpy
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from extract.settings import ROOT, Settings

DAGS = ROOT / "dags"
BIN = Path(sys.executable).parent
POOLS = {"warehouse": "the one writer of the warehouse file"}


def environment(settings: Settings) -> dict[str, str]:
    """Airflow's own settings for a run from this clone: everything it writes goes to the data folder."""
    home = settings.airflow_home
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(settings.logs / "airflow"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",  # airflow starts its parts by name
        "PYTHONPATH": str(ROOT),
    }


def prepare(settings: Settings) -> None:
    """Set Airflow up where it is not: its database, and the pool that the scheduler would wait for."""
    os.environ.update(environment(settings))
    settings.airflow_home.mkdir(parents=True, exist_ok=True)
    from airflow.models.pool import Pool  # after the environment is set: Airflow reads it on import
    from airflow.utils.db import check_migrations, upgradedb

    try:
        check_migrations(0)
    except TimeoutError:
        upgradedb()
    for name, description in POOLS.items():
        Pool.create_or_update_pool(name, slots=1, description=description, include_deferred=False)


def airflow(arguments: list[str], settings: Settings) -> int:
    """Run an ``airflow`` command on this set-up until it ends or is interrupted; returns its exit status.

    The children of ``standalone`` outlive a signal to it, so it gets a process group, and the group is ended.
    """
    prepare(settings)
    command = [str(BIN / "airflow"), *arguments]
    process = subprocess.Popen(command, env=os.environ | environment(settings), start_new_session=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)


def run_dag(day: date, settings: Settings, dag_id: str = "news_daily") -> Any:
    """Run the DAG for the data interval of one UTC day, in this process; returns Airflow's DagRun."""
    # Importing Airflow makes a million objects that stay: looking through them again and again takes a tenth of a run.
    gc.set_threshold(100_000)
    # Likewise at the end of the process, where Python looks through all of them for what nobody needs any more: 3 s.
    atexit.register(gc.freeze)
    prepare(settings)
    dag = runpy.run_path(str(DAGS / f"{dag_id}.py"))["DAG"]
    # A run is started at the end of its data interval.
    return dag.test(logical_date=datetime.combine(day, time(), UTC) + timedelta(days=1))
