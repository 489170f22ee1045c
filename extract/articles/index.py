"""What earlier runs landed and fetched of a source, looked up in the same time however much there is.

An SQLite file a source, made from the files in landing: those not seen before are read into it, so it may be deleted
at any time, and what it says follows from landing alone.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from types import TracebackType

from upath import UPath

from extract.articles.archive import Capture, name_of, page_files, read_warc, run_key
from extract.articles.fetch import Condition
from extract.articles.listing import Entry
from extract.runs import Run
from extract.settings import Settings
from extract.store import files as files_of
from extract.tables import read_parquet, stable_id

TABLES = """
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS languages (record_id TEXT PRIMARY KEY, language TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, fetched_at TEXT NOT NULL, run_id TEXT, last_place TEXT NOT NULL, is_settled INTEGER NOT NULL,
    place TEXT, day TEXT, stamp TEXT, etag TEXT, last_modified TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (run TEXT PRIMARY KEY) WITHOUT ROWID;
"""

DISK = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
}


@dataclass(frozen=True)
class Page:
    """What is known of a page: its last response, and its last good one with what the list then said of it."""

    run_id: str | None
    last_place: str
    is_settled: bool  # the last response is an answer, and no failure that may pass
    place: str | None
    day: date | None
    stamp: str | None
    condition: Condition


def landed_as(record_id: str, relevance: str, topics: Iterable[str]) -> str:
    """A record is landed again where a changed configuration sees it otherwise."""
    return stable_id(record_id, relevance, *topics)


class Index:
    """The lookup of one source; a context manager."""

    def __init__(self, settings: Settings, source_id: str) -> None:
        self.settings, self.source_id = settings, source_id
        self.path = settings.data / "index" / f"{source_id}.sqlite"

    def __enter__(self) -> Index:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.con = sqlite3.connect(self.path, timeout=60)
        try:
            self.refresh()
        except sqlite3.DatabaseError:  # cut off while it was written, or not ours: it is made anew
            self.con.close()
            self.path.unlink()
            self.con = sqlite3.connect(self.path, timeout=60)
            self.refresh()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.con.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A transaction; what the disk does not allow is an OSError, as of any other file."""
        try:
            with self.con:
                yield
        except sqlite3.OperationalError as error:
            number = DISK.get(error.sqlite_errorcode & 0xFF)
            if number is None:
                raise
            raise OSError(number, os.strerror(number), str(self.path)) from error

    def refresh(self) -> None:
        """Read in what has landed since."""
        with self.changing():
            self.con.executescript(TABLES)
        articles = files_of(self.settings.landing / "articles", f"date=*/source={self.source_id}/*.parquet")
        files = {name_of(f, self.settings): f for f in [*articles, *page_files(self.settings, self.source_id)]}
        known = {name for (name,) in self.con.execute("SELECT name FROM files")}
        with self.changing():
            if known - files.keys():  # landing is another one than it was
                for table in ("files", "records", "languages", "pages"):
                    self.con.execute(f"DELETE FROM {table}")
                known = set()
            for name in sorted(files.keys() - known):
                if name.endswith(".parquet"):
                    self.add_records(files[name])
                else:
                    self.add_pages(files[name], name)
                self.con.execute("INSERT INTO files VALUES (?)", [name])

    def add_records(self, file: UPath) -> None:
        day = file.parent.parent.name.removeprefix("date=")
        rows = read_parquet(file, ["record_id", "relevance", "topics", "language"]).to_pylist()
        self.con.executemany(
            "INSERT OR IGNORE INTO languages VALUES (?, ?)", [(row["record_id"], row.pop("language")) for row in rows]
        )
        self.con.executemany(
            "INSERT INTO records VALUES (?, ?) ON CONFLICT DO UPDATE SET day = min(day, excluded.day)",
            [(landed_as(**row), day) for row in rows],
        )

    def add_pages(self, file: UPath, name: str) -> None:
        day = file.parent.parent.name.removeprefix("date=")
        for capture in read_warc(file, name):
            if isinstance(capture, Capture) and capture.is_final:
                self.add_page(capture, day)

    def add_page(self, capture: Capture, day: str) -> None:
        asked = capture.note["asked"]
        error = capture.error
        stamp = Entry(**(capture.note.get("entry") or {"url": asked})).stamp
        fetched_at = str(capture.fetched_at or "")
        found = self.con.execute("SELECT fetched_at FROM pages WHERE url = ?", [asked]).fetchone()
        if found is None:
            row = (asked, fetched_at, capture.note["run_id"], capture.place, 0)
            self.con.execute(
                "INSERT INTO pages (url, fetched_at, run_id, last_place, is_settled) VALUES (?, ?, ?, ?, ?)", row
            )
        elif found[0] > fetched_at:
            return
        settled = error is None or not (error.passing or type(error).__name__ in ("RateLimited", "TimedOut"))
        last = (fetched_at, capture.note["run_id"], capture.place, settled, asked)
        self.con.execute(
            "UPDATE pages SET fetched_at = ?, run_id = ?, last_place = ?, is_settled = ? WHERE url = ?", last
        )
        if error is None and capture.status == 304:
            self.con.execute("UPDATE pages SET stamp = ? WHERE url = ?", [stamp, asked])
        elif error is None:
            condition = capture.condition
            good = (capture.place, day, stamp, condition.etag, condition.last_modified, asked)
            self.con.execute(
                "UPDATE pages SET place = ?, day = ?, stamp = ?, etag = ?, last_modified = ? WHERE url = ?", good
            )

    def has_landed(self, key: str, day: date) -> bool:
        """True where a run of this day or of one before it landed the record, as ``landed_as``."""
        found = self.con.execute("SELECT 1 FROM records WHERE key = ? AND day <= ?", [key, f"{day:%Y-%m-%d}"])
        return found.fetchone() is not None

    def languages_of(self, record_id: str) -> list[str | None]:
        """The language of a record that was landed on any day, in a list; an empty one where it was not."""
        return [n for (n,) in self.con.execute("SELECT language FROM languages WHERE record_id = ?", [record_id])]

    def tell(self, run: Run) -> None:
        """Note that a run has landed all it could of what it fetched.

        It alone does not follow from landing; without it, pages are parsed once more and found to be known.
        """
        with self.changing():
            self.con.execute("INSERT OR IGNORE INTO told VALUES (?)", [run_key(run)])

    def is_told(self, place: str) -> bool:
        """Whether the run that fetched the page at this place came to its end, by the name of its file."""
        fetched_by = PurePath(place).name.partition("-")[0]
        return self.con.execute("SELECT 1 FROM told WHERE run = ?", [fetched_by]).fetchone() is not None

    def page(self, url: str) -> Page | None:
        columns = "run_id, last_place, is_settled, place, day, stamp, etag, last_modified"
        row = self.con.execute(f"SELECT {columns} FROM pages WHERE url = ?", [url]).fetchone()
        if row is None:
            return None
        run_id, last_place, settled, place, day, stamp, etag, last_modified = row
        return Page(
            run_id,
            last_place,
            bool(settled),
            place,
            date.fromisoformat(day) if day else None,
            stamp,
            Condition(etag, last_modified),
        )
