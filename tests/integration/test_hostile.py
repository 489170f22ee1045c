"""Faults of every kind, served over real sockets: each ends in an outcome of its class, and the rest of the run is well.

The table in ``docs/ingestion.md`` is made of what comes out: ``WIREHOUSE_REWRITE_DOCS=1 pytest tests/integration/test_hostile.py``.
"""

import asyncio
import datetime as dt
import gzip
import ipaddress
import json
import os
import resource
import socket
import ssl
import time
import zlib
from dataclasses import dataclass

import duckdb
import pytest
import yaml
from test_fetch import Site, warc
from web import STORY, Web, at, page, response, rss, story

from extract.articles import fetch
from extract.runs import Run
from extract.settings import ROOT
from extract.stages import ingest, load

DAY = dt.date(2022, 10, 14)
WITH_PASSWORD = "http://user:secret@good.test/"  # pragma: allowlist secret
NOON = "Fri, 14 Oct 2022 12:00:00 GMT"
LIMITS = {
    "delay_s": 0,
    "backoff_s": 0,
    "attempts": 2,
    "connect_s": 2,
    "request_s": 2,
    "max_wait_s": 1,
    "max_bytes": 300_000,
    "max_list_bytes": 500_000,
    "max_redirects": 3,
    "max_sitemaps": 5,
}
DOCS = ROOT / "docs" / "ingestion.md"
START, END = "<!-- faults: made by tests/integration/test_hostile.py -->\n", "<!-- /faults -->\n"


@dataclass
class Fault:
    """A fault, and the status and error class it must end in; ``subject`` is what is accounted for."""

    where: str
    name: str
    status: str
    error: str | None
    subject_type: str
    subject: str


# --- answers ------------------------------------------------------------------------------------------------


def streamed(*pieces, every=0.0, times=1):
    """Pieces sent one after the other, over and over; then the connection is closed, or reset after None."""

    def answer(asked):
        async def send():
            for _ in range(times):
                for piece in pieces:
                    yield piece
                    await asyncio.sleep(every)

        return send()

    return answer


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
LONG = 10**9
INTERNATIONAL = "житнів.test"
BOMB = gzip.compress(b" " * 60_000_000, 9)


def redirect(to, status="302 Found"):
    return response("", status, Location=to)


# fmt: off (a fault a line)
def pages(web):
    """Faults of pages: name, what lies at the address (or the address itself), status and class to end in."""
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    long_story = "".join(f"<p>{p}</p>" for p in STORY)
    deep = "<div>" * 20_000 + long_story
    yield "a body one byte at a time", streamed(HEAD + b"\r\n", *[b"x"] * 100, every=0.1), "failed", "TimedOut"
    yield "headers one byte at a time", streamed(b"HTTP/1.1 200 OK\r\n", *[b"X"] * 100, every=0.1), "failed", "TimedOut"
    yield "no answer at all", streamed(every=9, times=0), "failed", "ConnectionLost"
    yield "silence", streamed(b"", every=9), "failed", "TimedOut"
    yield "an endless body", streamed(HEAD + b"\r\n", b"x" * 60_000, times=LONG), "failed", "TooLarge"
    yield "50 MB announced", response("x", length=50_000_000), "failed", "TooLarge"
    yield "gzip bomb", response(BOMB, Content_Encoding="gzip"), "failed", "DecompressionBomb"
    yield (
        "deflate bomb",
        response(zlib.compress(b" " * 60_000_000, 9), Content_Encoding="deflate"),
        "failed",
        "DecompressionBomb",
    )
    yield "brotli, which was not asked for", response(b"\x0b\x02\x80", Content_Encoding="br"), "failed", "BadEncoding"
    yield "garbage called deflate", response(b"\xff" * 99, Content_Encoding="deflate"), "failed", "BadEncoding"
    yield "plain text called gzip", response(page("T", *STORY), Content_Encoding="gzip"), "failed", "BadEncoding"
    yield (
        "gzip cut off",
        response(gzip.compress(page("T", *STORY).encode())[:-20], Content_Encoding="gzip"),
        "failed",
        "BadEncoding",
    )
    yield "an encoding nobody knows", response("x", Content_Encoding="rot13, gzip"), "failed", "BadEncoding"
    yield "redirect to itself", lambda a: redirect(a.path), "failed", "RedirectLoop"
    yield (
        "redirects without end",
        lambda a: redirect(web.add(a.host, a.path + "x", web.routes[a.host, a.path])),
        "failed",
        "TooManyRedirects",
    )
    yield "redirect to a private address", redirect("http://10.0.0.1/admin"), "failed", "AddressRefused"
    yield (
        "redirect to the cloud's metadata",
        redirect("http://169.254.169.254/latest/meta-data/"),
        "failed",
        "AddressRefused",
    )
    yield "redirect to IPv6 loopback", redirect("http://[::1]/"), "failed", "AddressRefused"
    yield "redirect to a file", redirect("file:///etc/passwd"), "failed", "UrlRefused"
    yield "redirect to javascript:", redirect("javascript:alert(1)"), "failed", "UrlRefused"
    yield "redirect with a password", redirect(WITH_PASSWORD), "failed", "UrlRefused"
    yield "redirect to no address", response("", "302 Found"), "failed", "UnexpectedStatus"
    yield "redirect to a broken address", redirect("http://[::1"), "failed", "UrlRefused"
    yield "429, an hour to wait", response("", "429 Too Many Requests", Retry_After="3600"), "failed", "RateLimited"
    yield (
        "429, a date to wait for",
        response("", "429 Too Many Requests", Retry_After=at(time.time() + 7200)),
        "failed",
        "RateLimited",
    )
    yield (
        "429 with a nonsense Retry-After",
        response("", "429 Too Many Requests", Retry_After="soon"),
        "failed",
        "RateLimited",
    )
    yield "500 without end", response("", "500 Internal Server Error"), "failed", "ServerError"
    yield "503, a day to wait", response("", "503 Service Unavailable", Retry_After="86400"), "failed", "ServerError"
    yield "204", response("", "204 No Content"), "failed", "UnexpectedStatus"
    yield "206 unasked", response(page("T", *STORY), "206 Partial Content"), "failed", "UnexpectedStatus"
    yield "304 unasked", response("", "304 Not Modified"), "failed", "UnexpectedStatus"
    yield "200 with nothing", response(""), "failed", "EmptyBody"
    yield "200 with spaces", response("  \n "), "failed", "EmptyBody"
    yield "404", response("", "404 Not Found"), "failed", "NotFound"
    yield "410", response("", "410 Gone"), "failed", "NotFound"
    yield "403", response("", "403 Forbidden"), "failed", "AccessDenied"
    yield "451", response("", "451 Unavailable For Legal Reasons"), "failed", "AccessDenied"
    yield "a status nobody knows", response(page("T", *STORY), "299 Whatever"), "failed", "UnexpectedStatus"
    yield "more announced than sent", streamed(response("x", length=999)), "failed", "ConnectionLost"
    yield "less announced than sent", response(page("T", *STORY), length=30), "quarantined", "NoArticle"
    yield "two lengths that differ", HEAD + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\nhello", "failed", "BadHttp"
    yield "a negative length", HEAD + b"Content-Length: -5\r\n\r\nhello", "failed", "BadHttp"
    yield (
        "chunks that are none",
        streamed(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"),
        "failed",
        "BadHttp",
    )
    yield (
        "chunks that stop",
        streamed(HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nhello"),
        "failed",
        "ConnectionLost",
    )
    yield (
        "a chunk of 2^60 bytes",
        streamed(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 15 + b"\r\n", b"x" * 60_000, times=LONG),
        "failed",
        "TooLarge",
    )
    yield "100,000 headers", HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\n", "failed", "BadHttp"
    yield "a header of 1 MB", HEAD + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n", "failed", "BadHttp"
    yield "headers without end", streamed(HEAD, b"X: y\r\n" * 1000, times=LONG), "failed", "BadHttp"
    yield "no HTTP", b"SSH-2.0-OpenSSH_9.0\r\n\r\n", "failed", "BadHttp"
    yield "HTTP/0.9", streamed(page("T", *STORY).encode()), "failed", "ConnectionLost"
    yield "NUL in a header", HEAD + b"X: a\x00b\r\nContent-Length: 1\r\n\r\nx", "failed", "BadHttp"
    yield "reset in the middle", streamed(HEAD + b"Content-Length: 999\r\n\r\nhello", None), "failed", "ConnectionLost"
    yield "closed without a word", streamed(), "failed", "ConnectionLost"
    yield "a port that refuses", f"http://refused.test:{port}/x", "failed", "ConnectFailed"
    yield "a host without address", "http://nowhere.invalid/x", "failed", "NameNotResolved"
    yield "a host that is a number", "http://0xa010203/x", "failed", "AddressRefused"
    yield "HTTPS that is not", f"https://plain.test:{web.port}/x", "failed", "TlsFailed"
    yield "NUL bytes", response(b"<html>" + b"\x00" * 5000 + page("T", *STORY).encode()), "quarantined", "NotText"
    yield "a picture called HTML", response(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), "quarantined", "NotText"
    yield "PDF", response(b"%PDF-1.7 ...", kind="application/pdf"), "quarantined", "UnsupportedType"
    yield "PDF called HTML", response(b"%PDF-1.7 ..."), "quarantined", "UnsupportedType"
    yield "a film", response("x", kind="video/mp4"), "quarantined", "UnsupportedType"
    yield "nothing but a cookie notice", response(page("Cookies", "We value your privacy.")), "quarantined", "NoArticle"
    yield "20,000 elements deep", response(deep), "quarantined", "NoArticle"
    yield (
        "entities in HTML",
        response('<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><html><body><p>&b;</p></body></html>'),
        "quarantined",
        "NoArticle",
    )
    yield "invalid UTF-8", response(page("Bytes", *STORY).encode() + b"<p>\xff\xfe\xc3</p>"), "landed", None
    yield "a wrong character set", response(page("Set", *STORY), kind="text/html; charset=utf-16"), "landed", None
    yield (
        "a character set nobody knows",
        response(page("Unknown", *STORY), kind="text/html; charset=klingon"),
        "landed",
        None,
    )
    yield (
        "published in the year 9999",
        story("Future", "<meta property='article:published_time' content='9999-12-31T23:59:59Z'>"),
        "landed",
        None,
    )
    yield (
        "a date that is none",
        story("Never", "<meta property='article:published_time' content='0000-00-00'>"),
        "landed",
        None,
    )
    yield (
        "cookies of every kind",
        response(page("Cookie", *STORY), Set_Cookie="=;;; Domain=.com; Expires=never; \x7f"),
        "landed",
        None,
    )
    yield "headers in Latin-1", response(page("Latin", *STORY), X_Name="caf\xe9"), "landed", None
    yield "javascript: for an address", "javascript:void(0)", "failed", "UrlRefused"
    yield "mailto: for an address", "mailto:editor@good.test", "failed", "UrlRefused"
    yield "a file for an address", "file:///etc/passwd", "failed", "UrlRefused"
    yield "an address with a password", WITH_PASSWORD, "failed", "UrlRefused"
    yield "an address of 5,000 characters", "http://good.test/" + "x" * 5000, "failed", "UrlRefused"
    yield "a port that is none", "http://good.test:99999/", "failed", "UrlRefused"
    yield "a host that cannot be", f"http://{'x' * 70}ü.test/", "failed", "UrlRefused"
    yield "an international host", web.url(INTERNATIONAL, "/x"), "landed", None


def robots(web):
    """Faults of robots.txt, each before a page that is well."""
    yield (
        "everything disallowed",
        response("User-agent: *\nDisallow: /", kind="text/plain"),
        "failed",
        "RobotsDisallowed",
    )
    yield "500", response("", "500 Oops"), "failed", "RobotsUnavailable"
    yield "429", response("", "429 Too Many Requests"), "failed", "RobotsUnavailable"
    yield "one byte at a time", streamed(HEAD + b"\r\n", *[b"#"] * 100, every=0.1), "failed", "RobotsUnavailable"
    yield "gzip bomb", response(BOMB, Content_Encoding="gzip"), "failed", "RobotsUnavailable"
    yield "garbage called gzip", response(b"xx", Content_Encoding="gzip"), "failed", "RobotsUnavailable"
    yield "reset", streamed(HEAD, None), "failed", "RobotsUnavailable"
    yield "5 MB", response("# nothing\n" * 500_000, kind="text/plain"), "landed", None
    yield "HTML", response(page("Not found", "Sorry.")), "landed", None
    yield "binary", response(bytes(range(256)) * 50, kind="text/plain"), "landed", None
    yield "redirect to itself", lambda a: redirect(a.path), "landed", None
    yield "redirect to a private address", redirect("http://10.0.0.1/robots.txt"), "failed", "AddressRefused"
    yield "404", response("", "404 Not Found"), "landed", None


ENTITIES = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def feeds(web, link):
    """Faults of feeds. ``link`` leads to a page that is well; the class is that of the feed, or of its one item."""
    good = (link, "Ferry", NOON)
    whole = rss(good)
    yield "list", "entity bomb", whole.replace("?>", "?>" + ENTITIES), "failed", "XmlEntities"
    yield (
        "list",
        "entity bomb in UTF-16",
        whole.replace("utf-8", "utf-16").replace("?>", "?>" + ENTITIES).encode("utf-16"),
        "failed",
        "XmlEntities",
    )
    yield (
        "list",
        "external entity",
        whole.replace("?>", '?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "failed",
        "XmlEntities",
    )
    yield "list", "XML cut off in the head", whole[:60], "failed", "NotAFeed"
    yield "item", "XML cut off after an item", whole[: whole.index("</channel>")], "landed", None
    yield "item", "an ampersand that breaks the XML", whole.replace("in short", "this & that"), "landed", None
    yield "item", "NUL bytes", whole.replace("in short", "in\x00short"), "landed", None
    yield "item", "invalid UTF-8", whole.encode().replace(b"in short", b"in \xff short"), "landed", None
    yield "item", "declared in a wrong character set", whole.replace("utf-8", "klingon"), "landed", None
    yield "list", "HTML", page("No feed", *STORY), "failed", "NotAFeed"
    yield "list", "broken JSON", '{"version": "https://jsonfeed.org/version/1", "items": [', "failed", "NotAFeed"
    yield "list", "JSON of something else", '{"items": [1, 2]}', "failed", "NotAFeed"
    yield "list", "JSON 100,000 levels deep", '{"a":' + "[" * 100_000, "failed", "NotAFeed"
    yield "list", "no entries", rss(), "ok", "EmptyList"
    yield "list", "100,000 entries", rss(*[(f"{link}?{n}", "T", NOON) for n in range(100_000)]), "failed", "TooLarge"
    yield "item", "one entry twice", rss(good, good), "landed", None
    yield "item", "published in the year 9999", rss((link, "Ferry", "Fri, 31 Dec 9999 23:59:59 GMT")), "landed", None
    yield "item", "no dates", rss((link, "Ferry", None)), "landed", None
    yield "item", "a relative link", rss(("/x", "Ferry", NOON)), "landed", None


def sitemaps(web):
    host = "maps.test"

    def index(*links):
        return "<sitemapindex>" + "".join(f"<sitemap><loc>{x}</loc></sitemap>" for x in links) + "</sitemapindex>"

    def endless(asked):
        n = int(asked.path.rsplit("-", 1)[-1]) if "-" in asked.path else 0
        return response(index(web.add(host, f"/endless-{n + 1}", endless)), kind="text/xml")

    loop = web.url(host, "/loop")
    yield "an index without end", web.add(host, "/endless", endless), "#rest", "skipped", "TooManySitemaps"
    yield (
        "an index that names itself",
        web.add(host, "/loop", response(index(loop), kind="text/xml")),
        "#again",
        "skipped",
        "SitemapLoop",
    )
    yield "HTML", web.add(host, "/html", response(page("No", "Nothing."))), "", "failed", "NotASitemap"
    yield "no XML", web.add(host, "/text", response("nothing")), "", "failed", "NotASitemap"
    yield (
        "entity bomb",
        web.add(host, "/entities", response(f'<?xml version="1.0"?>{ENTITIES}<urlset>&b;</urlset>')),
        "",
        "failed",
        "XmlEntities",
    )
    yield (
        "gzip bomb",
        web.add(host, "/bomb.gz", response(gzip.compress(b" " * 60_000_000), kind="application/gzip")),
        "",
        "failed",
        "DecompressionBomb",
    )
    yield (
        "gzip cut off",
        web.add(host, "/cut.gz", response(BOMB[:500], kind="application/gzip")),
        "",
        "failed",
        "BadEncoding",
    )


def warcs():
    """Broken archives: the class is that of the one item."""
    good = ("https://post.example/x", "200 OK", "text/html", page("Ferry", *STORY).encode())
    whole = warc(good)
    record = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\nContent-Type: application/http; msgtype=response\r\n"
    yield "cut off in the middle", whole[:-200], "quarantined", "ArchiveBroken"
    yield "no WARC", b"nothing of the kind\n" * 50, "quarantined", "ArchiveBroken"
    yield "gzip that is none", b"\x1f\x8b" + b"\xff" * 500, "quarantined", "ArchiveBroken"
    yield (
        "a record longer than the file",
        record + b"Content-Length: 99999999\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nx",
        "quarantined",
        "ArchiveBroken",
    )
    inner = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + BOMB
    bomb = record + b"Content-Length: %d\r\n\r\n" % len(inner) + inner + b"\r\n\r\n"
    yield "a record that unpacks to 60 MB", bomb, "quarantined", "ArchiveBroken"
    yield "the name ../../etc/passwd", warc(("https://post.example/../../etc/passwd", *good[1:])), "landed", None


# fmt: on


def self_signed(tmp_path):
    """A TLS context with a certificate that nobody vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "selfsigned.test")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("selfsigned.test"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(days=1)
        )
        .add_extension(names, False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "self-signed.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A project on a web whose loopback address counts as public, so that all other private ones are refused."""
    real_resolve, real_is_public = fetch.resolve, fetch.is_public

    async def resolve(host, port):
        return ["127.0.0.1"] if host.endswith(".test") else await real_resolve(host, port)

    monkeypatch.setattr(fetch, "resolve", resolve)
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1" or real_is_public(address))
    with Web() as web:
        yield Site(tmp_path, web)


def set_up(site, encrypted):
    """Every fault with the sources that lead to it."""
    web, faults, sources = site.web, [], []
    addresses = []
    for n, (name, answer, status, error) in enumerate(pages(web)):
        address = answer if isinstance(answer, str) else web.add(f"page{n}.test", "/x", answer)
        addresses.append(address)
        subject = address.replace(INTERNATIONAL, INTERNATIONAL.encode("idna").decode())
        faults.append(Fault("page", name, status, error, "item", subject))
    web.add(INTERNATIONAL.encode("idna").decode(), "/x", story("International"))
    addresses.append(encrypted.url("selfsigned.test", "/x"))
    faults.append(Fault("page", "a certificate nobody vouches for", "failed", "TlsFailed", "item", addresses[-1]))
    for n, (name, answer, status, error) in enumerate(robots(web)):
        web.add(f"robots{n}.test", "/robots.txt", answer)
        addresses.append(web.add(f"robots{n}.test", "/x", story(f"Robots {n}")))
        faults.append(Fault("robots.txt", name, status, error, "item", addresses[-1]))
    web.add("list.test", "/list.json", response(json.dumps([{"url": a} for a in addresses]), kind="application/json"))
    sources.append({"id": "pages", "kind": "articles", "path": web.url("list.test", "/list.json")})
    for n, (subject_type, name, body, status, error) in enumerate(feeds(web, "LINK")):
        link = web.add(f"feed{n}.test", "/x", story(f"Ferry {n}"))
        body = body.replace("LINK", link) if isinstance(body, str) else body.replace(b"LINK", link.encode())
        feed = web.add(f"feed{n}.test", "/feed", response(body, kind="application/rss+xml"))
        sources.append({"id": f"feed{n}", "kind": "feed", "path": feed})
        faults.append(Fault("feed", name, status, error, subject_type, link if subject_type == "item" else feed))
    for n, (name, address, suffix, status, error) in enumerate(sitemaps(web)):
        sources.append({"id": f"sitemap{n}", "kind": "sitemap", "path": address})
        faults.append(Fault("sitemap", name, status, error, "list", address + suffix))
    for n, (name, data, status, error) in enumerate(warcs()):
        (site.root / f"{n}.warc").write_bytes(data)
        sources.append({"id": f"warc{n}", "kind": "warc", "path": str(site.root / f"{n}.warc")})
        faults.append(Fault("WARC", name, status, error, "item", f"{site.root / f'{n}.warc'}#%"))
    items = [(web.add("good.test", f"/{n}", story(f"Good {n}")), f"Good {n}", NOON) for n in range(3)]
    sources.append({"id": "good", "kind": "feed", "path": web.add("good.test", "/feed", response(rss(*items)))})
    default = {"name": "Hostile"}
    (site.root / "sources.yml").write_text(
        yaml.safe_dump({"fetching": LIMITS, "sources": [default | s for s in sources]})
    )
    return faults, [s["id"] for s in sources]


def outcome(con, fault):
    found = con.execute(
        "SELECT DISTINCT status, error_class FROM staging.outcomes WHERE stage = 'ingest' AND subject_type = ? AND subject LIKE ?",
        [fault.subject_type, fault.subject],
    ).fetchall()
    return found[0] if len(found) == 1 else tuple(found)


def table(rows):
    lines = ["| where | fault | outcome | error class |", "|---|---|---|---|"]
    return "\n".join(lines + [f"| {w} | {n} | {s} | {f'`{e}`' if e else ''} |" for w, n, s, e in rows]) + "\n"


def test_every_fault_is_an_outcome_and_harms_nothing_else(site, tmp_path):
    with Web(self_signed(tmp_path)) as encrypted:
        faults, sources = set_up(site, encrypted)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        run, counts, started = Run.by_hand(DAY), {}, time.monotonic()
        for source in sources:
            counts[source] = ingest.ingest(run, source, site.settings)
        took = time.monotonic() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    load.load(run, site.settings)
    with duckdb.connect(site.settings.warehouse) as con:
        found = [(f.where, f.name, *outcome(con, f)) for f in faults]
        items, tasks = con.execute(
            "SELECT count(*) FILTER (subject_type = 'item'), count(*) FILTER (subject_type = 'task' AND status = 'ok') FROM staging.outcomes WHERE stage = 'ingest'"
        ).fetchone()
    assert len(faults) >= 100
    expected = [(f.where, f.name, f.status, f.error) for f in faults]
    wrong = [
        f"{found} instead of {expected[2:]}"
        for found, expected in zip(found, expected, strict=True)
        if found != expected
    ]
    assert not wrong, "\n".join(wrong)
    assert counts["good"] == {"landed": 3, "unchanged": 0, "quarantined": 0, "failed": 0, "skipped": 0}
    assert tasks == len(sources), "no fault fails its task"
    assert items == sum(sum(c.values()) for c in counts.values()), "every item is in one count"
    # Bounds and not speeds: without its limits a single fault would take minutes, or gigabytes.
    assert took < 300
    assert grown < 500, f"{grown:.0f} MB"

    made = table(found)
    text = DOCS.read_text()
    head, rest = text.split(START)
    written, tail = rest.split(END)
    if os.environ.get("WIREHOUSE_REWRITE_DOCS"):
        DOCS.write_text(head + START + made + END + tail)
    else:
        assert written == made, "docs/ingestion.md differs: WIREHOUSE_REWRITE_DOCS=1 rewrites its table"


def test_every_error_class_is_documented():
    from extract.articles import archive, listing, polling

    text = DOCS.read_text()
    modules = (fetch, listing, polling, archive)
    kinds = {k for m in modules for k in vars(m).values() if isinstance(k, type) and issubclass(k, Exception)}
    ours = {k.__name__ for k in kinds if k.__module__.startswith("extract.articles")}
    missing = {name for name in ours - {"FetchError", "ListError", "ImplausibleDate"} if f"`{name}`" not in text}
    assert not missing
