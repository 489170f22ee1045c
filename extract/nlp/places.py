"""Place names and where they are (``Doc._.places``).

Looked up are the entities GPE, LOC and FAC, the regions and sites of the knowledge base wherever they are
written, and capitalised names after "in", "near" and the like that have no entity. A name of several places
goes to the one whose population outweighs the others', where a place in a country that the article
mentions weighs more; if none outweighs, the name is left out.
"""

from __future__ import annotations

from collections import Counter

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp import extensions, gazetteer, knowledge
from extract.nlp.gazetteer import Entry
from extract.records import Place

PLACE_LABELS = frozenset({"GPE", "LOC", "FAC"})
NAME_LABELS = PLACE_LABELS | {"PERSON", "ORG", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART"}
BEFORE_PLACE = frozenset(
    {"in", "near", "at", "from", "outside", "around", "toward", "towards", "to", "across", "inside", "into"}
)
ADMIN_WORDS = frozenset({"region", "oblast", "province"})
MENTIONED = 30  # a place in a country that the article mentions weighs so many times its population
UNKNOWN_POPULATION = 1_000_000  # weight of a region or state, whose population is not held
OUTWEIGHS = 3
SMALLEST_UNLABELLED = 50_000  # a name that is no entity must be this large, or in a country mentioned

Span = tuple[int, int, bool]  # first token, end, whether an entity says it is a place


@Language.factory("wirehouse_places")
def create(nlp: Language, name: str) -> Places:
    return Places()


class Places:
    """The component ``wirehouse_places``."""

    def __call__(self, doc: Doc) -> Doc:
        extensions.register()
        spans = _spans(doc)
        mentioned = _countries(doc)
        chosen: dict[str, Entry | None] = {}
        places = []
        for start, end, is_entity in spans:
            text = doc[start:end].text
            entry = _beside(doc, start, end, text)
            if entry is None:
                if text not in chosen:
                    chosen[text] = _choose(_candidates(text), mentioned, is_entity)
                entry = chosen[text]
            if entry is not None:
                places.append(_place(doc, start, end, entry))
        doc._.places = places
        return doc


def _place(doc: Doc, start: int, end: int, entry: Entry) -> Place:
    span = doc[start:end]
    return Place(
        start=span.start_char,
        end=span.end_char,
        text=span.text,
        name=entry.name,
        country_iso3=entry.country_iso3 or None,
        lat=entry.lat,
        lon=entry.lon,
        precision=entry.precision,
    )


def _spans(doc: Doc) -> list[Span]:
    """The names to look up, in order, none inside another."""
    taken = [False] * len(doc)
    spans: list[Span] = []
    words = [token.text for token in doc]
    folded = [gazetteer.fold(word) for word in words]
    regions = gazetteer.region_names()
    i = 0
    while i < len(words):
        end = i + 1
        if folded[i] in regions and words[i][0].isupper():
            for name in regions[folded[i]]:
                last = _match(folded, i, name)
                if last:
                    end = last
                    spans.append((i, end, True))
                    taken[i:end] = [True] * (end - i)
                    break
        i = end
    for ent in doc.ents:
        if ent.label_ not in NAME_LABELS:
            continue
        start, end = ent.start, ent.end
        if ent.label_ in PLACE_LABELS and not any(taken[start:end]):
            if words[start].lower() == "the" and end - start > 1:
                start += 1
            if words[end - 1] in ("'s", "’s", "'", "’") and end - start > 1:
                end -= 1
            spans.append((start, end, True))
        taken[ent.start : ent.end] = [True] * (ent.end - ent.start)
    for i in range(1, len(words)):
        if (
            not taken[i]
            and words[i][0].isupper()
            and words[i - 1].lower() in BEFORE_PLACE
            and doc[i].tag_ in ("NNP", "NNPS")
        ):
            end = i + 1
            while end < len(words) and not taken[end] and words[end][0].isupper() and doc[end].tag_ in ("NNP", "NNPS"):
                end += 1
            spans.append((i, end, False))
    spans.sort()
    return spans


def _match(folded: list[str], i: int, name: tuple[str, ...]) -> int:
    """End of the region's name if its words begin at token ``i`` (hyphens are tokens of their own), else 0."""
    for word in name:
        while i < len(folded) and not folded[i].strip():
            i += 1
        if i >= len(folded) or folded[i] != word:
            return 0
        i += 1
    return i


def _countries(doc: Doc) -> Counter[str]:
    """How often the article mentions each country, by name, demonym or capitalised adjective."""
    codes = knowledge.country_codes()
    counts: Counter[str] = Counter()
    for ent in doc.ents:
        if ent.label_ in ("GPE", "NORP", "ORG"):
            text = ent.text.lower()
            code = codes.get(text) or codes.get(text.removeprefix("the ").removesuffix("'s").removesuffix("’s"))
            if code:
                counts[code] += 1
    return counts


def _candidates(text: str) -> list[Entry]:
    lower = text.lower()
    code = knowledge.country_names().get(lower)
    entries = gazetteer.lookup(text)
    if code and not any(e.precision in ("region", "admin", "point") and e.country_iso3 == code for e in entries):
        entries = [Entry(knowledge.country_name(code), code, None, None, "country", 0), *entries]
    return entries


def _choose(entries: list[Entry], mentioned: Counter[str], is_entity: bool) -> Entry | None:
    """The entry that outweighs the others of its name, or None."""
    if not entries:
        return None
    country = next((e for e in entries if e.precision == "country"), None)
    if country:
        is_state = any(e.precision == "admin" and e.country_iso3 == "USA" for e in entries)
        near = gazetteer.neighbours(country.country_iso3)
        return None if is_state and mentioned["USA"] and not any(mentioned[code] for code in near) else country
    named = next((e for e in entries if e.precision in ("region", "admin", "point") and e.country_iso3 != "USA"), None)
    if named:
        return named

    def weight(entry: Entry) -> float:
        return (entry.population or UNKNOWN_POPULATION) * (MENTIONED if mentioned[entry.country_iso3] else 1)

    ranked = sorted(entries, key=weight, reverse=True)
    best = ranked[0]
    if len(ranked) > 1 and weight(best) < OUTWEIGHS * weight(ranked[1]):
        return None
    if not is_entity and best.population < SMALLEST_UNLABELLED and not mentioned[best.country_iso3]:
        return None
    return best


def _beside(doc: Doc, start: int, end: int, text: str) -> Entry | None:
    """The place that the words after the name tell: "Kherson region", "Odessa, Texas"."""
    if end < len(doc) and doc[end].lower_ in ADMIN_WORDS:
        regions = [e for e in gazetteer.lookup(f"{text} {doc[end].lower_}") if e.precision == "admin"]
        return regions[0] if regions else None
    if end + 1 < len(doc) and doc[end].text == "," and text.lower() not in knowledge.country_names():
        following = doc[end + 1 : end + 3].text, doc[end + 1].text
        for name in following:
            if name in gazetteer.us_states():
                return max(
                    (e for e in gazetteer.lookup(text) if e.country_iso3 == "USA"),
                    key=lambda e: e.population,
                    default=None,
                )
            if code := knowledge.country_names().get(name.lower()):
                found = [e for e in gazetteer.lookup(text) if e.country_iso3 == code]
                return max(found, key=lambda e: e.population, default=None)
    return None
