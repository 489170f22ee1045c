"""What readers ask: who said what, and who did what to whom."""

import csv
import json

import duckdb
import pytest
from typer.testing import CliRunner

from extract import cli
from extract.settings import Settings


@pytest.fixture
def wirehouse(undisturbed, monkeypatch):
    """The command on the published warehouse."""
    monkeypatch.setattr(cli, "settings", lambda: undisturbed)
    return lambda *arguments: CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "80"})


@pytest.fixture
def found(wirehouse):
    """The rows of a command."""

    def rows(*arguments):
        done = wirehouse(*arguments, "-f", "json")
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    return rows


@pytest.mark.parametrize("name", ["Olha Bondar", "OLHA BONDAR", "person:olha-bondar"])
def test_quotes_of_a_speaker_by_name_and_id(found, name):
    [quote] = found("quotes", name)
    assert quote["text"].startswith("We had been without a connection")
    assert "Starlink" not in quote["text"]
    assert "sixty Starlink dishes" in quote["passage"]
    assert (quote["published_on"], quote["outlet"], quote["cue"]) == ("2022-10-14", "Courier", "said")
    assert quote["url"].startswith("https://courier.example/dishes")
    assert 0 < quote["confidence"] <= 1


def test_unresolved_speaker_is_found_as_written(found):
    assert {q["speaker"] for q in found("quotes", "A carpet seller")} == {"a carpet seller"}


def test_same_words_in_two_outlets_are_shown_once_as_first_published(found):
    [quote] = found("quotes", "a carpet seller")
    assert (quote["n_outlets"], quote["outlet"], quote["published_on"]) == (2, "Courier", "2022-10-14")
    [quote] = found("quotes", "a carpet seller", "--since", "2022-10-15")
    assert (quote["n_outlets"], quote["outlet"]) == (2, "Echo")


def test_about_takes_a_topic_or_whole_words_around_the_quote(found):
    texts = {q["text"] for q in found("quotes", "--about", "starlink")}
    assert any(t.startswith("We had been") for t in texts)
    assert not any("bazaar" in t for t in texts)
    assert {q["outlet"] for q in found("quotes", "Olha Bondar", "--about", "STARLINK dishes")} == {"Courier"}
    near = found("quotes", "--about", "Bazaar")
    assert "a carpet seller" in {q["speaker"] for q in near}
    assert all("bazaar" in q["passage"] for q in near)
    assert {q["text"] for q in found("quotes", "--about", "prisoner")} >= {
        "the two sides had agreed to exchange prisoners"
    }
    assert found("quotes", "--about", "baz") == []
    assert found("quotes", "--about", ".*") == []


def test_quotes_by_day_and_type(found):
    assert {q["published_on"] for q in found("quotes", "--since", "2022-10-15")} == {"2022-10-15", "2022-10-16"}
    assert {q["published_on"] for q in found("quotes", "--until", "2022-10-15")} == {"2022-10-14", "2022-10-15"}
    assert {q["type"] for q in found("quotes", "--type", "direct")} == {"direct"}
    days = [q["published_on"] for q in found("quotes")]
    assert days == sorted(days, reverse=True)


def test_unknown_name_is_told_the_nearest(wirehouse):
    for command in (["quotes", "Olga Bondar"], ["events", "--actor", "Olga Bondar"]):
        done = wirehouse(*command)
        assert done.exit_code == 2
        assert "nearest names: Olha Bondar" in " ".join(done.stderr.replace("│", " ").split())
        assert "Traceback" not in done.stderr


def test_country_acts_with_its_government_but_not_its_people(found):
    events = found("events", "--actor", "Iran")
    assert ["Government of Iran"] in [e["actors"] for e in events]
    assert ["Iran"] in [e["actors"] for e in events]
    assert not [e for e in events if "Iranians" in e["sentence"]]
    assert [e for e in found("events", "--actor", "Iranians") if "Shiraz" in e["sentence"]]
    assert {a for e in found("events", "--actor", "Tehran") for a in e["actors"]} == {"Government of Iran"}


def test_event_says_who_whom_when_and_by_which_article(found):
    [event] = found("events", "--actor", "Islamic Republic of Iran", "--recipient", "Ukraine", "--type", "sanction")
    assert (event["actors"], event["recipients"], event["type"]) == (["Iran"], ["Government of Ukraine"], "SANCTION")
    assert (event["status"], event["date_start"], event["date_end"]) == ("realised", "2022-10-05", "2022-10-05")
    assert event["sentence"] == "Iran recalled its ambassador from Kyiv on 5 October."
    assert (event["n_independent_sources"], event["outlet"]) == (1, "Courier")
    assert found("events", "--actor", "Ukraine", "--recipient", "Iran", "--type", "SANCTION") == []


def test_parties_to_a_meeting_are_named_in_any_order(found):
    [one] = found("events", "--actor", "Russia", "--recipient", "Ukraine", "--type", "CONSULT")
    [other] = found("events", "--actor", "Ukraine", "--recipient", "Russia", "--type", "CONSULT")
    assert one == other
    assert one["place_name"] == "Istanbul"


def test_events_by_day_and_status(found):
    def sentences(*arguments):
        return {e["sentence"] for e in found("events", *arguments)}

    talks = "Ukraine and Russia held talks in Istanbul on Saturday."
    assert talks in sentences("--since", "2022-10-15", "--until", "2022-10-15")
    assert talks not in sentences("--since", "2022-10-16")
    assert talks not in sentences("--until", "2022-10-14")
    assert {e["status"] for e in found("events", "--status", "reported")} == {"reported"}
    # without a date of its own: by the day of its first article
    [undated] = [e for e in found("events", "--until", "2022-10-14") if e["sentence"].startswith("Police arrested")]
    assert (undated["date_start"], undated["first_seen_on"]) == (None, "2022-10-14")


def test_unknown_type_is_told_those_there_are(wirehouse):
    done = wirehouse("events", "--type", "WAR")
    assert done.exit_code == 2
    assert "ASSAULT" in done.stderr


def test_formats_hold_the_same_rows(wirehouse, found):
    rows = found("events")
    written = list(csv.DictReader(wirehouse("events", "-f", "csv").stdout.splitlines()))
    assert [e["event_id"] for e in written] == [e["event_id"] for e in rows]
    assert [e["actors"] for e in written] == ["; ".join(e["actors"]) for e in rows]
    shown = wirehouse("events", "--limit", "1")
    assert rows[0]["event_id"] in shown.stdout
    assert rows[1]["event_id"] not in shown.stdout
    assert f"{len(rows) - 1} more rows" in shown.stderr


def test_link_stays_whole_where_a_table_would_not_fit(wirehouse, found):
    [quote] = found("quotes", "Olha Bondar")
    assert quote["url"] in wirehouse("quotes", "Olha Bondar").stdout


def test_sql_shows_a_table_where_it_fits(wirehouse):
    done = wirehouse("sql", "SELECT outlet, count(*) AS n FROM quotes GROUP BY outlet ORDER BY outlet")
    assert "│ Courier │" in done.stdout
    assert wirehouse("sql", "SELECT nothing").exit_code == 2


def test_question_that_a_warehouse_cannot_answer_says_why(tmp_path, monkeypatch):
    given = Settings(data=tmp_path)
    given.published.mkdir(parents=True)
    duckdb.connect(given.published_warehouse).close()
    monkeypatch.setattr(cli, "settings", lambda: given)
    done = CliRunner().invoke(cli.app, ["cookbook", "15"])
    assert (done.exit_code, "event_pairs does not exist" in done.output) == (2, True)
