"""The work that faults disturb: two days of a dozen bundled articles, and what each stage leaves undisturbed.

Stages run as their commands (``wirehouse ingest --day ...``) in a process forked off this one, which has imported all
there is to import: so a kill falls into the work and not into the start of Python, and a hundred of them are cheap.
The parent itself starts no thread and opens nothing, since a fork would copy that.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from extract import cli
from extract.nlp import pipeline
from extract.nlp.version import extractor_version
from extract.publishing import versions
from extract.settings import ROOT, Settings, settings
from extract.stages import build, extract, ingest, load, publish  # noqa: F401  imported before the fork
from extract.tables import EXTRACTED, TABLES, read_parquet
from tests.marts import RUN_COLUMNS, checksums

DAYS = (date(2025, 7, 1), date(2025, 7, 2))
STAGES = ("ingest", "extract", "load", "build", "publish", "reconcile")
EXAMPLES = ROOT / "examples" / "articles"
# What differs between any two runs.
OF_RUNS = RUN_COLUMNS | {"landed_for", "raw_path"}
KILLED = -signal.SIGKILL
State = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One command of the undisturbed run."""

    day: date
    stage: str

    @property
    def name(self) -> str:
        return f"{self.stage} of {self.day:%d %B}"

    @property
    def command(self) -> list[str]:
        return [self.stage, "--day", str(self.day)]


STEPS = [Step(day, stage) for day in DAYS for stage in STAGES]


@dataclass
class Ended:
    """How a command ended: its status (negative for a signal), what it printed, and seconds."""

    status: int
    output: str
    seconds: float


class Work:
    """A folder with the input, the undisturbed run and its snapshots before each step, made once."""

    def __init__(self, folder: Path, steps: list[Step] = STEPS) -> None:
        self.folder, self.steps = folder.resolve(), steps
        self.config = self.folder / "config"
        self.undisturbed = self.folder / "undisturbed"

    def prepare(self) -> None:
        """Make what is not there: input, snapshots, durations and states of the undisturbed run."""
        os.environ["WIREHOUSE_CONFIG"] = str(self.config)
        pipeline.load(None)
        extractor_version(None)
        made_by = f"{extractor_version(None)} {build.project_hash()}"
        if (self.folder / "undisturbed.pickle").exists():
            before, self.seconds, self.states = pickle.loads((self.folder / "undisturbed.pickle").read_bytes())
            if before == made_by:
                return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.write_input()
        self.seconds: dict[Step, float] = {}
        self.states: dict[Step, State] = {}
        data = self.undisturbed / "data"
        data.mkdir(parents=True)
        for step in self.steps:
            shutil.copytree(data, self.before(step), symlinks=True)
            ended = self.run(step.command, data)
            if ended.status:
                raise RuntimeError(f"{step.name} failed undisturbed: {ended.output}")
            self.seconds[step] = ended.seconds
            self.states[step] = self.state(data, step.stage)
        shutil.copytree(data, self.before(None), symlinks=True)
        (self.folder / "undisturbed.pickle").write_bytes(pickle.dumps((made_by, self.seconds, self.states)))

    def write_input(self) -> None:
        wire = (EXAMPLES / "wire" / "2022.jsonl").read_text().splitlines(keepends=True)
        first, second = (self.config / "wire" / str(day) for day in DAYS)
        for folder in (first, second):
            folder.mkdir(parents=True)
        (first / "news.jsonl").write_text("".join(wire[:5]))
        shutil.copy(EXAMPLES / "wire" / "broken.jsonl", first)
        (second / "news.jsonl").write_text("".join(wire[4:]))
        shutil.copy(EXAMPLES / "wire" / "updates.jsonl", second)
        shutil.copytree(EXAMPLES / "pages" / "yalda-report", self.config / "pages")
        sources = [
            {"id": "wire", "name": "Wire", "kind": "folder", "path": f"{self.config}/wire/{{date}}"},
            {"id": "pages", "name": "Pages", "kind": "folder", "path": f"{self.config}/pages"},
            {"id": "gulf", "name": "Gulf", "kind": "feed", "path": str(EXAMPLES / "feed" / "gulf.xml")},
        ]
        (self.config / "sources.yml").write_text(yaml.safe_dump({"sources": sources}))
        shutil.copy(ROOT / "config" / "topics.yml", self.config)

    def before(self, step: Step | None) -> Path:
        """The data folder as the undisturbed run left it before a step, or in the end."""
        return self.folder / "before" / (f"{step.day}-{step.stage}" if step else "end")

    def after(self, step: Step) -> Step | None:
        """The step that follows."""
        return next(iter(self.steps[self.steps.index(step) + 1 :]), None)

    def disturbed(self, step: Step) -> Path:
        """A data folder of its own, as before a step."""
        data = self.folder / "disturbed"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.before(step), data, symlinks=True)
        return data

    # --- running ----------------------------------------------------------------------------------------------

    def start(
        self, command: list[str], data: Path, first: Callable[[], object] | None = None, log: str = "output.log"
    ) -> int:
        """Start a command in a forked process group of its own, after ``first`` there; returns its process id."""
        child = os.fork()
        if child:
            with suppress(PermissionError):  # it has done so itself
                os.setpgid(child, child)
            return child
        status = 1
        try:
            os.setpgid(0, 0)
            file = os.open(self.folder / log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, 1)
            os.dup2(file, 2)
            os.environ |= {"WIREHOUSE_DATA": str(data), "WIREHOUSE_CONFIG": str(self.config)}
            settings.cache_clear()
            if first:
                first()
            cli.app(command)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        except BaseException:
            with suppress(BaseException):
                traceback.print_exc()
        finally:
            os._exit(status)

    def wait(self, child: int, started: float, log: str = "output.log") -> Ended:
        _, status = os.waitpid(child, 0)
        with suppress(ProcessLookupError, PermissionError):  # what it started must not go on either
            os.killpg(child, signal.SIGKILL)
        output = (self.folder / log).read_text(errors="replace")
        return Ended(os.waitstatus_to_exitcode(status), output, time.monotonic() - started)

    def run(self, command: list[str], data: Path, first: Callable[[], object] | None = None) -> Ended:
        started = time.monotonic()
        return self.wait(self.start(command, data, first), started)

    def kill(self, command: list[str], data: Path, after: float) -> Ended:
        """Run a command, and kill it and all it started after some seconds."""
        started = time.monotonic()
        child = self.start(command, data)
        while time.monotonic() - started < after:
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(min(0.002, after))
        else:
            os.killpg(child, signal.SIGKILL)
        return self.wait(child, started)

    def last_day(self) -> list[Step]:
        """The steps of the last day."""
        return [s for s in self.steps if s.day == self.steps[-1].day]

    def finish(self, step: Step, data: Path) -> list[str]:
        """Run all that follows a step; returns what differs from the undisturbed run in the end."""
        for later in self.steps[self.steps.index(step) + 1 :]:
            ended = self.run(later.command, data)
            if ended.status:
                return [f"{later.name} failed: {last_lines(ended.output)}"]
        return self.differences(self.steps[-1], data)

    # --- comparing --------------------------------------------------------------------------------------------

    def differences(self, step: Step, data: Path) -> list[str]:
        """Parts of the state after a step that are not as the undisturbed run left them."""
        wanted, found = self.states[step], self.state(data, step.stage)
        return [
            told_difference(part, wanted[part], found.get(part)) for part in wanted if wanted[part] != found.get(part)
        ]

    def state(self, data: Path, stage: str) -> State:
        return in_child(lambda: state(Settings(data=data, config=self.config), stage))  # type: ignore[no-any-return]


class Failed(str):
    """The traceback of a forked process."""


def in_child(make: Callable[[], Any]) -> Any:
    """What a function returns, made in a forked process, so that this one starts no thread."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            made = make()
        except BaseException:
            made = Failed(traceback.format_exc())
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(made, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        made = pickle.load(pipe)
    os.waitpid(child, 0)
    if isinstance(made, Failed):
        raise RuntimeError(made)
    return made


def state(config: Settings, stage: str) -> State:
    """What the data folder holds after a stage, without what belongs to a run: landing, shards, accounts, tables."""
    landed = sorted((config.landing / "articles").glob("date=*/source=*/*.parquet"), key=str)
    shards = sorted(config.shards.glob("*/date=*/*/documents.parquet"), key=str)
    found: State = {
        "landing": digest(row for file in landed for row in rows(file)),
        "raw files": sorted(f.name for f in (config.landing / "raw").rglob("[!.]*.*")),
        "shards": digest(
            (table.name, row) for d in shards for table in EXTRACTED for row in rows(d.parent / f"{table.name}.parquet")
        ),
        "accounts": accounts(config, [*landed, *shards]),
    }
    if stage in ("load", "build", "publish", "reconcile") and config.warehouse.exists():
        with duckdb.connect(str(config.warehouse)) as con:
            for name in TABLES.keys() - {"outcomes", "changed_articles"}:
                columns = ", ".join(f'"{f.name}"' for f in TABLES[name].schema if f.name not in OF_RUNS)
                query = f"SELECT ({columns})::VARCHAR FROM staging.{name}"
                found[f"staging.{name}"] = digest(row for (row,) in con.execute(query).fetchall())
            query = "SELECT DISTINCT subject, status FROM staging.outcomes WHERE status IN ('landed', 'extracted')"
            found["staging.outcomes"] = digest(con.execute(query).fetchall())
    if stage in ("build", "publish", "reconcile"):
        found["marts"] = checksums(config.warehouse)
    if stage in ("publish", "reconcile"):
        found["published marts"] = checksums(config.published_warehouse)
        current = versions.current(config)
        found["published files"] = versions.verify(*current) if current else "none"
    return found


def rows(file: Any) -> list[str]:
    return [repr({k: v for k, v in row.items() if k not in OF_RUNS}) for row in read_parquet(file).to_pylist()]


def accounts(config: Settings, files: list[Any]) -> dict[tuple[str, str], Any]:
    """What is told of every item and article: refused, landed or read, and by how many runs landed or read."""
    told: dict[tuple[str, str], dict[str, set[str]]] = {}
    beside = (f.with_suffix(".outcomes") for f in files)
    for file in [*config.outcomes.glob("date=*/*.parquet"), *(f for f in beside if f.exists())]:
        for row in read_parquet(file).to_pylist():
            if row["subject_type"] in ("item", "article"):
                key = row["subject_type"], row["subject"]
                told.setdefault(key, {}).setdefault(row["status"], set()).add(row["run_id"])
    once = ("landed", "extracted", "failed")
    return {
        key: {s: len(runs) for s, runs in by_status.items() if s in once} or sorted(by_status)
        for key, by_status in told.items()
    }


def digest(parts: Any) -> tuple[int, str]:
    """Number and hash of the parts in any order."""
    texts = sorted(map(repr, parts))
    return len(texts), hashlib.sha256("\n".join(texts).encode()).hexdigest()


def told_difference(part: str, wanted: Any, found: Any) -> str:
    if isinstance(wanted, dict) and isinstance(found, dict):
        keys = sorted(k for k in wanted.keys() | found.keys() if wanted.get(k) != found.get(k))
        return f"{part}: " + "; ".join(f"{k}: {wanted.get(k)} became {found.get(k)}" for k in keys[:3])
    return f"{part}: {str(wanted)[:80]} became {str(found)[:80]}"


def last_lines(output: str, count: int = 3) -> str:
    """The end of what a command printed, on one line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-count:])[-600:]
