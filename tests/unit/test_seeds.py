"""The knowledge base holds together: keys, references, dates, sources."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import date

import pytest
import yaml

from extract.nlp.resolver import SEEDS, key_of, split

SEED_NAMES = sorted(path.stem for path in SEEDS.glob("*.csv"))


def rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def described() -> dict[str, dict]:
    return {seed["name"]: seed for seed in yaml.safe_load((SEEDS / "_seeds.yml").read_text())["seeds"]}


@pytest.mark.parametrize("name", SEED_NAMES)
def test_every_row_has_a_source_and_clean_values(name: str):
    for row in rows(name):
        assert row["source"], row
        assert None not in row and all(value == value.strip() for value in row.values()), row


@pytest.mark.parametrize("name", SEED_NAMES)
def test_every_column_is_described_and_typed(name: str):
    seed = described()[name]
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    assert [column["name"] for column in seed["columns"]] == columns
    assert list(seed["config"]["column_types"]) == columns
    assert "one row per" in seed["description"].lower()


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("actors", "actor_id"),
        ("countries", "actor_id"),
        ("countries", "iso3"),
        ("countries", "iso2"),
        ("role_nouns", "noun"),
        ("sectors", "sector"),
        ("event_contexts", "context"),
        ("cameo_plover", "cameo_code"),
    ],
)
def test_keys_are_unique(name: str, column: str):
    assert [value for value, n in Counter(row[column] for row in rows(name)).items() if n > 1] == []


def test_actors_and_countries_share_no_id():
    assert not {row["actor_id"] for row in rows("actors")} & {row["actor_id"] for row in rows("countries")}


def test_references_lead_somewhere():
    actors = {row["actor_id"] for row in rows("actors")}
    countries = {row["iso3"] for row in rows("countries")}
    assert {row["actor_id"] for row in rows("actor_aliases")} == actors
    assert {row["actor_id"] for row in rows("actor_roles")} <= actors
    assert {row["part_of"] for row in rows("actors")} - {""} <= actors
    assert {row["country_iso3"] for name in ("actors", "actor_roles") for row in rows(name)} - {""} <= countries


def test_dates_are_in_order():
    for row in [*rows("actor_aliases"), *rows("actor_roles")]:
        start, end = (date.fromisoformat(row[c]) if row[c] else None for c in ("valid_from", "valid_to"))
        assert start is None or end is None or start <= end, row


def test_terms_of_an_office_of_one_person_do_not_overlap():
    terms = defaultdict(list)
    for row in rows("actor_roles"):
        terms[row["actor_id"], row["role"], row["organisation"]].append((row["valid_from"], row["valid_to"] or "9999"))
    for key, spans in terms.items():
        for (_, end), (start, _) in zip(sorted(spans), sorted(spans)[1:], strict=False):
            assert end <= start, key


def test_a_surname_is_one_persons_at_a_time():
    owners = defaultdict(list)
    for row in rows("actor_aliases"):
        if row["kind"] == "surname":
            span = row["valid_from"], row["valid_to"] or "9999"
            owners[key_of(split(row["alias"]))].append((*span, row["actor_id"]))
    for key, held in owners.items():
        for (_, end, one), (start, _, other) in zip(sorted(held), sorted(held)[1:], strict=False):
            assert one == other or end < start, key


def test_no_actor_is_called_as_the_people_of_a_country_are():
    codes = {row["iso3"].lower() for row in rows("countries")} | {row["sector"].lower() for row in rows("sectors")}
    assert not codes & {row["actor_id"] for row in rows("actors")}


def test_sectors_are_those_described():
    known = {row["sector"] for row in rows("sectors")}
    assert {row["sector"] for name in ("actors", "actor_roles", "role_nouns") for row in rows(name)} - {""} <= known


def test_a_surname_is_no_country_and_no_common_noun():
    words = {key_of(split(row["noun"])) for row in rows("role_nouns")}
    for row in rows("countries"):
        for text in [row["name"], *row["names"].split("|"), *row["demonyms"].split("|"), row["capital"]]:
            words.add(key_of(split(text)))
    surnames = {key_of(split(row["alias"])) for row in rows("actor_aliases") if row["kind"] == "surname"}
    assert surnames & words == set()


def test_wikidata_ids_are_well_formed_and_of_one_actor():
    ids = [row["wikidata_id"] for row in rows("actors") if row["wikidata_id"]]
    assert all(re.fullmatch(r"Q[1-9]\d*", one) for one in ids) and len(ids) == len(set(ids))


def test_there_is_a_government_for_every_capital_and_names_are_not_two_countries():
    owners = defaultdict(set)
    for row in rows("countries"):
        for text in [row["name"], *row["names"].split("|")]:
            if text:
                owners[key_of(split(text))].add(row["iso3"])
    assert {key: codes for key, codes in owners.items() if len(codes) > 1} == {}


def test_event_types_follow_the_ontology():
    types = rows("event_types")
    assert len({(row["type"], row["mode"]) for row in types}) == len(types)
    assert len({row["type"] for row in types}) == 16
    signs = {row["type"]: float(row["intensity"]) for row in types if not row["mode"]}
    assert signs["ACCUSE"] == -3 and all(-10 <= float(row["intensity"]) <= 10 for row in types)
    assert {row["quad_class"] for row in types if row["type"] == "SANCTION"} == {"material conflict"}


def test_cameo_codes_lead_to_event_types():
    modes = {(row["type"], row["mode"]) for row in rows("event_types")}
    codes = rows("cameo_plover")
    assert all((row["type"], row["mode"]) in modes for row in codes)
    assert all(row["cameo_code"].startswith(row["cameo_root"]) for row in codes)
    assert {row["cameo_root"] for row in rows("event_types")} <= {row["cameo_root"] for row in codes}
