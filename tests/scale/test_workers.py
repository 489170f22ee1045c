"""The DAG on CeleryExecutor with two workers, of which one is killed in the middle of a shard."""

import pytest
from marts import checksums
from scaling import skip_without

from extract import store


def test_a_worker_killed_in_mid_shard_costs_that_shard_alone(open_folder, request):
    skip_without("postgres", "redis", "s3")
    pytest.importorskip("airflow.providers.celery", reason="the extra scale is not installed: make .scale/.ready")
    from deploy.local import stack

    killed = []

    def kill(running):
        for task, number, worker, state, *_ in running.tasks():
            if not killed and task == "extract.shard" and worker == "worker-2" and state == "running":
                running.kill(worker)
                killed.append(number)

    with stack.stack(open_folder / "stack") as running:
        tasks = running.finish(kill)
        settings = running.settings()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in running.environment.items():
                if name.startswith("AWS_"):
                    patch.setenv(name, value)
            shards = store.files(settings.shards, "*/*/*/documents.parquet")
    assert killed, "the second worker read no shard"
    assert {state for *_, state, _, _ in tasks} == {"success"}
    read = {number: (worker, attempt) for task, number, worker, _, attempt, _ in tasks if task == "extract.shard"}
    assert len(read) == len(shards) > 2
    assert read.pop(killed[0]) == ("worker-1", 2)
    assert {attempt for _, attempt in read.values()} == {1}
    # All else is where the data folder is.
    assert {worker for task, _, worker, *_ in tasks if task != "extract.shard"} == {"worker-1"}
    bundled = request.getfixturevalue("bundled")  # made only where the rest was not skipped
    assert checksums(settings.published_warehouse) == checksums(bundled.published_warehouse)
