"""Faults other than kills. Each function makes one, looks at what the run says, mends it and compares.

A fault did no harm where the run went on as if nothing were, or stopped and said what to do, and after that the state
is that of the undisturbed run; what did not come out so is in ``problems``.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.faults.kills import again
from benchmarks.faults.workload import DAYS, STEPS, Ended, Step, Work, in_child, last_lines
from extract import runs

Result = dict[str, Any]
FIRST, SECOND = DAYS
LAST = STEPS[-1]
MEGABYTE = 1 << 20


def result(name: str, step: Step, how: str, seen: str, outcome: str, problems: list[str]) -> Result:
    return {
        "name": name,
        "fault": name,
        "stage": step.stage,
        "day": str(step.day),
        "how": how,
        "seen": seen,
        "outcome": outcome,
        "problems": problems,
    }


def stopped(ended: Ended, *words: str) -> list[str]:
    """Problems of a command that is to stop and say these words, without a traceback."""
    missing = [w for w in words if w not in ended.output]
    if ended.status == 0:
        return ["it went on as if nothing were"]
    return ([f"it does not say {missing}: {last_lines(ended.output)}"] if missing else []) + (
        ["it shows a traceback"] if "Traceback" in ended.output else []
    )


# --- the disk -----------------------------------------------------------------------------------------------


@contextmanager
def small_disk(work: Work, step: Step) -> Iterator[Path]:
    """The data before a step on a file system of its own, which ``resize`` and ``mount -o remount`` change."""
    place = work.folder / "small"
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", place], check=True)
    try:
        shutil.copytree(work.before(step), place / "data", symlinks=True)
        yield place / "data"
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def remount(data: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", data.parent], check=True)


def may_mount() -> bool:
    place = Path("/proc/self/status").read_text().partition("CapEff:")[2].split()[0]
    return bool(int(place, 16) >> 21 & 1)  # CAP_SYS_ADMIN


def size(folder: Path) -> int:
    return sum(-(-f.stat().st_size // 4096) * 4096 for f in folder.rglob("*") if f.is_file() and not f.is_symlink())


def disk_full(work: Work) -> Iterator[Result]:
    """No room at all, and room for half of what the stage writes."""
    yield from no_room(work, [s for s in work.last_day() if s.stage in ("ingest", "extract", "load", "publish")])


def disk_full_in_build(work: Work) -> Iterator[Result]:
    yield from no_room(work, [s for s in work.last_day() if s.stage == "build"])


def no_room(work: Work, steps: list[Step]) -> Iterator[Result]:
    for step in steps:
        written = size(work.before(work.after(step))) - size(work.before(step))
        for room in (0, max(written // 2, 4096)) if step.stage != "build" else (written // 2,):
            if not may_mount():
                data = work.disturbed(step)
                limit = max(room // 8, 1024)
                ended = work.run(
                    step.command, data, lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                )
                how = f"no file may grow beyond {limit:,} bytes (RLIMIT_FSIZE)"
                problems = stopped(ended) + again(work, step, data)
            else:
                with small_disk(work, step) as data:
                    remount(data, f"size={size(data) + room + 65_536}")
                    fill(data.parent, room)
                    ended = work.run(step.command, data)
                    (data.parent / "filler").unlink()
                    remount(data, "size=2g")
                    problems = (stopped(ended, "No space left on device") if ended.status else []) + again(
                        work, step, data
                    )
                how = f"a file system (tmpfs) with {room:,} bytes left"
            seen = last_lines(ended.output) if ended.status else "the room sufficed"
            yield result("disk full", step, how, seen, "with room, run again: as undisturbed", problems)


def fill(place: Path, room: int) -> None:
    """Fill a file system up to the room that is to be left."""
    free = shutil.disk_usage(place).free - room
    with (place / "filler").open("wb") as file:
        file.write(b"\0" * max(free, 0))


def read_only(work: Work) -> Iterator[Result]:
    if os.geteuid() == 0 and not may_mount():
        return  # root in a container writes wherever it likes
    for step in [s for s in work.last_day() if s.stage != "reconcile"]:
        if may_mount():
            with small_disk(work, step) as data:
                remount(data, "ro")
                ended = work.run(step.command, data)
                remount(data, "rw")
                problems = stopped(ended, "Read-only file system") + (
                    again(work, step, data) if step.stage != "build" else []
                )
            how = "the data folder on a file system mounted read-only"
        else:
            data = work.disturbed(step)
            for folder in [data, *(p for p in data.rglob("*") if p.is_dir() and not p.is_symlink())]:
                folder.chmod(0o555)
            ended = work.run(step.command, data)
            for folder in [data, *(p for p in data.rglob("*") if p.is_dir() and not p.is_symlink())]:
                folder.chmod(0o755)
            problems, how = (
                stopped(ended, "Permission denied") + again(work, step, data),
                "every folder without write permission",
            )
        yield result(
            "read-only disk", step, how, last_lines(ended.output), "written to again: as undisturbed", problems
        )


# --- memory -------------------------------------------------------------------------------------------------


def out_of_memory(work: Work) -> Iterator[Result]:
    for step in [s for s in work.last_day() if s.stage in ("ingest", "extract", "load", "publish")]:
        for megabytes in (4, 64):
            data = work.disturbed(step)
            ended = work.run(step.command, data, lambda megabytes=megabytes: limit_memory(megabytes * MEGABYTE))
            # A library that ends the process says so itself, and that is a kill like any other.
            told = stopped(ended, "not enough memory") if ended.status > 0 else []
            problems = told + again(work, step, data)
            seen = last_lines(ended.output, 1) if ended.status else "it sufficed"
            how = f"{megabytes} MB of address space beyond what the process has at its start (RLIMIT_AS)"
            yield result("out of memory", step, how, seen, "with memory, run again: as undisturbed", problems)


def limit_memory(spare: int) -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + spare, used + spare))


# --- the clock ----------------------------------------------------------------------------------------------


def shift_clock(seconds: Callable[[], float]) -> None:
    """Shift the clock that Wirehouse reads (``runs.utcnow`` and ``time.time``) in this process."""
    real = time.time

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.fromtimestamp(time.time(), tz)

    time.time = lambda: real() + seconds()  # type: ignore[method-assign]
    runs.datetime = Shifted  # type: ignore[misc]


HOW = "what the process reads of the clock (utcnow, time.time) is shifted"


def clock_behind(work: Work) -> Iterator[Result]:
    step = work.last_day()[0]
    data = work.disturbed(step)
    behind = time.time() - datetime(2025, 6, 1).timestamp()
    ended = work.run(step.command, data, lambda: shift_clock(lambda: -behind))
    problems = stopped(ended, "set the clock right") + again(work, step, data)
    how = f"{HOW}: a month behind the day of the run"
    yield result("clock behind", step, how, last_lines(ended.output), "set right, run again: as undisturbed", problems)


def clock_jumps(work: Work) -> Iterator[Result]:
    """Ten years ahead for a whole day's run, to and fro at every look, and set back after a run."""
    ahead = 10 * 365 * 86_400.0
    changes: dict[str, tuple[str, Callable[[], float]]] = {
        "clock ten years ahead": ("for a whole day's run", lambda: ahead),
        "clock jumps": ("a day to and fro at every look", lambda: random.uniform(-86_400, 86_400)),
    }
    for name, (more, change) in changes.items():
        data = work.disturbed(work.last_day()[0])
        problems = []
        for step in work.last_day()[:3]:
            ended = work.run(step.command, data, partial(shift_clock, change))
            problems += ([last_lines(ended.output)] if ended.status else []) + work.differences(step, data)
        yield result(name, step, f"{HOW}, {more}", "nothing", "as undisturbed", problems)

    step = work.last_day()[0]
    data = work.disturbed(step)
    work.run(step.command, data, partial(shift_clock, lambda: ahead))
    problems = again(work, step, data)
    yield result("clock set back after a run", step, HOW, "nothing", "as undisturbed", problems)


# --- damaged files ------------------------------------------------------------------------------------------


def cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def change_bytes(file: Path) -> None:
    content = bytearray(file.read_bytes())
    # Parquet has its rows in front; what it says of them at the end has no checksum.
    start = 100 if file.suffix == ".parquet" else len(content) // 2
    content[start : start + 64] = bytes(b ^ 0x5A for b in content[start : start + 64])
    file.write_bytes(content)


def empty(file: Path) -> None:
    os.truncate(file, 0)


DAMAGES: dict[str, Callable[[Path], None]] = {"cut off": cut_off, "bytes changed": change_bytes, "empty": empty}


def mended(work: Work, data: Path, step: Step, *, tells: str) -> list[str]:
    """Problems of finding damage by ``doctor``, mending it by ``doctor --repair``, and the state after that."""
    problems = [f"doctor: {p}" for p in stopped(work.run(["doctor"], data), "doctor --repair", tells)]
    ended = work.run(["doctor", "--repair"], data)
    if ended.status:
        problems.append(f"doctor --repair failed: {last_lines(ended.output, 6)}")
    return problems + work.differences(step, data)


def landed_file(data: Path, day: Any, source: str = "wire") -> Path:
    [file] = (data / "landing" / "articles" / f"date={day}" / f"source={source}").glob("*.parquet")
    return file


def damaged_landing(work: Work) -> Iterator[Result]:
    """A file whose articles staging has; it is written again out of staging."""
    step = Step(SECOND, "ingest")
    for name, damage in DAMAGES.items():
        data = work.disturbed(Step(SECOND, "extract"))
        damage(landed_file(data, FIRST))
        ended = work.run(["extract", "--day", str(FIRST)], data)
        problems = mended(work, data, step, tells="articles")
        if ended.status:
            problems += stopped(ended, "is damaged", "doctor --repair")
        seen = last_lines(ended.output) if ended.status else "nothing: what changed was not read; doctor finds it"
        how = f"a loaded file of landing/articles {name}"
        yield result(
            "corrupt landing file",
            step,
            how,
            seen,
            "doctor --repair writes it out of staging",
            problems,
        )


def damaged_landing_not_loaded(work: Work) -> Iterator[Result]:
    """A file that was not loaded yet; its source is read again, and its articles are told as landed twice."""
    data = work.disturbed(Step(SECOND, "extract"))
    cut_off(landed_file(data, SECOND))
    ended = work.run(["extract", "--day", str(SECOND)], data)
    problems = stopped(ended, "is damaged", "doctor --repair") + mended(work, data, LAST, tells="articles")
    problems = [p for p in problems if not p.startswith("accounts")]
    how = "a file of landing/articles cut off before it was loaded"
    yield result(
        "corrupt landing file",
        Step(SECOND, "extract"),
        how,
        last_lines(ended.output),
        "doctor --repair reads the source again, loads, builds, publishes",
        problems,
    )


def damaged_landing_and_source_gone(work: Work) -> Iterator[Result]:
    """What is in no other place is told, article by article."""
    step = Step(SECOND, "extract")
    data = work.disturbed(step)
    empty(landed_file(data, SECOND))
    source, away = work.config / "wire" / str(SECOND), work.folder / "away"
    source.rename(away)
    try:
        ended = work.run(["doctor", "--repair"], data)
    finally:
        away.rename(source)
    problems = stopped(ended, "cannot be had again", "article ")
    how = "a file of landing/articles emptied before it was loaded, and its source gone"
    yield result(
        "corrupt landing file",
        step,
        how,
        "doctor --repair names every article that is lost",
        "the emptied file stays in data/damaged",
        problems,
    )


def torn_shard(work: Work) -> Iterator[Result]:
    """Its articles are read a second time, which is told: so of all that is compared the accounts differ."""
    step = Step(SECOND, "load")
    for number, (table, damage) in enumerate(
        {"mentions": cut_off, "documents": change_bytes, "quotes": Path.unlink}.items()
    ):
        data = work.disturbed(step)
        [shard] = (data / "shards").glob(f"*/date={SECOND}/*")
        damage(shard / f"{table}.parquet")
        ended = work.run(step.command, data)
        problems = stopped(ended, "doctor --repair") if damage is not Path.unlink else []
        if number == 0:
            problems += mended(work, data, LAST, tells="shards")
        else:  # the same without the build
            problems += [] if work.run(["doctor"], data).status else ["doctor does not see it"]
            shutil.rmtree(shard)
            problems += again(work, Step(SECOND, "extract"), data)
        problems = [p for p in problems if not p.startswith("accounts")]
        how = f"{table}.parquet of a shard {'removed' if damage is Path.unlink else damage.__name__.replace('_', ' ')}"
        yield result(
            "torn shard", step, how, last_lines(ended.output, 1), "doctor --repair reads the articles again", problems
        )


def change_rows(file: Path) -> None:
    """Change bytes of a block that holds articles: others may be written anew by the next load."""

    def block_of_articles() -> tuple[int, int]:
        with duckdb.connect(str(file), read_only=True) as con:
            query = """
                SELECT block_id, block_size FROM pragma_storage_info('staging.articles'), pragma_database_size()
                WHERE persistent AND column_name = 'text' LIMIT 1
            """
            [(block, block_size)] = con.execute(query).fetchall()
            return block, block_size

    block, block_size = in_child(block_of_articles)
    with file.open("r+b") as opened:
        opened.seek(3 * 4096 + block * block_size + 64)  # blocks follow three headers
        opened.write(b"damage")


def damaged_warehouse(work: Work) -> Iterator[Result]:
    step = Step(SECOND, "load")
    for name, damage in {"bytes of rows changed": change_rows, "empty": empty, "cut off": cut_off}.items():
        data = work.disturbed(step)
        damage(data / "warehouse.duckdb")
        ended = work.run(step.command, data)
        found = work.run(["doctor"], data)
        problems = stopped(found, "warehouse", "doctor --repair")
        if ended.status:
            problems += stopped(ended, "is damaged", "doctor --repair")
        if name == "cut off":
            problems += mended(work, data, LAST, tells="warehouse")
        seen = last_lines(ended.output, 1) if ended.status else "nothing: the load did not touch it; doctor finds it"
        yield result(
            "damaged warehouse",
            step,
            f"warehouse.duckdb {name}",
            seen,
            "doctor --repair loads, builds, publishes again",
            problems,
        )


def lost_warehouse(work: Work) -> Iterator[Result]:
    """Without the file, the next load makes a new one of its day alone: doctor finds what is not loaded."""
    data = work.disturbed(LAST)
    (data / "warehouse.duckdb").unlink()
    problems = mended(work, data, LAST, tells="warehouse")
    yield result(
        "lost warehouse",
        LAST,
        "warehouse.duckdb removed",
        "doctor says that it is missing",
        "doctor --repair loads, builds, publishes again",
        problems,
    )


def damaged_published(work: Work) -> Iterator[Result]:
    data = work.disturbed(LAST)
    change_bytes((data / "published" / "wirehouse.duckdb").resolve())
    problems = mended(work, data, LAST, tells="published")
    yield result(
        "damaged published file",
        LAST,
        "wirehouse.duckdb of the current version, bytes changed",
        "doctor names the file",
        "doctor --repair publishes again",
        problems,
    )


def damaged_index(work: Work) -> Iterator[Result]:
    step = work.last_day()[0]
    for name, damage in DAMAGES.items():
        data = work.disturbed(step)
        for file in (data / "index").glob("*.sqlite"):
            damage(file)
        problems = again(work, step, data)
        yield result(
            "damaged index", step, f"every file of data/index {name}", "nothing", "made anew from landing", problems
        )


def damaged_airflow(work: Work) -> Iterator[Result]:
    data = work.disturbed(LAST)
    file = data / "airflow" / "airflow.db"
    file.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(file)) as con:
        con.execute("CREATE TABLE dag_run (run_id INTEGER)")
        con.executemany("INSERT INTO dag_run VALUES (?)", [(n,) for n in range(1000)])
        con.commit()
    cut_off(file)
    problems = mended(work, data, LAST, tells="airflow")
    yield result(
        "damaged Airflow database",
        LAST,
        "airflow.db cut off",
        "doctor names it",
        "doctor --repair sets it aside; Airflow makes a new one, the outcomes keep the history of runs",
        problems,
    )


# --- others at the same time --------------------------------------------------------------------------------


def two_runs(work: Work) -> Iterator[Result]:
    """Every stage of a day twice at once. What each tells is its own: an article may be told as landed by both."""
    data = work.disturbed(work.last_day()[0])
    problems = []
    for step in work.last_day():
        started = time.monotonic()
        both = [(work.start(step.command, data, log=f"run-{n}.log"), f"run-{n}.log") for n in (1, 2)]
        for child, log in both:
            ended = work.wait(child, started, log)
            problems += [f"{step.stage}: {last_lines(ended.output)}"] if ended.status else []
        problems += [p for p in work.differences(step, data) if not p.startswith("accounts")]
    yield result(
        "two runs at once",
        step,
        "two processes at each stage of a day",
        "the second waits for the warehouse",
        "as undisturbed",
        problems,
    )


def reader_of_published(work: Work) -> Iterator[Result]:
    """A reader in the middle of a query while versions are published and old ones removed."""
    step = Step(SECOND, "publish")
    data = work.disturbed(step)
    reading, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            con = duckdb.connect(str(data / "published" / "wirehouse.duckdb"), read_only=True)
            [(count,)] = con.execute("SELECT count(*) FROM quotes").fetchall()
            rows = con.execute("SELECT text FROM quotes, range(2000)")
            rows.fetchone()
            os.write(reading[1], b"open")
            os.read(go[0], 1)
            left = 1
            while batch := rows.fetchmany(10_000):
                left += len(batch)
            status = 0 if left == count * 2000 else 2
        finally:
            os._exit(status)
    os.read(reading[0], 4)
    problems = again(work, step, data) + again(work, step, data)
    os.write(go[1], b"x")
    _, status = os.waitpid(child, 0)
    if status:
        problems.append(f"the reader did not come to its end: {status}")
    yield result(
        "reader that never closes",
        step,
        "a query on the published file is held open over two publications",
        "nothing",
        "the reader reads its version to the end, the publication waits for nobody",
        problems,
    )


def reader_of_warehouse(work: Work) -> Iterator[Result]:
    """A reader of the warehouse itself, against the advice: the writer stops and says who it is."""
    step = Step(SECOND, "load")
    data = work.disturbed(step)
    ready = os.pipe()
    child = os.fork()
    if child == 0:
        con = duckdb.connect(str(data / "warehouse.duckdb"), read_only=True)
        os.write(ready[1], b"open")
        while con:
            signal.pause()
    os.read(ready[0], 4)
    ended = work.run(step.command, data)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    problems = stopped(ended, f"PID {child}", "End that process") + again(work, step, data)
    yield result(
        "reader of the warehouse",
        step,
        "another process holds warehouse.duckdb open",
        last_lines(ended.output),
        "once it has ended, run again: as undisturbed",
        problems,
    )


FAULTS: dict[str, Callable[[Work], Iterator[Result]]] = {
    function.__name__: function  # type: ignore[misc]
    for function in (
        disk_full,
        disk_full_in_build,
        read_only,
        out_of_memory,
        clock_behind,
        clock_jumps,
        damaged_landing,
        damaged_landing_not_loaded,
        damaged_landing_and_source_gone,
        torn_shard,
        damaged_warehouse,
        lost_warehouse,
        damaged_published,
        damaged_index,
        damaged_airflow,
        two_runs,
        reader_of_published,
        reader_of_warehouse,
    )
}
