"""How well quotations are found: annotations against gold attributions.

A gold file is JSON lines (``.jsonl`` or ``.jsonl.gz``), one document a line: ``doc_id``, ``text``, ``title``,
``date`` and ``quotes``; each of these with ``spans`` ([start, end] in characters of the text), ``type`` (direct,
mixed, indirect), ``speaker_spans``, ``cue_start``, ``cue_end`` and ``speech`` (false for attitudes, beliefs and
deeds, which are not quotations).

Two quotations are compared by the letters and digits their spans cover, so marks, spaces and the comma before a
closing mark count for nothing. Within a document they are matched one to one, best intersection over union
first, down to 0.5. An annotation matched to a ``speech: false`` record is neither right nor wrong. An unmatched
annotation counts as wrong for the type it was given, a matched one as right for the type of its gold.

Exact scores follow the practice of the PolNeAR corpus and of CofeNet, span-level F1 for source, cue and content
each on its own: a span set is right if the document's gold has the same one. They too are compared by letters
and digits, a leading "that" of a content apart, which is a matter of guideline; a cue without letters (a colon)
is compared by its place.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

MIN_OVERLAP = 0.5
TYPES = ("direct", "mixed", "indirect")
PARTS = ("source", "cue", "content")
Letters = frozenset[int]


def evaluate(gold_path: Path, annotate: Callable[[list[dict]], Iterable[dict]]) -> dict[str, Any]:
    """Score ``annotate`` on a gold file.

    ``annotate`` takes articles ({id, text, title, published_at}) and yields, in any order, an object with the
    ``id`` and ``quotes`` for each. Returns counts and scores (0 to 1, None where nothing was there to score):
    ``documents``, ``silent`` (documents with gold but no annotation) and ``silent_ids``, ``attributions`` by type
    and of all types with a cue, ``exact`` by part, ``calibration`` by tenth of confidence, and ``errors`` (what is
    unmatched on either side, or has the wrong speaker).
    """
    gold = {document["doc_id"]: document for document in read_gold(gold_path)}
    articles = [
        {"id": key, "text": doc["text"], "title": doc["title"], "published_at": doc["date"]}
        for key, doc in gold.items()
    ]
    found = {result["id"]: result["quotes"] for result in annotate(articles)}
    tallies = {name: _Tally() for name in (*TYPES, "all_with_cue")}
    exact = {part: _Tally() for part in PARTS}
    judged: list[tuple[float, bool]] = []
    errors: list[dict[str, Any]] = []
    silent = []
    for key, document in gold.items():
        text, records, quotes = document["text"], document["quotes"], found.get(key, [])
        if not quotes and any(record["speech"] for record in records):
            silent.append(key)
        pairs = match([letters(text, r["spans"]) for r in records], [letters(text, q["spans"]) for q in quotes])
        _count(tallies, records, quotes, pairs, judged)
        _count_exact(exact, text, records, quotes, pairs)
        errors.extend(_errors(key, text, records, quotes, pairs))
    return {
        "documents": len(gold),
        "silent": len(silent),
        "silent_ids": silent,
        "attributions": {name: tally.scores() for name, tally in tallies.items()},
        "exact": {part: tally.scores() for part, tally in exact.items()},
        "calibration": _calibration(judged),
        "errors": errors,
    }


def read_gold(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the documents of a gold file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def letters(text: str, spans: Iterable[Iterable[int]]) -> Letters:
    """Offsets of the letters and digits within the spans."""
    return frozenset(i for start, end in spans for i in range(start, end) if text[i].isalnum())


def match(gold: list[Letters], found: list[Letters]) -> dict[int, int]:
    """Match one to one, best overlap first: index in ``found`` -> index in ``gold``."""
    overlaps = []
    for j, one in enumerate(found):
        for i, other in enumerate(gold):
            common = len(one & other)
            if common and common / len(one | other) >= MIN_OVERLAP:
                overlaps.append((-common / len(one | other), j, i))
    pairs: dict[int, int] = {}
    taken = set()
    for _, j, i in sorted(overlaps):
        if j not in pairs and i not in taken:
            pairs[j] = i
            taken.add(i)
    return pairs


class _Tally:
    """Counts of one measure."""

    def __init__(self) -> None:
        self.gold = self.found = self.right = self.speakers = self.speakers_right = 0

    def scores(self) -> dict[str, Any]:
        scores: dict[str, Any] = {
            "gold": self.gold,
            "found": self.found,
            "right": self.right,
            "precision": _share(self.right, self.found),
            "recall": _share(self.right, self.gold),
            "f1": _share(2 * self.right, self.gold + self.found),
        }
        if self.speakers:
            scores |= {"speakers": self.speakers, "speaker_right": _share(self.speakers_right, self.speakers)}
        return scores


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _count(
    tallies: dict[str, _Tally],
    records: list[dict],
    quotes: list[dict],
    pairs: dict[int, int],
    judged: list[tuple[float, bool]],
) -> None:
    for wanted in records:
        if wanted["speech"]:
            tallies[wanted["type"]].gold += 1
            tallies["all_with_cue"].gold += wanted["cue_start"] is not None
    for j, quote in enumerate(quotes):
        record: dict | None = records[pairs[j]] if j in pairs else None
        if record is not None and not record["speech"]:
            continue
        names = [record["type"] if record else quote["type"]]
        if quote["cue"] or (record and record["cue_start"] is not None):
            names.append("all_with_cue")
        speaker = _speaker_right(record, quote) if record else False
        for name in names:
            tallies[name].found += 1
            if record:
                tallies[name].right += 1
                tallies[name].speakers += speaker is not None
                tallies[name].speakers_right += speaker is True
        judged.append((quote["confidence"], record is not None and speaker is not False))


def _speaker_right(record: dict, quote: dict) -> bool | None:
    """Whether the speaker found overlaps gold's; None where gold has none."""
    if not record["speaker_spans"]:
        return None
    speaker = quote["speaker"]
    return speaker is not None and any(
        speaker["start"] < end and start < speaker["end"] for start, end in record["speaker_spans"]
    )


def _count_exact(
    exact: dict[str, _Tally], text: str, records: list[dict], quotes: list[dict], pairs: dict[int, int]
) -> None:
    wanted: dict[str, set] = {part: set() for part in PARTS}
    ignored: dict[str, set] = {part: set() for part in PARTS}
    got: dict[str, set] = {part: set() for part in PARTS}
    for record in records:
        cue = [[record["cue_start"], record["cue_end"]]] if record["cue_start"] is not None else []
        spans = {"source": record["speaker_spans"], "cue": cue, "content": record["spans"]}
        for part in PARTS:
            (wanted if record["speech"] else ignored)[part].add(_key(part, text, spans[part]))
    for j, quote in enumerate(quotes):
        if j in pairs and not records[pairs[j]]["speech"]:
            continue
        spans = {
            "source": [[quote["speaker"]["start"], quote["speaker"]["end"]]] if quote["speaker"] else [],
            "cue": [[quote["cue"]["start"], quote["cue"]["end"]]] if quote["cue"] else [],
            "content": quote["spans"],
        }
        for part in PARTS:
            got[part].add(_key(part, text, spans[part]))
    for part in PARTS:
        wanted[part].discard(None)
        found = got[part] - (ignored[part] - wanted[part]) - {None}
        exact[part].gold += len(wanted[part])
        exact[part].found += len(found)
        exact[part].right += len(wanted[part] & found)


def _key(part: str, text: str, spans: list[list[int]]) -> Letters | tuple | None:
    """What makes two spans of a part the same; None where there is no span."""
    if not spans:
        return None
    chosen = letters(text, spans)
    if not chosen:
        return tuple(tuple(span) for span in spans)
    first = min(chosen)
    if part == "content" and text[first : first + 5].lower() in ("that ", "that\n"):
        chosen = chosen.difference(range(first, first + 4))
    return chosen


def _calibration(judged: list[tuple[float, bool]]) -> dict[str, dict[str, float]]:
    """By tenth of confidence: how many, their mean confidence, the share with content and speaker right."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in judged:
        tenths.setdefault(min(int(confidence * 10), 9), []).append((confidence, right))
    return {
        f"{tenth / 10} to {(tenth + 1) / 10}": {
            "quotes": len(rows),
            "confidence": sum(confidence for confidence, _ in rows) / len(rows),
            "right": sum(right for _, right in rows) / len(rows),
        }
        for tenth, rows in sorted(tenths.items())
    }


def _errors(key: str, text: str, records: list[dict], quotes: list[dict], pairs: dict[int, int]) -> Iterator[dict]:
    matched = set(pairs.values())
    for i, record in enumerate(records):
        if record["speech"] and i not in matched:
            yield {"id": key, "kind": "missed", "type": record["type"], "spans": record["spans"]}
    for j, quote in enumerate(quotes):
        if j not in pairs:
            yield {"id": key, "kind": "spurious", "type": quote["type"], "spans": quote["spans"]}
        elif records[pairs[j]]["speech"] and _speaker_right(records[pairs[j]], quote) is False:
            yield {"id": key, "kind": "wrong speaker", "type": quote["type"], "spans": quote["spans"]}
