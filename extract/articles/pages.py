"""Reading web pages: text without what stands around it, headline, author, times and marks of a page."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from lxml.html import HtmlElement

from extract.articles.dating import believable, url_day
from extract.articles.identity import SEPARATORS, believable_link, headline
from extract.records import DateMethod

# A page with fewer words than this shows no article: a cookie notice, a player, an error.
PAGE_WORDS = 15
# Below these, a text that its page calls paid, or asks to subscribe beside, is the start of an article.
PAID_WORDS = 200
TEASER_WORDS = 120
# A paragraph of so many words that stands in a text twice is a copy of itself.
REPEATED_WORDS = 15
MAX_HTML = 10_000_000
MAX_TAGS = 100_000
# Above this, trafilatura's second opinion is not asked: justext takes time in the square of the paragraphs.
FAST_TAGS = 10_000
MAX_JSON = 1_000_000

ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report$|Posting$|WebPage$")
PAYWALL = re.compile(
    r"subscribe (?:now )?to (?:continue|keep|read|unlock)|already (?:a|have a) (?:subscriber|subscription|member)"
    r"|to (?:continue|keep) reading|for subscribers only|subscribers? only"
    r"|(?:create|register).{0,30}free account to (?:read|continue)"
    r"|this (?:article|story|content) is (?:for|reserved for|only available to|exclusive to) (?:subscribers|members)",
    re.IGNORECASE,
)
LIVE_ADDRESS = re.compile(
    r"/live(?:-?blogs?)?/|-live(?:-?blog)?(?:/|$)|live-?(?:blog|updates?)(?:[/.-]|$)", re.IGNORECASE
)
RELATED = re.compile(
    r"\W*(?:more from .{2,40}|related(?: (?:articles?|stories|news|content|posts|coverage|topics))?"
    r"|read (?:more|next)|recommended(?: (?:for you|stories|reading))?|you may also like.*|popular"
    r"|most (?:read|popular)|latest (?:news|stories)|top stories|also on .{2,40}|further reading|see also"
    r"|more (?:stories|news|on this(?: story)?))\W*",
    re.IGNORECASE,
)
PRUNED = ["//figcaption", "//*[@aria-hidden='true' and not(.//p)]", "//form"]
PUBLISHED = ("article:published_time", "datePublished", "og:published_time", "article.published", "parsely-pub-date",
             "publish-date", "publishdate", "publication_date", "pubdate", "sailthru.date", "dc.date.issued",
             "dcterms.created", "dc.date", "cXenseParse:recs:publishtime", "date")  # fmt: skip
MODIFIED = ("article:modified_time", "dateModified", "og:updated_time", "article.updated", "last-modified")


class NoArticle(ValueError):
    """A page that shows no article."""


class TooLarge(ValueError):
    """An input beyond the size that is read."""


def read_page(page: str, url: str | None) -> dict[str, Any]:
    """Fields of ``Parsed`` that a page gives, of whose address ``url`` is known or not.

    Raises NoArticle and TooLarge.
    """
    if len(page) > MAX_HTML or page.count("<") > MAX_TAGS:
        raise TooLarge(f"page is larger than {MAX_HTML:,} characters or {MAX_TAGS:,} tags")
    import trafilatura  # late: no import of reading a source takes longer, and not every source has pages

    tree = trafilatura.load_html(page)
    if tree is None:
        raise NoArticle("not an HTML page")
    nodes = list(json_ld(tree))
    # trafilatura changes the tree it reads, so all that is asked of the page is asked before.
    shown = [words_of(h) for h in tree.xpath("//h1")[:5]]
    marked = page_marks(tree, nodes, page, url)
    link = believable_link(canonical_link(tree), url)
    published, method = published_time(tree, nodes, link or url)
    fields = {
        "url": url or link,
        "canonical": link,
        "updated_at": next(iter(times(tree, nodes, "modified")), (None,))[0],
        "section": meta(tree, "article:section") or first_text(nodes, "articleSection"),
        "language": (tree.get("lang") or meta(tree, "og:locale") or "")[:2].lower() or None,
    }
    stated = [first_text(nodes, "headline"), meta(tree, "og:title") or meta(tree, "twitter:title")]
    author, image = names(nodes), image_of(nodes)
    found: Any = trafilatura.bare_extraction(
        tree,
        url=url,
        fast=page.count("<") > FAST_TAGS,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        prune_xpath=PRUNED,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if found is None or not found.text:
        raise NoArticle("page has no article text")
    title = title_of(stated, shown, found.title, found.sitename)
    byline = found.author or author
    text = body(found.text, [title, found.title, *shown], byline)
    if len(text.split()) < PAGE_WORDS:
        raise NoArticle("page has no article text")
    if published is None and found.date:
        published, method = found.date, "page"
    return fields | {
        "text": text,
        "title": title,
        "published_at": published,
        "published_method": method,
        "byline": byline,
        "lead_image": image or found.image,
        "outlet": found.sitename,
        "license": found.license,
        "is_teaser": is_teaser(text, marked),
        "is_live": "live" in marked,
    }


# --- text -----------------------------------------------------------------------------------------------------


@cache
def boilerplate() -> re.Pattern[str]:
    """What a whole paragraph is that stands on pages of any outlet and belongs to no article."""
    with Path(__file__).with_name("boilerplate.csv").open(encoding="utf-8", newline="") as file:
        patterns = "|".join(row["pattern"] for row in csv.DictReader(file))
    # What begins with a quotation mark is somebody's words.
    return re.compile(rf"[^\w\"“‘']*(?:{patterns})\W*", re.IGNORECASE)


def body(text: str, titles: list[str | None], byline: str | None) -> str:
    """Text of a page, a blank line between paragraphs, without what stands around an article.

    That is its own headline and author line at the top, what ``boilerplate.csv`` lists, paragraphs that come
    twice, and a list of other articles at the end.
    """
    kept: list[str] = []
    seen: set[str] = set()
    headlines = {plain(t) for t in titles if t}
    for paragraph in text.split("\n"):  # trafilatura puts one line break between paragraphs
        key = plain(paragraph)
        if not key or (len(paragraph) < 300 and boilerplate().fullmatch(paragraph.strip())):
            continue
        if len(kept) < 3 and (key in headlines or is_author_line(paragraph, byline)):
            continue
        if len(paragraph.split()) >= REPEATED_WORDS:
            if key in seen:
                continue
            seen.add(key)
        kept.append(paragraph.strip())
    return "\n\n".join(without_related(kept))


def is_author_line(paragraph: str, byline: str | None) -> bool:
    return byline is not None and byline in paragraph and len(paragraph.split()) <= len(byline.split()) + 2


def without_related(paragraphs: list[str]) -> list[str]:
    """Paragraphs up to a heading such as "Related stories", where little follows it."""
    total = sum(map(len, paragraphs))
    for place, paragraph in enumerate(paragraphs):
        is_heading = place and len(paragraph) < 60 and RELATED.fullmatch(paragraph)
        if is_heading and sum(map(len, paragraphs[place:])) < total * 0.4:
            return paragraphs[:place]
    return paragraphs


def plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


# --- headline, author, marks ------------------------------------------------------------------------------------


def title_of(stated: list[str | None], shown: list[str], guessed: str | None, site: str | None) -> str | None:
    """The headline: what metadata state and the page shows, else what they state first, without the outlet's name."""
    confirmed = (h for t in stated if t for h in shown if h and plain(h) in {plain(p) for p in parts(t)})
    named = (headline(t, site) for t in [*stated, guessed])
    return next(confirmed, None) or next((t for t in named if t), None) or next((h for h in shown if h), None)


def parts(title: str) -> list[str]:
    """A title, and what stands before and after each mark in it that may set off an outlet's name."""
    marks = list(SEPARATORS.finditer(title))[:10]
    return [title, *(title[: m.start()] for m in marks), *(title[m.end() :] for m in marks)]


def names(nodes: list[dict[str, Any]]) -> str | None:
    """Authors that JSON-LD names, separated by "; "."""
    for node in nodes:
        authors = node.get("author")
        authors = authors if isinstance(authors, list) else [authors]
        found = [a.get("name") if isinstance(a, dict) else a for a in authors]
        if joined := "; ".join(a.strip() for a in found if isinstance(a, str) and 1 < len(a.strip()) < 100):
            return joined
    return None


def image_of(nodes: list[dict[str, Any]]) -> str | None:
    for node in nodes:
        image = node.get("image")
        image = image[0] if isinstance(image, list) and image else image
        image = image.get("url") if isinstance(image, dict) else image
        if isinstance(image, str) and image.startswith("http"):
            return image
    return None


def page_marks(tree: HtmlElement, nodes: list[dict[str, Any]], page: str, url: str | None) -> set[str]:
    """What a page says of itself: ``live`` for a live blog, ``paid`` and ``paywall`` for a text that is not whole."""
    marks = set()
    types = " ".join(str(n.get("@type")) for n in nodes)
    if "LiveBlogPosting" in types or (url and LIVE_ADDRESS.search(url)):
        marks.add("live")
    if any(str(n.get("isAccessibleForFree")).lower() == "false" for n in nodes):
        marks.add("paid")
    if meta(tree, "article:content_tier") in ("locked", "metered"):
        marks.add("paid")
    if PAYWALL.search(page):
        marks.add("paywall")
    return marks


def is_teaser(text: str, marks: set[str]) -> bool:
    """True where a page shows the start of an article alone: a short text that is paid, or breaks off."""
    words = len(text.split())
    breaks_off = bool(re.search(r"(?:\.\.\.|…)\W*$", text))
    if "paid" in marks:
        return words < PAID_WORDS or (breaks_off and words < 2 * PAID_WORDS)
    return "paywall" in marks and (words < TEASER_WORDS or (breaks_off and words < PAID_WORDS))


# --- times --------------------------------------------------------------------------------------------------------


def published_time(tree: HtmlElement, nodes: list[dict[str, Any]], url: str | None) -> tuple[str | None, DateMethod]:
    """Publication time as the page states it and where: the first that can be believed, else the first at all.

    A day in the address that lies well before what is stated wins: the statement tells of a later change.
    """
    stated = list(times(tree, nodes, "published"))
    good = [(raw, method, when) for raw, method in stated if (when := believable(raw))]
    day = url_day(url)
    if good and not (day and good[0][2] > datetime.fromisoformat(day) + timedelta(days=3)):
        return good[0][:2]
    if day:
        return day, "url"
    return stated[0] if stated else (None, "none")


def times(tree: HtmlElement, nodes: list[dict[str, Any]], which: str) -> Iterator[tuple[str, DateMethod]]:
    """Times ``published`` or ``modified`` that meta tags, JSON-LD and marked elements state, in this order."""
    for name in PUBLISHED if which == "published" else MODIFIED:
        if value := meta(tree, name):
            yield value, "meta"
    key = {"published": "datePublished", "modified": "dateModified"}[which]
    for node in nodes:
        if isinstance(node.get(key), str):
            yield node[key], "json-ld"
    for element in tree.xpath(
        "//time[@itemprop=$key or (@pubdate and $key='datePublished')]|//*[@itemprop=$key]", key=key
    ):
        value = element.get("datetime") or element.get("content") or element.get("title") or words_of(element)
        if believable(value[:100]):
            yield value[:100], "page"


# --- the page's own data ------------------------------------------------------------------------------------------


def meta(tree: HtmlElement, name: str) -> str | None:
    found = tree.xpath("//meta[@property=$n or @name=$n or @itemprop=$n]/@content", n=name)
    return str(found[0]).strip() or None if found else None


def canonical_link(tree: HtmlElement) -> str | None:
    found = tree.xpath("//link[@rel='canonical']/@href") or [meta(tree, "og:url")]
    return str(found[0]).strip() or None if found[0] else None


def words_of(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())[:1000]


def json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Objects of the page's JSON-LD that describe an article or its page, articles first."""
    found = []
    for script in tree.xpath("//script[@type='application/ld+json']/text()")[:50]:
        if len(script) <= MAX_JSON:
            try:
                found += objects(json.loads(script, strict=False))
            except (ValueError, RecursionError):
                continue
    described = [n for n in found if ARTICLE_TYPES.search(str(n.get("@type")))]
    return iter(sorted(described, key=lambda n: "WebPage" in str(n.get("@type"))))


def objects(data: Any) -> list[dict[str, Any]]:
    """Objects at the top of JSON-LD, in its lists and graphs, and what a page is said to be about."""
    if isinstance(data, list):
        return [o for part in data[:100] for o in objects(part)]
    if not isinstance(data, dict):
        return []
    inner = [data.get("@graph"), data.get("mainEntity"), data.get("mainEntityOfPage")]
    return [data, *(o for part in inner if part for o in objects(part))]


def first_text(nodes: list[dict[str, Any]], key: str) -> str | None:
    for node in nodes:
        value = node.get(key)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and value.strip():
            return value.strip()[:1000]
    return None
