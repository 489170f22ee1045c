"""What a run did and what the marts hold, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from extract.settings import Settings, day_folder
from extract.store import files
from extract.tables import read_parquet

# A query worth trying first, shown after a run.
EXAMPLE = """SELECT speaker_name, text, outlet, published_on
FROM quotes JOIN article_topics USING (article_id)
WHERE topic_id = 'starlink' AND type = 'direct'
ORDER BY published_on LIMIT 10"""


@contextmanager
def reader(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the published copy; a usage error where there is none."""
    if not settings.published_warehouse.exists():
        raise typer.BadParameter(f"{settings.published_warehouse} does not exist yet: wirehouse run makes it")
    with duckdb.connect(settings.published_warehouse, read_only=True) as con:
        yield con


def rows(con: duckdb.DuckDBPyConnection, query: str, **parameters: Any) -> list[dict[str, Any]]:
    found = con.execute(query, parameters or None)
    names = [d[0] for d in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def run(console: Console, day: date, settings: Settings, seconds: float, log: Path, *, brief: bool) -> None:
    """Print what the last run of a day did; with ``brief`` in one line."""
    with reader(settings) as con:
        last = rows(
            con, "SELECT * FROM pipeline_runs WHERE interval_on = $day ORDER BY started_at DESC LIMIT 1", day=day
        )[0]
        counts = counted(con, last["run_id"], day)
        if brief:
            console.print(
                f"{day}: {counts['landed']} of {counts['items']} items new, {counts['read']} read, {seconds:.0f} s"
            )
            return
        if not (counts["landed"] or counts["read"] or counts["built"]):
            console.print(
                f"\nNothing new: all {counts['items']} items were known or quarantined, and the marts are "
                f"as they were. {seconds:.0f} s."
            )
            return
        console.print(stages(counts))
        console.print(quotes(con), events(con), actors(con))
    console.print(f"\nWarehouse  {settings.published_warehouse}", highlight=False, soft_wrap=True)
    console.print(f"Parquet    {settings.published / 'parquet'}", highlight=False, soft_wrap=True)
    console.print(f"Briefing   {settings.published / 'briefing.html'}", highlight=False, soft_wrap=True)
    console.print(f"Log        {log}", highlight=False, soft_wrap=True)
    console.print(f"Took       {seconds:.0f} s\n\nTry:\n", highlight=False)
    console.print(f'wirehouse sql "{EXAMPLE}"', highlight=False, soft_wrap=True)


def counted(con: duckdb.DuckDBPyConnection, run_id: str, day: date) -> dict[str, int]:
    """Counts of the run by stage, from its outcomes, and of the marts as they stand."""
    return rows(
        con,
        """
        WITH o AS (SELECT * FROM outcomes WHERE run_id = $run),
        a AS (SELECT relevance FROM revisions WHERE landed_on = $day)
        SELECT
            (SELECT count(*) FROM o WHERE subject_type = 'source') AS sources,
            (SELECT count(*) FROM o WHERE subject_type = 'source' AND status = 'failed') AS sources_failed,
            (SELECT count(*) FROM o WHERE subject_type = 'item') AS items,
            (SELECT count(*) FROM o WHERE subject_type = 'item' AND status = 'landed') AS landed,
            (SELECT count(*) FROM o WHERE subject_type = 'item' AND status = 'unchanged') AS unchanged,
            (SELECT count(*) FROM o WHERE subject_type = 'item' AND status = 'quarantined') AS quarantined,
            (SELECT count(*) FROM o WHERE subject_type = 'item' AND status = 'failed') AS items_failed,
            (SELECT count(*) FROM o WHERE subject_type = 'item' AND status = 'skipped') AS items_skipped,
            (SELECT count(*) FROM a) AS texts,
            (SELECT count(*) FROM a WHERE relevance = 'relevant') AS relevant,
            (SELECT count(*) FROM a WHERE relevance = 'off_topic') AS off_topic,
            (SELECT count(*) FROM a WHERE relevance = 'other_language') AS other_language,
            (SELECT count(*) FROM a WHERE relevance = 'no_text') AS no_text,
            (SELECT count(*) FROM o WHERE subject_type = 'article' AND status = 'extracted') AS read,
            (SELECT count(*) FROM o WHERE subject_type = 'article' AND status = 'failed') AS failed,
            (SELECT count(*) FROM o WHERE subject_type = 'node') AS built,
            (SELECT count(*) FROM articles) AS articles,
            (SELECT count(*) FROM revisions) AS revisions,
            (SELECT count(*) FROM actors) AS actors,
            (SELECT count(*) FROM quotes) AS quotes,
            (SELECT count(*) FROM event_mentions) AS event_mentions,
            (SELECT count(*) FROM events) AS events
        """,
        run=run_id,
        day=day,
    )[0]


def stages(c: dict[str, int]) -> Table:
    table = Table("stage", "in", "out", title="\nThis run", title_justify="left")
    table.add_row(
        "ingest",
        f"{c['items']} items of {c['sources']} sources"
        + (f", {c['sources_failed']} failed" if c["sources_failed"] else ""),
        f"{c['landed']} landed, {c['unchanged']} unchanged, {c['quarantined']} quarantined"
        + (f", {c['items_failed']} failed" if c["items_failed"] else "")
        + (f", {c['items_skipped']} skipped" if c["items_skipped"] else ""),
    )
    table.add_row(
        "topics",
        f"{c['texts']} article texts landed for the day",
        f"{c['relevant']} relevant, {c['off_topic']} off topic, {c['other_language']} in another language, "
        f"{c['no_text']} without text",
    )
    table.add_row("extract", f"{c['relevant']} relevant", f"{c['read']} read now, {c['failed']} failed")
    table.add_row(
        "marts",
        "all days",
        f"{c['articles']} articles in {c['revisions']} revisions, {c['actors']} actors, {c['quotes']} quotes, "
        f"{c['events']} events of {c['event_mentions']} mentions",
    )
    return table


def quotes(con: duckdb.DuckDBPyConnection) -> Table:
    """A few quotes, one an outlet, the surest first."""
    table = Table("who", "said", "outlet", "day", title="\nSome quotes", title_justify="left", show_lines=True)
    for q in rows(
        con,
        """
        SELECT coalesce(a.canonical_name, q.speaker_name) AS who, q.text, q.outlet, q.published_on
        FROM quotes AS q LEFT JOIN actors AS a ON a.actor_id = q.speaker_actor_id
        WHERE q.type = 'direct' AND q.speaker_name IS NOT NULL AND length(q.text) BETWEEN 40 AND 200
        QUALIFY row_number() OVER (PARTITION BY q.outlet ORDER BY q.confidence DESC, q.quote_id) = 1
        ORDER BY q.published_on DESC NULLS LAST, q.quote_id LIMIT 6
        """,
    ):
        table.add_row(*(Text(str(v or "")) for v in q.values()))
    return table


def events(con: duckdb.DuckDBPyConnection) -> Table:
    table = Table("who", "event", "whom", "status", "when", "where", title="\nSome events", title_justify="left")
    for e in rows(
        con,
        """
        SELECT e.actors AS who, e.type || coalesce(' ' || e.mode, '') AS event, e.recipients AS whom, e.status,
            e.date_start, e.place_name
        FROM events AS e
        WHERE len(e.actors) > 0 AND len(e.recipients) > 0
        QUALIFY row_number() OVER (
            PARTITION BY e.type ORDER BY e.n_independent_sources DESC, e.confidence DESC, e.event_id
        ) = 1
        ORDER BY e.n_independent_sources DESC, e.event_id LIMIT 8
        """,
    ):
        values = ["; ".join(map(str, v)) if isinstance(v, list) else str(v or "") for v in e.values()]
        table.add_row(*map(Text, values))
    return table


def actors(con: duckdb.DuckDBPyConnection) -> Table:
    table = Table(
        "actor", "kind", "country", "articles", "quotes", "events", title="\nTop actors", title_justify="left"
    )
    for a in rows(
        con,
        """
        SELECT canonical_name, kind, country_iso3, n_articles, n_quotes, n_events FROM actors
        WHERE kind NOT IN ('place', 'unnamed role') AND n_quotes + n_events > 0
        ORDER BY n_articles DESC, n_mentions DESC, actor_id LIMIT 10
        """,
    ):
        table.add_row(*(Text("" if v is None else str(v)) for v in a.values()))
    return table


def failures(console: Console, day: date, settings: Settings, log: Path) -> None:
    """Print why the last run of a day failed, from the outcomes its tasks wrote."""
    found = [
        row for file in files(day_folder(settings.outcomes, day), "*.parquet") for row in read_parquet(file).to_pylist()
    ]
    console.print(f"[red]The run of {day} failed.[/]")
    if found:
        last = max(found, key=lambda o: o["started_at"])["run_id"]
        for o in found:
            if o["run_id"] == last and o["subject_type"] == "task" and o["status"] == "failed":
                console.print(
                    f"  {o['stage']} {escape(o['subject'])}: {o['error_class']}: {escape(o['message'] or '')}"
                )
    console.print(f"The whole log: {log}\nRun it again when the cause is mended: nothing is done twice.")


def status(console: Console, settings: Settings) -> None:
    """Print the last runs, the size of the marts and how fresh they are."""
    with reader(settings) as con:
        table = Table(
            "day",
            "started",
            "items",
            "landed",
            "quarantined",
            "read",
            "failed stages",
            title="Last runs",
            title_justify="left",
        )
        for r in rows(con, "SELECT * FROM pipeline_runs ORDER BY started_at DESC LIMIT 10"):
            table.add_row(
                str(r["interval_on"]),
                f"{r['started_at']:%Y-%m-%d %H:%M}",
                *(str(r[k]) for k in ("items_found", "items_landed", "items_quarantined", "articles_extracted")),
                ", ".join(r["stages_failed"] or []),
            )
        console.print(table)
        health(console, con)
        sizes = Table("mart", "rows", title="Marts", title_justify="left")
        for name in ("articles", "revisions", "sources", "actors", "quotes", "events", "event_mentions", "quarantine"):
            sizes.add_row(name, f"{rows(con, f'SELECT count(*) AS n FROM {name}')[0]['n']:,}")
        console.print(sizes)
        fresh = rows(con, "SELECT max(published_at) AS published, max(fetched_at) AS fetched FROM articles")[0]
        console.print(f"latest article published {fresh['published']}, latest landed {fresh['fetched']} (UTC)")
        console.print(f"{settings.published_warehouse}", highlight=False, soft_wrap=True)


def health(console: Console, con: duckdb.DuckDBPyConnection) -> None:
    """Print the sources that something is wrong with."""
    table = Table(
        "source", "warning", "last new", "last day", "usual a day", "errors", title="Sources", title_justify="left"
    )
    for r in rows(con, "SELECT * FROM source_health WHERE warning IS NOT NULL ORDER BY warning, source_id"):
        usual, errors = r["usual_landed_per_day"], r["error_rate_7d"]
        table.add_row(
            r["source_id"],
            f"[yellow]{r['warning']}[/]",
            str(r["last_landed_on"] or "never"),
            str(r["n_landed_last_day"]),
            "" if usual is None else f"{usual:g}",
            "" if errors is None else f"{errors:.0%}",
        )
    if table.rows:
        console.print(table)
