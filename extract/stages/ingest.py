"""Ingest: read a source, make article records of what it gives, land what is new.

Landing is immutable: ``landing/raw`` keeps every file as it was read, named by its hash; ``landing/articles``
keeps the records, a Parquet file a source and day, named by its content. Nothing there is ever changed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import PurePath

import py3langid
import pyarrow.parquet as pq
from upath import UPath

from extract.articles.copies import agency_credit, fingerprints
from extract.articles.dating import ImplausibleDate, parse_time, utc_offset
from extract.articles.identity import (
    article_id,
    believable_link,
    canonical_url,
    normalise_text,
    revision,
    text_key,
    title_key,
)
from extract.articles.parse import Item, Parsed, read_items
from extract.articles.sources import SourceConfig, read_sources
from extract.articles.topics import Topic, match_topics, read_topics
from extract.records import Article, Relevance
from extract.runs import Account, Run, accounting, track, utcnow
from extract.settings import ROOT, Settings, day_folder
from extract.tables import ARTICLES, replacing, stable_id

# Below this many words the language is not guessed.
LANGUAGE_WORDS = 12


def source_ids(settings: Settings) -> list[str]:
    """Ids of the configured sources."""
    return [s.id for s in read_sources(settings.config)]


def ingest(run: Run, source_id: str, settings: Settings) -> dict[str, int]:
    """Read one source for the run's day; returns counts of items by outcome.

    A source, file or item that cannot be read is an outcome of its own and stops nothing else.
    """
    source = next(s for s in read_sources(settings.config) if s.id == source_id)
    topics = read_topics(settings.config)
    with accounting(run, "ingest", source.id, settings) as account:
        started = time.time()
        try:
            files = list(source_files(source, run))
        except OSError as error:
            account.add("source", source.id, "failed", started=started, error=error, source_id=source.id)
            files = []
        else:
            account.add("source", source.id, "ok", started=started, source_id=source.id, rows=len(files))
        seen, fresh = landed(settings, source.id, run.day), []
        for file in track(files, f"ingest {source.id}", len(files)):
            for item, started in read_file(file, source, settings):
                if article := ingest_item(item, started, file, source, run, topics, account, settings, seen):
                    fresh.append(article)
        land(fresh, source, run, settings)
    return {s: account.count("item", s) for s in ("landed", "unchanged", "quarantined")}


def source_files(source: SourceConfig, run: Run) -> Iterator[UPath]:
    """Files of a source for the run's day, in order of name; raises FileNotFoundError where there is none."""
    written = source.path.replace("{date}", f"{run.day:%Y-%m-%d}")
    path = UPath(written) if "://" in written or written.startswith("/") else UPath(ROOT / written)
    if not path.exists():
        if "{date}" in source.path:
            return  # a day on which the source gave nothing
        raise FileNotFoundError(f"source {source.id}: {written} does not exist")
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*"), key=str):
        if file.is_file() and not file.name.startswith((".", "README")):
            yield file


def read_file(file: UPath, source: SourceConfig, settings: Settings) -> Iterator[tuple[Item, float]]:
    """Items of a file with the time at which reading each began; a file that cannot be read is one item."""
    started = time.time()
    try:
        data = file.read_bytes()
        keep_raw(data, file.name, settings)
    except OSError as error:
        yield Item("", error=error), started
        return
    for item in read_items(file.name, data, feed=source.kind == "feed"):
        yield item, started
        started = time.time()


def keep_raw(data: bytes, name: str, settings: Settings) -> None:
    digest = hashlib.sha256(data).hexdigest()
    path = settings.landing / "raw" / digest[:2] / (digest + "".join(PurePath(name).suffixes[-2:]))
    if not path.exists():
        with replacing(path) as out:
            out.write(data)


def ingest_item(
    item: Item,
    started: float,
    file: UPath,
    source: SourceConfig,
    run: Run,
    topics: list[Topic],
    account: Account,
    settings: Settings,
    seen: set[str],
) -> Article | None:
    """The article record of an item where it is new; notes the outcome in any case."""
    where = relative(file) + (f"#{item.ref}" if item.ref else "")
    if item.parsed is None:
        account.add(
            "item", where, "quarantined", started=started, error=item.error, payload=item.payload, source_id=source.id
        )
        return None
    try:
        article, note = to_article(item.parsed, where, source, run, topics, settings)
    except Exception as error:
        payload = item.parsed.model_dump_json()[:20_000]
        account.add("item", where, "quarantined", started=started, error=error, payload=payload, source_id=source.id)
        return None
    new = landed_as(article.record_id, article.relevance, article.topics) not in seen
    seen.add(landed_as(article.record_id, article.relevance, article.topics))
    account.add(
        "item",
        where,
        "landed" if new else "unchanged",
        started=started,
        message=note,
        source_id=source.id,
        article_id=article.article_id,
    )
    return article if new else None


def relative(file: UPath) -> str:
    """Path from the project where it lies there, so that rows do not depend on where the project lies."""
    text = str(file)
    return text.removeprefix(str(ROOT) + "/")


def to_article(
    parsed: Parsed, where: str, source: SourceConfig, run: Run, topics: list[Topic], settings: Settings
) -> tuple[Article, str | None]:
    """The typed record of a parsed article, and a note on what could not be believed."""
    now, note = utcnow(), None
    title = " ".join(normalise_text(parsed.title or "").split()) or None
    text = normalise_text(parsed.text)
    url = parsed.url or None
    canonical = canonical_url(believable_link(parsed.canonical, url) or url)
    try:
        published_at, precision = parse_time(parsed.published_at, now=now)
    except ImplausibleDate:
        published_at, precision, note = None, "none", f"implausible publication date {parsed.published_at!r} left out"
    words = len(text.split())
    language = parsed_language(parsed, title, text)
    matched = match_topics(topics, title, text)
    identity = article_id(canonical, title, text)
    rev = revision(title, text)
    agency, agency_method = agency_credit(parsed.outlet or source.name, canonical, parsed.byline, text)
    article = Article(
        record_id=stable_id(source.id, identity, rev, *sorted(parsed.model_dump(exclude={"text"}).items())),
        article_id=identity,
        revision=rev,
        source_id=source.id,
        outlet=parsed.outlet or source.name,
        url=url,
        canonical_url=canonical,
        title=title,
        text=text,
        byline=parsed.byline,
        section=parsed.section,
        lead_image=parsed.lead_image,
        language=language,
        published_at=published_at,
        published_raw=parsed.published_at,
        published_method=parsed.published_method if published_at else "none",
        published_precision=precision,
        updated_at=plausible(parsed.updated_at, now),
        fetched_at=now,
        landed_for=run.day,
        word_count=words,
        text_key=text_key(text or title or ""),
        topics=matched,
        relevance=relevance(text, language, matched, settings),
        is_teaser=parsed.is_teaser,
        charset=parsed.charset,
        license=parsed.license or source.license,
        raw_path=where,
        published_offset_s=utc_offset(parsed.published_at) if published_at else None,
        title_key=title_key(title, parsed.outlet or source.name) or None,
        is_live=parsed.is_live,
        agency=agency,
        agency_method=agency_method,
        fingerprints=fingerprints(text),
    )
    return article, note


def plausible(raw: str | None, now: datetime) -> datetime | None:
    try:
        return parse_time(raw, now=now)[0]
    except ImplausibleDate:
        return None


def parsed_language(parsed: Parsed, title: str | None, text: str) -> str | None:
    """Language detected on title and text; what the source states where there are too few words to tell."""
    sample = f"{title or ''} {text[:4000]}"
    if len(sample.split()) >= LANGUAGE_WORDS:
        return str(py3langid.classify(sample)[0])
    return parsed.language[:2].lower() if parsed.language else None


def relevance(text: str, language: str | None, topics: list[str], settings: Settings) -> Relevance:
    if language and language not in settings.languages:
        return "other_language"
    if not topics:
        return "off_topic"
    return "relevant" if text else "no_text"


def landed_as(record_id: str, relevance: str, topics: list[str]) -> str:
    """A record is landed again where a changed configuration sees it otherwise."""
    return "|".join([record_id, relevance, *topics])


def landed(settings: Settings, source_id: str, day: date) -> set[str]:
    """What runs of this day and earlier days landed of a source, as ``landed_as``."""
    seen: set[str] = set()
    for file in (settings.landing / "articles").glob(f"date=*/source={source_id}/*.parquet"):
        if file.parent.parent.name <= f"date={day:%Y-%m-%d}":
            with file.open("rb") as handle:
                rows = pq.ParquetFile(handle).read(columns=["record_id", "relevance", "topics"]).to_pylist()
            seen.update(landed_as(**row) for row in rows)
    return seen


def land(articles: list[Article], source: SourceConfig, run: Run, settings: Settings) -> None:
    if articles:
        name = stable_id(*sorted(a.record_id for a in articles)) + ".parquet"
        folder = day_folder(settings.landing / "articles", run.day) / f"source={source.id}"
        ARTICLES.write(folder / name, map(asdict, articles))
