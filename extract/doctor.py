"""What a run needs, checked: each check says what is wrong and how to mend it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console

from extract.runs import utcnow
from extract.settings import ROOT, Settings

PACKAGES = ("apache-airflow", "dbt-duckdb", "duckdb", "spacy")
# A run of ten thousand articles fits in this, with its published copy.
FREE_BYTES = 2_000_000_000


def python(settings: Settings) -> str:
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        raise RuntimeError(f"Python is {sys.version.split()[0]}; install 3.11, 3.12 or 3.13 and run: make clean run")
    return sys.version.split()[0]


def packages(settings: Settings) -> str:
    try:
        return ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    except PackageNotFoundError as error:
        raise RuntimeError(f"package {error} is missing; run: make env") from error


def configuration(settings: Settings) -> str:
    from extract.articles.sources import read_sources
    from extract.articles.topics import read_topics

    sources, topics = read_sources(settings.config), read_topics(settings.config)
    return f"{len(sources)} sources, topics {', '.join(t.config.id for t in topics)}"


def sources(settings: Settings) -> str:
    from extract.articles.sources import read_sources

    paths = [(s.id, p) for s in read_sources(settings.config) for p in s.path]
    local = [(source, p) for source, p in paths if "://" not in p and "{date" not in p]
    gone = [f"{source} ({p})" for source, p in local if not (ROOT / p).exists()]
    if gone:
        raise RuntimeError(f"no such file or folder: {', '.join(gone)}; correct config/sources.yml")
    return "every local path exists"


def model(settings: Settings) -> str:
    from extract.nlp import pipeline

    nlp = pipeline.load(settings.spacy_model)
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"


def data_folder(settings: Settings) -> str:
    settings.data.mkdir(parents=True, exist_ok=True)
    if not os.access(settings.data, os.W_OK):
        raise RuntimeError(f"{settings.data} cannot be written; set WIREHOUSE_DATA to a folder that can")
    free = shutil.disk_usage(settings.data).free
    if free < FREE_BYTES:
        raise RuntimeError(
            f"only {free / 1e9:.1f} GB free at {settings.data}; make room or set WIREHOUSE_DATA elsewhere"
        )
    return f"{settings.data}, {free / 1e9:.0f} GB free"


def store(settings: Settings) -> str:
    from extract.store import check

    check(settings.landing.parent)
    return f"{settings.landing.parent} can be written"


def warehouse(settings: Settings) -> str:
    if settings.target == "local":
        return str(settings.warehouse)
    from extract.warehouse import connect

    with connect(settings) as con:
        tables = con.execute("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'warehouse'").fetchall()[0][0]
    return f"{settings.target}, {tables} tables"


def clock(settings: Settings) -> str:
    """The clock against the newest file of an earlier run."""
    times = [p.stat().st_mtime for p in (settings.data / "index").glob("*.sqlite")]
    if times and max(times) > time.time() + 86_400:
        last = datetime.fromtimestamp(max(times), UTC)
        raise RuntimeError(f"it says {utcnow():%Y-%m-%d %H:%M} UTC, but a run wrote at {last:%Y-%m-%d %H:%M}; set it")
    return f"{utcnow():%Y-%m-%d %H:%M} UTC"


def stored(settings: Settings) -> str:
    """Every landed file, shard, account, the warehouse, and what Airflow and readers have."""
    from extract import repair

    if found := repair.find(settings):
        told = "".join(f"\n           {d.kind}: {d.path} {d.reason}" for d in found[:10])
        raise RuntimeError(f"{len(found)} damaged; run: wirehouse doctor --repair{told}")
    return "every file holds what was written"


def published(settings: Settings) -> str:
    """The version that readers have; whether its files are as they were published is told by ``stored``."""
    from extract.publishing import database, versions

    if not settings.published_warehouse.exists():
        return "nothing published yet; run: wirehouse run"
    found = versions.current(settings)
    if found is None:
        raise RuntimeError(f"{settings.published} has no version that can be read; run: wirehouse doctor --repair")
    folder, manifest = found
    storage = database.storage_version(folder / versions.WAREHOUSE)
    if storage > database.NEWEST_STORAGE:
        raise RuntimeError(
            f"{settings.published_warehouse} has storage format {storage}, which older clients cannot read"
        )
    n_files = len(manifest.files) + sum(len(m.files) for m in manifest.marts)
    return f"version {manifest.name} in {folder}, {n_files} files"


CHECKS: tuple[Callable[[Settings], str], ...] = (
    python,
    packages,
    configuration,
    sources,
    model,
    data_folder,
    store,
    warehouse,
    clock,
    stored,
    published,
)


def check(console: Console, settings: Settings) -> bool:
    """Print the result of every check; returns whether all are well."""
    well = True
    for one in CHECKS:
        name = one.__name__.replace("_", " ")
        try:
            console.print(f"[green]ok[/]       {name}: {one(settings)}", highlight=False)
        except Exception as error:
            well = False
            console.print(f"[red]missing[/]  {name}: {error}", highlight=False)
    return well


def repair(console: Console, settings: Settings) -> bool:
    """Mend what is damaged in the data folder; returns whether nothing is lost."""
    from extract import repair

    lost = repair.repair(settings, lambda line: console.print(line, highlight=False, soft_wrap=True))
    if lost:
        console.print(f"[red]{len(lost)} articles cannot be had again[/], neither from staging nor from their source:")
        for line in lost:
            console.print(f"  {line}", highlight=False, soft_wrap=True)
    return not lost
