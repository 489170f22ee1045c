"""Contents: which stretches of a unit a frame introduces."""

from __future__ import annotations

from spacy.tokens import Token

from extract.nlp.quote_cues import Cue
from extract.nlp.quote_frames import Frames
from extract.nlp.quote_grammar import (
    CONNECTIVES,
    DASHES,
    DAYS,
    FINITE_TAGS,
    STOPS,
    SUBJECTS,
    VERB_TAGS,
    Found,
    Frame,
    Unit,
    is_finite,
    same_form,
)

EMBEDDED = frozenset(["relcl", "acl", "advcl", "csubj", "nsubj", "dobj", "pobj", "pcomp", "appos"])
ADJUNCTS = frozenset(["prep", "advmod", "npadvmod", "dative", "agent", "prt", "dobj", "iobj", "nsubj", "neg", "dep"])
WH = frozenset(["what", "how", "why", "whether", "if", "who", "where", "when", "which", "whom", "whose"])
TURN_WORDS = 3  # words of a headline's or transcript's statement, at least
SHORT = 4  # letters of a word that a name may write small, fewer
ASIDE = 12  # tokens between commas before "that"
# Tags that no clause without "that" begins with.
NOT_CLAUSE_INITIAL = frozenset(["IN", "CC", "TO", "RP", "WRB", "VBN", "VBD", "VBZ", "VBP", "MD"])
# Words that add, after a comma, what no longer belongs to a noun phrase before it.
ADDERS = frozenset(["even", "though", "before", "until", "compared", "according", "he", "she", "they", "it", "then"])
# Words that begin a clause before the main one, and tags that the main one begins with.
FRONTING = frozenset(
    ["as", "when", "while", "after", "although", "though", "because", "since", "once", "if", "whereas"]
)
CLAUSE_INITIAL = frozenset(["DT", "NNP", "NNPS", "NN", "NNS", "PRP", "PRP$", "CD", "JJ", "EX"])
# Tags of what follows a day that is more than a date: "Monday's vote", "May 3".
AFTER_DAY = frozenset(["POS", "CC", "CD", ",", "NN", "NNS", "NNP", "NNPS"])
TIMES_OF_DAY = frozenset(["morning", "afternoon", "evening", "night"])
DEPENDENT = frozenset(["relcl", "advcl", "acl"])  # clauses that are none of their own
ASIDES = frozenset(["appos", "relcl", "acl"])
# Words that a reported sentence without "that" may begin with.
SUBORDINATORS = frozenset(["if", "while", "when", "as", "because", "despite", "after", "since", "unless", "although"])


class Contents(Frames):
    """Finds what a frame says."""

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
        is_aside = is_as and frame.speaker is not None and frame.speaker[0] >= frame.end  # "As reported by NP, ..."
        begin = None if frame.entry.pos == "ADP" or is_aside else self._right_start(frame, unit)
        if frame.entry.pos == "ADP" or (is_as and begin is None):
            if at_piece is None and (opener < unit.start or not self._has_verb(unit.start, opener + 1)):
                comma = self._comma(frame_end, unit)
                return self._spans(comma + 1, unit.end) if comma is not None else []
            if is_as and at_piece is None and doc[opener].text != ",":
                return []
            return self._left_content(unit, opener) if doc[opener - 1].lower_ != "that" else []
        if (
            at_piece is not None
            and (begin is None or self._reads_as_sentence(at_piece) or self._is_closed(at_piece, begin))
            and not self._is_in_adjunct(at_piece, unit)
            and not self._is_participle(frame)
            and frame.entry.takes & {"direct", "that"}
        ):
            spans = self._left_content(unit, opener)
            resume = self._piece_after(frame_end, unit)
            if resume is not None and self._goes_to_another(frame_end, resume, frames):
                resume = None
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
        objects = [child.i for child in frame.cue.rights if child.dep_ == "dobj" and child.i >= frame_end]
        if objects and frame.entry.addressee != "obj":
            return []  # "In 2008, she wrote a book, ..."
        resume = self._resume(frame, frame_end, unit)
        has_verb = any(doc[i].tag_ in VERB_TAGS for i in range(unit.start, opener))
        if resume is None and not (has_verb and frame.left == opener + 1 and self._has_main_clause(unit, opener)):
            return []
        spans = self._left_content(unit, opener)
        return spans + self._spans(resume, unit.end) if resume is not None else spans

    def _has_main_clause(self, unit: Unit, end: int) -> bool:
        """Whether more than an adjunct stands before ``end``: not "In her letter, which was long, she wondered ..."."""
        for verb in self.doc[unit.start : end]:
            if verb.tag_ not in FINITE_TAGS:
                continue
            while verb.dep_ not in DEPENDENT and verb.head != verb and unit.start <= verb.head.i < end:
                verb = verb.head
            if verb.dep_ not in DEPENDENT:
                return True
        return False

    def _is_closed(self, piece: int, begin: int) -> bool:
        """Whether a quotation's own comma binds it to the cue, where only a weak beginning follows: "..., in which"."""
        last = self.text[self.pieces[piece].start : self.pieces[piece].end].rstrip()[-1:]
        return last in (",", "?", "!") and self.piece_of[begin] == -1 and self.doc[begin].lower_ != "that"

    def _is_in_adjunct(self, piece: int, unit: Unit) -> bool:
        """Whether marks stand around a name in an adjunct: "On NBC's 'Meet the Press,' he said ..."."""
        start = next(i for i in range(unit.start, unit.end) if self.piece_of[i] == piece)
        words = self.text[self.pieces[piece].start : self.pieces[piece].end].split()
        is_name = all(w[0].isupper() or len(w) < SHORT for w in words)
        return is_name and self.doc[unit.start].tag_ == "IN" and not self._has_verb(unit.start, start)

    def _goes_to_another(self, start: int, stop: int, frames: list[Frame]) -> bool:
        """Whether another cue stands between a frame and the next quotation: "..., she said, adding later, ..."."""
        return any(other.entry.pos == "VERB" and start <= other.cue.i < stop for other in frames) or any(
            self.doc[i].tag_ == "VBG" and self.doc[i - 1].text == "," for i in range(start, stop)
        )

    def _is_amid(self, frame: Frame, opener: int, begin: int, unit: Unit) -> bool:
        """Whether the frame stands between two parts of its content: "The town, he said, 'is lost'"."""
        if opener <= unit.start or self.doc[opener].text != "," or frame.left != opener + 1:
            return False
        first = self.doc[unit.start]
        if first.tag_ in ("IN", "WRB") and first.lower_ not in ("if", "unless"):
            return False  # "After the vote, he said 'this is ...'"
        if self.piece_of[begin] != -1:
            return self.text[self.pieces[self._piece_number(begin)].start].islower()
        return self.doc[unit.start].lower_ == "if"

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
            after_day = self._after_day(i + 1 if lower == "on" else i, unit)
            if after_day is not None:
                i = after_day
                continue
            if (
                lower == "that"
                and "that" in takes
                and (
                    token.dep_ == "mark"
                    or token.tag_ != "WDT"
                    or doc[i - 1].text[0].isupper()  # "wrote on X that"
                    or self.piece_of[min(i + 1, unit.end - 1)] != -1
                )
            ):
                return i
            if lower in WH and token.dep_ != "pobj" and token.tag_ != "DT":
                return i if "wh" in takes or (i == clause_start and "that" in takes) else None
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
                if takes & {"noun", "complement", "obj-inf"} or ("noun-for" in takes and self._gives_reason(i, unit)):
                    return i
                if "that" not in takes or (token.tag_ in NOT_CLAUSE_INITIAL and lower not in SUBORDINATORS):
                    return None
                return i if self._clause_follows(i, unit) else None
            i = jump
        return None

    def _after_day(self, i: int, unit: Unit) -> int | None:
        """The token after a day that tells when: "said Tuesday night she would", but not "Monday's vote"."""
        if i + 2 >= unit.end or self.doc[i].lower_ not in DAYS or self.doc[i].tag_ != "NNP":
            return None
        i += 1 + (self.doc[i + 1].lower_ in TIMES_OF_DAY)
        return i if self.doc[i].tag_ not in FINITE_TAGS | AFTER_DAY else None

    def _gives_reason(self, i: int, unit: Unit) -> bool:
        """Whether "for" or "as" follows an object: "attacked the mayor for lying", but not "attacked the convoy"."""
        end = next((k for k in range(i, unit.end) if self.doc[k].text in (",", ";", "-", "—")), unit.end)
        return any(self.doc[k].lower_ in ("for", "as") and self.doc[k].tag_ == "IN" for k in range(i + 1, end))

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
        if self._is_fronted(frame, unit):
            end = min(end, self._main_clause(begin, unit))
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
                child.dep_ == "conj" and same_form(child, cue) and doc[child.left_edge.i - 1].dep_ in ("cc", "punct")
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
        if other.left > begin + 2 and is_finite(other.cue):
            opening = next((i for i in (1, 2, 3) if doc[other.left - i].lower_ in CONNECTIVES), 0)
            if opening and self._after_comma(other.left - opening):
                return min(end, other.left - opening)  # ", while others said ..."
        if other.entry.pos == "VERB" and same_form(other.cue, frame.cue) and before in ("and", "but", "then"):
            return min(end, other.start)
        return end

    def _is_fronted(self, frame: Frame, unit: Unit) -> bool:
        """Whether a main clause is still to come: "As he said ..., ...", "Asked about ..., ..."."""
        doc, left = self.doc, frame.left
        if doc[left].lower_ in FRONTING or (left > unit.start and doc[left - 1].lower_ in FRONTING):
            opening = left if doc[left].lower_ in FRONTING else left - 1
            return opening == unit.start or doc[opening - 1].text == "," or doc[opening - 1].tag_ == "CC"
        return left == unit.start == frame.cue.i and frame.cue.tag_ in ("VBG", "VBN")

    def _main_clause(self, begin: int, unit: Unit) -> int:
        """The comma before the main clause that follows a fronted one; the end of the unit where there is none."""
        for i in range(begin + 1, unit.end - 2):
            if self.doc[i].text == "," and self.piece_of[i] == -1:
                following = self.doc[i + 1]
                if following.tag_ in CLAUSE_INITIAL and self._clause_follows(i + 1, unit):
                    return i
        return unit.end

    def _phrase_content_end(self, begin: int, unit: Unit) -> int:
        """End of a noun phrase or infinitive as content: before a participle or clause set off by a comma."""
        doc = self.doc
        for i in range(begin + 1, unit.end - 2):
            if doc[i].text != "," or self.piece_of[i] != -1:
                continue
            following = doc[i + 1]
            top = following
            while top.head.left_edge.i == i + 1 and top.head != top:
                top = top.head
            if top.dep_ in ASIDES and top.left_edge.i == i + 1:
                return i
            if following.tag_ == "VBG" or following.lower_ in SUBORDINATORS or following.lower_ in ADDERS:
                return i
            if following.tag_ == "CC" and self._clause_follows(i + 2, unit):
                return i
        return unit.end

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
