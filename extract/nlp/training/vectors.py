"""Word vectors for the NER from unlabelled news: ``python -m extract.nlp.training.vectors OUT``.

Counts what stands directly left and right of each word and what stands near it, weighs the counts by positive
pointwise mutual information and keeps the leading singular vectors. Cased words, so that "Apple" and "apple"
differ; other casings of a word share its row where they are not words themselves.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse as sp
import spacy
from scipy.sparse.linalg import svds

from extract.nlp.training.prepare import training_folder

WORDS, CONTEXTS, DIMENSIONS, MIN_COUNT, NEAR = 24_000, 6_000, 64, 6, 4


def _counts(ids: np.ndarray, context_ids: np.ndarray, offsets: tuple[int, ...], n_words: int) -> sp.csr_matrix:
    """Words by contexts: how often a context stands at one of the offsets from a word; -1 is no word."""
    total = sp.csr_matrix((n_words, CONTEXTS), dtype="float32")
    for offset in offsets:
        if offset > 0:
            words, contexts = ids[:-offset], context_ids[offset:]
        else:
            words, contexts = ids[-offset:], context_ids[:offset]
        keep = (words >= 0) & (contexts >= 0)
        ones = np.ones(int(keep.sum()), dtype="float32")
        total = total + sp.csr_matrix((ones, (words[keep], contexts[keep])), shape=(n_words, CONTEXTS))
    return total


def _ppmi(counts: sp.csr_matrix) -> sp.csr_matrix:
    matrix = counts.tocoo()
    rows, columns = np.asarray(counts.sum(1)).ravel(), np.asarray(counts.sum(0)).ravel() ** 0.75
    columns *= rows.sum() / columns.sum()
    value = np.log(matrix.data * rows.sum() / (rows[matrix.row] * columns[matrix.col]))
    keep = value > 0
    return sp.csr_matrix((value[keep], (matrix.row[keep], matrix.col[keep])), shape=counts.shape)


def main(out: Path) -> None:
    nlp = spacy.blank("en")
    docs = []
    with gzip.open(training_folder() / "unlabelled_news.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            docs.append([token.text for token in nlp.tokenizer(json.loads(line)["text"]) if not token.is_space])
    count = Counter(word for doc in docs for word in doc)
    words = [word for word, n in count.most_common(WORDS) if n >= MIN_COUNT]
    lower = Counter(word.lower() for word in count.elements())
    word_id = {word: i for i, word in enumerate(words)}
    context_id = {word: i for i, (word, _) in enumerate(lower.most_common(CONTEXTS))}
    gap = [-1] * NEAR  # nothing is near across the end of a document
    ids = np.array([i for doc in docs for i in [*(word_id.get(w, -1) for w in doc), *gap]])
    contexts = np.array([i for doc in docs for i in [*(context_id.get(w.lower(), -1) for w in doc), *gap]])
    near = tuple(o for o in range(-NEAR, NEAR + 1) if o)
    parts = [(-1,), (1,), (-2,), (2,), near]
    matrix = sp.hstack([_ppmi(_counts(ids, contexts, offsets, len(words))) for offsets in parts]).tocsr()
    u, s, _ = svds(matrix.astype("float32"), k=DIMENSIONS, random_state=0)
    vectors = u * np.sqrt(s)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-8
    keys = dict(word_id)
    for word, i in word_id.items():
        for variant in (word.lower(), word.title(), word.upper()):
            keys.setdefault(variant, i)
    nlp.vocab.reset_vectors(shape=vectors.shape)
    nlp.vocab.vectors.data[:] = vectors.astype("float32")
    for word, i in keys.items():
        nlp.vocab.vectors.add(nlp.vocab.strings.add(word), row=i)
    nlp.to_disk(out)
    print(len(words), "vectors,", len(keys), "forms")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
