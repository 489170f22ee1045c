"""The archive: every response in WARC files, from which pages and lists are read as often as one likes.

``landing/warc/date=DAY/source=ID`` holds the pages of a source, ``landing/warc/date=DAY/lists`` what tells of pages
(robots.txt, feeds, sitemaps, lists), a file an address and run, since sources share them. A file takes its place whole
and is never changed. Before each response stand its request and a metadata record, which
says for which run and why it was asked for and how it ended.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import IO, Any

import httpx
from upath import UPath
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from extract.articles import fetch
from extract.articles.fetch import Condition, Exchange, FetchError, Response
from extract.articles.sources import Fetching
from extract.runs import Run, utcnow
from extract.settings import Settings, day_folder
from extract.store import files, replacing
from extract.tables import stable_id

# A file of pages is closed at this size, so that a task that is killed loses no more.
SEGMENT_BYTES = 16_000_000
SEGMENT_RESPONSES = 100
MAX_BODY = 20_000_000
NOTE_TYPE = "application/json"
ERRORS: dict[str, type[FetchError]] = {
    name: kind for name, kind in vars(fetch).items() if isinstance(kind, type) and issubclass(kind, FetchError)
}


class ArchiveBroken(ValueError):
    """A WARC file, or a record of one, that cannot be read."""


@dataclass(frozen=True)
class Capture:
    """A response read from an archive. ``place`` is its file, from landing, and offset; ``body`` is decoded."""

    place: str
    url: str
    status: int
    headers: httpx.Headers
    body: bytes
    fetched_at: datetime | None
    truncated: str | None = None
    note: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> FetchError | None:
        """What kept the response from being of use, as it was noted."""
        kind = ERRORS.get(self.note.get("error") or "")
        return kind(self.note.get("message")) if kind else None

    @property
    def is_final(self) -> bool:
        """It is what an address gave in the end, and no step on the way there."""
        return bool(self.note.get("is_final"))

    @property
    def condition(self) -> Condition:
        return Condition(self.headers.get("etag"), self.headers.get("last-modified"))


def run_key(run: Run) -> str:
    return stable_id("run", run.run_id)[:12]


def write_exchanges(file: IO[bytes], exchanges: Sequence[Exchange], note: dict[str, Any]) -> None:
    """Append the exchanges of one address; the last is its end, and the note speaks of it."""
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    for exchange in exchanges:
        is_final = exchange is exchanges[-1]
        common = {"WARC-Date": exchange.started_at.isoformat(timespec="microseconds") + "Z"}
        more = {
            "WARC-IP-Address": exchange.address,
            "WARC-Truncated": exchange.truncated,
            "WARC-Protocol": "h2" if exchange.protocol == "HTTP/2" else None,
        }
        # The body lies without transfer encoding, as it came out of the connection, but under its content encoding.
        headers = [("X-Archive-Orig-" + k if k.lower() == "transfer-encoding" else k, v) for k, v in exchange.headers]
        status = StatusAndHeaders(f"{exchange.status} {exchange.reason}".strip(), headers, protocol="HTTP/1.1")
        response = writer.create_warc_record(
            exchange.url,
            "revisit" if exchange.status == 304 and note.get("body") else "response",
            payload=io.BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=status,
            warc_headers_dict=common | {k: v for k, v in more.items() if v},
        )
        if response.rec_type == "revisit":
            profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
            response.rec_headers.add_header("WARC-Profile", profile)
            response.rec_headers.add_header("WARC-Refers-To-Target-URI", exchange.url)
        concurrent = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
        target = httpx.URL(exchange.url).raw_path.decode("ascii")
        request = StatusAndHeaders(f"GET {target} HTTP/1.1", exchange.request_headers, is_http_request=True)
        about = {"seconds": exchange.seconds, "asked": note["asked"], "run_id": note["run_id"]}
        text = json.dumps((note if is_final else {}) | about | {"is_final": is_final}, ensure_ascii=False).encode()
        writer.write_record(
            writer.create_warc_record(
                exchange.url,
                "metadata",
                payload=io.BytesIO(text),
                length=len(text),
                warc_content_type=NOTE_TYPE,
                warc_headers_dict=common | concurrent,
            )
        )
        writer.write_record(
            writer.create_warc_record(
                exchange.url, "request", http_headers=request, warc_headers_dict=common | concurrent
            )
        )
        writer.write_record(response)


def read_warc(file: UPath, place: str, *, offset: int = 0, max_body: int = MAX_BODY) -> Iterator[Capture | Exception]:
    """Responses of a WARC file, of ours or of others; what is broken in it is an exception among them.

    Names and addresses in it are never used as names of files. A file that cannot be opened raises OSError.
    """
    with file.open("rb") as handle:
        handle.seek(offset)
        with closing(ArchiveIterator(handle)) as records:
            note: dict[str, Any] = {}
            start, concurrent = offset, None
            while True:
                try:
                    record = next(records)
                    if record.rec_type == "metadata" and record.content_type == NOTE_TYPE:
                        start, concurrent = records.offset, record.rec_headers.get_header("WARC-Concurrent-To")
                        note = json.loads(record.content_stream().read(1_000_000))
                        continue
                    if record.rec_type not in ("response", "revisit") or not record.http_headers:
                        while record.raw_stream.read(65_536):
                            pass
                        refuse_cut_off(record, f"a {record.rec_type} record")
                        continue
                    ours = concurrent == record.rec_headers.get_header("WARC-Record-ID")
                    where = f"{place}#{start if ours else records.offset}"
                    yield read_response(record, where, note if ours else {}, max_body)
                except StopIteration:
                    end = records.offset
                    if handle.seek(0, 2) > end:  # the reader takes a record that is cut off in its head for the end
                        yield ArchiveBroken("the file is cut off")
                    return
                except ArchiveBroken as error:
                    yield error
                except (ArchiveLoadFailed, EOFError, ValueError, OSError, AttributeError, IndexError) as error:
                    yield ArchiveBroken(f"{type(error).__name__}: {error}"[:500])
                    return


def read_response(record: Any, place: str, note: dict[str, Any], max_body: int) -> Capture:
    """Raises ArchiveBroken where the record is cut off or too large."""
    headers = record.rec_headers
    url = headers.get_header("WARC-Target-URI") or ""
    body = record.content_stream().read(max_body + 1)
    if len(body) > max_body:
        raise ArchiveBroken(f"{url[:200]}: a response of more than {max_body:,} bytes")
    if record.rec_type == "response":
        refuse_cut_off(record, url[:200])
    status = (record.http_headers.get_statuscode() or "").strip()
    try:
        fetched_at = datetime.fromisoformat(headers.get_header("WARC-Date")).astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError):
        fetched_at = None
    return Capture(
        place=place,
        url=url,
        status=int(status) if status.isdigit() else 0,
        headers=httpx.Headers([(k, v) for k, v in record.http_headers.headers if k.isascii() and k.strip()]),
        body=body,
        fetched_at=fetched_at,
        truncated=headers.get_header("WARC-Truncated"),
        note=note,
    )


def refuse_cut_off(record: Any, what: str) -> None:
    """Raise ArchiveBroken where less of a record is there than it says."""
    has_length = record.format != "warc" or record.rec_headers.get_header("Content-Length") is not None
    if not has_length or getattr(record.raw_stream, "limit", 0) > 0:
        raise ArchiveBroken(f"{what}: the record is cut off")


def read_place(place: str, settings: Settings) -> Capture:
    """The response at a place; raises ArchiveBroken, OSError."""
    name, _, offset = place.rpartition("#")
    found = next(read_warc(settings.landing / name, name, offset=int(offset)), None)
    if not isinstance(found, Capture):
        raise ArchiveBroken(f"{place}: {found}")
    return found


def name_of(file: UPath, settings: Settings) -> str:
    """Name of a file from landing."""
    return str(file).removeprefix(str(settings.landing)).lstrip("/")


def page_files(settings: Settings, source_id: str, day: Any = None) -> list[UPath]:
    """WARC files of a source's pages, of one day or of all, in order."""
    base = settings.landing / "warc"
    pattern = f"date={day:%Y-%m-%d}" if day else "date=*"
    return files(base, f"{pattern}/source={source_id}/*.warc.gz")


class PageArchive:
    """Writes the pages of one task, a file after the other. A context manager: its end closes the last file."""

    def __init__(self, settings: Settings, run: Run, source_id: str) -> None:
        self.folder = day_folder(settings.landing / "warc", run.day) / f"source={source_id}"
        self.run, self.source_id = run, source_id
        self.buffer, self.count = io.BytesIO(), 0

    def keep(self, asked: str, exchanges: Sequence[Exchange], **note: Any) -> None:
        """Archive the exchanges of one address; the note says why it was asked and how it ended."""
        if exchanges:
            about = {"asked": asked, "run_id": self.run.run_id, "source_id": self.source_id}
            write_exchanges(self.buffer, exchanges, about | note)
            self.count += 1
        if self.buffer.tell() > SEGMENT_BYTES or self.count >= SEGMENT_RESPONSES:
            self.close()

    def close(self) -> None:
        if self.count:
            name = f"{run_key(self.run)}-{utcnow():%Y%m%dT%H%M%S%f}.warc.gz"
            with replacing(self.folder / name) as file:
                file.write(self.buffer.getvalue())
        self.buffer, self.count = io.BytesIO(), 0

    def __enter__(self) -> PageArchive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class ListArchive:
    """The lists a run has fetched, a file each, found by address and run: ``fetch.Lists``."""

    def __init__(self, settings: Settings, run: Run, fetching: Fetching) -> None:
        self.settings, self.run, self.fetching = settings, run, fetching
        self.previous: dict[str, str] = {}

    def folder(self, days_back: int = 0) -> UPath:
        return day_folder(self.settings.landing / "warc", self.run.day - timedelta(days=days_back)) / "lists"

    def find(self, url: str) -> Response | None:
        """What the run has of an address; raises the FetchError that it ended in. None: it is to be asked for."""
        file = self.folder() / f"{stable_id(url)}-{run_key(self.run)}.warc.gz"
        return self.read(file, url) if file.exists() else None

    def of_day(self, url: str) -> list[Response]:
        """What all runs of the day have of an address, in no order; errors are left out."""
        found = []
        for file in files(self.folder(), f"{stable_id(url)}-*.warc.gz"):
            try:
                response = self.read(file, url)
            except FetchError:
                continue
            if response:
                found.append(response)
        return found

    def read(self, file: UPath, url: str) -> Response | None:
        capture = self.final(file)
        if capture is None:
            return None
        if error := capture.error:
            if error.passing or isinstance(error, fetch.RateLimited | fetch.TimedOut):
                return None
            raise error
        if capture.status == 304:
            capture = read_place(capture.note["body"], self.settings)
        return Response(url, capture.url, 200, capture.headers, capture.body)

    def final(self, file: UPath) -> Capture | None:
        found = read_warc(file, name_of(file, self.settings))
        return next((c for c in found if isinstance(c, Capture) and c.is_final), None)

    def condition(self, url: str) -> Condition:
        """Validators of the last good response to an address in the days before."""
        for back in range(self.fetching.list_days + 1):
            finals = map(self.final, files(self.folder(back), f"{stable_id(url)}-*.warc.gz"))
            good = [c for c in finals if c and not c.error and not c.truncated and c.status in (200, 304)]
            if good:
                last = max(good, key=lambda c: c.fetched_at or datetime.min)
                try:
                    last = read_place(last.note["body"] if last.status == 304 else last.place, self.settings)
                except (OSError, ArchiveBroken):
                    break  # without it, a 304 would be of no use
                self.previous[url] = last.place
                return last.condition
        return Condition()

    def keep(self, url: str, exchanges: Sequence[Exchange], error: FetchError | None = None) -> None:
        if not exchanges:
            return
        note = {"asked": url, "run_id": self.run.run_id}
        if error:
            note |= {"error": type(error).__name__, "message": str(error)}
        elif exchanges[-1].status == 304:
            note["body"] = self.previous[url]
        with replacing(self.folder() / f"{stable_id(url)}-{run_key(self.run)}.warc.gz") as file:
            write_exchanges(file, exchanges, note)
