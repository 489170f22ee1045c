"""Lists of articles: what feeds, sitemaps and article lists say of the pages they name."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import etree

from extract.articles.dating import ImplausibleDate, parse_time
from extract.articles.fetch import Decoder
from extract.articles.parse import Item, checked, decode, html_to_text
from extract.runs import utcnow

LIST_BYTES = 50_000_000


class ListError(ValueError):
    """A list that names no pages; the class of each says why."""


class NotAFeed(ListError):
    """Neither RSS, Atom nor JSON Feed."""


class NotASitemap(ListError):
    """Neither a sitemap nor an index of sitemaps."""


class NotAList(ListError):
    """Neither JSON, CSV nor lines of addresses."""


class XmlEntities(ListError):
    """XML that defines entities of its own, which lists have no use for and attacks have."""


class EmptyList(ListError):
    """A list in good order that names nothing."""


class SitemapLoop(ListError):
    """A sitemap that was read before in the same run, named again by an index."""


class TooManySitemaps(ListError):
    """More sitemaps than are followed."""


@dataclass(frozen=True)
class Entry:
    """A page as a list names it; times are as written."""

    url: str
    title: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    outlet: str | None = None
    language: str | None = None

    @property
    def stamp(self) -> str:
        """Changes where the list says that the page has changed."""
        return self.updated_at or self.published_at or ""

    def told(self) -> dict[str, str]:
        """What the list says, to be noted with the page."""
        return {k: v for k, v in asdict(self).items() if v is not None}


@dataclass(frozen=True)
class Sitemap:
    """A sitemap: pages it names, and sitemaps with their time of change where it is an index."""

    entries: list[Entry]
    children: list[Entry]


def expand(data: bytes) -> bytes:
    """Data out of gzip, where they are in it; raises BadEncoding, DecompressionBomb, TooLarge."""
    if data[:2] != b"\x1f\x8b":
        return data
    decoder = Decoder("gzip", LIST_BYTES)
    decoder.feed(data)
    return decoder.close()


def refuse_entities(data: bytes) -> None:
    """Raise XmlEntities for a document type that defines entities, in whatever encoding."""
    if b"<!ENTITY" in data[:100_000].replace(b"\x00", b"").upper():
        raise XmlEntities("the document defines entities")


def is_json(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def load_json(data: bytes) -> Any:
    return json.loads(decode(data)[0])


def text_of(value: Any) -> str | None:
    """A string of one line, or None."""
    return " ".join(html.unescape(str(value)).split()) or None if value else None


def feed_entries(data: bytes, address: str) -> Iterator[Entry]:
    """Pages that a feed names, each address made absolute; raises ListError."""
    data = expand(data)
    if is_json(data):
        feed = json_feed(data)
        for item in feed["items"]:
            if isinstance(item, dict):
                yield Entry(
                    url=absolute(address, item.get("url") or item.get("external_url") or item.get("id")),
                    title=text_of(item.get("title")),
                    published_at=text_of(item.get("date_published")),
                    updated_at=text_of(item.get("date_modified")),
                )
        return
    refuse_entities(data)
    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries and (feed.bozo or not feed.get("version")):
        raise NotAFeed(f"{feed.get('bozo_exception', 'neither RSS nor Atom')}"[:500])
    base = address or str(feed.feed.get("link") or "")
    for entry in feed.entries:
        updated = entry["updated"] if "updated" in entry else None  # noqa: SIM401 (feedparser falls back to published)
        yield Entry(
            url=absolute(base, entry.get("link")),
            title=text_of(html_to_text(entry.get("title") or "")),
            published_at=entry.get("published") or updated,
            updated_at=updated,
        )


def absolute(base: str, link: Any) -> str:
    """Address of a link; as written where the two do not make one."""
    link = str(link or "").strip()
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return link


def json_feed(data: bytes) -> dict[str, Any]:
    try:
        feed = load_json(data)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"broken JSON: {error}"[:500]) from error
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        raise NotAFeed("JSON, but no JSON Feed")
    if not isinstance(feed.get("items"), list):
        raise NotAFeed("a JSON Feed without a list of items")
    return feed


def json_feed_items(data: bytes, teaser_words: int) -> Iterator[Item]:
    """Items of a JSON Feed (jsonfeed.org, 1.0 and 1.1); the fullest of its texts is the text. Raises ListError."""
    feed = json_feed(data)
    for number, item in enumerate(feed["items"], 1):
        payload = json.dumps(item, ensure_ascii=False)[:20_000]
        if not isinstance(item, dict):
            yield Item(f"entry {number}", error=NotAFeed("an item that is no object"), payload=payload)
            continue
        fragments = [html_to_text(str(item.get(k) or "")) for k in ("content_html", "summary")]
        text = max([str(item.get("content_text") or ""), *fragments], key=len)
        authors = item.get("authors") or [item.get("author")]
        names = [a["name"] for a in authors if isinstance(a, dict) and isinstance(a.get("name"), str)]
        fields = {
            "text": text,
            "title": text_of(item.get("title")),
            "url": item.get("url") or item.get("external_url"),
            "published_at": item.get("date_published") or item.get("date_modified"),
            "published_method": "feed",
            "updated_at": item.get("date_modified"),
            "byline": ", ".join(names) or None,
            "section": next((t for t in item.get("tags") or [] if isinstance(t, str)), None),
            "lead_image": item.get("image"),
            "language": item.get("language") or feed.get("language"),
            "source": text_of(feed.get("title")),
            "is_teaser": len(text.split()) < teaser_words,
        }
        yield checked(f"entry {number}", fields, payload)


def read_sitemap(data: bytes, address: str) -> Sitemap:
    """A sitemap of sitemaps.org, news sitemaps included, in XML or as lines of addresses; raises ListError."""
    data = expand(data)
    refuse_entities(data)
    if data.lstrip()[:4] in (b"http",):
        lines = data.decode("utf-8", "replace").splitlines()  # the protocol knows no other character set
        return Sitemap([Entry(url=line.strip()) for line in lines if line.strip()], [])
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotASitemap(f"broken XML: {error}"[:500]) from error
    kind = etree.QName(root).localname if root is not None and isinstance(root.tag, str) else "nothing"
    if kind not in ("urlset", "sitemapindex"):
        raise NotASitemap(f"the document is {kind}, not urlset or sitemapindex")
    entries = []
    for node in root:
        if not isinstance(node.tag, str):
            continue
        found = {etree.QName(n).localname: (n.text or "").strip() for n in node.iter() if isinstance(n.tag, str)}
        entries.append(
            Entry(
                url=absolute(address, found.get("loc")),
                title=text_of(found.get("title")),
                published_at=found.get("publication_date") or None,
                updated_at=found.get("lastmod") or None,
                language=(found.get("language") or "")[:2] or None,
            )
        )
    return Sitemap(entries, []) if kind == "urlset" else Sitemap([], entries)


def article_list(data: bytes, address: str) -> list[Entry]:
    """Pages of a list: JSON or CSV as GDELT DOC gives them, JSON lines, or lines of addresses; raises ListError."""
    data = expand(data)
    try:
        text = decode(data)[0].lstrip()
        if is_json(data):
            try:
                found = json.loads(text)
            except json.JSONDecodeError:
                found = [json.loads(line) for line in text.splitlines() if line.strip()]
            rows = found.get("articles", [found]) if isinstance(found, dict) else found
        elif text[:4].lower() == "http":
            rows = [{"url": line} for line in text.splitlines() if line.strip()]
        else:
            rows = list(csv.DictReader(io.StringIO(text)))
    except (ValueError, RecursionError, csv.Error) as error:
        raise NotAList(f"{type(error).__name__}: {error}"[:500]) from error
    if not isinstance(rows, list):
        raise NotAList("no list of articles")
    entries = [list_entry(row, address) for row in rows if isinstance(row, dict)]
    if rows and not any(e.url for e in entries):
        raise NotAList("no column or field called url")
    return entries


def list_entry(row: dict[Any, Any], address: str) -> Entry:
    fields = {str(k).strip().lower(): v for k, v in row.items()}
    # GDELT's seendate is when it saw the page, not when that was published, so it is no publication time.
    return Entry(
        url=absolute(address, fields.get("url") or fields.get("link")),
        title=text_of(fields.get("title")),
        published_at=text_of(fields.get("published_at") or fields.get("published")),
        updated_at=text_of(fields.get("updated_at") or fields.get("seendate") or fields.get("date")),
        outlet=text_of(fields.get("domain") or fields.get("source")),
    )


def in_window(entry: Entry, day: date, late_days: int) -> bool:
    """True where a list dates a page to the day or up to so many days before it, or does not date it."""
    moment = time_of(entry.published_at or entry.updated_at)
    return moment is None or day - timedelta(days=late_days) <= moment.date() <= day


def time_of(raw: str | None) -> datetime | None:
    try:
        return parse_time(raw, now=utcnow())[0]
    except ImplausibleDate:
        return None
