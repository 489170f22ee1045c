"""Accuracy of the events on sentences of known events.

Gold: JSON lines (``.gz`` or not), one record a line: ``text``, ``date`` and ``events`` with ``code`` (a PLOVER
type; YIELD stands for CONCEDE or RETREAT), ``source_text`` and ``target_text``. Records of the same text
are one sentence with several events.

What is counted, sentence by sentence:

* **type**: the set of types predicted against the set of gold types. Several events of one type in one
  sentence count once, because gold names an event type once however often the sentence speaks of it; a
  type that gold does not have is an error. CONCEDE, RETREAT and YIELD are one type here.
* **both actors**: as before over (type, source, target): a gold event is found if an event of its type has
  an actor that overlaps the gold source and a recipient that overlaps the gold target, in characters.
  A gold side that the sentence does not name counts as found. Recall is over gold events, precision over
  predicted types.
* **false events per 100 sentences**: events predicted on the sentences that have none.

Events whose status is negated or hypothetical do not count as predictions: gold marks what was done,
said, agreed, refused or threatened, and never an act that the sentence only imagines or denies.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Annotate = Callable[[list[Record]], Iterable[Record]]
SAME_TYPE = {"CONCEDE": "YIELD", "RETREAT": "YIELD"}
UNCOUNTED = frozenset({"negated", "hypothetical"})


def evaluate(gold_path: Path, annotate: Annotate) -> dict[str, Any]:
    """Measure events on a gold file.

    ``annotate`` takes records with ``id``, ``text`` and ``published_at`` and yields, in the same order, records
    with ``events``: dicts with ``type``, ``status``, ``actors`` and ``recipients`` (dicts with ``start`` and
    ``end``). Returns counts and rates, 0 to 1. Raises ValueError where annotate yields another number.
    """
    records = _merged(gold_path)
    annotated = list(annotate(records))
    if len(annotated) != len(records):
        raise ValueError(f"{len(records)} texts given, {len(annotated)} annotated")
    found: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    spurious: Counter[str] = Counter()
    gold_events = gold_right = false_events = empty = 0
    for record, answer in zip(records, annotated, strict=True):
        events = [event for event in answer["events"] if event["status"] not in UNCOUNTED]
        predicted = {_type(event["type"]) for event in events}
        gold = {_type(event["code"]) for event in record["events"]}
        found.update(predicted & gold)
        missed.update(gold - predicted)
        spurious.update(predicted - gold)
        gold_events += len(record["events"])
        gold_right += sum(_is_right(event, events, record["text"]) for event in record["events"])
        if not gold:
            empty += 1
            false_events += len(events)
    types = sorted(found.keys() | missed.keys() | spurious.keys())
    actors = _scores(gold_right, gold_events - gold_right, sum(found.values()) + sum(spurious.values()) - gold_right)
    return {
        "sentences": len(records),
        "gold_events": gold_events,
        "type": _scores(sum(found.values()), sum(missed.values()), sum(spurious.values())),
        "type_and_both_actors": actors,
        "by_type": {name: _scores(found[name], missed[name], spurious[name]) for name in types},
        "sentences_without_events": empty,
        "false_events_per_100_sentences": round(100 * false_events / empty, 2) if empty else None,
    }


def _merged(gold_path: Path) -> list[Record]:
    """The records, those of the same text as one."""
    by_text: dict[str, Record] = {}
    opener = gzip.open if gold_path.suffix == ".gz" else open
    with opener(gold_path, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            merged = by_text.setdefault(
                record["text"],
                {"id": record["doc_id"], "text": record["text"], "published_at": record["date"], "events": []},
            )
            merged["events"] += record["events"]
    return list(by_text.values())


def _type(name: str) -> str:
    return SAME_TYPE.get(name, name)


def _is_right(gold: Record, events: list[Record], text: str) -> bool:
    return any(
        _type(event["type"]) == _type(gold["code"])
        and _overlaps(event["actors"], gold.get("source_text"), text)
        and _overlaps(event["recipients"], gold.get("target_text"), text)
        for event in events
    )


def _overlaps(spans: list[Record], wanted: str | None, text: str) -> bool:
    """Whether one of the spans shares characters with an occurrence of the wanted words."""
    wanted = (wanted or "").strip()
    start = text.find(wanted) if wanted else -1
    if start < 0:
        return True
    while start >= 0:
        if any(span["start"] < start + len(wanted) and start < span["end"] for span in spans):
            return True
        start = text.find(wanted, start + 1)
    return False


def _scores(right: int, missed: int, spurious: int) -> dict[str, float | int]:
    precision = right / (right + spurious) if right + spurious else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "right": right,
        "missed": missed,
        "spurious": spurious,
    }
