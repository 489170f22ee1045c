"""The briefing: what stands on the page, and how it behaves in a real browser."""

import json
import re
import shutil
from datetime import date, datetime
from html import unescape
from itertools import pairwise

import duckdb
import pytest
import yaml
from conftest import run_days
from lxml import html
from typer.testing import CliRunner

from extract import settings as settings_module
from extract.briefing import HERE, UnknownTopic, briefing, charts, content
from extract.cli import app
from extract.settings import ROOT, Settings

DAY = date(2022, 10, 18)
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")
HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='alert(1) </style>{{ 7 * 7 }}"""

ARTICLES = [
    {
        "url": "https://courier.example/kharkiv",
        "source": "Courier",
        "title": "Shells fall on Kharkiv",
        "published_at": "2022-10-17T08:00:00Z",
        "text": "Russian forces shelled Kharkiv on Monday, killing two people, officials in Ukraine said.\n\n"
        "“We carried the children down to the cellar before the second blast came,” said Olha Bondar, a nurse.\n\n"
        "Russia denied that its forces shelled Kharkiv. Ukraine may recall its ambassador from Tehran.",
    },
    {
        "url": "https://echo.example/kharkiv",
        "source": "Echo",
        "title": "A night in Kharkiv",
        "published_at": "2022-10-18T08:00:00Z",
        "text": "Russian forces shelled Kharkiv on Monday.\n\n"
        "“We carried the children down to the cellar before the second blast came,” said Olha Bondar, a nurse.\n\n"
        "Ukraine condemned Russia on Tuesday. Ukraine and Poland held talks in Lviv on Tuesday.",
    },
    {
        "url": "https://echo.example/tehran",
        "source": "Echo",
        "title": "Shops close in Tehran",
        "published_at": "2022-10-18T09:00:00Z",
        "text": "Police in Tehran arrested twelve people on Tuesday. A rights group said that police in Shiraz killed "
        "four people on Tuesday.\n\n"
        "“Nobody in this bazaar opened a shop today,” a carpet seller in Tehran, Iran, said.",
    },
    {
        "url": "javascript:alert(1)",
        "source": f"Gazette {HOSTILE}",
        "title": f"Ukraine {HOSTILE}",
        "published_at": "2022-10-18T10:00:00Z",
        "text": f"“Ukraine has no dishes {HOSTILE},” said Ihor {HOSTILE} Moroz in Kyiv, Ukraine.\n\n"
        f"Russia attacked Odesa on Monday. It rained {HOSTILE} in Odesa.",
    },
    {
        "url": "https://courier.example/old",
        "source": "Courier",
        "title": "Dishes reach Kharkiv",
        "published_at": "2022-09-02T10:00:00Z",
        "text": "A lorry with Starlink dishes reached Ukraine. “They work,” said Olha Bondar, a nurse.",
    },
    {
        "source": "Courier",
        "title": "No day",
        "text": "Ukraine waits. “Nobody knows when this was written,” said Taras Hnatiuk in Ukraine.",
    },
]


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """A published warehouse of a few articles, some of them hostile."""
    root = tmp_path_factory.mktemp("briefing")
    (root / "inbox").mkdir()
    (root / "inbox" / "articles.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)) + '\n{"text": "cut')
    source = {"id": "wire", "name": "Wire", "kind": "folder", "path": f"{root}/inbox"}
    silent = {"id": "silent", "name": "Silent Post", "kind": "folder", "path": f"{root}/nowhere"}
    (root / "sources.yml").write_text(yaml.safe_dump({"sources": [source, silent]}))
    (root / "topics.yml").write_text((ROOT / "config" / "topics.yml").read_text())
    settings = Settings(data=root / "data", config=root)
    run_days(settings, [DAY])
    return settings


@pytest.fixture
def con(told):
    with duckdb.connect(told.published_warehouse, read_only=True) as con:
        yield con


@pytest.fixture
def page(con):
    return html.fromstring(briefing(con, now=datetime(2022, 10, 20)))


def find(element, selector):
    """Elements by tag, #id, .class and [attribute] (or ='value'), as far as these tests need them; "," for either."""
    found = []
    for way in selector.split(", "):
        path = "."
        for step in way.split():
            tag, *tests = re.findall(r"^[a-z0-9]*|#[\w-]+|\.[\w-]+|\[[^]]+\]", step)
            path += f"//{tag or '*'}"
            for test in tests:
                if test[0] == "#":
                    path += f"[@id='{test[1:]}']"
                elif test[0] == ".":
                    path += f"[contains(concat(' ', @class, ' '), ' {test[1:]} ')]"
                else:
                    path += f"[@{test[1:-1]}]"
        found += element.xpath(path)
    return found


def text(element):
    return " ".join(element.text_content().split())


def entries(page, section):
    return [text(e) for e in find(page, f"#{section} [data-item]")]


def group(page, status):
    return [text(e) for e in find(page, f"#events [data-item][data-status='{status}']")]


# --- what stands on the page ---------------------------------------------------------------------------


def test_each_run_publishes_a_briefing(told):
    published = (told.published / "briefing.html").read_text()
    assert "Shells fall on Kharkiv" in published
    assert len(published) < 3_000_000


def test_what_is_claimed_denied_or_only_possible_is_no_fact(page):
    facts, claims = group(page, "realised"), group(page, "reported")
    denied, possible = group(page, "negated"), group(page, "hypothetical")
    assert any("arrested twelve people" in e for e in facts)
    assert any("killed four people" in e and "rights group" in e for e in claims), claims
    assert any("Russia denied that its forces shelled Kharkiv" in e for e in denied)
    assert any("may recall its ambassador" in e for e in possible)
    assert not any("denied" in e or "may recall" in e for e in facts)
    for title, note in ((row["label"], row["note"]) for row in content.labels("status").values()):
        assert title and note


def test_every_entry_has_its_evidence_with_marked_words_and_outlet(page):
    items = find(page, "[data-item]")
    assert len(items) > 8
    for item in items:
        for quote in find(item, "blockquote"):
            assert find(quote, "mark"), text(item)
        assert find(item, ".source cite")
    links = {a.get("href") for a in find(page, ".source a")}
    assert {"https://courier.example/kharkiv", "https://echo.example/kharkiv"} <= links


def test_utterance_of_two_outlets_stands_once_among_the_shared(page):
    [shared] = [text(e) for e in find(page, "#quotes .group [data-item]")]
    assert "down to the cellar" in shared
    assert "Carried by Courier, Echo" in shared
    assert "17 Oct 2022" in shared, "not as it was first published"


def test_denial_stands_beside_what_it_denies(page):
    [pair, *_] = find(page, "#contradictions li")
    told, denied = map(text, find(pair, "div"))
    assert "shelled Kharkiv on Monday" in told
    assert "denied that" in denied


def test_day_without_articles_shows_the_nearest(con):
    page = html.fromstring(briefing(con, day=date(2022, 10, 10), days=1, now=datetime(2022, 10, 20)))
    assert "There is no article of 10 October 2022" in text(find(page, ".notice")[0])
    assert "2 September 2022" in text(find(page, ".dateline")[0])
    assert "They work" in text(page)


def test_chosen_day_tells_of_that_day_and_topic_alone(con):
    page = html.fromstring(briefing(con, day=DAY, topic="iran", now=datetime(2022, 10, 20)))
    assert text(find(page, "h1")[0]) == "Iran"
    assert "18 October 2022" in text(find(page, ".dateline")[0])
    assert any("carpet seller" in e for e in entries(page, "quotes"))
    assert "cellar" not in text(find(page, "main")[0])


def test_events_of_the_day_that_were_told_later_are_there_and_say_so(con):
    page = html.fromstring(briefing(con, day=date(2022, 10, 17), now=datetime(2022, 10, 20)))
    later = [e for e in find(page, "#events [data-item]") if find(e, ".later")]
    assert any("Odesa" in text(e) for e in later)


def test_article_without_a_day_is_in_no_briefing_and_counted(page):
    assert "Nobody knows when" not in text(page)
    assert "1 article has no known day" in text(find(page, "#health")[0])


def test_health_tells_of_refused_items_and_silent_sources(page):
    health = find(page, "#health")[0]
    assert "1 refused" in text(health)
    [silent] = [r for r in find(health, "tr.attention") if "Silent Post" in text(r)]
    assert "never" in text(silent)


def test_name_is_new_only_in_the_days_of_its_first_article(con):
    def names(**days):
        page = html.fromstring(briefing(con, now=datetime(2022, 10, 20), **days))
        return [text(th) for th in find(page, "#new tbody th")]

    assert "Olha Bondar" in names(day=date(2022, 9, 2))
    assert "Olha Bondar" not in names(day=DAY, days=3)


def test_period_grows_until_there_is_enough_to_tell():
    con = duckdb.connect()
    con.execute("CREATE TABLE articles (published_on DATE, topics VARCHAR[])")

    def period(counts, **asked):
        con.execute("DELETE FROM articles")
        for day, n in counts.items():
            con.execute(f"INSERT INTO articles SELECT '{day}', ['t'] FROM range({n})")
        chosen = {"day": None, "days": None, "topic": None, "today": date(2026, 3, 31)} | asked
        return content.period(con, **chosen)

    busy = period({"2026-03-30": 40, "2026-03-29": 40})
    assert (busy.first, busy.last, busy.note) == (date(2026, 3, 30), date(2026, 3, 30), None)
    quiet = period({"2026-03-30": 2, "2026-03-25": 40})
    assert (quiet.first, quiet.days) == (date(2026, 3, 24), 7)
    assert "30 March 2026 alone has 2 articles" in quiet.note
    rare = period({"2026-03-30": 2, "2025-12-30": 3})
    assert rare.days == 91 and "there are 5" in rare.note
    ahead = period({"2026-03-30": 40, "2031-01-01": 1})
    assert ahead.last == date(2026, 3, 30), "a day that has not come yet"
    asked = period({"2026-03-30": 40, "2026-03-28": 1}, day=date(2026, 3, 28))
    assert (asked.first, asked.last, asked.note) == (date(2026, 3, 28), date(2026, 3, 28), None)
    before_all = period({"2026-03-30": 40}, day=date(2020, 1, 1))
    assert before_all.last == date(2026, 3, 30)
    assert period({}) is None


def test_empty_warehouse_still_has_a_page(told, tmp_path):
    empty = tmp_path / "empty.duckdb"
    shutil.copyfile(told.published_warehouse.resolve(), empty)
    with duckdb.connect(empty) as con:
        tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
        for (name,) in tables:
            con.execute(f"DELETE FROM main.{name}")
        page = html.fromstring(briefing(con))
    assert "it is empty" in text(find(page, "#brief")[0])
    assert "No run has been recorded yet" in text(find(page, "#health")[0])
    assert not find(page, "#filters, #events, svg")


def test_page_with_articles_but_no_quotes_or_events(told, tmp_path):
    bare = tmp_path / "bare.duckdb"
    shutil.copyfile(told.published_warehouse.resolve(), bare)
    with duckdb.connect(bare) as con:
        for name in ("quotes", "events", "event_mentions", "event_actors", "event_mention_actors"):
            con.execute(f"DELETE FROM main.{name}")
        page = html.fromstring(briefing(con, now=datetime(2022, 10, 20)))
    assert "No event was found" in text(find(page, "#events")[0])
    assert "Nobody is quoted" in text(find(page, "#quotes")[0])


def test_unknown_topic_is_named_with_those_there_are(con):
    with pytest.raises(UnknownTopic, match="iran, starlink, ukraine"):
        briefing(con, topic="gardening")


def test_long_passage_is_cut_round_the_marked_words():
    long = "word " * 300 + "struck the bridge " + "word " * 300
    at = long.index("struck")
    pieces = content.passage(long, [(at + 50, at + 56)], 50)
    assert [p["text"] for p in pieces if p["marked"]] == ["struck"]
    assert len("".join(p["text"] for p in pieces)) < content.PASSAGE + 10
    assert pieces[0]["text"] == pieces[-1]["text"][-2:].strip() + " " == "… "


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://a.example/x", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//a.example", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_become_links(url, linked):
    assert (content.link(url) is not None) == linked


def test_map_takes_in_the_countries_of_events_that_name_no_town():
    rome = {"name": "Rome", "country": "ITA", "lat": 41.9, "lon": 12.5, "n": 1}
    drawn = html.fragment_fromstring(charts.world([rome], {"ITA": 1, "IRN": 1}), create_parent=True)
    shaded = [path.get("d") for path in drawn.iter("path") if path.get("fill") == "var(--land-event)"]
    assert len(list(filter(None, shaded))) == 4  # two countries for a wide and for a narrow screen


def test_colours_can_be_read():
    """Text against its ground in every scheme: at least 4.5 to 1, as WCAG 2.2 AA asks."""
    style = (HERE / "page.css").read_text()
    light, dark, printed = (
        dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", m)) for m in re.findall(r":root\{(.*?)\}", style, re.S)
    )

    def luminance(colour):
        digits = colour[1:] if len(colour) == 7 else "".join(2 * d for d in colour[1:])
        parts = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one, other):
        bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
        return (bright + 0.05) / (dim + 0.05)

    for scheme in (light, light | dark, light | printed):
        for front in ("ink", "soft", "link", "accent", "conflict", "cooperation"):
            for ground in ("paper", "tint"):
                assert contrast(scheme[front], scheme[ground]) >= 4.5, (front, ground, scheme)
        assert contrast(scheme["ink"], scheme["mark"]) >= 4.5


def test_command_writes_the_page(told, tmp_path, monkeypatch):
    monkeypatch.setenv("WIREHOUSE_DATA", str(told.data))
    settings_module.settings.cache_clear()
    try:
        out = tmp_path / "ukraine.html"
        asked = ["report", "--day", "2022-10-18", "--days", "7", "--topic", "ukraine"]
        done = CliRunner().invoke(app, [*asked, "-o", str(out)])
        assert done.exit_code == 0, done.output
        assert "12 October 2022 to 18 October 2022" in out.read_text()
        assert CliRunner().invoke(app, asked).stdout.startswith("<!doctype html>")
        wrong = CliRunner().invoke(app, ["report", "--topic", "gardening"])
        assert wrong.exit_code == 2
    finally:
        settings_module.settings.cache_clear()


# --- in a browser --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, told):
    """Opens the published page; complains of any message on the console, error or request."""
    complaints, contexts = [], []

    def visit(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: complaints.append(f"error: {e}"))
        page.on("dialog", lambda d: (complaints.append(f"dialog: {d.message}"), d.dismiss()))
        address = (told.published / "briefing.html").as_uri()
        page.on("request", lambda r: complaints.append(f"request: {r.url}") if r.url != address else None)
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


@needs_browser
def test_page_opens_without_error_request_or_foreign_script(visit):
    page = visit()
    # What the hostile article wrote is there as text, and nothing of it is an element.
    assert page.get_by_text("<script>alert(1)</script>").count() > 0
    assert page.locator("img, iframe, object, [onmouseover], [onerror], script").count() == 1
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("[...document.querySelectorAll('style')].length") == 1
    assert "49" not in page.locator("#quotes").inner_text()


@needs_browser
def test_policy_stops_script_and_requests_that_are_not_the_page_s_own(browser, told):
    page = browser.new_page()
    blocked = []
    page.on("console", lambda m: blocked.append(m.text))
    page.goto((told.published / "briefing.html").as_uri())
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "https://elsewhere.example/pixel.gif";
            document.body.append(image);
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    assert sum("Content Security Policy" in b for b in blocked) >= 2
    page.close()


@needs_browser
def test_charts_map_and_graph_are_drawn(visit):
    page = visit(viewport={"width": 1280, "height": 900})
    for name in ("graph", "map", "timeline", "types", "volume"):
        box = page.locator(f"#{name} .wide svg").bounding_box()
        assert box["width"] > 300 and box["height"] > 80, name
        assert not page.locator(f"#{name} .narrow svg").is_visible()
        marks = page.locator(f"#{name} .wide svg").locator("path, circle, rect").count()
        assert marks >= 3, name
        assert page.locator(f"#{name} .wide svg").get_attribute("aria-label")
        assert page.locator(f"#{name} details table").count() == 1, f"{name} has no table in its place"
    assert "Kharkiv" in page.locator("#map .wide svg").text_content()
    assert page.locator("#graph .wide path.conflict").count() >= 1
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


@needs_browser
def test_search_and_filters_narrow_the_lists_and_say_how_far(visit):
    page = visit()
    shown = page.locator("[data-item]:visible")
    opened = "document.querySelectorAll('details').forEach(d => d.open = true)"
    page.evaluate(opened)
    everything = shown.count()
    assert page.locator("#f-count").inner_text() == f"{everything} entries"
    page.get_by_label("Search", exact=True).fill("CELLAR bondar")
    assert 0 < shown.count() < everything
    assert all("cellar" in t.lower() for t in shown.all_inner_texts())
    assert page.locator("#f-count").inner_text() == f"{shown.count()} of {everything} entries"
    assert page.locator("#events .nothing").is_visible()
    page.get_by_role("button", name="Clear").click()
    page.evaluate(opened)
    assert shown.count() == everything
    page.get_by_label("Topic", exact=True).select_option("iran")
    assert all("iran" in e.get_attribute("data-topics").split() for e in shown.all())
    page.get_by_label("Topic", exact=True).select_option("")
    page.get_by_label("Outlet", exact=True).select_option("Echo")
    assert 0 < shown.count() < everything
    assert all("Echo" in e.get_attribute("data-outlets").split("\\n") or "Echo" in e.inner_text() for e in shown.all())
    page.get_by_label("Status", exact=True).select_option("negated")
    page.get_by_label("Outlet", exact=True).select_option("Courier")
    assert all("denied" in t for t in shown.all_inner_texts())
    assert shown.count() >= 1
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Actor", exact=True).select_option("Poland")
    assert shown.count() == 1
    assert not page.locator(".group-title.status-negated").is_visible(), "a heading with nothing under it"


@needs_browser
def test_everything_can_be_reached_by_keyboard(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the news"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
    assert {"f-text", "f-topics", "f-outlets", "f-actors", "f-status", "BUTTON", "A", "SUMMARY"} <= reached


@needs_browser
def test_screen_reader_finds_landmarks_headings_and_names(visit):
    page = visit()
    for role in ("banner", "navigation", "main", "contentinfo", "search"):
        assert page.get_by_role(role).count() == 1, role
    assert page.get_by_role("heading", level=1).count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for table in page.locator("table").all():
        assert table.locator("caption").count() == 1
        assert table.locator("th[scope=col]").count() > 1
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, select, button')]"
        ".filter(e => !(e.labels?.length || e.textContent.trim())).length"
    )
    assert unnamed == 0
    assert page.evaluate("document.documentElement.lang") == "en"


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_shows_it_without_sideways_scrolling(visit, scheme):
    page = visit(viewport={"width": 360, "height": 740}, color_scheme=scheme, is_mobile=True, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("[...document.querySelectorAll('caption')].every(c => c.clientWidth <= innerWidth)")
    assert page.locator("#map .narrow svg").is_visible()
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('main p, main li, main td, figure svg text')]"
        ".filter(e => e.getClientRects().length && e.textContent.trim()).map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 11
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor").removeprefix("rgb(").split(",")[0]
    assert (int(dark) < 60) == (scheme == "dark")


@needs_browser
def test_print_writes_links_out_opens_what_is_folded_and_drops_controls(visit):
    page = visit(viewport={"width": 800, "height": 1000})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for hidden in ("nav", "#filters", "summary"):
        assert not page.locator(hidden).first.is_visible(), hidden
    written = page.evaluate("getComputedStyle(document.querySelector('.source a'), '::after').content")
    assert "https://" in unescape(written)
    assert page.locator("#map table").is_visible()
    assert len(page.pdf(format="A4")) > 20_000


@needs_browser
def test_page_reads_without_script(browser, told):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((told.published / "briefing.html").as_uri())
    assert page.get_by_text("shelled Kharkiv").first.is_visible()
    assert not page.locator("#filters").is_visible()
    context.close()
