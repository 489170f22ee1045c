"""Who a name or phrase stands for: a pure function of its arguments and the knowledge-base seeds.

``Resolver.resolve`` is called by the dbt Python model over the distinct forms of the warehouse and by
``wirehouse annotate``. It knows the curated actors by every alias and date, the offices they held, all
countries with demonyms and capitals, and role nouns with their PLOVER sector; any other name gets a
stable id made from its kind and form.

Towns come from the gazetteer, first-level divisions from ISO 3166-2 (pycountry).
"""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from hashlib import blake2b
from importlib import metadata
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import pycountry

from extract.nlp import gazetteer, knowledge
from extract.records import Resolution

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"

GOVERNMENT = frozenset(("government", "regime", "junta", "ruling junta", "military junta"))
# Of a person who held a top office: 'the Assad regime', 'the Obama administration'.
PERSONAL_GOVERNMENT = GOVERNMENT | {"administration", "cabinet"}
# Holders of these sectors belong to the elite (PLOVER ELI) once out of office.
STATE = frozenset(("GOV", "LEG", "MIL", "JUD", "SPY", "COP", "IGO"))
POLITIES = frozenset(("country", "nation", "republic", "kingdom"))
POSTED = frozenset(("ambassador", "ambassadors", "envoy", "envoys", "representative", "consul"))
KOREA = frozenset(("PRK", "KOR"))
NOBODY = "nobody"  # actor_id of what stands for no actor; the method is then "none"
PLACE_LABELS = frozenset(("GPE", "LOC", "FAC"))
PEOPLE_LABELS = frozenset(("NORP",))
LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ı": "i", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "æ": "ae", "ß": "ss"}
)
SPELLINGS = {
    "defense": "defence",
    "organization": "organisation",
    "organizations": "organisations",
    "center": "centre",
    "labor": "labour",
    "theater": "theatre",
    "advisor": "adviser",
    "advisors": "advisers",
    "neighbor": "neighbour",
    "neighbors": "neighbours",
}
CITY = 100_000  # inhabitants from which a town is taken for one inside a phrase, where its name may be a word
LONGEST = 8  # words of the longest name or noun looked up inside a phrase


T = TypeVar("T")


def _word_classes() -> dict[str, frozenset[str]]:
    classes: dict[str, set[str]] = defaultdict(set)
    with (SEEDS / "name_words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            classes[row["class"]].add(row["word"])
    return {name: frozenset(words) for name, words in classes.items()}


WORDS = _word_classes()


def _sector_names() -> dict[str, str]:
    with (SEEDS / "sectors.csv").open(encoding="utf-8", newline="") as file:
        return {row["sector"]: row["name"] for row in csv.DictReader(file)}


SECTORS = _sector_names()


class Word(NamedTuple):
    """A word of a form: folded for lookup, and as written."""

    key: str
    raw: str

    @property
    def is_capital(self) -> bool:
        return self.raw[:1].isupper()


class Day(date):
    """A day that notes from when to when every comparison with it so far would have come out the same."""

    first, last = date.min, date.max

    def __ge__(self, other: date) -> bool:
        if self.toordinal() >= other.toordinal():
            self.first = max(self.first, other)
            return True
        self.last = min(self.last, other - timedelta(1))
        return False

    def __le__(self, other: date) -> bool:
        if self.toordinal() <= other.toordinal():
            self.last = min(self.last, other)
            return True
        self.first = max(self.first, other + timedelta(1))
        return False

    def __gt__(self, other: date) -> bool:
        return not self <= other

    def __lt__(self, other: date) -> bool:
        return not self >= other


@dataclass(frozen=True, slots=True)
class Actor:
    """A row of ``actors.csv``."""

    actor_id: str
    name: str
    kind: str
    country_iso3: str | None
    sector: str | None
    part_of: str | None


@dataclass(frozen=True, slots=True)
class Alias:
    """A row of ``actor_aliases.csv``."""

    actor: Actor
    kind: str
    text: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Office:
    """A row of ``actor_roles.csv``."""

    actor: Actor
    role: str
    body: Actor | None
    sector: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Country:
    """A row of ``countries.csv``."""

    actor_id: str
    iso3: str
    name: str


@dataclass(frozen=True, slots=True)
class Noun:
    """A row of ``role_nouns.csv``."""

    text: str
    sector: str | None
    kind: str
    takes_affiliation: bool


class Span(NamedTuple, Generic[T]):
    """Something found in words ``start`` to ``end`` (exclusive) of a phrase."""

    start: int
    end: int
    found: T


def fold(word: str) -> str:
    """Fold a word for lookup: lower case, no diacritics, apostrophes or dots, British spelling."""
    plain = unicodedata.normalize("NFKD", word.translate(LETTERS))
    key = "".join(letter for letter in plain.casefold() if letter.isalnum() or letter in "+&")
    return SPELLINGS.get(key, key)


TOP_OFFICES = frozenset(" ".join(map(fold, office.replace("-", " ").split())) for office in WORDS["top office"])


@lru_cache(maxsize=200_000)
def _word(raw: str) -> Word:
    bare = raw.replace("’", "'").replace("ʼ", "'").strip('.,;:!?"“”„«»()[]')
    if bare.endswith(("'s", "'S")):
        bare = bare[:-2]
    return Word(fold(bare), bare)


def split(form: str) -> tuple[Word, ...]:
    """The words of a form, without possessive marks; hyphens, slashes and dashes part words."""
    for mark in "-‐‑–—/":
        form = form.replace(mark, " ")
    return tuple(word for word in map(_word, form.split()) if word.key)


def key_of(words: Iterable[Word]) -> str:
    return " ".join(word.key for word in words)


def singulars(key: str) -> Sequence[str]:
    """A key and what its last word may be the plural of."""
    if key.endswith("men"):
        return key, key[:-2] + "an"
    if key.endswith("children"):
        return key, key[:-3]
    if key.endswith("ies"):
        return key, key[:-3] + "y", key[:-1]
    if key.endswith("es"):
        return key, key[:-1], key[:-2]
    if key.endswith("s"):
        return key, key[:-1]
    return (key,)


def slug(text: str, limit: int = 80) -> str:
    """A readable, stable id part; hashed where there is nothing to read or it is too long."""
    name = "-".join(text.split())
    if name and len(name) <= limit and any(letter.isalnum() for letter in name):
        return name
    return f"{name[:limit]}~{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"


def office_key(words: Iterable[str]) -> str:
    """One wording for an office: 'minister of defence' and 'minister for defence' are 'defence minister'."""
    left = ["minister" if word == "ministers" else word for word in words]
    left = ["prime", "minister"] if left in (["pm"], ["premier"]) else left
    for head in ("minister", "secretary"):
        if left[:2] in ([head, "of"], [head, "for"]) and left[2:] and left[2:] != ["state"]:
            return " ".join([*(word for word in left[2:] if word != "the"), head])
    return " ".join(word for word in left if word != "the")


def _body_key(words: Iterable[str]) -> str:
    """One wording for a body: 'ministry of foreign affairs' and 'foreign affairs ministry' are 'foreign ministry'."""
    left = [word for word in words if word != "the"]
    if left[:2] == ["ministry", "of"] or left[:2] == ["department", "of"]:
        left = [*left[2:], left[0]]
    return " ".join(left).replace("foreign affairs ministry", "foreign ministry")


def _day(text: str, default: date) -> date:
    return date.fromisoformat(text) if text else default


class Resolver:
    """Resolves names and phrases against one folder of seeds. ``default()`` has those of this repository."""

    def __init__(self, folder: Path) -> None:
        self.actors: dict[str, Actor] = {}
        self.countries: dict[str, Country] = {}
        self._aliases: dict[str, list[Alias]] = defaultdict(list)
        self._people: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._offices_of: dict[str, list[Office]] = defaultdict(list)
        self._offices: dict[tuple[str, str], list[Office]] = defaultdict(list)
        self._country_words: dict[str, Country] = {}
        self._demonyms: dict[str, Country] = {}
        self._names_of: dict[str, list[str]] = {}
        self._capitals: dict[str, Country] = {}
        self._governments: dict[str, Country] = {}
        self._nouns: dict[str, Noun] = {}
        self._small: set[str] = set()  # first words of names written in small letters
        tables = {
            "actors": self._add_actor,
            "actor_aliases": self._add_alias,
            "countries": self._add_country,
            "role_nouns": self._add_noun,
            "actor_roles": self._add_office,
        }
        for name, add in tables.items():
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    add(row)
        self._cached = lru_cache(maxsize=200_000)(self._resolve)

    @classmethod
    def from_seeds(cls, folder: Path = SEEDS) -> Resolver:
        """Read ``actors``, ``actor_aliases``, ``actor_roles``, ``countries`` and ``role_nouns`` (CSV) of a folder.

        Raises FileNotFoundError, and ValueError for an alias or role of an actor that is not there.
        """
        return cls(folder)

    @staticmethod
    @cache
    def default() -> Resolver:
        """The resolver over the seeds of this repository, built once."""
        return Resolver.from_seeds()

    def resolve(
        self,
        form: str,
        *,
        label: str | None = None,
        on: date | None = None,
        role: str | None = None,
        affiliation: str | None = None,
    ) -> Resolution:
        """Say who ``form`` stands for.

        ``label`` is the mention's label (PERSON, ORG, GPE, NORP, ROLE, PRON, ...), ``on`` the day of the
        article: it decides which aliases are valid, who holds an office and in which sector a person is.
        ``role`` and ``affiliation`` are those the article gives ('foreign minister', 'Iranian').
        A capital stands for its government unless ``label`` says it is a place: pass ORG (or None) where it
        speaks or acts. Never raises; an unknown name gets a stable id and ``is_curated`` False.
        """
        return self._cached(form or "", label or None, on, role or None, affiliation or None)

    def resolve_around(
        self,
        form: str,
        on: date,
        *,
        label: str | None = None,
        role: str | None = None,
        affiliation: str | None = None,
    ) -> tuple[Resolution, date, date]:
        """As ``resolve``, and the first and last day around ``on`` for which the same is known to hold."""
        day = Day.fromordinal(on.toordinal())
        found = self._resolve(form or "", label or None, day, role or None, affiliation or None)
        return found, day.first, day.last

    # --- tables -------------------------------------------------------------------------------------

    def _add_actor(self, row: dict[str, str]) -> None:
        actor = Actor(
            row["actor_id"],
            row["canonical_name"],
            row["kind"],
            row["country_iso3"] or None,
            row["sector"] or None,
            row["part_of"] or None,
        )
        self.actors[actor.actor_id] = actor

    def _known(self, row: dict[str, str], what: str) -> Actor:
        actor = self.actors.get(row["actor_id"])
        if actor is None:
            raise ValueError(f"The {what} is of the actor {row['actor_id']!r}, which actors.csv does not have.")
        return actor

    def _add_alias(self, row: dict[str, str]) -> None:
        actor = self._known(row, f"alias {row['alias']!r}")
        words = split(row["alias"])
        valid = _day(row["valid_from"], date.min), _day(row["valid_to"], date.max)
        alias = Alias(actor, row["kind"], row["alias"], *valid)
        # 'The Hill' must not be found in 'hill': a name of one word after the article keeps it.
        key = key_of(words if len(words) == 2 else _without_determiner(words))
        self._aliases[key].append(alias)
        if words and words[0].raw.islower() and len(words) > 1:
            self._small.add(words[0].key)
        # Not where the family name stands first: 'Kim Jong' is no short form of 'Kim Yo Jong'.
        if actor.kind == "person" and alias.kind != "surname" and len(words) > 1 and actor.country_iso3 not in KOREA:
            self._people[words[0].key, words[-1].key].add(actor.actor_id)

    def _add_country(self, row: dict[str, str]) -> None:
        country = Country(row["actor_id"], row["iso3"], row["name"])
        self.countries[country.iso3] = country

        def keys(*columns: str) -> list[str]:
            return [
                key_of(_without_determiner(split(text)))
                for column in columns
                for text in row[column].split("|")
                if text.strip()
            ]

        self._names_of[country.iso3] = [*keys("name", "names"), *keys("demonyms")]
        for key in keys("name", "names"):
            self._country_words.setdefault(key, country)
        for key in keys("demonyms"):
            self._demonyms.setdefault(key, country)
        for key in keys("capital", "capital_names"):
            self._capitals.setdefault(key, country)
        for key in keys("government_names"):
            self._governments.setdefault(key, country)

    def _add_noun(self, row: dict[str, str]) -> None:
        noun = Noun(row["noun"], row["sector"] or None, row["kind"], row["takes_affiliation"] == "true")
        self._nouns[key_of(split(row["noun"]))] = noun

    def _add_office(self, row: dict[str, str]) -> None:
        actor = self._known(row, f"role {row['role']!r}")
        valid = _day(row["valid_from"], date.min), _day(row["valid_to"], date.max)
        words = [word.key for word in split(row["role"])]
        bodies = [
            alias.actor for alias in self._aliases.get(key_of(_without_determiner(split(row["organisation"]))), ())
        ]
        office = Office(actor, office_key(words), next(iter(bodies), None), row["sector"], *valid)
        self._offices_of[actor.actor_id].append(office)
        self._offices[office_key(words), row["country_iso3"]].append(office)
        # Within the body it is 'secretary-general', where the role says no more than that it is the body's.
        head, _, rest = " ".join(words).partition(" of ")
        for body in bodies:
            own = {alias.actor.actor_id for alias in self._aliases.get(rest.removeprefix("the "), ())}
            if rest and body.actor_id not in own:
                continue
            chiefs = WORDS["chief"] if head in TOP_OFFICES else frozenset[str]()
            for name in {office_key(head.split()), *chiefs}:
                self._offices[name, body.actor_id].append(office)

    def _region(self, words: Sequence[Word], inhabitants: int = 1) -> str | None:
        """Country of a town (the largest of the name) or of a first-level division whose name only one country has.

        Of towns with one word for a name only those of so many inhabitants count.
        """
        key = key_of(words)
        if len(key) < 4 or not words[0].is_capital or key in WORDS["no place"]:
            return None
        if key in self._nouns or key in self._country_words:
            return None
        # Regions and states come before towns: Florida is not the town in Cuba.
        found = gazetteer.lookup(_written(words))
        larger = (entry for entry in found if entry.precision != "city")
        town = next(larger, None) or max(found, key=lambda entry: entry.population, default=None)
        if town and len(words) == 1 and town.precision == "city" and town.population < inhabitants:
            return None
        return (town.country_iso3 if town else None) or _divisions().get(key)

    # --- resolution ---------------------------------------------------------------------------------

    def _resolve(
        self, form: str, label: str | None, on: date | None, role: str | None, affiliation: str | None
    ) -> Resolution:
        words = split(form)
        bare = _without_determiner(words)
        if not bare or label == "PRON" or (len(bare) == 1 and _is_pronoun(bare[0])):
            return _nobody(form)
        while len(bare) > 1 and bare[-1].key in WORDS["participle"]:  # 'US-led'
            words, bare = words[:-1], bare[:-1]
        if len(bare) == 2 and bare[0].key in WORDS["stance"] and bare[1].is_capital:  # 'pro-Kremlin'
            return _nobody(form)
        near = self._country_in(split(affiliation)) if affiliation else None
        return (
            self._by_name(words, label, on, near)
            or self._by_country(bare, label)
            or self._by_phrase(bare, form, label, on, role, affiliation, near)
        )

    def _by_name(
        self, words: tuple[Word, ...], label: str | None, on: date | None, near: str | None
    ) -> Resolution | None:
        bare = _without_determiner(words)
        candidates = [words, bare]
        if label == "ORG":
            candidates.append((Word("the", "the"), *bare))
        name = bare
        while len(name) > 1 and name[0].key in WORDS["honorific"]:
            name = name[1:]
        while (len(name) > 2 and name[-1].key in WORDS["suffix"]) or (
            len(name) > 1 and name[-1].key in WORDS["company"]
        ):
            name = name[:-1]
        candidates.append(name)
        for candidate in dict.fromkeys(candidates):
            alias = self._alias(candidate, label, on, near)
            if alias:
                method = alias.kind if alias.kind in ("surname", "acronym") else "alias"
                return self._actor_result(alias.actor, on, method)
        if label in (None, "PERSON") and len(name) > 1 and all(word.is_capital for word in name):
            person = self._person(name, on)
            if person:
                return self._actor_result(person, on, "contained-name")
        return None

    def _alias(self, words: Sequence[Word], label: str | None, on: date | None, near: str | None) -> Alias | None:
        found = [
            alias
            for alias in self._aliases.get(key_of(words), ())
            if (on is None or alias.valid_from <= on <= alias.valid_to)
            and _reads_as(alias, words, label)
            and (alias.kind != "local" or (near and alias.actor.country_iso3 == near))
        ]
        if near and found and found[0].actor.kind != "person":
            found = [alias for alias in found if alias.actor.country_iso3 in (near, None)]
        return found[0] if len({alias.actor.actor_id for alias in found}) == 1 else None

    def _person(self, words: Sequence[Word], on: date | None) -> Actor | None:
        """The one curated person with this first and last name, or this initial and surname."""
        ids = self._people.get((words[0].key, words[-1].key), set())
        if not ids and len(words[0].key) == 1:
            owners = {alias.actor for alias in self._aliases.get(words[-1].key, ()) if alias.kind == "surname"}
            ids = {owner.actor_id for owner in owners if fold(owner.name)[:1] == words[0].key}
        return self.actors[next(iter(ids))] if len(ids) == 1 else None

    def _by_country(self, words: tuple[Word, ...], label: str | None) -> Resolution | None:
        key = key_of(words)
        if label == "PERSON" or not words[0].is_capital:
            return None
        if key in self._governments:
            return self._government(self._governments[key])
        country = self._country(words) if key in self._country_words else None
        if country is None and len(words) > 2 and words[0].key in WORDS["polity"] and words[1].key == "of":
            country = self._country_words.get(key_of(_without_determiner(words[2:])))
        if country:
            return _result(country.actor_id, country.name, "country", country.iso3, None, True, "country")
        if key in self._capitals:
            capital = self._capitals[key]
            if label not in PLACE_LABELS:
                return self._government(capital)
            return _result("place:" + slug(key), _written(words), "place", capital.iso3, None, False, "capital")
        if key in self._demonyms:  # 'the British', and the adjective of 'a Russian attack'
            country = self._demonyms[key]
            return _result(country.actor_id, country.name, "country", country.iso3, None, True, "demonym")
        people = next((self._demonyms[one] for one in singulars(key) if one in self._demonyms), None)
        return self._people_of(None, people.iso3, "CVL", "demonym") if people else None

    def _government(self, country: Country) -> Resolution:
        name = f"Government of {country.name}"
        return _result("government:" + country.actor_id, name, "organisation", country.iso3, "GOV", True, "government")

    def _by_phrase(
        self,
        words: tuple[Word, ...],
        form: str,
        label: str | None,
        on: date | None,
        role: str | None,
        affiliation: str | None,
        near: str | None,
    ) -> Resolution:
        words = _without_quantity(words)
        places = self._find_countries(words)
        # 'Ambassador to Ukraine' says where, not whose.
        posted = next(
            (i for i, word in enumerate(words) if i and word.key == "to" and words[i - 1].key in POSTED), None
        )
        if posted is not None:
            abroad = {span.found for span in places if span.start > posted}
            places = [span for span in places if span.start < posted]
            near = None if near in abroad else near
        if len({span.found for span in places}) > 1 and sum(span.end - span.start for span in places) == len(words):
            return _nobody(form)  # 'US-China' are two
        country = places[0].found if places else near
        # 'Iran-backed Houthi rebels' are not Iran's.
        own = (p.found for p in places if p.end == len(words) or words[p.end].key not in WORDS["participle"])
        named = self._find_named(words, on, near or next(own, None))
        inside = range(named.start, named.end) if named else range(0)
        prepositions = (i for i, word in enumerate(words) if i and i not in inside and word.key in WORDS["preposition"])
        edge = next(prepositions, len(words))
        nouns = self._find_nouns(words, inside)
        head = next((span for span in reversed(nouns) if span.start < edge), None)
        if named and self._is_itself(words, named, head, nouns, places):
            actor = named.found
            return self._actor_result(actor, on, "contained-name")
        body = named.found if named else self._body(affiliation, on)
        if body and not named and places and body.country_iso3 != places[0].found:
            body = None  # 'his French counterpart' is not of the body that 'his' stands for
        if country is None and body:
            country = body.country_iso3
        if label is None and (head is None or head.end < edge) and not words[edge - 1].is_capital:
            # A thing: 'Russian missiles', 'public property'.
            return _result(NOBODY, form, "unnamed role", country, None, False, "none")
        if head is None or (label == "PERSON" and not _titled(words, head)) or _is_name(words, head, label):
            return self._uncurated(words, form, label, role, places, near, body, head)
        noun = head.found
        if country is None and body is None:
            country = self._region_in(words)
        former = any(word.key in WORDS["former"] for word in words[: head.start + 1])
        holder = None if former else self._holder(words, head, places, named, country, body, on)
        if holder:
            return self._actor_result(holder, on, "office")
        polity = self._polity(words, head, places)
        if polity:
            return _result(polity.actor_id, polity.name, "country", polity.iso3, None, True, "country")
        if head.end == edge and not former:
            governed = self._governed(words, head, places, named, country)
            if governed:
                return self._government(self.countries[governed])
        sector = self._sector(noun, head, nouns, body, country)
        if former and sector in STATE:
            sector = "ELI"
        return self._noun_result(words, form, label, head, country, body, sector, places)

    def _polity(self, words: Sequence[Word], head: Span[Noun], places: list[Span[str]]) -> Country | None:
        """The country in 'the war-torn country of Ukraine'."""
        after = head.end + (words[head.end + 1 : head.end + 2] != () and words[head.end + 1].key == "the") + 1
        is_named = head.found.text in POLITIES and words[head.end : head.end + 1] and words[head.end].key == "of"
        span = next((span for span in places if span.start == after and span.end == len(words)), None)
        return self.countries[span.found] if is_named and span else None

    def _governed(
        self,
        words: Sequence[Word],
        head: Span[Noun],
        places: list[Span[str]],
        named: Span[Actor] | None,
        country: str | None,
    ) -> str | None:
        """The country whose government is meant: 'the Iranian regime', 'the Obama administration'."""
        noun = head.found
        if named:
            actor = named.found
            rules = any(
                office.role in WORDS["head of government"] for office in self._offices_of.get(actor.actor_id, ())
            )
            return actor.country_iso3 if rules and noun.text in PERSONAL_GOVERNMENT else None
        if noun.text in GOVERNMENT:
            return country
        placed = {i for span in places for i in range(span.start, span.end)}
        others = [word for i, word in enumerate(words[: head.start]) if i not in placed]
        alone = all(word.key in WORDS["filler"] for word in others)
        return country if noun.text in PERSONAL_GOVERNMENT and alone else None

    def _noun_result(
        self,
        words: tuple[Word, ...],
        form: str,
        label: str | None,
        head: Span[Noun],
        country: str | None,
        body: Actor | None,
        sector: str | None,
        places: list[Span[str]],
    ) -> Resolution:
        """A phrase with a known noun: a body of its own, else the people of a country or body in a sector."""
        noun = head.found
        proper = [w for i, w in enumerate(words) if w.is_capital and not any(s.start <= i < s.end for s in places)]
        is_body = noun.kind not in ("person", "group") and not noun.takes_affiliation
        # A country has one parliament and one foreign ministry, however they are written.
        is_sole = country and not body and noun.text in WORDS["sole body"]
        if is_sole and key_of(words[head.start : head.end]) == key_of(split(noun.text)) and label != "PERSON":
            name = _body_key(word.key for word in words[head.start : head.end])
            known = self._body_of_country(name, key_of(words[head.start : head.end]), country or "")
            if known:
                return self._actor_result(known, None, "alias")
        elif is_body and (label == "ORG" or (label is None and proper)):
            name = _body_key(word.key for word in self._without_country(words, places))
            if sector not in STATE or not country:
                name = key_of(words)
        else:
            method = "organisation+role" if body else "country+role" if country else "role"
            if sector or body or country:
                return self._people_of(body, country, sector, method)
            is_name = label in (None, "ORG") and len(proper) > 1  # 'Lazarus Group'
            return self._uncurated(words, form, "ORG", None, places, None, None, None) if is_name else _nobody(form)
        kind = noun.kind if noun.kind in ("company", "media", "armed group") else "organisation"
        if body and body.country_iso3 is None:  # 'the EU parliament'
            ident, shown = f"organisation:{body.actor_id}:{slug(name)}", _written(words)
        elif country and (sector in STATE or not proper):
            ident, shown = f"organisation:{country.lower()}:{slug(name)}", f"{name} ({self.countries[country].name})"
        else:
            ident, shown = f"organisation:{slug(name)}", _written(words)
        return _result(ident, shown, kind, country, sector, False, "organisation-pattern")

    def _body_of_country(self, name: str, written: str, country: str) -> Actor | None:
        """The curated body that a country's 'foreign ministry' or 'supreme court' is."""
        found = {
            alias.actor.actor_id
            for key in {name, written}
            for whose in self._names_of[country]
            for form in (f"{whose} {key}", f"{key} of {whose}")
            for alias in self._aliases.get(form, ())
            if alias.actor.country_iso3 == country and alias.actor.kind == "organisation"
        }
        return self.actors[found.pop()] if len(found) == 1 else None

    def _without_country(self, words: Sequence[Word], places: list[Span[str]]) -> list[Word]:
        """The words of a body's name without its country and what tied it on: 'Ministry of Health of Chad'."""
        named = {
            i
            for span in places
            if key_of(words[span.start : span.end]) not in self._capitals
            for i in range(span.start, span.end)
        }
        left = [word for i, word in enumerate(words) if i not in named]
        while len(left) > 1 and (left[-1].key in WORDS["preposition"] or left[-1].key in WORDS["determiner"]):
            left.pop()
        return left or list(words)

    def _people_of(self, body: Actor | None, country: str | None, sector: str | None, method: str) -> Resolution:
        """The unnamed people of a body, or of a country in a sector: one actor, whatever they are called."""
        whose: str | None
        if body:
            owner, whose, country = body.actor_id, body.name, body.country_iso3
            sector = sector or body.sector
            shown = None if sector == body.sector else sector
        else:
            owner, whose = (country.lower(), self.countries[country].name) if country else ("unknown", None)
            shown = sector
        if shown:
            name = f"{SECTORS[shown]} ({whose})" if whose else SECTORS[shown]
        else:
            name = f"people of {whose or 'an unknown country'}"
        ident = ":".join(["role", owner, *([shown.lower()] if shown else [])])
        return _result(ident, name, "unnamed role", country, sector, False, method)

    def _uncurated(
        self,
        words: tuple[Word, ...],
        form: str,
        label: str | None,
        role: str | None,
        places: list[Span[str]],
        near: str | None,
        body: Actor | None,
        head: Span[Noun] | None,
    ) -> Resolution:
        """A name, or a phrase without a known noun: country and sector from what stands with it."""
        titled = head is not None and _is_name(words, head, label)
        start = head.end if titled and head else 0
        name = words[start:]
        while len(name) > 1 and name[0].key in WORDS["honorific"]:
            name = name[1:]
        town = self._region(name) if label in (None, *PLACE_LABELS) else None
        if town and not titled and role is None:
            return _result("place:" + slug(key_of(name)), _written(name), "place", town, "CVL", False, "place")
        kind = _kind(name, label, titled or role is not None)
        if kind == "person":  # a name may hold a place's name: 'Paris Hilton'
            places = [span for span in places if span.start < start]
        country = near or (places[0].found if places else body.country_iso3 if body else None)
        sector = None
        if titled and head:
            noun = head.found
            sector = self._sector(noun, head, [head], body, country)
        if role and kind == "person":
            told = self.resolve(role, label="ROLE")
            country = country or told.country_iso3
            sector = body.sector if body and told.sector in (None, "GOV") else told.sector or sector
        if kind == "person" and len(name) == 1 and role is None and name[0].key in knowledge.given_names():
            return _nobody(form)  # 'Jim' is somebody only within the article
        if label in PEOPLE_LABELS and len(name) == 1 and not name[0].key.endswith("s"):
            return _nobody(form)  # the adjective of 'European capitals'
        if kind == "unnamed role":
            return self._people_of(body, country, sector, "role") if body or country else _nobody(form)
        if country is None and kind in ("organisation", "group"):
            country = self._region_in(words)
        ident = f"{kind.replace(' ', '-')}:{slug(key_of(name) or form)}"
        return _result(ident, _written(name) or form, kind, country, sector, False, "uncurated")

    def _actor_result(self, actor: Actor, on: date | None, method: str) -> Resolution:
        sector = self._sector_on(actor, on)
        # Who heads an international body acts for it and not for the country of birth.
        body = self.body_of(actor, on)
        country = None if body and body.country_iso3 is None else actor.country_iso3
        return _result(actor.actor_id, actor.name, actor.kind, country, sector, True, method)

    def body_of(self, actor: Actor, on: date | None) -> Actor | None:
        """The curated body in which a person holds an office on a day; without a day, at the latest known time."""
        held = self._held(actor, on or date.max)
        return held.body if held else None

    def _held(self, actor: Actor, on: date) -> Office | None:
        held = [
            office for office in self._offices_of.get(actor.actor_id, ()) if office.valid_from <= on <= office.valid_to
        ]
        return max(held, key=lambda office: office.valid_from, default=None)

    def _sector_on(self, actor: Actor, on: date | None) -> str | None:
        """Sector of the office held on a day; ELI once out of office, unknown before the first."""
        offices = self._offices_of.get(actor.actor_id)
        if on is None or not offices:
            return actor.sector
        held = self._held(actor, on)
        if held:
            return held.sector
        begun = [office for office in offices if office.valid_from <= on]
        if not begun:
            return None if offices[0].sector in STATE else actor.sector
        last = max(begun, key=lambda office: office.valid_to).sector
        return actor.sector if actor.sector not in STATE else "ELI" if last in STATE else actor.sector

    # --- reading a phrase ------------------------------------------------------------------------------

    def _country(self, words: Sequence[Word]) -> Country | None:
        if not words[0].is_capital:
            return None
        key = key_of(words)
        found = self._country_words.get(key) or self._demonyms.get(key)
        if found and len(key) <= 3 and not words[0].raw.replace(".", "").isupper():
            return None  # 'us', 'car'
        if found is None and len(words) == 1:
            found = next((self._demonyms[one] for one in singulars(key)[1:] if one in self._demonyms), None)
        return found

    def _country_in(self, words: Sequence[Word]) -> str | None:
        spans = self._find_countries(words)
        return spans[0].found if spans else None

    def _find_countries(self, words: Sequence[Word]) -> list[Span[str]]:
        """Countries by name, demonym or capital, in order, longest first; ``found`` is the ISO code."""
        spans, i = [], 0
        while i < len(words):
            # 'pro-Russian' is not Russian
            last = i if not words[i].is_capital or (i and words[i - 1].key in WORDS["stance"]) else i + 6
            for end in range(min(len(words), last), i, -1):
                key = key_of(words[i:end])
                country = self._country(words[i:end])
                if country is None and len(words) > 1 and key not in WORDS["no place"]:
                    country = self.countries.get("USA") if key in _states() else self._capitals.get(key)
                if country:
                    spans.append(Span(i, end, country.iso3))
                    i = end - 1
                    break
            i += 1
        return spans

    def _region_in(self, words: Sequence[Word]) -> str | None:
        spans = (words[i : i + size] for size in (3, 2, 1) for i in range(len(words) - size + 1))
        return next((region for span in spans if (region := self._region(span, CITY))), None)

    def _find_nouns(self, words: Sequence[Word], taken: range) -> list[Span[Noun]]:
        """Role nouns outside ``taken`` in order, longest first; ``found`` is the Noun."""
        spans: list[Span[Noun]] = []
        i = 0
        while i < len(words):
            if i in taken:
                i = taken.stop
                continue
            limit = taken.start if i < taken.start else len(words)
            for end in range(min(limit, i + LONGEST), i, -1):
                noun = next((self._nouns[one] for one in singulars(key_of(words[i:end])) if one in self._nouns), None)
                if noun:
                    spans.append(Span(i, end, noun))
                    i = end - 1
                    break
            i += 1
        return spans

    def _find_named(self, words: Sequence[Word], on: date | None, country: str | None) -> Span[Actor] | None:
        """The curated name inside the phrase: that at its end, else the longest, else the last."""
        best: Span[Actor] | None = None
        for start in range(len(words)):
            # 'morality police' is written so; other names begin with a capital.
            if not words[start].is_capital and words[start].key not in self._small:
                continue
            if start and words[start - 1].key in WORDS["stance"]:
                continue
            for end in range(min(len(words), start + LONGEST), start, -1):
                alias = self._alias(words[start:end], None, on, country) if end - start < len(words) else None
                if alias is None or (alias.actor.country_iso3 != country and self._is_noun(words[start:end])):
                    continue
                if alias.kind == "surname" and start and self._is_given_name(words[start - 1]):
                    continue
                if best is None or (end == len(words), end - start) >= (best.end == len(words), best.end - best.start):
                    best = Span(start, end, alias.actor)
                break
        return best

    def _is_given_name(self, word: Word) -> bool:
        """Whether a word before a surname makes it another person's: capitalised, and no title or country."""
        tables: tuple[Container[str], ...] = (self._nouns, self._country_words, self._demonyms, self._aliases)
        known = any(key in table for key in singulars(word.key) for table in (*tables, *WORDS.values()))
        return word.is_capital and not known

    def _is_noun(self, words: Sequence[Word]) -> bool:
        """Whether a name is a common description too: 'Security Service', 'Self-Defence Forces'."""
        return any(key in self._nouns for key in singulars(key_of(words)))

    def _is_itself(
        self,
        words: Sequence[Word],
        named: Span[Actor],
        head: Span[Noun] | None,
        nouns: list[Span[Noun]],
        places: list[Span[str]],
    ) -> bool:
        """Whether the phrase is the named actor with its titles and description, not somebody of it."""
        actor = named.found
        known = {i for start, end, _ in (*nouns, *places) for i in range(start, end)}
        before = [word for i, word in enumerate(words[: named.start]) if i not in known]
        joints = WORDS["preposition"] | WORDS["determiner"]
        if any(word.key in WORDS["preposition"] for word in words[: named.start]):
            # 'President of the United States Joe Biden', but not 'a spokesman for Joe Biden'
            full_name = actor.kind == "person" and named.end - named.start > 1
            return full_name and named.end == len(words) and words[named.start - 1].key not in joints
        strange = any(
            word.is_capital and word.key not in WORDS["honorific"] and word.key not in WORDS["former"]
            for word in before
        )
        if strange and named.end - named.start == 1:
            return False
        after = words[named.end :]
        if not after or after[0].key in WORDS["preposition"]:
            return True
        noun = head.found if head and head.start == named.end else None
        if noun is None or head is None or head.end != len(words) or actor.kind == "person":
            return False
        if noun.kind in ("person", "group") or noun.takes_affiliation:
            return False
        return noun.sector == actor.sector or actor.kind == "armed group"

    def _body(self, affiliation: str | None, on: date | None) -> Actor | None:
        """The curated organisation an affiliation names."""
        if not affiliation:
            return None
        words = _without_determiner(split(affiliation))
        alias = self._alias(words, None, on, None) if words else None
        if alias is None and words:
            span = self._find_named(words, on, None)
            return span.found if span else None
        return alias.actor if alias else None

    def _sector(
        self, noun: Noun, head: Span[Noun], nouns: list[Span[Noun]], body: Actor | None, country: str | None
    ) -> str | None:
        """The noun's sector; for a spokesman, member or chief that of the body he belongs to."""
        if body and body.sector == "IGO" and noun.sector in ("GOV", "COP", "MIL"):
            return "IGO"  # inspectors of the IAEA, peacekeepers of the UN
        if not noun.takes_affiliation:
            return noun.sector
        if body:
            return body.sector
        others = [span for span in nouns if span.end <= head.start][::-1] + [s for s in nouns if s.start >= head.end]
        for other in others:
            owner = other.found
            if not owner.takes_affiliation and owner.sector:
                return owner.sector
        return noun.sector or ("GOV" if country else None)

    def _holder(
        self,
        words: Sequence[Word],
        head: Span[Noun],
        places: list[Span[str]],
        named: Span[Actor] | None,
        country: str | None,
        body: Actor | None,
        on: date | None,
    ) -> Actor | None:
        """The one curated person who held the office on the day; None where the day or the holder is unknown."""
        if on is None:
            return None
        # 'secretary-general' of a body; 'Kremlin spokesman' of a country.
        # Of Starlink the head is that of SpaceX.
        parent = body.part_of if body and body.kind == "company" else None
        spans = [(span.start, span.end) for span in places]
        inner = [*spans, (named.start, named.end)] if named else spans
        owners = ((body.actor_id if body else None, inner), (parent, inner), (country, spans))
        # Of 'President Putin's spokesman' the president is no part of the office.
        first = named.end if named and named.found.kind == "person" and named.end <= head.start else 0
        for owner, taken in owners:
            left = [
                word.key
                for i, word in enumerate(words)
                if i >= first and word.key not in WORDS["filler"] and not any(start <= i < end for start, end in taken)
            ]
            while left and (left[-1] in WORDS["preposition"] or left[-1] == "the"):
                left.pop()
            offices = self._offices.get((office_key(left), owner), ()) if owner else ()
            held = {office.actor for office in offices if office.valid_from <= on <= office.valid_to}
            if len(held) == 1:
                return held.pop()
        return None


def _without_determiner(words: tuple[Word, ...]) -> tuple[Word, ...]:
    while len(words) > 1 and words[0].key in WORDS["determiner"] and not words[0].raw.isupper():
        words = words[1:]
    return words


def _is_pronoun(word: Word) -> bool:
    """'he', 'Who' and 'Both', but not 'US' and 'WHO'."""
    return word.key in WORDS["pronoun"] | WORDS["quantifier"] and (len(word.raw) == 1 or not word.raw.isupper())


def _without_quantity(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """'several of the largest trade unions' is about trade unions."""
    for i, word in enumerate(words[:4]):
        if word.key == "of" and i and all(w.key in WORDS["quantifier"] or w.key == "group" for w in words[:i]):
            return _without_determiner(words[i + 1 :]) or words
    return words


def _reads_as(alias: Alias, words: Sequence[Word], label: str | None) -> bool:
    """Whether the words can be the alias as they are written: case tells 'WHO' from 'who'."""
    if alias.kind == "surname":
        return words[0].is_capital and label not in PLACE_LABELS and label not in PEOPLE_LABELS
    if len(words) == 1:
        raw = words[0].raw.replace(".", "")
        if alias.kind in ("acronym", "local"):
            return raw.isupper() or raw == alias.text or (len(raw) > 3 and words[0].is_capital)
        return any(letter.isupper() for letter in raw)
    return True


def _titled(words: Sequence[Word], head: Span[Noun]) -> bool:
    return head.start == 0 or head.end == len(words)


def _is_name(words: Sequence[Word], head: Span[Noun], label: str | None) -> bool:
    """'Governor Jane Doe': a person noun with a capitalised name after it."""
    noun = head.found
    name = words[head.end :]
    if label not in (None, "PERSON") or noun.kind != "person" or not name or not words[head.end - 1].is_capital:
        return False
    return all(word.is_capital for word in name) and not any(word.key in WORDS["preposition"] for word in name)


def _kind(words: Sequence[Word], label: str | None, is_person: bool) -> str:
    if label == "PERSON" or (label is None and is_person):
        return "person"
    if label in PLACE_LABELS:
        return "place"
    if label in PEOPLE_LABELS:
        return "group"
    if label == "ROLE" or not any(word.is_capital for word in words):
        return "unnamed role"
    if label is None and len(words) > 1 and all(word.is_capital for word in words):
        return "person"
    return "organisation"


def _written(words: Sequence[Word]) -> str:
    return " ".join(word.raw for word in words)


def _nobody(form: str) -> Resolution:
    return _result(NOBODY, form, "unnamed role", None, None, False, "none")


def _result(
    actor_id: str, name: str, kind: str, country: str | None, sector: str | None, is_curated: bool, method: str
) -> Resolution:
    return Resolution(
        actor_id=actor_id,
        canonical_name=name,
        kind=kind,
        country_iso3=country,
        sector=sector,
        is_curated=is_curated,
        method=method,
    )


@cache
def version() -> str:
    """Hash of all that a resolution depends on: this package's code and lexicon, the seeds and pycountry."""
    digest = blake2b(digest_size=12)
    here = Path(__file__).parent
    for path in [*sorted(here.glob("*.py")), *sorted((here / "lexicon").glob("*.csv")), *sorted(SEEDS.glob("*.csv"))]:
        digest.update(path.name.encode() + path.read_bytes())
    digest.update(metadata.version("pycountry").encode())
    return digest.hexdigest()


@cache
def _states() -> frozenset[str]:
    """Folded names of the states of the US but Georgia: 'New Mexico' is not Mexico."""
    return frozenset(key_of(split(state)) for state in gazetteer.us_states()) - {"georgia"}


@cache
def _divisions() -> dict[str, str]:
    """Folded names of first-level divisions that only one country has -> ISO 3166-1 alpha-3."""
    owners: dict[str, set[str]] = defaultdict(set)
    iso3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    for division in pycountry.subdivisions:
        key = key_of(split(division.name))
        if division.parent_code is None and not set(key.split()) <= WORDS["direction"]:
            owners[key].add(iso3[division.country_code])
    return {key: codes.pop() for key, codes in owners.items() if len(codes) == 1}
