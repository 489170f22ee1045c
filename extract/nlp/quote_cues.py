"""The lexicons of quotation: cues, the words that tell a channel, and how often each kind of quotation is right."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from spacy.tokens import Token

from extract.records import Channel

LEXICON = Path(__file__).parent / "lexicon"


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry of the cue lexicon; ``takes`` lists the forms its content may have."""

    lemma: str
    pos: str
    cue_class: str
    takes: frozenset[str]
    addressee: str
    channel: str


@cache
def load_cues(path: Path = LEXICON / "cues.csv") -> dict[tuple[str, str], Cue]:
    """The cue lexicon by part of speech (VERB, NOUN, ADP) and lower-case form, all inflected forms included."""
    cues: dict[tuple[str, str], Cue] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            lemma, pos = row["lemma"], row["pos"]
            takes = frozenset(row["takes"].split(";"))
            cue = Cue(lemma, pos, row["class"], takes, row["addressee"], row["channel"])
            for form in [lemma, *_inflected(lemma, pos), *row["forms"].split(";")]:
                cues.setdefault((pos, form), cue)
    return cues


def _inflected(lemma: str, pos: str) -> Iterator[str]:
    """Regular forms of an English verb or noun, with and without a doubled last letter."""
    if pos == "ADP":
        return
    ends_y = lemma[-1] == "y" and lemma[-2] not in "aeiou"
    yield lemma[:-1] + "ies" if ends_y else lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh")) else "s")
    if pos == "VERB":
        stem = lemma[:-1] if lemma[-1] == "e" else lemma
        yield from (
            lemma + "ing" if lemma.endswith("ee") else stem + "ing",
            lemma[:-1] + "ied" if ends_y else stem + "ed",
        )
        yield from (lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing")


@cache
def load_channels(path: Path = LEXICON / "channels.csv") -> dict[str, Channel]:
    """The channel that a word beside the cue gives away."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["word"]: cast(Channel, row["channel"]) for row in csv.DictReader(lines)}


@cache
def load_confidence(path: Path = LEXICON / "quote_confidence.csv") -> dict[tuple[str, str, str], float]:
    """Share of right quotations by type, method and form ("that" or none); without method: of the type."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {(row["type"], row["method"], row["form"]): float(row["confidence"]) for row in csv.DictReader(lines)}


def other_cue(verb: Token) -> Cue:
    """A verb that the lexicon lacks, where it can only be a cue."""
    return Cue(verb.lemma_.lower(), "VERB", "say", frozenset(["direct"]), "", "")
