"""Sources on the web, over a loopback server: what is asked, when, how often, and what comes of it."""

import gzip
import io
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter
from web import STORY, Web, counting, page, response, rss, story

from extract.articles import fetch
from extract.runs import Run
from extract.settings import Settings
from extract.stages import ingest, load

DAY = date(2022, 10, 14)
NEXT = date(2022, 10, 15)
NOON = "Fri, 14 Oct 2022 12:00:00 GMT"
QUICK = {"delay_s": 0, "backoff_s": 0, "request_s": 5, "connect_s": 2, "max_wait_s": 2}


class Site:
    """A project whose sources lie on a web of loopback hosts named ``*.test``."""

    def __init__(self, root, web):
        self.root, self.web = root, web
        self.settings = Settings(data=root / "data", config=root, contact="https://wirehouse.example/about")
        topic = {"id": "t", "name": "T", "description": "d", "any": ["Zhytniv"], "source": "own"}
        (root / "topics.yml").write_text(yaml.safe_dump({"topics": [topic]}))

    def sources(self, *sources, **fetching):
        default = {"name": "Zhytniv Post", "allow_private_addresses": True}
        written = {"fetching": QUICK | fetching, "sources": [default | s for s in sources]}
        (self.root / "sources.yml").write_text(yaml.safe_dump(written))

    def ingest(self, source="post", day=DAY, run=None, **how):
        return ingest.ingest(run or Run.by_hand(day), source, self.settings, **how)

    def ask(self, query, day=DAY):
        load.load(Run.by_hand(day), self.settings)
        with duckdb.connect(self.settings.warehouse) as con:
            return con.execute(query).fetchall()

    def errors(self, kind="item", day=DAY):
        return self.ask(
            f"SELECT status, error_class FROM staging.outcomes WHERE subject_type = '{kind}' ORDER BY ALL", day
        )

    def warcs(self):
        return sorted((self.settings.landing / "warc").glob("date=*/*/*.warc.gz"))


@pytest.fixture
def site(tmp_path, monkeypatch):
    async def on_loopback(host, port):
        if not host.endswith(".test"):
            raise fetch.NameNotResolved(host)
        return ["127.0.0.1"]

    monkeypatch.setattr(fetch, "resolve", on_loopback)
    with Web() as web:
        yield Site(tmp_path, web)


def feed_of(site, *names, host="post.test", when=NOON, path="/feed"):
    """A feed and its pages."""
    links = [site.web.add(host, f"/{name}", story(name)) for name in names]
    items = [(link, name, when) for link, name in zip(links, names, strict=True)]
    return site.web.add(host, path, response(rss(*items), kind="application/rss+xml"))


def test_feed_leads_to_its_pages_and_a_page_gives_the_article(site):
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry", "Bridge")})
    assert site.ingest() == {"landed": 2, "unchanged": 0, "quarantined": 0, "failed": 0, "skipped": 0}
    rows = site.ask(
        "SELECT title, text, published_method, published_at, url, raw_path FROM staging.articles ORDER BY 1"
    )
    assert [r[0] for r in rows] == ["Bridge", "Ferry"]
    assert STORY[1] in rows[0][1]
    assert rows[0][2:4] == ("feed", datetime(2022, 10, 14, 12))
    assert rows[0][4] == site.web.url("post.test", "/Bridge")
    assert rows[0][5].startswith("warc/date=2022-10-14/source=post/")
    agents = {a.headers["user-agent"] for a in site.web.asked}
    assert agents == {"Wirehouse/0.1.0 (+https://wirehouse.example/about)"}


def test_archive_is_warc_with_request_response_and_metadata(site):
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry")})
    site.ingest()
    pages = [f for f in site.warcs() if "source=post" in str(f)]
    assert len(pages) == 1
    with pages[0].open("rb") as file:
        records = [
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI"))
            for r in ArchiveIterator(file, check_digests="raise")
        ]
    assert records == [(kind, site.web.url("post.test", "/Ferry")) for kind in ("metadata", "request", "response")]
    assert len([f for f in site.warcs() if "/lists/" in str(f)]) == 2, "the feed and robots.txt"
    assert not list(site.settings.landing.rglob("*.tmp"))


def test_archive_is_parsed_again_without_asking(site):
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry", "Bridge")})
    site.ingest()
    before, asked = site.ask("SELECT * EXCLUDE fetched_at FROM staging.articles ORDER BY ALL"), len(site.web.asked)
    assert site.ingest(from_archive=True)["unchanged"] == 2
    for file in (site.settings.landing / "articles").rglob("*.parquet"):
        file.unlink()
    assert site.ingest(from_archive=True)["landed"] == 2
    assert len(site.web.asked) == asked
    assert site.ask("SELECT * EXCLUDE fetched_at FROM staging.articles ORDER BY ALL") == before


def test_entries_of_a_feed_are_parsed_again_without_asking(site):
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry", "Bridge"), "fetch": "entry"})
    assert site.ingest()["landed"] == 2
    asked = len(site.web.asked)
    assert site.ingest(from_archive=True)["unchanged"] == 2
    assert len(site.web.asked) == asked
    assert site.web.paths() == ["/feed"]


def test_task_tried_again_fetches_nothing_twice(site, monkeypatch):
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry", "Bridge", "Well")})
    run = Run("scheduled__2022-10-15.0", DAY)

    def dies(*arguments):
        raise MemoryError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "land", dies)
        with pytest.raises(MemoryError):
            site.ingest(run=run)
    asked = len(site.web.asked)
    assert site.ingest(run=run)["landed"] == 3
    assert len(site.web.asked) == asked


def test_known_page_is_asked_with_its_validators_and_304_costs_nothing(site):
    link = site.web.url("post.test", "/ferry")

    def ferry(asked):
        if asked.headers.get("if-none-match") == '"1"':
            return response(b"", "304 Not Modified")
        return response(page("Ferry", *STORY), ETag='"1"', Last_Modified=NOON)

    site.web.add("post.test", "/ferry", ferry)
    feed = response(rss((link, "Ferry", NOON)), kind="application/rss+xml", ETag='"f"')
    site.web.add(
        "post.test",
        "/feed",
        lambda a: response(b"", "304 Not Modified") if a.headers.get("if-none-match") == '"f"' else feed,
    )
    site.sources({"id": "post", "kind": "feed", "path": site.web.url("post.test", "/feed")})
    assert site.ingest(day=DAY)["landed"] == 1
    assert site.ingest(day=NEXT)["unchanged"] == 1
    conditions = [(a.path, a.headers.get("if-none-match")) for a in site.web.asked if a.path != "/robots.txt"]
    assert conditions == [("/feed", None), ("/ferry", None), ("/feed", '"f"'), ("/ferry", '"1"')]
    # The day before, run only now, has the article too: what it is told is unchanged lies in the archive.
    assert site.ingest(day=date(2022, 10, 13))["landed"] == 1
    assert site.ingest(day=NEXT, from_archive=True)["unchanged"] == 1


def test_page_out_of_date_is_not_asked_again_unless_its_list_says_it_changed(site):
    old = "Mon, 10 Oct 2022 12:00:00 GMT"
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry", when=old)})
    assert site.ingest(day=DAY)["landed"] == 1
    assert site.ingest(day=NEXT)["unchanged"] == 1
    assert site.web.paths().count("/Ferry") == 1
    site.web.add("post.test", "/Ferry", story("Ferry sinks"))
    feed_of(site, "Bridge")
    link = site.web.url("post.test", "/Ferry")
    site.web.add("post.test", "/feed", response(rss((link, "Ferry", "Sat, 15 Oct 2022 08:00:00 GMT"))))
    assert site.ingest(day=date(2022, 10, 16))["landed"] == 1
    assert site.ask("SELECT count(*) FROM staging.articles WHERE title = 'Ferry sinks'", date(2022, 10, 16)) == [(1,)]


def test_feed_of_several_sources_and_robots_are_fetched_once_a_run(site):
    feed = feed_of(site, "Ferry")
    site.sources(
        {"id": "a", "kind": "feed", "path": feed, "fetch": "entry"},
        {"id": "b", "kind": "feed", "path": feed, "fetch": "entry"},
    )
    run = Run.by_hand(DAY)
    assert [site.ingest(s, run=run)["landed"] for s in ("a", "b")] == [1, 1]
    assert [a.path for a in site.web.asked] == ["/robots.txt", "/feed"]
    assert site.errors() == [("landed", None)] * 2, "each source has its own outcome"
    site.ingest("a", run=Run.by_hand(DAY))
    assert len(site.web.asked) > 2, "another run asks again"


def test_host_has_one_request_at_a_time_and_its_pause_over_all_tasks(site):
    def slow(asked):
        async def answer():
            import asyncio

            await asyncio.sleep(0.05)
            yield story("Slow")

        return answer()

    sources = []
    for source in ("a", "b"):
        links = [site.web.add("busy.test", f"/{source}{n}", slow) for n in range(4)]
        sources.append({"id": source, "kind": "pages", "path": links})
    site.sources(*sources, delay_s=0.1)
    run = Run.by_hand(DAY)
    tasks = [threading.Thread(target=site.ingest, args=(s,), kwargs={"run": run}) for s in ("a", "b")]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join()
    times = [a.at for a in site.web.asked]
    assert len(times) == 9, "eight pages, and robots.txt once"
    assert site.web.most_under_way == {"busy.test": 1}
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.1


def test_hosts_are_asked_at_the_same_time(site):
    gate = threading.Barrier(3, timeout=5)

    def waits(asked):
        async def answer():
            import asyncio

            await asyncio.to_thread(gate.wait)
            yield story("Together")

        return answer()

    links = [site.web.add(f"h{n}.test", "/x", waits) for n in range(3)]
    site.sources({"id": "post", "kind": "pages", "path": links})
    assert site.ingest()["landed"] == 3


def test_robots_txt_forbids_and_slows(site):
    feed_of(site, "Ferry", "Bridge")
    links = [site.web.url("post.test", p) for p in ("/Ferry", "/Bridge")]
    site.web.add(
        "post.test",
        "/robots.txt",
        response("User-agent: wirehouse\nDisallow: /Bridge\nCrawl-delay: 0.3\n", kind="text/plain"),
    )
    site.sources({"id": "post", "kind": "pages", "path": [*links, site.web.add("post.test", "/Well", story("Well"))]})
    counts = site.ingest()
    assert (counts["landed"], counts["failed"]) == (2, 1)
    assert site.errors() == [("failed", "RobotsDisallowed"), ("landed", None), ("landed", None)]
    ferry, well = (next(a.at for a in site.web.asked if a.path == p) for p in ("/Ferry", "/Well"))
    assert well - ferry >= 0.3


def test_passing_failures_are_tried_again_after_the_time_asked_for(site):
    link = site.web.add(
        "post.test",
        "/x",
        counting(
            response("", "503 Service Unavailable"),
            response("", "429 Too Many Requests", Retry_After="1"),
            story("At last"),
        ),
    )
    site.sources({"id": "post", "kind": "pages", "path": link})
    assert site.ingest()["landed"] == 1
    times = [a.at for a in site.web.asked if a.path == "/x"]
    assert len(times) == 3
    assert times[2] - times[1] >= 1


def test_host_that_is_down_is_left_alone(site):
    links = [site.web.add("down.test", f"/{n}", response("", "500 Oops")) for n in range(8)]
    site.sources({"id": "post", "kind": "pages", "path": links}, attempts=1, max_host_failures=3)
    assert site.ingest() == {"landed": 0, "unchanged": 0, "quarantined": 0, "failed": 3, "skipped": 5}
    assert len(site.web.paths()) == 3


def test_address_that_was_checked_is_the_one_connected_to(site, monkeypatch):
    asked = []

    async def rebinding(host, port):
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    connected = []

    async def connect(self, host, port, *rest, **more):
        connected.append(host)
        raise fetch.ConnectFailed("no way out of a test")

    monkeypatch.setattr(fetch, "resolve", rebinding)
    monkeypatch.setattr(fetch.httpcore.AnyIOBackend, "connect_tcp", connect)
    source = {"id": "post", "kind": "pages", "path": "http://rebind.test/x", "allow_private_addresses": False}
    site.sources(source, attempts=1)
    site.ingest()
    assert connected == ["93.184.216.34"]
    site.ingest(day=NEXT)
    assert connected == ["93.184.216.34"], "a second answer leads to loopback and is not connected to"
    assert site.errors(day=NEXT)[-1] == ("failed", "AddressRefused")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1",
     "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "192.168.0.1"],
)  # fmt: skip
def test_own_networks_are_not_public(address):
    assert not fetch.is_public(address)


def test_public_addresses_are_public():
    assert fetch.is_public("93.184.216.34")
    assert fetch.is_public("2606:2800:220:1:248:1893:25c8:1946")


def test_more_pages_than_a_run_takes_are_skipped_and_come_next_time(site):
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "A", "B", "C"), "max_pages": 2})
    assert site.ingest(day=DAY) == {"landed": 2, "unchanged": 0, "quarantined": 0, "failed": 0, "skipped": 1}
    counts = site.ingest(day=NEXT)
    assert counts["landed"] == 1


def test_sitemap_index_gives_the_pages_of_the_day(site):
    host = "map.test"
    for name in ("today", "yesterday", "later", "undated"):
        site.web.add(host, f"/{name}", story(name))
    news = "".join(
        f"<url><loc>{site.web.url(host, '/' + name)}</loc><news:news><news:publication_date>{when}</news:publication_date>"
        f"<news:title>{name}</news:title></news:news></url>"
        for name, when in (("today", "2022-10-14T08:00:00Z"), ("yesterday", "2022-10-13"), ("later", "2022-10-15"))
    )
    news += f"<url><loc>{site.web.url(host, '/undated')}</loc></url><url><loc>{site.web.url(host, '/ancient')}</loc><lastmod>2021-01-01</lastmod></url>"
    urlset = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{news}</urlset>'
    inner = site.web.add(host, "/news.xml.gz", response(gzip.compress(urlset.encode()), kind="application/gzip"))
    old = site.web.url(host, "/old.xml")
    index = f"<sitemapindex><sitemap><loc>{inner}</loc><lastmod>2022-10-15</lastmod></sitemap><sitemap><loc>{old}</loc><lastmod>2022-10-01</lastmod></sitemap></sitemapindex>"
    site.sources(
        {"id": "post", "kind": "sitemap", "path": site.web.add(host, "/sitemap.xml", response(index, kind="text/xml"))}
    )
    assert site.ingest()["landed"] == 3
    assert [p for p in site.web.paths() if "." not in p] == ["/today", "/yesterday", "/undated"]
    assert "/old.xml" not in site.web.paths()
    assert site.ask("SELECT published_at FROM staging.articles WHERE title = 'today'") == [(datetime(2022, 10, 14, 8),)]


@pytest.mark.parametrize("form", ["json", "csv", "lines"])
def test_article_list_in_the_forms_of_gdelt_doc_leads_to_pages(site, form):
    link = site.web.add("paper.test", "/a", story("Ferry"))
    body = {
        "json": json.dumps(
            {"articles": [{"url": link, "title": "Ferry", "seendate": "20221014T101500Z", "domain": "paper.test"}]}
        ),
        "csv": f"\ufeffURL,MobileURL,Date,Title\r\n{link},,2022-10-14 10:15:00,Ferry\r\n",
        "lines": f"{link}\n",
    }[form]
    site.web.add("gdelt.test", "/2022-10-14", response(body, kind="text/plain"))
    site.sources({"id": "post", "kind": "articles", "path": site.web.url("gdelt.test", "/{date}")})
    assert site.ingest()["landed"] == 1
    assert site.ask("SELECT title, published_at FROM staging.articles") == [("Ferry", None)], "seen is not published"


def test_json_feed_gives_entries(site):
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Zhytniv Post",
        "items": [
            {
                "id": "1",
                "url": "/ferry",
                "title": "Ferry",
                "content_html": "<p>The ferry to Zhytniv left.</p>",
                "date_published": "2022-10-14T12:00:00Z",
                "authors": [{"name": "O. Hrab"}],
            },
            "no object",
        ],
    }
    address = site.web.add("post.test", "/feed.json", response(json.dumps(feed), kind="application/feed+json"))
    site.sources({"id": "post", "kind": "feed", "path": address, "fetch": "entry"})
    counts = site.ingest()
    assert (counts["landed"], counts["quarantined"]) == (1, 1)
    [row] = site.ask("SELECT url, title, text, byline, published_method FROM staging.articles")
    assert row == (site.web.url("post.test", "/ferry"), "Ferry", "The ferry to Zhytniv left.", "O. Hrab", "feed")


def warc(*records):
    """A WARC file as another crawler writes it."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True)
    writer.write_record(writer.create_warcinfo_record("../../etc/passwd.warc.gz", {"software": "another"}))
    for url, status, kind, body in records:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(url, "response", payload=io.BytesIO(body), length=len(body), http_headers=headers)
        )
    return file.getvalue()


def test_warc_of_another_crawler_gives_its_pages(site):
    html = page("Ferry", *STORY).encode()
    data = warc(
        ("https://post.example/ferry", "200 OK", "text/html", html),
        ("https://post.example/logo.png", "200 OK", "image/png", b"\x89PNG"),
        ("https://post.example/gone", "404 Not Found", "text/html", html),
        ("https://post.example/../../../etc/passwd", "200 OK", "text/html", page("Odd name", *STORY).encode()),
    )
    folder = site.root / "crawl" / "2022-10-14"
    folder.mkdir(parents=True)
    (folder / "whole.warc.gz").write_bytes(data)
    (folder / "cut.warc.gz").write_bytes(data[:-100])
    site.sources({"id": "post", "kind": "warc", "path": str(site.root / "crawl" / "{date}")})
    counts = site.ingest()
    assert counts["landed"] == 2
    assert ("quarantined", "ArchiveBroken") in site.errors()
    assert site.ask("SELECT count(*) FROM staging.articles WHERE url = 'https://post.example/ferry'") == [(1,)]
    assert site.ingest(day=NEXT) == dict.fromkeys(counts, 0), "a day without a folder gave nothing"


def test_parquet_in_a_folder_is_read_row_by_row(site):
    folder = site.root / "inbox"
    folder.mkdir()
    rows = [
        {"title": "Ferry", "text": STORY[0], "published_at": datetime(2022, 10, 14, 12, tzinfo=UTC)},
        {"title": None, "text": None, "published_at": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "a.parquet")
    (folder / "b.parquet").write_bytes(b"PAR1 no")
    site.sources({"id": "post", "kind": "folder", "path": str(folder)})
    counts = site.ingest()
    assert (counts["landed"], counts["quarantined"]) == (1, 2)
    assert site.ask("SELECT title, published_at FROM staging.articles") == [("Ferry", datetime(2022, 10, 14, 12))]


def test_header_names_the_character_set_before_the_page_does(site):
    html = page("Kyiv", *STORY, "Київ і Житнів: пором пішов.", head="<meta charset='iso-8859-1'>").encode(
        "windows-1251"
    )
    link = site.web.add("post.test", "/x", response(html, kind="text/html; charset=windows-1251"))
    site.sources({"id": "post", "kind": "pages", "path": link})
    site.ingest()
    assert site.ask("SELECT text LIKE '%Київ і Житнів%' FROM staging.articles") == [(True,)]


def test_index_is_made_anew_from_landing(site):
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry", when="Mon, 10 Oct 2022 12:00:00 GMT")})
    assert site.ingest(day=DAY)["landed"] == 1
    index = site.settings.data / "index" / "post.sqlite"
    index.write_bytes(b"no database at all, but long enough to be looked at as one" * 100)
    assert site.ingest(day=NEXT)["unchanged"] == 1
    index.unlink()
    assert site.ingest(day=NEXT)["unchanged"] == 1
    assert site.web.paths().count("/Ferry") == 1


def test_days_in_reverse_order_land_the_same(site):
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry")})
    for day in (NEXT, DAY):
        assert site.ingest(day=day)["landed"] == 1, "the earlier day has it too"
    site.ask("SELECT 1", NEXT)
    assert site.ask("SELECT landed_for FROM staging.articles") == [(DAY,)]


def test_private_address_is_refused_where_the_source_does_not_allow_it(site):
    source = {"id": "post", "kind": "feed", "path": feed_of(site, "Ferry"), "allow_private_addresses": False}
    site.sources(source)
    site.ingest()
    assert site.errors("list") == [("failed", "AddressRefused")]
    assert site.errors("source") == [("failed", "AddressRefused")]
    assert site.web.asked == []


def test_time_of_a_source_is_bounded(site):
    links = [site.web.add("post.test", f"/{n}", story(str(n))) for n in range(5)]
    site.sources({"id": "post", "kind": "pages", "path": links}, delay_s=0.4, source_s=1)
    started = time.monotonic()
    counts = site.ingest()
    assert time.monotonic() - started < 5
    assert counts["landed"] >= 1
    assert counts["skipped"] >= 1
    assert ("skipped", "OutOfTime") in site.errors()


def test_check_shows_what_each_source_gives_and_lands_nothing(site):
    from rich.console import Console

    from extract.articles import check

    closed = site.web.add("closed.test", "/robots.txt", response("User-agent: *\nDisallow: /x", kind="text/plain"))
    site.web.add("closed.test", "/feed", response(rss((closed.replace("robots.txt", "x"), "Closed", NOON))))
    (site.root / "inbox").mkdir()
    (site.root / "inbox" / "a.txt").write_text("Ferry\n\nPublished: 2022-10-14\n\n" + STORY[0])
    site.sources(
        {"id": "well", "kind": "feed", "path": feed_of(site, "Ferry", "Bridge")},
        {"id": "entries", "kind": "feed", "path": site.web.url("post.test", "/feed"), "fetch": "entry"},
        {"id": "gone", "kind": "feed", "path": site.web.url("post.test", "/nothing")},
        {"id": "closed", "kind": "feed", "path": site.web.url("closed.test", "/feed")},
        {"id": "local", "kind": "folder", "path": str(site.root / "inbox")},
        {"id": "missing", "kind": "folder", "path": str(site.root / "no-such")},
    )
    found = {c.source.id: c for c in check.check(site.settings, DAY)}
    assert (found["well"].entries, found["well"].newest, found["well"].problem) == (2, datetime(2022, 10, 14, 12), None)
    assert (found["well"].robots, found["well"].sample) == ("allowed", "Ferry")
    assert found["entries"].entries == 2
    assert "NotFound" in found["gone"].problem
    assert found["closed"].robots == "refused"
    assert found["local"].newest == datetime(2022, 10, 14)
    assert "FileNotFoundError" in found["missing"].problem
    console = Console(file=io.StringIO(), width=160)
    assert not check.show(console, iter(found.values()))
    assert "NotFound" in console.file.getvalue()
    assert not site.settings.landing.exists()
    with pytest.raises(KeyError, match="no source other"):
        list(check.check(site.settings, DAY, ["other"]))


def test_whole_run_under_airflow_fetches_and_counts(tmp_path):
    """The command as a user gives it, in a process of its own; addresses are loopback's, which the source allows."""
    wirehouse = Path(sys.executable).parent / "wirehouse"
    with Web() as web:
        site = Site(tmp_path, web)
        names = ("Ferry", "Bridge")
        items = [(web.add("127.0.0.1", f"/{n}", story(n)), n, NOON) for n in names]
        gone = web.url("127.0.0.1", "/gone")
        feed = web.add("127.0.0.1", "/feed", response(rss(*items, (gone, "Gone", NOON))))
        sources = [{"id": i, "kind": "feed", "path": feed} for i in ("post", "again")]
        site.sources(*sources)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
        environment |= {"WIREHOUSE_DATA": str(site.settings.data), "WIREHOUSE_CONFIG": str(tmp_path), "COLUMNS": "200"}

        def command(*arguments):
            return subprocess.run([wirehouse, *arguments], env=environment, capture_output=True, text=True)

        done = command("run", "--day", str(DAY))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "6 items of 2 sources" in done.stdout
        assert "4 landed, 0 unchanged, 0 quarantined, 2 failed" in done.stdout
        assert web.paths().count("/feed") == 1
        asked = len(web.asked)
        again = command("ingest", "--day", str(DAY), "--from-archive")
        assert again.returncode == 0, again.stderr
        assert "post: 0 landed, 2 unchanged" in again.stdout
        assert len(web.asked) == asked
        checked = command("sources", "check", "post")
        assert "Ferry" in checked.stdout
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_http2_is_spoken_over_one_connection(tmp_path, monkeypatch):
    """A server that speaks nothing but HTTP/2, with a certificate that the test vouches for."""
    import asyncio
    import ssl

    import h2.config
    import h2.connection
    import h2.events
    from test_hostile import self_signed

    connections = []

    async def serve(reader, writer):
        con = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        connections.append(con)
        con.initiate_connection()
        writer.write(con.data_to_send())
        while data := await reader.read(65_536):
            for event in con.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    path = dict(event.headers)[":path"]
                    body = page(f"Ferry {path[1:]}", *STORY).encode()
                    status = "404" if path == "/robots.txt" else "200"
                    con.send_headers(event.stream_id, [(":status", status), ("content-type", "text/html")])
                    con.send_data(event.stream_id, body, end_stream=True)
            writer.write(con.data_to_send())
            await writer.drain()

    server_side = self_signed(tmp_path)
    server_side.set_alpn_protocols(["h2"])
    client_side = ssl.create_default_context(cafile=tmp_path / "self-signed.pem")
    monkeypatch.setattr(fetch, "tls_context", lambda: client_side)

    async def on_loopback(host, port):
        return ["127.0.0.1"]

    monkeypatch.setattr(fetch, "resolve", on_loopback)
    with Web(server_side) as web:
        start = asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_side)
        server = asyncio.run_coroutine_threadsafe(start, web.loop).result()
        port = server.sockets[0].getsockname()[1]
        site = Site(tmp_path, web)
        links = [f"https://selfsigned.test:{port}/{n}" for n in range(4)]
        site.sources({"id": "post", "kind": "pages", "path": links})
        assert site.ingest()["landed"] == 4
        web.loop.call_soon_threadsafe(server.close)
    assert len(connections) == 1
    [file] = [f for f in site.warcs() if "source=post" in str(f)]
    with file.open("rb") as warc_file:
        protocols = [
            r.rec_headers.get_header("WARC-Protocol") for r in ArchiveIterator(warc_file) if r.rec_type == "response"
        ]
    assert protocols == ["h2"] * 4


def test_pages_fetched_by_a_run_that_was_cut_off_are_landed_by_the_next(site, monkeypatch):
    """Where the list says nothing of times, a page is not asked again: it has to come out of the archive."""
    site.sources({"id": "post", "kind": "feed", "path": feed_of(site, "Ferry", "Bridge", when=None)})
    with monkeypatch.context() as patched:

        def cut_off(*_):
            raise KeyboardInterrupt

        patched.setattr(ingest, "land", cut_off)
        with pytest.raises(KeyboardInterrupt):
            site.ingest()
    asked = site.web.paths().count("/Ferry")
    assert site.ingest()["landed"] == 2
    assert site.web.paths().count("/Ferry") == asked
    assert site.ingest()["unchanged"] == 2
