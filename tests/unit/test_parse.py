import gzip
import json

import pytest

from extract.articles.parse import read_items

PAGE = """<html><head><meta charset="{charset}"><title>Dishes arrive | Courier</title>
<meta property="og:title" content="Dishes arrive"><meta property="article:published_time" content="2022-03-01T08:00:00+02:00">
<link rel="canonical" href="https://courier.example/dishes"></head><body><nav>Home News Sport</nav>
<article><h1>Dishes arrive</h1><p>{first}</p><p>{second}</p></article><footer>All rights reserved</footer></body></html>"""
FIRST = "A lorry with forty satellite dishes reached the town of Zhytniv on Tuesday morning, local officials said."
SECOND = "Olha Bondar, who runs the library, said the café had been without a connection for more than a week."


def read(name, data):
    return list(read_items(name, data if isinstance(data, bytes) else data.encode()))


def test_each_line_of_jsonl_stands_alone():
    lines = [
        '{"text": "One."}',
        '{"text": "Two',
        "[1]",
        '{"title": "no text"}',
        "",
        '{"text": "Three.", "source": "Echo"}',
    ]
    items = read("a.jsonl", "\n".join(lines))
    assert [i.parsed.text if i.parsed else None for i in items] == ["One.", None, None, None, "Three."]
    assert [i.ref for i in items] == ["line 1", "line 2", "line 3", "line 4", "line 6"]
    assert all(i.error and i.payload for i in items if not i.parsed)
    assert items[-1].parsed.outlet == "Echo"


def test_gzipped_file_is_read_as_what_it_holds():
    assert read("a.jsonl.gz", gzip.compress(b'{"text": "One."}'))[0].parsed.text == "One."


def test_broken_gzip_costs_its_file_alone():
    [item] = read("a.jsonl.gz", b"\x1f\x8b\x08 not really")
    assert item.error


def test_page_gives_text_without_boilerplate_and_states_its_time():
    [item] = read("a.html", PAGE.format(charset="utf-8", first=FIRST, second=SECOND))
    assert item.parsed.text == f"{FIRST}\n\n{SECOND}"
    assert item.parsed.title == "Dishes arrive"
    assert item.parsed.url == "https://courier.example/dishes"
    assert (item.parsed.published_at, item.parsed.published_method) == ("2022-03-01T08:00:00+02:00", "meta")


def test_page_in_the_character_set_it_declares():
    [item] = read("a.html", PAGE.format(charset="iso-8859-1", first=FIRST, second=SECOND).encode("iso-8859-1"))
    assert "café" in item.parsed.text
    assert item.parsed.charset == "iso-8859-1"


def test_page_without_article_is_rejected_with_its_reason():
    [item] = read("a.html", "<html><body><p>We use cookies.</p></body></html>")
    assert "no article text" in str(item.error)


def test_few_wrong_bytes_do_not_spoil_a_file():
    [item] = read("a.txt", "Title\n\nThe café in Przemyśl said ".encode() + b"\xb3" + b" no.")
    assert "café in Przemyśl" in item.parsed.text
    assert item.parsed.charset == "utf-8 with errors"


def test_text_file_has_title_headers_and_unwrapped_text():
    [item] = read(
        "a.txt",
        "Border opens\n\nPublished: 2022-03-14\nURL: https://a.example/b\n\nThe border was opened on Monday after\n"
        "three days of talks between the two\ngovernments.\n\nLorries crossed at noon.",
    )
    assert item.parsed.title == "Border opens"
    assert item.parsed.published_at == "2022-03-14"
    assert item.parsed.text.split("\n\n") == [
        "The border was opened on Monday after three days of talks between the two governments.",
        "Lorries crossed at noon.",
    ]


FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Orbit</title><item><title>Full</title><link>https://o.example/1</link><pubDate>Tue, 01 Mar 2022 08:00:00 GMT</pubDate>
<description>Short.</description><content:encoded>&lt;p&gt;{long}&lt;/p&gt;&lt;p&gt;End.&lt;/p&gt;</content:encoded></item>
<item><title>Teaser &amp;amp; more</title><link>https://o.example/2</link><description></description></item></channel></rss>"""


def test_feed_entries_take_the_fullest_text():
    full, teaser = read("feed.xml", FEED.format(long="word " * 80))
    assert full.parsed.text.endswith("word\n\nEnd.")
    assert not full.parsed.is_teaser
    assert full.parsed.outlet == "Orbit"
    assert (teaser.parsed.title, teaser.parsed.text, teaser.parsed.is_teaser) == ("Teaser & more", "", True)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xml", b"<rss><chan"),
        ("a.xml", b"\x00\xff\x00"),
        ("a.json", b"{"),
        ("a.json", json.dumps([1, None]).encode()),
        ("a.html", b""),
        ("a.exe", b"MZ"),
        ("noending", b"x"),
        ("a.jsonl", b'{"text": ' + b"[" * 100_000),
    ],
)
def test_whatever_a_file_holds_it_is_an_item_with_a_reason(name, data):
    items = read(name, data)
    assert items
    assert all(i.error is not None for i in items)
