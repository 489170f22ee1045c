"""Reading of pages against gold text, headline and publication day, beside trafilatura by itself.

The gold file has one JSON object a page: ``file`` (HTML, gzipped or not, relative to the gold file), ``url`` and, where
they are given, ``gold_text``, ``gold_title`` and ``gold_date``.

Text is scored by token F1: the words of a page, without case and punctuation, as a multiset; precision is the share of
the words found that are in the gold text, recall the share of its words that were found, F1 their harmonic mean, and
the figure is the mean of it over pages. ``shingles`` is the stricter measure of the Article Extraction Benchmark
(Zyte): the same over runs of four words, F1 of the mean precision and mean recall. A headline is right where its
letters and digits are the gold's. A day is right in UTC where the gold has a time, else as the page writes it.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import trafilatura
from dateutil import parser

from extract.articles.dating import ImplausibleDate, parse_time
from extract.articles.parse import Parsed, read_items

NOW = datetime(2100, 1, 1)  # the gold pages are of any time
GOOD = 0.9  # a text below this F1, precision or recall is listed


def evaluate(gold_path: Path | str) -> dict[str, Any]:
    """Scores of ``wirehouse`` and of ``trafilatura`` alone, and ``errors`` of the first: page, what, cause, figures."""
    pages = list(read_gold(Path(gold_path)))
    errors: list[dict[str, Any]] = []
    return {
        "pages": {
            "wirehouse": score(pages, read_page, errors),
            "trafilatura alone": score(pages, read_plainly, []),
        },
        "causes": dict(Counter(f"{e['what']}: {e['cause']}" for e in errors).most_common()),
        "errors": errors,
    }


def read_gold(path: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            data = (path.parent / row["file"]).read_bytes()
            yield row, gzip.decompress(data) if row["file"].endswith(".gz") else data


def read_page(row: dict[str, Any], data: bytes) -> Parsed:
    """What the pipeline makes of a page; an empty article where it is rejected."""
    [item] = read_items("page.html", data, url=row["url"])
    return item.parsed or Parsed.model_validate({"text": ""})


def read_plainly(row: dict[str, Any], data: bytes) -> Parsed:
    """What trafilatura makes of a page with its own settings."""
    found: Any = trafilatura.bare_extraction(data, url=row["url"], with_metadata=True)
    if found is None:
        return Parsed.model_validate({"text": ""})
    return Parsed.model_validate({"text": found.text or "", "title": found.title, "published_at": found.date})


def score(
    pages: list[tuple[dict[str, Any], bytes]],
    read: Callable[[dict[str, Any], bytes], Parsed],
    errors: list[dict[str, Any]],
) -> dict[str, float]:
    """Figures of one way of reading; appends what it got wrong to ``errors``."""
    texts: list[tuple[float, float, float]] = []
    shingles: list[tuple[float, float, float]] = []
    titles: list[bool] = []
    days: list[bool] = []
    for row, data in pages:
        parsed = read(row, data)

        def note(what: str, cause: str, row: dict[str, Any] = row, **figures: Any) -> None:
            errors.append({"page": row["file"], "what": what, "cause": cause, **figures})

        if row["gold_text"]:
            found, gold = tokens(parsed.text), tokens(row["gold_text"])
            texts.append(overlap(Counter(found), Counter(gold)))
            shingles.append(overlap(Counter(runs(found)), Counter(runs(gold))))
            precision, recall, _ = texts[-1]
            if cause := text_cause(precision, recall):
                note("text", cause, precision=round(precision, 3), recall=round(recall, 3))
        if row["gold_title"]:
            titles.append(plain(parsed.title) == plain(row["gold_title"]))
            if not titles[-1]:
                note("title", title_cause(parsed.title, row["gold_title"]), found=parsed.title, gold=row["gold_title"])
        if row["gold_date"]:
            days.append(same_day(parsed.published_at, row["gold_date"]))
            if not days[-1]:
                how = f"wrong, by {parsed.published_method}" if parsed.published_at else "none found"
                note("day", how, found=parsed.published_at, gold=row["gold_date"])
    precision, recall = fmean(p for p, _, _ in shingles), fmean(r for _, r, _ in shingles)
    return {
        "texts": len(texts),
        "precision": fmean(p for p, _, _ in texts),
        "recall": fmean(r for _, r, _ in texts),
        "token F1": fmean(f for _, _, f in texts),
        "shingles": 2 * precision * recall / (precision + recall) if precision else 0.0,
        "titles": len(titles),
        "title": fmean(titles),
        "days": len(days),
        "day": fmean(days),
    }


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def runs(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))]


def overlap(found: Counter[Any], gold: Counter[Any]) -> tuple[float, float, float]:
    """Precision, recall and F1 of two multisets."""
    shared = (found & gold).total()
    if not shared:
        return 0.0, 0.0, 0.0
    precision, recall = shared / found.total(), shared / gold.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def text_cause(precision: float, recall: float) -> str | None:
    if not recall:
        return "nothing of the text"
    if precision < GOOD and recall < GOOD:
        return "part of the text missing, other text beside it"
    if precision < GOOD:
        return "other text beside it"
    return "part of the text missing" if recall < GOOD else None


def title_cause(found: str | None, gold: str) -> str:
    if not found:
        return "none found"
    if plain(gold) in plain(found):
        return "more than the headline"
    return "part of the headline" if plain(found) in plain(gold) else "another headline"


def plain(title: str | None) -> str:
    return "".join(c for c in (title or "").casefold() if c.isalnum())


def same_day(found: str | None, gold: str) -> bool:
    try:
        utc, precision = parse_time(found, now=NOW)
        if utc is None or precision not in ("second", "day"):
            return False
        if len(gold) > 10:
            expected = parse_time(gold, now=NOW)[0]
            return expected is not None and utc.date() == expected.date()
        return parser.parse(found or "").date().isoformat() == gold
    except (ImplausibleDate, ValueError):
        return False
