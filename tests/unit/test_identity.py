import pytest

from extract.articles.identity import article_id, canonical_url, normalise_text, revision, text_key


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
