"""Events on sentences of our own: each phenomenon the rules are built for, with the failures that are known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from spacy.language import Language
from spacy.tokens import Doc

from extract.evaluate import events as measure
from extract.nlp import event_lexicon, knowledge, pipeline
from extract.nlp.event_status import Modality
from extract.records import Event

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "event_cases.yml").read_text(encoding="utf-8"))
PUBLISHED = date(2023, 3, 15)
SHARE_RIGHT = 0.85


@pytest.fixture(scope="module")
def nlp() -> Language:
    return pipeline.load()


@pytest.fixture(scope="module")
def docs(nlp: Language) -> dict[str, Doc]:
    texts = [case["text"] for case in CASES]
    found = pipeline.read(nlp, [(text, PUBLISHED) for text in texts])
    return {text: doc for text, doc in zip(texts, found, strict=True) if isinstance(doc, Doc)}


def is_named(event: Event, role: str, wanted: list[str]) -> bool:
    """Whether the participants of a role are there, each named, or none where none is wanted."""
    spans = [p.text for p in event.participants if p.role == role]
    if not wanted:
        return not spans
    return all(any(word.lower() in span.lower() for span in spans) for word in wanted)


def is_expected(event: Event, expected: dict[str, Any]) -> bool:
    dates = expected.get("date", "any")
    return (
        event.type == expected["type"]
        and event.status == expected["status"]
        and is_named(event, "actor", expected["actors"])
        and is_named(event, "recipient", expected["recipients"])
        and (dates == "any" or [event.date_start, event.date_end] == (dates or [None, None]))
        and ("place" not in expected or event.place_text == expected["place"])
        and ("attributed_to" not in expected or expected["attributed_to"] in (event.attributed_to or ""))
        and all(getattr(event, k) == expected[k] for k in ("killed", "injured", "arrested") if k in expected)
    )


def is_right(doc: Doc, expected: list[dict[str, Any]]) -> bool:
    """Whether a document has the expected events, one for one, and no other."""
    left = list(doc._.events)
    for want in expected:
        match = next((event for event in left if is_expected(event, want)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}: {case['text'][:40]}")
def test_case(case: dict[str, Any], docs: dict[str, Doc]) -> None:
    right = is_right(docs[case["text"]], case["events"])
    if case.get("known_failure"):
        assert not right, "this case is right now: take its known_failure away"
    else:
        assert right, [
            (e.type, e.status, [(p.role, p.text) for p in e.participants]) for e in docs[case["text"]]._.events
        ]


def test_most_cases_are_right(docs: dict[str, Doc]) -> None:
    right = sum(is_right(docs[case["text"]], case["events"]) for case in CASES)
    assert right / len(CASES) >= SHARE_RIGHT


def test_offsets_reproduce_the_text(docs: dict[str, Doc]) -> None:
    for text, doc in docs.items():
        for event in doc._.events:
            assert text[event.trigger_start : event.trigger_end] == event.trigger_text
            assert event.sentence_start <= event.trigger_start < event.trigger_end <= event.sentence_end
            for participant in event.participants:
                assert text[participant.start : participant.end] == participant.text


def test_events_come_in_order_with_known_types(docs: dict[str, Doc]) -> None:
    types = {entry.type for rows in event_lexicon.entries().values() for entry in rows}
    for doc in docs.values():
        starts = [event.trigger_start for event in doc._.events]
        assert starts == sorted(starts)
        assert {event.type for event in doc._.events} <= types
        assert all(0 < event.confidence <= 1 for event in doc._.events)


def test_lexicon_is_large_and_its_classes_exist() -> None:
    rows = [entry for same in event_lexicon.entries().values() for entry in same]
    assert len(rows) >= 800
    assert len({entry.type for entry in rows}) == 16
    assert len({entry.rule_id for entry in rows}) == len(rows)


def test_types_modes_and_contexts_are_those_of_the_knowledge_base() -> None:
    known = {(row["type"], row["mode"]) for row in knowledge.seed("event_types")}
    used = {(entry.type, entry.mode or "") for same in event_lexicon.entries().values() for entry in same}
    assert used <= known
    contexts = {row["context"] for row in knowledge.seed("event_contexts")}
    assert set().union(*event_lexicon.contexts().values()) <= contexts


def test_negation_outweighs_the_rest() -> None:
    assert Modality(negated=True, future=True).status == "negated"
    assert Modality(attempted=True, reported=True).status == "attempted"
    assert Modality(reported=True).status == "reported"
    assert Modality().status == "realised"


def test_a_number_that_counts_no_people_is_left_out(nlp: Language) -> None:
    (event,) = nlp("Police arrested 1226720045327 protesters in Minsk.")._.events
    assert (event.type, event.arrested) == ("COERCE", None)


def test_text_without_events(nlp: Language) -> None:
    assert nlp("")._.events == []
    assert nlp("The weather was fine.")._.events == []


def test_evaluation_counts_types_once_and_both_actors_by_overlap(tmp_path: Path) -> None:
    text = "Ruritania shelled Grauzen and shelled Strelsau."
    gold = tmp_path / "gold.jsonl"
    records: list[dict[str, Any]] = [
        {"doc_id": "1", "text": text, "date": None, "events": [event]}
        for event in (
            {"code": "ASSAULT", "source_text": "Ruritania", "target_text": "Grauzen"},
            {"code": "ASSAULT", "source_text": "Ruritania", "target_text": "Strelsau"},
        )
    ]
    records.append({"doc_id": "2", "text": "It rained.", "date": None, "events": []})
    records.append(
        {
            "doc_id": "3",
            "text": "They yielded.",
            "date": None,
            "events": [{"code": "YIELD", "source_text": "They", "target_text": None}],
        }
    )
    gold.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")

    def event(kind: str, status: str, actor: tuple[int, int], recipient: tuple[int, int]) -> dict[str, Any]:
        spans = [{"start": a, "end": b} for a, b in (actor, recipient)]
        return {"type": kind, "status": status, "actors": spans[:1], "recipients": spans[1:]}

    answers = {
        "1": [event("ASSAULT", "realised", (0, 9), (18, 25)), event("REQUEST", "negated", (0, 9), (18, 25))],
        "2": [event("AID", "realised", (0, 2), (3, 9))],
        "3": [event("RETREAT", "realised", (0, 4), (5, 12))],
    }

    def annotate(given: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        return ({"events": answers[record["id"]]} for record in given)

    result = measure.evaluate(gold, annotate)
    assert result["sentences"] == 3
    assert result["gold_events"] == 3
    assert (result["type"]["right"], result["type"]["missed"], result["type"]["spurious"]) == (2, 0, 1)
    assert result["type_and_both_actors"]["right"] == 2
    assert result["false_events_per_100_sentences"] == 100.0


def test_evaluation_refuses_a_lost_text(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"doc_id": "1", "text": "It rained.", "date": None, "events": []}), encoding="utf-8")
    with pytest.raises(ValueError, match="1 texts given, 0 annotated"):
        measure.evaluate(gold, lambda records: [])
