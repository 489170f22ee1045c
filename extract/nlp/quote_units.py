"""A document cut into units for reading quotations: sentences in which a quoted stretch counts as one word."""

from __future__ import annotations

from bisect import bisect_left

from spacy.tokens import Doc, Token

from extract.nlp.dateline import dateline_end
from extract.nlp.quote_cues import Cue, load_channels
from extract.nlp.quote_grammar import CONNECTIVES, DASHES, FINITE_TAGS, RELATIVES, STOPS, VERB_TAGS, Found, Unit
from extract.nlp.quote_layout import laid_out
from extract.nlp.quote_marks import Piece, find_pieces, paragraphs
from extract.records import QuoteType

CLOSERS = frozenset([")", "]", "}"])
# Share of letters in quotation marks from which a quotation is direct.
DIRECT_SHARE = 0.9
# A piece this long that reads as a sentence is a quotation even where nobody is named.
SENTENCE_WORDS = 4


class Units:
    """The units of a document, and questions about the words and marks in them."""

    def __init__(self, doc: Doc, cues: dict[tuple[str, str], Cue]) -> None:
        self.doc = doc
        self.text = doc.text
        self.cues = cues
        self.bounds = paragraphs(self.text)
        self.pieces = [
            piece for piece in find_pieces(self.text, self.bounds) if piece.depth == 0 and piece.start < piece.end
        ]
        self.laid = laid_out(self.text, self.bounds)
        self.ends = [piece.end for piece in self.pieces]
        self.mentions = {(mention.start, mention.end): mention for mention in doc._.mentions}
        self.channels = load_channels()
        self.piece_of, self.units = self._units()

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
                unit.start = self._after_dateline(unit)
        return piece_of, units

    def _after_dateline(self, unit: Unit) -> int:
        """First token after "KYIV, May 3 (Reuters) -" or the like."""
        start = self.doc[unit.start].idx
        after = dateline_end(self.text[start : self.doc[unit.end - 1].idx])
        return next(i for i in range(unit.start, unit.end) if self.doc[i].idx >= start + after)

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

    def _opens(self, one: Found, unit: Unit) -> bool:
        """Whether a quotation starts with a quoted piece that opens its unit."""
        return self.piece_of[unit.start] != -1 and one.spans[0][0] <= self.pieces[unit.pieces[0]].start

    def _touches(self, one: Found, p: int) -> bool:
        piece = self.pieces[p]
        return any(start < piece.end and piece.start < end for start, end in one.spans)

    def _is_orphan(self, unit: Unit) -> bool:
        """Whether the unit is quoted from end to end."""
        return all(
            self.piece_of[i] != -1 or not (self.doc[i].is_alpha or self.doc[i].is_digit)
            for i in range(unit.start, unit.end)
        )

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

    def _leads_to_quote(self, i: int, unit: Unit) -> bool:
        """Whether a quotation follows token ``i`` at once, or after a comma or colon."""
        if i + 1 >= unit.end:
            return False
        if self.piece_of[i + 1] != -1:
            return True
        return self.doc[i + 1].text in (",", ":") and i + 2 < unit.end and self.piece_of[i + 2] != -1

    def _is_framed(self, token: Token, unit: Unit) -> bool:
        """Whether a token stands in the unit outside quotation marks."""
        return unit.start <= token.i < unit.end and self.piece_of[token.i] == -1

    def _has_verb(self, start: int, end: int) -> bool:
        return any(self.doc[i].tag_ in FINITE_TAGS for i in range(start, end))

    def _piece_number(self, i: int) -> int:
        """The piece of token ``i``, itself or as its opening mark; at the end of the text the last piece."""
        while self.piece_of[i] == -2 and i + 1 < len(self.piece_of):
            i += 1
        while self.piece_of[i] == -2:
            i -= 1
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
                k = i - 2 if self.doc[i - 1].lower_ in CONNECTIVES else i - 1  # "..., but '...'"
                before = self.doc[k].text
                return i if before in (",", ":", ";") or before in DASHES or i == start else None
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

    def _clause_follows(self, start: int, unit: Unit) -> bool:
        """Whether a clause of its own can start at this token: a finite verb before any relative or "to"."""
        for i in range(start, unit.end):
            token = self.doc[i]
            if token.tag_ in FINITE_TAGS:
                return i > start
            if token.lower_ in RELATIVES or token.tag_ == "TO":
                return False
        return False

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

    def _token_end(self, offset: int) -> int:
        """First token that starts at or after a character."""
        return bisect_left(self.doc, offset, key=lambda token: token.idx)

    def _offset(self, end: int) -> int:
        """Character at which the token before ``end`` ends."""
        return self.doc[end - 1].idx + len(self.doc[end - 1])

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
