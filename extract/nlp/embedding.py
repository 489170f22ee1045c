"""Embeddings of words already met, kept from batch to batch.

A ``MultiHashEmbed`` layer gives every token of the same features (norm, prefix, suffix, shape, ...) the same row, and
its matrix product is a third of the time of a tok2vec. Most tokens of a batch of news were met before, so their rows
are looked up. What is computed is the same to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from spacy.attrs import ORTH
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Ragged

ROWS = 30_000  # kept for a layer, 512 bytes each; when there are more, it begins anew


def remember(nlp: Language) -> None:
    """Put a layer that remembers in the place of each ``MultiHashEmbed`` of the pipeline. For reading, not training."""
    for _, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        if isinstance(model, Model):
            for node in list(model.walk()):
                if node.name.startswith("extract_features>>list2ragged>>") and node.name.endswith(">>ragged2list"):
                    model.replace_node(node, Model("remembered", _Remembered(node)))


class _Remembered:
    """The forward pass of an embedding layer: docs to a list of arrays, a row of floats for each token."""

    def __init__(self, node: Model) -> None:
        self.node = node
        self.mix: Any = node.layers[-2]
        embed: Any = node if len(node.layers) > 3 else node.layers[0].layers[0]
        self.vectors: Any = None if embed is node else node.layers[0].layers[1]
        self.features, self.hashed = embed.layers[0], embed.layers[2]
        self.place: dict[bytes, int] = {}
        self.rows: np.ndarray = np.zeros((0, 0), dtype="float32")

    def __call__(self, model: Model, docs: list[Doc], is_train: bool) -> tuple[list[Any], Any]:
        if not any(map(len, docs)):
            return self.node.predict(docs), untrained
        features = np.concatenate(self.features.predict(docs))
        if self.vectors:
            features = np.column_stack([features, np.concatenate([doc.to_array(ORTH) for doc in docs])])
        keys = np.ascontiguousarray(features).view(np.dtype((np.void, features.shape[1] * features.itemsize))).ravel()
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        found = [keys[i].tobytes() for i in first]
        new = [i for i, key in zip(first.tolist(), found, strict=True) if key not in self.place]
        if new:
            if len(self.place) + len(new) > ROWS:
                self.place, self.rows, new = {}, self.rows[:0], first.tolist()
            self._learn(docs, features[new], [keys[i].tobytes() for i in new])
        rows = self.rows[[self.place[key] for key in found]][inverse.ravel()]
        return list(np.split(rows, np.cumsum([len(doc) for doc in docs])[:-1])), untrained

    def _learn(self, docs: list[Doc], features: Any, keys: list[bytes]) -> None:
        lengths: Any = np.asarray([len(keys)], dtype="int32")
        if self.vectors:
            vocab = docs[0].vocab
            words = Doc(vocab, words=[vocab.strings[int(orth)] for orth in features[:, -1]])
            hashed = self.hashed.predict(Ragged(features[:, :-1].copy(), lengths)).dataXd
            hashed = np.concatenate([hashed, self.vectors.predict([words]).dataXd], axis=1)
        else:
            hashed = self.hashed.predict(Ragged(features, lengths)).dataXd
        learnt = self.mix.predict(Ragged(hashed, lengths)).dataXd
        start = len(self.rows)
        self.rows = np.concatenate([self.rows, learnt]) if start else learnt
        self.place.update(zip(keys, range(start, start + len(keys)), strict=True))


def untrained(_: Any) -> Any:
    raise RuntimeError("A pipeline that remembers its embeddings cannot be trained")
