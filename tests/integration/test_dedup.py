"""Merging measured on gold mentions written here, with the models of the warehouse."""

from __future__ import annotations

import json
from pathlib import Path

from extract.evaluate import dedup


def article(doc_id: str, subtopic: str, sentences: list[str], mentions: list[tuple[str, str, int, str | None]]) -> str:
    return json.dumps(
        {
            "doc_id": doc_id,
            "subtopic": subtopic,
            "text": " ".join(sentences),
            "sentences": sentences,
            "mentions": [
                {"kind": kind, "tag": "", "text": text, "sent": sent, "cluster": cluster, "validated": True}
                for kind, text, sent, cluster in mentions
            ],
        }
    )


def test_the_models_of_the_warehouse_merge_gold_mentions(tmp_path: Path) -> None:
    """Two reports of one arrest are one event, the arrest of somebody else another, though in the same words."""
    gold = tmp_path / "gold.jsonl"
    people = ("Halden", "Halden", "Verrin")
    lines = [
        article(
            f"{n}_report",
            "1" if name == "Halden" else "1plus",
            [f"Police arrested Ole {name} in the harbour of Larvik ."],
            [
                ("event", "arrested", 0, f"arrest of {name}"),
                ("human", f"Ole {name}", 0, name),
                ("human", "Police", 0, "police"),
            ],
        )
        for n, name in enumerate(people)
    ]
    gold.write_text("\n".join(lines), encoding="utf-8")
    result = dedup.evaluate(gold)
    assert (result["mentions"], result["gold_events"]) == (3, 2)
    for way in ("by_story", "one_day"):
        assert result[way]["events"] == {"found": 2}
        assert result[way]["b3"]["f1"] == result[way]["pairs"]["f1"] == 1.0
