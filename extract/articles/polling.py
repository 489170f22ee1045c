"""Polling: from a configured source to the items it gives on a day, out of local files or off the web.

On the web: lists (feeds, sitemaps, article lists) name pages, pages are fetched into the archive, and items are
parsed from the archive alone, so that parsing again needs no fetching.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import PurePath

import pyarrow.parquet as pq
from upath import UPath

from extract.articles import fetch, listing
from extract.articles.archive import Capture, ListArchive, PageArchive, name_of, page_files, read_place, read_warc
from extract.articles.fetch import Condition, Fetcher, FetchError, Wanted, checked_url
from extract.articles.index import Index, Page
from extract.articles.listing import Entry, ListError, Sitemap
from extract.articles.parse import TEASER_WORDS, Item, Parsed, checked, excerpt, read_items
from extract.articles.sources import WEB, Fetching, SourceConfig
from extract.records import OutcomeStatus
from extract.runs import Account, Run, track
from extract.settings import ROOT, Settings
from extract.tables import replacing

HTML_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|!--|\?xml)", re.IGNORECASE)
META_CHARSET = re.compile(rb"(<meta[^>]+charset=[\"']?\s*)([\w-]+)", re.IGNORECASE)
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
NOT_ASKED = (fetch.HostGivenUp, fetch.OutOfTime)


class UnsupportedType(ValueError):
    """A response that is no HTML page."""


class NotText(ValueError):
    """A response that is called HTML and is not text."""


class TooManyPages(FetchError):
    """Not asked, since the source named more pages than are fetched in a run."""


@dataclass(frozen=True)
class Found:
    """An item of a source: what is accounted for, where it lies, and what was read; or its failure.

    ``status`` is set where there is nothing to parse: it failed, was skipped, or is known and was not asked again.
    """

    subject: str
    place: str
    started: float
    item: Item
    status: OutcomeStatus | None = None


class Poll:
    """One reading of a source for a run's day; ``items`` gives what it finds and accounts for lists on the way.

    With ``from_archive`` nothing is fetched: items come from what runs of the day have archived.
    """

    def __init__(
        self, source: SourceConfig, run: Run, account: Account, index: Index, settings: Settings, fetching: Fetching
    ) -> None:
        self.source, self.run, self.account, self.index = source, run, account, index
        self.settings, self.fetching = settings, fetching
        self.lists = ListArchive(settings, run, fetching)
        self.errors: list[Exception] = []
        self.named = 0

    def items(self, *, from_archive: bool = False) -> Iterator[Found]:
        """Everything the source gives, each thing once, and one outcome for the source itself."""
        started = time.time()
        try:
            if self.source.kind == "folder" or (self.source.takes_entries and not self.source.uses_web):
                yield from self.local_items()
            elif self.source.kind == "warc":
                yield from self.warc_items()
            else:
                yield from self.web_items(from_archive)
        except OSError as error:
            self.errors.append(error)
        failed = bool(self.errors) and not self.named
        self.account.add(
            "source",
            self.source.id,
            "failed" if failed else "ok",
            started=started,
            error=self.errors[0] if self.errors else None,
            source_id=self.source.id,
            rows=self.named,
        )

    # --- local files ----------------------------------------------------------------------------------------

    def files(self) -> list[UPath]:
        """Files of the source for the day, in order of name; raises FileNotFoundError where there is none."""
        found: list[UPath] = []
        for written, template in zip(self.source.paths(self.run.day), self.source.path, strict=True):
            path = local(written)
            if path.is_file():
                found.append(path)
            elif path.exists():
                below = (f for f in sorted(path.rglob("*"), key=str) if not f.name.startswith((".", "README")))
                found += [f for f in below if f.is_file()]
            elif "{date" not in template:  # else a day on which the source gave nothing
                raise FileNotFoundError(f"source {self.source.id}: {written} does not exist")
        return found

    def local_items(self) -> Iterator[Found]:
        files = self.files()
        self.named = len(files)
        for file in track(files, f"ingest {self.source.id}", len(files)):
            started, place = time.time(), relative(file)
            for item in self.read_file(file):
                where = place + (f"#{item.ref}" if item.ref else "")
                yield Found(where, where, started, item)
                started = time.time()

    def read_file(self, file: UPath) -> Iterator[Item]:
        """Items of a file; a file that cannot be read is one item."""
        try:
            if file.suffix == ".parquet":
                yield from read_parquet(file)
                return
            data = file.read_bytes()
            keep_raw(data, file.name, self.settings)
        except OSError as error:
            yield Item("", error=error)
            return
        yield from self.feed_items(data, "") if self.source.kind == "feed" else read_items(file.name, data)

    def feed_items(self, data: bytes, address: str) -> Iterator[Item]:
        """Entries of a feed as items, links made absolute; a feed that cannot be read is one item."""
        try:
            data = listing.expand(data)
            if listing.is_json(data):
                found = listing.json_feed_items(data, TEASER_WORDS)
            else:
                listing.refuse_entities(data)
                found = read_items("feed.xml", data, feed=True)
            for item in found:
                if item.parsed and item.parsed.url and address:
                    link = listing.absolute(address, item.parsed.url)
                    item = Item(item.ref, item.parsed.model_copy(update={"url": link}), item.error, item.payload)
                yield item
        except (ListError, FetchError) as error:
            yield Item("", error=error, payload=excerpt(data))

    def warc_items(self) -> Iterator[Found]:
        """HTML pages in WARC files; responses of other kinds are no items."""
        files = self.files()
        for file in track(files, f"ingest {self.source.id}", len(files)):
            for number, capture in enumerate(read_warc(file, relative(file)), 1):
                self.named += 1
                started = time.time()
                if isinstance(capture, Exception):
                    where = f"{relative(file)}#response {number}"
                    yield Found(where, where, started, Item("", error=capture))
                elif capture.status == 200 and is_page(capture):
                    for item in page_items(capture, Entry(capture.url)):
                        yield Found(capture.place, capture.place, started, item)

    # --- the web --------------------------------------------------------------------------------------------

    def web_items(self, from_archive: bool) -> Iterator[Found]:
        if from_archive:
            yield from self.archived_entries() if self.source.takes_entries else self.archived_pages()
            return
        with ExitStack() as stack:
            fetcher = stack.enter_context(
                Fetcher(
                    self.fetching,
                    self.settings.data / "hosts",
                    self.lists,
                    contact=self.settings.contact,
                    private=self.source.allow_private_addresses,
                    delay_s=self.source.delay_s,
                )
            )
            if self.source.takes_entries:
                yield from self.fetched_entries(fetcher)
            else:
                yield from self.pages(fetcher, self.entries(fetcher))

    def fetched_entries(self, fetcher: Fetcher) -> Iterator[Found]:
        """Entries of feeds, whose own text is the article."""
        for address in self.source.paths(self.run.day):
            started = time.time()
            try:
                data = self.read_list(fetcher, address)
            except (FetchError, OSError) as error:
                self.note_list(address, started, error=error)
                continue
            yield from self.entries_of(data, address, started)

    def entries_of(self, data: bytes, address: str, started: float) -> Iterator[Found]:
        number = 0
        for number, item in enumerate(self.feed_items(data, address), 1):  # noqa: B007
            if not item.ref:  # the feed as a whole
                assert item.error is not None
                self.note_list(address, started, error=item.error, payload=item.payload)
                return
            yield Found(f"{address}#{item.ref}", f"{address}#{item.ref}", time.time(), item)
        self.note_list(address, started, rows=number)

    def archived_entries(self) -> Iterator[Found]:
        for address in self.source.paths(self.run.day):
            for response in self.lists.of_day(address):
                yield from self.entries_of(response.body, address, time.time())

    def entries(self, fetcher: Fetcher) -> list[Entry]:
        """Pages that the source's lists name for the day, each once."""
        if self.source.kind == "pages":
            found = [Entry(address) for address in self.source.paths(self.run.day)]
            self.named = len(found)
            return found
        entries: dict[str, Entry] = {}
        read = self.sitemap if self.source.kind == "sitemap" else self.named_by
        for address in self.source.paths(self.run.day):
            for entry in read(fetcher, address):
                entries.setdefault(entry.url, entry)
        return list(entries.values())

    def named_by(self, fetcher: Fetcher, address: str) -> Iterator[Entry]:
        """Pages that one feed or article list names."""
        started, data = time.time(), b""
        try:
            data = self.read_list(fetcher, address)
            base = address if WEB.match(address) else ""
            if self.source.kind == "feed":
                found = [*listing.feed_entries(data, base)]
            else:
                found = listing.article_list(data, base)
        except (FetchError, OSError) as error:
            self.note_list(address, started, error=error)
            return
        except ListError as error:
            self.note_list(address, started, error=error, payload=excerpt(data))
            return
        self.note_list(address, started, rows=len(found))
        yield from found

    def sitemap(self, fetcher: Fetcher, address: str) -> Iterator[Entry]:
        """Pages that a sitemap names for the day, and those below it where it is an index."""
        waiting, seen = [address], set[str]()
        while waiting:
            current, started = waiting.pop(0), time.time()
            if current in seen:
                self.note_list(f"{current}#again", started, error=listing.SitemapLoop(current), status="skipped")
                continue
            if len(seen) >= self.fetching.max_sitemaps:
                left = listing.TooManySitemaps(f"{len(waiting) + 1} left after {len(seen)}")
                self.note_list(f"{address}#rest", started, error=left, status="skipped")
                return
            seen.add(current)
            try:
                found: Sitemap = listing.read_sitemap(self.read_list(fetcher, current), current)
            except (FetchError, ListError, OSError) as error:
                self.note_list(current, started, error=error)
                continue
            # A sitemap that was last changed before the day names nothing new of it.
            day, late = self.run.day, self.source.late_days
            times = ((c.url, listing.time_of(c.updated_at)) for c in found.children)
            waiting += [url for url, changed in times if changed is None or changed.date() >= day]
            entries = [e for e in found.entries if listing.in_window(e, day, late)]
            outside = len(found.entries) - len(entries)
            self.note_list(
                current,
                started,
                rows=len(entries) + len(found.children),
                message=f"{outside} entries of other days" if outside else None,
            )
            yield from entries

    def read_list(self, fetcher: Fetcher, address: str) -> bytes:
        if WEB.match(address):
            return fetcher.get_list(address).body
        file = local(address)
        data = file.read_bytes()
        keep_raw(data, file.name, self.settings)
        return data

    def note_list(
        self,
        address: str,
        started: float,
        *,
        rows: int = 0,
        error: Exception | None = None,
        status: OutcomeStatus | None = None,
        message: str | None = None,
        payload: str | None = None,
    ) -> None:
        """Account for a list; one in good order that names nothing says so."""
        self.named += rows
        if error is not None and status is None:
            self.errors.append(error)
        elif rows == 0 and error is None and not message:
            error = listing.EmptyList("no entries")
        self.account.add(
            "list",
            address,
            status or ("failed" if error and not isinstance(error, listing.EmptyList) else "ok"),
            started=started,
            error=error,
            message=message,
            payload=payload,
            source_id=self.source.id,
            rows=rows,
        )

    def pages(self, fetcher: Fetcher, entries: list[Entry]) -> Iterator[Found]:
        """Fetch the pages that are due into the archive, then give the items of those and of others the day lacks."""
        wanted: dict[str, tuple[Entry, Page | None]] = {}
        ready: list[tuple[Entry, str, str]] = []  # entry, address, place
        for entry in entries:
            started = time.time()
            try:
                url = checked_url(entry.url)
            except FetchError as error:
                subject = entry.url or f"{self.source.id}#no address"
                yield Found(subject, subject, started, Item("", error=error), "failed")
                continue
            page = self.index.page(url)
            if page and page.run_id == self.run.run_id and page.is_settled:
                ready.append((entry, url, page.last_place))  # an earlier try of this task has asked
            elif page is None or page.place is None or self.is_due(entry, page):
                wanted.setdefault(url, (entry, page))
            elif page.day and page.day <= self.run.day and self.index.is_told(page.place):
                yield Found(url, page.place, started, Item(""), "unchanged")
            else:
                ready.append((entry, url, page.place))
        # Pages never seen come first where there are more than are fetched in a run.
        order = sorted(wanted, key=lambda u: (p := wanted[u][1]) is not None and p.place is not None)
        for url in order[self.source.max_pages :]:
            over = TooManyPages(f"{len(order)} pages, {self.source.max_pages} a run")
            yield Found(url, url, time.time(), Item("", error=over), "skipped")
        yield from self.fetch({url: wanted[url] for url in order[: self.source.max_pages]}, fetcher, ready)
        self.index.refresh()
        for entry, url, place in track(ready, f"ingest {self.source.id}", len(ready)):
            yield from self.archived(entry, url, place or self.index.page(url).last_place)  # type: ignore[union-attr]

    def is_due(self, entry: Entry, page: Page) -> bool:
        """A page is asked again where its list says that it changed, and for some days after its publication."""
        if entry.stamp != page.stamp:
            return True
        moment = listing.time_of(entry.published_at or entry.updated_at)
        return moment is not None and 0 <= (self.run.day - moment.date()).days <= self.source.refetch_days

    def fetch(
        self, wanted: dict[str, tuple[Entry, Page | None]], fetcher: Fetcher, ready: list[tuple[Entry, str, str]]
    ) -> Iterator[Found]:
        """Fetch into the archive; what has come is added to ``ready``, what has not is given as a failure."""
        known = {url: page for url, (_, page) in wanted.items() if page and page.place}
        requests = [Wanted(url, known[url].condition if url in known else Condition()) for url in wanted]
        with PageArchive(self.settings, self.run, self.source.id) as archive:
            results = track(fetcher.get_pages(requests), f"fetch {self.source.id}", len(requests))
            for request, result, started in results:
                entry, page = wanted[request.url]
                note = {"entry": entry.told()}
                if isinstance(result, FetchError):
                    about = {"error": type(result).__name__, "message": str(result)}
                    archive.keep(request.url, result.exchanges, **note, **about)
                    status: OutcomeStatus = "skipped" if isinstance(result, NOT_ASKED) else "failed"
                    yield Found(request.url, request.url, started, Item("", error=result), status)
                else:
                    body = {"body": page.place} if page and result.is_unchanged else {}
                    archive.keep(request.url, result.exchanges, **note, **body)
                    ready.append((entry, request.url, ""))

    def archived_pages(self) -> Iterator[Found]:
        """Pages that runs of the day archived, the last good response to each address, else the last."""
        last: dict[str, tuple[bool, str, str]] = {}
        for file in page_files(self.settings, self.source.id, self.run.day):
            for capture in read_warc(file, name_of(file, self.settings)):
                if isinstance(capture, Capture) and capture.is_final:
                    rank = capture.error is None, str(capture.fetched_at), capture.place
                    last[capture.note["asked"]] = max(rank, last.get(capture.note["asked"], rank))
        self.named = len(last)
        for url, (_, _, place) in track(sorted(last.items()), f"ingest {self.source.id}", len(last)):
            yield from self.archived(Entry(url), url, place)

    def archived(self, entry: Entry, url: str, place: str) -> Iterator[Found]:
        """Items of a response in the archive, of the one before where nothing had changed, or its error."""
        started = time.time()
        try:
            capture = read_place(place, self.settings)
            entry = Entry(**capture.note.get("entry") or {"url": entry.url})
            if capture.error is not None:
                yield Found(url, place, started, Item("", error=capture.error), "failed")
                return
            if capture.status == 304:
                place = capture.note["body"]
                capture = read_place(place, self.settings)
        except (OSError, ValueError) as error:
            yield Found(url, place, started, Item("", error=error), "failed")
            return
        for item in page_items(capture, entry):
            yield Found(url, place, started, item)


def local(path: str) -> UPath:
    """A path or fsspec URL; a relative path counts from the root of the project."""
    return UPath(path) if "://" in path or path.startswith("/") else UPath(ROOT / path)


def relative(file: UPath) -> str:
    """Path from the project where it lies there, so that rows do not depend on where the project lies."""
    return str(file).removeprefix(str(ROOT) + "/")


def keep_raw(data: bytes, name: str, settings: Settings) -> None:
    """Keep a local file as it was read, named by its hash."""
    digest = hashlib.sha256(data).hexdigest()
    path = settings.landing / "raw" / digest[:2] / (digest + "".join(PurePath(name).suffixes[-2:]))
    if not path.exists():
        with replacing(path) as out:
            out.write(data)


def read_parquet(file: UPath) -> Iterator[Item]:
    """One article a row, columns as the fields of JSON lines; a file that cannot be read is one item."""
    try:
        with file.open("rb") as handle:
            number = 0
            for batch in pq.ParquetFile(handle).iter_batches(batch_size=1000):
                for row in batch.to_pylist():
                    number += 1
                    fields = {k: v if v is None or isinstance(v, str | bool) else str(v) for k, v in row.items()}
                    yield checked(f"row {number}", fields, json.dumps(fields, ensure_ascii=False)[:20_000])
    except Exception as error:  # whatever a hostile file does to its reader, it costs that file alone
        yield Item("", error=error)


def is_page(capture: Capture) -> bool:
    """True for HTML by its type, or by its start where the type says nothing."""
    kind = capture.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return True
    return kind in ("", "text/plain", "application/octet-stream") and bool(HTML_START.match(capture.body[:1000]))


def page_items(capture: Capture, entry: Entry) -> Iterator[Item]:
    """The article of a page, completed by what its list says of it."""
    kind = capture.headers.get("content-type", "")
    body = capture.body
    if not is_page(capture) or body.startswith(b"%PDF"):
        yield Item("", error=UnsupportedType(f"{'PDF' if body.startswith(b'%PDF') else kind[:100] or 'no type'}"))
        return
    declared = re.search(r"charset=[\"']?([\w-]+)", kind)
    body = as_declared(body, declared[1] if declared else None)
    start = body[:20_000]
    if len(start) - len(start.translate(None, CONTROLS)) > len(start) / 50:
        yield Item("", error=NotText("the page holds control characters"), payload=excerpt(body[:2000]))
        return
    for item in read_items("page.html", body, url=capture.url):
        if item.parsed is None:
            yield item
        else:
            more = completed(item.parsed, capture.url, entry)
            yield Item(item.ref, item.parsed.model_copy(update=more), None, item.payload)


def as_declared(body: bytes, charset: str | None) -> bytes:
    """A page in UTF-8, where the header of the response names another character set and the bytes are in it.

    The header goes before what the page says of itself (HTML Living Standard, 13.2.3.2).
    """
    if not charset or charset.lower() in ("utf-8", "utf8"):
        return body
    try:
        text = body.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return body
    return META_CHARSET.sub(rb"\1utf-8", text.encode("utf-8", "replace"), count=1)


def completed(parsed: Parsed, url: str, entry: Entry) -> dict[str, str]:
    """Fields that a page leaves open and its list, or its own address, fills."""
    more = {"url": listing.absolute(url, parsed.url) or url}
    if not parsed.title and entry.title:
        more["title"] = entry.title
    if not parsed.published_at and entry.published_at:
        more |= {"published_at": entry.published_at, "published_method": "feed"}
    if not parsed.language and entry.language:
        more["language"] = entry.language
    return more
