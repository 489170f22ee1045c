"""The daily briefing: one page of the published marts that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from extract.briefing import charts, content
from extract.runs import utcnow

HERE = Path(__file__).parent


class UnknownTopic(ValueError):
    """No article and no configuration knows the topic; the message names those that there are."""


def briefing(
    con: duckdb.DuckDBPyConnection,
    *,
    day: date | None = None,
    days: int | None = None,
    topic: str | None = None,
    now: datetime | None = None,
) -> str:
    """The page as HTML, of the articles published on a day (or in the days up to it), of a topic or of all.

    With neither, the days are chosen: see ``content.period``. ``con`` is a connection to the published marts; ``now``
    is UTC. Raises UnknownTopic.
    """
    now = now or utcnow()
    topics = dict(con.execute("SELECT topic_id, name FROM topics ORDER BY topic_id").fetchall())
    if topic is not None and topic not in topics:
        raise UnknownTopic(f"no topic {topic!r}: {', '.join(topics) or 'there are none yet'}")
    period = content.period(con, day=day, days=days, topic=topic, today=now.date())
    style, script = (HERE / "page.css").read_text(), (HERE / "page.js").read_text()
    page = {
        "style": style,
        "script": script,
        "style_hash": csp_hash(style),
        "script_hash": csp_hash(script),
        "now": now,
        "topics": topics,
        "topic": topic,
        "period": period,
        "spelt": content.spell(period) if period else None,
        "statuses": content.labels("status"),
        "health": content.health(con),
    }
    if period:
        page |= news(con, period, topic)
    return environment().get_template("page.html.j2").render(page)


def news(con: duckdb.DuckDBPyConnection, period: content.Period, topic: str | None) -> content.Row:
    """All that the page tells of a period."""
    content.choose_articles(con, period, topic)
    events, totals = content.events(con, period, topic)
    speakers, n_utterances = content.quotes(con)
    pairs = content.pairs(con)
    step, volume = content.volume(con, period, topic)
    towns = Counter(
        (e["place_name"], e["place_country_iso3"], e["place_lat"], e["place_lon"])
        for e in events
        if e["place_lat"] is not None and e["place_precision"] in ("point", "city", "admin")
    )
    places = [
        {"name": name, "country": country, "lat": lat, "lon": lon, "n": n}
        for (name, country, lat, lon), n in sorted(towns.items(), key=lambda t: (-t[1], t[0][0]))
    ]
    by_country = Counter(e["place_country_iso3"] for e in events if e["place_country_iso3"])
    return {
        "counts": content.counts(con),
        "totals": totals,
        "n_events": sum(totals.values()),
        "groups": [(s, [e for e in events if e["status"] == s]) for s in content.STATUSES],
        "top": content.leading(events, 4),
        "speakers": speakers,
        "n_utterances": n_utterances,
        "n_quotes_shown": sum(len(s["quotes"]) for s in speakers),
        "shared": content.shared(speakers),
        "contradictions": content.contradictions(con, events),
        "pairs": pairs,
        "graph": graph_of(pairs),
        "new": content.new_actors(con, period),
        "outlets": content.outlets(con),
        "places": places,
        "by_country": sorted(by_country.items(), key=lambda c: (-c[1], c[0])),
        "map": charts.world(places, by_country),
        "volume_rows": volume,
        "topics_shown": sorted({v["topic"] for v in volume}),
        "volume": charts.volume(volume, step),
        "timeline": charts.timeline(events, period),
        "dated": sorted((e for e in events if e["date_start"]), key=lambda e: (e["date_start"], e["event_id"])),
        "types": charts.types(events),
        "type_rows": by_type(events),
    }


def graph_of(pairs: list[content.Row]) -> Markup | None:
    """Who acts on whom, drawn for a wide and a narrow screen."""
    template = environment().get_template("graph.svg.j2")
    drawn = [(name, charts.graph(pairs, circle)) for name, circle in charts.CIRCLES.items()]
    return Markup("").join(Markup(template.render(name=n, graph=g)) for n, g in drawn if g) or None


def by_type(events: list[content.Row]) -> list[tuple[str, Counter[str]]]:
    """Label of a type -> events by status, in the order of the types."""
    found = [
        (row["label"], Counter(e["status"] for e in events if e["type"] == key))
        for key, row in content.labels("type").items()
    ]
    return [(label, n) for label, n in found if n]


def csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.filters["day"] = lambda d: f"{d.day} {d:%b %Y}" if d else "day unknown"
    env.filters["percent"] = lambda share: "" if share is None else f"{share:.0%}"
    env.filters["thousands"] = lambda n: f"{n:,}"
    # Lists in attributes, for the filters; no name holds a line break.
    env.filters["lines"] = lambda names: "\n".join(" ".join(str(n).split()) for n in names)
    return env
