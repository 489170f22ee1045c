"""What finding dates, places, actors, quotes and events adds to the time of the spaCy pipeline.

    python benchmarks/events.py ARTICLES [--articles 60] [--rounds 3]

ARTICLES is a JSON lines file (``.gz`` or not) of objects with ``text`` and ``published_at``. Each component is timed
over the same Docs, one after the other, in CPU seconds of this process; of several rounds the fastest counts, so that
other work on the machine disturbs little. Prints microseconds per token and the share of the spaCy pipeline's time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from spacy.tokens import Doc

from extract.nlp import pipeline

OWN = [f"wirehouse_{name}" for name in pipeline.COMPONENTS]


def articles(path: Path, limit: int) -> list[tuple[str, date | None]]:
    """The first texts with their day of publication; None where none is given."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line, _ in zip(file, range(limit), strict=False)]
    return [(r["text"], date.fromisoformat(r["published_at"][:10]) if r.get("published_at") else None) for r in records]


def measure(texts: list[tuple[str, date | None]]) -> tuple[int, dict[str, float]]:
    """Tokens, and CPU seconds of the spaCy pipeline ("spaCy") and of each of our components."""
    nlp = pipeline.load()
    seconds: dict[str, float] = {}
    start = time.process_time()
    with nlp.select_pipes(disable=OWN):
        docs = list(nlp.pipe((text for text, _ in texts), batch_size=pipeline.BATCH))
    seconds["spaCy"] = time.process_time() - start
    for doc, (_, published_on) in zip(docs, texts, strict=True):
        doc._.published_on = published_on
    for name in OWN:
        component = nlp.get_pipe(name)
        start = time.process_time()
        for doc in docs:
            component(doc)
        seconds[name] = time.process_time() - start
    return sum(len(doc) for doc in docs if isinstance(doc, Doc)), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, metavar="ARTICLES")
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    texts = articles(options.path, options.articles)
    measure(texts[:3])  # lexicons are read and compiled at the first use
    rounds = [measure(texts) for _ in range(options.rounds)]
    tokens = rounds[0][0]
    best = {name: min(seconds[name] for _, seconds in rounds) for name in rounds[0][1]}
    table = Table("component", "µs per token", "% of spaCy", title=f"{len(texts)} articles, {tokens:,} tokens")
    best["dates, places, actors, events"] = sum(best[n] for n in OWN if n != "wirehouse_quotes")
    for name, value in best.items():
        table.add_row(name, f"{value / tokens * 1e6:.1f}", f"{100 * value / best['spaCy']:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
