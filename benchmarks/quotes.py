"""How much time the quote component adds to the spaCy pipeline.

    python benchmarks/quotes.py articles.jsonl.gz [--limit 200] [--model NAME]

The file holds an article a line as JSON with ``text`` (``.gz`` or plain). Every component is timed by the CPU seconds
of this process over the same batches, so that what else runs on the machine counts for little. Printed are the seconds
and the share in the time of the pipeline that finds words, tags, parses and names (the components that are not
Wirehouse's own). The goal for quotes is 15 %.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from itertools import islice
from pathlib import Path

from extract.nlp import pipeline


def texts(path: Path, limit: int | None) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in islice(lines, limit)]


def measure(articles: list[str], model: str | None) -> tuple[Counter[str], int, int]:
    """CPU seconds by component, and the number of tokens and quotes."""
    nlp = pipeline.load(model)
    seconds: Counter[str] = Counter()
    n_tokens = n_quotes = 0
    for batch in pipeline.batched(articles, pipeline.BATCH):
        start = time.process_time()
        docs = [nlp.make_doc(text) for text in batch]
        seconds["tokenizer"] += time.process_time() - start
        for name, component in nlp.pipeline:
            start = time.process_time()
            docs = list(component.pipe(docs)) if hasattr(component, "pipe") else [component(doc) for doc in docs]
            seconds[name] += time.process_time() - start
        n_tokens += sum(map(len, docs))
        n_quotes += sum(len(doc._.quotes) for doc in docs)
    return seconds, n_tokens, n_quotes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--limit", type=int, help="articles to read; all by default")
    parser.add_argument("--model", help="spaCy pipeline; the shipped one by default")
    arguments = parser.parse_args()
    articles = texts(arguments.articles, arguments.limit)
    seconds, n_tokens, n_quotes = measure(articles, arguments.model)
    base = sum(s for name, s in seconds.items() if not name.startswith("wirehouse_"))
    print(f"{len(articles)} articles, {n_tokens} tokens, {n_quotes} quotes")
    for name, s in seconds.items():
        print(f"{name:20}{s:9.2f} s  {s / base:6.1%} of the spaCy pipeline")


if __name__ == "__main__":
    main()
