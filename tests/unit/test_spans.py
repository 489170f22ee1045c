"""What holds of every row that extraction leaves, whatever the text: its characters, its keys, its account."""

import string
from dataclasses import asdict
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.nlp import pipeline
from extract.nlp.rows import document_rows
from extract.tables import EXTRACTED

DAY = date(2022, 10, 14)
# Pieces that quotes, actors, events and dates are found by, whole and broken.
PIECES = st.sampled_from(
    [
        "“We will not leave,” ",
        '"The road is closed" ',
        "“It began with one shell ",
        "and nobody came.” ",
        "said Olha Bondar, who runs a clinic in Kharkiv. ",
        "the ministry said on Friday. ",
        "Russian forces shelled Kherson overnight, killing two people. ",
        "Iran denied that it had sent the drones. ",
        "Talks were to be held in Istanbul last month. ",
        "According to a rights group, police arrested a dozen people.\n\n",
        "He did not say when. ",
        "“",
        "”",
        "'",
        "—",
        "\n\n",
        "😀 ",
        "e\u0301 ",
        "\u200b",
        "¹²³ ",
        "5 October 2022 ",
        "31 February ",
    ]
)
TEXTS = st.lists(PIECES | st.text(string.printable + "äßжя中", max_size=12), max_size=14).map("".join)
QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@pytest.fixture(scope="module")
def nlp():
    return pipeline.load(None)


def rows_of(doc):
    assert not isinstance(doc, Exception), doc
    return document_rows(doc, "a" * 24, "r" * 24, "v")


@given(TEXTS)
@settings(max_examples=60, **QUIET)
def test_offsets_give_back_what_a_row_says(nlp, text):
    [doc] = pipeline.read(nlp, [(text, DAY)])
    rows = rows_of(doc)
    for mention in rows["mentions"]:
        assert text[mention["start"] : mention["end"]] == mention["text"]
        assert mention["start"] <= mention["head_start"] < mention["head_end"] <= mention["end"]
    for quote in rows["quotes"]:
        assert " ".join(text[a:b] for a, b in quote["spans"]) == quote["text"]
        assert [quote["start"], quote["end"]] == [quote["spans"][0][0], quote["spans"][-1][1]]
        assert all(a < b for a, b in quote["spans"])
        assert all(one[1] <= other[0] for one, other in zip(quote["spans"], quote["spans"][1:], strict=False))
        for part in ("speaker", "cue", "addressee"):
            if quote[f"{part}_start"] is not None:
                assert text[quote[f"{part}_start"] : quote[f"{part}_end"]] == quote[f"{part}_text"]
        assert 0 <= quote["confidence"] <= 1
    for event in rows["events"]:
        assert text[event["trigger_start"] : event["trigger_end"]] == event["trigger_text"]
        assert event["sentence_start"] <= event["trigger_start"] < event["trigger_end"] <= event["sentence_end"]
        assert event["date_start"] is None or event["date_start"] <= (event["date_end"] or event["date_start"])
    for participant in rows["participants"]:
        assert text[participant["start"] : participant["end"]] == participant["text"]
    for found in doc._.dates:
        assert text[found.start : found.end] == found.text
        assert found.date_start is None or found.date_end is None or found.date_start <= found.date_end


@given(TEXTS)
@settings(max_examples=40, **QUIET)
def test_keys_tell_rows_apart_and_rows_fit_their_tables(nlp, text):
    [doc] = pipeline.read(nlp, [(text, DAY)])
    rows = rows_of(doc)
    for table, key in (("mentions", "mention_id"), ("quotes", "quote_id"), ("events", "event_mention_id")):
        ids = [row[key] for row in rows[table]]
        assert len(ids) == len(set(ids)), f"two {table} share a key"
    mentions = {row["mention_id"] for row in rows["mentions"]}
    assert {row["speaker_mention_id"] for row in rows["quotes"]} <= mentions | {None}
    assert {row["event_mention_id"] for row in rows["participants"]} <= {r["event_mention_id"] for r in rows["events"]}
    for table in EXTRACTED:
        assert table.arrow(rows[table.name]).num_rows == len(rows[table.name])


@given(st.lists(TEXTS, min_size=2, max_size=4))
@settings(max_examples=10, **QUIET)
def test_an_article_is_read_alike_in_any_company(nlp, texts):
    together = [rows_of(doc) for doc in pipeline.read(nlp, [(text, DAY) for text in texts])]
    alone = [rows_of(doc) for text in reversed(texts) for doc in pipeline.read(nlp, [(text, DAY)])]
    assert together == alone[::-1]


@given(TEXTS)
@settings(max_examples=20, **QUIET)
def test_an_undated_article_has_the_same_rows_but_for_relative_dates(nlp, text):
    (dated,), (undated,) = pipeline.read(nlp, [(text, DAY)]), pipeline.read(nlp, [(text, None)])
    assert [asdict(m) for m in dated._.mentions] == [asdict(m) for m in undated._.mentions]
    assert [q.spans for q in dated._.quotes] == [q.spans for q in undated._.quotes]


@pytest.mark.parametrize("n_words", [10, 5_000])
def test_batches_keep_order_and_bounds(n_words):
    texts = [f"word{n} " * (n_words if n % 3 else 20_000) for n in range(40)]
    batches = list(pipeline.in_batches(texts, len, 80_000, 16))
    assert [text for batch in batches for text in batch] == texts
    for batch in batches:
        assert len(batch) == 1 or sum(map(len, batch)) <= 80_000
        assert len(batch) <= 16


@pytest.mark.parametrize("digits", ["¹²³", "②", "١٢", "१२", "Ⅻ", "½", "\U0001d7d9"])
def test_digits_of_every_script_break_nothing(nlp, digits):
    text = f"{digits} October 2022, October {digits}, {digits}/10/{digits}, 2022-{digits}-10, 1999-{digits}: {digits} were killed and {digits} people hurt in {digits} attacks, {digits}th of May."
    [doc] = pipeline.read(nlp, [(text, DAY)])
    rows_of(doc)
