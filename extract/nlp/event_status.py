"""Whether and how an event happened, read from the words that govern its trigger.

The walk goes from the trigger up the tree: auxiliaries, negation and conjunctions of each verb on the way,
and the effect of each governing word (``lexicon/event_operators.csv``), until a clause of its own begins.
"""

from __future__ import annotations

from dataclasses import dataclass

from extract.nlp.dates import TIME_CLAUSES
from extract.nlp.event_grammar import MAX_CLIMB, Grammar
from extract.nlp.event_lexicon import classes, operators
from extract.records import EventStatus

FUTURE_AUXILIARIES = frozenset({"will", "'ll", "shall", "wo", "ll", "’ll"})
POSSIBLE_AUXILIARIES = frozenset({"may", "might", "could", "can", "should", "must", "ca", "need"})
NEGATIONS = frozenset({"not", "n't", "never", "n’t", "no", "neither", "nor", "hardly"})
NOBODY = frozenset({"nobody", "none", "neither", "nothing"})
CONDITIONS = frozenset({"if", "unless", "whether", "until", "lest", "till"})
INSTEAD = frozenset({"before", "instead", "rather"})
TIMES = TIME_CLAUSES - CONDITIONS - INSTEAD
ANY_TIME = frozenset({"when", "whenever", "once", "before", "after"})
TOPICS = frozenset({"prep:about", "prep:over", "prep:on", "prep:against", "prep:at", "prep:after", "prep:during"})
COMPLEMENTS = frozenset({"xcomp", "ccomp", "csubj", "acomp", "oprd", "attr", "dep"})
CARRIED = frozenset({"dobj", "nsubjpass", "nsubj", "attr", "obj"})
FLAGS = ("negated", "hypothetical", "future", "attempted", "historical", "reported")


@dataclass(slots=True)
class Modality:
    """What the words around a trigger say about it."""

    negated: bool = False
    future: bool = False
    hypothetical: bool = False
    attempted: bool = False
    reported: bool = False
    historical: bool = False
    prevented: bool = False  # negated by another word: "barred from lifting it", "failed to"
    conditional: bool = False  # of the present, under a condition; a threat or an offer is one all the same
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
        """Take over the effect of a governing word; "realised" and None have none."""
        if effect in FLAGS:
            setattr(self, effect, True)
            self.prevented = self.prevented or effect == "negated"

    def report(self, speakers: list[int]) -> None:
        self.reported = True
        self.speaker = speakers[0] if speakers else self.speaker


@dataclass(slots=True)
class _Clause:
    """What stands in one clause: a modal of its own, "would", an infinitive."""

    modal: bool = False
    would: bool = False
    infinitive: bool = False


def of_verb(grammar: Grammar, verb: int) -> Modality:
    """Modality of a verb or predicate adjective."""
    found = Modality()
    would = False
    moods = negations = True  # whether modals and negations of the clause at hand hold for the trigger
    i = verb
    for _ in range(MAX_CLIMB):
        clause = _read(grammar, i, found, moods, negations)
        would = would or clause.would
        dep, head = grammar.dep[i], grammar.head[i]
        word = grammar.lemma[head]
        if clause.infinitive and (head == i or (grammar.dep[head] == "ROOT" and grammar.acts(head))):
            found.future = True  # headline: "Poland to send tanks", hung on the name or on nothing
            break
        if head == i:
            break
        if dep == "conj" and grammar.is_verb(head):
            if any(grammar.lemma[k] == "rather" and grammar.dep[k] == "cc" for k in grammar.kids[head]):
                found.hypothetical = True  # "to contain it rather than invade it"
            own = grammar.children(i, ("nsubj", "nsubjpass"))
            if own and not clause.infinitive and any(grammar.tag[k] == "TO" for k in grammar.kids[head]):
                break  # "agreed to help, but Iran attacked": no further infinitive
            # A coordinated verb with auxiliaries or a subject of its own shares only what governs both.
            moods = not clause.modal and not own
            negations = moods and any(grammar.lemma[k] in ("or", "nor") for k in grammar.kids[head])
        elif dep == "ccomp" and word in classes()["report"]:
            speakers = grammar.subjects(head)
            found.report(speakers)
            if would and speakers:  # "said it would"
                found.future, would = True, False
            break
        elif dep in COMPLEMENTS:
            effect = _intended(grammar, head, clause) or operators().get((word, _part(grammar, head)))
            if dep == "ccomp" and not clause.infinitive and effect is None:
                break
            found.apply(effect)
            moods = negations = True
        else:
            _end(grammar, i, found, clause)
            break
        i = head
    if would:  # "a deal would lift the embargo"; refusing is told so, too ("while it would not send any")
        found.apply("future" if found.negated else "hypothetical")
    if _is_question(grammar, verb):
        found.hypothetical = True
    found.conditional = _is_conditional(grammar, i)
    return found


def of_noun(grammar: Grammar, noun: int) -> Modality:
    """Modality of an event noun: that of the verb it hangs on, or the effect of the noun it completes."""
    relation, governor = grammar.governor(noun)
    found = Modality()
    if grammar.is_verb(governor) and relation in CARRIED:
        found = of_verb(grammar, governor)
    for k in grammar.kids[noun]:
        if grammar.dep[k] == "amod":
            found.apply(operators().get((grammar.lemma[k], "a")))
        elif grammar.lemma[k] == "no":
            found.negated = True
    # "Vowed revenge for the strike": what stands beside an object is not what is vowed.
    beside = relation in TOPICS or (
        relation.startswith("prep:") and grammar.is_verb(governor) and bool(grammar.objects(governor))
    )
    if governor != noun and relation not in ("nsubj", "attr") and not beside:
        found.apply(operators().get((grammar.lemma[governor], _part(grammar, governor))))
    return found


def _read(grammar: Grammar, i: int, found: Modality, moods: bool, negations: bool) -> _Clause:
    """Take over what hangs on a verb: modals, negation, condition, hearsay, source."""
    clause = _Clause()
    for k in grammar.kids[i]:
        word, dep = grammar.lemma[k], grammar.dep[k]
        if dep in ("aux", "auxpass"):
            clause.infinitive = clause.infinitive or grammar.tag[k] == "TO"
            if grammar.tag[k] == "MD" and moods:
                clause.modal = True
                clause.would = clause.would or word == "would"
                if word == "would" and any(grammar.lemma[x] == "have" for x in grammar.children(i, ("aux",))):
                    found.hypothetical = True  # "would have banned it"
                found.future = found.future or word in FUTURE_AUXILIARIES
                found.hypothetical = found.hypothetical or word in POSSIBLE_AUXILIARIES
        elif _negates(grammar, k):
            found.negated = found.negated or negations
        elif dep == "mark" and (word in CONDITIONS or word == "instead"):
            found.hypothetical = True
        elif dep == "advmod":
            found.apply(operators().get((word, "r")))
        elif dep == "prep" and word in ("according", "accord"):
            found.report([n for p in (k, *grammar.kids[k]) for n in grammar.children(p, ("pobj",))])
        elif dep == "parataxis" and word in classes()["report"] and (speakers := grammar.subjects(k)):
            found.report(speakers)
    return clause


def _end(grammar: Grammar, i: int, found: Modality, clause: _Clause) -> None:
    """Take over what the word says on which a clause ends that is no complement of a verb."""
    dep, head = grammar.dep[i], grammar.head[i]
    if dep == "acl" and clause.infinitive:  # "the decision to attack"; of unknown nouns it is an intention
        found.apply(operators().get((grammar.lemma[head], "n"), "hypothetical"))
    elif dep in ("acl", "ccomp", "relcl") and _is_content_of(grammar, i):  # "denied allegations that it sent drones"
        found.apply(operators().get((grammar.lemma[head], "n")))
        relation, governor = grammar.governor(head)
        if relation in CARRIED and grammar.is_verb(governor):
            found.apply(operators().get((grammar.lemma[governor], "v")))
    elif dep == "advcl" and clause.infinitive:
        found.hypothetical = True
    elif dep in ("acl", "relcl") and any(grammar.lemma[k] == "any" for k in grammar.kids[head]):
        found.hypothetical = True  # "any sanctions imposed would fail"
    elif dep == "advcl" and _is_ahead(grammar, i):
        found.future = True
    elif dep == "advcl" and _is_any_time(grammar, i):
        found.hypothetical = True
    elif dep == "pcomp" and grammar.lemma[head] == "without":
        found.apply("negated")
    elif dep == "pcomp" and grammar.lemma[head] in INSTEAD:
        found.hypothetical = True
    elif dep == "pcomp":
        governor = grammar.head[head]
        if grammar.dep[governor] == "dobj":  # "accused Russia of", the preposition hung on the noun
            governor = grammar.head[governor]
        if grammar.lemma[governor] == "be" and grammar.dep[head - 1] == "acomp":  # "is interested in"
            governor = head - 1
        effect = operators().get((grammar.lemma[governor], _part(grammar, governor)))
        if grammar.lemma[governor] == "look" and grammar.lemma[head] in ("at", "to"):
            effect = "hypothetical"  # "looks forward to meeting them"
        if effect == "negated" and grammar.is_verb(governor) and of_verb(grammar, governor).negated:
            effect = None  # "failed to stop them from attacking"
        found.apply(effect)
        if effect == "reported" and grammar.is_verb(governor):
            found.report(grammar.subjects(governor))


def _intended(grammar: Grammar, verb: int, clause: _Clause) -> str | None:
    """What "is going to", "has to" and "looks to" make of their infinitive; "had to flee" tells that it was done."""
    if not clause.infinitive:
        return None
    if grammar.lemma[verb] == "go" and grammar.tag[verb] == "VBG":
        return "future"
    ahead = grammar.lemma[verb] == "look" or (grammar.lemma[verb] == "have" and grammar.tag[verb] != "VBD")
    return "hypothetical" if ahead else None


def _is_ahead(grammar: Grammar, i: int) -> bool:
    """Whether a clause of time in the present belongs to what is to come: "will sign it when they meet"."""
    if grammar.tag[i] not in ("VBZ", "VBP"):
        return False
    if not any(grammar.lemma[k] in TIMES for k in grammar.children(i, ("mark", "advmod"))):
        return False
    for _ in range(MAX_CLIMB):
        i = grammar.head[i]
        going = grammar.lemma[i] == "go" and grammar.tag[i] == "VBG"
        if going or any(grammar.lemma[k] in FUTURE_AUXILIARIES for k in grammar.children(i, ("aux",))):
            return True
    return False


def _is_any_time(grammar: Grammar, i: int) -> bool:
    """Whether a clause in the present speaks of any time, or none yet: "when rockets hit a town", "before he goes"."""
    present = grammar.tag[i] in ("VBZ", "VBP") or (
        grammar.tag[i] in ("VBG", "VBN")
        and any(grammar.tag[k] in ("VBZ", "VBP") for k in grammar.children(i, ("aux", "auxpass")))
    )
    return present and any(grammar.lemma[k] in ANY_TIME for k in grammar.children(i, ("mark", "advmod")))


def _is_content_of(grammar: Grammar, i: int) -> bool:
    """Whether a clause says what its noun holds: "the claim that it did", not "the claim that it made"."""
    marks = grammar.children(i, ("mark",))
    return grammar.tag[grammar.head[i]].startswith("NN") and any(grammar.lemma[k] == "that" for k in marks)


def _negates(grammar: Grammar, k: int) -> bool:
    """Whether a dependent negates its verb: "not", "never", "nobody was", "no soldiers were"."""
    if grammar.dep[k] in ("nsubj", "nsubjpass", "dobj"):
        return grammar.lemma[k] in NOBODY or any(grammar.lemma[x] in ("no", "neither") for x in grammar.kids[k])
    if grammar.lemma[k + 1 : k + 2] in (["only"], ["just"], ["merely"], ["simply"]):
        return False  # "not only did they ask"
    return grammar.dep[k] in ("neg", "advmod", "preconj", "dep") and grammar.lemma[k] in NEGATIONS


def _part(grammar: Grammar, i: int) -> str:
    return "v" if grammar.is_verb(i) else "n" if grammar.tag[i].startswith("NN") else "a"


def _is_conditional(grammar: Grammar, verb: int) -> bool:
    """Whether a verb in the present holds under a condition only: "if it votes for it, the Senate holds a trial"."""
    if grammar.tag[verb] not in ("VBZ", "VBP"):
        return False
    clauses = grammar.children(verb, ("advcl",))
    return any(grammar.lemma[k] in ("if", "unless") for c in clauses for k in grammar.children(c, ("mark",)))


def _is_question(grammar: Grammar, verb: int) -> bool:
    i = verb
    while grammar.head[i] != i and grammar.dep[i] not in ("relcl", "advcl"):
        i = grammar.head[i]
    return grammar.dep[i] == "ROOT" and bool(grammar.kids[i]) and grammar.lemma[grammar.kids[i][-1]] == "?"
