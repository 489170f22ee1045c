"""What the modules of quotation share: word classes, units, frames and quotations under way."""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.tokens import Token

from extract.nlp.quote_cues import Cue

VERB_TAGS = frozenset(["VB", "VBD", "VBG", "VBN", "VBP", "VBZ"])
FINITE_TAGS = frozenset(["VBD", "VBP", "VBZ", "MD"])
NOUN_TAGS = frozenset(["NN", "NNS"])
SUBJECTS = frozenset(["nsubj", "nsubjpass"])
CONNECTIVES = frozenset(["and", "but", "while", "though", "although", "whereas"])
RELATIVES = frozenset(["who", "which", "that"])
DAYS = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)
STOPS = frozenset([".", "!", "?", "…", "..."])
DASHES = frozenset(["-", "--", "–", "—", "―"])


@dataclass(slots=True)
class Unit:
    """A sentence of the frame: tokens ``start`` to ``end`` of a paragraph, quoted stretches whole."""

    start: int
    end: int
    paragraph: int
    pieces: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Frame:
    """A cue in its unit: verb group, speaker and addressee as token ranges (end exclusive)."""

    cue: Token
    entry: Cue
    start: int
    end: int
    speaker: tuple[int, int] | None
    method: str
    subject: Token | None = None
    addressee: tuple[int, int] | None = None

    @property
    def left(self) -> int:
        """First token of the frame with its speaker."""
        return min(self.start, self.speaker[0]) if self.speaker else self.start


@dataclass(slots=True, eq=False)
class Found:
    """A quotation under way: pieces in characters, with the frame that introduces it.

    ``is_verbatim`` says that it is direct whether or not it stands in marks.
    """

    spans: list[list[int]]
    unit: Unit
    frame: Frame | None
    method: str
    is_verbatim: bool = False


def is_finite(verb: Token) -> bool:
    return verb.tag_ in FINITE_TAGS or any(child.dep_ in ("aux", "auxpass") for child in verb.lefts)


def same_form(one: Token, other: Token) -> bool:
    """Whether two verbs can be coordinate: both finite or in the same form."""
    return one.tag_ == other.tag_ or (is_finite(one) and is_finite(other))
