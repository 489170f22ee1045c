"""Finds the triggers of the event lexicon in a Doc and checks what each entry asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.nlp import event_status
from extract.nlp.event_grammar import Grammar
from extract.nlp.event_lexicon import Condition, Entry, classes, entries
from extract.nlp.event_status import Modality
from extract.records import EventStatus

# Verbs that tell of an event named by their subject ("the shelling continued", "the raid killed three").
HAPPENING = frozenset({"take", "begin", "start", "continue", "resume", "occur", "happen", "erupt", "break", "intensify",
                       "end", "follow", "come", "kill", "leave", "wound", "injure", "hit", "target", "destroy",
                       "focus", "go", "last", "fail", "collapse", "open", "spread", "escalate", "damage"})  # fmt: skip
# Verbs that carry an event noun after "in" ("is in talks with").
IN_VERBS = frozenset({"be", "engage", "participate", "take"})
# Relations of a noun that only modifies another ("protest leader").
MODIFYING = frozenset({"compound", "amod", "nmod", "poss", "npadvmod"})
NOUN_MODIFIERS = ("amod", "compound", "nmod", "poss", "nummod", "det")
# What else than a light verb may carry an event noun.
NOUN_SETTINGS = frozenset({"happening", "subject", "object", "adjunct", "root"})
MUST = Entry("must.v:REQUEST.1", "REQUEST", None, (), (), ())


@dataclass(slots=True)
class Match:
    """A trigger found, on its way to becoming an event. Actors and recipients are tokens.

    ``setting`` says what carries the trigger: "verb", "adjective" or "must" (itself), and for a noun "light"
    (a light verb), "happening", "subject", "object", "adjunct" or "root". ``derived`` names the rule of
    intentions that changed the type; ``merged`` holds triggers of the same event.
    """

    trigger: int
    pos: str
    entry: Entry
    type: str
    modality: Modality
    setting: str
    status: EventStatus = "realised"
    derived: str = ""
    actors: list[int] = field(default_factory=list)
    recipients: list[int] = field(default_factory=list)
    merged: list[int] = field(default_factory=list)


def at(grammar: Grammar, i: int) -> Match | None:
    """The match of a trigger: that of the first entry, most demanding first, whose conditions hold."""
    tag = grammar.tag[i]
    if i in grammar.dated:  # "in March"
        return None
    if grammar.is_verb(i):
        pos, setting = "v", "verb"
        bare = not grammar.children(i, ("aux", "auxpass", "nsubj", "nsubjpass"))
        if grammar.words[i].lower() == "given" and grammar.dep[i] in ("prep", "advcl") and bare:  # "given its record"
            return None
        modifies = grammar.dep[i] == "amod" and not grammar.children(i, ("nsubj", "dobj", "nsubjpass"))
        if modifies and not grammar.is_misread(i):
            return None
    elif tag.startswith(("NN", "VB")):
        pos, setting = "n", setting_of(grammar, i)
        if setting == "modifier":
            return None
    elif tag.startswith("JJ") and grammar.dep[i] in ("acomp", "conj", "advcl", "ROOT", "oprd"):
        pos, setting = "a", "adjective"
    else:
        return None
    for entry in entries().get((grammar.lemma[i], pos), ()):
        if all(_holds(grammar, i, need, setting) for need in entry.needs):
            modality = event_status.of_noun(grammar, i) if pos == "n" else event_status.of_verb(grammar, i)
            return Match(i, pos, entry, entry.type, modality, setting)
    return None


def setting_of(grammar: Grammar, noun: int) -> str:
    """What carries an event noun: light verb, subject, object, adjunct, root, or nothing (modifier)."""
    relation, governor = grammar.governor(noun)
    if relation in MODIFYING:
        return "modifier"
    verb = grammar.lemma[governor]
    if relation in ("dobj", "nsubjpass", "obj", "attr") and grammar.is_verb(governor):
        return "light" if verb in classes()["light"] else "object"
    if relation in ("nsubj", "nsubjpass"):
        return "happening" if verb in HAPPENING else "subject"
    if relation.startswith("prep:"):
        return "light" if relation == "prep:in" and verb in IN_VERBS else "adjunct"
    if relation in ("acl", "relcl") or (relation == "dobj" and grammar.dep[governor] == "acl"):
        return "object"
    return "root"


def role_of(grammar: Grammar, i: int, role: str, setting: str = "verb") -> list[int]:
    """Tokens that stand in a grammatical role of a trigger (see ``event_lexicon`` for the names)."""
    first, _, rest = role.partition("/")
    if rest:
        holders = role_of(grammar, i, first, setting)
        found = [j for o in holders for j in role_of(grammar, o, rest, "noun")]
        return found or [j for o in holders for j in grammar.right_behind(i, o, rest)]
    if setting != "adjective" and not grammar.is_verb(i):
        return _noun_role(grammar, i, role)
    if role in ("subj", "agent"):
        return grammar.subjects(i) if grammar.is_verb(i) else grammar.surface_subjects(i)
    if role == "cosubj":
        return grammar.subjects(i)[1:] if grammar.is_verb(i) else grammar.surface_subjects(i)[1:]
    if role == "dobj":
        return grammar.objects(i)
    if role == "dative":
        return grammar.receivers(i)
    if role == "xcomp":
        return grammar.complements(i)
    if role == "inf":
        return [c for c in grammar.complements(i) if any(grammar.tag[k] == "TO" for k in grammar.kids[c])]
    if role == "mark":
        return [k for c in grammar.complements(i) for k in grammar.children(c, ("mark", "advmod"))]
    if role == "xcomp.subj":
        return [s for c in grammar.complements(i) for s in grammar.surface_subjects(c)]
    if role == "oprd":
        return grammar.children(i, ("oprd", "attr", "dobj", "xcomp", "ccomp", "acomp"))
    if role == "acomp":
        return grammar.children(i, ("acomp", "oprd", "xcomp"))
    if role == "prt":
        return grammar.children(i, ("prt", "advmod", "prep", "npadvmod", "acomp", "oprd", "ccomp", "xcomp"))
    if role == "acl":
        return grammar.children(i, ("acl",))
    return grammar.after(i, role)


def _noun_role(grammar: Grammar, i: int, role: str) -> list[int]:
    """As ``role_of``, of a noun: its own dependents, or those of the verb it hangs on."""
    relation, governor = grammar.governor(i)
    on_verb = grammar.is_verb(governor)
    if role == "light":
        suffers = grammar.lemma[governor] in classes()["suffer"]
        return grammar.subjects(governor) if setting_of(grammar, i) == "light" and not suffers else []
    if role == "cop":
        return grammar.surface_subjects(governor) if relation in ("attr", "nsubj") and on_verb else []
    if role == "subj":
        return grammar.subjects(governor) if on_verb else []
    if role == "dobj":
        return grammar.objects(governor) if relation == "nsubj" and on_verb else []
    if role == "mod":
        return grammar.children(i, NOUN_MODIFIERS)
    if role == "poss":
        return grammar.with_conjuncts(grammar.children(i, ("poss",)))
    if role == "acl":
        return grammar.children(i, ("acl", "relcl"))
    if role == "xcomp":
        return grammar.children(i, ("acl", "ccomp", "xcomp", "relcl"))
    found = grammar.after(i, role)
    if role == "by" and not found:  # "the arrest of the mayor by police", hung on the mayor
        found = [j for o in grammar.after(i, "of") for j in grammar.after(o, "by")]
        if not found and relation == "dobj" and not grammar.is_passive(governor):
            found = grammar.after(governor, "by")  # ... or on the verb, which being active has no agent
    if not found and on_verb and role != "by" and setting_of(grammar, i) == "light":
        found = grammar.after(governor, role)  # "carried out strikes overnight on the port"
    return found


def _holds(grammar: Grammar, i: int, need: Condition, setting: str) -> bool:
    if need.role == "light":
        if "yes" in need.words:
            return setting == "light"
        carried = setting in ("light", "object") and grammar.lemma[grammar.governor(i)[1]] in need.words
        return carried != need.negated
    if need.role == "sentence":
        return any(grammar.lemma[j] in need.words for j in grammar.sentence(i)) != need.negated
    if need.role == "modal":
        auxiliaries = [k for c in grammar.complements(i) for k in grammar.children(c, ("aux",))]
        return any(grammar.lemma[k] in need.words for k in auxiliaries)
    tokens = role_of(grammar, i, need.role, setting)
    if need.role == "subj" and need.who and not tokens and grammar.is_verb(i) and grammar.is_passive(i):
        return True  # a passive need not say by whom
    fits = any(_fits(grammar, j, need) for j in tokens)
    return fits != need.negated


def _fits(grammar: Grammar, j: int, need: Condition) -> bool:
    if need.anything or grammar.lemma[j] in need.words:
        return True
    mention = grammar.mentions.get(j)
    if mention is not None and mention.label in need.labels:
        return True
    counted = grammar.tag[j] == "CD" and grammar.dep[j] != "nummod"  # "killed 19"
    return need.who and (grammar.acts(j) or grammar.is_unresolved(j) or counted)


def of_must(grammar: Grammar, modal: int) -> Match | None:
    """A request by X to Y: "X says Y must do it"."""
    verb = grammar.head[modal]
    if not grammar.is_verb(verb):
        return None
    modality = event_status.of_verb(grammar, verb)
    targets = [j for s in grammar.surface_subjects(verb) for j in grammar.people(s)]
    if modality.speaker is None or not targets or not grammar.acts(modality.speaker) or modality.negated:
        return None
    speaker = grammar.named(modality.speaker)
    if speaker is not None and any((m := grammar.named(t)) and m.start == speaker.start for t in targets):
        return None  # "the steps that the agency believes must be taken"
    return Match(modal, "v", MUST, "REQUEST", Modality(), "must", actors=[modality.speaker], recipients=targets)
