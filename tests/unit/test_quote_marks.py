"""Quotation marks of every kind, and wrong ones."""

from __future__ import annotations

from itertools import pairwise

import pytest

from extract.nlp.quote_marks import find_pieces, paragraphs


def quoted(text: str, depth: int | None = 0) -> list[str]:
    pieces = find_pieces(text, paragraphs(text))
    return [text[piece.start : piece.end] for piece in pieces if depth is None or piece.depth == depth]


@pytest.mark.parametrize(
    "marks", ["“”", '""', "«»", "„“", "‘’", ["``", "''"], ["''", "''"], ["“", '"'], ['"', "”"], ["„", "”"], "''", "””"]
)
def test_marks_of_every_shape(marks):
    text = f"The port is closed. {marks[0]}We can’t unload,{marks[1]} the captain said."
    assert quoted(text) == ["We can’t unload,"]


def test_one_quotation_split_round_its_cue():
    assert quoted('"We waited," she said, "and nobody came."') == ["We waited,", "and nobody came."]


def test_every_paragraph_opens_and_only_the_last_closes():
    text = "“First we counted.\n\n“Then we wrote it down.\n\n“Then we left.”\n\nThat was all."
    pieces = find_pieces(text, paragraphs(text))
    assert quoted(text) == ["First we counted.", "Then we wrote it down.", "Then we left."]
    assert [piece.is_continued for piece in pieces] == [True, True, False]


def test_quotation_over_paragraphs_that_does_not_open_anew():
    assert quoted("“First we counted.\n\nThen we left.”") == ["First we counted.", "Then we left."]


def test_a_lost_closing_mark_spoils_its_paragraph_only():
    text = '"We will rebuild the dam, the mayor said.\n\n"Not this year," an engineer replied.'
    assert quoted(text) == ["We will rebuild the dam,", "Not this year,"]


def test_a_lost_closing_mark_before_another_quotation():
    text = '"We will rebuild the dam, the mayor said. "It takes a year."'
    assert quoted(text)[-1] == "It takes a year."
    assert quoted(text)[0].startswith("We will rebuild the dam")


def test_a_lost_opening_mark():
    assert quoted("We will rebuild the dam,” the mayor said.") == ["We will rebuild the dam,"]


def test_nested_quotation_of_the_other_kind():
    text = "“She told us ‘go home’ and hung up,” he said."
    assert quoted(text) == ["She told us ‘go home’ and hung up,"]
    assert quoted(text, depth=1) == ["go home"]


def test_nested_quotation_of_the_same_kind():
    text = "“He called it “a farce” on air,” she said."
    assert quoted(text) == ["He called it “a farce” on air,"]


def test_apostrophes_are_no_marks():
    text = "The '90s were the ministers' best years, 'til rock 'n' roll wasn't the players’ game."
    assert quoted(text, depth=None) == []


def test_apostrophes_within_single_marks():
    assert quoted("‘The workers’ pay isn’t enough,’ he said.") == ["The workers’ pay isn’t enough,"]


def test_feet_and_inches_are_no_marks():
    assert quoted('He is 6\'2" tall and "very quick," the coach said.') == ["very quick,"]


def test_brackets_and_ellipses_stay():
    assert quoted("“They [the rebels] came … and left,” he said.") == ["They [the rebels] came … and left,"]


@pytest.mark.parametrize("text", ["", '"', "“”", "'", '""""', "”“”“", '" " "', "«\n\n»", "„\n\n„\n\n“", "a'b\"c”d“e"])
def test_nothing_breaks_it(text):
    for piece in find_pieces(text, paragraphs(text)):
        assert 0 <= piece.outer_start <= piece.start <= piece.end <= piece.outer_end <= len(text)


def test_pieces_at_the_top_do_not_overlap():
    text = "“One “two” three.\n\n“Four” five” six “seven.\n\nEight” nine."
    pieces = [piece for piece in find_pieces(text, paragraphs(text)) if piece.depth == 0]
    assert all(one.outer_end <= other.outer_start for one, other in pairwise(pieces))


def test_a_single_line_break_ends_a_paragraph_unless_the_line_is_wrapped():
    assert len(paragraphs("One.\nTwo.\n\nThree is\nwrapped.")) == 3
