"""Who does an event and to whom: from the roles that the lexicon entry names to tokens that name somebody."""

from __future__ import annotations

from extract.nlp.event_grammar import Grammar
from extract.nlp.event_lexicon import classes
from extract.nlp.event_match import Match, role_of

# Types whose recipient may well be a thing (a building bombed, a resolution rejected).
TARGETS = frozenset({"ASSAULT", "ACCUSE", "REJECT", "COERCE"})
# Types in which both sides do the same.
MUTUAL = frozenset({"CONSULT", "COOPERATE"})
# Types in which something is sent, given or withdrawn, which is not the one it happens to.
SENDING = frozenset({"AID", "AGREE", "MOBILIZE", "COOPERATE", "SANCTION", "RETREAT"})
# Types that happen in what they happen to: "blew up a car bomb in a market".
PLACED = frozenset({"ASSAULT", "COERCE", "MOBILIZE", "PROTEST"})
# Prepositions inside a noun phrase that name who does it, whose it is, and a party at all.
OWNERS = ("by", "of", "from")
BELONGING = ("by", "of", "from", "with", "against", "to", "for", "between", "among")
PARTIES = (*BELONGING, "into", "in", "on", "at")
INSIDE = ("dative", "with", "to", "from", "against", "dobj", "on", "for", "into", "between", "in")
WAITING = frozenset({"until", "till", "unless", "before"})


def _sent(event_type: str) -> frozenset[str]:
    """What an event sends, gives, withdraws or imposes."""
    if event_type == "COERCE":
        return classes()["restriction"] | classes()["sanction"]
    return means() if event_type in SENDING else frozenset()


def means() -> frozenset[str]:
    """What is sent, given or used."""
    return classes()["force"] | classes()["aid"] | classes()["weapon"]


def fill(grammar: Grammar, match: Match, found: dict[int, Match]) -> None:
    """Set the actors and recipients of a match: the first of the entry's roles that name somebody.

    Where none does, the first somebody in what hangs from the trigger, then the thing itself. In mutual
    events the first of several actors keeps the role and the others become recipients.
    """
    if match.setting == "must":
        return
    i, entry = match.trigger, match.entry
    for role in entry.actor:
        tokens = role_of(grammar, i, role, match.setting)
        if role == "mod" and "poss" in entry.recipient and not role_of(grammar, i, "of"):
            # "The editor's arrest": it is done to the possessor.
            tokens = [t for t in tokens if grammar.dep[t] != "poss"]
        match.actors = distinct([j for t in tokens for j in grammar.people(t, OWNERS)])
        if match.actors:
            break
    if match.modality.speaker is not None and match.setting in ("verb", "light"):
        # "The army says it has opened an inquiry": an unresolved pronoun under a verb of saying is the speaker.
        verb = i if match.pos == "v" else grammar.governor(i)[1]
        if any(grammar.is_unresolved(t) for t in grammar.subjects(verb)):
            match.actors = grammar.people(match.modality.speaker) or match.actors
    taken = set(match.actors)
    sent = _sent(match.type)
    things: list[int] = []
    told = ""
    # "Ministers met in Vilnius": with each other, there.
    meet = match.entry.type == "CONSULT" and grammar.are_several(match.actors)
    for role in entry.recipient:
        if meet and role.rpartition("/")[2] in ("in", "at"):
            continue
        if role == "xcomp":
            people = [j for c in grammar.complements(i) for j in _inside(grammar, c, found, taken)]
        else:
            tokens = [t for t in role_of(grammar, i, role, match.setting) if t != i]
            people = [j for t in tokens for j in grammar.people(t, BELONGING if role == "dobj" else PARTIES)]
            # "Pledged in a statement", "withheld it in a call": things only say where; troops are in them, too.
            framed = role.rpartition("/")[2] == "in" and match.type not in PLACED
            if not things and match.type not in MUTUAL:
                things = [t for t in tokens if _is_thing(grammar, t, sent) and not (framed and _is_common(grammar, t))]
        people = [j for j in distinct(people) if j not in taken and not _is_same(grammar, j, taken)]
        if people:
            if match.type == "ASSAULT" and things and role == "dobj":
                people = things + people  # what was hit, and whose it is
            match.recipients, told = people, role
            break
        if things and role == "dobj" and match.type in TARGETS:
            break
    if not match.recipients and match.setting == "light":  # "suffered an attack"
        verb = grammar.governor(i)[1]
        if grammar.lemma[verb] in classes()["suffer"]:
            match.recipients = [j for s in grammar.subjects(verb) for j in grammar.people(s, OWNERS) if j not in taken]
    if not match.recipients and not meet and not (things and match.type in TARGETS):
        match.recipients = grammar.anyone_below(i, taken, sent, asked=match.entry.type == "REQUEST")
        if not match.recipients and match.pos == "n" and match.setting == "light":
            match.recipients = grammar.anyone_below(grammar.governor(i)[1], taken | {i}, sent)
    if not match.recipients:
        match.recipients = [t for t in things if t not in taken]
    is_mutual = match.type in MUTUAL or entry.recipient[:1] == ("with",)
    if is_mutual and len(match.actors) > 1 and told not in ("with", "dobj"):
        others = match.recipients if told not in ("", "in", "at", "between") else []
        match.actors, match.recipients = match.actors[:1], distinct(match.actors[1:] + others)


def _is_same(grammar: Grammar, token: int, others: set[int]) -> bool:
    """Whether a token names one of the others, as itself or by a pronoun."""
    mention = grammar.named(token)
    return mention is not None and any(
        (other := grammar.named(o)) is not None and mention.start == other.start for o in others
    )


def _is_common(grammar: Grammar, token: int) -> bool:
    return not grammar.tag[token].startswith("NNP")


def _is_thing(grammar: Grammar, token: int, sent: frozenset[str]) -> bool:
    lemma = grammar.lemma[token]
    empty = lemma in classes()["time"] or lemma in classes()["vague"] or token in grammar.dated
    is_noun = grammar.tag[token].startswith(("NN", "CD", "$", "JJ", "VB", "DT")) and not grammar.is_verb(token)
    return is_noun and not (grammar.acts(token) or empty or lemma in sent)


def _inside(grammar: Grammar, verb: int, found: dict[int, Match], taken: set[int], depth: int = 0) -> list[int]:
    """To whom a complement clause would do what it says."""
    match = found.get(verb)
    roles = (*(r for r in match.entry.recipient if r != "xcomp"), *INSIDE) if match else INSIDE
    barred = taken | set(grammar.subjects(verb))
    things: list[int] = []
    for role in roles:
        tokens = [t for t in role_of(grammar, verb, role) if not (role == "dobj" and grammar.lemma[t] in means())]
        people = [j for t in tokens for j in grammar.people(t, PARTIES) if j not in barred]
        if people:
            return people
        things = things or [t for t in tokens if _is_thing(grammar, t, means())]
    if depth < 3:
        for c in grammar.complements(verb):
            people = _inside(grammar, c, found, taken, depth + 1)
            if people:
                return people
    return (grammar.anyone_below(verb, barred, means()) or things) if depth == 0 else []


def awaited(grammar: Grammar, match: Match) -> list[int]:
    """Whom a refusal waits for: "will not lift the embargo until Cuba frees them"."""
    for clause in grammar.children(match.trigger, ("advcl",)):
        if any(grammar.lemma[k] in WAITING for k in grammar.kids[clause]):
            taken = set(match.actors)
            agents = [j for s in grammar.subjects(clause) for j in grammar.people(s, OWNERS)]
            agents = agents or grammar.anyone_below(clause, taken, means())
            return [j for j in agents if not _is_same(grammar, j, taken)]
    return []


def distinct(tokens: list[int]) -> list[int]:
    return list(dict.fromkeys(tokens))
