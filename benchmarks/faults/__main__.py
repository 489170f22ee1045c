"""The fault suite: every stage disturbed in every way, run again, and compared with the undisturbed run.

    python -m benchmarks.faults kills --from 0 --count 200     SIGKILL at random times
    python -m benchmarks.faults steps                          SIGKILL before each step of a stage on the disk
    python -m benchmarks.faults runs --count 5                 SIGKILL to wirehouse run
    python -m benchmarks.faults others [NAME ...]              full and read-only disks, torn files, clocks, ...
    python -m benchmarks.faults quick                          a choice of all these, without builds
    python -m benchmarks.faults table                          writes docs/faults.md from all results

Results are appended to ``FOLDER/results.jsonl`` one by one, so that the suite can be run in pieces: a kill or fault
that stands there is not made again. Exits with 1 where a fault did harm.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.faults import kills, others, table
from benchmarks.faults.workload import DAYS, STEPS, Step, Work
from extract.settings import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kills", "steps", "runs", "others", "quick", "table"))
    parser.add_argument("names", nargs="*", help="others: only these")
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no other fault after this time")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "faults")
    asked = parser.parse_args()
    file = asked.folder / "results.jsonl"
    done = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    if asked.what == "table":
        table.write(done)
        return
    started = time.monotonic()
    work = Work(asked.folder / "quick", STEPS[:3]) if asked.what == "quick" else Work(asked.folder / "work")
    work.prepare()
    harm = 0
    with file.open("a") as out:
        for made in make(work, asked, done):
            out.write(json.dumps(made) + "\n")
            out.flush()
            harm += bool(made["problems"])
            print(told(made), file=sys.stderr)
            if made.get("more") is not True and time.monotonic() - started > asked.seconds:
                break
    raise SystemExit(1 if harm else 0)


def make(work: Work, asked: argparse.Namespace, done: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The faults that are asked for and have not been made."""
    known = {(d["fault"], d["stage"], d["day"], d.get("number")) for d in done}
    numbers = range(asked.first, asked.first + asked.count)
    if asked.what == "kills":
        seen = {d["number"] for d in done if d["fault"] == "killed at a random time"}
        yield from (kills.random_kill(work, n) for n in numbers if n not in seen)
    elif asked.what == "runs":
        seen = {d["number"] for d in done if d["fault"] == "wirehouse run killed"}
        yield from (kills.whole_run_kill(work, n) for n in numbers if n not in seen)
    elif asked.what == "steps":
        for day in DAYS:
            for stage in kills.SYSTEMATIC:
                step, number = Step(day, stage), 1
                while ("killed before a step on the disk", stage, str(day), number) in known:
                    number += 1
                yield from kills.kills_at_each_step(work, step, number)
    elif asked.what == "quick":
        for step in work.steps:
            yield from kills.kills_at_each_step(work, step, every=3)
        yield kills.kill(work, work.steps[-1], 0.5)
        for name in ("read_only", "clock_behind", "two_runs"):
            yield from others.FAULTS[name](work)
    else:
        made = {d["made_by"] for d in done if d.get("more") is False}
        for name, fault in others.FAULTS.items():
            if name in asked.names or (not asked.names and name not in made):
                results = list(fault(work))  # all of a function or none, so that it can be told what is still to make
                for number, result in enumerate(results, 1):
                    yield result | {"made_by": name, "more": number < len(results)}


def told(made: dict[str, Any]) -> str:
    what = made.get("name") or f"{made['fault']} {made.get('number') or ''}"
    after = f" after {made['after']} s" if "after" in made else ""
    return f"{what}, {made['stage']} of {made['day']}{after}: " + ("; ".join(made["problems"]) or "as undisturbed")


if __name__ == "__main__":
    main()
