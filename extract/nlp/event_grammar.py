"""The dependency tree of a Doc, asked for what an event rule needs: subjects, objects, prepositions, complements.

Works on ClearNLP labels (``nsubj``, ``dobj``, ``prep``/``pobj``, ``agent``, ``relcl``, ...). Tokens are indices
into the Doc. Every question answers with a list of token indices, empty if the sentence does not say.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from spacy.tokens import Doc

from extract.nlp.extensions import register
from extract.nlp.knowledge import metonyms
from extract.records import Mention

register()

PAST_OR_PARTICIPLE = frozenset({"VBD", "VBN", "VBG"})
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
ACTIVE_PREPOSITIONS = frozenset({"for", "against", "with", "to", "on", "upon"})
DATELINE = 12  # longest dateline in tokens
DASHES = frozenset({"-", "--", "–", "—", ":"})
MAX_CLIMB = 6  # links followed to inherit a subject; longer chains are parse errors more often than grammar
OBJECTS = frozenset({"dobj", "obj"})
# Never without an object: "Soldier detained in Minsk" is a passive, whatever its tag.
HARMED = frozenset({"kill", "wound", "injure", "arrest", "detain", "imprison", "assassinate", "murder", "kidnap"})
# Whose passive keeps an object: "was beaten and denied food".
TWO_OBJECTS = frozenset({"deny", "refuse", "grant", "give", "offer", "award", "promise"})
# Which may have two objects: whom something is given, and what.
GIVING = TWO_OBJECTS | {"send", "sell", "supply", "lend", "hand"}
APPROXIMATIONS = frozenset({"at", "around", "about", "over", "nearly", "some", "up"})
HEARERS = frozenset({"you", "your", "yours", "yourself", "one"})
SPEAKERS = frozenset({"i", "me", "my", "we", "us", "our", "it", "its", "that", "this", "myself", "ourselves"})
LOOSE = frozenset({"compound", "nmod", "poss", "advmod", "npadvmod", "dep"})
PARTICLES = frozenset({"off", "down", "up", "out", "over"})
INSIDE = frozenset({"det", "amod", "compound", "nummod", "nmod", "poss", "quantmod", "predet"})
RELATIVE_TAGS = frozenset({"WDT", "WP", "WP$"})
OWNER_PREPOSITIONS = ("by", "of", "from", "with", "against", "to", "for", "between", "among", "into", "in", "on", "at")
CIRCUMSTANCES = frozenset({"by", "under", "since", "after", "before", "amid", "following", "during", "as", "despite",
                           "because", "until", "about", "over", "without", "like", "including", "accord", "according",
                           "through"})  # fmt: skip
# First words of prepositions of two words, whose second says nothing by itself: "according to", "because of".
COMPOUND = frozenset({"accord", "according", "due", "thanks", "prior", "owing", "because", "ahead", "instead", "as"})
PLACES = frozenset({"GPE", "LOC", "FAC"})
# Labels of entities that name somebody who can act; places act as governments or populations.
ACTING_LABELS = frozenset({"PERSON", "ORG", "GPE", "NORP", "ROLE", "PRON", "LOC", "FAC"})


class Words(NamedTuple):
    """What the grammar must know of the lexicon."""

    verbs: frozenset[str]
    quantities: frozenset[str]
    times: frozenset[str]
    platforms: frozenset[str]
    hyphenated: frozenset[str]


class Grammar:
    """A Doc's tree as plain lists, with the questions that event rules ask of it."""

    def __init__(self, doc: Doc, lexicon: Words) -> None:
        self.doc = doc
        self.quantities = lexicon.quantities
        self.times = lexicon.times
        self.platforms = lexicon.platforms
        self.verbs = lexicon.verbs
        self.words: list[str] = []
        self.starts: list[int] = []
        self.lemma: list[str] = []
        self.tag: list[str] = []
        self.dep: list[str] = []
        self.head: list[int] = []
        self.kids: list[list[int]] = [[] for _ in range(len(doc))]
        self.sentence_starts: list[int] = []
        for i, token in enumerate(doc):
            head = token.head.i
            self.words.append(token.text)
            self.starts.append(token.idx)
            self.lemma.append(token.lemma_.lower() or token.lower_)
            self.tag.append(token.tag_)
            self.dep.append(token.dep_)
            self.head.append(head)
            if head != i:
                self.kids[head].append(i)
            if token.is_sent_start or i == 0:
                self.sentence_starts.append(i)
        self._mend_lemmas(lexicon.hyphenated)
        # Mending the tree asks who can act, and who heads a mention depends on the mended tree.
        self.mentions = self._mentions_by_token()
        self._mend_names()
        self._reattach_clauses()
        self._reattach_subjects()
        self._mend_roots()
        self.mentions = self._mentions_by_token()
        self.dated = {i for date in doc._.dates for i in self.tokens_in(date.start, date.end)}
        self.by_start = {mention.start: mention for mention in reversed(doc._.mentions)}
        self.outside = self._datelines()
        self._prepositions: dict[int, list[tuple[str, list[int]]]] = {}
        self._subjects: dict[int, list[int]] = {}
        self._objects: dict[int, list[int]] = {}

    def tokens_in(self, start: int, end: int) -> range:
        """Tokens that begin within a span of characters."""
        return range(bisect_left(self.starts, start), bisect_left(self.starts, end))

    def sentence(self, i: int) -> range:
        """Tokens of the sentence of a token."""
        number = bisect_right(self.sentence_starts, i)
        end = self.sentence_starts[number] if number < len(self.sentence_starts) else len(self.words)
        return range(self.sentence_starts[number - 1], end)

    def _mentions_by_token(self) -> dict[int, Mention]:
        """Token -> the mention that it is the head of."""
        heads: dict[int, Mention] = {}
        for mention in self.doc._.mentions:
            for i in self.tokens_in(mention.head_start, mention.head_end):
                heads.setdefault(i, mention)
        for mention in self.doc._.mentions:  # "Secretary of State Mike Pompeo": the phrase may hang by another word
            inside = self.tokens_in(mention.start, mention.end)
            for i in inside:
                if (
                    i not in heads
                    and self.tag[i].startswith("NN")
                    and (self.head[i] not in inside or self.head[i] == i)
                ):
                    heads[i] = mention
        return heads

    def _mend_lemmas(self, hyphenated: frozenset[str]) -> None:
        """Known words where the lemmatiser gives none: "cease-fire", cut in three; "staged", taken for "stag"."""
        for i, lemma in enumerate(self.lemma):
            if self.words[i] == "-" and 0 < i < len(self.words) - 1 and self.starts[i + 1] == self.starts[i] + 1:
                joined = f"{self.words[i - 1].lower()}-{self.lemma[i + 1]}"
                if joined in hyphenated:
                    self.lemma[i + 1] = joined
            elif self.tag[i] == "VB" and lemma.endswith("ed") and lemma[:-2] in self.verbs:
                self.lemma[i], self.tag[i] = lemma[:-2], "VBD"
            elif self.tag[i] in PAST_OR_PARTICIPLE and lemma not in self.verbs:
                known = (v for v in (lemma + "e", lemma.removesuffix("ed"), lemma.removesuffix("d")) if v in self.verbs)
                self.lemma[i] = next(known, lemma)

    def _mend_names(self) -> None:
        """Names that the tagger took for verbs ("Starlink cut off service") are none."""
        for i, mention in self.mentions.items():
            is_name = mention.kind in ("person", "organisation") and mention.label in ("PERSON", "ORG")
            if is_name and mention.head_start == self.starts[i] and self.tag[i].startswith("VB"):
                self.tag[i] = "NNP"

    def _reattach_clauses(self) -> None:
        """ "said on Tuesday that it had": the clause belongs to the verb, though parsers hang it on the day."""
        for i, dep in enumerate(self.dep):
            day = self.head[i]
            if dep == "relcl" and self.tag[day].startswith("VB"):
                self.dep[i] = "ccomp"
            elif dep in ("relcl", "acl") and self.lemma[day] in self.times and self.tag[i] != "VBG":
                verb = day
                while self.dep[verb] in ("pobj", "prep", "npadvmod", "compound", "dobj", "dative"):
                    verb = self.head[verb]
                    if self.is_verb(verb):
                        self.kids[day].remove(i)
                        self.head[i], self.dep[i] = verb, "ccomp"
                        self.kids[verb].append(i)
                        break

    def _reattach_subjects(self) -> None:
        """ "As X said, the bank cut rates": a subject between two verbs is the second one's, if that has no other."""
        for i, dep in enumerate(self.dep):
            clause = self.head[i]
            verb = self.head[clause]
            if dep != "nsubj" or self.dep[clause] != "advcl" or not clause < i < verb:
                continue
            if not any(self.dep[k] in ("nsubj", "nsubjpass", "csubj", "expl") for k in self.kids[verb]):
                self.kids[clause].remove(i)
                self.head[i] = verb
                self.kids[verb].insert(0, i)

    def _mend_roots(self) -> None:
        """Make the verb of "The UN called for a truce." its root, where parsers take it for a participle of the noun.

        Only where the sentence has a full stop but no finite verb, and the participle an object or a
        preposition that a passive would not have.
        """
        for root, dep in enumerate(self.dep):
            if dep != "ROOT" or not self.tag[root].startswith("NN"):
                continue
            sentence = self.sentence(root)
            if "." not in self.words[sentence[-1]] and "." not in self.words[sentence[max(-2, -len(sentence))]]:
                continue
            if any(self.tag[i] in FINITE for i in sentence):
                continue
            for verb in sentence:
                deps = {self.dep[k] for k in self.kids[verb]}
                active = "dobj" in deps or any(self.lemma[k] in ACTIVE_PREPOSITIONS for k in self.kids[verb])
                if self.dep[verb] == "acl" and self.tag[verb] == "VBN" and active and "agent" not in deps:
                    self.kids[self.head[verb]].remove(verb)
                    self.head[verb], self.dep[verb], self.tag[verb] = verb, "ROOT", "VBD"
                    self.head[root], self.dep[root] = verb, "nsubj"
                    self.kids[verb].insert(0, root)
                    break

    def _datelines(self) -> set[int]:
        """Tokens of datelines ("KYIV, Ukraine (AP) -- "), whose places parsers take for subjects."""
        found: set[int] = set()
        for start in self.sentence_starts:
            if start and "\n" not in self.words[start - 1]:
                continue
            mention, first = self.mentions.get(start), self.words[start]
            if not (first.isupper() and len(first) > 2) and not (mention and mention.label == "GPE"):
                continue
            for i, word in enumerate(self.words[start : start + DATELINE], start):
                if word in DASHES:
                    found.update(range(start, i))
                if word in DASHES or (word[0].isalpha() and word[0].islower()):
                    break
        return found

    # --- words ------------------------------------------------------------------------------------------

    def is_verb(self, i: int) -> bool:
        """Verbs, and headline verbs tagged as nouns but with an object of their own ("Court frees editor")."""
        if self.is_misread(i):
            return True
        if self.tag[i].startswith("VB"):
            if self.dep[i] not in ("nsubj", "nsubjpass", "dobj", "pobj"):
                return True
            # Nouns that look like participles ("the government's crackdown").
            kids = {self.dep[k] for k in self.kids[i]}
            return not kids & {"det", "poss", "amod"} and (
                self.dep[i] not in ("dobj", "pobj") or bool(kids & {"dobj", "aux"})
            )
        if not self.tag[i].startswith("NN"):
            return False
        deps = {self.dep[k] for k in self.kids[i]}
        return "dobj" in deps or (self.dep[i] == "ROOT" and "nsubj" in deps)

    def is_misread(self, i: int) -> bool:
        """A finite verb hung on its object as a modifier: "Canada imposed sanctions", "US imposes sanctions"."""
        if not i or self.dep[i] not in ("amod", "compound"):
            return False
        if self.tag[i] == "VBD":
            return True
        if (
            not self.acts(i - 1)
            or self.tag[i - 1] == "PRP$"
            or self.head[i - 1] not in (i, self.head[i])
            or self.lemma[i] not in self.verbs
        ):
            return False
        verbless = not any(self.tag[k].startswith(("VB", "MD")) for k in self.sentence(i))
        return self.tag[i] in ("VBN", "VBP", "VBZ") or (self.tag[i] == "NNS" and verbless)

    def children(self, i: int, deps: frozenset[str] | tuple[str, ...]) -> list[int]:
        return [k for k in self.kids[i] if self.dep[k] in deps]

    def with_conjuncts(self, tokens: list[int]) -> list[int]:
        """The nouns and what is coordinated with them, in order."""
        found: list[int] = []
        todo = list(tokens)
        while todo:
            i = todo.pop(0)
            if i not in found:
                found.append(i)
                todo += [k for k in self.kids[i] if self.dep[k] == "conj" and not self.is_verb(k)]
        return sorted(found)

    def content(self, i: int) -> list[int]:
        """The noun meant by a quantity phrase: "a series of attacks" -> attacks; otherwise the noun itself."""
        if self.lemma[i] in self.quantities or self.tag[i] == "CD":
            inner = [p for k in self.kids[i] if self.lemma[k] == "of" for p in self.kids[k] if self.dep[p] == "pobj"]
            if inner:
                return [j for p in self.with_conjuncts(inner) for j in self.content(p)]
        if self.lemma[i] in self.times:  # "deported a man Friday", the day taken for the noun
            names = [k for k in self.kids[i] if self.dep[k] == "compound" and self.lemma[k] not in self.times]
            return names[-1:] or [i]
        return [i]

    # --- verbs ------------------------------------------------------------------------------------------

    def is_passive(self, i: int) -> bool:
        if self.is_misread(i):
            return False
        deps = {self.dep[k] for k in self.kids[i]}
        if deps & {"nsubjpass", "auxpass", "csubjpass"}:
            return "auxpass" in deps or "dobj" not in deps
        if self.tag[i] == "VBD" and self.lemma[i] in HARMED and not deps & (OBJECTS | {"prt"}):
            return self._is_headline_passive(i)
        if self.tag[i] != "VBN" or any(self.lemma[k] == "have" for k in self.kids[i] if self.dep[k] == "aux"):
            return False
        if self.dep[i] == "conj" and self.tag[self.head[i]] == "VBN" and "nsubj" not in deps:
            return self.is_passive(self.head[i]) and (not deps & OBJECTS or self.lemma[i] in TWO_OBJECTS)
        return self.dep[i] in ("acl", "advcl", "amod", "relcl") or "agent" in deps or self._is_headline_passive(i)

    def is_present(self, i: int) -> bool:
        """Whether a passive tells a state or a rule: "is allowed", not "is being" or "has been allowed"."""
        auxiliaries = self.children(i, ("aux", "auxpass"))
        forms = [(self.dep[k], self.lemma[k], self.tag[k]) for k in auxiliaries]
        return forms in ([("auxpass", "be", "VBZ")], [("auxpass", "be", "VBP")])

    def _is_headline_passive(self, i: int) -> bool:
        """ "Three soldiers killed in raid": a bare participle as the sentence's verb."""
        kids = self.kids[i]
        if any(self.words[k] in (".", "!", "?") for k in kids[-2:]) or self.children(i, ("prt",)):
            return False
        shares = any(self.dep[k] == "conj" and self.is_verb(k) for k in kids)  # "arrested and deported the activist"
        return self.dep[i] == "ROOT" and not shares and not any(self.dep[k] in ("aux", "dobj") for k in kids)

    def _antecedent(self, verb: int, noun: int) -> list[int]:
        """The noun a relative pronoun stands for, or the noun itself."""
        if self.tag[noun] in RELATIVE_TAGS or (self.lemma[noun] == "that" and self.tag[noun] != "DT"):
            while self.dep[verb] == "conj":
                verb = self.head[verb]
            if self.dep[verb] in ("relcl", "acl", "ccomp"):
                antecedent = self.head[verb]
                return [self._person_above(antecedent) if self.lemma[noun] == "who" else antecedent]
        return [noun]

    def _person_above(self, noun: int) -> int:
        """Who "who" stands for where it is hung on a place: "the crowds in Iran who", "soldiers guarding Kyiv, who"."""
        place = self.mentions.get(noun)
        if place is None or place.label not in PLACES or self.dep[noun] != "pobj":
            return noun
        i = self.head[noun]
        for _ in range(MAX_CLIMB):
            mention = self.mentions.get(i)
            if mention and self.acts(i) and mention.label not in PLACES:
                return i
            if self.is_verb(i) and (subjects := self.children(i, ("nsubj",))):
                return subjects[0] if self.acts(subjects[0]) else noun
            if self.dep[i] not in ("pobj", "prep", "dobj", "acl", "appos"):
                break
            i = self.head[i]
        return noun

    def _own(self, verb: int, deps: frozenset[str] | tuple[str, ...]) -> list[int]:
        found = [j for k in self.children(verb, deps) for j in self._antecedent(verb, k)]
        nouns = [j for i in self.with_conjuncts(found) for j in self.content(i)]
        return [j for j in nouns if self.lemma[j] not in self.times]

    def surface_subjects(self, verb: int, depth: int = 0) -> list[int]:
        """Who or what the verb is said of, active or passive, inherited where the verb has no subject of its own."""
        own = self._own(verb, ("nsubj", "nsubjpass"))
        if not own and self.is_misread(verb) and self.acts(verb - 1):
            own = [verb - 1]
        if not own:  # names before the verb that the parser did not take for its subject
            own = [k for k in self.children(verb, LOOSE) if k < verb and self.acts(k)]
        if not own and self.dep[verb] in ("ROOT", "ccomp", "conj"):
            own = self._counted(verb, before=True)
        if not own and not depth and self.dep[verb] in ("ROOT", "ccomp", "conj", "advcl"):
            own = self._just_before(verb)
        if own or depth > MAX_CLIMB:
            return own
        dep, head = self.dep[verb], self.head[verb]
        if dep in ("acl", "relcl", "xcomp") and self.tag[verb] == "VB" and self.dep[head] == "ROOT" and self.acts(head):
            return self.content(head)  # headline: "Poland to send tanks"
        if dep in ("acl", "relcl"):
            if dep == "acl" and self.tag[verb] == "VB":
                return self.noun_holders(head)
            if dep == "acl" and self.tag[verb] == "VBG" and not self.acts(head):
                return self.noun_holders(head) or self.content(head)  # "put out a report accusing"
            return self.content(head)
        if head == verb or (dep in ("ccomp", "parataxis") and any(self.dep[k] == "mark" for k in self.kids[verb])):
            return []
        if dep == "conj":
            return self.surface_subjects(head, depth + 1) if self.is_verb(head) else []
        if dep == "advcl" and verb and self.dep[verb - 1] == "pobj" and self.lemma[self.head[verb - 1]] == "with":
            return self.content(verb - 1)  # "with the public blaming"
        if dep == "pcomp" and self.lemma[head] in ("of", "for", "from", "into", "with"):
            # "accused the army of killing": the object acts; the preposition may hang on either.
            governor = self.head[head]
            if self.tag[governor].startswith("JJ"):  # "found him guilty of killing"
                return self._own(self.head[governor], ("dobj",)) or self.surface_subjects(governor, depth + 1)
            if not self.is_verb(governor):
                return self.content(governor)
            controllers = [] if self.is_passive(governor) else self._own(governor, ("dobj",))
            return controllers or self.surface_subjects(governor, depth + 1)
        if dep in ("xcomp", "ccomp", "advcl", "pcomp", "acomp", "attr", "oprd", "prep", "dep"):
            if dep == "xcomp" and self.is_verb(head):
                controllers = self._own(head, ("dobj", "dative"))
                if controllers:
                    return controllers
            if self.is_verb(head) or self.tag[head].startswith(("JJ", "IN", "RB", "TO", "MD")):
                return self.surface_subjects(head, depth + 1)
            return self.noun_holders(head)
        return []

    def _just_before(self, verb: int) -> list[int]:
        """A name right before a finite verb, or parted from it by a time or adverb, that hangs elsewhere."""
        if self.tag[verb] not in ("VBD", "VBZ", "VBP", "VBG") and not (
            self.tag[verb] == "VBN" and self.dep[verb] == "ROOT"
        ):
            return []
        i = verb - 1
        while i >= 0 and (
            self.tag[i] in ("RB", "MD")
            or self.dep[i] in ("aux", "neg")
            or self.lemma[i] in self.times
            or (self.lemma[i] in ("last", "this", "on") and i + 1 < verb)
        ):
            i -= 1
        return [i] if i >= 0 and self.acts(i) and self.dep[i] in ("appos", "npadvmod", "dep", "pobj", "nmod") else []

    def _counted(self, verb: int, before: bool) -> list[int]:
        """Nouns behind "at least", "around", "over" and the like, which parsers take for prepositions."""
        return [
            n
            for k in self.kids[verb]
            if self.dep[k] == "prep" and self.lemma[k] in APPROXIMATIONS and (k < verb) == before
            for n in self.kids[k]
            if self.dep[n] == "pobj"
            and any(self.dep[x] == "nummod" for x in self.kids[n])
            and (
                self.lemma[k] != "at" or any(self.lemma[x] in ("least", "most") for x in (*self.kids[k], *self.kids[n]))
            )
        ]

    def subjects(self, verb: int) -> list[int]:
        """Who does what the verb says: subject, agent of a passive, controller, antecedent."""
        if verb not in self._subjects:
            if not self.is_passive(verb):
                found = self.surface_subjects(verb)
            else:
                found = [
                    p
                    for k in self.kids[verb]
                    if self.dep[k] in ("agent", "prep") and self.lemma[k] == "by"
                    for p in self.kids[k]
                    if self.dep[p] == "pobj"
                ]
                found = [j for i in self.with_conjuncts(found) for j in self.content(i)]
            self._subjects[verb] = [i for i in found if i not in self.outside]
        return self._subjects[verb]

    def objects(self, verb: int) -> list[int]:
        """To whom or what it is done: direct object, subject of a passive, antecedent of the gap."""
        if verb not in self._objects:
            self._objects[verb] = self._find_objects(verb)
        return self._objects[verb]

    def receivers(self, verb: int) -> list[int]:
        """To whom something is given: the first of two objects, or the subject of a passive that keeps the second."""
        found = [k for k in self.children(verb, ("dative",)) if not self.kids[k] or self.tag[k] != "IN"]
        if not found and self.lemma[verb] in GIVING:  # "sent Russia drones", the country hung on the object
            found = [
                k
                for o in self.children(verb, ("dobj",))
                for k in self.kids[o]
                if k == verb + 1 and k in self.mentions and self.mentions[k].label == "GPE"
            ]
        if self._keeps_object(verb):
            found += self.surface_subjects(verb)
        return self.with_conjuncts(found)

    def _keeps_object(self, verb: int) -> bool:
        """ "He was denied access"."""
        return self.lemma[verb] in TWO_OBJECTS and self.is_passive(verb) and bool(self.children(verb, ("dobj",)))

    def _find_objects(self, verb: int) -> list[int]:
        if self._keeps_object(verb):
            return self._own(verb, ("dobj",))
        if self.is_passive(verb):
            return self._own(verb, ("nsubjpass", "nsubj")) or self.surface_subjects(verb) or self._own(verb, ("dobj",))
        own = self._own(verb, ("dobj", "obj", "attr")) or self._counted(verb, before=False)
        if not own and self.is_misread(verb):
            own = self.content(self.head[verb])
        if not own:  # "called off their strike", the particle taken for a preposition
            particles = [k for k in self.children(verb, ("prt", "prep")) if self.lemma[k] in PARTICLES]
            nouns = [p for k in particles for p in self.with_conjuncts(self.children(k, ("pobj",)))]
            own = [j for p in nouns for j in self.content(p)]
        if not own:  # "arrested and deported the activist"
            for k in self.children(verb, ("conj",)):
                if self.is_verb(k) and not self.children(k, ("nsubj", "nsubjpass")):
                    own = self._own(k, ("dobj",))
        if not own:  # "gave $2 million to", taken for the receiver
            own = [k for k in self.children(verb, ("dative",)) if not self.children(k, ("pobj",))]
        if not own:  # "fined the company", the object of an unknown verb taken for a complement
            own = [k for k in self.children(verb, ("oprd",)) if self.acts(k)]
        if not own:  # "held him responsible", "accepts 50 people living in": the subject of a clause is the object
            for k in self.children(verb, ("ccomp", "xcomp", "advcl")):
                if self.tag[k] not in ("VBZ", "VBP", "MD") and not any(
                    self.dep[x] in ("aux", "mark") for x in self.kids[k]
                ):
                    own += self._own(k, ("nsubj", "nsubjpass"))
        clause = self.head[verb] if self.dep[verb] == "xcomp" else verb  # "the balance that they sought to strike"
        if not own and self.dep[clause] == "relcl" and self._own(clause, ("nsubj",)) not in ([], [self.head[clause]]):
            own = [self.head[clause]]
        return own

    def complements(self, i: int) -> list[int]:
        """Verbs of the clauses that complete a verb or adjective."""
        found = self.children(i, ("xcomp", "ccomp"))
        for k in self.kids[i]:
            if self.dep[k] in ("prep", "agent"):
                found += [p for p in self.kids[k] if self.dep[p] == "pcomp"]
            elif self.dep[k] == "pcomp" or self.is_purpose(k) or self.is_behind_particle(k):
                found.append(k)
            elif self.dep[k] == "dobj":  # "ordered him to appear", the clause hung on him
                found += [x for x in self.kids[k] if self.dep[x] == "acl" and self.tag[x] == "VB"]
        if self.dep[i] in ("acomp", "oprd"):
            found += [k for k in self.children(self.head[i], ("xcomp", "advcl")) if k > i]
        return found

    def is_purpose(self, verb: int) -> bool:
        """Infinitives hung as adverbial clauses: "met to discuss it"."""
        return self.dep[verb] == "advcl" and any(self.tag[k] == "TO" for k in self.kids[verb])

    def is_behind_particle(self, verb: int) -> bool:
        """Gerunds that complete a verb with its particle: "ruled out providing weapons"."""
        return self.dep[verb] == "advcl" and self.tag[verb] == "VBG" and verb > 0 and self.dep[verb - 1] == "prt"

    # --- prepositions ------------------------------------------------------------------------------------

    def prepositions(self, i: int) -> list[tuple[str, list[int]]]:
        """The prepositions hanging from a word with their nouns, chains ("from ... into") included."""
        if i not in self._prepositions:
            found: list[tuple[str, list[int]]] = []
            for k in self.kids[i]:
                if self.dep[k] in ("prep", "agent") or (self.dep[k] == "dative" and self.kids[k]):
                    nouns = self.with_conjuncts([p for p in self.kids[k] if self.dep[p] in ("pobj", "pcomp")])
                    nouns = [n for n in nouns if not self._is_medium(k, n)]
                    found.append((self.lemma[k], [j for n in nouns for j in self.content(n)]))
                    if self.lemma[k] not in COMPOUND:
                        found += self.prepositions(k)
            self._prepositions[i] = found
        return self._prepositions[i]

    def _is_medium(self, preposition: int, noun: int) -> bool:
        """Whether a noun only says where something was said: "welcomed it on Twitter", not "a ban on Twitter"."""
        governor = self.head[preposition]
        acts_on = not self.is_verb(governor) and self.lemma[governor] in self.verbs
        return self.lemma[preposition] == "on" and self.lemma[noun] in self.platforms and not acts_on

    def after(self, i: int, preposition: str) -> list[int]:
        """Nouns after a preposition that hangs from a word, or from its objects and complements of place."""
        own = [n for word, nouns in self.prepositions(i) if word == preposition for n in nouns]
        if own or not self.is_verb(i):
            return own
        objects = self.objects(i)
        for o in objects:
            own += [n for word, nouns in self.prepositions(o) if word == preposition for n in nouns if n != i]
        for c in self.children(i, ("advcl",)):  # "talks with the rebels to discuss", hung on the purpose
            for k in self.children(c, ("mark",)):
                if self.lemma[k] == preposition:
                    own += self.with_conjuncts(self.children(k, ("pobj",)))
        if not own:  # "held talks in Geneva with the rebels", hung on the place
            for holder in (i, *objects):
                for word, places in self.prepositions(holder):
                    if word in ("in", "at", "on", "to", "by"):
                        for place in places:
                            own += [n for w, nouns in self.prepositions(place) if w == preposition for n in nouns]
        return own

    def right_behind(self, verb: int, noun: int, preposition: str) -> list[int]:
        """Nouns of a preposition that follows a verb's object at once, hung on the verb: "approved millions in aid"."""
        behind = self.doc[noun].right_edge.i + 1
        return [
            n
            for k in self.kids[verb]
            if k == behind and self.dep[k] == "prep" and self.lemma[k] == preposition
            for n in self.with_conjuncts([p for p in self.kids[k] if self.dep[p] == "pobj"])
        ]

    # --- nouns -------------------------------------------------------------------------------------------

    def governor(self, noun: int) -> tuple[str, int]:
        """How a noun hangs in its sentence, seen through quantities and coordination: (relation, governing word).

        The relation is a dependency label, or "prep:<preposition>" for the noun of a preposition.
        """
        i = noun
        for _ in range(MAX_CLIMB):
            dep, head = self.dep[i], self.head[i]
            if dep == "conj" and not self.is_verb(head):
                i = head
            elif dep == "pobj" and self.lemma[head] == "of" and self.lemma[self.head[head]] in self.quantities:
                i = self.head[head]
            elif dep == "pobj":
                return f"prep:{self.lemma[head]}", self.head[head]
            else:
                return dep, head
        return self.dep[i], self.head[i]

    def is_likened(self, noun: int) -> bool:
        """Whether a thing is only compared to something: "a ceasefire like a colander"; not of those who can act."""
        behind = self.lemma[noun + 1 : noun + 3]
        return behind in (["like", "a"], ["like", "an"]) and not self.acts(noun)

    def noun_holders(self, noun: int) -> list[int]:
        """Whose a noun is: possessor, or the subject of the verb it is the object of ("made the decision to")."""
        owners = self.children(noun, ("poss",))
        if owners:
            return self.with_conjuncts(owners)
        relation, verb = self.governor(noun)
        if relation in OBJECTS or relation == "attr":
            return self.subjects(verb)
        return []

    # --- people ------------------------------------------------------------------------------------------

    def acts(self, i: int) -> bool:
        """Whether a token names somebody: not a document, not "you", nor "I", "we" or "it" of unknown reference."""
        mention = self.mentions.get(i)
        if mention is None or mention.kind == "document" or mention.label not in ACTING_LABELS:
            return False
        word = self.lemma[i] if mention.kind == "pronoun" else ""
        return word not in HEARERS and (word not in SPEAKERS or mention.antecedent_start is not None)

    def are_several(self, tokens: list[int]) -> bool:
        """Whether the tokens name more than one: "ministers", "the president and his envoy"."""
        return len(tokens) > 1 or any(self.mentions[t].is_plural for t in tokens if t in self.mentions)

    def named(self, i: int) -> Mention | None:
        """The mention of a token; for a pronoun the mention it stands for, if that is in the same sentence."""
        mention = self.mentions.get(i)
        if mention is None or mention.kind != "pronoun" or mention.antecedent_start is None:
            return mention
        antecedent = self.by_start.get(mention.antecedent_start)
        near = antecedent is not None and antecedent.start >= self.starts[self.sentence(i)[0]]
        return antecedent if near else mention

    def is_unresolved(self, i: int) -> bool:
        """A personal pronoun that stands for nobody known."""
        mention = self.mentions.get(i)
        known = mention is not None and mention.antecedent_start is not None
        return self.tag[i] == "PRP" and not known and self.lemma[i] not in HEARERS

    def people(self, i: int, prepositions: tuple[str, ...] = OWNER_PREPOSITIONS, depth: int = 0) -> list[int]:
        """Those who can act named by a noun phrase: its head, else its possessor, nationality or complement."""
        if self.acts(i):
            return [i]
        if depth > 2 or self.is_verb(i):
            return []
        for k in self.kids[i]:
            if self.dep[k] == "acl" and self.tag[k] == "VBN":  # "missiles fired by the army"
                agents = [j for s in self.subjects(k) for j in self.people(s, prepositions, depth + 1)]
                if agents:
                    return agents
            if self.dep[k] == "poss" and self.tag[k] != "PRP$":
                owners = [j for p in self.with_conjuncts([k]) for j in self.people(p, prepositions, depth + 1)]
                if owners:
                    return owners
        for k in self.kids[i]:
            if self.dep[k] in ("amod", "compound", "nmod") and self.acts(k):
                return self.with_conjuncts([k])
        for wanted in prepositions:
            for word, nouns in self.prepositions(i):
                if word == wanted:
                    found = [j for n in nouns for j in self.people(n, prepositions, depth + 1)]
                    if found:
                        return found
        return []

    def anyone_below(
        self, i: int, barred: set[int], means: frozenset[str], asked: bool = False, depth: int = 0
    ) -> list[int]:
        """The first who can act in what hangs from a word within its clause and what it is for.

        Circumstances are left out, buildings at which it is done, those whose noun is among ``means`` (troops sent,
        aid given), and in what is ``asked`` for those it would be done to ("permission to strike targets in Iran").
        """
        if depth > 7:
            return []
        for k in self.kids[i]:
            if self.dep[k] in ("relcl", "ccomp", "nsubj", "nsubjpass", "agent", "mark", "parataxis") or k in barred:
                continue
            if self.dep[k] == "advcl" and not any(self.tag[x] == "TO" for x in self.kids[k]):
                continue
            if asked and self.dep[k] == "acl" and self.tag[k] == "VB":
                continue
            if self.dep[k] == "prep" and (self.lemma[k] in CIRCUMSTANCES or self._is_setting(k)):
                continue
            if self.acts(k) and self.tag[k] != "PRP$" and self.lemma[k] not in means:
                return [j for j in self.with_conjuncts([k]) if self.acts(j) and j not in barred]
            found = self.anyone_below(k, barred, means, asked, depth + 1)
            if found:
                return found
        return []

    def _is_setting(self, preposition: int) -> bool:
        """Whether a preposition tells where something is done or told: "signed at the Kremlin", "on Twitter"."""
        if self.lemma[preposition] == "on":
            return any(self._is_medium(preposition, k) for k in self.kids[preposition])
        if self.lemma[preposition] != "at":
            return False
        names = (self.mentions.get(k) for k in self.children(preposition, ("pobj",)))
        return any(
            name.label == "FAC" or name.text.lower().removeprefix("the ") in metonyms() for name in names if name
        )

    def phrase(self, i: int) -> tuple[int, int]:
        """First and last token of the noun phrase of a head, without what follows it."""
        first = i
        while True:
            left = [k for k in self.kids[first] if k < first and self.dep[k] in INSIDE]
            if not left:
                return first, i
            first = min(left)
