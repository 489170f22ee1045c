import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.articles.copies import SHINGLE, WINDOW, agency_credit, fingerprints

WORDS = [f"word{n}" for n in range(400)]
TEXT = " ".join(WORDS)


def share(text, other):
    return len(set(fingerprints(text)) & set(fingerprints(other))) / len(fingerprints(text))


def test_wording_alone_tells_not_case_marks_or_spacing():
    assert fingerprints("Shells fell on the town, he said.") == fingerprints("SHELLS fell\n\non “the town” he said")
    assert fingerprints(TEXT) != fingerprints(TEXT.replace("word200", "other"))


def test_a_text_cut_short_stands_wholly_in_the_whole_one():
    assert share(" ".join(WORDS[:120]), TEXT) > 0.95
    assert share(TEXT, " ".join(WORDS[:120])) < 0.4


def test_paragraphs_in_another_order_are_the_same_wording():
    parts = [" ".join(WORDS[i : i + 100]) for i in range(0, 400, 100)]
    assert share("\n\n".join(reversed(parts)), "\n\n".join(parts)) > 0.85


@given(st.lists(st.sampled_from(WORDS), max_size=60), st.lists(st.sampled_from(WORDS), max_size=60))
def test_enough_words_in_common_leave_a_fingerprint_in_common(before, after):
    common = WORDS[: SHINGLE + WINDOW - 1]
    assert set(fingerprints(" ".join(common))) & set(fingerprints(" ".join([*before, *common, *after])))


@given(st.text(max_size=300))
def test_fingerprints_of_any_text_are_distinct_ordered_32_bit_integers(text):
    found = fingerprints(text)
    assert found == sorted(set(found))
    assert all(-(2**31) <= n < 2**31 for n in found)


def test_few_words_have_no_fingerprint():
    assert fingerprints("Talks go on") == []


@pytest.mark.parametrize(
    ("outlet", "url", "byline", "text", "expected"),
    [
        ("Reuters", None, None, "Talks were held.", ("Reuters", "outlet")),
        ("The Associated Press", None, None, "Talks were held.", ("Associated Press", "outlet")),
        ("News", "https://en.interfax.com.ua/news/1", None, "Talks were held.", ("Interfax-Ukraine", "outlet")),
        ("Courier", None, "By Reuters", "Talks were held.", ("Reuters", "byline")),
        ("Courier", None, "Jane Roe, Associated Press", "Talks were held.", ("Associated Press", "byline")),
        ("Courier", None, None, "KYIV, March 3 (Reuters) - Talks were held.", ("Reuters", "text")),
        ("Courier", None, None, "MOSCOW, June 1. /TASS/. Talks were held.", ("TASS", "text")),
        ("Courier", None, None, "Talks were held.\n\n© 2022 AFP", ("Agence France-Presse", "text")),
        (
            "Courier",
            None,
            None,
            "Talks were held.\n\nCopyright 2022 The Associated Press.",
            ("Associated Press", "text"),
        ),
        ("Courier", None, None, "Held. Reporting by A. Roe; Editing by B. Doe", ("Reuters", "text")),
        # None of these wrote the article.
        ("Courier", None, None, "Talks were held. The Associated Press contributed to this report.", (None, None)),
        ("Courier", None, None, "Talks were held, a minister told Reuters.", (None, None)),
        ("Courier", None, None, "Talks went on.\n\nAn aide (Reuters had named him) left.", (None, None)),
        ("Courier", None, "Jane Reuterson", "The ap was updated (ap).", (None, None)),
        ("Courier", "https://notreuters.com/a", None, "", (None, None)),
    ],
)
def test_the_agency_that_wrote_a_text(outlet, url, byline, text, expected):
    assert agency_credit(outlet, url, byline, text) == expected
