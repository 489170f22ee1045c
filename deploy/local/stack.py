"""The whole of it on this machine: Airflow on Celery with two workers, Redis, PostgreSQL, S3 and DuckLake.

``python -m deploy.local.stack`` starts all of it on loopback in a folder of its own, lets the DAG run over the bundled
articles to the end, shows which worker did what, and stops. The second worker has a data folder of its own, as one on
another machine would have: it reads shards, and knows of the first by the store alone.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from rich.console import Console
from rich.table import Table

from deploy.local import services
from extract import orchestrate
from extract.settings import Settings

BUCKET = "wirehouse"
DAG = "news_daily"
# Longer than a run over the bundled articles takes on a busy machine of one core.
PATIENCE = 1500
TASKS = """
    SELECT task_id, map_index, hostname, state, try_number, extract(epoch FROM end_date - start_date)
    FROM task_instance WHERE dag_id = %s ORDER BY start_date NULLS LAST
"""


class RunFailed(RuntimeError):
    """The DAG did not come to a good end; the message says where its logs are."""


def hostname() -> str:
    """Name under which Airflow notes where a task ran: its worker's (``core.hostname_callable``)."""
    return os.environ.get("WIREHOUSE_WORKER", "airflow")


@dataclass
class Stack:
    """What is running: where it keeps its files, the environment its parts have, and its workers by name."""

    folder: Path
    environment: dict[str, str]
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def settings(self) -> Settings:
        """Settings of the first worker, which loads, builds and publishes."""
        names = {"data": Path, "store": str, "target": str, "catalog": str}
        found = {n: kind(self.environment[f"WIREHOUSE_{n.upper()}"]) for n, kind in names.items()}
        return Settings(**found)  # type: ignore[arg-type]

    def ask(self, query: str) -> list[tuple]:
        """Ask Airflow's database about the DAG."""
        names = ("host", "port", "user", "password")
        reach = {name: self.environment[f"PG{name.upper()}"] for name in names}
        with closing(psycopg2.connect(dbname="airflow", **reach)) as con, con.cursor() as cursor:
            cursor.execute(query, [DAG])
            return cursor.fetchall()

    def tasks(self) -> list[tuple]:
        """(task, map index, worker, state, try, seconds) of each task that has begun or waits."""
        return self.ask(TASKS)

    def finish(self, meanwhile: Callable[[Stack], None] | None = None) -> list[tuple]:
        """Wait until the DAG's run has ended well and return its tasks; raises RunFailed."""
        until = time.time() + PATIENCE
        while time.time() < until:
            states = [state for (state,) in self.ask("SELECT state FROM dag_run WHERE dag_id = %s")]
            if states and all(state == "success" for state in states):
                return self.tasks()
            if "failed" in states:
                break
            if meanwhile:
                meanwhile(self)
            time.sleep(1)
        told = [f"{task} {number} on {worker}, try {n}: {state}" for task, number, worker, state, n, _ in self.tasks()]
        # The end of what each failed task said, which would be gone with the folder.
        logs = sorted((self.folder / "data" / "logs").rglob("*.log"), key=lambda f: f.stat().st_mtime)
        ends = [f"{log}:\n{text[-1500:]}" for log in logs if "Traceback" in (text := log.read_text(errors="replace"))]
        raise RunFailed(
            f"the run of {DAG} failed or took too long: see {self.folder / 'data' / 'logs'} and {self.folder}/*.log\n"
            + "\n".join([*told, *ends[-3:]])
        )

    def kill(self, worker: str) -> None:
        """End a worker, and what it is doing, as a machine that fails would."""
        os.killpg(self.workers[worker].pid, signal.SIGKILL)


@contextmanager
def stack(folder: Path, *, s3: bool = True, target: str = "ducklake") -> Iterator[Stack]:
    """Start everything in ``folder``, stop it at the end. Without ``s3`` the store is a folder that workers share."""
    with ExitStack() as up:
        postgres = up.enter_context(services.postgres(folder / "postgres"))
        for database in ("airflow", "wirehouse"):
            services.create_database(database, postgres)
        redis = up.enter_context(services.redis(folder / "redis"))
        store = {"WIREHOUSE_STORE": str(folder / "store")}
        if s3:
            reach = up.enter_context(services.s3(folder / "s3"))
            make_bucket(reach)
            store = reach | {"WIREHOUSE_STORE": f"s3://{BUCKET}/news"}
        up_to_now = Stack(folder, environment(folder, postgres, redis, store, target))
        start(up_to_now, up)
        yield up_to_now


def environment(
    folder: Path, postgres: dict[str, str], redis: str, store: dict[str, str], target: str
) -> dict[str, str]:
    """What every part is told: a production set-up differs in the addresses."""
    login = "{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}/airflow".format(**postgres)
    port = services.free_port()
    return (
        {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "WIREHOUSE", "AWS"))}
        | orchestrate.environment(Settings(data=folder / "data"))
        | postgres
        | store
        | {
            "WIREHOUSE_DATA": str(folder / "data"),
            "WIREHOUSE_TARGET": target,
            "WIREHOUSE_CATALOG": "postgres:dbname=wirehouse",
            "WIREHOUSE_SHARD_ARTICLES": "8",  # the bundled articles give several shards
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{services.HOST}:{port}/execution/",
            "AIRFLOW__CORE__HOSTNAME_CALLABLE": "deploy.local.stack.hostname",
            "AIRFLOW__API__HOST": services.HOST,
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__WORKERS": "1",
            # Without one secret for all, workers are refused.
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{login}",
            "AIRFLOW__CELERY__BROKER_URL": redis,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql://{login}",
            # A worker that is gone is noticed after this many seconds without a sign of its tasks.
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
        }
    )


def make_bucket(reach: dict[str, str]) -> None:
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=reach["AWS_ENDPOINT_URL"],
        aws_access_key_id=reach["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=reach["AWS_SECRET_ACCESS_KEY"],
        region_name=reach["AWS_DEFAULT_REGION"],
    )
    client.create_bucket(Bucket=BUCKET)


def start(up_to_now: Stack, up: ExitStack) -> None:
    """Set up Airflow's database, then start its parts and two workers."""
    folder, env = up_to_now.folder, up_to_now.environment

    def airflow(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "airflow", *arguments]

    for setting in (("db", "migrate"), *(("pools", "set", n, "1", about) for n, about in orchestrate.POOLS.items())):
        with (folder / "setup.log").open("ab") as log:
            subprocess.run(airflow(*setting), env=env, stdout=log, stderr=log, check=True)
    port = int(env["AIRFLOW__API__PORT"])

    def run(
        name: str, *arguments: str, ready: Callable[[], bool] = lambda: True, **more: str
    ) -> subprocess.Popen[bytes]:
        return up.enter_context(services.running(airflow(*arguments), folder / f"{name}.log", ready, env=env | more))

    run("api-server", "api-server", ready=lambda: services.answers(port))
    for part in ("scheduler", "dag-processor"):
        run(part, part)
    # The first has the data folder and does everything, the second reads shards alone.
    for name, queues in (("worker-1", "default,shards"), ("worker-2", "shards")):
        own = {"WIREHOUSE_WORKER": name, "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(services.free_port())}
        if name != "worker-1":
            own["WIREHOUSE_DATA"] = str(folder / name)
        arguments = (
            "--queues",
            queues,
            "--concurrency",
            "1",
            "--celery-hostname",
            name,
            "--pid",
            str(folder / f"{name}.pid"),
        )
        up_to_now.workers[name] = run(name, "celery", "worker", *arguments, **own)


def show(console: Console, tasks: list[tuple]) -> None:
    table = Table("task", "worker", "state", "try", "seconds")
    for task, number, worker, state, attempt, seconds in tasks:
        name = task if number < 0 else f"{task} {number}"
        table.add_row(name, worker, state, str(attempt), "" if seconds is None else f"{seconds:.1f}")
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where everything is kept, which is not removed then")
    parser.add_argument("--disk", action="store_true", help="the store is a folder, not S3")
    parser.add_argument("--target", choices=["local", "ducklake"], default="ducklake", help="the warehouse")
    arguments = parser.parse_args()
    console = Console()
    if lacking := services.missing("postgres", "redis", *([] if arguments.disk else ["s3"])):
        parser.error(f"not installed: {lacking}")
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="wirehouse-scale-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL's own user must get through
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.time()
    kept = arguments.folder is not None
    try:
        with stack(folder.resolve(), s3=not arguments.disk, target=arguments.target) as running:
            console.print(f"Up after {time.time() - started:.0f} s in {folder}; running {DAG} ...", highlight=False)
            show(console, running.finish())
            console.print(f"Took {time.time() - started:.0f} s with start and set-up", highlight=False)
    except RunFailed as failure:
        kept = True  # with the logs
        raise SystemExit(str(failure)) from failure
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
