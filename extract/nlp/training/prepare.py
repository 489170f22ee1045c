"""Join the NER corpora into one train and one dev file: ``python -m extract.nlp.training.prepare OUT``.

The folder with the prepared corpora (``treebank/``, ``ner/``) is named by ``WIREHOUSE_TRAINING``.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

# Only sources whose licence allows a shipped weight; the second number is how often a source is repeated.
TRAIN = {"train_ewt": 1, "train_gum": 1, "train_crossner": 1, "train_redocred": 1, "train_re3d": 2, "train_wikigold": 1}
DEV = ("dev_ewt", "dev_gum", "dev_redocred")
# These do not mark events, so what looks like the name of one is left undecided in them.
WITHOUT_EVENTS = ("ewt", "re3d")
EVENT_WORDS = {
    "Accords", "Agreement", "Awards", "Battle", "Championship", "Championships", "Conference", "Congress", "Cup",
    "Cyclone", "Day", "Election", "Festival", "Final", "Forum", "Games", "Holocaust", "Hurricane", "Intifada", "Open",
    "Olympics", "Operation", "Prix", "Revolution", "Series", "Summit", "Talks", "Tournament", "Uprising", "War", "Wars",
}  # fmt: skip


def training_folder() -> Path:
    """The folder of the prepared corpora."""
    try:
        return Path(os.environ["WIREHOUSE_TRAINING"])
    except KeyError:
        raise SystemExit("Set WIREHOUSE_TRAINING to the folder with the prepared corpora (see README.md)") from None


def _undecide_events(doc: Doc) -> Doc:
    """The document with names that hold an event word marked missing where they are marked as nothing."""
    tags = [f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else token.ent_iob_ for token in doc]
    start = 0
    while start < len(doc):
        end = start
        while end < len(doc) and tags[end] == "O" and (doc[end].is_title or doc[end].is_upper or doc[end].is_digit):
            end += 1
        if end - start > 1 and any(token.text in EVENT_WORDS for token in doc[start:end]):
            tags[start:end] = [""] * (end - start)
        start = max(end, start + 1)
    words, spaces = [token.text for token in doc], [bool(token.whitespace_) for token in doc]
    return Doc(doc.vocab, words=words, spaces=spaces, ents=tags)


def main(out: Path) -> None:
    nlp = spacy.blank("en")
    folder = training_folder() / "ner"
    for name, sources in (("train", TRAIN), ("dev", dict.fromkeys(DEV, 1))):
        docs: list[Doc] = []
        for source, times in sources.items():
            part = list(DocBin().from_disk(folder / f"{source}.spacy").get_docs(nlp.vocab))
            if source.split("_")[1] in WITHOUT_EVENTS:
                part = [_undecide_events(doc) for doc in part]
            docs += part * times
        random.Random(0).shuffle(docs)
        out.mkdir(parents=True, exist_ok=True)
        DocBin(docs=docs).to_disk(out / f"{name}.spacy")
        print(
            f"{name}: {len(docs)} documents, {sum(map(len, docs))} tokens, {sum(len(doc.ents) for doc in docs)} names"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
