"""Which mentions of an article are the same actor: a deterministic rule system.

One pass in reading order, in the spirit of the multi-pass sieve of Lee et al. (2013): a mention is tried
against the actors met so far by exact name, part of a name, acronym, apposition and role. Pronouns are
weighed by salience after Lappin and Leass (1994): grammatical role, halved with every sentence of
distance. Where two candidates are as good, the mention stays unlinked.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.nlp import knowledge
from extract.nlp.knowledge import Pronoun
from extract.nlp.tokens import Tokens
from extract.records import Mention, MentionKind

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
PRONOUN_WINDOW = 3  # sentences back in which a pronoun's antecedent is sought
# "The foreign minister" is not her deputy, who may be "the minister"; "the president" is never the vice president.
RANKS = frozenset({"vice", "deputy"})
ROLE_WINDOW = 2  # sentences back in which "the company" finds a company of another name
MARGIN = 1.15  # the best candidate must outweigh the next by this factor
SUBJECT, OBJECT, OBLIQUE, HEAD, RECENT, MAIN = 80.0, 50.0, 40.0, 50.0, 100.0, 30.0
KNOWN_GENDER, ONE_BODY = 1.2, 0.6  # factors: gender agrees for certain; "they" for a single body
PERSONS = frozenset({"person", "role", "group", "place"})  # what "who" stands for
THINGS = frozenset({"organisation", "document", "place", "group"})  # what "which" stands for
FUNCTION_WORDS = frozenset({"of", "the", "for", "and", "on", "in", "to", "&", "-", "de", "'s", "’s"})
COMPANY_NOUNS = frozenset(
    {"company", "firm", "conglomerate", "corporation", "startup", "start-up", "giant", "automaker", "carmaker"}
)
COUNTRY_NOUNS = frozenset({"country", "nation", "republic", "kingdom", "state"})
BODY_NOUNS = frozenset(
    {
        "group",
        "organisation",
        "organization",
        "agency",
        "movement",
        "outlet",
        "network",
        "broadcaster",
        "watchdog",
        "party",
        "newspaper",
    }
)


# "The government" and "protesters" are those of the country that is spoken of.
STATE_NOUNS = frozenset(
    {"government", "regime", "authority", "authorities", "parliament", "judiciary", "police", "army", "military"}
)
CROWD_NOUNS = frozenset({"protester", "protestor", "demonstrator", "rioter"})
OPENERS = frozenset({'"', "“", "‘", "'"})
MEDIA_NOUNS = frozenset({"outlet", "broadcaster", "newspaper", "tabloid", "magazine"})
STATE_SECTORS = frozenset({"GOV", "LEG", "JUD", "COP", "SPY", "MIL"})


@dataclass(slots=True, eq=False)
class Draft:
    """A mention in the making; ``first`` to ``head_last`` are tokens, inclusive."""

    first: int
    last: int
    head_first: int
    head_last: int
    root: int
    label: str
    kind: MentionKind
    form: str
    role: str | None = None
    affiliation: str | None = None
    is_plural: bool = False
    gender: str = ""
    lemma: str = ""  # of the role noun
    modifiers: frozenset[str] = frozenset()
    country: str = ""  # ISO code of affiliation or of the name itself
    of_form: str = ""
    is_definite: bool = False
    pronoun: Pronoun | None = None
    partner: Draft | None = None  # in apposition
    actor: Actor | None = None
    method: str = "self"


@dataclass(slots=True, eq=False)
class Actor:
    """The mentions linked so far, and what is known of their bearer."""

    members: list[Draft] = field(default_factory=list)
    roles: dict[str, set[str]] = field(default_factory=dict)  # role noun -> its modifiers
    kind: str = ""
    gender: str = ""
    country: str = ""
    is_plural: bool = False
    names: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def last(self) -> Draft:
        return self.members[-1]

    def add(self, draft: Draft, method: str) -> None:
        draft.actor, draft.method = self, method
        if not self.members:
            self.kind, self.is_plural = draft.kind, draft.is_plural
        elif self.kind in ("role", "pronoun") and draft.kind == "person":
            self.kind = "person"
        self.members.append(draft)
        self.gender = self.gender or draft.gender
        if draft.label not in ("ROLE", "PRON"):
            name = _name_key(draft.form)
            if name and name not in self.names:
                self.names.append(name)
            self.country = self.country or draft.country
        if draft.lemma:
            self.roles.setdefault(draft.lemma, set()).update(draft.modifiers)
            self.country = self.country or draft.country


def resolve(drafts: list[Draft], tokens: Tokens) -> list[tuple[Mention, Draft]]:
    """Link the drafts (in order of start) and turn them into records, each with its draft."""
    linker = _Linker(tokens)
    for draft in drafts:
        linker.link(draft)
    linker.cataphora(drafts)
    fullest = {id(actor): _fullest(actor) for actor in linker.actors}
    owners = _owners(drafts, tokens, fullest)
    result = []
    for draft in drafts:
        if draft.pronoun and draft.pronoun.gender == "n" and draft.actor is None:
            continue  # "it" or "which" that is no actor
        best = fullest[id(draft.actor)] if draft.actor else draft
        method = draft.method
        if draft is best:
            method = "self"
        elif method == "self":  # the first mention, of which a later one is fuller
            method = best.method
        result.append((_record(draft, best, method, owners.get(id(draft)), tokens), draft))
    return result


def _owners(drafts: list[Draft], tokens: Tokens, fullest: dict[int, Draft]) -> dict[int, str]:
    """Whose a role or body is, by the id of its draft: who "his" or "the country's" means, else the one country near.

    "The government", "protesters" and the like belong to the country spoken of in their sentence or the one
    before, where that is one alone.
    """
    owners: dict[int, str] = {}
    begun: dict[int, list[Draft]] = {}  # first token -> drafts
    spoken: dict[int, set[str]] = {}  # sentence -> ISO codes of countries spoken of so far
    for draft in drafts:
        begun.setdefault(draft.first, []).append(draft)
    for draft in drafts:
        sentence = tokens.sentence[draft.head_first]
        if draft.lemma and (owner := _possessor(draft, begun[draft.first], tokens)):
            best = fullest.get(id(owner.actor))
            if best is not None and best.label != "PRON" and (best is not owner or owner.label == "PRON"):
                owners[id(draft)] = best.form
        elif draft.label == "ROLE" and _is_of_a_country(draft):
            near = spoken.get(sentence, set()) | spoken.get(sentence - 1, set()) or spoken.get(sentence - 2, set())
            if len(near) == 1:
                owners[id(draft)] = knowledge.country_name(next(iter(near)))
        if draft.country and (draft.label in ("GPE", "NORP") or draft.affiliation):
            spoken.setdefault(sentence, set()).add(draft.country)
    return owners


def _possessor(draft: Draft, begun: list[Draft], tokens: Tokens) -> Draft | None:
    """The mention that the phrase of ``draft`` begins with as its possessor: "his", "the country's"."""
    for other in begun:
        after = other.last + 1
        if other.actor is None or other is draft or after > draft.head_first:
            continue
        if tokens.tags[draft.first] == "PRP$" or tokens.tags[after] == "POS":
            return other
    return None


def _is_of_a_country(draft: Draft) -> bool:
    bare = not (draft.affiliation or draft.of_form or draft.modifiers - DETERMINERS)
    return bare and (draft.lemma in CROWD_NOUNS or (draft.is_definite and draft.lemma in STATE_NOUNS))


def _record(draft: Draft, best: Draft, method: str, owner: str | None, tokens: Tokens) -> Mention:
    starts, words = tokens.starts, tokens.words

    def end(i: int) -> int:
        return starts[i] + len(words[i])

    other = best is not draft
    return Mention(
        start=starts[draft.first],
        end=end(draft.last),
        text=tokens.text(draft.first, draft.last + 1),
        head_start=starts[draft.head_first],
        head_end=end(draft.head_last),
        label=draft.label,
        kind=draft.kind,
        form=draft.form,
        name=best.form,
        antecedent_start=starts[best.first] if other else None,
        antecedent_end=end(best.last) if other else None,
        link_method=method,
        role=draft.role,
        affiliation=draft.affiliation,
        is_plural=draft.is_plural,
        owner=owner,
    )


def _fullest(actor: Actor) -> Draft:
    """The longest name; among role phrases the longest indefinite or first one."""

    def rank(draft: Draft) -> tuple:
        is_name = draft.label not in ("ROLE", "PRON")
        words, most = len(draft.form.split()), 4 if draft.label == "PERSON" else 7
        return (
            is_name,
            draft.label == "GPE" and draft.form in knowledge.country_short_names(),  # Iran, not the Islamic Republic
            draft.label != "PRON",
            draft.label != "NORP",
            words if words <= most else 0,
            len(draft.form) if is_name else 0,
            -draft.first,
        )

    return max(actor.members, key=rank)


def _name_key(form: str) -> tuple[str, ...]:
    return tuple(w for w in form.lower().replace(".", "").replace("’", "'").split() if w not in ("the", "'s"))


class _Linker:
    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.actors: list[Actor] = []
        self.by_name: dict[tuple[str, ...], Actor] = {}
        self.by_part: dict[str, list[Actor]] = {}  # last (first) word of a person's name, any word of a body's
        self.by_country: dict[str, Actor] = {}
        self.by_role: dict[str, list[Actor]] = {}
        self.recent: list[Draft] = []  # linked drafts in reading order
        self.at: dict[int, Draft] = {}  # token -> innermost draft so far

    def link(self, draft: Draft) -> None:
        for i in range(draft.first, draft.last + 1):
            self.at[i] = draft
        if draft.pronoun:
            actor, method = self._pronoun(draft)
            if actor is None:
                return
        elif draft.label == "ROLE":
            if draft.partner and draft.partner.actor is None and draft.partner.first > draft.first:
                return  # linked with the name it stands beside
            actor, method = self._role(draft)
        else:
            actor, method = self._named(draft)
        self._add(actor, draft, method)
        if (
            draft.label != "ROLE"
            and draft.partner
            and draft.partner.actor is None
            and draft.partner.first < draft.first
        ):
            assert draft.actor
            self._add(draft.actor, draft.partner, "apposition")

    def _add(self, actor: Actor | None, draft: Draft, method: str) -> None:
        if actor is None:
            actor, method = Actor(), "self"
            self.actors.append(actor)
        actor.add(draft, method)
        self.recent.append(draft)
        if draft.label not in ("ROLE", "PRON"):
            key = _name_key(draft.form)
            self.by_name[key] = actor
            words = {key[-1], key[0]} if draft.kind == "person" and key else set(key)
            for word in words - FUNCTION_WORDS:
                held = self.by_part.setdefault(word, [])
                if actor not in held:
                    held.append(actor)
            if draft.label == "GPE" and draft.country and " ".join(key) not in knowledge.regions():
                self.by_country.setdefault(draft.country, actor)
        if draft.lemma:
            held = self.by_role.setdefault(draft.lemma, [])
            if actor in held:
                held.remove(actor)
            held.append(actor)

    # --- names ---

    def _named(self, draft: Draft) -> tuple[Actor | None, str]:
        key = _name_key(draft.form)
        if not key:
            return None, "self"
        if draft.partner and draft.partner.actor and draft.partner.first < draft.first and key not in self.by_name:
            return draft.partner.actor, "apposition"
        if (actor := self.by_name.get(key)) and not _clash(actor.gender, draft.gender):
            return actor, "exact"
        if draft.kind == "person":
            return self._person(draft, key)
        is_country = draft.country and " ".join(key) not in knowledge.regions()
        if draft.label in ("GPE", "NORP") and is_country and (actor := self.by_country.get(draft.country)):
            if draft.label == "GPE":
                return actor, "alias"
            return (actor, "demonym") if not draft.is_plural else (None, "self")
        if draft.label == "ORG":
            return self._body(draft, key)
        return None, "self"

    def _person(self, draft: Draft, key: tuple[str, ...]) -> tuple[Actor | None, str]:
        candidates = []
        for actor in self.by_part.get(key[-1], []) + ([] if len(key) == 1 else self.by_part.get(key[0], [])):
            if actor.kind != "person" or _clash(actor.gender, draft.gender) or actor in candidates:
                continue
            if any(_same_person(key, name) for name in actor.names):
                candidates.append(actor)
        if len(key) == 1:
            surnames = [a for a in candidates if any(name[-1] == key[0] for name in a.names)]
            method = "surname" if surnames else "given-name"
            candidates = surnames or candidates
        else:
            method = "partial" if any(len(n) > 1 for a in candidates for n in a.names) else "surname"
        if len(candidates) > 1:
            if draft.gender and (known := [a for a in candidates if a.gender == draft.gender]):
                candidates = known
            counts = sorted((len(a.members) for a in candidates), reverse=True)
            if len(counts) > 1 and counts[0] < 2 * counts[1]:
                return None, "self"
            candidates.sort(key=lambda a: -len(a.members))
        return (candidates[0], method) if candidates else (None, "self")

    def _body(self, draft: Draft, key: tuple[str, ...]) -> tuple[Actor | None, str]:
        if len(key) == 1 and draft.form.replace(".", "").isupper() and 2 <= len(key[0]) <= 7:
            for actor in reversed(self.actors):
                if actor.kind == "organisation" and any(_is_acronym(key[0], name) for name in actor.names):
                    return actor, "acronym"
        elif len(key) > 1:
            for actor in self._short_bodies():
                if any(len(name) == 1 and _is_acronym(name[0], key) for name in actor.names):
                    return actor, "acronym"
        nouns = knowledge.actor_nouns()
        if all(word in nouns or word in FUNCTION_WORDS for word in key):
            return None, "self"
        found = []
        for word in {key[0], key[-1]}:
            for actor in self.by_part.get(word, []):
                if (
                    actor.kind == "organisation"
                    and actor not in found
                    and any(_is_part(key, name) for name in actor.names)
                    and not any(_are_two(key, name) for name in actor.names)
                ):
                    found.append(actor)
        return (found[0], "partial") if len(found) == 1 else (None, "self")

    def _short_bodies(self) -> list[Actor]:
        return [
            a
            for a in self.actors
            if a.kind == "organisation" and any(len(n) == 1 and 2 <= len(n[0]) <= 7 for n in a.names)
        ]

    # --- role nouns ---

    def _role(self, draft: Draft) -> tuple[Actor | None, str]:
        if draft.partner and draft.partner.actor:
            return draft.partner.actor, "apposition"
        if subject := self._predicate_of(draft):
            return subject, "predicate"
        if not draft.is_definite and not (draft.affiliation and not draft.is_plural):
            return None, "self"
        if not draft.is_definite and self.tokens.tags[draft.first] == "DT":
            return None, "self"  # a, another, ...
        same = [a for a in self.by_role.get(draft.lemma, []) if self._agrees(a, draft, draft.lemma)]
        if same:
            return self._choose(same, draft)
        wider = [
            a for lemma in knowledge.hypernyms().get(draft.lemma, ()) for a in self.by_role.get(lemma, [])
            if self._agrees(a, draft, lemma, wider=True)
        ]  # fmt: skip
        if wider:
            wider.sort(key=lambda a: a.last.root)
            return self._choose(list(dict.fromkeys(wider)), draft)
        if draft.kind == "organisation" and draft.is_definite and not draft.affiliation and not draft.is_plural:
            return self._body_of_kind(draft)
        return None, "self"

    def _predicate_of(self, draft: Draft) -> Actor | None:
        """The subject of "X is the minister"."""
        tokens = self.tokens
        verb = tokens.heads[draft.root]
        if tokens.deps[draft.root] != "attr" or tokens.lemmas[verb].lower() != "be" or draft.kind not in ("role",):
            return None
        for other in reversed(self.recent[-6:]):
            if (
                tokens.heads[other.root] == verb
                and tokens.deps[other.root] == "nsubj"
                and other.kind in ("person", "role")
            ):
                negated = any(tokens.deps[i] == "neg" and tokens.heads[i] == verb for i in range(verb, draft.first))
                return other.actor if not negated and other.is_plural == draft.is_plural else None
        return None

    def _agrees(self, actor: Actor, draft: Draft, lemma: str, wider: bool = False) -> bool:
        if actor.is_plural != draft.is_plural or _clash(actor.gender, draft.gender):
            return False
        if draft.country and actor.country and draft.country != actor.country:
            return False
        if draft.country and not actor.country and not draft.role:
            return False
        own = {
            w
            for w in draft.modifiers
            if w not in DETERMINERS and (not draft.affiliation or w not in draft.affiliation.lower().split())
        }
        if _is_below(actor, lemma, own, (RANKS if own else {"vice"}) - draft.modifiers):
            return False
        if draft.affiliation and not draft.country:
            known = {w for d in actor.members for w in (d.affiliation or "").lower().split()}
            if not set(draft.affiliation.lower().split()) <= known:
                return False
        return own <= (set() if wider else actor.roles.get(lemma, set()))

    def _choose(self, actors: list[Actor], draft: Draft) -> tuple[Actor | None, str]:
        """The most recently mentioned; none where two named ones both stand close before."""
        actors = sorted(actors, key=lambda a: -a.last.root)
        sentence = self.tokens.sentence
        close = [a for a in actors if a.names and sentence[draft.root] - sentence[a.last.root] <= ROLE_WINDOW]
        if len(close) > 1 and actors[0].names and not draft.affiliation:
            weights = sorted(((self._salience(a, draft), i) for i, a in enumerate(close)), reverse=True)
            if weights[0][0] < MARGIN * weights[1][0]:
                return None, "self"
            return close[weights[0][1]], "role"
        return actors[0], "role"

    def _body_of_kind(self, draft: Draft) -> tuple[Actor | None, str]:
        """The body of another name that "the company" or "the ministry" means."""
        nouns, kinds = knowledge.actor_nouns(), knowledge.known_kinds()
        sentence = self.tokens.sentence
        own = {w for w in draft.modifiers if w not in DETERMINERS}
        fitting, close = [], []
        for actor in self.actors:
            if actor.is_plural or not actor.names or any(not any(w in name for name in actor.names) for w in own):
                continue
            label = actor.members[0].label
            known = next((kinds[form] for name in actor.names if (form := " ".join(name)) in kinds), None)
            if known and not _may_be_called(draft.lemma, *known):
                continue
            if draft.lemma in COUNTRY_NOUNS:
                if label == "GPE" and actor.country and not own:
                    close.append(actor)
            elif label == "ORG":
                words = {word for name in actor.names for word in name}
                is_described = any(w in nouns and nouns[w].kind in ("organisation", "group") for w in words)
                if draft.lemma in words:
                    fitting.append(actor)
                elif draft.lemma in COMPANY_NOUNS | BODY_NOUNS and not is_described:
                    close.append(actor)
        if fitting:
            return max(fitting, key=lambda a: a.last.root), "role"
        close = [a for a in close if 0 <= sentence[draft.root] - sentence[a.last.root] <= ROLE_WINDOW]
        return self._heaviest(close, draft), "role"

    def _heaviest(self, actors: list[Actor], draft: Draft) -> Actor | None:
        weights = sorted(((self._salience(a, draft), -i) for i, a in enumerate(actors)), reverse=True)
        if not weights or (len(weights) > 1 and weights[0][0] < MARGIN * weights[1][0]):
            return None
        return actors[-weights[0][1]]

    # --- pronouns ---

    def _pronoun(self, draft: Draft) -> tuple[Actor | None, str]:
        pronoun = draft.pronoun
        assert pronoun
        if pronoun.kind == "relative":
            return self._relative(draft), "relative"
        if pronoun.kind != "personal" or pronoun.person != 3:
            return None, "self"
        if pronoun.gender == "n":
            return self._it(draft), "pronoun"
        tokens = self.tokens
        if pronoun.number == "plural" and self._means_things(draft):
            return None, "self"
        here = tokens.sentence[draft.root]
        candidates: list[Actor] = []
        for other in reversed(self.recent):
            if here - tokens.sentence[other.root] > PRONOUN_WINDOW:
                break
            actor = other.actor
            if actor and actor not in candidates and self._may_be(actor, draft) and not self._bound(actor, draft):
                candidates.append(actor)
        choice = self._heaviest(candidates, draft)
        if choice is not None and pronoun.gender and choice.kind == "person" and not choice.gender:
            choice.gender = pronoun.gender
        return choice, "pronoun"

    def _means_things(self, draft: Draft) -> bool:
        """Whether the nearest plural subject before "they" in its sentence is nobody: "the contents ... they"."""
        tokens = self.tokens
        for i in range(draft.root - 1, -1, -1):
            if tokens.sentence[i] != tokens.sentence[draft.root]:
                return False
            if tokens.deps[i] in SUBJECTS and tokens.tags[i] in ("NNS", "NNPS"):
                return i not in self.at
        return False

    def _may_be(self, actor: Actor, draft: Draft) -> bool:
        pronoun = draft.pronoun
        assert pronoun
        if pronoun.gender:
            return not actor.is_plural and actor.kind in ("person", "role") and not _clash(actor.gender, pronoun.gender)
        if actor.is_plural:
            return True
        # Who speaks calls a country "they", who writes does not.
        is_country = actor.kind == "place" and actor.country
        return actor.kind == "organisation" or bool(is_country and self.tokens.in_quotes[draft.root])

    def _bound(self, actor: Actor, draft: Draft) -> bool:
        """Whether the pronoun cannot mean the actor because of where both stand in the clause."""
        tokens = self.tokens
        pronoun = draft.pronoun
        assert pronoun
        for other in actor.members[-3:]:
            if other.first <= draft.root <= other.last:
                return True  # "his" within the phrase itself
            if tokens.sentence[other.root] != tokens.sentence[draft.root] or pronoun.case not in ("object", "subject"):
                continue
            clause = self._clause(draft.root)
            if clause == self._clause(other.root):
                return True
            # "X spoke of Y, calling him ...": the subject of a clause without one of its own
            if pronoun.case == "object" and tokens.deps[other.root] in SUBJECTS:
                while (
                    clause >= 0 and tokens.deps[clause] in ("advcl", "xcomp", "acomp") and not self._has_subject(clause)
                ):
                    clause = tokens.heads[clause]
                    if tokens.heads[other.root] == clause:
                        return True
        # Who is spoken of within a quotation is not its speaker.
        if tokens.in_quotes[draft.root]:
            speech = self._outer_verb(draft.root)
            if speech is not None:
                for other in actor.members[-3:]:
                    if (
                        tokens.heads[other.root] == speech
                        and tokens.deps[other.root] in SUBJECTS
                        and not tokens.in_quotes[other.root]
                    ):
                        return True
        return False

    def _has_subject(self, verb: int) -> bool:
        tokens = self.tokens
        near = range(max(verb - 12, 0), verb)
        return any(tokens.heads[i] == verb and tokens.deps[i] in SUBJECTS for i in near)

    def _clause(self, i: int) -> int:
        """The verb whose argument token ``i`` is."""
        tokens = self.tokens
        for _ in range(5):
            head = tokens.heads[i]
            is_subject = tokens.deps[i] in SUBJECTS  # of a predicate that need be no verb: "they are satisfied"
            if head == i or is_subject or tokens.tags[head][:1] == "V" or tokens.tags[head] == "MD":
                return head
            if tokens.deps[i] in ("poss", "relcl", "acl"):
                return -i - 1  # inside another phrase: no argument of the clause
            i = head
        return i

    def _outer_verb(self, i: int) -> int | None:
        """The first verb above token ``i`` that stands outside the quotation marks."""
        tokens = self.tokens
        for _ in range(10):
            head = tokens.heads[i]
            if head == i:
                return None
            if not tokens.in_quotes[head] and tokens.tags[head][:1] == "V":
                return head
            i = head
        return None

    def _relative(self, draft: Draft) -> Actor | None:
        """The actor that a relative "who" stands for: the noun its clause modifies, else the phrase before."""
        tokens = self.tokens
        i = draft.root
        for _ in range(6):
            head = tokens.heads[i]
            if tokens.deps[i] == "relcl" and head < draft.root:
                if (other := self._fitting(head, draft)) is not None:
                    return other.actor
                break
            if head == i:
                break
            i = head
        before = draft.first - 1
        if before > 0 and tokens.words[before] in (",", "–", "—", "-"):
            before -= 1
        other = self._fitting(before, draft)
        return other.actor if other else None

    def _fitting(self, i: int, draft: Draft) -> Draft | None:
        """The innermost mention over token ``i`` that "who" or "which" can stand for."""
        assert draft.pronoun
        kinds = THINGS if draft.pronoun.gender == "n" else PERSONS
        for other in reversed(self.recent[-12:]):
            if other.first <= i <= other.last and other.kind in kinds:
                return other
        return None

    def _it(self, draft: Draft) -> Actor | None:
        """The body or country that is the nearest subject before "it" or "its"."""
        tokens = self.tokens
        assert draft.pronoun
        if self._is_pleonastic(draft.root) or (draft.pronoun.case == "subject" and tokens.deps[draft.root] == "dobj"):
            return None
        before = draft.root - 1
        begins = before < 0 or tokens.sentence[before] != tokens.sentence[draft.root] or tokens.words[before] in OPENERS
        main_first = draft.pronoun.case != "possessive" or not begins  # "Its army ..." has what was nearest
        for i in self._subjects_before(draft.root, main_first):
            other = self.at.get(i)
            if other is None or other.actor is None:
                return None
            if other.pronoun is not None and other.pronoun.gender != "n":
                continue
            if other.actor.kind in ("person", "role", "document") or other.actor.is_plural:
                continue
            if other.root != i or self._bound_it(other, draft):
                continue
            return other.actor
        return None

    def _subjects_before(self, i: int, main_first: bool) -> list[int]:
        """Subjects from token ``i`` back to the sentence before; of that the main subject first, if so asked."""
        tokens = self.tokens
        here: list[int] = []
        earlier: list[int] = []
        for k in range(i - 1, -1, -1):
            distance = tokens.sentence[i] - tokens.sentence[k]
            if distance > 1:
                break
            if tokens.deps[k] in SUBJECTS and tokens.lowers[k] not in ("that", "which", "who", "there"):
                (earlier if distance else here).append(k)
        if main_first:
            earlier.sort(key=lambda k: tokens.deps[tokens.heads[k]] != "ROOT")
        return here + earlier

    def _is_pleonastic(self, i: int) -> bool:
        """ "It is clear that ...", "it was reported that ...", "it is time to ...": stands for a clause."""
        tokens = self.tokens
        if tokens.deps[i] == "expl":
            return True
        following = range(i + 1, min(i + 8, len(tokens.words)))
        verb = next((k for k in following if tokens.tags[k][:1] == "V"), None)
        if (
            verb is None
            or tokens.lemmas[verb].lower() not in ("be", "seem", "appear")
            or tokens.deps[i] not in SUBJECTS
        ):
            return False
        return any(
            tokens.lowers[k] in ("that", "to", "for", "whether", "who", "how")
            for k in range(verb + 1, min(verb + 5, len(tokens.words)))
        )

    def _bound_it(self, other: Draft, draft: Draft) -> bool:
        assert draft.pronoun
        return (
            draft.pronoun.case != "possessive"
            and draft.pronoun.case != "reflexive"
            and (
                self.tokens.sentence[other.root] == self.tokens.sentence[draft.root]
                and self._clause(other.root) == self._clause(draft.root)
            )
        )

    def _salience(self, actor: Actor, draft: Draft) -> float:
        tokens = self.tokens
        here = tokens.sentence[draft.root]
        best: dict[int, float] = {}
        for other in actor.members[-8:]:
            distance = here - tokens.sentence[other.root]
            if distance < 0 or distance > PRONOUN_WINDOW + 1:
                continue
            dep = tokens.deps[other.root]
            weight = RECENT
            if dep in SUBJECTS:
                weight += SUBJECT
                if tokens.deps[tokens.heads[other.root]] == "ROOT":
                    weight += MAIN
            elif dep in ("dobj", "dative", "attr"):
                weight += OBJECT
            elif dep in ("pobj", "agent"):
                weight += OBLIQUE
            if dep not in ("poss", "compound", "nmod", "amod", "appos", "conj"):
                weight += HEAD
            if tokens.in_quotes[other.root] != tokens.in_quotes[draft.root]:
                weight *= 0.6
            if other.label == "ROLE":
                weight *= 0.9
            best[distance] = max(best.get(distance, 0.0), weight / 2**distance)
        total = sum(best.values())
        if draft.pronoun and draft.pronoun.gender and actor.gender:
            total *= KNOWN_GENDER
        if draft.pronoun and draft.pronoun.number == "plural" and not actor.is_plural:
            total *= ONE_BODY
        return total

    def cataphora(self, drafts: list[Draft]) -> None:
        """A pronoun that comes before the subject of its sentence ("In his speech, X said ...")."""
        tokens = self.tokens
        for number, draft in enumerate(drafts):
            if not draft.pronoun or draft.actor or draft.pronoun.gender not in ("m", "f"):
                continue
            for other in drafts[number + 1 : number + 12]:
                if tokens.sentence[other.root] != tokens.sentence[draft.root]:
                    break
                is_main_subject = (
                    tokens.deps[other.root] in SUBJECTS and tokens.deps[tokens.heads[other.root]] == "ROOT"
                )
                if other.label != "PERSON" or other.actor is None or not is_main_subject:
                    continue
                if not _clash(other.actor.gender, draft.pronoun.gender):
                    other.actor.add(draft, "cataphora")
                    break


DETERMINERS = frozenset(
    {"the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "both", "same"}
)


def _may_be_called(noun: str, kind: str, sector: str) -> bool:
    """Whether a body of the knowledge base may be called so: a newspaper is no government, a company no party."""
    if noun in MEDIA_NOUNS:
        return kind == "media"
    if noun in COMPANY_NOUNS:
        return kind in ("company", "media")
    if noun in BODY_NOUNS:
        return kind not in ("company", "media") and (sector not in STATE_SECTORS or noun == "agency")
    return True


def _clash(one: str, two: str) -> bool:
    return bool(one and two and one != two)


def _same_person(key: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether two person names may be one: equal, a surname or given name alone, or middle names apart."""
    short, long = sorted((key, name), key=len)
    if len(short) == 1:
        return short[0] in (long[0], long[-1])
    if short == long[-len(short) :]:
        return True
    return short[-1] == long[-1] and (short[0] == long[0] or short[0] == long[0][0] or long[0] == short[0][0])


def _is_acronym(acronym: str, name: tuple[str, ...]) -> bool:
    """Whether the letters are the initials of the name's words, function words counted or not."""
    words = [w for part in name for w in part.split("-") if w]
    if len(words) < 2:
        return False
    initials = "".join(w[0] for w in words)
    return acronym in (initials, "".join(w[0] for w in words if w not in FUNCTION_WORDS))


def _are_two(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Whether the knowledge base has the names for different bodies: the House and the White House."""
    owners = knowledge.known_owners()
    first, second = owners.get(" ".join(one)), owners.get(" ".join(two))
    return bool(first and second and first.isdisjoint(second))


def _is_part(key: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether one name is the beginning or the end of the other, but for a plural."""
    short, long = sorted((key, name), key=len)
    n = len(short)
    if n == len(long):
        return False
    trimmed = tuple(w.rstrip("s") for w in short)
    return trimmed in (tuple(w.rstrip("s") for w in long[:n]), tuple(w.rstrip("s") for w in long[-n:]))


def _is_below(actor: Actor, lemma: str, own: set[str], ranks: frozenset[str] | set[str]) -> bool:
    """Whether a role with the modifiers ``own`` is known of an actor only with one of the ranks."""
    held = [draft for draft in actor.members if draft.lemma == lemma and own <= draft.modifiers]
    return bool(held) and all(draft.modifiers & ranks for draft in held)
