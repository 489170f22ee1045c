"""What the briefing says: every figure and sentence of the page, asked of the published marts.

Each function gives plain dictionaries for the template. What an article wrote is passed on as it stands; the template
escapes it.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from extract.summary import rows

Row = dict[str, Any]

# A briefing of no chosen length covers the shortest of these, in days, that holds ENOUGH articles.
LENGTHS = (1, 3, 7, 14, 30, 91, 182, 365, 1096)
ENOUGH = 12
# Shown at most, so that the page stays small; how many there are is said beside.
MAX_EVENTS, MAX_QUOTES, MAX_SHARED, MAX_NEW, MAX_PAIRS = 150, 200, 30, 40, 40
# A passage longer than this is cut round the words that matter.
PASSAGE = 480
STATUSES = ("realised", "reported", "attempted", "negated", "future", "hypothetical", "historical")
# Status of events that are told as having happened, on somebody's word or the outlet's.
HAPPENED = ("realised", "reported", "attempted")
# Days apart at which an act and its denial may still be one.
SAME_ACT_DAYS = 30


@dataclass(frozen=True)
class Period:
    """Days of publication, both included, and what has to be said of how they were chosen."""

    first: date
    last: date
    note: str | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@cache
def labels(sort: str) -> dict[str, Row]:
    """Key -> label and note, in the order of the list."""
    with (Path(__file__).parent / "labels.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: dict(row) for row in csv.DictReader(file) if row["sort"] == sort}


def period(
    con: duckdb.DuckDBPyConnection, *, day: date | None, days: int | None, topic: str | None, today: date
) -> Period | None:
    """The days to tell of; None where no article has a day.

    A day that is asked for is taken as it is; where it has no article, the note says so and the days are those of
    the nearest article before it, or else after it. With no day asked for they end on the latest day with articles.
    """
    found = con.execute(
        """
        SELECT published_on, count(*) FROM articles
        WHERE published_on <= $today AND len(topics) > 0 AND ($topic IS NULL OR list_contains(topics, $topic))
        GROUP BY published_on ORDER BY published_on
        """,
        {"today": today, "topic": topic},
    ).fetchall()
    counts = dict(found)
    if not counts:
        return None
    if day is not None:
        asked = Period(day - timedelta(days=(days or 1) - 1), day)
        if any(asked.first <= d <= asked.last for d in counts):
            return asked
        last = max((d for d in counts if d < day), default=min(counts))
        note = f"There is no article of {spell(asked)}. The nearest day with articles is {spell_day(last)}"
    else:
        last, note = max(counts), None
    if days is not None:
        return Period(last - timedelta(days=days - 1), last, f"{note}." if note else None)
    for length in LENGTHS:
        first = last - timedelta(days=length - 1)
        total = sum(n for d, n in counts.items() if first <= d <= last)
        if total >= ENOUGH or first <= min(counts):
            break
    if length > 1:
        few = counts[last]
        told = f"{spell_day(last)} alone has {few} article{'s' if few > 1 else ''}"
        note = f"{note}; it has {few}" if note else told
        note = f"{note}, so this page goes back {length} days, as far as it takes to find {ENOUGH}"
        note += "." if total >= ENOUGH else f"; there are {total}."
    return Period(first, last, note and note.rstrip(".") + ".")


def spell_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def spell(period: Period) -> str:
    if period.first == period.last:
        return spell_day(period.last)
    return f"{spell_day(period.first)} to {spell_day(period.last)}"


def choose_articles(con: duckdb.DuckDBPyConnection, period: Period, topic: str | None) -> None:
    """Make the temporary table ``chosen``: the articles that the page tells of."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE chosen AS
        SELECT
            article_id, articles.source_id, articles.outlet,
            coalesce(canonical_url, url) AS url, articles.title, articles.published_on,
            articles.published_at, articles.topics, articles.word_count, articles.duplicate_role,
            articles.original_article_id
        FROM articles
        WHERE published_on BETWEEN $first AND $last AND len(topics) > 0
            AND ($topic IS NULL OR list_contains(topics, $topic))
        """,
        {"first": period.first, "last": period.last, "topic": topic},
    )


def counts(con: duckdb.DuckDBPyConnection) -> Row:
    """Figures of the chosen articles."""
    return rows(
        con,
        """
        SELECT
            (SELECT count(*) FROM chosen) AS articles,
            (SELECT count(DISTINCT outlet) FROM chosen) AS outlets,
            (SELECT count(*) FROM chosen WHERE duplicate_role = 'copy') AS copies,
            (SELECT count(DISTINCT utterance_id) FROM quotes SEMI JOIN chosen USING (article_id)) AS utterances,
            (SELECT count(DISTINCT coalesce(speaker_actor_id, speaker_name)) FROM quotes
             SEMI JOIN chosen USING (article_id)) AS speakers
        """,
    )[0]


def events(con: duckdb.DuckDBPyConnection, period: Period, topic: str | None) -> tuple[list[Row], dict[str, int]]:
    """Events told in the chosen articles, and those dated in the period that others tell; and counts by status.

    The most widely told first, then the gravest.
    """
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE chosen_events AS
        WITH told AS (SELECT DISTINCT event_id FROM event_mentions SEMI JOIN chosen USING (article_id)),
        dated AS (
            SELECT event_id FROM events
            WHERE date_start >= $first AND date_end <= $last AND status != 'historical'
            EXCEPT SELECT event_id FROM told
        ),
        on_topic AS (
            SELECT DISTINCT event_id
            FROM event_mentions SEMI JOIN dated USING (event_id) INNER JOIN articles USING (article_id)
            WHERE $topic IS NULL OR list_contains(topics, $topic)
        )
        SELECT event_id, true AS is_told FROM told
        UNION ALL SELECT event_id, false FROM dated SEMI JOIN on_topic USING (event_id)
        """,
        {"first": period.first, "last": period.last, "topic": topic},
    )
    totals = dict(
        con.execute(
            "SELECT status, count(*) FROM events SEMI JOIN chosen_events USING (event_id) GROUP BY ALL"
        ).fetchall()
    )
    shown = rows(
        con,
        """
        SELECT events.*, is_told FROM events INNER JOIN chosen_events USING (event_id)
        ORDER BY
            n_independent_sources DESC, len(actors) > 0 AND len(recipients) > 0 DESC, abs(intensity) * confidence DESC,
            event_id
        LIMIT $limit
        """,
        limit=MAX_EVENTS,
    )
    told = mentions(con, [e["event_id"] for e in shown])
    for event in shown:
        event["mentions"] = told[event["event_id"]]
        event["best"] = event["mentions"][0]
        event["topics"] = sorted({t for m in event["mentions"] for t in m["topics"]})
        event["outlets"] = sorted({m["outlet"] for m in event["mentions"]})
        event["others"] = others(event["mentions"])
        event["label"] = labels("type").get(event["type"], {}).get("label", event["type"])
        event["when"] = when(event)
    return shown, totals


def leading(events: list[Row], limit: int) -> list[Row]:
    """Events told as having happened of which a party is named, one an article.

    What the most outlets tell independently comes first, then what is told as fact, then the newest.
    """
    ranked = sorted(
        (e for e in events if e["status"] in HAPPENED and (e["actors"] or e["recipients"])),
        key=lambda e: (-e["n_independent_sources"], e["status"] != "realised", -e["best"]["published_on"].toordinal()),
    )
    by_article: dict[str, Row] = {}
    for event in ranked:
        by_article.setdefault(event["best"]["article_id"], event)
    return list(by_article.values())[:limit]


def mentions(con: duckdb.DuckDBPyConnection, event_ids: list[str]) -> dict[str, list[Row]]:
    """Event -> its mentions; first those of its own status, of the chosen articles, of originals, and the surest."""
    found = rows(
        con,
        """
        SELECT
            m.event_id, m.article_id, m.status, m.sentence, m.sentence_start, m.trigger_start, m.trigger_end,
            m.attributed_to, a.outlet, coalesce(a.canonical_url, a.url) AS url, a.title, a.published_on, a.topics
        FROM event_mentions AS m
        INNER JOIN events AS e USING (event_id)
        INNER JOIN articles AS a USING (article_id)
        WHERE list_contains($ids::VARCHAR[], m.event_id)
        ORDER BY
            m.status != e.status, article_id NOT IN (SELECT article_id FROM chosen), a.duplicate_role = 'copy',
            m.confidence DESC, a.published_at, m.event_mention_id
        """,
        ids=event_ids,
    )
    by_event: dict[str, list[Row]] = defaultdict(list)
    for m in found:
        m["passage"] = passage(m["sentence"], [(m["trigger_start"], m["trigger_end"])], m["sentence_start"])
        m["link"] = link(m["url"])
        by_event[m["event_id"]].append(m)
    return by_event


def others(mentions: list[Row]) -> list[Row]:
    """One mention for each further outlet."""
    seen = {mentions[0]["outlet"]}
    return [m for m in mentions[1:] if not (m["outlet"] in seen or seen.add(m["outlet"]))]  # type: ignore[func-returns-value]


def when(event: Row) -> str | None:
    start, end = event["date_start"], event["date_end"]
    if start is None and end is None:
        return None
    if start is None or end is None:
        return f"from {spell_day(start)}" if start else f"until {spell_day(end)}"
    return spell(Period(start, end))


def passage(text: str, marks: list[tuple[int, int]], offset: int) -> list[Row]:
    """A text in pieces, those of ``marks`` (characters of the article, as ``offset`` is) marked.

    White space is made single; a long text is cut round the first mark.
    """
    edges = sorted((max(start - offset, 0), min(end - offset, len(text))) for start, end in marks)
    first, last = (0, len(text))
    if len(text) > PASSAGE:
        middle = edges[0][0] if edges else 0
        first = max(0, min(middle - PASSAGE // 3, len(text) - PASSAGE))
        last = min(len(text), max(first + PASSAGE, edges[0][1] if edges else 0))
    pieces: list[Row] = []
    at = first
    for start, end in edges:
        start, end = max(start, at), min(end, last)
        if start < end:
            pieces += [piece(text[at:start], False), piece(text[start:end], True)]
            at = end
    pieces.append(piece(text[at:last], False))
    if first > 0:
        pieces.insert(0, piece("… ", False))
    if last < len(text):
        pieces.append(piece(" …", False))
    return [p for p in pieces if p["text"]]


def piece(text: str, marked: bool) -> Row:
    return {"text": re.sub(r"\s+", " ", text), "marked": marked}


def link(url: str | None) -> str | None:
    """An address that a page may link to: no script, no file."""
    try:
        parts = urlsplit(url or "")
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def quotes(con: duckdb.DuckDBPyConnection) -> tuple[list[Row], int]:
    """Speakers with what they said in the chosen articles, an utterance once; and how many utterances there are.

    First who is known to the knowledge base, then who is quoted by the most outlets and most often, last who could not
    be identified; of a speaker what is carried most widely and in his own words.
    """
    found = rows(
        con,
        """
        WITH told AS (
            SELECT quotes.*, chosen.url, chosen.title, chosen.topics, chosen.published_at, duplicate_role
            FROM quotes INNER JOIN chosen USING (article_id)
        ),
        utterances AS (
            SELECT
                *,
                list_sort(list_distinct(list(outlet) OVER (PARTITION BY utterance_id))) AS outlets
            FROM told
            QUALIFY row_number() OVER (
                PARTITION BY utterance_id
                ORDER BY published_at NULLS LAST, duplicate_role = 'copy', type = 'indirect', confidence DESC, quote_id
            ) = 1
        )
        SELECT
            u.*,
            coalesce(actors.canonical_name, u.speaker_name) AS speaker,
            coalesce(u.speaker_actor_id, 'name:' || u.speaker_name, '') AS speaker_key,
            actors.title AS speaker_title,
            actors.country_iso3 AS speaker_country,
            coalesce(actors.is_curated, false) AS is_known
        FROM utterances AS u LEFT JOIN actors ON u.speaker_actor_id = actors.actor_id
        ORDER BY len(outlets) DESC, u.type = 'indirect', u.confidence DESC, u.quote_id
        """,
    )
    speakers: dict[str, Row] = {}
    for quote in found:
        quote["passage"] = passage(quote["sentence"], [(s, e) for s, e in quote["spans"]], quote["sentence_start"])
        quote["link"] = link(quote["url"])
        speaker = speakers.setdefault(
            quote["speaker_key"],
            {
                "name": quote["speaker"],
                "title": introduction(quote),
                "is_identified": quote["speaker_actor_id"] is not None,
                "is_known": quote["is_known"],
                "quotes": [],
                "outlets": set(),
            },
        )
        speaker["quotes"].append(quote)
        speaker["outlets"] |= set(quote["outlets"])
    ranked = sorted(
        speakers.values(),
        key=lambda s: (
            s["name"] is None,
            not s["is_identified"],
            not s["is_known"],
            -len(s["outlets"]),
            -len(s["quotes"]),
            s["name"] or "",
        ),
    )
    return within(ranked, MAX_QUOTES), len(found)


def introduction(quote: Row) -> str | None:
    """Title or role of a speaker, where the name does not say it already."""
    title: str | None = quote["speaker_title"] or quote["speaker_role"]
    return None if not title or title.lower() in (quote["speaker"] or "").lower() else title


def within(speakers: list[Row], limit: int) -> list[Row]:
    """The first speakers that together have no more quotes than the limit."""
    kept: list[Row] = []
    total = 0
    for speaker in speakers:
        total += len(speaker["quotes"])
        if kept and total > limit:
            break
        speaker["quotes"] = speaker["quotes"][:limit]
        kept.append(speaker)
    return kept


def shared(speakers: list[Row]) -> list[Row]:
    """Utterances that several outlets carry, most widely carried first."""
    found = [q for s in speakers for q in s["quotes"] if len(q["outlets"]) > 1]
    return sorted(found, key=lambda q: (-len(q["outlets"]), q["quote_id"]))[:MAX_SHARED]


def contradictions(con: duckdb.DuckDBPyConnection, shown: list[Row]) -> list[Row]:
    """Pairs of events of one type, one denied and one told as having happened, with a party in common.

    Parties that both name must be the same; a party without a name ("forces", "officials") may be anybody.
    """
    pairs = con.execute(
        """
        WITH parties AS (
            SELECT
                event_id,
                list(actor_id) FILTER (WHERE role = 'actor') AS actor_ids,
                list(actor_id) FILTER (WHERE role = 'recipient') AS recipient_ids
            FROM event_actors SEMI JOIN chosen_events USING (event_id) INNER JOIN actors USING (actor_id)
            WHERE actors.kind != 'unnamed role'
            GROUP BY event_id
        ),
        e AS (
            SELECT events.*, actor_ids, recipient_ids, coalesce(date_start, first_seen_at::DATE) AS day
            FROM events INNER JOIN parties USING (event_id) SEMI JOIN chosen_events USING (event_id)
        ),
        pairs AS (
            SELECT
                denied.event_id AS denied_id,
                told.event_id AS told_id,
                denied.n_independent_sources + told.n_independent_sources AS n_sources,
                list_has_any(denied.actor_ids, told.actor_ids) AS same_actor,
                list_has_any(denied.recipient_ids, told.recipient_ids) AS same_recipient
            FROM e AS denied
            INNER JOIN e AS told
                ON denied.type = told.type AND denied.status = 'negated' AND told.status IN ('realised', 'reported')
            WHERE abs(denied.day - told.day) <= $apart
        )
        SELECT denied_id, told_id FROM pairs
        WHERE (same_actor OR same_recipient) AND coalesce(same_actor, true) AND coalesce(same_recipient, true)
        ORDER BY n_sources DESC, denied_id, told_id
        LIMIT 20
        """,
        {"apart": SAME_ACT_DAYS},
    ).fetchall()
    by_id = {e["event_id"]: e for e in shown}
    return [{"denied": by_id[d], "told": by_id[t]} for d, t in pairs if d in by_id and t in by_id]


def pairs(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Who acts on whom in events told as having happened: number of events and mean intensity, most first.

    A government counts for its country. Talks and agreements have no direction, and are given in one.
    """
    return rows(
        con,
        """
        WITH named AS (
            SELECT
                event_id, role,
                coalesce(country.canonical_name, actors.canonical_name) AS name
            FROM event_actors
            SEMI JOIN chosen_events USING (event_id)
            INNER JOIN actors USING (actor_id)
            -- One equality: with a condition on one side beside it DuckDB compares everybody with everybody.
            LEFT JOIN actors AS country
                ON country.actor_id = CASE WHEN starts_with(actor_id, 'government:') THEN actor_id[12:] END
            WHERE actors.kind != 'unnamed role'
        )
        SELECT
            a.name AS actor, r.name AS recipient, count(DISTINCT events.event_id) AS n_events,
            avg(events.intensity) AS intensity,
            list_sort(list_distinct(list(events.type))) AS types
        FROM events
        SEMI JOIN chosen_events USING (event_id)
        INNER JOIN named AS a ON events.event_id = a.event_id AND a.role = 'actor'
        INNER JOIN named AS r ON events.event_id = r.event_id AND r.role = 'recipient' AND r.name != a.name
        WHERE list_contains($happened, events.status)
        GROUP BY ALL
        ORDER BY n_events DESC, abs(avg(events.intensity)) DESC, actor, recipient
        LIMIT $limit
        """,
        happened=list(HAPPENED),
        limit=MAX_PAIRS,
    )


def new_actors(con: duckdb.DuckDBPyConnection, period: Period) -> Row:
    """Who speaks or acts in the chosen articles and was never mentioned before the period."""
    found = rows(
        con,
        """
        WITH active AS (
            SELECT speaker_actor_id AS actor_id, article_id FROM quotes SEMI JOIN chosen USING (article_id)
            UNION
            SELECT actor_id, article_id FROM event_mention_actors SEMI JOIN chosen USING (article_id)
        )
        SELECT
            actors.canonical_name AS name, actors.kind, actors.country_iso3,
            coalesce(actors.title, actors.roles_as_written[1]) AS role, actors.n_articles, actors.n_quotes,
            actors.n_events, actors.is_curated,
            arg_min({'outlet': outlet, 'url': url, 'title': chosen.title, 'published_on': published_on},
                {'at': published_at, 'id': chosen.article_id}) AS first
        FROM actors
        INNER JOIN active USING (actor_id)
        INNER JOIN chosen USING (article_id)
        WHERE actors.first_seen_at::DATE >= $first AND actors.kind NOT IN ('unnamed role', 'place', 'group')
        GROUP BY ALL
        ORDER BY any_value(actors.n_quotes + actors.n_events) DESC, any_value(actors.n_articles) DESC, name
        """,
        first=period.first,
    )
    for actor in found:
        actor["link"] = link(actor["first"]["url"])
    earlier = con.execute("SELECT count(*) FROM articles WHERE published_on < $1", [period.first]).fetchall()[0][0]
    return {"actors": found[:MAX_NEW], "total": len(found), "n_earlier_articles": earlier}


def outlets(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """The outlets of the chosen articles compared.

    ``n_first`` counts stories (events and utterances that several of them tell) that it told first.
    """
    return rows(
        con,
        """
        WITH told AS (
            SELECT 'e' || event_id AS story, outlet, published_at
            FROM event_mentions SEMI JOIN chosen_events USING (event_id)
            INNER JOIN chosen USING (article_id, outlet)
            UNION ALL
            SELECT 'u' || utterance_id, outlet, published_at FROM quotes INNER JOIN chosen USING (article_id, outlet)
        ),
        first AS (
            SELECT story, arg_min(outlet, {'at': published_at, 'outlet': outlet}) AS outlet
            FROM told WHERE published_at IS NOT NULL
            GROUP BY story HAVING count(DISTINCT outlet) > 1
        ),
        quoted AS (
            SELECT
                chosen.outlet, count(*) AS n_quotes,
                count(*) FILTER (WHERE quotes.type != 'indirect') / count(*) AS share_direct,
                count(*) FILTER (WHERE speaker_kind = 'unnamed') / count(*) AS share_unnamed
            FROM quotes INNER JOIN chosen USING (article_id) GROUP BY ALL
        ),
        acted AS (
            SELECT
                chosen.outlet, count(DISTINCT event_id) AS n_events,
                count(DISTINCT event_id) FILTER (WHERE events.n_outlets = 1) AS n_alone
            FROM event_mentions INNER JOIN chosen USING (article_id) INNER JOIN events USING (event_id) GROUP BY ALL
        )
        SELECT
            outlet,
            any_value(sources.country_iso3) AS country,
            any_value(sources.state_affiliation) AS state_affiliation,
            count(*) AS n_articles,
            count(*) FILTER (WHERE duplicate_role = 'copy') AS n_copies,
            coalesce(any_value(n_quotes), 0) AS n_quotes,
            any_value(share_direct) AS share_direct,
            any_value(share_unnamed) AS share_unnamed,
            coalesce(any_value(n_events), 0) AS n_events,
            coalesce(any_value(n_alone), 0) AS n_alone,
            (SELECT count(*) FROM first WHERE first.outlet = chosen.outlet) AS n_first
        FROM chosen
        INNER JOIN sources USING (source_id)
        LEFT JOIN quoted USING (outlet)
        LEFT JOIN acted USING (outlet)
        GROUP BY outlet
        ORDER BY n_articles DESC, outlet
        """,
    )


def volume(con: duckdb.DuckDBPyConnection, period: Period, topic: str | None) -> tuple[str, list[Row]]:
    """Articles by topic and day, of 30 days at least so that a day can be compared; by week or month in a long period.

    Returns which of them, and the rows in order of time.
    """
    first = min(period.first, period.last - timedelta(days=29))
    n_days = (period.last - first).days + 1
    step = "day" if n_days <= 62 else "week" if n_days <= 200 else "month"
    return step, rows(
        con,
        f"""
        SELECT date_trunc('{step}', published_on)::DATE AS day, topics.name AS topic, count(*) AS n_articles
        FROM articles INNER JOIN article_topics USING (article_id) INNER JOIN topics USING (topic_id)
        WHERE published_on BETWEEN $first AND $last AND ($topic IS NULL OR topic_id = $topic)
        GROUP BY ALL ORDER BY ALL
        """,
        first=first,
        last=period.last,
        topic=topic,
    )


def health(con: duckdb.DuckDBPyConnection) -> Row:
    """The last runs, what was refused and why, which sources are silent, and how fresh the warehouse is."""
    return {
        # A stage run by hand is a run too, but not the one to tell of.
        "runs": rows(
            con, "SELECT * FROM pipeline_runs ORDER BY sources_polled > 0 DESC, started_at DESC, run_id LIMIT 5"
        ),
        "failed": rows(
            con,
            """
            SELECT stage, subject_type, subject, message FROM outcomes
            WHERE
                status = 'failed'
                AND run_id = (SELECT run_id FROM pipeline_runs ORDER BY started_at DESC, run_id LIMIT 1)
            ORDER BY ALL LIMIT 20
            """,
        ),
        "quarantine": rows(
            con,
            """
            SELECT source_id, error_class, any_value(message ORDER BY outcome_id) AS message, count(*) AS n
            FROM quarantine GROUP BY source_id, error_class ORDER BY n DESC, source_id, error_class LIMIT 20
            """,
        ),
        "sources": rows(
            con,
            """
            SELECT source_id, sources.name, last_success_at, last_landed_on, silent_days, n_polls, n_failed_polls,
                n_quarantined, error_rate
            FROM sources LEFT JOIN source_health USING (source_id)
            WHERE is_configured
            ORDER BY silent_days DESC NULLS FIRST, source_id
            """,
        ),
        "fresh": rows(
            con,
            """
            SELECT
                max(published_at) AS published_at, max(fetched_at) AS fetched_at, count(*) AS n_articles,
                count(*) FILTER (WHERE published_on IS NULL) AS n_undated,
                count(*) FILTER (WHERE extraction_status = 'failed') AS n_unread,
                list_sort(list_distinct(list(extractor_version))) AS versions
            FROM articles
            """,
        )[0],
    }
