"""Checking sources: ask each what it has, land nothing, and show what was found."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from extract.articles import listing
from extract.articles.archive import ListArchive
from extract.articles.fetch import Fetcher, FetchError, checked_url
from extract.articles.index import Index
from extract.articles.listing import Entry
from extract.articles.polling import Found, Poll
from extract.articles.sources import Fetching, SourceConfig, read_fetching, read_sources
from extract.runs import Account, Run, track
from extract.settings import Settings


@dataclass(frozen=True)
class Checked:
    """What a source gave: its entries, the time of the newest, the title of one, and what went wrong."""

    source: SourceConfig
    entries: int = 0
    newest: datetime | None = None
    sample: str | None = None
    robots: str = ""
    problem: str | None = None


def check(settings: Settings, day: date, only: list[str] | None = None) -> Iterator[Checked]:
    """Ask every source, or those named, for its lists and one page; raises KeyError for a name that is none."""
    sources, fetching = read_sources(settings.config), read_fetching(settings.config)
    if unknown := set(only or ()) - {s.id for s in sources}:
        raise KeyError(f"no source {', '.join(sorted(unknown))}")
    chosen = [s for s in sources if not only or s.id in only]
    for source in track(chosen, "check", len(chosen)):
        with tempfile.TemporaryDirectory() as scratch:
            # What is asked for a check is no part of landing.
            yield check_source(
                source, settings.model_copy(update={"data": Path(scratch), "store": None}), day, fetching
            )


def check_source(source: SourceConfig, settings: Settings, day: date, fetching: Fetching) -> Checked:
    run = Run.by_hand(day)
    account = Account(run, "ingest", source.id)
    fetching = fetching.model_copy(update={"attempts": 1})
    with Index(settings, source.id) as index:
        poll = Poll(source, run, account, index, settings, fetching)
        try:
            if not source.uses_web:
                return described(source, [entry_of(found) for found in poll.items()], account)
            lists = ListArchive(settings, run, fetching)
            folder, private = settings.data / "hosts", source.allow_private_addresses
            with Fetcher(fetching, folder, lists, contact=settings.contact, private=private) as fetcher:
                if source.takes_entries:
                    return described(source, [entry_of(found) for found in poll.fetched_entries(fetcher)], account)
                entries = poll.entries(fetcher)
                return described(source, entries, account, **page_of(fetcher, entries))
        except (OSError, FetchError) as error:
            return Checked(source, problem=f"{type(error).__name__}: {error}")


def entry_of(found: Found) -> Entry:
    parsed = found.item.parsed
    return Entry(parsed.url or "", parsed.title, parsed.published_at) if parsed else Entry("", str(found.item.error))


def page_of(fetcher: Fetcher, entries: list[Entry]) -> dict[str, Any]:
    """Whether robots.txt lets a page be asked for, and what came of asking for one."""
    if not entries:
        return {}
    try:
        fetcher.run(fetcher.permission(checked_url(entries[0].url)))
        fetcher.get_page(entries[0].url)
    except FetchError as error:
        allowed = not type(error).__name__.startswith("Robots")
        return {"robots": "allowed" if allowed else "refused", "page": f"{type(error).__name__}: {error}"}
    return {"robots": "allowed"}


def described(
    source: SourceConfig, entries: list[Entry], account: Account, robots: str = "", page: str | None = None
) -> Checked:
    times = [t for t in (listing.time_of(e.published_at or e.updated_at) for e in entries) if t]
    failed = [r for r in account.rows if r.status == "failed"]
    problem = f"{failed[0].error_class}: {failed[0].message}" if failed else page
    title = next((e.title for e in entries if e.title), entries[0].url if entries else None)
    return Checked(source, len(entries), max(times, default=None), title, robots, problem)


def show(console: Console, found: Iterator[Checked]) -> bool:
    """Print a table of what was found; returns whether every source is well."""
    table = Table("source", "kind", "entries", "newest", "robots", "sample or problem")
    well = True
    for one in found:
        well = well and one.problem is None and one.entries > 0
        problem = f"[red]{escape(one.problem)}[/]" if one.problem else None if one.entries else "[yellow]no entries[/]"
        newest = f"{one.newest:%Y-%m-%d %H:%M}" if one.newest else ""
        table.add_row(
            one.source.id,
            one.source.kind,
            str(one.entries),
            newest,
            one.robots,
            problem or escape((one.sample or "")[:80]),
        )
    console.print(table)
    return well
