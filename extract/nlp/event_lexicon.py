"""The event lexicon, read once: entries, word classes, operators, contexts, confidences.

``lexicon/events.csv`` holds one entry a row: a trigger (lemma), its part of speech (v, n, a), the PLOVER type
and mode it stands for, the grammatical roles in which actor and recipient stand (tried in order), and what
else must be there. A condition is ``role:word|word|@class``; ``!`` before the first word turns it round. A
role is subj or agent (who does it; an agentless passive fulfils the first, not the second), cosubj (those who do it
together with the first), dobj, dative,
xcomp (verb of a complement clause; inf: of an infinitive; xcomp.subj: its subject; mark, modal: its conjunction,
its auxiliary), oprd, acomp, acl, prt (particle or adverb), any preposition, or two of them joined by a slash
("dobj/of": after "of" behind the object). Nouns further have mod (modifier), poss, light (the verb they are the
object of; "yes" for a light verb) and cop (of what they are said). ``sentence`` looks at all lemmas of the
sentence. Among the words, ``who`` stands for somebody who can act, an upper-case entity label for an entity,
``*`` for anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from extract.nlp.event_grammar import Words
from extract.nlp.knowledge import lexicon

LABELS = frozenset({"PERSON", "ORG", "GPE", "NORP", "LOC", "FAC"})


@dataclass(frozen=True, slots=True)
class Condition:
    """What one grammatical role of the trigger must hold; ``negated``: must not."""

    role: str
    words: frozenset[str]
    labels: frozenset[str]
    who: bool
    anything: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of ``lexicon/events.csv``."""

    rule_id: str
    type: str
    mode: str | None
    actor: tuple[str, ...]
    recipient: tuple[str, ...]
    needs: tuple[Condition, ...]


@cache
def classes() -> dict[str, frozenset[str]]:
    """Class -> its words (lemmas)."""
    return {row["class"]: frozenset(row["words"].split()) for row in lexicon("event_classes")}


def _condition(text: str) -> Condition:
    role, _, alternatives = text.partition(":")
    negated = alternatives.startswith("!")
    words: set[str] = set()
    labels: set[str] = set()
    for word in alternatives.lstrip("!").split("|"):
        if word.startswith("@"):
            words |= classes()[word[1:]]
        elif word in LABELS:
            labels.add(word)
        elif word not in ("who", "*"):
            words.add(word)
    return Condition(
        role=role,
        words=frozenset(words),
        labels=frozenset(labels),
        who="who" in alternatives.lstrip("!").split("|"),
        anything="*" in alternatives.lstrip("!").split("|"),
        negated=negated,
    )


@cache
def entries() -> dict[tuple[str, str], tuple[Entry, ...]]:
    """(trigger, part of speech) -> its entries, those that ask for more first, else in the order of the file."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for row in lexicon("events"):
        same = found.setdefault((row["trigger"], row["pos"]), [])
        same.append(
            Entry(
                rule_id=f"{row['trigger']}.{row['pos']}:{row['type']}.{len(same) + 1}",
                type=row["type"],
                mode=row["mode"] or None,
                actor=tuple(row["actor"].split()),
                recipient=tuple(row["recipient"].split()),
                needs=tuple(_condition(need) for need in row["needs"].split()),
            )
        )
    return {key: tuple(sorted(rows, key=lambda e: -len(e.needs))) for key, rows in found.items()}


@cache
def triggers() -> frozenset[str]:
    """All triggers."""
    return frozenset(trigger for trigger, _ in entries())


@cache
def words() -> Words:
    """What the grammar must know of the lexicon."""
    everything = triggers().union(*classes().values())
    return Words(
        verbs=frozenset(trigger for trigger, pos in entries() if pos == "v"),
        quantities=classes()["quantity"],
        times=classes()["time"],
        platforms=classes()["platform"],
        hyphenated=frozenset(word for word in everything if "-" in word),
    )


@cache
def operators() -> dict[tuple[str, str], str]:
    """(word, part of speech) -> what it does to the event in its complement: a status, or nothing (realised)."""
    return {(row["word"], row["pos"]): row["effect"] for row in lexicon("event_operators")}


@cache
def contexts() -> dict[str, frozenset[str]]:
    """Word (lemma) -> the PLOVER contexts it speaks of."""
    found: dict[str, set[str]] = {}
    for row in lexicon("contexts"):
        found.setdefault(row["word"], set()).add(row["context"])
    return {word: frozenset(names) for word, names in found.items()}


@cache
def harm() -> dict[str, str]:
    """Word (lemma) -> what it counts: killed, injured or arrested."""
    return {row["word"]: row["counts"] for row in lexicon("event_harm")}


@cache
def numbers() -> dict[str, int]:
    """Number word -> its value."""
    return {row["word"]: int(row["value"]) for row in lexicon("number_words")}


@cache
def confidences() -> dict[str, float]:
    """Class of rule -> share of its events that are right, as measured on the development sentences."""
    return {row["rule_class"]: float(row["confidence"]) for row in lexicon("event_confidence")}
