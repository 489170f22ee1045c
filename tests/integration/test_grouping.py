"""Grouping that takes several models, as a whole: rows go in before the first model, and are looked at after the last."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml
from test_dbt import ROOT, dbt

from extract.tables import TABLES, sql_type

DATA = ROOT / "tests" / "data"
UTTERANCES = [
    "int_utterance_texts",
    "int_utterance_phrases",
    "int_utterance_pairs",
    "int_utterance_groups",
    "int_utterances",
]
EVENTS = ["int_event_acts", "int_event_times", "int_event_groups"]
QUOTES = """
    CREATE TABLE int_quotes (
        quote_id VARCHAR, article_id VARCHAR, outlet VARCHAR, original_outlet VARCHAR, published_at TIMESTAMP,
        start_char INTEGER, text VARCHAR, text_normalised VARCHAR, type VARCHAR, speaker_actor_id VARCHAR,
        speaker_kind VARCHAR, text_hash UBIGINT AS (hash(text_normalised))
    )
"""
MENTIONS = f"""
    CREATE TABLE int_event_mentions (
        {", ".join(f'"{f.name}" {sql_type(f.type)}' for f in TABLES["events"].schema)},
        published_at TIMESTAMP, published_on DATE, duplicate_group_id VARCHAR, duplicate_role VARCHAR,
        story_id VARCHAR, status_class VARCHAR, trigger_stem VARCHAR, parties VARCHAR[], when_known VARCHAR
    )
"""


def cases(name: str) -> list:
    return [pytest.param(c["given"], c["expect"], id=c["name"]) for c in yaml.safe_load((DATA / name).read_text())]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    """Folder of the models as dbt compiles them for a full build."""
    folder = tmp_path_factory.mktemp("grouping")
    done = dbt(folder, "compile", "--select", *UTTERANCES, *EVENTS)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    return folder / "target" / "compiled" / "wirehouse" / "models" / "intermediate"


def grouped(models: Path, steps: list[str], table: str, given: list[dict], expect: list[dict]) -> list[dict]:
    """What the last step gives, in the columns that are expected, for rows of a table."""
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA knowledge; CREATE SCHEMA intermediate; USE intermediate")
        seed = ROOT / "dbt_project" / "seeds" / "utterance_words.csv"
        con.execute(f"CREATE TABLE knowledge.utterance_words AS FROM read_csv('{seed}', all_varchar = true)")
        con.execute(table)
        for row in given:
            names = ", ".join(f'"{name}"' for name in row)
            into = table.split("CREATE TABLE ")[1].split(" ")[0]
            con.execute(f"INSERT INTO {into} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        for step in steps:
            con.execute(f"CREATE TABLE {step} AS {(models / f'{step}.sql').read_text()}")
        found = con.execute(f"SELECT {', '.join(expect[0])} FROM {steps[-1]} ORDER BY ALL")
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def in_order(rows: list[dict]) -> list[dict]:
    return sorted(rows, key=lambda row: tuple((value is None, str(value)) for value in row.values()))


@pytest.mark.parametrize(("given", "expect"), cases("utterance_cases.yml"))
def test_quotes_of_one_utterance(models, given, expect):
    assert in_order(grouped(models, UTTERANCES, QUOTES, given, expect)) == in_order(expect)


@pytest.mark.parametrize(("given", "expect"), cases("merging_cases.yml"))
def test_mentions_of_one_event(models, given, expect):
    assert in_order(grouped(models, EVENTS, MENTIONS, given, expect)) == in_order(expect)
