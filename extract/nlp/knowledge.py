"""The word lists and the knowledge base, read once: the only place that knows where they are.

``lexicon`` reads the lists of this package, ``seed`` those of the knowledge base, which dbt loads as
seeds. Keys of all the dictionaries below are lower case.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

LEXICON = Path(__file__).parent / "lexicon"
SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"


class ActorNoun(NamedTuple):
    """A common noun for somebody who can speak or act."""

    kind: str  # person, group, organisation or document
    gender: str  # m, f or empty
    is_weak: bool = False  # mostly a thing: an actor only where it is the subject


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lexicon(name: str) -> list[dict[str, str]]:
    """Rows of ``lexicon/<name>.csv``. Raises FileNotFoundError."""
    return _read(LEXICON / f"{name}.csv")


def seed(name: str) -> list[dict[str, str]]:
    """Rows of the knowledge base's ``<name>.csv``. Raises FileNotFoundError."""
    return _read(SEEDS / f"{name}.csv")


@cache
def actor_nouns() -> dict[str, ActorNoun]:
    """Noun of one or two words (singular) -> kind and gender.

    The persons of the knowledge base's ``role_nouns`` and the nouns of ``lexicon/actor_nouns.csv``, which wins:
    it says which nouns for bodies, groups and documents can act, and by kind "none" which persons are not meant.
    """
    nouns = {
        row["noun"].lower(): ActorNoun("person", "")
        for row in seed("role_nouns")
        if row["kind"] == "person" and row["noun"].count(" ") < 2
    }
    for row in lexicon("actor_nouns"):
        nouns[row["noun"]] = ActorNoun(row["kind"], row["gender"], row["is_weak"] == "true")
    last_words = {noun for noun in nouns if " " not in noun}
    return {
        noun: entry
        for noun, entry in nouns.items()
        if entry.kind != "none" and (" " not in noun or noun.split()[1] not in last_words)
    }


@cache
def not_actors() -> frozenset[str]:
    """Compounds of a noun for an actor that name none: "sanctions regime", "news conference"."""
    return frozenset(row["noun"] for row in lexicon("actor_nouns") if row["kind"] == "none" and " " in row["noun"])


@cache
def given_names() -> dict[str, str]:
    """Given name -> m or f; names given to both are left out."""
    return {row["name"]: row["gender"] for row in lexicon("given_names")}


@cache
def titles() -> dict[str, str]:
    """Honorific or abbreviated rank written before a name -> m, f or empty."""
    return {row["form"]: row["gender"] for row in lexicon("titles")}


@cache
def hypernyms() -> dict[str, frozenset[str]]:
    """Role noun -> the nouns whose bearer may be meant by it ("the leader" for a president)."""
    wider: dict[str, set[str]] = {}
    for row in lexicon("role_hypernyms"):
        wider.setdefault(row["noun"], set()).add(row["also_names"])
    return {noun: frozenset(names) for noun, names in wider.items()}


@cache
def metonyms() -> dict[str, str]:
    """Name of a building, street or quarter -> the body it stands for."""
    return {row["form"]: row["stands_for"] for row in lexicon("metonyms")}


@cache
def _countries() -> tuple[dict[str, str], dict[str, str]]:
    """Names and demonyms of countries, each -> ISO 3166-1 alpha-3."""
    names: dict[str, str] = {}
    demonyms: dict[str, str] = {}
    for row in seed("countries"):
        for name in [row["name"], *row["names"].split("|")]:
            names.setdefault(name.lower(), row["iso3"])
        for demonym in row["demonyms"].split("|"):
            demonyms.setdefault(demonym.lower(), row["iso3"])
            demonyms.setdefault(f"{demonym.lower()}s", row["iso3"])
    names.pop("", None)
    return names, {word: code for word, code in demonyms.items() if len(word) > 1 and word not in names}


@cache
def country_codes() -> dict[str, str]:
    """Country name, alias or demonym -> ISO 3166-1 alpha-3."""
    names, demonyms = _countries()
    return demonyms | names


def country_names() -> dict[str, str]:
    """Names and aliases of countries, without demonyms -> ISO 3166-1 alpha-3."""
    return _countries()[0]


def demonyms() -> dict[str, str]:
    """Adjectives and nouns of nationality ("iranian", "ukrainians") -> ISO 3166-1 alpha-3."""
    return _countries()[1]


@cache
def adherents() -> frozenset[str]:
    """Adherents of parties and faiths and members of peoples ("republicans", "kurdish")."""
    return frozenset(row["form"] for row in lexicon("adherents"))


@cache
def _canonical_countries() -> dict[str, str]:
    return {row["iso3"]: row["name"] for row in seed("countries")}


def country_name(code: str) -> str:
    """Name of the country of an ISO 3166-1 alpha-3 code. Raises KeyError."""
    return _canonical_countries()[code]


@cache
def country_short_names() -> frozenset[str]:
    """The name of each country as it is usually called."""
    return frozenset(_canonical_countries().values())


@cache
def known_names() -> dict[str, str]:
    """Names of the knowledge base's actors (lower case) -> the entity label they should have."""
    labels = {"person": "PERSON", "group": "NORP"}
    kinds = {row["actor_id"]: labels.get(row["kind"], "ORG") for row in seed("actors")}
    return {
        row["alias"].lower(): kinds[row["actor_id"]]
        for row in seed("actor_aliases")
        if row["actor_id"] in kinds and row["kind"] != "metonym" and len(row["alias"]) > 2
    }


@cache
def known_kinds() -> dict[str, tuple[str, str]]:
    """Names of the knowledge base's bodies (lower case, without "the") -> their kind and sector."""
    bodies = {row["actor_id"]: (row["kind"], row["sector"]) for row in seed("actors") if row["kind"] != "person"}
    return {
        row["alias"].lower().removeprefix("the "): bodies[row["actor_id"]]
        for row in seed("actor_aliases")
        if row["actor_id"] in bodies
    }


@cache
def known_owners() -> dict[str, frozenset[str]]:
    """Names of the knowledge base (lower case, without "the") -> the ids of those so called."""
    owners: dict[str, set[str]] = {}
    for row in seed("actor_aliases"):
        owners.setdefault(row["alias"].lower().removeprefix("the "), set()).add(row["actor_id"])
    return {name: frozenset(ids) for name, ids in owners.items()}


@cache
def honorifics() -> frozenset[str]:
    """Titles that say nothing of the office (Mr, Dr, Sir)."""
    return frozenset(row["form"] for row in lexicon("titles") if row["kind"] == "honorific")


@cache
def not_names() -> frozenset[str]:
    """Capitalised words that are no names: weekdays, months, words of page furniture."""
    return frozenset(row["form"] for row in lexicon("not_names"))


@cache
def word_names() -> frozenset[str]:
    """Names of one word in the knowledge base that are English words too ("Apple", "Dawn")."""
    return frozenset(row["form"] for row in lexicon("word_names"))


class Pronoun(NamedTuple):
    """A pronoun's grammar."""

    case: str  # subject, object, possessive, reflexive
    person: int
    number: str  # singular, plural or empty
    gender: str  # m, f, n or empty
    kind: str  # personal, relative, indefinite


@cache
def pronouns() -> dict[str, Pronoun]:
    """Pronoun -> its grammar."""
    return {
        row["form"]: Pronoun(row["case"], int(row["person"]), row["number"], row["gender"], row["kind"])
        for row in lexicon("pronouns")
    }


@cache
def regions() -> frozenset[str]:
    """Names of regions and sites, which are places but no countries, whatever country they stand for."""
    return frozenset(
        name.lower() for row in lexicon("regions") for name in [row["name"], *row["aliases"].split("|")] if name
    )
