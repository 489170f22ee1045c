"""Copies against labelled pairs of articles: are two texts the same, edited, or one a part of the other?

The labels are a CSV: ``one`` and ``other`` are ids of articles (``pair_id`` of address and text), ``label`` is exact,
near, partial, other (no copy: the same story in other words, the same template or background paragraphs, an update that
is a new text) or unclear (left out), ``how`` says what sort of pair it is. Where ``other`` begins with ``edit:`` it is
the first article as changed by that edit below, published by another outlet an hour later; an edit that ends in
``-from`` takes paragraphs of the article into the one named after it. Texts stand in the corpus alone, JSON lines
with ``url``, ``source``, ``title``, ``published_at`` and ``text``.

All articles of the corpus go through the same code and dbt models as those of a run; a pair is told for a copy where
``int_texts`` or ``int_text_pairs`` say so.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from extract.articles.copies import agency_credit, fingerprints
from extract.articles.dating import ImplausibleDate, parse_time
from extract.articles.identity import normalise_text, text_key, title_key
from extract.records import Article
from extract.settings import settings
from extract.stages.build import FAILED, BuildError, run_dbt
from extract.tables import ARTICLES, create_staging, insert_rows, stable_id
from extract.warehouse import connect

NOW = datetime(2100, 1, 1)
COPIES = ("exact", "near", "partial")


def evaluate(labels_path: Path | str, corpora: Iterable[Path | str]) -> dict[str, Any]:
    """Precision, recall and F1 of copies on all pairs, on ``real`` and on ``edited`` ones; counts and ``errors``."""
    articles = {i: row for corpus in corpora for i, row in read_corpus(Path(corpus))}
    with Path(labels_path).open(encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    for label in labels:
        if label["other"].startswith("edit:"):
            edited(label, articles)
    missing = {i for row in labels for i in (row["one"], row["other"]) if i not in articles}
    pairs, groups = found_pairs(articles)
    judged = [row for row in labels if row["label"] != "unclear" and not {row["one"], row["other"]} & missing]
    real = [row for row in judged if "edit" not in row]
    made = [row for row in judged if "edit" in row]
    errors = [
        {**row, "found": frozenset((row["one"], row["other"])) in pairs}
        for row in judged
        if (row["label"] in COPIES) != (frozenset((row["one"], row["other"])) in pairs)
    ]
    return {
        "copies": {
            "all pairs": figures(judged, pairs),
            "real": figures(real, pairs),
            "edited": figures(made, pairs),
            "all, by group": figures(judged, groups),
        },
        "found by label": {
            label: {
                "pairs": sum(row["label"] == label for row in judged),
                "told for copies": sum(
                    row["label"] == label and frozenset((row["one"], row["other"])) in pairs for row in judged
                ),
            }
            for label in (*COPIES, "other")
        },
        "left out": {"unclear": sum(row["label"] == "unclear" for row in labels), "not in the corpus": len(missing)},
        "errors": errors,
    }


def figures(rows: list[dict[str, str]], found: set[frozenset[str]]) -> dict[str, Any]:
    counts = Counter((row["label"] in COPIES, frozenset((row["one"], row["other"])) in found) for row in rows)
    right, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    return {
        "pairs": len(rows),
        "copies": right + missed,
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    }


def pair_id(row: dict[str, Any]) -> str:
    return stable_id(row["url"], row["text"])


def read_corpus(path: Path) -> Iterable[tuple[str, dict[str, Any]]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield pair_id(row), row


def found_pairs(articles: dict[str, dict[str, Any]]) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Pairs told for copies by their texts, and pairs in one group of copies, by the project's own models."""
    with tempfile.TemporaryDirectory() as folder:
        own = settings().model_copy(update={"data": Path(folder), "store": None})
        with connect(own) as con:
            create_staging(con)
            insert_rows(con, ARTICLES, ARTICLES.arrow(asdict(record(i, row)) for i, row in sorted(articles.items())))
        results = run_dbt(own, "--select", "+int_articles", "--indirect-selection", "cautious")
        if failed := [r["unique_id"] for r in results if r["status"] in FAILED]:
            raise BuildError(f"dbt could not group the articles: {', '.join(failed)}")
        with connect(own) as con:
            pairs = con.execute(
                """
                SELECT a.article_id, b.article_id FROM intermediate.int_texts a
                JOIN intermediate.int_texts b ON a.text_id = b.text_id AND a.article_id < b.article_id
                UNION ALL
                SELECT a.article_id, b.article_id FROM intermediate.int_text_pairs p
                JOIN intermediate.int_texts a ON p.text_id = a.text_id
                JOIN intermediate.int_texts b ON p.other_text_id = b.text_id
                """
            ).fetchall()
            groups = con.execute(
                """
                SELECT a.article_id, b.article_id FROM intermediate.int_articles a
                JOIN intermediate.int_articles b USING (duplicate_group_id) WHERE a.article_id < b.article_id
                """
            ).fetchall()
    return set(map(frozenset, pairs)), set(map(frozenset, groups))


def record(identity: str, row: dict[str, Any]) -> Article:
    """The article record of a row of the corpus, each an article of its own whatever its address."""
    text = normalise_text(row["text"] or "")
    try:
        published, precision = parse_time(row["published_at"], now=NOW)
    except ImplausibleDate:
        published, precision = None, "none"
    outlet = row["source"] or "unknown"
    agency, method = agency_credit(outlet, row["url"], None, text)
    return Article(
        record_id=identity,
        article_id=identity,
        revision=identity,
        source_id="corpus",
        outlet=outlet,
        url=row["url"],
        canonical_url=row["url"],
        title=row["title"],
        text=text,
        byline=None,
        section=None,
        lead_image=None,
        language=None,
        published_at=published,
        published_raw=row["published_at"],
        published_method="source" if published else "none",
        published_precision=precision,
        updated_at=None,
        fetched_at=NOW,
        landed_for=date(2024, 1, 1),
        word_count=len(text.split()),
        text_key=text_key(text),
        topics=[],
        relevance="off_topic",
        is_teaser=False,
        charset=None,
        license=None,
        raw_path=identity,
        title_key=title_key(row["title"], outlet) or None,
        agency=agency,
        agency_method=method,
        fingerprints=fingerprints(text),
    )


# --- edits ----------------------------------------------------------------------------------------------------


def edited(label: dict[str, str], articles: dict[str, dict[str, Any]]) -> None:
    """Add the edited article that a label asks for to the articles, and name it in the label."""
    name, _, into = label["other"].removeprefix("edit:").partition(":")
    original = articles.get(label["one"])
    target = articles.get(into) if into else None
    if original is None or (into and target is None):
        return
    dice = random.Random(f"{name} {label['one']}")
    paragraphs = [p for p in re.split(r"\n+", original["text"]) if p.strip()]
    into_paragraphs = [p for p in re.split(r"\n+", target["text"]) if p.strip()] if target else []
    text = "\n\n".join(EDITS[name](paragraphs, into_paragraphs, dice))
    when, precision = parse_time(original["published_at"], now=NOW) if original["published_at"] else (None, "none")
    later = when + timedelta(hours=1) if when and precision == "second" else when
    row = {
        "url": f"https://edited.example/{name}/{label['one']}",
        "source": "Edited",
        "title": (target or original)["title"],
        "published_at": later.isoformat() if later and precision == "second" else original["published_at"],
        "text": text,
    }
    label["edit"] = name
    label["other"] = pair_id(row)
    articles[label["other"]] = row


def reworded(paragraphs: list[str], dice: random.Random, rate: float) -> list[str]:
    """Paragraphs in which a share of the words is left out or another word of the text put in their place."""
    words = " ".join(paragraphs).split()
    out = []
    for paragraph in paragraphs:
        kept = []
        for word in paragraph.split():
            chance = dice.random()
            if chance < rate / 2:
                continue
            kept.append(dice.choice(words) if chance < rate else word)
        out.append(" ".join(kept))
    return out


def shuffled(paragraphs: list[str], dice: random.Random) -> list[str]:
    return dice.sample(paragraphs, len(paragraphs))


def restyled(paragraphs: list[str]) -> list[str]:
    """The same words in another house style of marks and spacing."""
    table = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "—": "-", "–": "-"})
    return [" ".join(p.translate(table).split()) for p in paragraphs]


def first_words(paragraphs: list[str], share: float, least: int = 60) -> list[str]:
    """Paragraphs from the start up to a share of all words, cut there; so many words at least."""
    left = max(least, int(share * sum(len(p.split()) for p in paragraphs)))
    kept = []
    for paragraph in paragraphs:
        words = paragraph.split()[:left]
        left -= len(words)
        if words:
            kept.append(" ".join(words))
    return kept


Edit = Callable[[list[str], list[str], random.Random], list[str]]
EDITS: dict[str, Edit] = {
    "restyle": lambda own, into, dice: restyled(own),
    "credit": lambda own, into, dice: ["LONDON (AFP) -", *own, "© 2020 AFP. All rights reserved."],
    "cut": lambda own, into, dice: first_words(own, 0.7),
    "reorder": lambda own, into, dice: shuffled(own, dice),
    "reword": lambda own, into, dice: reworded(own, dice, 0.08),
    "cut-reorder-reword": lambda own, into, dice: reworded(shuffled(first_words(own, 0.75), dice), dice, 0.05),
    "lead": lambda own, into, dice: first_words(own, 0.2),
    # The article whole within another, and a few of its paragraphs as another one may quote or repeat them.
    "whole-from": lambda own, into, dice: [*into[:2], *own, *into[2:]],
    "some-from": lambda own, into, dice: [*into[:2], *first_words(own, 0.15, 30), *into[2:]],
}
