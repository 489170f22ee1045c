"""What another pipeline would change: ``python -m extract.nlp.training.compare NEW ARTICLES.jsonl[.gz] [--limit 200]``.

Reads the articles ({"text", "published_at"?} a line) with the shipped pipeline and with NEW and prints how many quotes
and events stay, go and come, with some of each to look at. With the scores of ``evaluate.py`` for both and
``wirehouse evaluate`` under ``WIREHOUSE_SPACY_MODEL=NEW`` this decides whether NEW takes the shipped one's place.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

from extract.nlp import pipeline

SAMPLES = 12
Found = dict[tuple[Any, ...], str]


def articles(path: Path) -> Iterator[tuple[str, date | None]]:
    """Text and publication day of each line."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            row = json.loads(line)
            published = row.get("published_at")
            yield row["text"], datetime.fromisoformat(published).date() if published else None


def found(doc: Doc, number: int) -> tuple[Found, Found]:
    """Quotes and events of an article: what makes each the same as another pipeline's, and how it reads."""
    quotes: Found = {
        (number, *map(tuple, q.spans), q.speaker_name): f"{q.speaker_name} [{q.cue_text}]: {q.text}"
        for q in doc._.quotes
    }
    events: Found = {}
    for event in doc._.events:
        who = tuple((p.role, p.name) for p in event.participants)
        actors = ", ".join(f"{role} {name}" for role, name in who)
        sentence = doc.text[event.sentence_start : event.sentence_end]
        key = (number, event.trigger_start, event.type, event.status, *who)
        events[key] = f"{event.type} {event.status} ({actors}) in: {' '.join(sentence.split())}"
    return quotes, events


def read(model: str | None, texts: list[tuple[str, date | None]]) -> tuple[Found, Found, float]:
    """All quotes and events, and tokens a second; an article that breaks the pipeline stops the comparison."""
    nlp = pipeline.load(model)
    quotes: Found = {}
    events: Found = {}
    tokens, started = 0, time.process_time()
    for number, doc in enumerate(pipeline.read(nlp, texts)):
        if isinstance(doc, Exception):
            raise doc
        tokens += len(doc)
        for all_found, new in zip((quotes, events), found(doc, number), strict=True):
            all_found.update(new)
    return quotes, events, tokens / (time.process_time() - started)


def show(kind: str, old: Found, new: Found) -> None:
    same = len(old.keys() & new.keys())
    print(f"\n## {kind}: {same} the same, {len(old) - same} only in the shipped, {len(new) - same} only in the new")
    for title, only in (("only in the shipped", old.keys() - new.keys()), ("only in the new", new.keys() - old.keys())):
        texts = {**old, **new}
        print(f"\n{title}:")
        for key in random.Random(0).sample(sorted(only, key=str), min(SAMPLES, len(only))):
            print(f"- {key[0]}: {texts[key][:400]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("new", help="directory or package of the new pipeline")
    parser.add_argument("articles", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    args = parser.parse_args()
    texts = list(islice(articles(args.articles), args.limit))
    old_quotes, old_events, old_speed = read(None, texts)
    new_quotes, new_events, new_speed = read(args.new, texts)
    print(f"{len(texts)} articles; {old_speed:.0f} tokens a second shipped, {new_speed:.0f} new")
    show("quotes", old_quotes, new_quotes)
    show("events", old_events, new_events)


if __name__ == "__main__":
    main()
