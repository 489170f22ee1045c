"""Kills: SIGKILL to a stage and all it started, at random times and before every step of its own on the disk.

After each, the stage is run again and what it left is compared with the undisturbed run; after some the rest of the
run follows, to the published marts.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.faults.workload import DAYS, KILLED, Ended, Step, Work, last_lines

SEED = 20221014
# Of forty kills so many in each stage; building takes as long as all the others together.
SHARES = {"ingest": 14, "extract": 12, "load": 9, "publish": 3, "reconcile": 1, "build": 1}
# Of eighty kills, the one after which the rest of the run follows: in extract, of the first day.
WHOLE = 14
# Events of the interpreter (sys.addaudithook) before each step on the disk that others could see.
DISK = {"os.rename", "os.remove", "os.link", "os.symlink", "os.rmdir", "shutil.rmtree", "subprocess.Popen"}
SYSTEMATIC = ("ingest", "extract", "load", "publish")
Result = dict[str, Any]


def random_kill(work: Work, number: int) -> Result:
    """The kill of this number: stage, day and moment follow from the number and the seed alone."""
    chance = random.Random(f"{SEED}/{number}")
    cycle = [stage for stage, share in SHARES.items() for _ in range(share)]
    stage, day = cycle[number % len(cycle)], DAYS[number // len(cycle) % 2]
    whole = number % (2 * len(cycle)) == WHOLE
    return kill(work, Step(day, stage), chance.random(), number=number, whole=whole)


def kill(work: Work, step: Step, share: float, *, number: int | None = None, whole: bool = False) -> Result:
    """Kill a stage after a share of the time that it takes undisturbed."""
    after = share * work.seconds[step]
    while True:
        data = work.disturbed(step)
        ended = work.kill(step.command, data, after)
        if ended.status == KILLED or after < 0.01:
            break
        after /= 2  # it had ended before: the machine is faster now than in the undisturbed run
    problems = again(work, step, data, whole=whole)
    return result("killed at a random time", step, ended, problems, number=number, after=round(after, 3), whole=whole)


def kills_at_each_step(work: Work, step: Step, first: int = 1, every: int = 1) -> Iterator[Result]:
    """Kill a stage before its first, second, ... step on the disk, until it comes to its end."""
    for number in range(first, 1000, every):
        data = work.disturbed(step)
        ended = work.run(step.command, data, dying_at(number))
        if ended.status != KILLED:
            break
        problems = again(work, step, data)
        yield result("killed before a step on the disk", step, ended, problems, number=number)


def dying_at(number: int) -> Callable[[], None]:
    """For a forked process: kill it, and all it started, before its step of that number."""

    def arm() -> None:
        seen = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if event in DISK:
                seen += 1
                if seen == number:
                    os.killpg(0, signal.SIGKILL)

        sys.addaudithook(hook)

    return arm


def again(work: Work, step: Step, data: Path, *, whole: bool = False) -> list[str]:
    """Run a stage again after a fault; returns what is not as it would be without the fault."""
    ended = work.run(step.command, data)
    if ended.status:
        return [f"run again, it failed: {last_lines(ended.output)}"]
    problems = work.differences(step, data)
    return work.finish(step, data) if whole and not problems else problems


def whole_run_kill(work: Work, number: int) -> Result:
    """Kill ``wirehouse run``, Airflow and all, at a random time; run it again and compare the published marts."""
    data = work.folder / "run"
    if not (seconds := work.folder / "run-seconds").exists():
        shutil.rmtree(data, ignore_errors=True)
        started = time.monotonic()
        wirehouse_run(work, data)
        seconds.write_text(str(time.monotonic() - started))
    shutil.rmtree(data, ignore_errors=True)
    after = random.Random(f"{SEED}/run/{number}").random() * float(seconds.read_text())
    killed = wirehouse_run(work, data, after)
    ended = wirehouse_run(work, data)
    step = Step(DAYS[0], "reconcile")
    problems = [last_lines(ended.output)] if ended.status else work.differences(step, data)
    return result("wirehouse run killed", step, killed, problems, number=number, after=round(after, 1))


def wirehouse_run(work: Work, data: Path, kill_after: float | None = None) -> Ended:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    started = time.monotonic()
    log = work.folder / "output.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "wirehouse", "run", "--day", str(DAYS[0])],
            env=environment | {"WIREHOUSE_DATA": str(data), "WIREHOUSE_CONFIG": str(work.config)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return Ended(process.returncode, log.read_text(errors="replace"), time.monotonic() - started)


def result(fault: str, step: Step, ended: Ended, problems: list[str], **more: Any) -> Result:
    return {
        "fault": fault,
        "stage": step.stage,
        "day": str(step.day),
        "was_cut_off": ended.status == KILLED,
        "problems": problems,
        **more,
    }
