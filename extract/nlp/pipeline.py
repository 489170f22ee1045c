"""The spaCy pipeline: an English pipeline, and on it the components that find what Wirehouse is for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from itertools import islice
from math import inf
from pathlib import Path
from typing import Any, TypeVar

import spacy
from spacy.language import Language
from spacy.pipeline import Tok2Vec
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from extract.nlp import embedding, furniture, values
from extract.nlp.ops import use_fastest_ops

T = TypeVar("T")
# Articles read at once: as fast as any larger number, in a third of the memory.
BATCH = 16
# Characters read at once, since memory grows with them: sixteen long articles took 5 GB.
BATCH_CHARS = 80_000
SHIPPED_MODEL = Path(__file__).parent / "models" / "en_wirehouse_news"
# In order: each reads what those before it wrote to Doc._.
COMPONENTS = ("dates", "places", "actors", "quotes", "events")
NEEDED = ("tagger", "parser", "ner")
# Tokens that a tok2vec reads at once: it holds 24 KB for each until the last layer is done.
PART_TOKENS = 2_000
# Of the label scheme the rules read (ClearNLP); Universal Dependencies has obj and obl instead.
LABELS = {"nsubj", "dobj", "pobj"}


class PipelineError(RuntimeError):
    """The configured spaCy pipeline cannot be used; the message says why and what to do."""


@cache
def load(model: str | None = None) -> Language:
    """Load a spaCy pipeline and add the components ``wirehouse_dates`` to ``wirehouse_events``.

    ``model`` is a package name or directory, the shipped pipeline if None. Raises PipelineError where it
    cannot be loaded or lacks a component that the rules stand on.
    """
    use_fastest_ops()
    try:
        nlp = spacy.load(model or SHIPPED_MODEL)
    except OSError as error:
        raise PipelineError(
            f"spaCy pipeline {model!r} cannot be loaded ({error}). Install it, or unset WIREHOUSE_SPACY_MODEL "
            "to use the shipped one."
        ) from error
    missing = [name for name in NEEDED if name not in nlp.pipe_names]
    if missing or not set(nlp.get_pipe("parser").labels) >= LABELS:  # type: ignore[attr-defined]
        lacks = " and ".join(missing) or "the dependency labels nsubj, dobj, pobj"
        raise PipelineError(f"spaCy pipeline {model!r} lacks {lacks}: use an English one such as en_core_web_sm.")
    quicken(nlp)
    for name in COMPONENTS:
        importlib.import_module(f"extract.nlp.{name}")  # registers the factory
        nlp.add_pipe(f"wirehouse_{name}")
    return nlp


def quicken(nlp: Language) -> None:
    """Make a pipeline faster and smaller that is read with and not trained; what it finds stays the same."""
    values.anchor(nlp)
    embedding.remember(nlp)
    for _, pipe in nlp.pipeline:
        if isinstance(pipe, Tok2Vec):
            whole = pipe.model
            pipe.model = Model("in_parts", _in_parts, layers=[whole], dims={"nO": whole.get_dim("nO")})


def _in_parts(model: Model, docs: list[Doc], is_train: bool) -> tuple[list[Floats2d], Any]:
    """The arrays that the tok2vec gives for the docs, some ``PART_TOKENS`` at a time."""
    [tok2vec] = model.layers
    parts = in_batches(docs, len, PART_TOKENS)
    return [array for part in parts for array in tok2vec.predict(part)], embedding.untrained


def read(nlp: Language, articles: Iterable[tuple[str, date | None]]) -> Iterator[Doc | Exception]:
    """Run the pipeline over (text, publication day) pairs; an article that breaks it yields its exception."""

    def made(article: tuple[str, date | None]) -> tuple[Doc, tuple[str, list[furniture.Span]]]:
        text, published_on = article
        spans = furniture.spans(text)
        doc = nlp.make_doc(furniture.without(text, spans))
        doc._.published_on = published_on
        return doc, (text, spans)

    def docs(batch: list[tuple[str, date | None]]) -> Iterator[Doc]:
        for doc, (text, spans) in nlp.pipe(map(made, batch), as_tuples=True, batch_size=BATCH):
            if spans:
                furniture.restore(doc, text, spans)
            yield doc

    for batch in in_batches(articles, lambda article: len(article[0]), BATCH_CHARS, BATCH):
        try:
            yield from list(docs(batch))
        except Exception:  # one of them breaks it: find out which
            for article in batch:
                try:
                    yield next(docs([article]))
                except Exception as error:
                    yield error


def in_batches(items: Iterable[T], length: Callable[[T], int], longest: int, largest: float = inf) -> Iterator[list[T]]:
    """Up to ``largest`` items in their order, together up to ``longest``; a longer item is a batch of its own."""
    batch: list[T] = []
    total = 0
    for item in items:
        if batch and (len(batch) == largest or total + length(item) > longest):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += length(item)
    if batch:
        yield batch


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
