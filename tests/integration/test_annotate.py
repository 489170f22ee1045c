"""The interface by which the extraction is used on any text."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WIREHOUSE = Path(sys.executable).parent / "wirehouse"
TEXT = (
    "KYIV — Russian troops shelled the port of Odesa on Tuesday, killing three people, a Ukrainian official said.\n\n"
    "“They aimed at the grain,” said Petro Hlushko, who runs the harbour. “We will load again tomorrow.”\n\n"
    "He said that two ships had left before the attack."
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("annotate")
    lines = [
        {"id": "one", "text": TEXT, "published_at": "2022-10-19T10:00:00Z"},
        {"id": 2, "text": TEXT, "title": "Port shelled", "published_at": None},
        {"id": "empty", "text": ""},
        {"id": "odd", "text": "“Never closed, \"mixed' marks\n\n\n\x00 ‘said‘ — ” ” ”"},
    ]
    source = folder / "in.jsonl"
    source.write_text("\n".join(json.dumps(line) for line in lines))
    target = folder / "out.jsonl"
    subprocess.run([WIREHOUSE, "annotate", source, "-o", target], check=True, capture_output=True)
    return [json.loads(line) for line in target.read_text().splitlines()]


def test_every_input_has_its_output_in_order(found):
    assert [line["id"] for line in found] == ["one", "2", "empty", "odd"]
    assert not any("error" in line for line in found)


def test_offsets_are_characters_of_the_text(found):
    for quote in found[0]["quotes"]:
        assert " ".join(TEXT[s:e] for s, e in quote["spans"]) == quote["text"]
        for part in (quote["speaker"], quote["cue"]):
            assert part is None or TEXT[part["start"] : part["end"]] == part["text"]
    for event in found[0]["events"]:
        for part in (event["trigger"], *event["actors"], *event["recipients"]):
            assert TEXT[part["start"] : part["end"]] == part["text"]


def test_split_quotation_is_one_quote_of_its_speaker(found):
    [direct] = [q for q in found[0]["quotes"] if q["type"] == "direct"]
    assert len(direct["spans"]) == 2
    assert (direct["speaker"]["name"], direct["speaker"]["kind"]) == ("Petro Hlushko", "person")
    assert direct["cue"]["text"] == "said"


def test_event_says_who_whom_when_where(found):
    [attack] = [e for e in found[0]["events"] if e["type"] == "ASSAULT" and e["trigger"]["text"] == "shelled"]
    assert [(a["country"], a["sector"]) for a in attack["actors"]] == [("RUS", "MIL")]
    assert (attack["date_start"], attack["date_end"]) == ("2022-10-18", "2022-10-18")
    assert attack["place"]["name"] in ("Odesa", "Odessa")
    assert attack["killed"] == 3


def test_relative_date_of_an_undated_text_is_unknown(found):
    [attack] = [e for e in found[1]["events"] if e["type"] == "ASSAULT" and e["trigger"]["text"] == "shelled"]
    assert attack["date_start"] is None


def test_plain_text_on_standard_input_is_shown():
    shown = subprocess.run([WIREHOUSE, "annotate"], input=TEXT, check=True, capture_output=True, text=True).stdout
    assert "Petro Hlushko" in shown
    assert "ASSAULT" in shown


def test_input_that_is_no_article_is_refused_in_words(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": "x"}\n')
    done = subprocess.run([WIREHOUSE, "annotate", tmp_path / "in.jsonl"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "text" in done.stderr
    assert "Traceback" not in done.stderr
