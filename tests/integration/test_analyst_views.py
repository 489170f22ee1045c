"""The views and the macro that spare analysts their joins."""

import duckdb
import pytest


@pytest.fixture(scope="module")
def ask(undisturbed):
    with duckdb.connect(undisturbed.published_warehouse, read_only=True) as con:
        yield lambda query: con.execute(query).fetchall()


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [("quotes_wide", "quotes"), ("events_wide", "events"), ("event_mentions_wide", "event_mentions")],
)
def test_wide_view_has_each_row_once(ask, wide, narrow):
    [(rows,)] = ask(f"SELECT count(*) FROM {narrow}")
    assert rows > 0
    assert ask(f"SELECT count(*) FROM {wide}") == [(rows,)]


def test_quote_has_its_speaker_article_and_source(ask):
    [row] = ask(
        "SELECT speaker, speaker_kind, title, outlet, topics, source_id FROM quotes_wide WHERE text LIKE 'We had been%'"
    )
    assert row == ("Olha Bondar", "person", "Dishes reach Kharkiv", "Courier", ["starlink", "ukraine"], "courier")


def test_unresolved_speaker_is_shown_as_the_article_names_him(ask):
    assert ask(
        "SELECT DISTINCT speaker FROM quotes_wide WHERE text LIKE 'Nobody in this%' AND speaker ILIKE '%seller%'"
    )


def test_timeline_says_whether_its_day_is_of_the_event_or_of_the_article(ask):
    assert ask(
        "SELECT timeline_on::VARCHAR, timeline_method FROM events_wide WHERE sentence LIKE 'Iran recalled its%'"
    ) == [("2022-10-05", "event")]
    assert ask(
        "SELECT timeline_on::VARCHAR, timeline_method FROM events_wide WHERE sentence LIKE 'Police arrested%'"
    ) == [("2022-10-14", "first article")]


def test_parties_to_a_meeting_are_one_pair(ask):
    [(one, other, is_mutual)] = ask(
        "SELECT actor, recipient, is_mutual FROM event_pairs WHERE type = 'CONSULT' AND sentence LIKE '%Istanbul%'"
    )
    assert {one, other} == {"Russia", "Ukraine"}
    assert is_mutual


def test_pair_tells_who_acts_and_who_is_acted_upon(ask):
    assert ask(
        "SELECT actor, actor_country_iso3, recipient_country_iso3, is_mutual FROM event_pairs WHERE type = 'SANCTION'"
    ) == [("Iran", "IRN", "UKR", False)]


def test_quote_mentions_tells_who_is_talked_about_but_not_the_speaker(ask):
    rows = ask("SELECT speaker, actor FROM quote_mentions WHERE text LIKE 'Iran was not invited%'")
    assert [actor for _, actor in rows] == ["Iran"]
    assert ask("SELECT * FROM quote_mentions WHERE actor_id = speaker_actor_id") == []


@pytest.mark.parametrize(
    ("called", "ids"),
    [
        ("IRAN", ["government:iran", "iran"]),
        ("Islamic Republic of Iran", ["government:iran", "iran"]),
        ("Iranians", ["role:irn:cvl"]),
        ("olha bondar", ["person:olha-bondar"]),
        ("Ölha Bondar", ["person:olha-bondar"]),
        ("person:olha-bondar", ["person:olha-bondar"]),
        ("Nobody at all", []),
    ],
)
def test_ids_by_name(ask, called, ids):
    assert [i for (i,) in ask(f"FROM actor_ids('{called}') ORDER BY ALL")] == ids
