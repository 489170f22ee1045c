"""Replay a file of real feed entries as feeds, a day a run, and time each stage as the warehouse grows.

    python benchmarks/replay.py ENTRIES.jsonl.gz --days 60 --data FOLDER > series.jsonl

ENTRIES holds a JSON object a line: url, title, text, published_at, source (address of the feed). A server on loopback
gives each feed as it stood at the end of a day: the entries of that day and of the day before, so that about half of
what is read is known. Feeds with fewer than ten entries share one. Prints a line a day with the seconds of each stage
and the counts, and at the end whether the sums are right; exits with 1 where they are not.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import json
import re
import resource
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import duckdb
import yaml

from extract.articles import fetch
from extract.runs import Run
from extract.settings import ROOT, Settings
from extract.stages import build, extract, ingest, load

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
Entry = dict[str, Any]


def read_entries(path: Path) -> dict[str, dict[date, list[Entry]]]:
    """Entries by feed and day, the feeds with few entries as one."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        entries = [json.loads(line) for line in file]
    sizes = Counter(e["source"] for e in entries)
    feeds: dict[str, dict[date, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        name = entry["source"] if sizes[entry["source"]] >= 10 else "others"
        feeds[name][datetime.fromisoformat(entry["published_at"]).date()].append(entry)
    return feeds


def rss(entries: list[Entry]) -> bytes:
    items = []
    for e in entries:
        when = format_datetime(datetime.fromisoformat(e["published_at"]).astimezone(UTC), usegmt=True)
        parts = (("link", e["url"]), ("title", e["title"]), ("description", e["text"]), ("pubDate", when))
        items.append(
            "<item>" + "".join(f"<{k}>{escape(CONTROLS.sub('', v or ''))}</{k}>" for k, v in parts) + "</item>"
        )
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Replay</title>'
    return (head + "".join(items) + "</channel></rss>").encode()


def shown(days: dict[date, list[Entry]], day: date) -> list[Entry]:
    """What a feed shows at the end of a day."""
    return [*days.get(day, []), *days.get(day - timedelta(days=1), [])]


def serve(feeds: list[dict[date, list[Entry]]]) -> http.server.ThreadingHTTPServer:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = re.fullmatch(r"/(\d+)/(\d{4}-\d\d-\d\d)", self.path)
            body = rss(shown(feeds[int(found[1])], date.fromisoformat(found[2]))) if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def configure(folder: Path, feeds: list[str], port: int) -> None:
    sources = [
        {
            "id": f"feed-{n}",
            "name": name,
            "kind": "feed",
            "fetch": "entry",
            "path": f"http://feed{n}.replay:{port}/{n}/{{date}}",
            "allow_private_addresses": True,
        }
        for n, name in enumerate(feeds)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sources.yml").write_text(yaml.safe_dump({"fetching": {"delay_s": 0}, "sources": sources}))
    (folder / "topics.yml").write_text((ROOT / "config" / "topics.yml").read_text())


def cpu() -> float:
    """Seconds of processor time of this process and of those it has waited for."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def run_day(settings: Settings, day: date, sources: list[str], *, build_marts: bool) -> dict[str, Any]:
    """One run; seconds and processor seconds by stage, and counts of items by outcome."""
    run, counts, took = Run.by_hand(day), Counter[str](), dict[str, float]()

    @contextmanager
    def timed(stage: str) -> Iterator[None]:
        started, used = time.perf_counter(), cpu()
        yield
        took[f"{stage}_s"] = round(time.perf_counter() - started, 2)
        took[f"{stage}_cpu_s"] = round(cpu() - used, 2)

    with timed("ingest"):
        for source in sources:
            counts.update(ingest.ingest(run, source, settings))
    with timed("extract"):
        for shard in extract.plan(run, settings):
            extract.extract(run, shard, settings)
    with timed("load"):
        load.load(run, settings)
    if build_marts:
        with timed("build"):
            build.build(run, settings)
    return took | counts


def check(settings: Settings, feeds: list[dict[date, list[Entry]]], days: list[date]) -> dict[str, Any]:
    """Sums over the whole replay: what was shown, what became of it, and what it should have become."""
    shown_items = sum(len(shown(f, d)) for f in feeds for d in days)
    with duckdb.connect(settings.warehouse, read_only=True) as con:
        found = dict(
            con.execute(
                "SELECT status, count(*) FROM staging.outcomes WHERE subject_type = 'item' GROUP BY ALL"
            ).fetchall()
        )
        errors = con.execute(
            "SELECT error_class, count(*) FROM staging.outcomes WHERE error_class IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        records, articles, revisions, copies = con.execute(
            """
            SELECT (SELECT count(*) FROM staging.articles), (SELECT count(*) FROM main.articles),
                (SELECT count(*) FROM main.revisions),
                (SELECT count(*) FROM main.articles WHERE duplicate_role != 'original')
            """
        ).fetchall()[0]
        in_staging = con.execute("SELECT count(DISTINCT (article_id, revision)) FROM staging.articles").fetchall()[0][0]
    return {
        "shown": shown_items,
        "items": found,
        "errors": dict(errors),
        "records": records,
        "articles": articles,
        "revisions": revisions,
        "copies": copies,
        "every item shown has one outcome": shown_items == sum(found.values()),
        "every item landed is a record": found.get("landed", 0) == records,
        "every text is a revision": in_staging == revisions,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("entries", type=Path)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--build-every", type=int, default=1, help="days from one build of the marts to the next")
    parser.add_argument("--data", type=Path, required=True, help="an empty folder")
    arguments = parser.parse_args()

    async def on_loopback(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    fetch.resolve = on_loopback
    by_feed = read_entries(arguments.entries)
    feeds = list(by_feed.values())
    first = min(d for f in feeds for d in f)
    days = [first + timedelta(days=n) for n in range(arguments.days)]
    server = serve(feeds)
    settings = Settings(data=arguments.data / "data", config=arguments.data / "config")
    configure(settings.config, list(by_feed), server.server_port)
    sources = ingest.source_ids(settings)
    for number, day in enumerate(days, 1):
        due = number % arguments.build_every == 0 or number == len(days)
        print(json.dumps({"day": str(day)} | run_day(settings, day, sources, build_marts=due)), flush=True)
    sums = check(settings, feeds, days)
    print(json.dumps(sums), flush=True)
    sys.exit(0 if all(v for v in sums.values() if isinstance(v, bool)) else 1)


if __name__ == "__main__":
    main()
