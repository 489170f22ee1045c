"""Annotate: what the extraction finds in any text, as JSON, without touching a warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table
from rich.text import Text
from spacy.tokens import Doc

from extract.articles.dating import ImplausibleDate, parse_time
from extract.nlp import pipeline
from extract.nlp.resolver import NOBODY, Resolver
from extract.records import Event, Mention, Participant, Quote
from extract.runs import utcnow

Json = dict[str, Any]


class Input(BaseModel):
    """One input line; offsets in the output are characters of ``text``."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str
    text: str
    title: str | None = None
    published_at: str | None = None

    def published_on(self) -> date | None:
        """The day by which relative dates are read; None where none is given or it is implausible."""
        try:
            found, precision = parse_time(self.published_at, now=utcnow())
        except ImplausibleDate:
            return None
        return found.date() if found and precision in ("second", "day") else None


def annotate(inputs: Iterable[Json], model: str | None = None) -> Iterator[Json]:
    """Actors, quotes and events of each input object, in order. Raises pydantic.ValidationError."""
    articles = [Input.model_validate(i) for i in inputs]
    docs = pipeline.read(pipeline.load(model), ((a.text, a.published_on()) for a in articles))
    for article, doc in zip(articles, docs, strict=True):
        if isinstance(doc, Exception):
            yield {"id": article.id, "error": f"{type(doc).__name__}: {doc}", "actors": [], "quotes": [], "events": []}
        else:
            yield {"id": article.id, **annotation(doc)}


def annotation(doc: Doc) -> Json:
    """What the components left on a doc, with actors resolved by the knowledge base."""
    return {
        "actors": actors(doc),
        "quotes": [quote_json(q, doc) for q in doc._.quotes],
        "events": [event_json(e, doc) for e in doc._.events],
    }


def named_by(mention: Mention | None, doc: Doc) -> Mention | None:
    """The mention that names whom this one means: its antecedent, where it has one."""
    if mention is None or mention.antecedent_start is None:
        return mention
    span = mention.antecedent_start, mention.antecedent_end
    return next((m for m in doc._.mentions if (m.start, m.end) == span), mention)


def resolve(mention: Mention | None, name: str, label: str | None, doc: Doc) -> Json:
    """What the knowledge base says of a name, with what the mention that names it says of role and affiliation."""
    naming = named_by(mention, doc)
    found = Resolver.default().resolve(
        name,
        label=naming.label if naming else label,
        on=doc._.published_on,
        role=naming.role if naming else None,
        affiliation=(naming.owner or naming.affiliation) if naming else None,
    )
    return {
        "name": found.canonical_name,
        "actor_id": None if found.actor_id == NOBODY else found.actor_id,
        "kind": found.kind,
        "country": found.country_iso3,
        "sector": found.sector,
    }


def actors(doc: Doc) -> list[Json]:
    """The named actors of the article, each with all its mentions, in order of the first."""
    found: dict[str, Json] = {}
    for m in doc._.mentions:
        if m.kind == "pronoun" and m.antecedent_start is None:
            continue
        resolved = resolve(m, m.name, m.label, doc)
        if resolved["actor_id"] is None:
            continue
        actor = found.setdefault(resolved["actor_id"], {**resolved, "mentions": []})
        actor["mentions"].append({"text": m.text, "start": m.start, "end": m.end})
    return list(found.values())


def span(text: str | None, start: int | None, end: int | None) -> Json | None:
    return None if start is None else {"text": text, "start": start, "end": end}


def speaker_mention(q: Quote, doc: Doc) -> Mention | None:
    """The mention that names the speaker: the antecedent, else that which the speaker's words begin in."""
    start = q.speaker_start if q.antecedent_start is None else q.antecedent_start
    end = q.speaker_end if q.antecedent_end is None else q.antecedent_end
    if start is None or end is None:
        return None
    inside = [m for m in doc._.mentions if m.start < end and m.end > start]
    return min(inside, key=lambda m: (abs(m.start - start), abs(m.end - end)), default=None)


def quote_json(q: Quote, doc: Doc) -> Json:
    speaker = span(q.speaker_text, q.speaker_start, q.speaker_end)
    if speaker:
        name = q.speaker_name
        if name and q.speaker_kind in ("person", "organisation"):
            mention = speaker_mention(q, doc)
            name = resolve(mention, name, None, doc)["name"]
        speaker |= {"name": name, "kind": q.speaker_kind}
    return {
        "start": q.start,
        "end": q.end,
        "spans": q.spans,
        "text": q.text,
        "type": q.type,
        "speaker": speaker,
        "cue": span(q.cue_text, q.cue_start, q.cue_end),
        "confidence": q.confidence,
    }


def participant_json(p: Participant, doc: Doc) -> Json:
    mention = next((m for m in doc._.mentions if (m.start, m.end) == (p.start, p.end)), None)
    resolved = resolve(mention, p.name, p.label, doc)
    return {
        "text": p.text,
        "start": p.start,
        "end": p.end,
        **{k: resolved[k] for k in ("name", "actor_id", "country", "sector")},
    }


def event_json(e: Event, doc: Doc) -> Json:
    place = span(e.place_text, e.place_start, e.place_end)
    if place:
        place |= {
            "name": e.place_name,
            "country": e.place_country_iso3,
            "lat": e.place_lat,
            "lon": e.place_lon,
            "precision": e.place_precision,
        }
    return {
        "type": e.type,
        "mode": e.mode,
        "status": e.status,
        "contexts": e.contexts,
        "trigger": span(e.trigger_text, e.trigger_start, e.trigger_end),
        "actors": [participant_json(p, doc) for p in e.participants if p.role == "actor"],
        "recipients": [participant_json(p, doc) for p in e.participants if p.role == "recipient"],
        "date_start": e.date_start and e.date_start.isoformat(),
        "date_end": e.date_end and e.date_end.isoformat(),
        "date_method": e.date_method,
        "place": place,
        "attributed_to": e.attributed_to,
        "killed": e.killed,
        "injured": e.injured,
        "arrested": e.arrested,
        "confidence": e.confidence,
    }


def show(console: Console, text: str, model: str | None = None) -> None:
    """Print a text with its quotes, speakers and event triggers marked, and the events below it."""
    doc = next(pipeline.read(pipeline.load(model), [(text, None)]))
    if isinstance(doc, Exception):
        raise doc
    found = annotation(doc)
    marked = Text(text.rstrip())
    for quote in found["quotes"]:
        for start, end in quote["spans"]:
            marked.stylize("green", start, end)
        if speaker := quote["speaker"]:
            marked.stylize("bold cyan", speaker["start"], speaker["end"])
        if cue := quote["cue"]:
            marked.stylize("cyan", cue["start"], cue["end"])
    for event in found["events"]:
        marked.stylize("bold yellow", event["trigger"]["start"], event["trigger"]["end"])
    console.print(marked)
    console.print()
    quotes = Table("speaker", "type", "quote", "confidence", title="quotes", title_justify="left")
    for quote in found["quotes"]:
        name = (quote["speaker"] or {}).get("name") or "unknown"
        quotes.add_row(Text(name), quote["type"], Text(quote["text"]), f"{quote['confidence']:.2f}")
    events = Table("actor", "event", "recipient", "status", "when", "where", title="events", title_justify="left")
    for event in found["events"]:
        kind = event["type"] + (f" {event['mode']}" if event["mode"] else "")
        who = ["; ".join(p["name"] for p in event[side]) for side in ("actors", "recipients")]
        when = " to ".join(dict.fromkeys(d for d in (event["date_start"], event["date_end"]) if d))
        where = (event["place"] or {}).get("name") or ""
        events.add_row(Text(who[0]), f"{kind}: {event['trigger']['text']}", Text(who[1]), event["status"], when, where)
    console.print(quotes, events)
