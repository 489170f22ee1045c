"""Date expressions: what they denote, and that they are found where they stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import spacy
import yaml
from spacy.tokens import Doc

from extract.evaluate.dates import check, parse_interval
from extract.nlp import dates, extensions

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "date_cases.yml").read_text(encoding="utf-8"))
WEDNESDAY = date(2023, 11, 15)


def find(text: str, published_on: date | None = WEDNESDAY) -> list[tuple[str, str | None, str]]:
    """Expressions of a text: text, first/last day, method."""
    nlp = spacy.blank("en")
    nlp.add_pipe("wirehouse_dates")
    doc = nlp.make_doc(text)
    doc._.published_on = published_on
    doc = nlp(doc)
    for found in doc._.dates:
        assert text[found.start : found.end] == found.text
    return [(d.text, f"{d.date_start}/{d.date_end}" if d.date_start else None, d.method) for d in doc._.dates]


def test_cases():
    """At least 98% of the cases of ``date_cases.yml`` denote what is expected."""
    errors = []
    total = 0
    for published_on, cases in CASES.items():
        for expression, expected in cases.items():
            total += 1
            if problem := check(str(expression), published_on, str(expected)):
                errors.append(problem)
    print("\n".join(errors))
    assert total >= 150
    assert 1 - len(errors) / total >= 0.98


@pytest.mark.parametrize(
    ("form", "first", "last", "granularity"),
    [
        ("2025-W24", date(2025, 6, 9), date(2025, 6, 15), "week"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31), "quarter"),
        ("199X", date(1990, 1, 1), date(1999, 12, 31), "decade"),
        ("2024-06/2024-08", date(2024, 6, 1), date(2024, 8, 31), "range"),
    ],
)
def test_expected_forms(form, first, last, granularity):
    assert parse_interval(form) == (first, last, granularity)


def test_found_in_text_with_their_extent():
    text = "The envoy arrived late on Monday, two days after talks in March 2022, and left on Feb. 3, 2023."
    assert [found[0] for found in find(text)] == ["late on Monday", "March 2022", "Feb. 3, 2023"]


def test_words_that_only_look_like_dates():
    text = "Mrs May may march on, the second man said; 2,000 people and 2000 troops saw This Week for a second."
    assert find(text) == []


def test_ages_lengths_and_counts_are_not_dates():
    text = (
        "The 22-year-old got five years in prison after a two-day visit and a 30-day truce. She worked there for three "
        "hours, paid $1,999 for 2,024 shares and finished within 48 hours. The 9/11 commission had 10 members."
    )
    assert [found[0] for found in find(text)] in ([], ["9/11"])


def test_day_that_counts_from_the_one_before():
    found = find("The bridge fell on 3 March 2023. A day later the road was open again.")
    assert found[1] == ("A day later", "2023-03-04/2023-03-04", "narrative")


def test_undated_article_has_only_absolute_dates():
    found = find("He left on Tuesday, in March and on 4 May 2021.", published_on=None)
    assert found == [
        ("Tuesday", None, "relative-undated"),
        ("March", None, "relative-undated"),
        ("4 May 2021", "2021-05-04/2021-05-04", "absolute"),
    ]


@pytest.mark.parametrize(
    ("auxiliary", "tag", "verb", "verb_tag", "day"),
    [("will", "MD", "meet", "VB", date(2023, 11, 17)), ("had", "VBD", "met", "VBN", date(2023, 11, 10))],
)
def test_tense_of_the_verb_tells_the_side(auxiliary, tag, verb, verb_tag, day):
    extensions.register()
    nlp = spacy.blank("en")
    doc = Doc(
        nlp.vocab,
        words=["They", auxiliary, verb, "on", "Friday", "."],
        tags=["PRP", tag, verb_tag, "IN", "NNP", "."],
        heads=[2, 2, 2, 2, 3, 2],
        deps=["nsubj", "aux", "ROOT", "prep", "pobj", "punct"],
    )
    doc._.published_on = WEDNESDAY
    assert dates.Dates()(doc)._.dates[0].date_start == day


def test_impossible_days_are_not_dates():
    assert find("On 31/02/2022 and on February 30 nothing happened.") == []
