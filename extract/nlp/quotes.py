"""Quotations: who said what, directly, indirectly or in part (``wirehouse_quotes``, writes ``Doc._.quotes``).

Quotation marks are paired first, on the text alone (``quote_marks``). A paragraph is then cut into units: a
sentence of the frame, in which a quoted stretch counts as one word however many sentences it holds. In each unit
every cue of the lexicon (``lexicon/cues.csv``) makes a frame: its verb group, its speaker, and the stretches of
the unit that are its content. The parse says who the subject is and where an embedded clause ends; where the cue
stands against commas, colons and marks says on which side of it the content lies, since that survives a wrong
parse. Quoted units without a cue of their own go to the quotation before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc, Token

from extract.nlp import extensions  # noqa: F401
from extract.nlp.actors import mention_at
from extract.nlp.knowledge import actor_nouns
from extract.nlp.quote_content import WH, Contents
from extract.nlp.quote_cues import Cue, load_confidence, load_cues
from extract.nlp.quote_grammar import DAYS, FINITE_TAGS, NOUN_TAGS, RELATIVES, VERB_TAGS, Found, Frame, Unit
from extract.nlp.quote_units import SENTENCE_WORDS
from extract.records import Channel, MentionKind, Quote, QuoteType, SpeakerKind

# What follows a cue that takes "on" without being said.
MANNER = frozenset(
    [
        "condition",
        "background",
        "behalf",
        "record",
        "camera",
        "anonymity",
        "sidelines",
        "floor",
        "air",
        "television",
        "tv",
    ]
)
# Cues after which, and a colon, the next paragraph is quoted without marks.
BLOCK_CUES = frozenset(["say", "write", "tweet", "post", "state", "read", "add", "reply", "respond", "answer"])
# Who says nothing in a news text: the reader and nobody.
NOBODY = frozenset(["you", "me", "us", "nobody", "no one", "none", "anyone", "anybody"])
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
# Words that open a content which is no noun phrase.
OPENERS = frozenset(["that", "to", *WH])
# Tokens from the cue within which a word tells the channel.
CHANNEL_REACH = 12
# Characters within which "the official" means the unnamed speaker before.
NEAR = 600
# Cues that say the speaker is the one before.
CONTINUING = frozenset(["add", "continue", "go", "conclude"])


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


class Reading(Contents):
    """One document being read: joins contents to quotations, and quotations to records."""

    def quotes(self) -> list[Quote]:
        """All quotations of the document, in order of start."""
        found: list[Found] = []
        last: Found | None = None  # the quotation that a quoted unit without a cue would continue
        pending: Frame | None = None  # what introduces the next paragraph: "She replied:"
        found += self._laid_out()
        claimed = {paragraph for laid in self.laid for paragraph in laid.paragraphs}
        for number, unit in enumerate(self.units):
            if unit.paragraph in claimed:
                last = pending = None
                continue
            frames = list(self._frames(unit))
            made = self._made(unit, frames)
            follows = last is not None and self._follows(last, number)
            if pending is not None and not made and self._is_block(pending, unit):
                found.append(Found([list(self.bounds[unit.paragraph])], unit, pending, "colon", is_verbatim=True))
                claimed.add(unit.paragraph)
                last = pending = None
                continue
            is_orphan = unit.pieces and not made and self._is_orphan(unit)
            if is_orphan or (follows and not frames and self._goes_on(last, unit)):
                spans = self._piece_spans(unit.pieces) if is_orphan else self._spans(unit.start, unit.end)
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

    def _laid_out(self) -> Iterator[Found]:
        """What the layout attributes: turns of a transcript, signed quotations, posts."""
        for laid in self.laid:
            cue, name = (self.doc.char_span(*span, alignment_mode="expand") for span in (laid.cue, laid.speaker))
            if cue is None or name is None:
                continue
            entry = Cue(cue.text, "PUNCT", "say", frozenset(["direct"]), "", laid.channel)
            frame = Frame(cue[0], entry, cue.start, cue.end, (name.start, name.end), laid.method, name[-1])
            unit = Unit(min(name.start, cue.start), self._token_end(laid.spans[-1][1]), laid.paragraphs[0])
            unit.start = min(unit.start, self._token_end(laid.spans[0][0] + 1) - 1)
            unit.end = max(unit.end, name.end)
            yield Found(laid.spans, unit, frame, laid.method, is_verbatim=True)

    def _made(self, unit: Unit, frames: list[Frame]) -> list[Found]:
        """The quotations of a unit with a cue; an unquoted one needs a speaker too."""
        made = [
            Found(spans, unit, frame, frame.method)
            for frame in frames
            if (spans := self._content(frame, unit, frames)) and self._is_likely(frame, spans)
        ]
        self._share_speakers(made)
        return self._outermost(self._first_hand(made)) + self._colon(unit)

    def _share_speakers(self, made: list[Found]) -> None:
        """Who goes on after a content is who spoke, not its subject: "He said the vote was lost, adding that ..."."""
        for one in made:
            frame = one.frame
            if frame is None or frame.method != "shared-subject" or frame.subject is None:
                continue
            offset = frame.subject.idx
            for other in made:
                if other.frame is None or other.frame.speaker is None or other.frame.entry.pos != "VERB":
                    continue
                end = other.spans[-1][1]
                holds = any(start <= offset < stop for start, stop in other.spans)
                if other is not one and holds and other.frame.cue.i < frame.cue.i and end <= frame.cue.idx:
                    frame.subject, frame.speaker = other.frame.subject, other.frame.speaker
                    break

    def _is_likely(self, frame: Frame, spans: list[list[int]]) -> bool:
        """Whether a frame has what its kind of quotation needs: a speaker, and "that" where its form is weak."""
        if self._type(spans) == "direct":
            return True
        if frame.speaker is None:
            if frame.entry.cue_class == "ask":
                return self._has_verb(*self._tokens(spans[0])) or self._type(spans) == "mixed"
            return frame.method == "passive" and self._says_what(frame, spans)
        if self._is_manner(spans[0]):
            return False
        if frame.entry.pos == "VERB" and self._is_thing(frame, spans[0]):
            return False
        speaker = self.doc[frame.speaker[0] : frame.speaker[1]].text.lower()
        if speaker in NOBODY or (frame.entry.lemma == "think" and speaker in FIRST_PERSON):
            return False
        if frame.start > 0 and self.doc[frame.start - 1].lower_ == "as":
            return True
        if self._type(spans) == "indirect" and self._is_performed(frame, speaker):
            return False
        has_that = self.text[spans[0][0] : spans[0][0] + 5].lower() == "that "
        return has_that or frame.method not in ("participle", "passive", "noun") or self._type(spans) == "mixed"

    def _is_performed(self, frame: Frame, speaker: str) -> bool:
        """Whether the words are the speech itself and no report of one: "I wonder whether ...", "Thank you ..."."""
        if frame.cue.lower_ == "thank" and self.doc[frame.end].lower_ == "you":
            return True
        group = self.doc[frame.start : frame.end]
        return speaker in ("i", "we") and not any(token.tag_ in ("VBD", "VBN") for token in group)

    def _tokens(self, span: list[int]) -> tuple[int, int]:
        return self._token_end(span[0]), self._token_end(span[1])

    def _is_thing(self, frame: Frame, span: list[int]) -> bool:
        """Whether a cue that takes no noun phrase has one for its object: "has proposed a tax", "directs the play"."""
        takes, first = frame.entry.takes, self._token_end(span[0])
        if takes & {"noun", "noun-for", "complement"} or span[0] < frame.cue.idx or self._type([span]) != "indirect":
            return False
        if self.doc[first].lower_ in OPENERS or self.doc[first - 1].lower_ in takes | {",", ":"}:
            return False
        if self.doc[first].tag_ == "VBG" and frame.entry.cue_class in ("suggest", "demand"):
            return False  # "proposed raising the tax"
        tokens = self.doc[first : self._token_end(span[1])]
        if "obj-inf" in takes and any(token.tag_ == "TO" for token in tokens):
            return False
        return not any(token.tag_ in FINITE_TAGS and token.dep_ != "relcl" for token in tokens)

    def _says_what(self, frame: Frame, spans: list[list[int]]) -> bool:
        """Whether a passive without an agent tells what was said: "was accused of ...", "it was announced that"."""
        first = self.doc.char_span(spans[0][0], spans[0][1], alignment_mode="expand")
        is_clause = first is not None and first[0].lower_ == "that" and first[0].tag_ == "IN"
        return is_clause or self.doc[frame.end - 1].lower_ in ("of", "for", "as")

    def _is_manner(self, span: list[int]) -> bool:
        """Whether a content tells when or how something was said: "spoke on Monday", "on condition of anonymity"."""
        words = re.findall(r"[\w'’]+", self.text[span[0] : span[1]].lower().removeprefix("the "))
        return not words or words[0] in MANNER | DAYS - {"may"} or all(w in DAYS or w.isdigit() for w in words)

    def _pending(self, unit: Unit, frames: list[Frame]) -> Frame | None:
        """The frame that introduces what follows the unit's last colon."""
        if self.doc[unit.end - 1].text != ":":
            return None
        cues = [frame for frame in frames if frame.speaker and "direct" in frame.entry.takes]
        return cues[-1] if cues else self._introduction(unit.end - 1, unit)

    def _follows(self, last: Found, number: int) -> bool:
        """Whether a quoted unit can only continue the quotation ``last``."""
        unit = self.units[number]
        if last.unit.paragraph == unit.paragraph:
            return True
        return last.unit.paragraph == unit.paragraph - 1 and last.unit.end >= self.units[number - 1].end

    def _is_block(self, introduction: Frame, unit: Unit) -> bool:
        """Whether a paragraph without marks is what the one before introduced: "She wrote:", "in a statement:"."""
        start, end = self.bounds[unit.paragraph]
        if unit.pieces or self.doc[unit.start].idx != start or not self._has_verb(unit.start, unit.end):
            return False
        before = self.bounds[unit.paragraph - 1] if unit.paragraph else (0, 0)
        says = introduction.entry.lemma in BLOCK_CUES or any(
            word in self.channels for word in re.findall(r"\w+", self.text[before[0] : before[1]].lower())
        )
        return says and before[0] <= introduction.cue.idx < before[1] and self.text[end - 1] in ".!?…)"

    def _goes_on(self, last: Found | None, unit: Unit) -> bool:
        """Whether a unit of the same paragraph begins with a marked sentence, ends unmarked: "'So it is' for us."."""
        if last is None or last.unit.paragraph != unit.paragraph or self.piece_of[unit.start] == -1:
            return False
        words = self.text[self.pieces[unit.pieces[0]].start : self.pieces[unit.pieces[0]].end].split()
        return len(words) >= SENTENCE_WORDS and words[0][0].isupper()

    def _first_hand(self, made: list[Found]) -> list[Found]:
        """Drop who only passes on what another says right before: "'...,' Lopez said, according to Tasnim"."""

        def passes_on(relay: Found, one: Found) -> bool:
            assert relay.frame is not None and one.frame is not None
            frame, before = one.frame, self.doc[relay.frame.start - 1]
            is_cue = ("VERB", frame.cue.lower_) in self.cues
            if not is_cue or frame.speaker is None:
                return False
            end = max(frame.end, frame.speaker[1])
            return (
                one.spans[0][0] < frame.cue.idx
                and (relay.frame.entry.pos == "ADP" or before.lower_ == "as")
                and relay.frame.start >= end
                and not self._has_verb(end, relay.frame.start)
            )

        return [relay for relay in made if not any(one is not relay and passes_on(relay, one) for one in made)]

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
                other is not one
                and holds(other, one)
                and (not holds(one, other) or self._is_further_out(other, one, j < i))
                for j, other in enumerate(made)
            )
        ]

    def _is_further_out(self, one: Found, other: Found, is_first: bool) -> bool:
        """Of two that hold each other's cue the one whose cue closes the unit ("..., Smith said."), else the first."""
        closes = [
            x.frame is not None and x.spans[0][0] < x.frame.cue.idx and self._closes(x.frame, x.unit)
            for x in (one, other)
        ]
        return closes[0] if closes[0] != closes[1] else is_first

    def _closes(self, frame: Frame, unit: Unit) -> bool:
        if frame.subject is None or frame.subject.tag_ == "PRP":  # "she said", who spoke before
            return False
        last = max(frame.end, frame.speaker[1] if frame.speaker else 0)
        return all(token.is_punct for token in self.doc[last : unit.end])

    def _distinct(self, found: Iterable[Found]) -> Iterator[Found]:
        """Drop what two frames made of the same stretch: the first stays."""
        seen = set()
        for one in found:
            key = tuple(map(tuple, one.spans))
            if key not in seen:
                seen.add(key)
                yield one

    def _records(self, found: list[Found]) -> list[Quote]:
        """The records, each speaker linked to its mention, or to the speaker before where the text means that one."""
        records: list[Quote] = []
        for one in found:
            fields = self._cue_fields(one) | self._speaker_fields(one, records)
            fields["channel"] = self._channel(one, fields)
            kind: QuoteType = "direct" if one.is_verbatim else self._type(one.spans)
            if kind == "indirect" and self._is_pronoun(one.spans):
                continue
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

    def _is_pronoun(self, spans: list[list[int]]) -> bool:
        """Nothing is quoted in "he denied that"."""
        content = self.doc.char_span(spans[0][0], spans[-1][1])
        return content is not None and len(content) == 1 and content[0].tag_ in ("DT", "PRP", "WDT", "IN")

    def _confidence(self, kind: QuoteType, one: Found) -> float:
        table = load_confidence()
        start = one.spans[0][0]
        form = "that" if kind != "direct" and self.text[start : start + 5].lower() == "that " else ""
        return table.get((kind, one.method, form), table[kind, "", ""])

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
        head = frame.subject if frame.subject is not None else self.doc[frame.speaker[1] - 1]
        mention = mention_at(self.doc, head.i)
        if mention and any(start < begin < end for begin, _ in one.spans):  # its relative clause holds what is said
            start, end = mention.start, mention.end
        fields = {"speaker_text": self.text[start:end], "speaker_start": start, "speaker_end": end}
        antecedent = self._antecedent(head) if head.lower_ in RELATIVES and mention is None else None
        span = self._noun_span(antecedent) if antecedent is not None else None
        if antecedent is not None and span is not None:
            fields |= {"antecedent_start": span[0], "antecedent_end": span[1]}
            head, mention = antecedent, mention_at(self.doc, antecedent.i)
        if mention is None:
            name = self.text[slice(*span)] if span else fields["speaker_text"]
            return fields | {"speaker_name": name, "speaker_kind": self._kind_of(head)}
        named = self.mentions.get((mention.antecedent_start, mention.antecedent_end), mention)
        fields |= {
            "speaker_name": mention.name,
            "speaker_kind": SPEAKER_KINDS[named.kind],
            "speaker_role": mention.role or named.role,
            "speaker_affiliation": mention.affiliation or named.affiliation,
        }
        if mention.antecedent_start is not None or antecedent is None:
            fields |= {"antecedent_start": mention.antecedent_start, "antecedent_end": mention.antecedent_end}
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

    def _antecedent(self, pronoun: Token) -> Token | None:
        """The noun that "who", "which" or "that" stands for."""
        clause = pronoun.head
        while clause.dep_ in ("conj", "xcomp", "ccomp", "aux") and clause.head != clause:
            clause = clause.head
        noun = clause.head
        if clause.dep_ != "relcl" or noun.i >= pronoun.i or noun.tag_ in VERB_TAGS:
            return None
        # "a spokeswoman for the department, who said": only somebody is "who".
        while pronoun.lower_ == "who" and not self._is_somebody(noun):
            outer = noun.head.head if noun.dep_ == "pobj" else noun.head if noun.dep_ in ("appos", "conj") else None
            if outer is None or outer.tag_ in VERB_TAGS:
                break
            noun = outer
        return noun

    def _is_somebody(self, noun: Token) -> bool:
        mention = mention_at(self.doc, noun.i)
        return mention is not None and SPEAKER_KINDS[mention.kind] in (*PEOPLE, "unknown")

    def _noun_span(self, noun: Token) -> tuple[int, int]:
        """Characters of the mention of a noun, else of its phrase up to it."""
        mention = mention_at(self.doc, noun.i)
        start = mention.start if mention else self.doc[noun.left_edge.i].idx
        return start, mention.end if mention else self._offset(noun.i + 1)

    def _kind_of(self, head: Token) -> SpeakerKind:
        """Sort of a speaker that is no mention."""
        if head.lower_ in FIRST_PERSON:
            return "author"
        if head.ent_type_ == "PERSON":
            return "person"
        noun = actor_nouns().get(head.lemma_.lower()) if head.tag_ in NOUN_TAGS else None
        if noun is not None and noun.kind == "document":
            return "document"
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
