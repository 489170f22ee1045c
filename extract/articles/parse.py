"""Reading files: every item in a file becomes a parsed article or a rejection with its reason."""

from __future__ import annotations

import codecs
import gzip
import html
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import charset_normalizer
import feedparser
from lxml import html as lxml_html
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extract.articles.pages import NoArticle, TooLarge, read_page
from extract.records import DateMethod

# A body shorter than this, in words, is taken for a summary where the source is a feed.
TEASER_WORDS = 60
MAX_BYTES = 50_000_000
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Rejected(ValueError):
    """An input that cannot be used; the message is the reason."""


class BadFormat(Rejected):
    """A file that is not what its name says, or breaks the parser of its format."""


class Parsed(BaseModel):
    """An article as a file gives it, before dating and identity."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", populate_by_name=True)

    text: str
    title: str | None = None
    url: str | None = None
    canonical: str | None = None
    published_at: str | None = None
    published_method: DateMethod = "source"
    updated_at: str | None = None
    byline: str | None = None
    section: str | None = None
    lead_image: str | None = None
    language: str | None = None
    outlet: str | None = Field(None, alias="source")
    license: str | None = None
    is_teaser: bool = False
    is_live: bool = False
    charset: str | None = None


@dataclass(frozen=True)
class Item:
    """One item of a file: its place in the file and what came of it."""

    ref: str
    parsed: Parsed | None = None
    error: Exception | None = None
    payload: str | None = None


def read_items(name: str, data: bytes, *, feed: bool = False, url: str | None = None) -> Iterator[Item]:
    """Items of a file by its suffix (.jsonl .ndjson .json .html .htm .txt .xml .rss .atom, each also .gz);
    of a feed whatever its name.

    Never raises for what is in the file: a broken file or line is an Item with its error and payload.
    """
    suffixes = PurePath(name).suffixes
    try:
        if suffixes and suffixes[-1] == ".gz":
            data = unzip(data)
            suffixes = suffixes[:-1]
        if len(data) > MAX_BYTES:
            raise TooLarge(f"file is larger than {MAX_BYTES:,} bytes")
        reader = read_feed if feed else READERS.get(suffixes[-1].lower() if suffixes else "")
        if reader is None:
            raise Rejected(f"no reader for files named *{suffixes[-1] if suffixes else ''}")
        yield from read_html(data, url) if reader is read_html else reader(data)
    except (Rejected, NoArticle, TooLarge) as error:
        yield Item("", error=error, payload=excerpt(data))
    except Exception as error:  # whatever a hostile file does to a parser, it costs that file alone
        yield Item("", error=BadFormat(f"{type(error).__name__}: {error}"), payload=excerpt(data))


def unzip(data: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        out = file.read(MAX_BYTES + 1)
    return out


def decode(data: bytes) -> tuple[str, str]:
    """Text and character set of bytes: UTF-8 where it is, else the likeliest; raises Rejected.

    A few wrong bytes in what is otherwise UTF-8 are replaced, since a guess would spoil all the rest.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        lenient = data.decode("utf-8-sig", "replace")
        wide = sum(ord(c) > 127 and c != REPLACEMENT for c in lenient)
        if lenient.count(REPLACEMENT) <= max(2, wide):
            return lenient, "utf-8 with errors"
        best = charset_normalizer.from_bytes(data).best()
        if best is None:
            raise Rejected(f"no character set fits: {error}") from error
        return str(best), best.encoding


def excerpt(data: bytes) -> str:
    return data[:20_000].decode("utf-8", "backslashreplace")


def checked(ref: str, fields: dict[str, Any], payload: str) -> Item:
    """An item of these fields, or its rejection where they do not make an article."""
    try:
        parsed = Parsed.model_validate(fields)
        if not parsed.text and not parsed.title:
            raise Rejected("neither text nor title")
        return Item(ref, parsed)
    except ValidationError as error:
        reason = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return Item(ref, error=Rejected(reason), payload=payload)
    except Rejected as error:
        return Item(ref, error=error, payload=payload)


def read_jsonl(data: bytes) -> Iterator[Item]:
    """One article a line, fields as in ``Parsed``; ``source`` is the outlet."""
    for number, raw in enumerate(data.splitlines(), 1):
        if not raw.strip():
            continue
        ref = f"line {number}"
        try:
            line, charset = decode(raw)
            fields = json.loads(line)
            if not isinstance(fields, dict):
                raise Rejected(f"a JSON object was expected, not {type(fields).__name__}")
        except Rejected as error:
            yield Item(ref, error=error, payload=excerpt(raw))
            continue
        except (ValueError, RecursionError) as error:
            yield Item(ref, error=BadFormat(f"{type(error).__name__}: {error}"), payload=excerpt(raw))
            continue
        yield checked(ref, fields | {"charset": charset}, excerpt(raw))


def read_json(data: bytes) -> Iterator[Item]:
    """One article, or a list of them."""
    text, charset = decode(data)
    found = json.loads(text)
    for number, fields in enumerate(found if isinstance(found, list) else [found], 1):
        payload = json.dumps(fields, ensure_ascii=False)[:20_000]
        if isinstance(fields, dict):
            yield checked(f"entry {number}", fields | {"charset": charset}, payload)
        else:
            yield Item(f"entry {number}", error=Rejected("a JSON object was expected"), payload=payload)


def read_text(data: bytes) -> Iterator[Item]:
    """Title on the first line, then the text; a line ``Published:`` or ``URL:`` before the text is read."""
    text, charset = decode(data)
    title, _, rest = text.strip().partition("\n")
    fields: dict[str, Any] = {"title": title, "charset": charset}
    while header := re.match(r"\s*(Published|Updated|URL|Byline|Source):[ \t]*(.+)(?:\n|$)", rest):
        key = {"published": "published_at", "updated": "updated_at"}.get(header[1].lower(), header[1].lower())
        fields[key] = header[2].strip()
        rest = rest[header.end() :]
    yield checked("", fields | {"text": unwrap(rest)}, excerpt(data))


def unwrap(text: str) -> str:
    """Text without hard line breaks: lines of a paragraph are joined where they are wrapped at a width."""
    lines = text.splitlines()
    inner = [line for line, following in itertools.pairwise(lines) if line.strip() and following.strip()]
    open_ended = sum(not re.search(r"[.!?:\"”’')\]]\s*$", line) for line in inner)
    if inner and max(map(len, lines)) <= 100 and open_ended > len(inner) / 2:
        return re.sub(r"(?<!\n)\n(?!\s*\n)", " ", text)
    return text


def read_html(data: bytes, url: str | None = None) -> Iterator[Item]:
    """The article of a page, at an address where that is known."""
    page, charset = decode_html(data)
    yield checked("", read_page(page, url) | {"charset": charset}, excerpt(data))


def decode_html(data: bytes) -> tuple[str, str]:
    """As ``decode``, but a character set that the page declares goes before a guess."""
    declared = re.search(rb"<meta[^>]+charset=[\"']?\s*([\w-]+)", data[:4096], re.IGNORECASE)
    if declared:
        name = declared[1].decode("ascii")
        try:
            return data.decode(name), name.lower()
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


def read_feed(data: bytes) -> Iterator[Item]:
    """Entries of an RSS or Atom feed; the fullest of content and summary is the text."""
    feed = feedparser.parse(data, sanitize_html=False)
    if not feed.entries and (feed.bozo or not feed.get("version")):
        raise Rejected(f"not a feed: {feed.get('bozo_exception', 'neither RSS nor Atom')}")
    for number, entry in enumerate(feed.entries, 1):
        bodies = [c.get("value", "") for c in entry.get("content", [])] + [entry.get("summary", "")]
        # feedparser would give the time of publication for a missing time of change
        updated = entry["updated"] if "updated" in entry else None  # noqa: SIM401
        text = max((html_to_text(b) for b in bodies), key=len)
        yield checked(
            f"entry {number}",
            {
                "text": text,
                "title": html_to_text(entry.get("title", "")).replace("\n", " ") or None,
                "url": entry.get("link"),
                "published_at": entry.get("published") or updated,
                "published_method": "feed",
                "updated_at": updated,
                "byline": entry.get("author"),
                "section": next((t.get("term") for t in entry.get("tags", [])), None),
                "outlet": feed.feed.get("title"),
                "license": entry.get("rights") or feed.feed.get("rights"),
                "is_teaser": len(text.split()) < TEASER_WORDS,
                "charset": feed.get("encoding"),
            },
            json.dumps(entry, default=str, ensure_ascii=False)[:20_000],
        )


def html_to_text(fragment: str) -> str:
    """Text of an HTML fragment, a blank line between its blocks."""
    if "<" not in fragment:
        return html.unescape(fragment).strip()
    tree = lxml_html.fragment_fromstring(fragment, create_parent="div")
    for node in tree.xpath(".//script|.//style|.//figure"):
        node.drop_tree()
    for block in tree.xpath(".//p|.//div|.//li|.//h1|.//h2|.//h3|.//h4|.//blockquote|.//br"):
        block.tail = "\n\n" + (block.tail or "")
    return re.sub(r"\s*\n\s*", "\n\n", str(tree.text_content())).strip()


READERS: dict[str, Callable[[bytes], Iterator[Item]]] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json,
    ".txt": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".xml": read_feed,
    ".rss": read_feed,
    ".atom": read_feed,
}
