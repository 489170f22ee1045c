"""Whether and how an event happened, read from the words that govern its trigger.

The walk goes from the trigger up the tree: auxiliaries, negation and conjunctions of each verb on the way,
and the effect of each governing word (``lexicon/event_operators.csv``), until a clause of its own begins.
"""

from __future__ import annotations

from dataclasses import dataclass

from extract.nlp.event_grammar import MAX_CLIMB, Grammar
from extract.nlp.event_lexicon import classes, operators
from extract.records import EventStatus

FUTURE_AUXILIARIES = frozenset({"will", "'ll", "shall", "wo", "ll", "’ll"})
POSSIBLE_AUXILIARIES = frozenset({"may", "might", "could", "can", "should", "must", "ca", "need"})
NEGATIONS = frozenset({"not", "n't", "never", "n’t", "no", "neither", "nor", "hardly"})
CONDITIONS = frozenset({"if", "unless", "whether", "until", "lest", "till"})
HEARSAY = frozenset({"reportedly", "allegedly", "apparently", "purportedly", "supposedly"})
WITHOUT = frozenset({"without"})
INSTEAD = frozenset({"before", "instead", "rather"})


@dataclass(slots=True)
class Modality:
    """What the words around a trigger say about it."""

    negated: bool = False
    future: bool = False
    hypothetical: bool = False
    attempted: bool = False
    reported: bool = False
    historical: bool = False
    speaker: int | None = None

    @property
    def status(self) -> EventStatus:
        if self.negated and not self.attempted:
            return "negated"
        if self.hypothetical:
            return "hypothetical"
        if self.future:
            return "future"
        if self.attempted:
            return "attempted"
        if self.historical:
            return "historical"
        return "reported" if self.reported else "realised"

    def apply(self, effect: str | None) -> None:
        if effect == "negated":
            self.negated = True
        elif effect == "future":
            self.future = True
        elif effect == "hypothetical":
            self.hypothetical = True
        elif effect == "attempted":
            self.attempted = True
        elif effect == "reported":
            self.reported = True
        elif effect == "historical":
            self.historical = True


def of_verb(grammar: Grammar, verb: int) -> Modality:
    """Modality of a verb or predicate adjective."""
    found = Modality()
    would = False
    moods = negations = True
    i = verb
    for _ in range(MAX_CLIMB):
        own_mood = False
        infinitive = False
        for k in grammar.kids[i]:
            word, dep = grammar.lemma[k], grammar.dep[k]
            if dep in ("aux", "auxpass"):
                if grammar.tag[k] == "MD" and moods:
                    own_mood = True
                    if word in FUTURE_AUXILIARIES:
                        found.future = True
                    elif word == "would":
                        would = True
                    elif word in POSSIBLE_AUXILIARIES:
                        found.hypothetical = True
                infinitive = infinitive or grammar.tag[k] == "TO"
            elif (dep == "neg" or dep in ("advmod", "preconj", "dep")) and word in NEGATIONS:
                found.negated = found.negated or negations
            elif dep == "mark" and word in CONDITIONS:
                found.hypothetical = True
            elif dep == "advmod" and word in HEARSAY:
                found.reported = True
            elif dep == "prep" and word in ("according", "accord"):
                found.reported = True
                found.speaker = _according(grammar, k)
            elif dep in ("parataxis", "ccomp") and grammar.lemma[k] in classes()["report"] and i != k:
                speakers = grammar.subjects(k)
                if speakers and dep == "parataxis":
                    found.reported, found.speaker = True, speakers[0]
        dep, head = grammar.dep[i], grammar.head[i]
        if head == i:
            if infinitive:  # headline: "Poland to send tanks"
                found.future = True
            break
        word = grammar.lemma[head]
        if (
            infinitive and grammar.dep[head] == "ROOT" and grammar.acts(head)
        ):  # "Poland to send tanks", hung on the name
            found.future = True
            break
        pos = "v" if grammar.is_verb(head) else "n" if grammar.tag[head].startswith("NN") else "a"
        if dep == "conj" and grammar.is_verb(head):
            # A coordinated verb with auxiliaries or a subject of its own shares only what governs both.
            moods = not own_mood and not grammar.children(i, ("nsubj", "nsubjpass"))
            negations = moods and any(grammar.lemma[k] in ("or", "nor") for k in grammar.kids[head])
            i = head
            continue
        if dep in ("xcomp", "ccomp", "acomp", "oprd", "attr", "dep"):
            if dep == "ccomp" and word in classes()["report"]:
                speakers = grammar.subjects(head)
                found.reported = True
                if speakers:
                    found.speaker = speakers[0]
                    if would:
                        found.future, would = True, False
                break
            if dep == "ccomp" and not infinitive and (word, pos) not in operators():
                break
            found.apply(operators().get((word, pos)))
            moods = negations = True
            i = head
            continue
        if dep == "pcomp":
            if grammar.lemma[head] in WITHOUT:
                found.negated = True
                break
            if grammar.lemma[head] in INSTEAD:
                found.hypothetical = True
                break
            governor = grammar.head[head]
            if grammar.dep[governor] == "dobj":  # "accused Russia of", the preposition hung on the noun
                governor = grammar.head[governor]
            kind = "v" if grammar.is_verb(governor) else "n" if grammar.tag[governor].startswith("NN") else "a"
            effect = operators().get((grammar.lemma[governor], kind))
            found.apply(effect)
            if effect == "reported" and kind == "v":
                speakers = grammar.subjects(governor)
                found.speaker = speakers[0] if speakers else found.speaker
            break
        if dep == "acl" and infinitive:
            found.apply(operators().get((word, "n"), "hypothetical"))
            break
        if dep == "advcl" and infinitive:
            found.hypothetical = True
        break
    if would:  # without a condition, free indirect speech of what will be
        conditions = (k for c in grammar.children(verb, ("advcl",)) for k in grammar.children(c, ("mark",)))
        found.apply("hypothetical" if any(grammar.lemma[k] in CONDITIONS for k in conditions) else "future")
    if _is_question(grammar, verb):
        found.hypothetical = True
    return found


def of_noun(grammar: Grammar, noun: int) -> Modality:
    """Modality of an event noun: that of the verb it hangs on, or the effect of the noun it completes."""
    relation, governor = grammar.governor(noun)
    if any(grammar.dep[k] in ("det", "neg") and grammar.lemma[k] == "no" for k in grammar.kids[noun]):
        found = Modality(negated=True)
    else:
        found = Modality()
    for k in grammar.kids[noun]:
        if grammar.dep[k] == "amod" and grammar.lemma[k] in ("possible", "planned", "potential", "future", "proposed"):
            found.apply("hypothetical")
        elif grammar.dep[k] == "amod" and grammar.lemma[k] in ("alleged", "suspected", "reported"):
            found.apply("reported")
        elif grammar.dep[k] == "amod" and grammar.lemma[k] in ("attempted", "failed", "foiled", "thwarted", "botched"):
            found.apply("attempted")
    if grammar.is_verb(governor):
        if relation in ("dobj", "nsubjpass", "nsubj", "attr", "obj"):
            above = of_verb(grammar, governor)
            for name in ("negated", "future", "hypothetical", "attempted", "reported", "historical"):
                if getattr(above, name):
                    setattr(found, name, True)
            found.speaker = above.speaker
            if relation in ("dobj", "obj", "nsubjpass"):
                found.apply(operators().get((grammar.lemma[governor], "v")))
        elif relation in ("prep:of", "prep:from", "prep:against", "prep:about", "prep:for"):
            found.apply(operators().get((grammar.lemma[governor], "v")))
    elif grammar.tag[governor].startswith("NN") and governor != noun:
        found.apply(operators().get((grammar.lemma[governor], "n")))
    return found


def _according(grammar: Grammar, i: int) -> int | None:
    for k in (i, *grammar.kids[i]):
        nouns = grammar.children(k, ("pobj",))
        if nouns:
            return nouns[0]
    return None


def _is_question(grammar: Grammar, verb: int) -> bool:
    last = verb
    i = verb
    while grammar.head[i] != i and grammar.dep[i] not in ("relcl", "advcl"):
        i = grammar.head[i]
    if grammar.dep[i] != "ROOT":
        return False
    last = grammar.kids[i][-1] if grammar.kids[i] else i
    return grammar.lemma[last] == "?"
