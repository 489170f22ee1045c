"""What a run costs: ``make bench``, or ``python -m benchmarks.bench --articles FILE``.

Speed, memory, start-up, a run with nothing new and a whole day, on this machine. FILE holds an article a line as JSON
({url, title, text, published_at}, .gz or plain); the bundled articles if not given. Speed is CPU time, since other work
on the machine does not change it, and every comparison is a ratio of figures taken in turns over the same articles.
Prints a table and, as JSON, what it stands on; ``--note`` adds a row to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import spacy
import yaml
from rich.console import Console
from rich.table import Table
from spacy.language import Language
from upath import UPath

from benchmarks.quotes import measure
from extract.nlp import pipeline
from extract.nlp.rows import document_rows
from extract.nlp.version import extractor_version
from extract.settings import ROOT
from extract.stages import extract as stage

DAY = date(2025, 7, 1)
DOCS = ROOT / "docs" / "benchmarks.md"
BUNDLED = [ROOT / "examples" / "articles" / "wire" / name for name in ("2022.jsonl", "2023-2025.jsonl.gz")]
WIREHOUSE = Path(sys.executable).parent / "wirehouse"
STAGES = ("ingest", "extract", "load", "build", "publish", "reconcile")
Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, help="JSON lines; the bundled articles if not given")
    parser.add_argument("--limit", type=int, default=200, help="articles read for speed and shares")
    parser.add_argument("--day", type=int, default=200, help="articles of the whole day; a file with fewer is varied")
    parser.add_argument("--only", nargs="*", choices=tuple(PARTS), help="only these parts")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--note", action="store_true", help="add a row to docs/benchmarks.md")
    asked = parser.parse_args()
    articles = read(asked.articles)
    figures: Figures = {"machine": machine(), "articles": str(asked.articles.name if asked.articles else "bundled")}
    for name in asked.only or PARTS:
        print(f"{name} ...", file=sys.stderr)
        figures |= PARTS[name](articles, asked)
    show(figures)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))
    if asked.note:
        note(figures)


def read(path: Path | None) -> list[dict[str, Any]]:
    found = []
    for file in [path] if path else BUNDLED:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            found += [json.loads(line) for line in lines if line.strip()]
    return [a for a in found if a.get("text")]


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.partition(":")[2].strip() for line in lines if "model name" in line), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} x {name}, {memory:.0f} GB, Python {platform.python_version()}"


# --- speed --------------------------------------------------------------------------------------------------


def speed(articles: list[dict[str, Any]], asked: argparse.Namespace) -> Figures:
    """CPU seconds of the whole extraction, of the bare spaCy pipeline and of its tokeniser and first network alone.

    In turns, a batch of articles each, in changing order; the extraction ends with rows in files, as in a shard.
    """
    texts = [a["text"] for a in islice(articles, asked.limit)]
    nlp = pipeline.load(None)
    bare = spacy.load(pipeline.SHIPPED_MODEL)
    limit = spacy.load(pipeline.SHIPPED_MODEL, enable=["tok2vec"])
    version = extractor_version(None)
    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, Callable[[list[str]], int]] = {
            "extraction": partial(extraction, nlp, version, UPath(folder)),
            "bare pipeline": partial(words_by, bare),
            "tokeniser and network": partial(words_by, limit),
        }
        for way in ways.values():
            way(texts[:4])
        seconds: Counter[str] = Counter()
        words = 0
        for turn, batch in enumerate(pipeline.batched(texts, 2 * pipeline.BATCH)):
            order = list(ways)[turn % 3 :] + list(ways)[: turn % 3]
            for name in order:
                started = time.process_time()
                counted = ways[name](batch)
                seconds[name] += time.process_time() - started
            words += counted
    return {
        "speed": {
            "articles": len(texts),
            "tokens": words,
            **{f"{name}, articles a s of CPU": round(len(texts) / s, 2) for name, s in seconds.items()},
            "extraction, tokens a s of CPU": round(words / seconds["extraction"]),
            "extraction as a share of the bare pipeline's speed": round(
                seconds["bare pipeline"] / seconds["extraction"], 3
            ),
            "... of tokeniser and network": round(seconds["tokeniser and network"] / seconds["extraction"], 3),
        }
    }


def extraction(nlp: Language, version: str, folder: UPath, texts: list[str]) -> int:
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    words = 0
    for number, doc in enumerate(pipeline.read(nlp, [(text, DAY) for text in texts])):
        if isinstance(doc, Exception):
            raise doc
        words += len(doc)
        for name, rows in document_rows(doc, f"{number:024x}", "r", version).items():
            tables[name] += rows
    stage.write(tables, folder)
    return words


def words_by(nlp: Language, texts: list[str]) -> int:
    return sum(len(doc) for doc in nlp.pipe(texts, batch_size=pipeline.BATCH))


def shares(articles: list[dict[str, Any]], asked: argparse.Namespace) -> Figures:
    """Share of each component in the CPU time of the whole pipeline."""
    seconds, _, _ = measure([a["text"] for a in islice(articles, asked.limit)], None)
    total = sum(seconds.values())
    return {"shares of CPU time": {name: round(s / total, 3) for name, s in seconds.most_common()}}


# --- processes ----------------------------------------------------------------------------------------------


def timed(command: list[str | Path], environment: dict[str, str]) -> dict[str, float]:
    """Run a command; its wall and CPU seconds with all its children, and the largest process in MB."""
    script = (
        "import json, resource, subprocess, sys, time; t = time.monotonic();"
        "code = subprocess.run(sys.argv[1:], stdout=sys.stderr).returncode;"
        "u = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(json.dumps([code, time.monotonic() - t, u.ru_utime + u.ru_stime, u.ru_maxrss / 1024]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], env=os.environ | environment, capture_output=True, text=True
    )
    code, wall, cpu, peak = json.loads(done.stdout)
    if code:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-3000:]}")
    return {"s": round(wall, 1), "cpu_s": round(cpu, 1), "peak_mb": round(peak)}


@contextmanager
def day_of(articles: list[dict[str, Any]], count: int) -> Iterator[dict[str, str]]:
    """A configuration with one source that gives ``count`` articles; the environment for its commands.

    Where there are too few, an article comes again under another address and with a first paragraph of its own.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "inbox").mkdir()
        with (folder / "inbox" / "articles.jsonl").open("w") as out:
            for number, article in enumerate(islice(cycle(articles), count)):
                again = number // len(articles)
                new = {k: article.get(k) for k in ("title", "text", "published_at")}
                new["url"] = f"https://bench.example/{number}"
                if again:
                    new["text"] = f"Edition {again} of report {number}.\n\n{article['text']}"
                out.write(json.dumps(new) + "\n")
        source = {"id": "bench", "name": "Bench", "kind": "folder", "path": str(folder / "inbox")}
        (folder / "sources.yml").write_text(yaml.safe_dump({"sources": [source]}))
        shutil.copy(ROOT / "config" / "topics.yml", folder)
        yield {
            "WIREHOUSE_DATA": str(folder / "data"),
            "WIREHOUSE_CONFIG": str(folder),
            "PYTHONPATH": str(ROOT),
            "AIRFLOW_HOME": "",
        }


def day(articles: list[dict[str, Any]], asked: argparse.Namespace) -> Figures:
    """A day of articles, stage by stage, each a process of its own."""
    with day_of(articles, asked.day) as environment:
        found = {s: timed([WIREHOUSE, s, "--day", str(DAY)], environment) for s in STAGES}
    total = {
        "s": round(sum(f["s"] for f in found.values()), 1),
        "cpu_s": round(sum(f["cpu_s"] for f in found.values()), 1),
    }
    return {
        f"a day of {asked.day} articles": found
        | {"all": total | {"peak_mb": max(f["peak_mb"] for f in found.values())}}
    }


def nothing_new(articles: list[dict[str, Any]], asked: argparse.Namespace) -> Figures:
    """``wirehouse run`` over a dozen articles, and again with nothing new; and Airflow's own start just after."""
    run: list[str | Path] = [WIREHOUSE, "run", "--day", str(DAY)]
    start = (
        "from extract.settings import settings; from extract.orchestrate import prepare; prepare(settings());"
        "import airflow.sdk, airflow.models.dagbag, airflow.api_fastapi.execution_api.app"
    )
    with day_of(articles, 12) as environment:
        del environment["AIRFLOW_HOME"]
        first = timed(run, environment)
        again = timed(run, environment)
        airflow = timed([sys.executable, "-c", start], environment)
    return {"nothing new": {"first run": first, "run again": again, "of which importing Airflow": airflow}}


def two_workers(articles: list[dict[str, Any]], asked: argparse.Namespace) -> Figures:
    """The shards of a day read by one process after the other, and by two at a time."""
    read = (
        "import sys, datetime; from extract.runs import Run; from extract.settings import settings;"
        "from extract.stages import extract; run = Run.by_hand(datetime.date.fromisoformat(sys.argv[1]));"
        "extract.extract(run, {'number': int(sys.argv[2]), 'of': 2}, settings())"
    )

    def shards(environment: dict[str, str], workers: int) -> float:
        started, waiting, running = time.monotonic(), [0, 1], []
        while waiting or running:
            while waiting and len(running) < workers:
                command = [sys.executable, "-c", read, str(DAY), str(waiting.pop(0))]
                running.append(subprocess.Popen(command, env=os.environ | environment))
            if running.pop(0).wait():
                raise SystemExit("a shard failed")
        return time.monotonic() - started

    with day_of(articles, asked.day) as environment:
        timed([WIREHOUSE, "ingest", "--day", str(DAY)], environment)
        data = Path(environment["WIREHOUSE_DATA"])
        seconds = {}
        for workers in (1, 2):
            shutil.rmtree(data / "shards", ignore_errors=True)
            seconds[workers] = shards(environment, workers)
    load = os.getloadavg()[0]
    return {
        "two workers": {
            "one, s": round(seconds[1], 1),
            "two, s": round(seconds[2], 1),
            "times as fast": round(seconds[1] / seconds[2], 2),
            "load of the machine at the end": round(load, 1),
        }
    }


PARTS: dict[str, Callable[[list[dict[str, Any]], argparse.Namespace], Figures]] = {
    "speed": speed,
    "shares": shares,
    "day": day,
    "nothing_new": nothing_new,
    "two_workers": two_workers,
}


# --- telling ------------------------------------------------------------------------------------------------


def show(figures: Figures) -> None:
    table = Table("", "", show_header=False)
    for name, value in figures.items():
        table.add_row(f"[bold]{name}[/]", value if isinstance(value, str) else "")
        for key, figure in value.items() if isinstance(value, dict) else ():
            table.add_row(
                f"  {key}",
                ", ".join(f"{v} {k}" for k, v in figure.items()) if isinstance(figure, dict) else str(figure),
            )
    Console().print(table)
    print(json.dumps(figures))


def note(figures: Figures) -> None:
    """Add the figures as a row to the history in docs/benchmarks.md."""
    found = figures.get("speed", {})
    whole = next((f["all"] for name, f in figures.items() if name.startswith("a day of")), {})
    reading = next((f["extract"] for name, f in figures.items() if name.startswith("a day of")), {})
    again = figures.get("nothing new", {}).get("run again", {})
    cells = [
        f"{datetime.now(UTC):%Y-%m-%d}",
        figures["machine"],
        f"{spacy.__version__}, {extractor_version(None)}",
        figures["articles"],
        found.get("extraction, articles a s of CPU"),
        found.get("extraction as a share of the bare pipeline's speed"),
        found.get("... of tokeniser and network"),
        reading.get("peak_mb"),
        f"{whole['cpu_s']} in {next(n for n in figures if n.startswith('a day of'))}" if whole else None,
        f"{again['s']} ({again['cpu_s']})" if again else None,
        figures.get("two workers", {}).get("times as fast"),
    ]
    with DOCS.open("a") as file:
        file.write("| " + " | ".join("" if c is None else str(c) for c in cells) + " |\n")


if __name__ == "__main__":
    main()
