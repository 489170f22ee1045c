"""Quotations: who said what, directly, indirectly or in part (``wirehouse_quotes``, writes ``Doc._.quotes``).

Quotation marks are paired first, on the text alone (``quote_marks``). A paragraph is then cut into units: a
sentence of the frame, in which a quoted stretch counts as one word however many sentences it holds. In each unit
every cue of the lexicon (``lexicon/cues.csv``) makes a frame: its verb group, its speaker, and the stretches of
the unit that are its content. The parse says who the subject is and where an embedded clause ends; where the cue
stands against commas, colons and marks says on which side of it the content lies, since that survives a wrong
parse. Quoted units without a cue of their own go to the quotation before them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc, Token

from extract.nlp import extensions  # noqa: F401
from extract.nlp.actors import mention_at
from extract.nlp.quote_cues import Cue, load_channels, load_confidence, load_cues, other_cue
from extract.nlp.quote_marks import Piece, find_pieces, paragraphs
from extract.records import Channel, MentionKind, Quote, QuoteType, SpeakerKind

VERB_TAGS = frozenset(["VB", "VBD", "VBG", "VBN", "VBP", "VBZ"])
FINITE_TAGS = frozenset(["VBD", "VBP", "VBZ", "MD"])
NOUN_TAGS = frozenset(["NN", "NNS"])
SUBJECTS = frozenset(["nsubj", "nsubjpass"])
AUXILIARIES = frozenset(["aux", "auxpass", "neg", "advmod"])
EMBEDDED = frozenset(["relcl", "acl", "advcl", "csubj", "nsubj", "dobj", "pobj", "pcomp", "appos"])
ADJUNCTS = frozenset(["prep", "advmod", "npadvmod", "dative", "agent", "prt", "dobj", "iobj", "nsubj", "neg", "dep"])
WH = frozenset(["what", "how", "why", "whether", "if", "who", "where", "when", "which", "whom", "whose"])
BEFORE_PARTICIPLE = frozenset([",", "and", "while", "by", "—", "–", "-", "--"])
CONNECTIVES = frozenset(["and", "but", "while", "though", "although", "whereas"])
QUOTING = frozenset(["quoted", "quotes", "quoting", "cited", "cites", "citing"])
RELATIVES = frozenset(["who", "which", "that"])
DOUBTFUL_MODALS = frozenset(["may", "might", "could", "can", "should", "must", "would", "shall"])
REFUSALS = frozenset(["decline", "refuse", "fail", "stop", "avoid"])
TURN_WORDS = 3  # words of a headline's or transcript's statement, at least
ASIDE = 12  # tokens between commas before "that"
DATELINE_LENGTH = 16  # tokens
AUXILIARY_WORDS = frozenset(
    [
        "is",
        "was",
        "were",
        "are",
        "be",
        "been",
        "being",
        "has",
        "had",
        "have",
        "having",
        "do",
        "does",
        "did",
        "will",
        "would",
    ]
)
# Tokens between a quotation and its cue: at most, and at most where the cue is not in the lexicon.
TAG_LENGTH, PLAIN_SUBJECT = 40, 5
NOMINAL_START = frozenset(
    ["NNP", "NNPS", "NN", "NNS", "PRP", "DT", "JJ", "CD", "PRP$", "JJR", "JJS", "VBN", "VBG", "RB", "FW"]
)
# Tags that no clause without "that" begins with.
NOT_CLAUSE_INITIAL = frozenset(["IN", "CC", "TO", "RP", "WRB", "VBN", "VBD", "VBZ", "VBP", "MD"])
# Words that add, after a comma, what no longer belongs to a noun phrase before it.
ADDERS = frozenset(["even", "though", "before", "until", "compared", "according", "he", "she", "they", "it", "then"])
# Words that a reported sentence without "that" may begin with.
SUBORDINATORS = frozenset(["if", "while", "when", "as", "because", "despite", "after", "since", "unless", "although"])
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
NAMING = frozenset(["PROPN", "NOUN", "PRON", "NUM", "ADJ"])
PHRASE = NAMING | {"DET", "PART"}
STOPS = frozenset([".", "!", "?", "…", "..."])
CLOSERS = frozenset([")", "]", "}"])
DASHES = frozenset(["-", "--", "–", "—", "―"])
FIRST_PERSON = frozenset(["i", "we", "me", "us"])
SPEAKER_KINDS: dict[MentionKind, SpeakerKind] = {
    "person": "person",
    "organisation": "organisation",
    "place": "organisation",
    "group": "unnamed",
    "role": "unnamed",
    "pronoun": "unknown",
    "document": "document",
}
PEOPLE = frozenset(["person", "unnamed"])
# Tokens from the cue within which a word tells the channel.
CHANNEL_REACH = 12
# Characters within which "the official" means the unnamed speaker before.
NEAR = 600
# Cues that say the speaker is the one before.
CONTINUING = frozenset(["add", "continue", "go", "conclude"])
# Share of letters in quotation marks from which a quotation is direct.
DIRECT_SHARE = 0.9
# A piece this long that reads as a sentence is a quotation even where nobody is named.
SENTENCE_WORDS = 4


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
    """A quotation under way: pieces in characters, with the frame that introduces it."""

    spans: list[list[int]]
    unit: Unit
    frame: Frame | None
    method: str


@Language.factory("wirehouse_quotes")
def create(nlp: Language, name: str) -> QuoteFinder:
    """The component; needs tags, lemmas and a parse, and uses ``Doc._.mentions`` where they are."""
    return QuoteFinder()


class QuoteFinder:
    """Writes the quotations of a Doc to ``Doc._.quotes``, in order of start."""

    def __init__(self) -> None:
        self.cues = load_cues()

    def __call__(self, doc: Doc) -> Doc:
        doc._.quotes = Reading(doc, self.cues).quotes()
        return doc


class Reading:
    """One document being read."""

    def __init__(self, doc: Doc, cues: dict[tuple[str, str], Cue]) -> None:
        self.doc = doc
        self.text = doc.text
        self.cues = cues
        self.bounds = paragraphs(self.text)
        self.pieces = [
            piece for piece in find_pieces(self.text, self.bounds) if piece.depth == 0 and piece.start < piece.end
        ]
        self.ends = [piece.end for piece in self.pieces]
        self.mentions = {(mention.start, mention.end): mention for mention in doc._.mentions}
        self.channels = load_channels()
        self.piece_of, self.units = self._units()

    # --- units ------------------------------------------------------------------------------------

    def _units(self) -> tuple[list[int], list[Unit]]:
        """For each token its quoted piece (-1 outside, -2 a mark), and the units of the document."""
        doc, pieces, bounds = self.doc, self.pieces, self.bounds
        piece_of = [-1] * len(doc)
        units: list[Unit] = []
        at = paragraph = 0
        current: Unit | None = None
        closing = False  # the last token ended a sentence
        for i, token in enumerate(doc):
            start = token.idx
            while at < len(pieces) and start >= pieces[at].outer_end:
                at += 1
            while paragraph < len(bounds) - 1 and start >= bounds[paragraph + 1][0]:
                paragraph += 1
                current = None
            if token.is_space:
                continue
            inside = at < len(pieces) and pieces[at].outer_start <= start < pieces[at].outer_end
            if inside:
                piece_of[i] = at if pieces[at].start <= start < pieces[at].end else -2
            if current is not None and closing:
                if token.text in CLOSERS:
                    pass  # "(He left.)"
                elif token.text[0].islower() and not inside:
                    closing = False  # "(D-Ohio.) said"
                elif not (inside and at in current.pieces):
                    current = None
            if current is None:
                current = Unit(i, i, paragraph)
                units.append(current)
                closing = False
            current.end = i + 1
            if inside:
                if at not in current.pieces:
                    current.pieces.append(at)
                closing = start + len(token) >= pieces[at].outer_end and self._ends_sentence(pieces[at], i)
            elif token.text in STOPS or (
                token.text[-1] == "." and i + 1 < len(doc) and doc[i + 1].is_sent_start and doc[i + 1].text[0].isupper()
            ):
                closing = True
        for unit in units:
            if doc[unit.start].idx == bounds[unit.paragraph][0]:
                unit.start = self._after_dateline(unit, piece_of)
        return piece_of, units

    def _after_dateline(self, unit: Unit, piece_of: list[int]) -> int:
        """First token after "KYIV, May 3 (Reuters) -" or the like."""
        doc = self.doc
        if not doc[unit.start].text.isupper() or len(doc[unit.start]) < 3:
            return unit.start
        for i in range(unit.start + 1, min(unit.start + DATELINE_LENGTH, unit.end - 1)):
            if piece_of[i] != -1 or doc[i].tag_ in VERB_TAGS:
                break
            if doc[i].text in DASHES and doc[i - 1].whitespace_:
                return i + 1
        return unit.start

    def _ends_sentence(self, piece: Piece, i: int) -> bool:
        """Whether a unit ends with this piece, whose last token is ``i``."""
        last = self.text[piece.start : piece.end].rstrip("'’”\"")[-1:]
        if last not in ".!?…" or i + 1 >= len(self.doc):
            return False
        following = self.doc[i + 1]
        if following.is_space or following.text[0] in ",;:–—-":
            return following.is_space
        # A cue clause may follow: "Why?" Smith asked. After a full stop it must end the sentence: "So." Smith said.
        for token in self.doc[i + 1 : i + 7]:
            if ("VERB", token.lower_) in self.cues and token.tag_ in FINITE_TAGS:
                closes = token.i + 1 >= len(self.doc) or self.doc[token.i + 1].text in STOPS
                if last != "." or closes or self.doc[token.i + 1].is_space:
                    return False
            if token.text in STOPS or token.text in ",:":
                break
        return following.text[0].isupper() or not following.is_alpha

    # --- quotations -------------------------------------------------------------------------------

    def quotes(self) -> list[Quote]:
        """All quotations of the document, in order of start."""
        found: list[Found] = []
        last: Found | None = None  # the quotation that a quoted unit without a cue would continue
        pending: Frame | None = None  # what introduces the next paragraph: "She replied:"
        for number, unit in enumerate(self.units):
            frames = list(self._frames(unit))
            made = self._made(unit, frames)
            follows = last is not None and self._follows(last, number)
            if unit.pieces and not made and self._is_orphan(unit):
                spans = self._piece_spans(unit.pieces)
                if pending:
                    last = Found(spans, unit, pending, "colon")
                    found.append(last)
                elif last is not None and follows:
                    last.spans += spans
                    last.unit = replace(last.unit, end=unit.end, paragraph=unit.paragraph)
                elif any(self._reads_as_sentence(p) for p in unit.pieces):
                    last = Found(spans, unit, None, "none")
                    found.append(last)
                pending = None
                continue
            if last is not None and follows and last.frame is None and made and self._opens(made[0], unit):
                made[0].spans = last.spans + made[0].spans  # its cue comes only now
                made[0].unit = replace(unit, start=last.unit.start)
                found.remove(last)
            found += made
            quoted = [one for one in made if any(self._touches(one, p) for p in unit.pieces)]
            last = max(quoted, key=lambda one: one.spans[-1][1], default=last)
            pending = self._pending(unit, frames)
        return self._records(
            sorted(self._distinct(one for one in found if one.frame), key=lambda one: (one.spans[0], one.spans[-1]))
        )

    def _made(self, unit: Unit, frames: list[Frame]) -> list[Found]:
        """The quotations of a unit with a cue; an unquoted one needs a speaker too."""
        made = [
            Found(spans, unit, frame, frame.method)
            for frame in frames
            if (spans := self._content(frame, unit, frames)) and self._is_likely(frame, spans)
        ]
        return self._outermost(made) + self._colon(unit)

    def _is_likely(self, frame: Frame, spans: list[list[int]]) -> bool:
        """Whether a frame has what its kind of quotation needs: a speaker, and "that" where its form is weak."""
        if self._type(spans) == "direct":
            return True
        if frame.speaker is None:
            return frame.entry.cue_class == "ask"
        has_that = self.text[spans[0][0] : spans[0][0] + 5].lower() == "that "
        return has_that or frame.method not in ("participle", "passive", "noun") or self._type(spans) == "mixed"

    def _opens(self, one: Found, unit: Unit) -> bool:
        """Whether a quotation starts with a quoted piece that opens its unit."""
        return self.piece_of[unit.start] != -1 and one.spans[0][0] <= self.pieces[unit.pieces[0]].start

    def _pending(self, unit: Unit, frames: list[Frame]) -> Frame | None:
        """The frame that introduces what follows the unit's last colon."""
        if self.doc[unit.end - 1].text != ":":
            return None
        cues = [frame for frame in frames if frame.speaker and "direct" in frame.entry.takes]
        return cues[-1] if cues else self._introduction(unit.end - 1, unit)

    def _touches(self, one: Found, p: int) -> bool:
        piece = self.pieces[p]
        return any(start < piece.end and piece.start < end for start, end in one.spans)

    def _is_orphan(self, unit: Unit) -> bool:
        """Whether the unit is quoted from end to end."""
        return all(
            self.piece_of[i] != -1 or not (self.doc[i].is_alpha or self.doc[i].is_digit)
            for i in range(unit.start, unit.end)
        )

    def _follows(self, last: Found, number: int) -> bool:
        """Whether a quoted unit can only continue the quotation ``last``."""
        unit = self.units[number]
        if last.unit.paragraph == unit.paragraph:
            return True
        return last.unit.paragraph == unit.paragraph - 1 and last.unit.end >= self.units[number - 1].end

    def _piece_spans(self, numbers: list[int]) -> list[list[int]]:
        return [[self.pieces[p].start, self.pieces[p].end] for p in numbers]

    def _is_title(self, p: int) -> bool:
        """Whether a piece names a programme, book or the like: in capitals and without a stop."""
        piece = self.pieces[p]
        words = self.text[piece.start : piece.end].split()
        return len(words) > 1 and words[-1][-1] not in ".,!?" and all(w[0].isupper() or len(w) < 4 for w in words)

    def _reads_as_sentence(self, p: int) -> bool:
        piece = self.pieces[p]
        words = self.text[piece.start : piece.end].split()
        return (
            len(words) >= SENTENCE_WORDS
            and (words[0][0].isupper() or not words[0][0].isalpha())
            and words[-1][-1] in ".!?,…—-"
        )

    def _outermost(self, made: list[Found]) -> list[Found]:
        """Drop a quotation whose cue is part of another's content: only the outermost is reported."""

        def holds(outer: Found, inner: Found) -> bool:
            assert inner.frame is not None
            offset = inner.frame.cue.idx
            return any(start <= offset < end for start, end in outer.spans)

        return [
            one
            for i, one in enumerate(made)
            if not any(
                other is not one and holds(other, one) and (j < i or not holds(one, other))
                for j, other in enumerate(made)
            )
        ]

    def _distinct(self, found: Iterable[Found]) -> Iterator[Found]:
        """Drop what two frames made of the same stretch: the first stays."""
        seen = set()
        for one in found:
            key = tuple(map(tuple, one.spans))
            if key not in seen:
                seen.add(key)
                yield one

    # --- frames -----------------------------------------------------------------------------------

    def _frames(self, unit: Unit) -> Iterator[Frame]:
        """The cues of a unit outside quotation marks, with their speakers."""
        doc, cues = self.doc, self.cues
        tagged = self._tags(unit) if unit.pieces else {}
        relay, relaying = self._relay(unit, tagged)
        if relay is not None:
            yield relay
        for i in range(unit.start, unit.end):
            if self.piece_of[i] != -1 or i in relaying:
                continue
            token = doc[i]
            tag, lower = token.tag_, token.lower_
            frame = None
            if i in tagged:
                frame = self._verb(token, cues.get(("VERB", lower)) or other_cue(token), unit, tagged[i])
            elif entry := cues.get(("ADP", lower)):
                frame = self._according(token, entry, unit)
            elif tag in VERB_TAGS or (unit.pieces and ("VERB", lower) in cues and self._leads_to_quote(i, unit)):
                if entry := cues.get(("VERB", lower)):
                    frame = self._verb(token, entry, unit)
            elif tag in NOUN_TAGS and (entry := cues.get(("NOUN", lower))):
                frame = self._noun(token, entry, unit)
            elif lower == ":" and self._leads_to_quote(i - 1, unit):
                frame = self._introduction(i, unit)
            if frame is not None:
                yield frame

    def _relay(self, unit: Unit, tagged: dict[int, tuple[int, int] | None]) -> tuple[Frame | None, tuple[int, ...]]:
        """ "X was quoted as saying", "Tasnim quoted X as saying": in both X speaks; also the tokens of both verbs."""
        doc = self.doc
        for i in range(unit.start + 1, unit.end - 1):
            if doc[i].lower_ != "as" or doc[i + 1].lower_ != "saying" or self.piece_of[i] != -1:
                continue
            quoting = next((k for k in range(i - 1, unit.start, -1) if doc[k].lower_ in QUOTING), None)
            if quoting is None:
                break
            entry, verb = self.cues["VERB", "saying"], doc[quoting]
            start = self._group(verb, unit)[0]
            subject = next((child for child in verb.lefts if child.dep_ in SUBJECTS), None)
            if start == quoting and doc[start - 1].lower_ not in AUXILIARY_WORDS and quoting not in tagged:
                frame = Frame(doc[i + 1], entry, i + 1, i + 2, (quoting + 1, i), "relayed")
                frame.subject = next((t for t in doc[quoting + 1 : i] if t.head == verb), doc[i - 1])
                frame.speaker = self._clip(quoting + 1, i, unit, frame.subject.i)
                return frame, (quoting, i + 1)
            frame = Frame(doc[i + 1], entry, start, i + 2, tagged.get(quoting), "passive", subject)
            if frame.speaker is not None:
                frame.start = max(start, frame.speaker[1])
                frame.subject = doc[frame.speaker[1] - 1]
            elif subject is not None and self._is_framed(subject, unit):
                frame.speaker = self._phrase(subject, frame, unit)
            return frame, (quoting, i + 1)
        return None, ()

    def _introduction(self, colon: int, unit: Unit) -> Frame | None:
        """The frame of a clause that ends with a colon and has no cue of its own: its verb and subject."""
        for i in range(colon - 1, unit.start - 1, -1):
            token = self.doc[i]
            if self.piece_of[i] != -1 or token.text in (":", ";"):
                return None
            if token.tag_ in VERB_TAGS and token.tag_ != "VB":
                if ("VERB", token.lower_) in self.cues and self._leads_to_quote(i, unit):
                    return None  # a frame already
                frame = self._verb(token, other_cue(token), unit, None)
                if frame is not None:
                    frame.method, frame.end = "colon", colon
                return frame
        return None

    def _tags(self, unit: Unit) -> dict[int, tuple[int, int] | None]:
        """Cues that follow a quoted sentence ("...," Smith, a baker, said), each with its speaker if it stands before.

        Read from the order of the words alone, because parsers fail on the quotation and so on what follows it.
        """
        doc = self.doc
        tags: dict[int, tuple[int, int] | None] = {}
        for start in range(unit.start + 1, unit.end):
            if self.piece_of[start] != -1 or self._piece_before(start - 1, unit) is None or doc[start].text == ",":
                continue
            verbs_allowed = 0  # finite verbs of relative clauses
            for i in range(start, min(start + TAG_LENGTH, unit.end)):
                token = doc[i]
                if (self.piece_of[i] != -1 and self._reads_as_sentence(self._piece_number(i))) or token.text in STOPS:
                    break
                if token.lower_ in RELATIVES:
                    verbs_allowed += 1
                is_cue = ("VERB", token.lower_) in self.cues and token.tag_ not in ("VB", "VBG", "MD", "JJ")
                is_verb = token.tag_ in FINITE_TAGS
                if not (is_cue or is_verb) or token.dep_ in ("aux", "auxpass") or token.lower_ in AUXILIARY_WORDS:
                    continue
                if verbs_allowed:
                    verbs_allowed -= 1
                    continue
                if not is_cue and i - start > PLAIN_SUBJECT:
                    break
                end = i
                while (end > start and doc[end - 1].tag_ in ("RB", "MD", ",")) or (
                    end > start and doc[end - 1].lower_ in AUXILIARY_WORDS
                ):
                    end -= 1
                if end == start or doc[start].tag_ in NOMINAL_START:
                    tags[i] = (start, end) if end > start else None
                break
        return tags

    def _leads_to_quote(self, i: int, unit: Unit) -> bool:
        """Whether a quotation follows token ``i`` at once, or after a comma or colon."""
        if i + 1 >= unit.end:
            return False
        if self.piece_of[i + 1] != -1:
            return True
        return self.doc[i + 1].text in (",", ":") and i + 2 < unit.end and self.piece_of[i + 2] != -1

    def _according(self, cue: Token, entry: Cue, unit: Unit) -> Frame | None:
        """ "according to NP", "per NP"."""
        i = cue.i
        start = i + 2 if entry.lemma == "according" else i + 1
        if start >= unit.end or (self.doc[i + 1].lower_ != "to" if start == i + 2 else not self._after_comma(i)):
            return None
        head = next((t for t in self.doc[start : unit.end] if t.dep_ == "pobj" and t.head.i in (i, i + 1)), None)
        end = min(head.right_edge.i + 1, unit.end) if head is not None else self._phrase_end(start, unit)
        return Frame(cue, entry, i, start, self._clip(start, end, unit), "according-to", head)

    def _verb(self, cue: Token, entry: Cue, unit: Unit, *tag: tuple[int, int] | None) -> Frame | None:
        """The frame of a verb; ``tag`` is given where it follows a quoted sentence: its speaker if before it."""
        sure = bool(tag) or bool(unit.pieces and self._leads_to_quote(cue.i, unit))
        if not sure and cue.dep_ in ("amod", "compound") and cue.tag_ in ("VBN", "VBG"):
            return None
        start, base = self._group(cue, unit)
        if not sure and not self._is_reporting(cue, base, start, unit):
            return None
        end = cue.i + 1
        if end < unit.end and self.doc[end].tag_ == "RP":
            end += 1
        if not sure and self._is_unsaid(cue, base):
            return None
        frame = Frame(cue, entry, start, end, None, "none")
        subject, method = self._subject(cue, base, unit)
        is_before = method == "subject" and subject is not None and subject.i < cue.i
        if not tag and not is_before and self._is_inverted(cue, start, unit):
            tag = (None,)
        if tag and tag[0]:
            frame.speaker = tag[0]
            frame.start = max(start, tag[0][1])
            heads = [t for t in self.doc[tag[0][0] : tag[0][1]] if t.head.i < tag[0][0] or t.head.i >= tag[0][1]]
            is_parsed = subject is not None and tag[0][0] <= subject.i < tag[0][1]
            frame.subject = subject if is_parsed else heads[0] if heads else self.doc[tag[0][1] - 1]
            frame.method = method if is_parsed else "adjacent"
            frame.speaker = self._clip(*tag[0], unit)
            return frame
        if subject is not None and not (tag and subject.i < cue.i):
            frame.subject, frame.method = subject, method
            frame.speaker = self._phrase(subject, frame, unit)
        if frame.speaker is None or self._is_passed_over(frame, unit):
            self._nearby(frame, unit, is_inverted=bool(tag))
        return frame

    def _is_inverted(self, cue: Token, start: int, unit: Unit) -> bool:
        """Whether a cue stands between a comma and the phrase that closes its unit: "..., said two witnesses."."""
        if start != cue.i or start == unit.start or self.doc[start - 1].text != "," or cue.tag_ not in FINITE_TAGS:
            return False
        following = self.doc[cue.i + 1] if cue.i + 1 < unit.end else None
        if following is None or following.pos_ not in PHRASE:
            return False
        comma = next((i for i in range(cue.i + 1, unit.end) if self.doc[i].text == ","), unit.end)
        return not self._has_verb(cue.i + 1, comma)

    def _is_passed_over(self, frame: Frame, unit: Unit) -> bool:
        """Whether a name or pronoun stands between the subject the parse gives and the verb."""
        doc = self.doc
        i = frame.start - 1
        if doc[i].text == ")":
            while i > unit.start and doc[i].text != "(":
                i -= 1
            i -= 1
        assert frame.speaker is not None
        return (
            frame.method != "relative"
            and frame.speaker[1] <= i
            and i >= unit.start
            and self.piece_of[i] == -1
            and doc[i].tag_ in ("NNP", "NNPS", "PRP")
            and doc[i].lower_ not in DAYS
            and doc[i].dep_ not in ("npadvmod", "dobj")
        )

    def _group(self, cue: Token, unit: Unit) -> tuple[int, Token]:
        """First token of the verb group, and its highest verb: "went on to say", "was quoted as saying"."""
        base = cue
        start = cue.i
        while start - 1 >= unit.start:
            before = self.doc[start - 1]
            if before.head == base and before.dep_ in AUXILIARIES and self.piece_of[before.i] == -1:
                start -= 1
            elif base.dep_ in ("xcomp", "advcl") and before == base.head and before.tag_ in VERB_TAGS:
                base, start = before, start - 1
            elif (
                base.dep_ in ("xcomp", "advcl")
                and before.head == base.head
                and before.dep_ in ("prt", "advmod")
                and before.i > base.head.i
            ):
                start -= 1
            elif (
                base.dep_ == "pcomp" and before == base.head and before.lower_ == "as" and before.head.lemma_ == "quote"
            ):
                start -= 1
                if start - 1 >= unit.start and self.doc[start - 1] == before.head:
                    base, start = before.head, start - 1
            else:
                break
        return start, base

    def _is_reporting(self, cue: Token, base: Token, start: int, unit: Unit) -> bool:
        """Whether a verb may report speech by its form: not an imperative, bare infinitive or gerund."""
        doc = self.doc
        before = doc[start - 1] if start > unit.start else None
        if cue.tag_ == "VBG" and start == cue.i:
            if before is None or self._after_comma(start) or before.lower_ in BEFORE_PARTICIPLE:
                return True
            return before.tag_ in ("NN", "NNS", "NNP", "PRP")
        if cue.tag_ == "VBN" and start == cue.i and cue.dep_ in ("acl", "amod", "advcl", "relcl", "xcomp"):
            reports = any(child.dep_ == "ccomp" and doc[child.left_edge.i].lower_ == "that" for child in cue.rights)
            return reports or cue.lower_ in ("asked", "quoted") or (before is not None and before.lower_ == "as")
        if cue.tag_ == "VB" and base is cue:
            if (before is not None and before.lower_ == "to") or doc[start].lower_ == "to":
                return cue.i + 1 < unit.end and (doc[cue.i + 1].lower_ == "that" or self.piece_of[cue.i + 1] != -1)
            return start < cue.i or any(child.dep_ == "nsubj" for child in cue.lefts)
        return True

    def _is_unsaid(self, cue: Token, base: Token) -> bool:
        """Denied, refused or merely possible speech: "did not say", "declined to comment", "may say"."""
        for verb in {cue, base}:
            for child in verb.lefts:
                if child.dep_ == "neg" or (child.dep_ == "aux" and child.lower_ in DOUBTFUL_MODALS):
                    return True
        return cue.dep_ == "xcomp" and cue.head.lemma_ in REFUSALS

    def _subject(self, cue: Token, base: Token, unit: Unit) -> tuple[Token | None, str]:
        """Head of the phrase that speaks, within the unit's frame, and how it was found."""
        verb = base
        for _ in range(4):
            passive = any(child.dep_ in ("auxpass", "nsubjpass", "agent") for child in verb.children)
            if passive and verb == cue:
                agent = next((child for child in verb.rights if child.dep_ == "agent"), None)
                by = next((child for child in agent.children if child.dep_ == "pobj"), None) if agent else None
                return by if by is None or self._is_framed(by, unit) else None, "passive"
            for child in reversed(list(verb.children)):
                if child.dep_ in SUBJECTS and self._is_framed(child, unit) and child.lower_ not in DAYS:
                    method = "subject" if verb == base else "shared-subject"
                    if passive:
                        method = "passive"
                    elif child.lower_ in RELATIVES:
                        method = "relative"
                    return child, method
            if verb.dep_ == "acl" and verb.head.tag_ not in VERB_TAGS and self._is_framed(verb.head, unit):
                return verb.head, "participle"
            if verb.dep_ in ("conj", "xcomp", "advcl", "pcomp", "prep", "dep", "ccomp") and verb.head != verb:
                verb = verb.head
            else:
                break
        return None, "none"

    def _is_framed(self, token: Token, unit: Unit) -> bool:
        """Whether a token stands in the unit outside quotation marks."""
        return unit.start <= token.i < unit.end and self.piece_of[token.i] == -1

    def _nearby(self, frame: Frame, unit: Unit, is_inverted: bool = False) -> None:
        """The speaker by position where the parse gives none.

        Of a participle the last subject before it; else the noun phrase before the verb group, else after it.
        """
        doc = self.doc
        before = frame.start - 1
        while before > unit.start and (
            doc[before].is_space or doc[before].tag_ == "RB" or doc[before].lower_ in AUXILIARY_WORDS
        ):
            before -= 1
        if self._is_participle(frame) or (before > unit.start and doc[before].lower_ in CONNECTIVES):
            for i in range(frame.start - 1, unit.start - 1, -1):
                if doc[i].dep_ in SUBJECTS and self.piece_of[i] == -1:
                    frame.subject, frame.method = doc[i], "shared-subject"
                    frame.speaker = self._phrase(doc[i], frame, unit)
                    return
            return
        if is_inverted:
            before = unit.start - 1
        if before > unit.start and doc[before].text == "," and self.piece_of[before] == -1:
            before -= 1
        stop = before + 1
        if before > unit.start and doc[before].text == ")":  # Smith (R-Ohio) said
            while before > unit.start and doc[before].text != "(":
                before -= 1
            before -= 1
        if before >= unit.start and self.piece_of[before] == -1 and doc[before].pos_ in NAMING:
            start = before
            while start > unit.start and self.piece_of[start - 1] == -1 and doc[start - 1].pos_ in PHRASE:
                start -= 1
            frame.speaker, frame.subject, frame.method = (start, stop), doc[before], "adjacent"
            return
        start = frame.end
        if start < unit.end and self.piece_of[start] == -1 and doc[start].pos_ in PHRASE:
            if not is_inverted:
                return
            end = self._phrase_end(start, unit)
            frame.speaker, frame.subject, frame.method = (start, end), doc[end - 1], "adjacent"

    def _phrase_end(self, start: int, unit: Unit) -> int:
        end = start
        while end < unit.end and self.piece_of[end] == -1 and self.doc[end].pos_ in PHRASE:
            end += 1
        return max(end, start + 1)

    def _phrase(self, head: Token, frame: Frame, unit: Unit) -> tuple[int, int]:
        """The whole noun phrase of a head, with appositions and relative clauses, clear of the verb group."""
        if head.lower_ in RELATIVES:
            return head.i, head.i + 1
        start, end = max(head.left_edge.i, unit.start), min(head.right_edge.i + 1, unit.end)
        if head.i < frame.start:
            end = min(end, frame.start)
        elif head.i >= frame.end:
            start = max(start, frame.end)
        if frame.method == "participle":
            end = min(end, frame.start)
        if frame.start > unit.start and self.doc[frame.start - 1].lower_ == "as":  # "As reported by NP, ..."
            end = next((i for i in range(head.i, end) if self.doc[i].text == ","), end)
        return self._clip(start, end, unit, head.i)

    def _clip(self, start: int, end: int, unit: Unit, head: int | None = None) -> tuple[int, int]:
        """Trim a phrase: no punctuation or conjunction at its edges, no long quotation within."""
        doc = self.doc
        head = start if head is None else head
        for i in range(head, end):
            if self.piece_of[i] >= 0 and self._reads_as_sentence(self.piece_of[i]):
                end = i
                break
        for i in range(head, start - 1, -1):
            if self.piece_of[i] >= 0 and self._reads_as_sentence(self.piece_of[i]):
                start = i + 1
                break
        while end - 1 > head and (doc[end - 1].is_punct or self.piece_of[end - 1] == -2) and doc[end - 1].text != ")":
            end -= 1
        for i in range(head - 1, start - 1, -1):  # a dateline stands before the phrase
            if doc[i].text in DASHES and self.piece_of[i] == -1 and doc[i - 1].whitespace_:
                start = i + 1
                break
        if end - 1 > head and doc[end - 1].lower_ in DAYS:
            end -= 1
            while end - 1 > head and (doc[end - 1].lower_ == "on" or doc[end - 1].is_punct):
                end -= 1
        if doc[start].tag_ in ("IN", "RB", "WRB"):  # "In recent days, advisers"
            start = next((i + 1 for i in range(head - 1, start, -1) if doc[i].text == ","), start)
        while start < head and (
            doc[start].is_punct
            or doc[start].tag_ in ("IN", "WRB", "CC")
            or (doc[start].dep_ == "advmod" and doc[start].head.tag_ in VERB_TAGS)
            or self.piece_of[start] == -2
        ):
            start += 1
        return start, max(end, start + 1)

    def _noun(self, cue: Token, entry: Cue, unit: Unit) -> Frame | None:
        """ "his warning that ...": a noun with a clause of its own."""
        end = cue.i + 1
        if end >= unit.end:
            return None
        following = self.doc[end]
        owner = next((child for child in cue.lefts if child.dep_ == "poss"), None)
        if (following.lower_ == "that" and following.tag_ == "IN" and "that" in entry.takes) or (
            following.tag_ == "TO" and "inf" in entry.takes and owner is not None
        ):
            pass
        else:
            return None
        frame = Frame(cue, entry, cue.i, end, None, "noun")
        if owner is None and cue.dep_ in ("dobj", "pobj"):
            verb = cue.head if cue.dep_ == "dobj" else cue.head.head
            owner = next((child for child in verb.lefts if child.dep_ == "nsubj"), None)
        if owner is not None and unit.start <= owner.i < unit.end:
            frame.subject = owner
            frame.speaker = self._clip(
                max(owner.left_edge.i, unit.start), min(owner.right_edge.i + 1, cue.i), unit, owner.i
            )
        return frame

    # --- content ----------------------------------------------------------------------------------

    def _content(self, frame: Frame, unit: Unit, frames: list[Frame]) -> list[list[int]]:
        """Character spans of what a frame says; empty where it says nothing."""
        if frame.entry.pos == "NOUN":
            return self._spans(frame.end, self._clause_end(frame, frame.end, unit, frames))
        doc = self.doc
        frame_end = max(frame.end, frame.speaker[1]) if frame.speaker else frame.end
        opener = frame.left - 1
        is_as = opener >= unit.start and doc[opener].lower_ == "as"
        if is_as:
            opener -= 1
        at_piece = self._piece_before(opener, unit)
        begin = None if frame.entry.pos == "ADP" else self._right_start(frame, unit)
        if frame.entry.pos == "ADP" or (is_as and begin is None):
            if at_piece is None and (opener < unit.start or not self._has_verb(unit.start, opener + 1)):
                comma = self._comma(frame_end, unit)
                return self._spans(comma + 1, unit.end) if comma is not None else []
            if is_as and at_piece is None and doc[opener].text != ",":
                return []
            return self._left_content(unit, opener) if doc[opener - 1].lower_ != "that" else []
        if (
            at_piece is not None
            and (begin is None or self._reads_as_sentence(at_piece))
            and not self._is_participle(frame)
            and frame.entry.takes & {"direct", "that"}
        ):
            spans = self._left_content(unit, opener)
            resume = self._piece_after(frame_end, unit)
            return spans + self._quoted_from(resume, unit) if resume is not None else spans
        if begin is not None and self._is_amid(frame, opener, begin, unit):
            return self._left_content(unit, opener) + self._spans(begin, self._clause_end(frame, begin, unit, frames))
        if begin is not None:
            if self.piece_of[begin] != -1 and self._reads_as_sentence(self._piece_number(begin)):
                return self._quoted_from(begin, unit)
            return self._spans(begin, self._clause_end(frame, begin, unit, frames))
        if (
            opener < unit.start
            or self._is_participle(frame)
            or frame.method == "relative"
            or "that" not in frame.entry.takes
        ):
            return []
        if doc[opener].text != "," and doc[opener].text not in DASHES:
            return []
        resume = self._resume(frame, frame_end, unit)
        has_verb = any(doc[i].tag_ in VERB_TAGS for i in range(unit.start, opener))
        if resume is None and not (has_verb and frame.left == opener + 1):
            return []
        spans = self._left_content(unit, opener)
        return spans + self._spans(resume, unit.end) if resume is not None else spans

    def _is_amid(self, frame: Frame, opener: int, begin: int, unit: Unit) -> bool:
        """Whether the frame stands between two parts of its content: "The town, he said, 'is lost'"."""
        if opener <= unit.start or self.doc[opener].text != "," or frame.left != opener + 1:
            return False
        if self.piece_of[begin] != -1:
            return self.text[self.pieces[self._piece_number(begin)].start].islower()
        return self.doc[unit.start].lower_ == "if"

    def _is_participle(self, frame: Frame) -> bool:
        """Whether the cue is a participle that shares its subject: ", adding that ..."."""
        return frame.cue.tag_ == "VBG" and frame.start == frame.cue.i

    def _has_verb(self, start: int, end: int) -> bool:
        return any(self.doc[i].tag_ in FINITE_TAGS for i in range(start, end))

    def _piece_number(self, i: int) -> int:
        """The piece that token ``i``, itself or as its opening mark, belongs to."""
        while self.piece_of[i] == -2:
            i += 1
        return self.piece_of[i]

    def _piece_before(self, i: int, unit: Unit) -> int | None:
        """The quoted piece that ends, with its comma, right at token ``i`` and leads on to a cue."""
        is_comma = (i > unit.start and self.doc[i].text in (",", ";")) or (
            i >= unit.start and self.doc[i].text in DASHES
        )
        if is_comma and self.piece_of[i] == -1:
            i -= 1
        if i < unit.start or self.piece_of[i] == -1:
            return None
        while i > unit.start and self.piece_of[i] == -2:
            i -= 1
        number = self.piece_of[i]
        if number < 0:
            return None
        piece = self.pieces[number]
        last = self.text[piece.start : piece.end].rstrip("'’”\"")[-1:]
        return number if is_comma or last in ",.?!…—–-" or not piece.is_whole else None

    def _piece_after(self, start: int, unit: Unit) -> int | None:
        """First token of a quoted piece that goes on after the frame, its comma or colon passed."""
        for i in range(start, unit.end):
            if self.piece_of[i] != -1:
                before = self.doc[i - 1].text
                return i if before in (",", ":", ";") or before in DASHES or i == start else None
        return None

    def _quoted_from(self, i: int, unit: Unit) -> list[list[int]]:
        """The piece at token ``i`` and those that follow it with nothing between."""
        spans: list[list[int]] = []
        while i < unit.end and (self.piece_of[i] != -1 or not spans):
            number = self._piece_number(i)
            spans.append([self.pieces[number].start, self.pieces[number].end])
            while i < unit.end and (self.piece_of[i] == -2 or self.piece_of[i] == number):
                i += 1
        return spans

    def _left_content(self, unit: Unit, opener: int) -> list[list[int]]:
        """What stands before the frame in its unit."""
        return self._spans(unit.start, opener + 1)

    def _resume(self, frame: Frame, start: int, unit: Unit) -> int | None:
        """Where unquoted content goes on after a frame in the midst of it."""
        comma = self._comma(start, unit)
        if comma is None or comma + 1 >= unit.end or self.piece_of[comma + 1] != -1:
            return None
        is_dependent = self.doc[unit.start].lower_ in SUBORDINATORS or self.doc[unit.start].lower_ == "even"
        if is_dependent or not self._has_verb(unit.start, frame.left) or frame.cue.head.i > comma:
            return comma + 1
        return None

    def _comma(self, start: int, unit: Unit) -> int | None:
        """The first comma from ``start`` on, where only adjuncts of the frame stand before it."""
        for i in range(start, unit.end):
            if self.piece_of[i] != -1:
                return i - 1 if i > start else None
            if self.doc[i].text == ",":
                return i
            if self.doc[i].text in STOPS or self.doc[i].text in DASHES or self.doc[i].tag_ in VERB_TAGS:
                return None
        return None

    def _right_start(self, frame: Frame, unit: Unit) -> int | None:
        """First token of the content after the frame, if content of a kind the cue takes follows."""
        begin = self._content_start(frame, unit)
        if begin is None and frame.addressee and "noun" in frame.entry.takes and frame.addressee[0] == frame.end:
            begin, frame.addressee = frame.addressee[0], None  # "promised a veto"
        return begin

    def _content_start(self, frame: Frame, unit: Unit) -> int | None:
        doc, takes, cue = self.doc, frame.entry.takes, frame.cue
        i = frame.end
        if frame.speaker and frame.speaker[0] == i:
            i = frame.speaker[1]
        clause = next((c for c in cue.rights if c.dep_ in ("ccomp", "xcomp", "parataxis") and c.i >= i), None)
        clause_start = clause.left_edge.i if clause is not None else unit.end
        while i < unit.end:
            token = doc[i]
            if self.piece_of[i] != -1:
                number = self._piece_number(i)
                if i > frame.end and self._is_title(number):
                    while i < unit.end and self.piece_of[i] in (-2, number):
                        i += 1
                    continue
                if self._is_title(number) and not takes & {"complement", "noun", "that"}:
                    return None  # "read 'War and Peace'"
                return i if takes & {"direct", "complement", "noun"} else None
            if token.text == ":":
                return i + 1 if i + 1 < unit.end else None
            if token.text == ",":
                if i + 1 < unit.end and self.piece_of[i + 1] != -1:
                    return i + 1
                that = next((k for k in range(i + 1, min(i + ASIDE, unit.end)) if doc[k].lower_ == "that"), None)
                return that if that and "that" in takes and doc[that - 1].text == "," else None
            if token.text in STOPS or token.text in DASHES or token.text == ";":
                return None
            lower = token.lower_
            if (
                lower == "that"
                and "that" in takes
                and (token.dep_ == "mark" or token.tag_ != "WDT" or self.piece_of[min(i + 1, unit.end - 1)] != -1)
            ):
                return i
            if lower in WH and token.dep_ != "pobj" and token.tag_ != "DT":
                return i if "wh" in takes or i == clause_start else None
            if lower == "to" and (token.tag_ == "TO" or self.piece_of[min(i + 1, unit.end - 1)] != -1):
                return i if takes & {"inf", "obj-inf"} else None
            if i == clause_start:
                return i if "that" in takes else None
            if token.tag_ == "IN" and lower in takes and lower != "that":
                frame.end = i + 1
                return i + 1
            jump = self._adjunct_end(token, frame, unit, clause_start)
            if jump is None:
                if token.tag_ == "IN" and lower not in SUBORDINATORS:
                    return None
                if takes & {"noun", "complement", "obj-inf"}:
                    return i
                if "that" not in takes or (token.tag_ in NOT_CLAUSE_INITIAL and lower not in SUBORDINATORS):
                    return None
                return i if self._clause_follows(i, unit) else None
            i = jump
        return None

    def _clause_follows(self, start: int, unit: Unit) -> bool:
        """Whether a clause of its own can start at this token: a finite verb before any relative or "to"."""
        for i in range(start, unit.end):
            token = self.doc[i]
            if token.tag_ in FINITE_TAGS:
                return i > start
            if token.lower_ in RELATIVES or token.tag_ == "TO":
                return False
        return False

    def _adjunct_end(self, token: Token, frame: Frame, unit: Unit, clause_start: int) -> int | None:
        """End of an adjunct or addressee of the cue that starts at this token."""
        top = token
        while top.head != frame.cue and top.head != top and top.head.i > frame.cue.i:
            top = top.head
        if top.head != frame.cue or top.left_edge.i < frame.end or top.dep_ not in ADJUNCTS:
            return None
        end = min(top.right_edge.i + 1, unit.end)
        is_object = top.dep_ in ("dobj", "iobj", "dative") and top.tag_ != "IN"
        if is_object and frame.entry.addressee != "obj" and top.lower_ not in DAYS:
            return None
        for i in range(token.i, end):
            if self.piece_of[i] != -1 or (i > token.i and self.doc[i].lower_ == "that" and self.doc[i].tag_ != "DT"):
                end = i
                break
        if token.i < clause_start < end:
            end = clause_start
        if end <= token.i:
            return None
        if frame.entry.addressee == "obj" and is_object and top.lower_ not in DAYS:
            frame.addressee = (token.i, end)
        elif frame.entry.addressee == token.lower_ and token.i + 1 < end:  # "to", "with"
            frame.addressee = (token.i + 1, end)
        return end

    def _clause_end(self, frame: Frame, begin: int, unit: Unit, frames: list[Frame]) -> int:
        """End of the content that starts at ``begin``: the unit, or before what belongs to the frame again."""
        doc, cue = self.doc, frame.cue
        end = unit.end
        if doc[begin].lower_ not in ("that", "if", "whether") and not self._clause_follows(begin, unit):
            end = self._phrase_content_end(begin, unit)
        edge = cue.right_edge.i + 1
        if cue.dep_ in EMBEDDED and begin < edge < end and self.piece_of[edge] == -1:
            after = doc[edge]
            is_closed = after.text in (",", ")") or after.text in DASHES
            if is_closed or (after.tag_ in FINITE_TAGS and self._has_verb(begin, edge)):
                end = edge
        for child in cue.rights:
            has_own_subject = any(grandchild.dep_ in SUBJECTS for grandchild in child.lefts)
            if child.i <= begin or (has_own_subject and ("VERB", child.lower_) not in self.cues):
                continue
            if (
                child.dep_ == "conj" and _same_form(child, cue) and doc[child.left_edge.i - 1].dep_ in ("cc", "punct")
            ) or (child.dep_ == "advcl" and child.tag_ == "VBG" and doc[child.left_edge.i - 1].text == ","):
                end = min(end, child.left_edge.i)
        for other in frames:
            if begin < other.cue.i < end:
                end = min(end, self._end_before(other, frame, begin, end, unit))
        for i in range(begin + 1, end - 2):
            # "... 'a lie' and left": after a quoted part, a verb in the form of the cue goes back to the speaker.
            if self.piece_of[i] == -2 and self.piece_of[i + 1] == -1 and doc[i + 1].lower_ in ("and", "but"):
                verb = doc[i + 3] if doc[i + 2].tag_ == "RB" else doc[i + 2]
                if verb.tag_ == cue.tag_:
                    end = i + 1
                    break
        while end > begin and doc[end - 1].dep_ == "cc":
            end -= 1
        while begin < end < unit.end and self.piece_of[end] == self.piece_of[end - 1] != -1:
            end += 1  # never within a quoted piece
        return max(end, begin)

    def _end_before(self, other: Frame, frame: Frame, begin: int, end: int, unit: Unit) -> int:
        """End of a frame's content where another frame follows it that is no part of the content."""
        doc = self.doc
        before = doc[other.start - 1].lower_
        if other.left > begin and doc[other.left - 1].text == ",":
            is_fronted = frame.left > 0 and doc[frame.left - 1].lower_ in SUBORDINATORS and other.speaker is not None
            if is_fronted or self._leads_to_quote(other.end - 1, unit):
                end = other.left  # "Asked whether ..., she said, "..."
        if (other.cue.tag_ == "VBG" and self._after_comma(other.start)) or (other.entry.pos == "ADP" and before == ","):
            return min(end, other.start)  # ", adding that ...", ", according to ..."
        if other.left > begin + 2 and _is_finite(other.cue):
            opening = next((i for i in (1, 2, 3) if doc[other.left - i].lower_ in CONNECTIVES), 0)
            if opening and self._after_comma(other.left - opening):
                return min(end, other.left - opening)  # ", while others said ..."
        if other.entry.pos == "VERB" and _same_form(other.cue, frame.cue) and before in ("and", "but", "then"):
            return min(end, other.start)
        return end

    def _phrase_content_end(self, begin: int, unit: Unit) -> int:
        """End of a noun phrase or infinitive as content: before a participle or clause set off by a comma."""
        doc = self.doc
        for i in range(begin + 1, unit.end - 2):
            if doc[i].text != "," or self.piece_of[i] != -1:
                continue
            following = doc[i + 1]
            if following.tag_ == "VBG" or following.lower_ in SUBORDINATORS or following.lower_ in ADDERS:
                return i
            if following.tag_ == "CC" and self._clause_follows(i + 2, unit):
                return i
        return unit.end

    def _after_comma(self, i: int) -> bool:
        """Whether a comma stands before token ``i``, also one inside closing marks."""
        before = self.doc[i - 1]
        if self.piece_of[i - 1] != -1:
            return self.text[max(0, before.idx - 3) : before.idx + len(before)].rstrip("'\"’”»")[-1:] == ","
        return before.text == ","

    def _spans(self, start: int, end: int) -> list[list[int]]:
        """Characters of tokens ``start`` to ``end``, without marks and punctuation at the edges."""
        doc = self.doc
        while start < end and (doc[start].is_space or doc[start].text in ",:;." or doc[start].text in DASHES):
            start += 1
        while end > start and (doc[end - 1].is_space or doc[end - 1].text in ",:;." or doc[end - 1].text in DASHES):
            end -= 1
        if start >= end:
            return []
        first, last = doc[start].idx, doc[end - 1].idx + len(doc[end - 1])
        opening = self.piece_at(first)
        closing = self.piece_at(last - 1)
        if opening is not None and closing is opening:
            first, last = max(first, opening.start), min(last, opening.end)
        return [[first, last]] if last > first else []

    def piece_at(self, offset: int) -> Piece | None:
        """The quoted piece, marks included, that covers a character."""
        return next((piece for piece in self.pieces if piece.outer_start <= offset < piece.outer_end), None)

    def _colon(self, unit: Unit) -> list[Found]:
        """Headline and transcript lines: "Speaker: what was said"."""
        doc = self.doc
        for i in range(unit.start + 1, min(unit.start + 9, unit.end - 2)):
            if self.piece_of[i] != -1 or doc[i].text in (",", ";") or doc[i].tag_ in FINITE_TAGS:
                return []
            if doc[i].text == ":":
                break
        else:
            return []
        is_first = self.units and self.units[0] is unit
        name = doc[unit.start : i]
        is_name = all(token.ent_type_ in ("PERSON", "ORG", "GPE", "NORP") or token.pos_ == "PROPN" for token in name)
        starts = self.bounds[unit.paragraph][0] == doc[unit.start].idx
        if is_first and not any(token.tag_ in VERB_TAGS for token in name):
            is_name = not all(token.ent_type_ == "GPE" for token in name)
        if not starts or not is_name or not (is_first or name[-1].ent_type_ == "PERSON" or name.text.isupper()):
            return []
        entry = Cue(":", "PUNCT", "say", frozenset(["direct"]), "", "")
        frame = Frame(doc[i], entry, i, i + 1, (unit.start, i), "colon", name[-1])
        if self.piece_of[i + 1] == -1 and (unit.end - i <= TURN_WORDS or not self._has_verb(i, unit.end)):
            return []
        spans = self._spans(i + 1, unit.end)
        return [Found(spans, unit, frame, "colon")] if spans else []

    # --- records ----------------------------------------------------------------------------------

    def _records(self, found: list[Found]) -> list[Quote]:
        """The records, each speaker linked to its mention, or to the speaker before where the text means that one."""
        records: list[Quote] = []
        for one in found:
            fields = self._cue_fields(one) | self._speaker_fields(one, records)
            fields["channel"] = self._channel(one, fields)
            kind = self._type(one.spans)
            records.append(
                Quote(
                    start=one.spans[0][0],
                    end=one.spans[-1][1],
                    spans=one.spans,
                    text=" ".join(self.text[start:end] for start, end in one.spans),
                    type=kind,
                    sentence_start=self.doc[one.unit.start].idx,
                    sentence_end=self._offset(one.unit.end),
                    attribution_method=one.method,
                    confidence=self._confidence(kind, one),
                    **fields,
                )
            )
        return records

    def _confidence(self, kind: QuoteType, one: Found) -> float:
        table = load_confidence()
        start = one.spans[0][0]
        form = "that" if kind != "direct" and self.text[start : start + 5].lower() == "that " else ""
        return table.get((kind, one.method, form), table[kind, "", ""])

    def _offset(self, end: int) -> int:
        """Character at which the token before ``end`` ends."""
        return self.doc[end - 1].idx + len(self.doc[end - 1])

    def _cue_fields(self, one: Found) -> dict:
        frame = one.frame
        if frame is None:
            return {}
        start, end = self.doc[frame.start].idx, self._offset(frame.end)
        fields = {
            "cue_text": self.text[start:end],
            "cue_start": start,
            "cue_end": end,
            "cue_lemma": frame.entry.lemma,
            "cue_class": frame.entry.cue_class,
        }
        if frame.addressee:
            start, end = self.doc[frame.addressee[0]].idx, self._offset(frame.addressee[1])
            fields |= {"addressee_text": self.text[start:end], "addressee_start": start, "addressee_end": end}
        return fields

    def _speaker_fields(self, one: Found, before: list[Quote]) -> dict:
        frame = one.frame
        if frame is None or frame.speaker is None:
            return {}
        start, end = self.doc[frame.speaker[0]].idx, self._offset(frame.speaker[1])
        fields = {"speaker_text": self.text[start:end], "speaker_start": start, "speaker_end": end}
        head = frame.subject if frame.subject is not None else self.doc[frame.speaker[1] - 1]
        mention = mention_at(self.doc, head.i)
        if mention is None:
            return fields | {"speaker_name": fields["speaker_text"], "speaker_kind": self._kind_of(head)}
        named = self.mentions.get((mention.antecedent_start, mention.antecedent_end), mention)
        fields |= {
            "speaker_name": mention.name,
            "speaker_kind": SPEAKER_KINDS[named.kind],
            "speaker_role": mention.role or named.role,
            "speaker_affiliation": mention.affiliation or named.affiliation,
            "antecedent_start": mention.antecedent_start,
            "antecedent_end": mention.antecedent_end,
        }
        if head.lower_ in FIRST_PERSON:
            return fields | {"speaker_kind": "author"}
        previous = before[-1] if before and one.spans[0][0] - before[-1].end < NEAR else None
        is_bare = mention.kind == "role" and mention.text.lower().split()[:-1] == ["the"]
        is_open = mention.link_method == "self" and (
            mention.kind == "pronoun" or (is_bare and previous is not None and previous.speaker_kind == "unnamed")
        )
        continues = mention.kind == "pronoun" and not mention.is_plural and frame.entry.lemma in CONTINUING
        if previous and previous.speaker_name and (is_open or continues) and previous.speaker_kind in PEOPLE:
            fields |= {
                "speaker_name": previous.speaker_name,
                "speaker_kind": previous.speaker_kind,
                "speaker_role": mention.role or previous.speaker_role,
                "speaker_affiliation": mention.affiliation or previous.speaker_affiliation,
                "antecedent_start": previous.antecedent_start or previous.speaker_start,
                "antecedent_end": previous.antecedent_end or previous.speaker_end,
            }
        return fields

    def _kind_of(self, head: Token) -> SpeakerKind:
        """Sort of a speaker that is no mention."""
        if head.lower_ in FIRST_PERSON:
            return "author"
        if head.ent_type_ == "PERSON":
            return "person"
        return (
            "organisation" if head.ent_type_ in ("ORG", "GPE") else "unnamed" if head.tag_ in NOUN_TAGS else "unknown"
        )

    def _channel(self, one: Found, fields: dict) -> Channel:
        """How it was said, from the cue and the words of its unit outside the content."""
        frame = one.frame
        if frame is None:
            return "unknown"
        if frame.entry.channel:
            return cast(Channel, frame.entry.channel)
        # The word nearest to the cue: "said on Telegram before the statement was out".
        nearest, found = CHANNEL_REACH, None
        for i in range(max(one.unit.start, frame.start - nearest), min(one.unit.end, frame.end + nearest)):
            channel = self.channels.get(self.doc[i].lower_) if self.piece_of[i] == -1 else None
            if channel and abs(i - frame.cue.i) < nearest:
                offset = self.doc[i].idx
                if not any(start <= offset < end for start, end in one.spans):
                    nearest, found = abs(i - frame.cue.i), channel
        if found:
            return found
        if fields.get("speaker_kind") == "document":
            return "document"
        return "outlet" if frame.method == "relayed" else "unknown"

    def _type(self, spans: list[list[int]]) -> QuoteType:
        """Direct, mixed or indirect, by the letters in quotation marks."""
        total = quoted = 0
        for start, end in spans:
            total += sum(map(str.isalnum, self.text[start:end]))
            for piece in self.pieces[bisect_left(self.ends, start) :]:
                if piece.start >= end:
                    break
                quoted += sum(map(str.isalnum, self.text[max(start, piece.start) : min(end, piece.end)]))
        if not quoted:
            return "indirect"
        return "direct" if quoted >= DIRECT_SHARE * total else "mixed"


def _is_finite(verb: Token) -> bool:
    return verb.tag_ in FINITE_TAGS or any(child.dep_ in ("aux", "auxpass") for child in verb.lefts)


def _same_form(one: Token, other: Token) -> bool:
    """Whether two verbs can be coordinate: both finite or in the same form."""
    return one.tag_ == other.tag_ or (_is_finite(one) and _is_finite(other))
