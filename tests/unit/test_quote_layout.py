"""What the layout of a text attributes: transcripts, signatures, posts, block quotations."""

from __future__ import annotations

import pytest

from extract.nlp.pipeline import load
from extract.nlp.quote_layout import laid_out
from extract.nlp.quote_marks import paragraphs


def laid(text: str) -> list[tuple[str, str, str]]:
    found = laid_out(text, paragraphs(text))
    return [
        (text[slice(*one.speaker)], " ".join(text[start:end] for start, end in one.spans), one.method) for one in found
    ]


def test_turns_of_a_transcript_are_whole():
    text = "Q: When will it run again?\n\nA: We hope to resume in May. The engine must be replaced.\n\nQ: Who pays?"
    assert laid(text) == [
        ("Q", "When will it run again?", "colon"),
        ("A", "We hope to resume in May. The engine must be replaced.", "colon"),
        ("Q", "Who pays?", "colon"),
    ]


def test_turns_within_a_quotation_that_opens_with_each_paragraph():
    text = '"OKAFOR: Is the dam safe?\n\n"LINDQVIST: It has been checked twice.\n\n"And it will be checked again."'
    assert laid(text) == [
        ("OKAFOR", "Is the dam safe?", "colon"),
        ("LINDQVIST", "It has been checked twice. And it will be checked again.", "colon"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE: The ferry runs again.",
        "PHOTO: The ferry in the harbour.\n\nRELATED: Where the ferries go in winter.",
        "NORHAVEN: The ferry runs again.\n\nThe mayor was there.",
        "“The ferry runs again, and so does the train” — which nobody had expected.",
        "“The ferry runs again, and so does the train” – Really?",
    ],
)
def test_labels_and_dashes_attribute_nothing(text):
    assert laid(text) == []


@pytest.mark.parametrize("between", ["\n\n", " "])
def test_an_embedded_post_belongs_to_the_name_under_it(between):
    text = f"He reacted at once.\n\nThe harbour is open again.{between}— Musa Okello (@mokello) October 7, 2022\n\nThe end."
    assert laid(text) == [("Musa Okello", "The harbour is open again.", "signature")]


def test_a_quotation_signed_after_a_dash():
    text = "“The dam is safe and was checked twice.” – Ilsa Torvald, mayor of Norhaven"
    assert laid(text) == [("Ilsa Torvald", "The dam is safe and was checked twice.", "signature")]


def test_records_of_what_the_layout_attributes():
    text = "The harbour is open again.\n\n— Musa Okello (@mokello) October 7, 2022"
    [quote] = load()(text)._.quotes
    assert (quote.type, quote.channel, quote.speaker_text, quote.cue_text) == ("direct", "post", "Musa Okello", "—")
    assert text[quote.start : quote.end] == quote.text == "The harbour is open again."


def test_a_block_quotation_without_marks_follows_its_introduction():
    text = (
        "In a letter to residents, Ilsa Torvald wrote:\n\nThe bridge was never checked. It is shut.\n\nNobody replied."
    )
    [quote] = load()(text)._.quotes
    assert (quote.text, quote.type, quote.speaker_name) == (
        "The bridge was never checked. It is shut.",
        "direct",
        "Ilsa Torvald",
    )
