"""From matches to the records of ``extract.records``: dates, places, counts, contexts, attribution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from extract.nlp.dateline import dateline_end
from extract.nlp.event_grammar import Grammar
from extract.nlp.event_lexicon import confidences, contexts, harm, numbers
from extract.nlp.event_match import NOUN_SETTINGS, Match
from extract.records import DateExpression, Event, Participant, Place, Quote, Role

PLACE_PREPOSITIONS = frozenset({"in", "at", "near", "outside", "around", "inside", "across", "along", "off", "on",
                                "throughout", "over", "between"})  # fmt: skip
OCCASION_PREPOSITIONS = frozenset({"in", "at", "during", "on"})
CONSEQUENCES = frozenset({"advcl", "conj", "xcomp", "acl", "relcl", "dep"})
MOST_VERBS = 12  # verbs looked at for the casualties of one event
OLD = timedelta(days=365)
MOST_PEOPLE = 100_000_000  # more were never killed, hurt or held at once: another number, or several read as one
UNTRUE = frozenset({"negated", "hypothetical", "future"})  # statuses without casualties
T = TypeVar("T", DateExpression, Place)


Anchored = dict[int, list[tuple[int, T]]]


def anchor(grammar: Grammar, records: Sequence[T], prepositions: frozenset[str] | None = None) -> Anchored[T]:
    """Verb or noun -> the expressions that modify it, with the token each hangs by.

    Climbs from the expression over its prepositions to the first word beyond; where ``prepositions`` are
    given, only an expression behind one of them counts.
    """
    anchored: Anchored[T] = {}
    for record in records:
        inside = grammar.tokens_in(record.start, record.end)
        if not inside:
            continue
        root = next((i for i in inside if grammar.head[i] not in inside or grammar.head[i] == i), inside[0])
        i, preposition = grammar.head[root], ""
        if grammar.dep[root] == "pobj":
            preposition = grammar.lemma[i]
            while grammar.dep[grammar.head[i]] == "prep":
                i = grammar.head[i]
            i = grammar.head[i]
        if prepositions is None or preposition in prepositions:
            anchored.setdefault(i, []).append((root, record))
    return anchored


def nearest(grammar: Grammar, match: Match, anchored: Anchored[T], barred: Sequence[int] = ()) -> T | None:
    """The expression that modifies an event: on its trigger, on what carries it, else on who takes part in it.

    Of several on one word the nearest to the trigger; never one that hangs by a ``barred`` token.
    """
    i = match.trigger
    spots: list[int] = [i]
    if match.pos == "n":
        relation, governor = grammar.governor(i)
        if match.setting in ("light", "happening") or (grammar.is_verb(governor) and relation == "nsubj"):
            spots.append(governor)
            i = governor
    for _ in range(3):  # verbs of one clause share their dates and places
        dep, head = grammar.dep[i], grammar.head[i]
        shared = dep in ("xcomp", "conj", "aux", "acomp") or (dep == "advcl" and _is_of_the_same_time(grammar, i))
        if head == i or not shared or not grammar.is_verb(head):
            break
        i = head
        spots.append(i)
    if grammar.is_verb(match.trigger):
        spots += grammar.objects(match.trigger)
    # "In a phone call in July he asked": the date hangs on what the verb was done in.
    adjuncts: list[int] = [n for spot in spots if grammar.is_verb(spot) for n in _occasions(grammar, spot)]
    for spot in [*spots, *adjuncts, *match.recipients, *match.actors]:
        options = [option for option in anchored.get(spot, ()) if option[0] not in barred]
        if options:
            return min(options, key=lambda option: abs(option[0] - match.trigger))[1]
    return None


def _is_of_the_same_time(grammar: Grammar, verb: int) -> bool:
    """Adverbial clauses that share the time of what they hang on: participles, purposes, "when" and "while"."""
    kids = grammar.kids[verb]
    return grammar.tag[verb] == "VBG" or any(
        grammar.tag[k] == "TO" or (grammar.lemma[k] in ("when", "while") and grammar.dep[k] in ("mark", "advmod"))
        for k in kids
    )


def _occasions(grammar: Grammar, verb: int) -> list[int]:
    return [n for word, nouns in grammar.prepositions(verb) if word in OCCASION_PREPOSITIONS for n in nouns]


class Records:
    """Turns the matches of a Doc into records."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.doc = grammar.doc
        self.text = grammar.doc.text
        self.report = dateline_end(self.text)
        self.dates = anchor(grammar, self.doc._.dates)
        self.places = anchor(grammar, self.doc._.places, PLACE_PREPOSITIONS)
        self.place_at = {i: p for p in self.doc._.places for i in grammar.tokens_in(p.start, p.end)}
        # Dates right beside a trigger, wherever the parser hung them.
        self.date_beside: dict[int, DateExpression] = {}
        for date in self.doc._.dates:
            if inside := grammar.tokens_in(date.start, date.end):
                self.date_beside[inside[-1] + 1] = date
                self.date_beside.setdefault(inside[0] - 1, date)

    def _not_where(self, match: Match) -> list[int]:
        """Places that act or are acted on: "sanctions on Moscow", "a deal between Russia and Ukraine"."""
        grammar = self.grammar
        if match.type == "ASSAULT":
            return match.actors
        return match.actors + [
            r for r in match.recipients if grammar.governor(r)[0] in ("prep:on", "prep:between", "prep:over", "prep:at")
        ]

    def _struck(self, match: Match) -> Place | None:
        """What was struck says where, if it is a place or "the port of" one."""
        if match.type == "ASSAULT":
            for recipient in match.recipients:
                for i in (recipient, *self._of(recipient)):
                    if i in self.place_at:
                        return self.place_at[i]
        return None

    def _of(self, noun: int) -> list[int]:
        grammar = self.grammar
        return [
            i
            for i in range(noun + 1, min(noun + 6, len(grammar.words)))
            if grammar.dep[i] == "pobj"
            and grammar.lemma[grammar.head[i]] == "of"
            and grammar.head[grammar.head[i]] == noun
        ]

    def events(self, matches: list[Match]) -> list[Event]:
        return [self._event(match) for match in matches]

    def _event(self, match: Match) -> Event:
        grammar = self.grammar
        start = grammar.starts[match.trigger]
        text = grammar.words[match.trigger]
        sentence = grammar.sentence(match.trigger)
        date = nearest(grammar, match, self.dates) or self.date_beside.get(match.trigger)
        place = nearest(grammar, match, self.places, self._not_where(match)) or self._struck(match)
        status = match.status
        quote = self._quote(start)
        if quote and status == "realised":
            status = "reported"
        if status in ("realised", "reported") and self._is_old(date):
            status = "historical"
        speaker = match.modality.speaker
        speaker_span = self._span(speaker) if speaker is not None else None
        if quote and speaker_span is None and quote.speaker_start is not None and quote.speaker_end is not None:
            speaker_span = (quote.speaker_start, quote.speaker_end)
        counts = self._casualties(match) if status not in UNTRUE else {}
        participants = self._participants("actor", match.actors) + self._participants("recipient", match.recipients)
        return Event(
            type=match.type,
            mode=match.entry.mode if match.type == match.entry.type else None,
            contexts=self._contexts(sentence),
            status=status,
            trigger_text=text,
            trigger_start=start,
            trigger_end=start + len(text),
            sentence_start=grammar.starts[sentence[0]],
            sentence_end=grammar.starts[sentence[-1]] + len(grammar.words[sentence[-1]]),
            participants=participants,
            attributed_to=self.text[speaker_span[0] : speaker_span[1]] if speaker_span else None,
            attributed_start=speaker_span[0] if speaker_span else None,
            attributed_end=speaker_span[1] if speaker_span else None,
            date_text=date.text if date else None,
            date_start=date.date_start if date else None,
            date_end=date.date_end if date else None,
            date_granularity=date.granularity if date else None,
            date_method=f"modifier, {date.method}" if date else None,
            place_text=place.text if place else None,
            place_start=place.start if place else None,
            place_end=place.end if place else None,
            place_name=place.name if place else None,
            place_country_iso3=place.country_iso3 if place else None,
            place_lat=place.lat if place else None,
            place_lon=place.lon if place else None,
            place_precision=place.precision if place else None,
            killed=counts.get("killed"),
            injured=counts.get("injured"),
            arrested=counts.get("arrested"),
            rule_id=match.entry.rule_id + match.derived,
            confidence=confidences()[rule_class(match)],
        )

    def _quote(self, offset: int) -> Quote | None:
        """The quotation in marks that a character stands in; of indirect ones the tree tells as much."""
        for quote in self.doc._.quotes:
            if quote.type != "indirect" and any(start <= offset < end for start, end in quote.spans):
                return quote
        return None

    def _participants(self, role: Role, tokens: list[int]) -> list[Participant]:
        found: list[Participant] = []
        for j in tokens:
            mention = self.grammar.named(j)
            start, end = (mention.start, mention.end) if mention else self._span(j)
            if start < self.report or any(p.start == start for p in found):
                continue
            text = self.text[start:end]
            found.append(
                Participant(
                    role=role,
                    ordinal=len(found),
                    start=start,
                    end=end,
                    text=text,
                    name=mention.name if mention else text,
                    label=mention.label if mention else "THING",
                )
            )
        return found

    def _span(self, j: int) -> tuple[int, int]:
        mention = self.grammar.mentions.get(j)
        if mention:
            return mention.start, mention.end
        first, last = self.grammar.phrase(j)
        return self.grammar.starts[first], self.grammar.starts[last] + len(self.grammar.words[last])

    def _is_old(self, date: DateExpression | None) -> bool:
        published = self.doc._.published_on
        return bool(published and date and date.date_end and published - date.date_end > OLD)

    def _contexts(self, sentence: range) -> list[str]:
        found: set[str] = set()
        words = contexts()
        for i in sentence:
            found |= words.get(self.grammar.lemma[i], frozenset())
        return sorted(found)

    def _casualties(self, match: Match) -> dict[str, int]:
        """Numbers killed, injured and arrested, from the trigger and the verbs that hang with it."""
        grammar = self.grammar
        verbs = [match.trigger, *match.merged]
        if match.pos == "n":
            governor = grammar.governor(match.trigger)[1]
            if grammar.is_verb(governor):
                verbs.append(governor)
        head = grammar.head[match.trigger]
        if grammar.dep[match.trigger] == "advcl" and grammar.lemma[head] in harm():
            verbs.append(head)
        todo = list(verbs)
        while todo:
            i = todo.pop()
            for k in grammar.kids[i]:
                if (
                    grammar.dep[k] in ("advcl", "conj", "xcomp", "acl", "relcl", "dep")
                    and k not in verbs
                    and len(verbs) < 12
                ):
                    verbs.append(k)
                    todo.append(k)
        counts: dict[str, int] = {}
        for verb in verbs:
            kind = harm().get(grammar.lemma[verb]) if grammar.is_verb(verb) else None
            if grammar.lemma[verb] == "leave":
                for k in grammar.children(verb, ("oprd", "acomp", "xcomp", "ccomp", "amod")):
                    kind = kind or harm().get(grammar.lemma[k])
            if kind and kind not in counts:
                # Without an object the subject is meant: "Three soldiers killed in attack".
                victims = grammar.objects(verb) or grammar.surface_subjects(verb)
                found = [n for o in victims if (n := self._number(o)) is not None]
                if found:
                    counts[kind] = sum(found)
        return counts

    def _number(self, noun: int) -> int | None:
        """How many a noun phrase counts, as stated: digits, words, hundreds."""
        grammar = self.grammar
        words = (
            [noun]
            if grammar.tag[noun] == "CD" or grammar.lemma[noun] in numbers()
            else grammar.children(noun, ("nummod",))
        )
        if not words:
            return 1 if any(grammar.lemma[k] in ("a", "an", "another") for k in grammar.kids[noun]) else None
        word = words[0]
        value = _value(grammar.words[word].lower())
        if value is None:
            return None
        for k in grammar.kids[word]:
            if grammar.tag[k] == "CD" and (inner := _value(grammar.words[k].lower())) is not None:
                value = value * inner if value >= 100 else value + inner
        return value if value <= MOST_PEOPLE else None


def _value(word: str) -> int | None:
    """A number in digits or words ("1,200", "twenty-two", "hundred")."""
    digits = word.replace(",", "")
    if digits.isdecimal():
        return int(digits)
    parts = [numbers().get(part) for part in word.split("-")]
    return sum(part for part in parts if part is not None) if all(part is not None for part in parts) else None


def rule_class(match: Match) -> str:
    """The class of rule by which confidence is measured: what carries the event, and whether both sides are there."""
    kind = match.derived.lstrip("+") or ("noun" if match.setting in NOUN_SETTINGS else match.setting)
    return f"{kind}/{'both' if match.actors and match.recipients else 'one'}"
