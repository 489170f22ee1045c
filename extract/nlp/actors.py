"""Mentions of those who can speak or act, and which of them are the same (``Doc._.mentions``).

Three passes over the tokens: names (entities cleaned of obvious errors, and capitalised names that the
entity recogniser missed), common nouns for people, groups, bodies and documents, and pronouns. The
phrase of each is read from the tags, checked against the parse, so that one wrong arc costs a modifier,
not the mention. ``extract.nlp.coreference`` then links them.
"""

from __future__ import annotations

import re
from collections import Counter

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp import coreference, extensions, gazetteer, knowledge
from extract.nlp.coreference import Draft
from extract.nlp.dateline import dateline_end
from extract.nlp.tokens import Tokens
from extract.records import Mention, MentionKind

NAME_LABELS = frozenset({"PERSON", "ORG", "GPE", "NORP", "LOC", "FAC"})
KINDS: dict[str, MentionKind] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "NORP": "group",
    "LOC": "place",
    "FAC": "place",
}
NOUN_KINDS: dict[str, MentionKind] = {
    "person": "role",
    "group": "group",
    "organisation": "organisation",
    "document": "document",
}
NOUN_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS"})
PROPER_TAGS = frozenset({"NNP", "NNPS"})
# Words that stand before a noun in its phrase; the rest of the phrase is told by the parse.
MODIFIER_TAGS = NOUN_TAGS | {
    "DT", "PDT", "PRP$", "POS", "CD", "JJ", "JJR", "JJS", "VBN", "VBG", "RB", "RBR", "RBS", "HYPH", "AFX", "ADD",
    "CC", ",", "$", "FW",
}  # fmt: skip
ADJECTIVE_TAGS = frozenset({"JJ", "JJR", "JJS", "VBN", "VBG", "CD"})
DASHES = frozenset({"-", "–"})
APPROXIMATE = frozenset({"about", "over", "nearly", "around", "roughly", "almost", "approximately", "under"})
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
NOUN_MODIFIERS = frozenset({"compound", "nmod", "amod"})
LINKING_PREPOSITIONS = frozenset({"of", "for", "in", "at", "to", "from", "with"})
QUANTIFIERS = frozenset(
    [
        "one",
        "some",
        "many",
        "several",
        "most",
        "all",
        "dozens",
        "scores",
        "hundreds",
        "thousands",
        "millions",
        "number",
        "handful",
        "majority",
        "minority",
        "couple",
        "none",
        "both",
        "half",
        "few",
        "each",
        "either",
        "neither",
        "two",
        "three",
        "any",
        "part",
    ]
)
# Nouns that say nothing of the field: a noun between affiliation and them belongs to the affiliation.
FIELDLESS = frozenset(
    [
        "official",
        "officer",
        "source",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "adviser",
        "advisor",
        "expert",
        "analyst",
    ]
)
FIELDS = frozenset(
    [
        "defence",
        "defense",
        "intelligence",
        "security",
        "army",
        "navy",
        "police",
        "military",
        "administration",
        "government",
        "ministry",
    ]
)
BODIES = frozenset({"organisation", "group"})
NO_NAME_TAGS = frozenset({"VBG", "RB", "UH", "WRB", "MD", "EX"})
PARTY_TAG = re.compile(r"[DRI]-[A-Z]")  # "R-Iowa", "D-N.Y."
# A name that ends with these, or has them before "of", is that of a text.
TEXTS = frozenset(
    [
        "act",
        "treaty",
        "agreement",
        "accord",
        "accords",
        "memorandum",
        "charter",
        "plan",
        "pact",
        "protocol",
        "amendment",
    ]
)
# Without an article after a preposition these name no actor: "in public", "by force", "took office".
BARE = frozenset(
    ["public", "office", "force", "person", "board", "court", "church", "university", "college", "hospital"]
)
STANCES = frozenset({"opposition", "resistance"})  # "in opposition to"
MAX_NAME_TOKENS, MAX_PERSON_TOKENS = 10, 6
INDEX_KEY = "wirehouse_mention_index"


@Language.factory("wirehouse_actors")
def create(nlp: Language, name: str) -> Actors:
    return Actors()


class Actors:
    """The component ``wirehouse_actors``."""

    def __call__(self, doc: Doc) -> Doc:
        extensions.register()
        tokens = Tokens(doc)
        drafts = find(tokens)
        mentions = coreference.resolve(drafts, tokens)
        doc._.mentions = [mention for mention, _ in mentions]
        index: list[int] = [-1] * len(doc)
        # Innermost wins: longer phrases are laid first.
        for number in sorted(range(len(mentions)), key=lambda n: mentions[n][1].first - mentions[n][1].last):
            draft = mentions[number][1]
            index[draft.first : draft.last + 1] = [number] * (draft.last + 1 - draft.first)
        doc.user_data[INDEX_KEY] = index
        return doc


def mention_at(doc: Doc, i: int) -> Mention | None:
    """The innermost mention whose phrase covers token ``i`` of ``doc``."""
    index = doc.user_data.get(INDEX_KEY)
    return None if index is None or index[i] < 0 else doc._.mentions[index[i]]


def find(tokens: Tokens) -> list[Draft]:
    """All mentions, unlinked, in order of start, an outer phrase before those inside it."""
    spans = _names(tokens)
    name_of = {i: span for span in spans for i in range(span[0], span[1])}
    tokens.name_start = {i: span[0] for i, span in name_of.items()}
    absorbed: set[int] = set()  # tokens that are title or modifier in the phrase of another mention
    drafts = []
    named = []
    for span in spans:
        if span[2] == "PERSON":
            named.append(_person(tokens, span, name_of, absorbed))
    for i, tag in enumerate(tokens.tags):
        if i in name_of or i in absorbed:
            continue
        if tag in NOUN_TAGS:
            if draft := _role(tokens, i, name_of, absorbed):
                drafts.append(draft)
        elif draft := _pronoun(tokens, i):
            drafts.append(draft)
    for span in spans:
        if span[2] != "PERSON" and not (span[1] - 1 in absorbed and _is_modifier(tokens, span)):
            draft = _name(tokens, span)
            if draft:
                drafts.append(draft)
    drafts += [
        d for d in named if not (d.first == d.head_first and d.head_last in absorbed and _is_modifier_of(tokens, d))
    ]
    report = dateline_end(tokens.raw)  # who filed it and where from takes no part in it
    drafts = [d for d in drafts if tokens.starts[d.first] >= report]
    # One phrase, one mention: of "the vast majority of users" the users speak or act, not the majority.
    drafts = list({(d.first, d.last): d for d in sorted(drafts, key=lambda d: d.head_first)}.values())
    drafts.sort(key=lambda d: (d.first, -d.last))
    _appositions(tokens, drafts)
    return drafts


# --- names ----------------------------------------------------------------------------------------------


def _names(tokens: Tokens) -> list[tuple[int, int, str]]:
    """Spans (first token, end, label) of the names, cleaned, completed and labelled alike throughout."""
    spans: list[tuple[int, int, str]] = []
    taken: set[int] = set()
    for ent in tokens.doc.ents:
        is_person = "PERSON" in (ent.label_, knowledge.known_names().get(ent.text.lower()))
        start = _given_name(tokens, ent.start, ent.end) if is_person else ent.start
        if start < ent.start:
            taken.update(range(start, ent.start))
            spans = [span for span in spans if span[1] <= start]  # the given name was an entity of its own
        end = _surname(tokens, ent.start, ent.end) if ent.label_ == "PERSON" else ent.end
        taken.update(range(ent.end, end))
        if ent.label_ in NAME_LABELS and (span := _clean(tokens, start, end, ent.label_)):
            spans.append(span)
        if ent.label_ in NAME_LABELS or ent.label_ in ("EVENT", "PRODUCT", "WORK_OF_ART", "LAW", "DATE"):
            taken.update(range(ent.start, ent.end))
    known = _votes(tokens, spans)
    spans += _surnames(tokens, taken, spans)
    spans += _missed(tokens, taken, known)
    spans.sort()
    return [(start, end, _label(tokens, start, end, label, known)) for start, end, label in spans]


def _clean(tokens: Tokens, start: int, end: int, label: str) -> tuple[int, int, str] | None:
    """The entity without determiner, title, possessive and stray marks; None where it cannot be a name."""
    nouns, titles = knowledge.actor_nouns(), knowledge.titles()
    for i in range(start, end):
        # Runs over a line break, or is two persons: keep the part before.
        if tokens.is_break[i] or (label == "PERSON" and i > start and _parts_persons(tokens, i, end)):
            end = i
            break
    while start < end and (
        not tokens.words[start].strip()
        or (end - start > 1 and _is_no_beginning(tokens, start, label))
        or tokens.tags[start] in ("DT", "PRP$", "IN", "CC", "POS", "''", "``", ",", ".", ":", "HYPH", "-LRB-", "PRP")
        or (
            label == "PERSON"
            and end - start > 1
            and (tokens.lowers[start] in titles or tokens.lemmas[start].lower() in nouns)
        )
    ):
        start += 1
    while start < end and (
        tokens.tags[end - 1] in ("POS", "''", "``", ",", ":", "-RRB-", "IN", "CC")
        or tokens.words[end - 1] in "'’"
        or not tokens.words[end - 1].strip()
    ):
        end -= 1
    if label == "PERSON":
        # Compound titles ("Prime Minister X"): everything up to the last role noun is title.
        for i in range(end - 2, start - 1, -1):
            if (
                tokens.lemmas[i].lower() in nouns
                and nouns[tokens.lemmas[i].lower()].kind == "person"
                and tokens.lowers[i] not in knowledge.given_names()
            ):
                start = i + 1
                break
    while (
        1 < start < end
        and tokens.words[start - 1] == "-"
        and not tokens.spaces[start - 1]
        and not tokens.spaces[start - 2]
    ):
        start -= 2  # "al-" and the like
    if not 0 < end - start <= (MAX_PERSON_TOKENS if label == "PERSON" else MAX_NAME_TOKENS):
        return None
    words = tokens.words[start:end]
    if not any(word[0].isupper() or (len(word) > 1 and word[1].isupper()) for word in words):
        return None
    if any("@" in word or "://" in word or word.startswith(("#", "www.")) for word in words):
        return None
    if PARTY_TAG.match(words[0]):
        return None
    if end - start == 1 and (
        tokens.lowers[start] in knowledge.not_names()
        or len(words[0]) < 2
        or tokens.tags[start] in ("PRP", "MD", "UH", "WP", "WRB", "EX")
        or (label == "PERSON" and (tokens.lowers[start] in titles or tokens.lowers[start] in nouns))
    ):
        return None
    return start, end, label


def _parts_persons(tokens: Tokens, i: int, end: int) -> bool:
    """Whether token ``i`` stands between two persons: "Smith, Jones", "Smith and Jones"; not "Smith, Jr."."""
    is_joint = tokens.words[i] in (",", "/", "&") or tokens.tags[i] == "CC"
    return is_joint and not (i + 1 < end and tokens.lowers[i + 1].rstrip(".") in ("jr", "sr"))


def _given_name(tokens: Tokens, start: int, end: int) -> int:
    """First token of a surname's entity with the given name before it, where the recogniser left that out."""
    i = start - 1
    is_name = (
        i >= 0
        and end - start == 1
        and tokens.tags[i] == "NNP"
        and tokens.words[i].isalpha()
        and tokens.words[i].istitle()
        and tokens.deps[i] == "compound"
        and start <= tokens.heads[i] < end
        and tokens.sentence[i] == tokens.sentence[start]
    )
    word, lemma, kind = tokens.lowers[i], tokens.lemmas[i].lower(), tokens.doc[i].ent_type_
    is_given = word in knowledge.given_names() or f"{word} {tokens.lowers[start]}" in knowledge.known_names()
    if kind and not is_given:
        return start
    is_other = (
        word in knowledge.titles()
        or lemma in knowledge.actor_nouns()
        or (word in knowledge.known_names() and not is_given)
        or word in knowledge.country_codes()
        or word in knowledge.not_names()
    )
    return i if is_name and not is_other else start


def _surname(tokens: Tokens, start: int, end: int) -> int:
    """End of a given name's entity with the surname after it, where the recogniser left that out."""
    if end - start > 1 or end >= len(tokens.words) or tokens.heads[start] != end or tokens.doc[end].ent_type_:
        return end
    is_known = f"{tokens.lowers[start]} {tokens.lowers[end]}" in knowledge.known_names()
    is_name = (
        tokens.tags[end] == "NNP" and tokens.words[end].istitle() and tokens.sentence[end] == tokens.sentence[start]
    )
    return end + 1 if is_name and (is_known or tokens.lowers[start] in knowledge.given_names()) else end


def _is_no_beginning(tokens: Tokens, i: int, label: str) -> bool:
    """Whether a name cannot begin with token ``i``: the mark of a question, the verb before a person's name."""
    if tokens.words[i] == "Q":
        return True
    is_first = i == 0 or tokens.sentence[i - 1] != tokens.sentence[i]
    is_name = tokens.lowers[i] in knowledge.given_names()
    return label == "PERSON" and is_first and tokens.tags[i] in NO_NAME_TAGS and not is_name


def _votes(tokens: Tokens, spans: list[tuple[int, int, str]]) -> dict[str, str]:
    """Name (lower case) -> the label it mostly has in this text; a full person's surname is a person."""
    votes: dict[str, Counter[str]] = {}
    surnames = set()
    for start, end, label in spans:
        form = tokens.text(start, end).lower()
        votes.setdefault(form, Counter())[label] += 1
        if (
            end - start == 1
            and label == "PERSON"
            and start
            and tokens.lowers[start - 1] == "in"
            and gazetteer.lookup(form)
        ):
            votes[form]["GPE"] += 2
        if label == "PERSON" and end - start > 1:
            surnames.add(tokens.lowers[end - 1])
    known = {form: labels.most_common(1)[0][0] for form, labels in votes.items()}
    known.update({form: "PERSON" for form in known if form in surnames})
    return known


def _label(tokens: Tokens, start: int, end: int, label: str, known: dict[str, str]) -> str:
    form = tokens.text(start, end).lower()
    if form in knowledge.metonyms():
        return "ORG"
    if form in knowledge.demonyms() or form in knowledge.adherents():
        return "NORP"
    if form in knowledge.country_names():
        return "GPE"
    return knowledge.known_names().get(form) or known.get(form, label)


def _surnames(tokens: Tokens, taken: set[int], spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Surnames of persons that look like common words ("Will called ...", "Ms Winner") and have no entity."""
    surnames = {tokens.words[end - 1] for start, end, label in spans if label == "PERSON"}
    found = []
    for i, word in enumerate(tokens.words):
        is_plain = tokens.tags[i] not in PROPER_TAGS or tokens.lemmas[i].lower() in knowledge.actor_nouns()
        if word not in surnames or i in taken or not is_plain:
            continue
        is_first = i == 0 or tokens.sentence[i - 1] != tokens.sentence[i] or not tokens.words[i - 1].isalpha()
        after = tokens.tags[i + 1] if i + 1 < len(tokens.tags) else ""
        if not is_first or after in ("VBD", "VBZ", "VBN", "POS", "MD"):
            found.append((i, i + 1, "PERSON"))
            taken.add(i)
    return found


def _missed(tokens: Tokens, taken: set[int], known: dict[str, str]) -> list[tuple[int, int, str]]:
    """Names without an entity: capitalised runs seen as a name elsewhere, after a title, or as a subject."""
    nouns, titles = knowledge.actor_nouns(), knowledge.titles()
    spans = []
    i, n = 0, len(tokens.words)
    while i < n:
        if not _is_proper(tokens, i) or i in taken or not tokens.words[i][0].isupper():
            i += 1
            continue
        start = i
        while i < n and _is_proper(tokens, i) and i not in taken and not tokens.is_break[i]:
            i += 1
        end = i
        after_title = (
            start > 0
            and (tokens.lemmas[start - 1].lower() in nouns or tokens.lowers[start - 1] in titles)
            and tokens.tags[start - 1] in NOUN_TAGS
        )
        is_body = end - start > 1 and (noun := nouns.get(tokens.lowers[end - 1])) is not None and noun.kind in BODIES
        for j in range(end - 1, start - 1, -1):
            noun = nouns.get(tokens.lemmas[j].lower())
            if not is_body and (tokens.lowers[j] in titles or noun):
                start, after_title = j + 1, True
                break
        if start == end or (cleaned := _clean(tokens, start, end, "ORG")) is None:
            continue
        start, end, _ = cleaned
        form = tokens.text(start, end).lower()
        if is_body:
            spans.append((start, end, "ORG"))
        elif form in known or form in knowledge.known_names():
            spans.append((start, end, known.get(form, "ORG")))
        elif form in knowledge.country_names():
            spans.append((start, end, "GPE"))
        elif after_title or (tokens.lowers[start] in knowledge.given_names() and 1 < end - start < 5):
            spans.append((start, end, "PERSON"))
        elif tokens.deps[end - 1] in SUBJECTS and not tokens.is_heading[start]:
            spans.append((start, end, "PERSON" if 1 < end - start < 4 else "ORG"))
    return spans


def _is_proper(tokens: Tokens, i: int) -> bool:
    """Whether a token is a proper noun by its tag, or a name that is no word besides ("Musk", "Starlink")."""
    if tokens.tags[i] in PROPER_TAGS:
        return True
    word, form = tokens.words[i], tokens.lowers[i]
    is_written_so = word[0].isupper() and (word.istitle() or not tokens.is_heading[i])
    return is_written_so and form in knowledge.known_names() and form not in knowledge.word_names()


def _person(tokens: Tokens, span: tuple[int, int, str], name_of: dict, absorbed: set[int]) -> Draft:
    start, end, label = span
    first = start
    title = _title_start(tokens, start, name_of)
    if title is not None:
        first = left_edge(tokens, title, end - 1)
        other = first - 2  # "Former senator and party leader X": both titles are X's
        is_joined = other >= 0 and tokens.lowers[first - 1] == "and"
        if is_joined and _title_start(tokens, first - 1, name_of) == other:
            edge = left_edge(tokens, other, other)
            # A title alone ("party leader") names nobody: without an article it belongs to the name that follows.
            is_bare = tokens.tags[other] in ("NN", "NNP") and tokens.tags[edge] in (*NOUN_TAGS, "JJ")
            if is_bare or tokens.deps[title] == "conj":
                first = edge
        absorbed.update(range(first, start))
    elif start and tokens.tags[start - 1] in ("JJ", "DT", "CD") and _attached(tokens, start - 1, start, end - 1):
        first = left_edge(tokens, start, end - 1)
    role, affiliation = _role_words(tokens, first, start, name_of)
    gender = _person_gender(tokens, first, start, end)
    return Draft(
        first=first, last=end - 1, head_first=start, head_last=end - 1, root=_root(tokens, first, end - 1, end - 1),
        label=label, kind="person", form=tokens.text(start, end), role=role, affiliation=affiliation,
        is_plural=False, gender=gender, lemma=tokens.lemmas[start - 1].lower() if first < start else "",
        modifiers=frozenset(tokens.lowers[first : start - 1]) if first < start else frozenset(),
        country=_country(affiliation),
    )  # fmt: skip


def _title_start(tokens: Tokens, start: int, name_of: dict) -> int | None:
    """Index of the role noun or honorific of the title that ends just before token ``start``."""
    nouns, titles = knowledge.actor_nouns(), knowledge.titles()

    def is_title(i: int) -> bool:
        noun = nouns.get(tokens.lemmas[i].lower())
        return tokens.tags[i] in NOUN_TAGS and (
            tokens.lowers[i] in titles or (noun is not None and noun.kind == "person")
        )

    i = start - 1
    # A sentence wrongly ended between title and name does not part them, a line break or a mark does.
    if i < 0 or tokens.is_break[i]:
        return None
    if is_title(i):
        if tokens.lowers[i] in titles and i and is_title(i - 1) and tokens.sentence[i - 1] == tokens.sentence[i]:
            return i - 1  # "candidate Dr. X"
        return i
    # "Secretary of State X", "Minister of Foreign Affairs X"
    for j in range(i, max(i - 6, 0), -1):
        if tokens.lowers[j] == "of" and j < i:
            return j - 1 if is_title(j - 1) else None
        if tokens.tags[j] not in NOUN_TAGS and tokens.tags[j] not in ("JJ", "CC"):
            return None
    return None


def _name(tokens: Tokens, span: tuple[int, int, str]) -> Draft | None:
    """A name other than a person's; a place only where it is the subject of a verb or an agent."""
    start, end, label = span
    root = _root(tokens, start, end - 1, end - 1)
    if label in ("LOC", "FAC") and tokens.deps[root] not in SUBJECTS and tokens.deps[tokens.heads[root]] != "agent":
        return None
    is_modifier = tokens.deps[root] in NOUN_MODIFIERS and tokens.heads[root] >= end
    first = start
    if (
        not is_modifier
        and start
        and tokens.sentence[start - 1] == tokens.sentence[start]
        and tokens.tags[start - 1] in ("DT", "JJ", "NN", "NNP")
    ):
        first = left_edge(tokens, start, end - 1)
    form = tokens.text(start, end)
    country = knowledge.country_codes().get(form.lower(), "")
    head = tokens.lowers.index("of", start, end) - 1 if "of" in tokens.lowers[start + 1 : end] else end - 1
    is_text = end - start > 1 and not TEXTS.isdisjoint((tokens.lowers[head], tokens.lowers[end - 1]))
    kind: MentionKind = "document" if is_text else KINDS[label]
    return Draft(
        first=first, last=end - 1, head_first=start, head_last=end - 1, root=root, label=label, kind=kind,
        form=form, is_plural=label == "NORP" and tokens.tags[end - 1] in ("NNS", "NNPS"), country=country,
    )  # fmt: skip


def _is_modifier(tokens: Tokens, span: tuple[int, int, str]) -> bool:
    """Within another mention's phrase as nationality, place or person of a modifier, not as possessor."""
    root = span[1] - 1
    return (
        span[2] != "ORG"
        and not (tokens.words[span[1] : span[1] + 1] and tokens.tags[min(span[1], len(tokens.tags) - 1)] == "POS")
        and (tokens.deps[root] not in ("poss", "pobj", "appos", "conj", "dobj") and tokens.deps[root] not in SUBJECTS)
    )


def _is_modifier_of(tokens: Tokens, draft: Draft) -> bool:
    return _is_modifier(tokens, (draft.head_first, draft.head_last + 1, draft.label))


def _person_gender(tokens: Tokens, first: int, start: int, end: int) -> str:
    nouns, titles = knowledge.actor_nouns(), knowledge.titles()
    for i in range(first, start):
        noun = nouns.get(tokens.lemmas[i].lower())
        if gender := titles.get(tokens.lowers[i]) or (noun.gender if noun else ""):
            return gender
    if end - start == 1:
        # A lone word is mostly a surname, and many of those are also men's given names.
        return "f" if knowledge.given_names().get(tokens.lowers[start]) == "f" else ""
    if end - start > 1:
        if gender := knowledge.given_names().get(tokens.lowers[start], ""):
            return gender
        if tokens.lowers[end - 1].endswith(("ova", "eva", "skaya", "skaia", "ina")):
            return "f"
        if tokens.lowers[end - 1].endswith(("ov", "ev", "sky", "skiy", "skyy")):
            return "m"
    return ""


# --- common nouns ---------------------------------------------------------------------------------------


def _role(tokens: Tokens, i: int, name_of: dict, absorbed: set[int]) -> Draft | None:
    """The phrase whose head is token ``i``, where that is a noun for somebody who can speak or act."""
    lemma, noun = _noun_at(tokens, i)
    if noun is None:
        return None
    dep = tokens.deps[i]
    after = tokens.lowers[i + 1] if i + 1 < len(tokens.lowers) else ""
    is_agent = dep in SUBJECTS or tokens.deps[tokens.heads[i]] == "agent"
    if noun.is_weak and (not is_agent or after == "of"):  # "a couple of things"
        return None
    if lemma in STANCES and after == "to":
        return None
    if dep in NOUN_MODIFIERS and _modifies_noun_after(tokens, i):
        return None
    first = left_edge(tokens, i, i)
    if first == i and tokens.tags[i] == "NNP" and tokens.lowers[i] in knowledge.given_names():
        return None  # a person called Hunter
    if first == i and lemma in BARE and tokens.tags[i] == "NN" and dep not in SUBJECTS:
        return None
    if (
        noun.kind == "document"
        and dep not in SUBJECTS
        and tokens.lowers[max(first - 2, 0) : first] != ["according", "to"]
    ):
        return None
    last, object_at = _right_edge(tokens, i, name_of)
    if lemma == "head" and last == i and first == i - 1 and tokens.tags[first] == "PRP$":
        return None  # the part of the body
    is_plural = tokens.tags[i] in ("NNS", "NNPS") or (noun.kind == "group" and lemma not in SINGULAR_GROUPS)
    inner = first
    if first > 1 and tokens.lowers[first - 1] == "of" and is_plural and tokens.lowers[first - 2] in QUANTIFIERS:
        first = left_edge(tokens, first - 2, first - 2)
    if first and tokens.tags[first] == "CD" and tokens.lowers[first - 1] in APPROXIMATE:
        first -= 1
    role, affiliation = _role_words(tokens, inner, i + 1, name_of)
    if affiliation is None and object_at is not None:
        affiliation = tokens.text(object_at, last + 1)
    start = inner
    while start < i and tokens.tags[start] in ("DT", "PDT", "PRP$"):
        start += 1
    absorbed.update(range(first, i))
    determiner = tokens.lowers[inner] if inner < i else ""
    country = _country(affiliation)
    modifiers = frozenset(tokens.lowers[k] for k in range(start, i) if tokens.tags[k] not in ("POS", "HYPH", "CC", ","))
    return Draft(
        first=first, last=last, head_first=i, head_last=i, root=_root(tokens, first, i, i), label="ROLE",
        kind=NOUN_KINDS[noun.kind], form=tokens.text(start, last + 1), role=role,
        affiliation=affiliation, is_plural=is_plural, gender=noun.gender, lemma=lemma,
        modifiers=modifiers,
        is_definite=determiner in DEFINITE, country=country,
        of_form=tokens.lowers[object_at] if object_at is not None else "",
    )  # fmt: skip


def _modifies_noun_after(tokens: Tokens, i: int) -> bool:
    """Whether token ``i`` is a modifier within a phrase whose head comes after it: "police station"."""
    head = tokens.heads[i]
    if i + 1 < len(tokens.tags) and tokens.tags[i + 1] in NOUN_TAGS and tokens.sentence[i + 1] == tokens.sentence[i]:
        return True
    return i < head <= i + 6 and all(
        tokens.tags[k] in MODIFIER_TAGS and tokens.words[k] != "," for k in range(i + 1, head)
    )


DEFINITE = frozenset({"the", "this", "that", "these", "those", "both"})
SINGULAR_GROUPS = frozenset(
    {
        "public",
        "crew",
        "crowd",
        "audience",
        "family",
        "community",
        "opposition",
        "leadership",
        "coalition",
        "alliance",
        "bloc",
        "couple",
        "duo",
        "trio",
        "delegation",
        "army",
        "navy",
        "militia",
    }
)


def _noun_at(tokens: Tokens, i: int) -> tuple[str, knowledge.ActorNoun | None]:
    """Lemma and lexicon entry of the noun that ends at token ``i``, hyphenated ones ("passer-by") whole."""
    nouns = knowledge.actor_nouns()
    if i > 1 and tokens.words[i - 1] == "-" and not tokens.spaces[i - 1]:
        joined = f"{tokens.lowers[i - 2]}-{tokens.lemmas[i].lower()}"
        if joined in nouns:
            return joined, nouns[joined]
    lemma = tokens.lemmas[i].lower()
    if i and f"{tokens.lowers[i - 1]} {lemma}" in knowledge.not_actors():
        return lemma, None
    noun = nouns.get(lemma) or nouns.get(tokens.lowers[i])
    if noun is None and i:
        noun = nouns.get(f"{tokens.lowers[i - 1]} {lemma}")  # "think tank"
    return lemma, noun


def _role_words(tokens: Tokens, first: int, end: int, name_of: dict) -> tuple[str | None, str | None]:
    """Role and affiliation among the tokens ``first`` to ``end`` of a title or role phrase, as written."""
    start = first
    while start < end and tokens.tags[start] in ("DT", "PDT", "PRP$"):
        start += 1
    possessive = next((i for i in range(end - 1, start, -1) if tokens.tags[i] == "POS"), None)
    if possessive is not None:
        return _words(tokens, possessive + 1, end), tokens.text(start, possessive)
    named = [i for i in range(start, end) if i in name_of or tokens.lowers[i] in knowledge.demonyms()]
    if not named:
        return _words(tokens, start, end), None
    left, right = named[0], named[0]
    while right + 1 < end and (right + 1 in named or (tokens.words[right + 1] == "-" and right + 2 in named)):
        right += 1
    if end and tokens.lemmas[end - 1].lower() in FIELDLESS:
        while right + 1 < end - 1 and tokens.lowers[right + 1] in FIELDS:
            right += 1
    role = " ".join(filter(None, (_words(tokens, start, left), _words(tokens, right + 1, end))))
    return role or None, tokens.text(left, right + 1)


def _words(tokens: Tokens, start: int, end: int) -> str | None:
    titles = knowledge.honorifics()
    while start < end and (
        tokens.lowers[start] in titles
        or tokens.lowers[start] in QUANTIFIERS
        or tokens.tags[start] in ("CC", ",", "HYPH", "CD")
    ):
        start += 1
    return tokens.text(start, end) if start < end else None


def _country(affiliation: str | None) -> str:
    if not affiliation:
        return ""
    codes = knowledge.country_codes()
    lower = affiliation.lower()
    return (
        codes.get(lower)
        or codes.get(lower.removeprefix("the "))
        or next((codes[w] for w in lower.split() if w in codes), "")
    )


# --- phrases --------------------------------------------------------------------------------------------


def _attached(tokens: Tokens, i: int, first: int, last: int) -> bool:
    """Whether the parse hangs token ``i``, directly or not, on a token from ``first`` to ``last``."""
    for _ in range(6):
        head = tokens.heads[i]
        if first <= head <= last:
            return True
        if head == i or head > last:
            return False
        i = head
    return False


def left_edge(tokens: Tokens, first: int, last: int) -> int:
    """First token of the noun phrase that has token ``first`` in it and its head at or before ``last``."""
    tags, words, spaces, sentence = tokens.tags, tokens.words, tokens.spaces, tokens.sentence
    while first > 0:
        i = first - 1
        if sentence[i] != sentence[first] or tokens.is_break[i]:
            break
        if not words[i].strip():
            first = i  # a space of its own kind within a phrase
            continue
        glued = not spaces[i] and (words[i] in DASHES or words[first] in DASHES)
        if words[i] in DASHES and not glued:
            break
        tag = tags[i]
        if not glued and (
            tag not in MODIFIER_TAGS
            or not (
                tag in ("DT", "PRP$", "POS")
                or (tag in PROPER_TAGS and tags[first] in PROPER_TAGS and not tokens.is_date[i])
                or _attached(tokens, i, first, last)
            )
        ):
            break
        if tag == "," and not (tags[first] in ADJECTIVE_TAGS and tags[i - 1] in ADJECTIVE_TAGS):
            break
        if tag in ("CC", ",") and not (i and tags[i - 1] in MODIFIER_TAGS and _attached(tokens, i - 1, first, last)):
            break
        first = min(i, tokens.name_start.get(i, i))
    while first < last and (
        tags[first] in ("CC", ",", "HYPH", "POS", "RB")
        or not words[first].strip()
        or (tokens.lowers[first] in ("least", "most") and tokens.lowers[first - 1 : first] == ["at"])  # "at least 12"
    ):
        first += 1
    return first


def _right_edge(tokens: Tokens, i: int, name_of: dict) -> tuple[int, int | None]:
    """Last token of the phrase after head ``i``, and the first of the object of "of ..." and the like."""
    last = i
    for _ in range(3):
        k = last + 1
        if (
            k + 1 >= len(tokens.words)
            or tokens.lowers[k] not in LINKING_PREPOSITIONS
            or tokens.sentence[k] != tokens.sentence[i]
        ):
            break
        if not (i <= tokens.heads[k] <= last):
            break
        child = next(
            (
                c
                for c in range(k + 1, min(k + 9, len(tokens.words)))
                if tokens.heads[c] == k and tokens.deps[c] == "pobj"
            ),
            None,
        )
        if (
            child is None
            or tokens.in_quotes[child] != tokens.in_quotes[i]
            or tokens.sentence[child] != tokens.sentence[i]
            or tokens.is_date[child]
            or tokens.tags[child] not in NOUN_TAGS | {"CD"}
        ):
            break
        last = name_of[child][1] - 1 if child in name_of else child
    if last == i:
        return i, None
    start = i + 2
    while start < last and tokens.tags[start] in ("DT", "PRP$"):
        start += 1
    return last, start


def _root(tokens: Tokens, first: int, last: int, i: int) -> int:
    """Token of the phrase that hangs on something outside it, reached from token ``i``."""
    for _ in range(8):
        head = tokens.heads[i]
        if head == i or not first <= head <= last:
            break
        i = head
    return i


# --- pronouns -------------------------------------------------------------------------------------------


def _pronoun(tokens: Tokens, i: int) -> Draft | None:
    pronoun = knowledge.pronouns().get(tokens.lowers[i])
    if pronoun is None or tokens.words[i] == "US":
        return None
    if pronoun.kind == "indefinite":
        if tokens.deps[i] not in SUBJECTS:
            return None
    elif tokens.tags[i] not in ("PRP", "PRP$", "WP", "WP$", "WDT"):
        return None
    return Draft(
        first=i, last=i, head_first=i, head_last=i, root=i, label="PRON", kind="pronoun", form=tokens.words[i],
        is_plural=pronoun.number == "plural", gender=pronoun.gender, pronoun=pronoun,
    )  # fmt: skip


# --- appositions ----------------------------------------------------------------------------------------


def _appositions(tokens: Tokens, drafts: list[Draft]) -> None:
    """Tie a role phrase and the name it stands in apposition to, on either side of a comma."""
    at: dict[int, Draft] = {}
    for draft in drafts:
        for i in range(draft.first, draft.last + 1):
            at[i] = draft
    for draft in drafts:
        if draft.first < 2 or tokens.words[draft.first - 1] not in (",", "–", "—", "-"):
            continue
        other = at.get(draft.first - 2)
        if other is not None and tokens.words[draft.first - 2] in (")",):
            other = None
        if other is None or other.partner or draft.partner or other.last != draft.first - 2:
            continue
        one, two = (other, draft) if other.label != "ROLE" else (draft, other)
        if (
            two.label != "ROLE"
            or one.label in ("ROLE", "PRON", "NORP")
            or one.is_plural != two.is_plural
            or two.kind == "document"
        ):
            continue
        if (one.kind == "person") != (two.kind == "role") or tokens.sentence[one.root] != tokens.sentence[two.root]:
            continue
        after = draft.last + 1
        closed = (
            after >= len(tokens.words)
            or tokens.tags[after] in (",", ".", ":", "-RRB-", "WP", "WDT")
            or tokens.is_break[after]
        )
        is_relative = after < len(tokens.words) and tokens.tags[after] in ("WP", "WDT") and draft.is_definite
        if (
            tokens.deps[draft.root] == "appos"
            or is_relative
            or (closed and tokens.deps[draft.root] not in SUBJECTS and tokens.deps[draft.root] != "conj")
        ):
            one.partner, two.partner = two, one
            one.role = one.role or two.role
            one.affiliation = one.affiliation or two.affiliation
            one.country = one.country or two.country if one.kind == "person" else one.country
            one.gender = one.gender or two.gender
