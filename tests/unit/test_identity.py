import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.articles.identity import (
    article_id,
    believable_link,
    canonical_url,
    headline,
    normalise_text,
    revision,
    text_key,
    title_key,
)


@pytest.mark.parametrize(
    "variant",
    [
        "https://www.courier.example/news/2022/10/starlink",
        "http://courier.example/news/2022/10/starlink/",
        "https://m.courier.example/news/2022/10/starlink?utm_source=rss&utm_medium=feed",
        "https://amp.courier.example/news/2022/10/starlink/amp",
        "HTTPS://Courier.Example:443/news/2022/10/starlink?outputType=amp#comments",
        "https://courier.example/news/2022/10/starlink?at_medium=RSS&at_campaign=X&fbclid=abc",
    ],
)
def test_variants_of_one_page_share_an_address(variant):
    assert canonical_url(variant) == "https://courier.example/news/2022/10/starlink"


def test_parameters_that_name_the_page_are_kept_in_one_order():
    assert canonical_url("https://a.example/story?id=7&page=2") == canonical_url("https://a.example/story?page=2&id=7")
    assert canonical_url("https://a.example/story?id=7") != canonical_url("https://a.example/story?id=8")


@pytest.mark.parametrize(
    "address", [None, "", "not an address", "ftp://a.example/x", "https://[broken", "mailto:a@b.example"]
)
def test_what_is_no_web_address_has_none(address):
    assert canonical_url(address) is None


def test_address_canonicalised_twice_is_the_same():
    once = canonical_url("http://www.a.example/B%20c/?z=1&a=%C3%A9#top")
    assert canonical_url(once) == once


def test_stored_text_keeps_paragraphs_and_stands_still():
    text = normalise_text("One\u00a0 two \t three\r\n\r\n\r\n\r\nFour\x00\n  five  \n")
    assert text == "One two three\n\nFour\nfive"
    assert normalise_text(text) == text


def test_edited_text_is_a_new_revision_of_the_same_article():
    address = "https://a.example/x"
    assert article_id(address, "Title", "Old text") == article_id(address, "Title", "New text")
    assert revision("Title", "Old text") != revision("Title", "New text")


def test_article_without_address_is_known_by_its_content():
    assert article_id(None, "Title", "Text") == article_id(None, "Title", "Text")
    assert article_id(None, "Title", "Text") != article_id(None, "Title", "Other text")


def test_copies_differing_in_marks_and_case_share_a_key():
    assert text_key("“We will stay,” she said.") == text_key('"We will stay", She said')
    assert text_key("three were hurt") != text_key("four were hurt")


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("https://courier.example/a/../news/./x//y/", "https://courier.example/news/x/y"),
        ("https://courier.example/news/index.html", "https://courier.example/news"),
        ("https://courier.example/news/x.amp.html", "https://courier.example/news/x.html"),
        ("https://courier.example/amp/news/x", "https://courier.example/news/x"),
        ("https://courier-example.cdn.ampproject.org/c/s/courier.example/news/x", "https://courier.example/news/x"),
        ("https://www.google.com/amp/s/courier.example/news/x", "https://courier.example/news/x"),
        ("https://новини.example/x", "https://xn--b1amarcd.example/x"),
        ("https://courier.example./x", "https://courier.example/x"),
        ("http://courier.example:80/x", "https://courier.example/x"),
        ("http://courier.example:8080/x", "https://courier.example:8080/x"),
        ("https://courier.example/%7Ejane/caf%c3%a9", "https://courier.example/~jane/caf%C3%A9"),
    ],
)
def test_parts_of_an_address_have_one_spelling(variant, expected):
    assert canonical_url(variant) == expected


PARTS = st.text(st.characters(codec="utf-8"), max_size=12)
ADDRESSES = st.builds(
    "{}://{}{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(["a.example", "WWW.A.Example", "m.a.example", "новини.example", "a.example:443", "[::1]", "a..b"]),
    st.sampled_from(["", "/", "//", "/../x", "/amp", "/x/amp/", "/index.html", "/amp/amp"]),
    PARTS,
    st.sampled_from(["", "?", "?b=2&a=1", "?utm_source=x&q=%", "?a=;b&&", "?a=%E9"]),
    PARTS,
)


@given(ADDRESSES | st.text(max_size=60) | PARTS.map("https://{}".format))
@settings(deadline=None, max_examples=300)
def test_any_address_is_canonical_after_once_or_is_none(address):
    once = canonical_url(address)
    assert once is None or canonical_url(once) == once


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.text("xyz1", max_size=3)), max_size=5, unique_by=lambda p: p[0]),
    st.randoms(),
)
@settings(deadline=None)
def test_order_of_parameters_plays_no_part(parameters, dice):
    written = "https://a.example/x?" + "&".join(f"{k}={v}" for k, v in parameters)
    other = "https://a.example/x?" + "&".join(f"{k}={v}" for k, v in dice.sample(parameters, len(parameters)))
    assert canonical_url(written) == canonical_url(other)


ASKED = "https://www.courier.example/world/dishes?utm_source=x"


@pytest.mark.parametrize(
    ("link", "url", "expected"),
    [
        ("https://courier.example/news/dishes-arrive", ASKED, "https://courier.example/news/dishes-arrive"),
        ("/news/dishes-arrive", ASKED, "https://www.courier.example/news/dishes-arrive"),
        ("https://amp.courier.example/world/dishes", ASKED, "https://amp.courier.example/world/dishes"),
        # The home page, a section above, another site, and what is no address.
        ("https://www.courier.example/", ASKED, None),
        ("https://www.courier.example/world", ASKED, None),
        ("https://echo.example/world/dishes", ASKED, None),
        ("https://[broken", ASKED, None),
        ("javascript:void(0)", ASKED, None),
        (None, ASKED, None),
        ("https://courier.example/news/dishes-arrive", None, "https://courier.example/news/dishes-arrive"),
        ("/news/dishes-arrive", None, None),
    ],
)
def test_a_page_is_believed_on_its_address_within_its_site(link, url, expected):
    assert believable_link(link, url) == expected


@pytest.mark.parametrize(
    ("title", "outlet", "expected"),
    [
        ("Dishes arrive | Courier", "The Courier", "Dishes arrive"),
        ("Dishes arrive - The Courier", "Courier", "Dishes arrive"),
        ("Courier: Dishes arrive", "Courier", "Dishes arrive"),
        ("Dishes arrive in the town - World | Courier", "Courier", "Dishes arrive in the town"),
        ("Dishes arrive — Courier News — Latest", "Courier", "Dishes arrive"),
        ("Dishes arrive | Courier.com", "Courier", "Dishes arrive"),
        ("Governor: dishes will arrive", "Courier", "Governor: dishes will arrive"),
        ("Dishes - a surprise - arrive", "Courier", "Dishes - a surprise - arrive"),
        ("Dishes arrive: Courier", "Courier", "Dishes arrive: Courier"),
        ("Courier", "Courier", "Courier"),
        ("", "Courier", None),
        (None, None, None),
    ],
)
def test_headline_without_the_outlets_name(title, outlet, expected):
    assert headline(title, outlet) == expected


@given(st.text(max_size=80), st.text(max_size=20))
@settings(deadline=None)
def test_no_headline_is_lost(title, outlet):
    assert (headline(title, outlet) is None) == (not title.split())


def test_variants_of_a_headline_share_a_key():
    assert title_key("Dishes arrive | Courier", "Courier") == title_key("Courier: “Dishes arrive”", "The Courier")


@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(["a", "é", " ", "\u00a0", "\x1f", "\n", "\r", "\u2028", "\x00", "e\u0301", "\u1100\u1161"]),
        max_size=30,
    ).map("".join)
)
@settings(deadline=None, max_examples=300)
def test_stored_text_stands_still_and_holds_no_mark_of_keys(text):
    stored = normalise_text(text)
    assert normalise_text(stored) == stored
    assert "\x1f" not in stored and "\x00" not in stored and "\n\n\n" not in stored
    assert stored.split() == normalise_text(" ".join(stored.split())).split()


@given(st.tuples(st.text(max_size=20), st.text(max_size=20)), st.tuples(st.text(max_size=20), st.text(max_size=20)))
def test_revisions_are_told_apart_by_headline_and_text(one, other):
    stored = [(normalise_text(title), normalise_text(text)) for title, text in (one, other)]
    assert (stored[0] == stored[1]) == (revision(*stored[0]) == revision(*stored[1]))


@given(st.text(max_size=80), st.sampled_from([" ", ", ", "! ", " — ", "\n\n"]))
def test_copies_share_a_key_whatever_their_marks_and_case(text, mark):
    words = text.split()
    assert text_key(" ".join(words)) == text_key(mark.join(words))
    assert text_key(text) == text_key(f"“{text}”")
