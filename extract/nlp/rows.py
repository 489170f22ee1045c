"""From the records on a Doc to the rows of the staging tables."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from spacy.tokens import Doc

from extract import records
from extract.tables import stable_id

Rows = dict[str, list[dict[str, Any]]]
EVENT_FIELDS = [f.name for f in fields(records.Event) if f.name != "participants"]


def document_rows(doc: Doc, article_id: str, revision: str, version: str) -> Rows:
    """Rows of one article revision for each table of ``tables.EXTRACTED``, in order of their place in the text."""
    key = {"article_id": article_id, "revision": revision, "extractor_version": version}

    def mention_id(start: int | None, end: int | None) -> str | None:
        return stable_id("mention", article_id, revision, start, end) if (start, end) in spans else None

    spans = {(m.start, m.end) for m in doc._.mentions}
    rows: Rows = {
        "mentions": [{"mention_id": mention_id(m.start, m.end), **key, **asdict(m)} for m in doc._.mentions],
        "quotes": [
            {
                "quote_id": stable_id("quote", article_id, revision, q.spans, q.cue_start),
                **key,
                "speaker_mention_id": mention_id(q.speaker_start, q.speaker_end),
                **asdict(q),
            }
            for q in doc._.quotes
        ],
        "events": [],
        "participants": [],
    }
    for event in doc._.events:
        event_id = stable_id(
            "event", article_id, revision, event.type, event.trigger_start, event.trigger_end, event.rule_id
        )
        rows["events"].append({"event_mention_id": event_id, **key, **{f: getattr(event, f) for f in EVENT_FIELDS}})
        rows["participants"] += [
            {"event_mention_id": event_id, **key, "mention_id": mention_id(p.start, p.end), **asdict(p)}
            for p in event.participants
        ]
    rows["documents"] = [
        {
            **key,
            "published_on": doc._.published_on,
            "status": "extracted",
            "sentences": sum(1 for _ in doc.sents),
            "tokens": len(doc),
            **{name: len(rows[name]) for name in ("mentions", "quotes", "events")},
        }
    ]
    return rows


def failed_rows(article_id: str, revision: str, version: str, published_on: date | None) -> Rows:
    """The row that says an article could not be read, so that it is neither lost nor tried for ever."""
    counts = dict.fromkeys(("sentences", "tokens", "mentions", "quotes", "events"), 0)
    return {
        "documents": [
            {
                "article_id": article_id,
                "revision": revision,
                "extractor_version": version,
                "published_on": published_on,
                "status": "failed",
                **counts,
            }
        ]
    }
