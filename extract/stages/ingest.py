"""Ingest: read a source, make article records of what it gives, land what is new.

Landing is immutable: ``landing/raw`` keeps every local file as it was read, named by its hash; ``landing/warc`` every
response of the web; ``landing/articles`` the records, a Parquet file a source and day, named by its content. Nothing
there is ever changed.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import py3langid

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
from extract.articles.index import Index, landed_as
from extract.articles.parse import Parsed
from extract.articles.polling import Poll
from extract.articles.sources import SourceConfig, read_fetching, read_sources
from extract.articles.topics import Topic, match_topics, read_topics
from extract.records import Article, OutcomeStatus, Relevance
from extract.runs import Account, Run, accounting, keep_beside, refuse_wrong_clock, utcnow
from extract.settings import Settings, day_folder
from extract.tables import ARTICLES, stable_id

# Below this many words the language is not guessed.
LANGUAGE_WORDS = 12


def source_ids(settings: Settings) -> list[str]:
    """Ids of the configured sources."""
    return [s.id for s in read_sources(settings.config)]


def ingest(run: Run, source_id: str, settings: Settings, *, from_archive: bool = False) -> dict[str, int]:
    """Read one source for the run's day; returns counts of items by outcome.

    With ``from_archive`` a source on the web is not asked: what runs of the day fetched is parsed again.
    A source, list, page, file or item that cannot be read is an outcome of its own and stops nothing else.
    """
    refuse_wrong_clock(run)
    source = next(s for s in read_sources(settings.config) if s.id == source_id)
    topics, fetching = read_topics(settings.config), read_fetching(settings.config)
    with accounting(run, "ingest", source.id, settings) as account, Index(settings, source.id) as index:
        fresh: dict[str, Article] = {}
        for found in Poll(source, run, account, index, settings, fetching).items(from_archive=from_archive):
            status: OutcomeStatus = found.status or "quarantined"
            error, payload = found.item.error, found.item.payload
            article, note = None, None
            if found.item.parsed is not None:
                try:
                    article, note = to_article(found.item.parsed, found.place, source, run, topics, settings, index)
                except Exception as failure:
                    error, payload = failure, found.item.parsed.model_dump_json()[:20_000]
            if article is not None:
                key = landed_as(article.record_id, article.relevance, article.topics)
                status = "unchanged" if key in fresh or index.has_landed(key, run.day) else "landed"
                if status == "landed":
                    fresh[key] = article
            account.add(
                "item",
                found.subject,
                status,
                started=found.started,
                error=error,
                message=note,
                payload=payload,
                source_id=source.id,
                article_id=article.article_id if article else None,
            )
        land(list(fresh.values()), source, account, settings)
        index.tell(run)
    return {s: account.count("item", s) for s in ("landed", "unchanged", "quarantined", "failed", "skipped")}


def to_article(
    parsed: Parsed,
    where: str,
    source: SourceConfig,
    run: Run,
    topics: list[Topic],
    settings: Settings,
    index: Index | None = None,
) -> tuple[Article, str | None]:
    """The typed record of a parsed article, and a note on what could not be believed.

    The language of a record that the index knows is taken from there, which saves loading the detector.
    """
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
    matched = match_topics(topics, title, text)
    identity = article_id(canonical, title, text)
    rev = revision(title, text)
    record_id = stable_id(source.id, identity, rev, *sorted(parsed.model_dump(exclude={"text"}).items()))
    known = index.languages_of(record_id) if index else []
    language = known[0] if known else parsed_language(parsed, title, text)
    agency, agency_method = agency_credit(parsed.outlet or source.name, canonical, parsed.byline, text)
    article = Article(
        record_id=record_id,
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


def land(articles: list[Article], source: SourceConfig, account: Account, settings: Settings) -> None:
    if articles:
        name = stable_id(*sorted(a.record_id for a in articles)) + ".parquet"
        folder = day_folder(settings.landing / "articles", account.run.day) / f"source={source.id}"
        keep_beside(folder / name, (r for r in account.rows if r.status == "landed"))
        ARTICLES.write(folder / name, map(asdict, articles))
