"""Names and phrases of our own, resolved against the repository's seeds and against small ones made here."""

from __future__ import annotations

import random
from datetime import date, timedelta
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


@pytest.mark.parametrize("form", ["🤷", "he", "the", "couple of things", "Jim", "Each", "Both", "Others"])
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


# --- hard cases ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "day", "expected"),
    [
        ("US president", date(2017, 5, 1), "donald-trump"),
        ("US president", date(2024, 5, 1), "joe-biden"),
        ("the Iranian president", date(2023, 1, 1), "ebrahim-raisi"),
        ("the Iranian president", date(2024, 9, 1), "masoud-pezeshkian"),
        ("Iran's supreme leader", date(2022, 10, 1), "ali-khamenei"),
        ("EU foreign policy chief", date(2023, 1, 1), "josep-borrell"),
        ("EU foreign policy chief", date(2025, 1, 1), "kaja-kallas"),
        ("Starlink boss", date(2022, 10, 1), "elon-musk"),
        ("Zelensky's chief of staff", date(2024, 1, 1), "andriy-yermak"),
        ("Russian President Vladimir Putin's spokesman", date(2023, 1, 1), "dmitry-peskov"),
        ("Kremlin spokesman", date(2023, 1, 1), "dmitry-peskov"),
    ],
)
def test_an_office_names_its_holder_of_the_day(resolver: Resolver, form: str, day: date, expected: str):
    assert actor(resolver, form, label="ROLE", on=day) == expected


def test_a_surname_passes_from_one_to_another(resolver: Resolver):
    assert actor(resolver, "Khamenei", label="PERSON", on=date(2022, 10, 1)) == "ali-khamenei"
    assert actor(resolver, "Khamenei", label="PERSON", on=date(2026, 6, 1)) == "mojtaba-khamenei"
    assert not resolver.resolve("Khamenei", label="PERSON").is_curated
    assert actor(resolver, "Cameron", label="PERSON", on=date(2024, 1, 1)) == "david-cameron"
    assert not resolver.resolve("Cameron", label="PERSON", on=date(2020, 1, 1)).is_curated


def test_a_son_and_a_namesake_are_others(resolver: Resolver):
    assert actor(resolver, "Donald Trump Jr.", label="PERSON") != "donald-trump"
    assert not resolver.resolve("Kim Jong", label="PERSON").is_curated
    assert not resolver.resolve("Richard Wagner", label="PERSON").is_curated


@pytest.mark.parametrize(
    ("acronym", "affiliation", "expected"),
    [
        ("RSF", None, "reporters-without-borders"),
        ("RSF", "Sudanese", "rapid-support-forces"),
        ("ISIS", None, "islamic-state"),
        ("DPR", None, "donetsk-peoples-republic"),
        ("NSC", "US", "national-security-council-us"),
    ],
)
def test_an_acronym_is_read_by_its_country(resolver: Resolver, acronym: str, affiliation: str | None, expected: str):
    assert actor(resolver, acronym, label="ORG", affiliation=affiliation) == expected


def test_an_acronym_of_another_country_is_not_guessed(resolver: Resolver):
    found = resolver.resolve("DPR", label="ORG", affiliation="Indonesian")
    assert (found.is_curated, found.country_iso3) == (False, "IDN")
    assert actor(resolver, "PM", label="ROLE", affiliation="British", on=date(2023, 1, 1)) == "rishi-sunak"
    assert resolver.resolve("PM", label="ROLE", on=date(2023, 1, 1)).sector == "GOV"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("the Obama administration", "government:united-states"),
        ("Assad regime", "government:syria"),
        ("the Iranian regime", "government:iran"),
        ("US administration", "government:united-states"),
        ("Burkina Faso's ruling junta", "government:burkina-faso"),
        ("Russian government", "government:russia"),
    ],
)
def test_a_government_is_called_in_many_ways(resolver: Resolver, form: str, expected: str):
    assert actor(resolver, form, label="ROLE") == expected


def test_a_body_of_a_country_is_one_however_it_is_written(resolver: Resolver):
    forms = [
        ("Peruvian Foreign Ministry", "ORG"),
        ("Peru's foreign ministry", "ROLE"),
        ("foreign ministry of Peru", "ROLE"),
    ]
    ids = {actor(resolver, form, label=label) for form, label in forms}
    ids.add(actor(resolver, "Ministry of Foreign Affairs", label="ORG", affiliation="Peru"))
    assert len(ids) == 1
    assert actor(resolver, "Ministry of Foreign Affairs", label="ORG", affiliation="Ukraine") == "mfa-ukraine"
    assert actor(resolver, "Supreme Court", label="ORG", affiliation="US") == "us-supreme-court"


def test_people_of_a_country_in_a_sector_are_one_actor(resolver: Resolver):
    one = {actor(resolver, form, label="ROLE") for form in ("Iranian protesters", "12 demonstrators in Iran")}
    assert one == {"role:irn:opp"}
    people = resolver.resolve("Iranian people", label="ROLE")
    assert (people.actor_id, people.canonical_name) == ("role:irn:cvl", "civilians (Iran)")
    assert actor(resolver, "Iranians", label="NORP") == people.actor_id
    assert actor(resolver, "NATO diplomats", label="ROLE") == actor(resolver, "officials of NATO", label="ROLE")
    assert actor(resolver, "people", label="ROLE") == "role:unknown:cvl"


def test_the_adjective_of_a_country_is_the_country(resolver: Resolver):
    assert actor(resolver, "Russian", label="NORP") == "russia"
    assert actor(resolver, "U.S.-led", label="ORG") == "united-states"
    assert actor(resolver, "the war-torn country of Ukraine", label="ROLE") == "ukraine"
    for form in ("pro-Kremlin", "anti-Iran", "US-China", "Israeli-Palestinian"):
        assert actor(resolver, form, label="NORP") == NOBODY


@pytest.mark.parametrize(
    ("form", "label", "country"),
    [
        ("Florida", "GPE", "USA"),  # there is a Florida in Cuba
        ("New Jersey governor", "ROLE", "USA"),
        ("Male students", "ROLE", None),
        ("Silicon Valley", "ORG", None),
        ("Bank of Israel", "ORG", "ISR"),
        ("Voice of America", "ORG", "USA"),
        ("Iran International", "ORG", "GBR"),
    ],
)
def test_place_names_within_names(resolver: Resolver, form: str, label: str, country: str | None):
    assert resolver.resolve(form, label=label).country_iso3 == country


def test_a_place_and_a_person_of_one_name(resolver: Resolver):
    for form in ("Paris Hilton", "Chad Johnson", "London Breed"):
        found = resolver.resolve(form, label="PERSON")
        assert (found.kind, found.country_iso3) == ("person", None)
    assert actor(resolver, "Israel Katz", label="PERSON") == "israel-katz"


def test_who_backs_a_group_does_not_own_it(resolver: Resolver):
    assert actor(resolver, "Iran-backed Houthi rebels", label="ROLE") == "houthis"


def test_who_heads_an_international_body_acts_for_it(resolver: Resolver):
    found = resolver.resolve("Rafael Grossi", label="PERSON", on=date(2023, 1, 1))
    assert (found.country_iso3, found.sector) == (None, "IGO")
    assert resolver.resolve("Jens Stoltenberg", on=date(2023, 1, 1)).country_iso3 is None
    assert resolver.resolve("Jens Stoltenberg", on=date(2025, 6, 1)).country_iso3 == "NOR"
    assert resolver.resolve("IAEA inspectors", label="ROLE").sector == "IGO"


def test_answers_do_not_depend_on_the_order_of_the_knowledge_base(resolver: Resolver, tmp_path: Path):
    forms = ["Zelensky", "Kremlin spokesman", "Russian troops", "Ukraine's foreign ministry", "RSF", "Tehran", "Congo"]
    forms += [
        "NATO chief",
        "Iranian parliament",
        "Bank of Israel",
        "Jane Roe",
        "US",
        "Hezbollah movement",
        "South Sudan",
    ]
    for name in ("actors", "actor_aliases", "actor_roles", "countries", "role_nouns"):
        head, *lines = (SEEDS / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        random.Random(name).shuffle(lines)
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    other = Resolver.from_seeds(tmp_path)
    day = date(2023, 5, 1)
    assert [other.resolve(f, on=day) for f in reversed(forms)][::-1] == [resolver.resolve(f, on=day) for f in forms]


def test_an_alias_of_nobody_is_told(tmp_path: Path):
    for name in ("actors", "actor_aliases", "actor_roles", "countries", "role_nouns"):
        head = (SEEDS / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        row = "Acme,acme-co,,,name,own" if name == "actor_aliases" else ""
        (tmp_path / f"{name}.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'Acme' is of the actor 'acme-co'"):
        Resolver.from_seeds(tmp_path)


def test_who_heads_a_church_of_many_countries_has_none(resolver: Resolver):
    found = resolver.resolve("Pope Francis", on=date(2022, 5, 1))
    assert (found.actor_id, found.country_iso3, found.sector) == ("pope-francis", None, "REL")


@pytest.mark.parametrize(
    ("form", "label", "role", "affiliation"),
    [
        ("president", "ROLE", None, "Iran"),
        ("the former president of Ukraine", "ROLE", None, None),
        ("Rishi Sunak", "PERSON", "chancellor", None),
        ("Trump", "PERSON", None, None),
        ("Kyiv", "GPE", None, None),
        ("secretary of state", "ROLE", None, "US"),
        ("Siavash Rahmani", "PERSON", "editor", None),
    ],
)
def test_an_answer_holds_for_all_the_days_it_is_said_to(form, label, role, affiliation):
    """And of days one after the other the next one that is not covered is asked for, until all are."""
    resolver, asked = Resolver.default(), {"label": label, "role": role, "affiliation": affiliation}
    day, end, spans = date(2014, 1, 1), date(2026, 1, 1), 0
    while day <= end:
        found, first, last = resolver.resolve_around(form, day, **asked)
        assert first <= day <= last
        spans += 1
        while day <= min(last, end):
            assert resolver.resolve(form, on=day, **asked) == found
            day += timedelta(1)
    # What no day matters for is asked once.
    assert (spans == 1) == (form in ("Siavash Rahmani", "Kyiv", "the former president of Ukraine"))
