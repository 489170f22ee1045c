"""What stands within the sentences of an article and belongs to none of them, such as links to other articles.

The pipeline reads the text without it; what the components found is then told with the offsets of the whole text.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TypeVar

from spacy.tokens import Doc

from extract.records import Event, Mention, Participant, Quote

R = TypeVar("R", Mention, Quote, Event, Participant)
Span = tuple[int, int]


@cache
def _patterns() -> list[re.Pattern[str]]:
    """Those of ``lexicon/furniture.csv``; what each calls ``furniture`` is it."""
    with (Path(__file__).parent / "lexicon" / "furniture.csv").open(encoding="utf-8", newline="") as file:
        return [re.compile(row["pattern"]) for row in csv.DictReader(file)]


def spans(text: str) -> list[Span]:
    """Where furniture stands, as (start, end) in characters, in order and apart from each other."""
    found: list[Span] = []
    for start, end in sorted(match.span("furniture") for p in _patterns() for match in p.finditer(text)):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found


def without(text: str, furniture: Sequence[Span]) -> str:
    for start, end in reversed(furniture):
        text = text[:start] + text[end:]
    return text


def restore(doc: Doc, text: str, furniture: Sequence[Span]) -> None:
    """Tell the records of a doc, read from the text ``without`` its furniture, by the characters of the text."""
    whole = _Whole(text, furniture)
    doc._.mentions = [whole.told(m) for m in doc._.mentions]
    doc._.quotes = [whole.told(q) for q in doc._.quotes]
    doc._.events = [replace(whole.told(e), participants=[whole.told(p) for p in e.participants]) for e in doc._.events]


class _Whole:
    """Offsets of the whole text, from those of the text without furniture."""

    def __init__(self, text: str, furniture: Sequence[Span]) -> None:
        self.text = text
        self.removed = [0, *accumulate(end - start for start, end in furniture)]  # before each cut and after the last
        self.cuts = [start - before for (start, _), before in zip(furniture, self.removed, strict=False)]

    def start(self, position: int) -> int:
        return position + self.removed[bisect_right(self.cuts, position)]

    def end(self, position: int) -> int:
        return position + self.removed[bisect_left(self.cuts, position)]

    def pieces(self, spans: list[list[int]]) -> list[list[int]]:
        """The spans, each in pieces where furniture stands within it."""
        out = []
        for first, last in spans:
            edges = [first, *(cut for cut in self.cuts if first < cut < last), last]
            out += [[self.start(a), self.end(b)] for a, b in pairwise(edges)]
        return out

    def told(self, record: R) -> R:
        changes: dict[str, object] = {}
        names = {field.name for field in fields(record)}
        for name in names:
            first, part = getattr(record, name), name.removesuffix("start")
            if name.endswith("start") and isinstance(first, int):  # not the first day of an event
                start, end = self.start(first), self.end(getattr(record, f"{part}end"))
                changes |= {name: start, f"{part}end": end}
                if f"{part}text" in names:
                    changes[f"{part}text"] = self.text[start:end]
        if isinstance(record, Quote):
            spans = self.pieces(record.spans)
            changes |= {"spans": spans, "text": " ".join(self.text[start:end] for start, end in spans)}
        return replace(record, **changes)  # type: ignore[arg-type]
