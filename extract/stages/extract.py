"""Extract: read the relevant articles a day landed, a shard at a time, and write what stands in them.

A shard shares no state with another and never opens the warehouse. It writes one Parquet file a table to
``shards/VERSION/date=DAY/SHARD``; ``documents.parquet`` is written last, and only with it does the shard exist.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from datetime import date
from typing import Any, TypedDict

import pyarrow.compute as pc
from upath import UPath

from extract.errors import Stopped
from extract.nlp.version import extractor_version
from extract.runs import Run, accounting, keep_beside, track
from extract.settings import Settings, day_folder
from extract.store import check, files
from extract.tables import EXTRACTED, read_parquet, stable_id

COLUMNS = ["article_id", "revision", "text", "published_at", "published_precision", "relevance", "word_count"]


class NoMemory(Stopped):
    """The machine has too little memory to read anything; what was not read is read by the next run."""


class Shard(TypedDict):
    """One part of a day's articles: those whose id falls into the part ``number`` of ``of``."""

    number: int
    of: int


def plan(run: Run, settings: Settings) -> list[Shard]:
    """Shards for what the day landed and this version has not read yet; none where there is nothing."""
    check(settings.landing.parent)
    articles = pending(run, settings)
    n_words = sum(a["word_count"] for a in articles)
    count = math.ceil(max(len(articles) / settings.shard_articles, n_words / settings.shard_words))
    return [Shard(number=n, of=count) for n in range(count)]


def extract(run: Run, shard: Shard, settings: Settings) -> dict[str, int]:
    """Read the articles of one shard; returns counts of articles by outcome."""
    # Late: spaCy takes a second to import, and where nothing is new nothing needs it.
    from extract.nlp import pipeline
    from extract.nlp.rows import document_rows, failed_rows

    version = extractor_version(settings.spacy_model)
    task = f"{shard['number'] + 1} of {shard['of']}"
    with accounting(run, "extract", task, settings) as account:
        articles = [a for a in pending(run, settings) if int(a["article_id"], 16) % shard["of"] == shard["number"]]
        texts = [(a["text"], published_on(a)) for a in articles]
        tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
        started = time.time()
        results = pipeline.read(pipeline.load(settings.spacy_model), texts)
        for article, result in zip(articles, track(results, f"extract {task}", len(texts)), strict=True):
            key = article["article_id"], article["revision"]
            failed = isinstance(result, Exception)
            if not isinstance(result, Exception):
                rows = document_rows(result, *key, version)
            else:
                rows = failed_rows(*key, version, published_on(article))
            for name, found in rows.items():
                tables[name] += found
            account.add(
                "article",
                "@".join(key),
                "failed" if failed else "extracted",
                started=started,
                error=result if isinstance(result, Exception) else None,
                article_id=key[0],
                rows=sum(len(r) for n, r in rows.items() if n != "documents"),
            )
            started = time.time()
        short = next((r for r in account.rows if r.error_class == "MemoryError"), None)
        # One article may ask for too much; where none can be read, it is the machine that lacks memory.
        if short and not account.count("article", "extracted"):
            raise NoMemory(f"no article of shard {task} could be read ({short.message}): free memory and run again")
        if articles:
            name = stable_id(*((a["article_id"], a["revision"], published_on(a)) for a in articles))
            folder = shard_folder(run, settings) / name
            keep_beside(folder / "documents.parquet", account.rows)
            write(tables, folder)
    return {s: account.count("article", s) for s in ("extracted", "failed")}


def shard_folder(run: Run, settings: Settings) -> UPath:
    return day_folder(settings.shards / extractor_version(settings.spacy_model), run.day)


def pending(run: Run, settings: Settings) -> list[dict[str, Any]]:
    """Relevant articles landed for the day and not yet read by this version, one row a revision, by id."""
    done: dict[tuple[str, str], date] = {}
    for file in files(shard_folder(run, settings), "*/documents.parquet"):
        for row in read_parquet(file, ["article_id", "revision", "published_on"]).to_pylist():
            key = row["article_id"], row["revision"]
            done[key] = min(anchor(row["published_on"]), done.get(key, date.max))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for file in files(day_folder(settings.landing / "articles", run.day), "source=*/*.parquet"):
        # One file at a time, by its own schema: the folder names are not columns.
        table = read_parquet(file, COLUMNS)
        for row in table.filter(pc.equal(table["relevance"], "relevant")).to_pylist():
            key = row["article_id"], row["revision"]
            # Two sources may give one text different times: the earliest known anchors its relative dates.
            day = anchor(published_on(row))
            is_read = key in done and done[key] <= day
            if not is_read and (key not in found or day < anchor(published_on(found[key]))):
                found[key] = row
    return [found[key] for key in sorted(found)]


def anchor(published_on: date | None) -> date:
    """For comparing: an unknown day comes last."""
    return published_on or date.max


def published_on(article: dict[str, Any]) -> date | None:
    """The day to read relative dates by; None where the publication time is not known to the day."""
    known = article["published_at"] and article["published_precision"] in ("second", "day")
    return article["published_at"].date() if known else None


def write(tables: dict[str, list[dict[str, Any]]], folder: UPath) -> None:
    for table in sorted(EXTRACTED, key=lambda t: t.name == "documents"):
        table.write(folder / f"{table.name}.parquet", tables[table.name])
