"""Events on sentences of our own: each phenomenon the rules are built for, with the failures that are known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp import event_lexicon, pipeline
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


def test_negation_outweighs_the_rest() -> None:
    assert Modality(negated=True, future=True).status == "negated"
    assert Modality(attempted=True, reported=True).status == "attempted"
    assert Modality(reported=True).status == "reported"
    assert Modality().status == "realised"


def test_text_without_events(nlp: Language) -> None:
    assert nlp("")._.events == []
    assert nlp("The weather was fine.")._.events == []
