"""What the fuzzer drives: bytes from outside on their way to rows, and what must hold of them whatever they are.

``take(kind, data)`` returns for every input or raises what the reader of that kind is allowed to raise; anything else
is a defect. Its crashes are kept in tests/data/crashes and taken again by tests/unit/test_crashes.py.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from extract.articles import listing
from extract.articles.archive import Capture, read_warc
from extract.articles.fetch import FetchError
from extract.articles.identity import canonical_url, normalise_text
from extract.articles.listing import Entry, ListError
from extract.articles.parse import TEASER_WORDS, Item, read_items
from extract.articles.polling import page_items
from extract.articles.sources import SourceConfig
from extract.articles.topics import read_topics
from extract.records import Article
from extract.runs import Run
from extract.settings import ROOT, Settings
from extract.stages.ingest import to_article
from extract.tables import ARTICLES

ADDRESS = "https://a.example/news/feed"
RUN = Run("fuzz", dt.date(2022, 10, 14))


@cache
def surroundings() -> tuple[SourceConfig, list[Any], Settings]:
    source = SourceConfig.model_validate({"id": "fuzz", "name": "Fuzz", "kind": "folder", "path": "nowhere"})
    return source, read_topics(ROOT / "config"), Settings(config=ROOT / "config")  # type: ignore[call-arg]


def file(name: str) -> Callable[[bytes], Iterator[Item]]:
    return lambda data: read_items(name, data, url=ADDRESS)


def feed(data: bytes) -> Iterator[Item]:
    """As ``Poll.feed_items`` reads a feed."""
    data = listing.expand(data)
    if listing.is_json(data):
        yield from listing.json_feed_items(data, TEASER_WORDS)
    else:
        listing.refuse_entities(data)
        yield from read_items("feed.xml", data, feed=True)
        list(listing.feed_entries(data, ADDRESS))


def lists(data: bytes) -> Iterator[Item]:
    """Sitemaps and lists of articles, which name addresses alone."""
    for read in (listing.read_sitemap, listing.article_list):
        try:
            read(data, ADDRESS)
        except (ListError, FetchError):
            continue
    return iter(())


class InMemory:
    """A file of bytes, as far as ``read_warc`` asks for one."""

    def __init__(self, data: bytes) -> None:
        self.open = lambda mode: BytesIO(data)


def warc(data: bytes) -> Iterator[Item]:
    for found in read_warc(InMemory(data), "fuzz.warc.gz"):  # type: ignore[arg-type]
        if isinstance(found, Capture):
            yield from page_items(found, Entry(found.url))


KINDS: dict[str, Callable[[bytes], Iterator[Item]]] = {
    "html": file("page.html"),
    "jsonl": file("news.jsonl"),
    "json": file("news.json"),
    "txt": file("news.txt"),
    "xml": feed,
    "lists": lists,
    "warc": warc,
}


def take(kind: str, data: bytes) -> int:
    """Read an input to rows; returns the number of items. Raises AssertionError, or whatever a reader should not."""
    number = 0
    try:
        for number, item in enumerate(KINDS[kind](data), 1):  # noqa: B007
            check(item)
    except (ListError, FetchError):
        pass
    return number


def check(item: Item) -> None:
    assert (item.parsed is None) != (item.error is None), "neither article nor reason"
    if item.parsed is None:
        str(item.error)
        return
    source, topics, settings = surroundings()
    article, _ = to_article(item.parsed, "fuzz", source, RUN, topics, settings)
    holds(article)
    ARTICLES.arrow([asdict(article)])
    json.dumps(item.parsed.model_dump())


def holds(article: Article) -> None:
    """What every article has."""
    assert normalise_text(article.text) == article.text, "the stored text is not the one that is hashed"
    assert article.canonical_url == canonical_url(article.canonical_url), "the address has two canonical forms"
    assert "\x1f" not in article.text + (article.title or ""), "the mark between the parts of a key stands in one"
    assert (article.published_at is None) == (article.published_precision == "none")
    assert article.word_count == len(article.text.split())


def seeds(kind: str) -> list[Path]:
    """Bundled articles of a kind, to begin with."""
    suffix = {"xml": "xml", "lists": "xml"}.get(kind, kind)
    return sorted((ROOT / "examples" / "articles").rglob(f"*.{suffix}"))
