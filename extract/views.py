"""Readers' questions to the published warehouse: who said what, and who did what to whom."""

from __future__ import annotations

import csv
import json
import sys
import textwrap
from datetime import date
from typing import Any

import duckdb
import typer
from rapidfuzz import fuzz, process, utils
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

# Every name that finds something: those of actors, and of speakers who could not be resolved.
NAMES = """
FROM actor_names SELECT actor_id, name
UNION ALL SELECT NULL, speaker_name FROM quotes WHERE speaker_name IS NOT NULL
"""

# The passage is the quote with its sentence and the context around, cut at words. An utterance is shown as it was
# first published, in the original rather than a copy.
QUOTES = r"""
WITH passages AS (
    SELECT
        quote_id,
        least(sentence_start, start_char - length(left_context)) AS passage_start,
        greatest(sentence_end, end_char + length(right_context)) AS passage_end,
        substring(articles.text, passage_start + 1, passage_end - passage_start) AS whole,
        passage_start IN (0, sentence_start) AS is_start,
        passage_end IN (length(articles.text), sentence_end) AS is_end,
        CASE WHEN is_start THEN whole ELSE regexp_replace(whole, '^\S*\s+', '… ') END AS from_word,
        CASE WHEN is_end THEN from_word ELSE regexp_replace(from_word, '\s+\S*$', ' …') END AS to_word,
        trim(regexp_replace(to_word, '\s+', ' ', 'g')) AS passage
    FROM quotes
    INNER JOIN articles USING (article_id)
)

SELECT
    quotes.published_on,
    coalesce(actors.canonical_name, quotes.speaker_name) AS speaker,
    quotes.type,
    quotes.text,
    passages.passage,
    quotes.cue_text AS cue,
    quotes.outlet,
    quotes.utterance_n_outlets AS n_outlets,
    articles.url,
    quotes.confidence,
    quotes.quote_id
FROM quotes
INNER JOIN articles USING (article_id)
INNER JOIN passages USING (quote_id)
LEFT JOIN actors ON quotes.speaker_actor_id = actors.actor_id
WHERE
    (
        $speaker IS NULL
        OR list_contains($speaker_ids::VARCHAR[], quotes.speaker_actor_id)
        OR quotes.speaker_name = $speaker::VARCHAR COLLATE NOCASE.NOACCENT
    )
    AND (
        $about IS NULL
        OR list_contains(articles.topics, lower($about))
        OR regexp_matches(
            concat_ws(' ', quotes.sentence, left_context, quotes.text, right_context),
            '(^|[^\pL\pN])' || regexp_escape($about) || '(e?s)?($|[^\pL\pN])',
            'i'
        )
    )
    AND ($since IS NULL OR quotes.published_on >= $since)
    AND ($until IS NULL OR quotes.published_on <= $until)
    AND ($type IS NULL OR quotes.type = $type)
QUALIFY row_number() OVER (
    PARTITION BY utterance_id
    ORDER BY articles.published_at NULLS LAST, duplicate_role = 'copy', quotes.confidence DESC, quote_id
) = 1
ORDER BY quotes.published_on DESC NULLS LAST, quote_id
"""

# Parties to a meeting or an agreement are named in any order, so that their role says nothing.
EVENTS = """
WITH taking_part AS (
    SELECT
        event_actors.event_id,
        bool_or(
            list_contains($actor_ids::VARCHAR[], actor_id)
            AND (role = 'actor' OR type IN ('AGREE', 'CONSULT', 'COOPERATE'))
        ) AS acts,
        bool_or(
            list_contains($recipient_ids::VARCHAR[], actor_id)
            AND (role = 'recipient' OR type IN ('AGREE', 'CONSULT', 'COOPERATE'))
        ) AS receives
    FROM event_actors
    INNER JOIN events USING (event_id)
    GROUP BY event_actors.event_id
)

SELECT
    events.date_start,
    events.date_end,
    events.first_seen_at::DATE AS first_seen_on,
    events.actors,
    events.type,
    events.mode,
    events.recipients,
    events.status,
    events.place_name,
    events.place_country_iso3,
    events.sentence,
    events.n_independent_sources,
    best.outlet,
    articles.url,
    events.confidence,
    events.event_id
FROM events
INNER JOIN event_mentions AS best ON events.best_mention_id = best.event_mention_id
INNER JOIN articles USING (article_id)
LEFT JOIN taking_part ON events.event_id = taking_part.event_id
WHERE
    ($actor IS NULL OR taking_part.acts)
    AND ($recipient IS NULL OR taking_part.receives)
    AND ($type IS NULL OR events.type = $type)
    AND ($status IS NULL OR events.status = $status)
    AND ($since IS NULL OR coalesce(events.date_end, events.date_start, first_seen_on) >= $since)
    AND ($until IS NULL OR coalesce(events.date_start, events.date_end, first_seen_on) <= $until)
ORDER BY coalesce(events.date_end, events.date_start, first_seen_on) DESC NULLS LAST, events.event_id
"""


def quotes(
    con: duckdb.DuckDBPyConnection,
    speaker: str | None = None,
    *,
    about: str | None = None,
    since: date | None = None,
    until: date | None = None,
    type: str | None = None,
) -> duckdb.DuckDBPyConnection:
    """Quotes, latest first, an utterance once: what ``show`` takes.

    ``about`` is a topic id, or words in the quote, its sentence or its context. The days are of publication, both
    included. A usage error where nobody has the name.
    """
    ids = actor_ids(con, speaker) if speaker is not None else []
    return con.execute(
        QUOTES,
        {"speaker": speaker, "speaker_ids": ids, "about": about, "since": since, "until": until, "type": type},
    )


def events(
    con: duckdb.DuckDBPyConnection,
    *,
    actor: str | None = None,
    recipient: str | None = None,
    type: str | None = None,
    status: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> duckdb.DuckDBPyConnection:
    """Events, latest first: what ``show`` takes.

    The days are of the event, or of the first article on it where no article dates it; both included. A usage error
    where nobody has the name or there is no such type.
    """
    types = [t for (t,) in con.execute("SELECT DISTINCT type FROM knowledge.event_types ORDER BY type").fetchall()]
    if type is not None and type.upper() not in types:
        raise typer.BadParameter(f"no event type {type!r}: {', '.join(types)}")
    return con.execute(
        EVENTS,
        {
            "actor": actor,
            "actor_ids": actor_ids(con, actor) if actor is not None else [],
            "recipient": recipient,
            "recipient_ids": actor_ids(con, recipient) if recipient is not None else [],
            "type": type and type.upper(),
            "status": status,
            "since": since,
            "until": until,
        },
    )


def actor_ids(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Ids of the actors with a name, without regard to case and accents; a country with its government.

    Its people, often written with the same word, are not the country. Empty for a speaker who was not resolved; a
    usage error with the nearest names where nobody has the name.
    """
    query = f"SELECT 1 FROM ({NAMES}) WHERE name = $name COLLATE NOCASE.NOACCENT LIMIT 1"
    if not con.execute(query, {"name": name}).fetchall():
        names = ", ".join(nearest(con, name)) or "none"
        raise typer.BadParameter(f"nobody in the articles is called {name!r}; nearest names: {names}")
    return [i for (i,) in con.execute("FROM actor_ids($name) ORDER BY actor_id", {"name": name}).fetchall()]


def nearest(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Up to five names like one that nobody has, each of another actor who speaks or takes part in an event."""
    known = con.execute(
        f"""
        SELECT name, coalesce(canonical_name, name) FROM ({NAMES}) LEFT JOIN actors USING (actor_id)
        WHERE actor_id IS NULL OR (name != actor_id AND n_quotes + n_events > 0)
        ORDER BY ALL
        """
    ).fetchall()
    shown = dict(known)
    ranked = process.extract(
        name, list(shown), scorer=fuzz.token_sort_ratio, processor=utils.default_process, score_cutoff=60, limit=20
    )
    return list(dict.fromkeys(shown[match] for match, _, _ in ranked))[:5]


def show(found: duckdb.DuckDBPyConnection, format: str, limit: int) -> None:
    """Write the rows of a query to standard output.

    ``table`` shows the first ``limit`` rows, each as a list of its columns where a table of them would not fit the
    terminal; ``csv`` and ``json`` (an object a line) give all rows.
    """
    names = [d[0] for d in found.description or []]
    rows = found.fetchall()
    if format == "json":
        for row in rows:
            typer.echo(json.dumps(dict(zip(names, row, strict=True)), default=str, ensure_ascii=False))
    elif format == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows([names, *([written(v) for v in row] for row in rows)])
    else:
        console = Console()
        table = Table(*names)
        for row in rows[:limit]:
            table.add_row(*(Text(written(v)) for v in row))
        # Measured without a limit: the longest word of each column must fit.
        if Measurement.get(console, console.options.update(width=100_000), table).minimum <= console.width:
            console.print(table)
        else:
            indent = max(map(len, names)) + 2
            for row in rows[:limit]:
                for name, value in zip(names, map(written, row), strict=True):
                    if value:
                        # A link stays whole.
                        typer.echo(
                            textwrap.fill(
                                f"{name:{indent}}{value}",
                                console.width,
                                subsequent_indent=" " * indent,
                                break_long_words=False,
                                break_on_hyphens=False,
                            )
                        )
                typer.echo()
        if not rows:
            typer.echo("no rows", err=True)
        if len(rows) > limit:
            typer.echo(f"{len(rows) - limit} more rows: --limit shows more, -f csv all", err=True)


def written(value: Any) -> str:
    if value is None:
        return ""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
