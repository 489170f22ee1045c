"""Frames: the cues of a unit, each with its verb group and its speaker."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from extract.nlp.quote_cues import Cue, other_cue
from extract.nlp.quote_grammar import (
    CONNECTIVES,
    DASHES,
    DAYS,
    FINITE_TAGS,
    NOUN_TAGS,
    RELATIVES,
    STOPS,
    SUBJECTS,
    VERB_TAGS,
    Frame,
    Unit,
)
from extract.nlp.quote_units import Units

AUXILIARIES = frozenset(["aux", "auxpass", "neg", "advmod"])
BEFORE_PARTICIPLE = frozenset([",", "and", "while", "by", "—", "–", "-", "--"])
QUOTING = frozenset(["quoted", "quotes", "quoting", "cited", "cites", "citing"])
DOUBTFUL_MODALS = frozenset(["may", "might", "could", "can", "should", "must", "would", "shall"])
REFUSALS = frozenset(["decline", "refuse", "fail", "stop", "avoid"])
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
# Verbs that name who is told, so that nobody speaks who stands after them.
TO_SOMEBODY = frozenset(["tell", "inform", "remind", "assure", "brief", "notify", "convince", "persuade", "reassure"])
# Relations of a word to what it modifies, objects of prepositions and of relative clauses included.
WITHIN = frozenset(["pobj", "dobj", "prep", "amod", "relcl", "acl", "appos", "pcomp"])
# Prepositions between a verb and the noun for what its subject says: "responded with a warning that".
STATED_IN = frozenset(["in", "with", "by", "through"])
NAMING = frozenset(["PROPN", "NOUN", "PRON", "NUM", "ADJ"])
ATTRIBUTES = frozenset(["JJ", "DT", "PRP$", "CD", "POS", "VBN"])  # what stands before a noun, not before its verb
PHRASE = NAMING | {"DET", "PART"}


class Frames(Units):
    """Finds the frames of a unit."""

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
            elif tag in VERB_TAGS or (("VERB", lower) in cues and self._must_be_verb(i, unit)):
                if entry := cues.get(("VERB", lower)):
                    frame = self._verb(token, entry, unit)
            elif tag in NOUN_TAGS and (entry := cues.get(("NOUN", lower))):
                frame = self._noun(token, entry, unit)
            elif lower == ":" and self._leads_to_quote(i - 1, unit):
                frame = self._introduction(i, unit)
            if frame is not None:
                yield frame

    def _must_be_verb(self, i: int, unit: Unit) -> bool:
        """Whether a cue that the tagger took for a noun stands right before a quotation or a closing colon."""
        is_noun = i > unit.start and self.doc[i].tag_ == "NNS" and self.doc[i - 1].tag_ in ATTRIBUTES
        if unit.pieces and (self._leads_to_quote(i, unit) or self._opens_inverted(i, unit)):
            return not is_noun or (i + 1 < unit.end and self.doc[i + 1].text == ":")  # 'the commands "fire" and "halt"'
        closes = i > unit.start and i + 2 == unit.end and self.doc[i + 1].text == ":"
        return closes and self.doc[i].tag_ == "NNS" and not is_noun

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
                if token.dep_ == "relcl" and any(self.piece_of[k] != -1 for k in range(unit.start, i)):
                    return None  # "'...,' said the diplomat, who had not slept: '...'"
                frame = self._verb(token, other_cue(token), unit, None)
                if frame is not None:
                    frame.method, frame.end = "colon", colon
                    subject = next((c for c in token.lefts if c.dep_ == "nsubj" and self._is_framed(c, unit)), None)
                    if subject is not None:
                        frame.subject, frame.speaker = subject, self._phrase(subject, frame, unit)
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
                is_cue = ("VERB", token.lower_) in self.cues and token.tag_ not in ("VB", "VBG", "MD", "JJ", "NNP")
                if is_cue and self._belongs_to_speaker(i, unit):
                    continue
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

    def _belongs_to_speaker(self, i: int, unit: Unit) -> bool:
        """Whether a noun spelt like a cue stands before the cue: "the press secretary said", "the report said"."""
        doc, token = self.doc, self.doc[i]
        if token.tag_ in NOUN_TAGS and (token.dep_ == "compound" or doc[i - 1].tag_ in ATTRIBUTES):
            return True
        following = doc[min(i + 1, unit.end - 1)]
        return following.tag_ in ("VBD", "VBZ") and ("VERB", following.lower_) in self.cues

    def _according(self, cue: Token, entry: Cue, unit: Unit) -> Frame | None:
        """ "according to NP", "per NP"."""
        i = cue.i
        start = i + 2 if entry.lemma == "according" else i + 1
        if start >= unit.end or (self.doc[i + 1].lower_ != "to" if start == i + 2 else not self._after_comma(i)):
            return None
        head = next((t for t in self.doc[start : unit.end] if t.dep_ == "pobj" and t.head.i in (i, i + 1)), None)
        end = min(head.right_edge.i + 1, unit.end) if head is not None else self._phrase_end(start, unit)
        if i == unit.start:
            end = self._named_after(end, unit)
        return Frame(cue, entry, i, start, self._clip(start, end, unit), "according-to", head)

    def _named_after(self, end: int, unit: Unit) -> int:
        """End of a phrase with the name set off after it: "According to one observer, Ana Silva, the road is ..."."""
        doc = self.doc
        end -= doc[end - 1].text == ","
        comma = end + 1
        while comma < unit.end and doc[comma].pos_ == "PROPN":
            comma += 1
        if comma + 1 >= unit.end or doc[end].text != "," or doc[comma].text != ",":
            return end
        name = doc[comma - 1]
        subjects = [child for child in name.head.lefts if child.dep_ in SUBJECTS]
        is_name = comma > end + 2 and name.ent_type_ == "PERSON" and (name not in subjects or subjects[-1] != name)
        is_named = any(doc[i].ent_type_ == "PERSON" for i in range(unit.start, end))
        return comma if is_name and not is_named and self._clause_follows(comma + 1, unit) else end

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
        if not sure and (self._is_unsaid(cue, base) or self._is_asked(cue, base, unit)):
            return None
        frame = Frame(cue, entry, start, end, None, "none")
        subject, method = self._subject(cue, base, unit)
        is_before = method == "subject" and subject is not None and subject.i < cue.i
        is_followed = entry.lemma not in TO_SOMEBODY
        if not tag and not is_before and is_followed and self._is_inverted(cue, start, unit):
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
        if method == "passive" and subject is None and not tag:
            frame.method = "passive"  # "was announced": whoever is its subject does not speak
            return frame
        if frame.speaker is None or self._is_passed_over(frame, unit):
            self._nearby(frame, unit, is_inverted=bool(tag) and is_followed)
        return frame

    def _is_inverted(self, cue: Token, start: int, unit: Unit) -> bool:
        """Whether a cue stands between a comma and the phrase that closes its unit: "..., said two witnesses."."""
        if self._opens_inverted(start, unit):
            return True
        if start != cue.i or start == unit.start or self.doc[start - 1].text != "," or cue.tag_ not in FINITE_TAGS:
            return False
        following = self.doc[cue.i + 1] if cue.i + 1 < unit.end else None
        if following is None or following.pos_ not in PHRASE:
            return False
        comma = next((i for i in range(cue.i + 1, unit.end) if self.doc[i].text == ","), unit.end)
        return not self._has_verb(cue.i + 1, comma)

    def _opens_inverted(self, i: int, unit: Unit) -> bool:
        """Whether token ``i`` opens its unit and only a phrase stands between it and a colon: "Said the mayor: ..."."""
        if i != unit.start or i + 2 >= unit.end or not self.doc[i].lower_.endswith("d"):
            return False
        colon = self._phrase_end(i + 1, unit)
        return colon < unit.end and self.doc[colon].text == ":" and self._leads_to_quote(colon, unit)

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

    def _is_asked(self, cue: Token, base: Token, unit: Unit) -> bool:
        """Speech that a question asks about: "Did the minister say that ...?"."""
        if self.doc[unit.end - 1].text != "?":
            return False
        for verb in (cue, base):
            subject = next((child for child in verb.lefts if child.dep_ in SUBJECTS), None)
            if subject is not None:
                return any(child.dep_ in ("aux", "auxpass") and child.i < subject.i for child in verb.lefts)
        return False

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
        if (frame.cue.tag_ == "VB" and doc[frame.start - 1].lower_ == "to") or doc[frame.start].lower_ == "to":
            return  # "it is safe to say"
        if before >= unit.start and self.piece_of[before] == -1 and doc[before].pos_ in NAMING:
            start = before
            while start > unit.start and self.piece_of[start - 1] == -1 and doc[start - 1].pos_ in PHRASE:
                start -= 1
            frame.speaker, frame.subject, frame.method = (start, stop), doc[before], "adjacent"
            outer = self._outer_noun(doc[before], frame)
            if outer is not None and self._is_framed(outer, unit):
                frame.subject, frame.speaker = outer, self._phrase(outer, frame, unit)
            return
        start = frame.end
        if start < unit.end and self.piece_of[start] == -1 and doc[start].pos_ in PHRASE:
            if not is_inverted:
                return
            end = self._phrase_end(start, unit)
            frame.speaker, frame.subject, frame.method = (start, end), doc[end - 1], "adjacent"

    def _outer_noun(self, noun: Token, frame: Frame) -> Token | None:
        """What a noun before the verb only modifies: "a source close to the party said", "Ana, who saw it, said"."""
        outer = None
        token = noun
        while token.dep_ in WITHIN and token.head.i < token.i:
            token = token.head
            if token.tag_ in VERB_TAGS and token.dep_ not in ("relcl", "acl"):
                break
            if token.pos_ in ("NOUN", "PROPN", "PRON") and token.dep_ not in ("pobj", "dobj"):
                outer = token
        is_participle = any(verb.tag_ == "VBG" for verb in self.doc[frame.start : frame.end])
        return None if is_participle else outer

    def _phrase_end(self, start: int, unit: Unit) -> int:
        end = start
        doc = self.doc
        while end < unit.end and self.piece_of[end] == -1:
            is_list = doc[end].text == "," and doc[end - 1].pos_ == "ADJ" and end + 1 < unit.end  # "a tall, silent man"
            if doc[end].pos_ not in PHRASE and not (is_list and doc[end + 1].pos_ == "ADJ"):
                break
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
        if owner is None and (cue.dep_ == "dobj" or (cue.dep_ == "pobj" and cue.head.lower_ in STATED_IN)):
            verb = cue.head if cue.dep_ == "dobj" else cue.head.head
            owner = next((child for child in verb.lefts if child.dep_ == "nsubj"), None)
        if owner is not None and unit.start <= owner.i < unit.end:
            frame.subject = owner
            frame.speaker = self._clip(
                max(owner.left_edge.i, unit.start), min(owner.right_edge.i + 1, cue.i), unit, owner.i
            )
        return frame

    def _is_participle(self, frame: Frame) -> bool:
        """Whether the cue is a participle that shares its subject: ", adding that ..."."""
        return frame.cue.tag_ == "VBG" and frame.start == frame.cue.i
