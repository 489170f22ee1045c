import pytest

from extract.nlp.dateline import dateline_end


@pytest.mark.parametrize(
    "dateline",
    [
        "KYIV, May 25 (Meridian Wire) - ",
        "TEHRAN – ",
        "TEHRAN_ ",
        "Doha (AFP) — ",
        "Kryvyi Rih, Ukraine (Reuters) - ",
        "WASHINGTON, D.C. — ",
        "KYIV/MOSCOW, Oct 3 - ",
    ],
)
def test_dateline_ends_where_the_report_begins(dateline):
    text = dateline + "Two ships left the port on Tuesday."
    assert text[dateline_end(text) :] == "Two ships left the port on Tuesday."


@pytest.mark.parametrize(
    "text",
    [
        "Ukraine – the largest country wholly in Europe – was attacked.",
        "NATO said it would not take part.",
        "The port (closed since May) - and it is a large one - has opened.",
        "",
    ],
)
def test_sentence_has_no_dateline(text):
    assert dateline_end(text) == 0
