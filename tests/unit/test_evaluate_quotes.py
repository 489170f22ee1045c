"""Scoring of quotations against gold attributions."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from extract.evaluate.quotes import evaluate

TEXT = "Mayor Okafor said, “The bridge will reopen in May.” Engineers believe that it is safe. Nobody asked why."


def span(part: str) -> list[int]:
    start = TEXT.index(part)
    return [start, start + len(part)]


def record(content: str, kind: str, speaker: str, cue: str, speech: bool = True) -> dict:
    start, end = span(cue)
    return {
        "spans": [span(content)],
        "type": kind,
        "speaker_spans": [span(speaker)],
        "cue_start": start,
        "cue_end": end,
        "speech": speech,
    }


def quote(content: str, kind: str, speaker: str | None, cue: str | None, confidence: float = 0.9) -> dict:
    def part(text: str | None) -> dict | None:
        return {"text": text, "start": span(text)[0], "end": span(text)[1]} if text else None

    return {
        "spans": [span(content)],
        "type": kind,
        "speaker": part(speaker),
        "cue": part(cue),
        "confidence": confidence,
    }


DIRECT = record("“The bridge will reopen in May.”", "direct", "Mayor Okafor", "said")
BELIEF = record("that it is safe", "indirect", "Engineers", "believe", speech=False)
RIGHT = quote("The bridge will reopen in May", "direct", "Mayor Okafor", "said")


@pytest.fixture
def score(tmp_path: Path):
    def run(gold: list[dict], quotes: list[dict]) -> dict:
        path = tmp_path / "gold.jsonl.gz"
        with gzip.open(path, "wt", encoding="utf-8") as out:
            out.write(json.dumps({"doc_id": "a", "text": TEXT, "title": "", "date": "2024-01-01", "quotes": gold}))
        return evaluate(path, lambda articles: [{"id": articles[0]["id"], "quotes": quotes}])

    return run


def test_marks_spaces_and_punctuation_make_no_difference(score):
    result = score([DIRECT], [RIGHT])
    assert result["attributions"]["direct"]["f1"] == 1
    assert result["attributions"]["direct"]["speaker_right"] == 1
    assert [result["exact"][part]["f1"] for part in ("source", "cue", "content")] == [1, 1, 1]


def test_wrong_speaker_keeps_the_match_but_not_the_speaker(score):
    result = score([DIRECT], [quote("The bridge will reopen in May", "direct", "Engineers", "said")])
    assert result["attributions"]["direct"]["f1"] == 1
    assert result["attributions"]["direct"]["speaker_right"] == 0
    assert result["exact"]["source"]["f1"] == 0


def test_attitudes_are_neither_right_nor_wrong(score):
    result = score([DIRECT, BELIEF], [RIGHT, quote("that it is safe", "indirect", "Engineers", "believe")])
    assert result["attributions"]["indirect"]["found"] == result["attributions"]["indirect"]["gold"] == 0
    assert result["attributions"]["all_with_cue"]["f1"] == 1
    assert result["exact"]["content"]["found"] == 1


def test_unmatched_counts_for_the_type_it_was_given(score):
    result = score([DIRECT], [RIGHT, quote("Nobody asked why", "indirect", None, None)])
    assert result["attributions"]["indirect"]["found"] == 1
    assert result["attributions"]["indirect"]["precision"] == 0
    assert result["attributions"]["direct"]["precision"] == 1
    assert result["attributions"]["all_with_cue"]["found"] == 1  # it has no cue


def test_matched_counts_for_the_type_of_its_gold(score):
    result = score([DIRECT], [quote("The bridge will reopen in May", "mixed", "Mayor Okafor", "said")])
    assert result["attributions"]["direct"]["right"] == 1
    assert result["attributions"]["mixed"]["found"] == 0


def test_each_record_is_matched_once(score):
    result = score([DIRECT], [RIGHT, quote("bridge will reopen in May", "direct", "Mayor Okafor", "said")])
    assert (result["attributions"]["direct"]["found"], result["attributions"]["direct"]["right"]) == (2, 1)


def test_too_little_overlap_is_no_match(score):
    result = score([DIRECT], [quote("The bridge", "direct", "Mayor Okafor", "said")])
    assert result["attributions"]["direct"]["right"] == 0


def test_leading_that_is_a_matter_of_guideline(score):
    told = record("that it is safe", "indirect", "Engineers", "believe")
    result = score([told], [quote("it is safe", "indirect", "Engineers", "believe")])
    assert result["exact"]["content"]["f1"] == 1


def test_silent_documents_are_named(score):
    assert score([DIRECT], [])["silent_ids"] == ["a"]
    assert score([BELIEF], [])["silent"] == 0


def test_calibration_sets_confidence_against_the_share_right(score):
    rows = score([DIRECT], [RIGHT, quote("Nobody asked why", "indirect", None, None, 0.95)])["calibration"]
    assert rows == {"0.9 to 1.0": {"quotes": 2, "confidence": pytest.approx(0.925), "right": 0.5}}
