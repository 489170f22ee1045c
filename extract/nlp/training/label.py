"""Label plain news with the teacher: ``python -m extract.nlp.training.label TEACHER OUT [--words 6000000]``.

Reads ``unlabelled_news.jsonl.gz`` of the corpora (a JSON object with ``text`` a line) and writes files of SHARD
documents to OUT, with tags, morphology, sentences, parse and names. A document is some paragraphs of an article.
What is there already is not labelled again, so that it can be stopped at any time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import spacy
import torch
from spacy.tokens import DocBin

from extract.nlp.pipeline import batched
from extract.nlp.training.prepare import training_folder
from extract.nlp.training.teacher import Pieces, annotate, encoder_folder, load

SHARD = 200
LONGEST = 1500  # characters in a document
PARAGRAPH_END = re.compile(r"\n+|\s{2,}")
SENTENCE_END = re.compile(r"(?<=[.!?][”\"'’])\s+|(?<=[.!?])\s+(?=[“\"'‘A-Z])")
ATTRIBUTES = ["TAG", "POS", "MORPH", "HEAD", "DEP", "SENT_START", "ENT_IOB", "ENT_TYPE"]


def documents() -> Iterator[str]:
    """Texts of some paragraphs each, separated by empty lines as in the articles that the pipeline reads.

    A paragraph longer than LONGEST, as where an article lost its line breaks, is cut after sentences.
    """
    with gzip.open(training_folder() / "unlabelled_news.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text = ""
            for paragraph in PARAGRAPH_END.split(json.loads(line)["text"]):
                between = "\n\n"
                for part in [paragraph] if len(paragraph) <= LONGEST else SENTENCE_END.split(paragraph):
                    part = " ".join(part.split())
                    if len(text) + len(part) > LONGEST and text:
                        yield text
                        text = ""
                    if 0 < len(part) <= LONGEST:
                        text += (between if text else "") + part
                        between = " "
            if text:
                yield text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--words", type=int, default=6_000_000)
    parser.add_argument("--part", default="1/1", help="which files, where several processes share the work: 1/2, 2/2")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, pieces, nlp = load(args.teacher), Pieces(encoder_folder()), spacy.blank("en")
    args.out.mkdir(parents=True, exist_ok=True)
    words, started = 0, time.time()
    part, parts = map(int, args.part.split("/"))
    for number, texts in zip(count(), batched(documents(), SHARD), strict=False):
        file = args.out / f"news-{number:04}.spacy"
        if number % parts == part - 1 and not file.exists():
            docs = annotate(model, pieces, [nlp.make_doc(text) for text in texts])
            DocBin(ATTRIBUTES, docs=docs).to_disk(file.with_suffix(".new"))
            file.with_suffix(".new").rename(file)
            words += sum(map(len, docs))
            print(f"{file.name}: {words} words, {words / (time.time() - started):.0f} words/s", flush=True)
        if words >= args.words / parts:
            break


if __name__ == "__main__":
    main()
