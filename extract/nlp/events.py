"""Events in the PLOVER ontology: who did what to whom, whether it happened, when and where (``Doc._.events``).

Each token that is a trigger of the event lexicon is matched against the dependency tree
(``extract.nlp.event_lexicon``, ``extract.nlp.event_grammar``); its status is read from what governs it
(``extract.nlp.event_status``). Then PLOVER's rules for intentions apply (``FUTURE``, ``REFUSED``), what is
only the content of a demand, promise, threat or refusal is dropped, and events that are one are merged.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp import event_match, event_participants, extensions
from extract.nlp.event_grammar import MAX_CLIMB, Grammar
from extract.nlp.event_lexicon import classes, harm, triggers, words
from extract.nlp.event_match import NOUN_SETTINGS, Match
from extract.nlp.event_records import Records
from extract.records import Event

# A future act of cooperation is an agreement, a future hostile act a threat (PLOVER; CAMEO 03 and 13).
FUTURE = dict.fromkeys(("CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "RETREAT"), "AGREE") | dict.fromkeys(
    ("COERCE", "SANCTION", "ASSAULT", "PROTEST", "MOBILIZE"), "THREATEN"
)
# Saying that one will not do it is a refusal (CAMEO 12).
REFUSED = dict.fromkeys(("AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "RETREAT"), "REJECT")
# What these speak of in their complement is content, not a further event.
CONTENT = frozenset({"AGREE", "REJECT", "THREATEN", "REQUEST", "SUPPORT", "CONCEDE"})
# "Are allowed to", "are barred from", without anybody who does it, says what the rule is.
REGULATED = frozenset({"CONCEDE", "COERCE", "AID", "CONSULT", "SANCTION", "MOBILIZE"})
# Which tell in a participle what follows, not what somebody permits.
ENABLING = frozenset({"allow", "permit", "let", "enable"})
# Of what somebody is accused of, arrested or thanked for, only these are events.
ALLEGED = frozenset({"ASSAULT", "COERCE"})


@Language.factory("wirehouse_events")
def create(nlp: Language, name: str) -> Events:
    return Events()


class Events:
    """The component ``wirehouse_events``."""

    def __call__(self, doc: Doc) -> Doc:
        extensions.register()
        doc._.events = find(doc)
        return doc


def find(doc: Doc) -> list[Event]:
    """The events of a Doc whose earlier components have run, in order of their triggers."""
    grammar = Grammar(doc, words())
    found: dict[int, Match] = {}
    for i, lemma in enumerate(grammar.lemma):
        if lemma in triggers():
            match = event_match.at(grammar, i)
        elif lemma == "must" and grammar.tag[i] == "MD":
            match = event_match.of_must(grammar, i)
        else:
            continue
        if match:
            found[i] = match
    for match in found.values():
        event_participants.fill(grammar, match, found)
        _derive(match)
        if match.derived == "+refused" and not match.recipients:
            match.recipients = event_participants.awaited(grammar, match)
    reported = [m for i, m in found.items() if not _is_content(grammar, i, found) and _is_event(grammar, m)]
    return Records(grammar).events(_merge(grammar, reported)) if reported else []


def _derive(match: Match) -> None:
    """PLOVER's rules for intentions: agreed, threatened and refused acts."""
    modality = match.modality
    if modality.conditional and match.entry.type not in CONTENT:
        modality.hypothetical = modality.hypothetical or not modality.future
    match.status = modality.status
    if modality.hypothetical or modality.attempted:
        return
    refuses = (
        modality.negated
        and not modality.prevented
        and (match.type == "CONCEDE" or (modality.future and match.type in REFUSED))
    )
    if refuses:
        match.type, match.derived = "REJECT", "+refused"
        match.status = "reported" if modality.reported else "realised"
    elif modality.future and not modality.negated and match.type in FUTURE:
        match.type, match.derived = FUTURE[match.type], "+future"


def _is_content(grammar: Grammar, i: int, found: dict[int, Match]) -> bool:
    """Whether an event is only what another speaks of: demanded, promised, refused, threatened, praised."""
    j = i
    for _ in range(MAX_CLIMB + 2):
        dep, head = grammar.dep[j], grammar.head[j]
        if found[i].setting != "must" and any(k in found and found[k].setting == "must" for k in grammar.kids[j]):
            return True
        if head == j or dep in ("relcl", "parataxis", "nsubj"):
            return False
        if dep == "advcl" and not (grammar.is_purpose(j) or grammar.is_behind_particle(j)):
            return False
        if dep == "conj" and grammar.is_verb(j) and grammar.children(j, ("nsubj", "nsubjpass")):
            return False
        above = found.get(head)
        if above is not None and dep != "conj" and above.trigger != i:
            base = above.entry.type
            named = any(n.role == "dobj" and grammar.lemma[i] in n.words and not n.negated for n in above.entry.needs)
            if base in CONTENT or (found[i].pos == "n" and (base != "ACCUSE" or named)):
                return True
        j = head
    return False


def _is_event(grammar: Grammar, match: Match) -> bool:
    """Whether enough stands there: an actor who can act, or for some nouns and passives the one acted on."""
    i = match.trigger
    dep, passive = grammar.dep[i], match.pos == "v" and match.setting != "must" and grammar.is_passive(i)
    if match.pos == "n" and match.status in ("hypothetical", "negated"):
        return False
    if any(grammar.is_likened(j) for j in ([i] if match.pos == "n" else grammar.objects(i))):
        return False  # "declared a truce like a hotel breakfast"
    if dep == "pcomp" and grammar.lemma[grammar.head[i]] in ("of", "for", "with") and match.type not in ALLEGED:
        return False  # "arrested for collaborating with"
    if match.type == "ACCUSE" and dep == "acl" and passive and not match.actors:
        return False  # "the man accused of it" only tells which man
    if match.type == "AGREE" and not match.actors:
        return False
    if match.type == "THREATEN" and match.derived and not match.actors:
        return False  # "they will be forced to"
    if match.entry.type == "CONCEDE" and dep == "advcl" and grammar.tag[i] == "VBG" and grammar.lemma[i] in ENABLING:
        return False  # "developed a code, allowing them to write in secret"
    if passive and not match.actors and match.entry.type in REGULATED and grammar.is_present(i):
        return False
    if match.entry.type == "CONSULT" and not match.recipients and not grammar.are_several(match.actors):
        return False
    if match.setting in NOUN_SETTINGS:
        return bool(match.actors) and bool(match.recipients)
    if match.pos == "n" and not match.actors and not grammar.is_passive(grammar.governor(i)[1]):
        return False
    if match.pos == "v" and not match.actors:
        arms = classes()["weapon"] | classes()["force"]
        by_weapon = any(grammar.lemma[s] in arms for s in grammar.subjects(i))
        return bool(match.recipients) and (passive or by_weapon or "subj" not in match.entry.actor)
    return bool(match.actors or match.recipients)


def _merge(grammar: Grammar, matches: list[Match]) -> list[Match]:
    """One event where trigger and consequence are told apart: "attacked the base, killing ten"."""
    kept: list[Match] = []
    by_token = {m.trigger: m for m in matches}
    carried = {grammar.governor(m.trigger)[1]: m for m in matches if m.setting == "light"}
    for match in matches:
        head = grammar.head[match.trigger]
        joined = grammar.dep[match.trigger] != "conj" or grammar.lemma[match.trigger] in harm()
        other = by_token.get(head) if joined else None
        if other is None and joined:
            other = carried.get(head)
        if other is None and match.pos == "v":
            for s in grammar.subjects(match.trigger):
                other = other or by_token.get(s)
        if other is not None and other is not match and other.type == match.type and other in kept:
            other.merged.append(match.trigger)
            by_token[match.trigger] = other
            if match.status != other.status:
                continue  # what it was for: "shut down the internet to stifle protests"
            other.recipients = event_participants.distinct(
                other.recipients + [r for r in match.recipients if r not in other.actors]
            )
            other.actors = other.actors or match.actors
        else:
            kept.append(match)
    return kept
