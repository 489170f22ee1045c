import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.articles.pages import NoArticle, TooLarge
from extract.articles.parse import Rejected, read_items

PARAGRAPHS = [
    "A lorry with forty satellite dishes reached the town of Zhytniv on Tuesday morning, local officials said.",
    "The library, which had been without a connection for more than a week, opened again in the afternoon.",
    "Officials expect a second delivery before the end of the month, although the road is closed at night.",
]
URL = "https://courier.example/world/dishes-arrive"


def page(*, head="", before="", after="", paragraphs=PARAGRAPHS, title="Dishes arrive | Courier"):
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        f"<html lang='en-GB'><head><title>{title}</title>{head}</head><body><nav>Home News</nav><article>"
        f"<h1>Dishes arrive</h1>{before}{body}{after}</article></body></html>"
    )


def parsed(html, url=URL):
    [item] = read_items("page.html", html.encode() if isinstance(html, str) else html, url=url)
    assert item.error is None, item.error
    return item.parsed


def ld(**fields):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>Dishes arrive</p>", ""),
        ("<p>Share on Facebook</p><p>Share</p>", "<p>Advertisement</p>"),
        ("", "<p>Sign up for our daily newsletter.</p><p>Follow the Courier on Twitter.</p>"),
        ("<p>We use cookies to improve your visit.</p>", "<p>© 2022 Courier. All rights reserved.</p>"),
        ("<figure><img src='a.jpg'><figcaption>A lorry on a road near the town, 1 March</figcaption></figure>", ""),
        ("", "<p>Read more: Harbour opens again</p><p>12 comments</p>"),
        ("", "<p>Related stories</p><p>Harbour opens after storm</p><p>Bridge closed for repairs</p>"),
        ("", "".join(f"<p>{p}</p>" for p in PARAGRAPHS)),
    ],
)
def test_text_is_the_article_alone(before, after):
    assert parsed(page(before=before, after=after)).text == "\n\n".join(PARAGRAPHS)


def test_sentences_that_speak_of_such_things_stay():
    sentences = [
        "Share prices fell on Monday after the company said that it would sign up no new subscribers this year.",
        "“Read more books,” the teacher said, and the related stories were told until late in the evening.",
        "Comments by the minister on cookies and privacy were met with laughter in the parliament on Tuesday.",
    ]
    assert parsed(page(paragraphs=sentences)).text == "\n\n".join(sentences)


@pytest.mark.parametrize(
    ("head", "title", "expected"),
    [
        (
            "<meta property='og:title' content='Dishes arrive | World | Courier'><meta property='og:site_name' content='Courier'>",
            "x",
            "Dishes arrive",
        ),
        # What a search engine is told differs from what readers see.
        (
            ld(headline="Dishes arrive") + "<meta property='og:title' content='You will not believe this lorry'>",
            "x",
            "Dishes arrive",
        ),
        (
            ld(headline="Lorry with dishes reaches town") + "<meta property='og:title' content='Dishes arrive'>",
            "x",
            "Dishes arrive",
        ),
        (ld(headline="Lorry with dishes reaches town"), "x", "Lorry with dishes reaches town"),
    ],
)
def test_headline_is_the_one_that_is_stated_and_shown(head, title, expected):
    assert parsed(page(head=head, title=title)).title == expected


@pytest.mark.parametrize(
    ("head", "url", "expected"),
    [
        ("<meta property='article:published_time' content='2022-03-01T08:00:00+02:00'>", URL, ("2022-03-01T08:00:00+02:00", "meta")),
        (ld(datePublished="2022-03-01T06:00:00Z"), URL, ("2022-03-01T06:00:00Z", "json-ld")),
        (ld(datePublished="2022-03-01"), "https://a.example/2022/03/01/x", ("2022-03-01", "json-ld")),
        ("", "https://courier.example/2022/03/01/dishes", ("2022-03-01", "url")),
        ("", "https://courier.example/2022/mar/01/dishes", ("2022-03-01", "url")),
        # Stated for the day on which the site was moved.
        ("<meta name='date' content='2023-09-09'>", "https://courier.example/2022/03/01/dishes", ("2022-03-01", "url")),
        # What cannot be believed gives way to what can, and is kept where there is nothing else.
        ("<meta name='date' content='9999-01-01'>" + ld(datePublished="2022-03-01"), URL, ("2022-03-01", "json-ld")),
        ("<meta name='date' content='9999-01-01'>", URL, ("9999-01-01", "meta")),
        ("", URL, (None, "none")),
    ],
)  # fmt: skip
def test_publication_time_and_where_it_was_found(head, url, expected):
    article = parsed(page(head=head), url)
    assert (article.published_at, article.published_method) == expected


def test_time_shown_in_the_article():
    html = page(before="<time itemprop='datePublished' datetime='2022-03-01T08:00:00Z'>Tuesday</time>")
    assert (parsed(html).published_at, parsed(html).published_method) == ("2022-03-01T08:00:00Z", "page")


def test_details_of_the_page():
    head = ld(
        author=[{"@type": "Person", "name": "Iryna Melnyk"}, {"name": "Oleh Sydor"}],
        articleSection="World",
        dateModified="2022-03-02",
        image={"url": "https://courier.example/lorry.jpg"},
    )
    article = parsed(page(head=head + "<link rel='canonical' href='/world/dishes'>"))
    assert article.byline == "Iryna Melnyk; Oleh Sydor"
    assert (article.section, article.language, article.updated_at) == ("World", "en", "2022-03-02")
    assert article.lead_image == "https://courier.example/lorry.jpg"
    assert (article.url, article.canonical) == (URL, "https://courier.example/world/dishes")


LONG = [
    f"{p} Part {n} of what was written on the delivery of the dishes to the town." for n in range(9) for p in PARAGRAPHS
]


@pytest.mark.parametrize(
    ("html", "is_teaser"),
    [
        (page(head=ld(isAccessibleForFree=False)), True),
        (page(head=ld(isAccessibleForFree="False")), True),
        (page(head="<meta property='article:content_tier' content='locked'>"), True),
        (page(after="<div>Already a subscriber? Log in</div>"), True),
        (page(after="<div>Subscribe to continue reading</div>"), True),
        (page(), False),
        (page(head=ld(isAccessibleForFree=True)), False),
        # A paid article that the page shows whole.
        (page(head=ld(isAccessibleForFree=False), paragraphs=LONG), False),
        (page(after="<div>Already a subscriber? Log in</div>", paragraphs=LONG), False),
        (page(head=ld(isAccessibleForFree=False), paragraphs=[*LONG[:10], "The mayor, who had waited all night, then …"]), True),
    ],
)  # fmt: skip
def test_start_of_a_paid_article_is_a_teaser(html, is_teaser):
    assert parsed(html).is_teaser == is_teaser


@pytest.mark.parametrize(
    ("head", "url", "is_live"),
    [
        (ld(**{"@type": "LiveBlogPosting"}), URL, True),
        ("", "https://courier.example/world/live/2022/mar/01/dishes-arrive-live-updates", True),
        ("", "https://courier.example/world/how-people-live-now", False),
        ("", "https://courier.example/world/livelihoods-lost", False),
    ],
)
def test_live_blog_is_told(head, url, is_live):
    assert parsed(page(head=head), url).is_live == is_live


@pytest.mark.parametrize("charset", ["windows-1251", "iso-8859-5", "koi8-r", "utf-16"])
def test_charset_is_declared_or_sniffed_and_recorded(charset):
    text = ["Грузовик с сорока спутниковыми антеннами прибыл в город во вторник утром, сообщили местные власти."] * 3
    text = [f"{p} Часть {n}." for n, p in enumerate(text)]
    declared = (
        page(head=f"<meta charset='{charset}'>", paragraphs=text) if charset != "utf-16" else page(paragraphs=text)
    )
    article = parsed(declared.encode(charset))
    assert article.text == "\n\n".join(text)
    assert article.charset.replace("_", "-").startswith(charset)


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("<html><body><p>We use cookies.</p></body></html>", NoArticle),
        ("<" * 250_000, TooLarge),
        ("<p>" + "word " * 2_500_000, TooLarge),
        ("<div>" * 90_000 + "word " * 50, NoArticle),
        ("<b>" * 60_000, NoArticle),
    ],
)
def test_hostile_page_is_refused_with_its_class(html, error):
    [item] = read_items("page.html", html.encode(), url=URL)
    assert type(item.error) is error


@pytest.mark.parametrize(
    "nested", ["[" * 100_000, '{"@graph":' * 900 + "1" + "}" * 900, '{"@type": "NewsArticle", "author": [[[1]]]}']
)
def test_hostile_metadata_costs_the_metadata_alone(nested):
    html = page(head=f'<script type="application/ld+json">{nested}</script>')
    assert parsed(html).text == "\n\n".join(PARAGRAPHS)


ERRORS = (Rejected, NoArticle, TooLarge)
NAMES = ["a.html", "a.xml", "a.json", "a.jsonl", "a.txt", "a.html.gz", "a.jsonl.gz", "a"]


@given(st.sampled_from(NAMES), st.binary(max_size=400))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_end_in_an_article_or_an_error_class(name, data):
    for item in read_items(name, data):
        assert item.parsed or isinstance(item.error, ERRORS)


GOOD = page(head=ld(datePublished="2022-03-01", headline="Dishes arrive")).encode()


@given(
    st.integers(0, len(GOOD)),
    st.lists(st.tuples(st.integers(0, len(GOOD)), st.sampled_from([b"\0", b"\xff\xfe", b"<", b"&#x0;", b"\xc3", b"]]>", b"<!--", "é".encode("cp1252")])), max_size=6),
)  # fmt: skip
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_cut_and_spoiled_pages_end_in_an_article_or_an_error_class(length, insertions):
    data = GOOD[:length]
    for place, junk in insertions:
        data = data[:place] + junk + data[place:]
    for item in read_items("a.html", data, url=URL):
        assert item.parsed or isinstance(item.error, ERRORS)
