"""Names and phrases of our own, resolved against the repository's seeds and against small ones made here."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from extract.nlp.resolver import NOBODY, SEEDS, Resolver


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver.default()


def actor(resolver: Resolver, form: str, **known: object) -> str:
    return resolver.resolve(form, **known).actor_id  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "form",
    ["Zelensky", "Zelenskyy", "Volodymyr Zelenskiy", "President Zelenskyy", "Mr. Zelensky's", "ZELENSKY"],
)
def test_spellings_titles_and_possessives_are_one_person(resolver: Resolver, form: str):
    assert actor(resolver, form, label="PERSON") == "volodymyr-zelenskyy"


def test_middle_names_and_initials_do_not_hide_a_person(resolver: Resolver):
    assert actor(resolver, "Volodymyr Oleksandrovych Zelenskyy") == "volodymyr-zelenskyy"
    assert actor(resolver, "V. Putin", label="PERSON") == "vladimir-putin"
    assert actor(resolver, "Ihor Zelensky", label="PERSON") != "volodymyr-zelenskyy"


def test_diacritics_apostrophes_and_hyphens_are_folded(resolver: Resolver):
    assert actor(resolver, "Recep Tayyip Erdogan") == "recep-tayyip-erdogan"
    assert actor(resolver, "Hossein Amir Abdollahian") == actor(resolver, "Hossein Amir-Abdollahian")
    assert actor(resolver, "Gideon Sa’ar") == actor(resolver, "Gideon Saar")


def test_case_tells_an_acronym_from_a_word(resolver: Resolver):
    assert actor(resolver, "WHO") == "world-health-organization"
    assert not resolver.resolve("who").is_curated
    assert actor(resolver, "US") == "united-states"
    assert not resolver.resolve("us").is_curated
    assert actor(resolver, "Nato") == actor(resolver, "N.A.T.O.") == "nato"


def test_an_office_is_held_by_whoever_held_it_that_day(resolver: Resolver):
    minister = {
        date(2022, 5, 1): "oleksii-reznikov",
        date(2024, 5, 1): "rustem-umerov",
    }
    for day, holder in minister.items():
        assert actor(resolver, "Ukrainian defence minister", label="ROLE", on=day) == holder
        assert actor(resolver, "Ukraine's minister of defense", on=day) == holder
        assert actor(resolver, "defense minister", label="ROLE", affiliation="Ukrainian", on=day) == holder


def test_an_office_without_a_day_or_in_the_past_is_nobody_in_particular(resolver: Resolver):
    for found in (
        resolver.resolve("Ukrainian defence minister", label="ROLE"),
        resolver.resolve("former Ukrainian defence minister", label="ROLE", on=date(2024, 5, 1)),
    ):
        assert found.kind == "unnamed role" and not found.is_curated and found.country_iso3 == "UKR"


def test_an_office_of_a_body_is_found_under_the_body(resolver: Resolver):
    assert actor(resolver, "NATO Secretary General", on=date(2023, 1, 1)) == "jens-stoltenberg"
    assert actor(resolver, "the secretary-general of NATO", on=date(2025, 1, 1)) == "mark-rutte"


def test_sector_follows_the_office_and_ends_with_it(resolver: Resolver):
    sectors = [resolver.resolve("Boris Johnson", on=day).sector for day in (date(2022, 1, 1), date(2024, 1, 1))]
    assert sectors == ["GOV", "ELI"]
    assert resolver.resolve("Donald Trump", on=date(2022, 6, 1)).sector == "ELI"
    assert resolver.resolve("Marco Rubio", on=date(2023, 1, 1)).sector == "LEG"


def test_a_shared_surname_stays_unresolved(resolver: Resolver):
    for surname in ("Johnson", "Bush", "Sharif", "Fernández"):
        found = resolver.resolve(surname, label="PERSON", on=date(2022, 5, 1))
        assert not found.is_curated


@pytest.mark.parametrize(
    ("form", "country", "sector"),
    [
        ("Russian paratroopers", "RUS", "MIL"),
        ("a Belarusian border guard", "BLR", "COP"),
        ("villagers in Tajikistan", "TJK", "CVL"),
        ("the Ghanaian Ministry of Fisheries", "GHA", "GOV"),
        ("Sudan's central bank", "SDN", "GOV"),
        ("Nigerian Senate", "NGA", "LEG"),
        ("doctors at a hospital in Yerevan", "ARM", "MED"),
        ("University of Ljubljana", "SVN", "EDU"),
        ("Krakow Police Department", "POL", "COP"),
        ("Gazprom spokesman", "RUS", "BUS"),
        ("a retired Israeli general", "ISR", "ELI"),
        ("Peruvian prosecutors", "PER", "JUD"),
        ("Kurdish separatists", None, "REB"),
    ],
)
def test_phrases_give_country_and_sector(resolver: Resolver, form: str, country: str | None, sector: str):
    found = resolver.resolve(form)
    assert (found.country_iso3, found.sector) == (country, sector)
    assert not found.is_curated


def test_somebody_of_an_actor_is_not_the_actor(resolver: Resolver):
    for form in ("Hezbollah fighters", "Putin's bodyguard", "an IRGC commander", "a spokeswoman for Rosatom"):
        assert resolver.resolve(form).kind in ("unnamed role", "group")
    assert actor(resolver, "the Hezbollah movement") == "hezbollah"
    assert actor(resolver, "Lebanon's militant group Hezbollah") == "hezbollah"


def test_a_capital_is_a_place_or_its_government(resolver: Resolver):
    assert resolver.resolve("Tehran", label="GPE").kind == "place"
    government = resolver.resolve("Tehran", label="ORG")
    assert (government.sector, government.country_iso3) == ("GOV", "IRN")
    assert government.actor_id == actor(resolver, "the Iranian government") == actor(resolver, "Iran's regime")


def test_country_and_people(resolver: Resolver):
    assert resolver.resolve("Islamic Republic of Iran").kind == "country"
    assert resolver.resolve("Republic of Korea").country_iso3 == "KOR"
    assert resolver.resolve("Ukrainians", label="NORP").sector == "CVL"
    assert resolver.resolve("Jordan", label="PERSON").kind == "person"


def test_uncurated_names_get_a_stable_id(resolver: Resolver):
    first = resolver.resolve("Dr. Jana Nováková", label="PERSON", role="foreign minister", affiliation="Ruritanian")
    again = resolver.resolve("Jana Novakova", label="PERSON")
    assert first.actor_id == again.actor_id == "person:jana-novakova"
    assert (first.is_curated, first.sector, again.sector) == (False, "GOV", None)
    assert actor(resolver, "Новая партия", label="ORG").startswith("organisation:")
    named = resolver.resolve("Senator Pat Example", affiliation="US")
    assert (named.actor_id, named.country_iso3, named.sector) == ("person:pat-example", "USA", "LEG")


@pytest.mark.parametrize(
    "form", ["", " ", "'s", "—", "\ud800", "🤷", "of the", "the", "a" * 5000, "of " * 300, "…\n\t"]
)
@pytest.mark.parametrize("label", [None, "PERSON", "ORG", "GPE", "NORP", "ROLE", "PRON", "XYZ"])
def test_any_input_gives_an_answer(resolver: Resolver, form: str, label: str | None):
    found = resolver.resolve(form, label=label, on=date(2022, 5, 1), role=form, affiliation=form)
    assert found.actor_id and len(found.actor_id) < 200 and not found.is_curated


@pytest.mark.parametrize("form", ["🤷", "he", "the", "couple of things", "Jim"])
def test_what_names_nobody_is_no_actor(resolver: Resolver, form: str):
    found = resolver.resolve(form, label="PERSON" if form == "Jim" else "ROLE")
    assert (found.actor_id, found.method) == (NOBODY, "none")


def test_answers_do_not_depend_on_what_was_asked_before():
    forms = ["Tehran", "Russian troops", "Zelensky", "Krakow Police Department", "Jane Roe"]
    one, other = Resolver.from_seeds(), Resolver.from_seeds()
    assert [one.resolve(f) for f in forms] == [other.resolve(f) for f in reversed(forms)][::-1]


def test_an_alias_is_valid_in_its_time(tmp_path: Path):
    heads = {
        "actors": "actor_id,canonical_name,kind,country_iso3,sector,part_of,wikidata_id,source,note",
        "actor_aliases": "alias,actor_id,valid_from,valid_to,kind,source",
        "actor_roles": "actor_id,role,organisation,country_iso3,sector,valid_from,valid_to,date_precision,source",
        "countries": "actor_id,iso3,iso2,name,names,demonyms,capital,capital_names,government_names,source",
        "role_nouns": "noun,sector,kind,takes_affiliation,source",
    }
    rows = {
        "actors": "old-co,Old Co,company,,BUS,,,own,\nnew-co,New Co,company,,BUS,,,own,",
        "actor_aliases": "Acme,old-co,,2022-12-31,name,own\nAcme,new-co,2023-01-01,,name,own",
    }
    for name, head in heads.items():
        (tmp_path / f"{name}.csv").write_text(f"{head}\n{rows.get(name, '')}\n", encoding="utf-8")
    small = Resolver.from_seeds(tmp_path)
    assert small.resolve("Acme", on=date(2022, 6, 1)).actor_id == "old-co"
    assert small.resolve("Acme", on=date(2023, 6, 1)).actor_id == "new-co"
    assert not small.resolve("Acme").is_curated  # two companies had the name, and the day is not known


def test_seeds_of_the_repository_are_the_default():
    assert SEEDS.is_dir() and Resolver.default() is Resolver.default()


def test_fast_once_asked(resolver: Resolver):
    forms = [f"Witness Number{i}" for i in range(2000)] + ["Russian troops", "Zelensky", "Iranian foreign minister"]
    for form in forms:
        resolver.resolve(form)
    start = time.perf_counter()
    for form in forms * 10:
        resolver.resolve(form)
    assert len(forms) * 10 / (time.perf_counter() - start) > 20_000


def test_a_name_after_its_title_is_the_person_and_after_a_preposition_is_not(resolver: Resolver):
    assert actor(resolver, "President of the United States Joe Biden") == "joe-biden"
    assert resolver.resolve("a spokesman for Joe Biden").kind == "unnamed role"
    assert not resolver.resolve("Janet Biden", label="PERSON").is_curated
    assert resolver.resolve("pro-Russian separatists in Moldova").country_iso3 == "MDA"


def test_the_chief_of_a_body_holds_its_top_office(resolver: Resolver):
    day = date(2022, 10, 1)
    assert actor(resolver, "IAEA chief", on=day) == actor(resolver, "the head of the IAEA", on=day) == "rafael-grossi"
    assert actor(resolver, "NATO chief", label="ROLE", on=day) == "jens-stoltenberg"
    assert resolver.resolve("NATO officials", label="ROLE", on=day).kind == "unnamed role"
