"""Give the tok2vec of a parser more layers: ``python -m extract.nlp.training.deepen PARSER OUT [--depth 8]``.

A layer adds to what it reads, so that one whose scale is zero changes nothing: the deeper network begins where the
other ended and learns on. OUT holds the pipes that share the tok2vec, and answers as PARSER does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import spacy
from spacy.language import Language
from thinc.api import Model


def deepen(old: Language, depth: int) -> Language:
    """A pipeline of ``depth`` layers that answers as ``old`` does; raises ValueError where that has as many."""
    config = old.config.copy()
    shared = ["tok2vec", *old.get_pipe("tok2vec").listening_components]  # type: ignore[attr-defined]
    encode = config["components"]["tok2vec"]["model"]["encode"]
    if encode["depth"] >= depth:
        raise ValueError(f"The tok2vec has {encode['depth']} layers already")
    encode["depth"] = depth
    config["nlp"]["pipeline"] = shared
    config["components"] = {name: config["components"][name] for name in shared}
    new = spacy.util.load_model_from_config(config, vocab=old.vocab)
    for name in shared:
        if name != "tok2vec":
            new.get_pipe(name).from_bytes(old.get_pipe(name).to_bytes())  # type: ignore[attr-defined]
    before, after = (nlp.get_pipe("tok2vec").model for nlp in (old, new))  # type: ignore[attr-defined]
    after.initialize(X=[old.make_doc("A sentence to begin with.")])
    for source, target in zip(_parts(before), _parts(after), strict=False):  # the new layers are the last
        for node, copy in zip(source, target, strict=True):
            for parameter in node.param_names:
                copy.set_param(parameter, node.get_param(parameter).copy())
    for layer in _parts(after)[len(_parts(before)) :]:
        for node in layer:
            if node.name == "layernorm":
                for parameter in ("G", "b"):
                    node.set_param(parameter, node.get_param(parameter) * 0)
    return new


def _parts(tok2vec: Model) -> list[list[Model]]:
    """The nodes with parameters: those of the embedding, then those of each layer."""
    layers = [node for node in tok2vec.walk() if node.name.startswith("residual(") and ")>>" not in node.name]
    inside = {id(node) for layer in layers for node in layer.walk()}
    rest = [node for node in tok2vec.walk() if id(node) not in inside]
    return [[node for node in part if node.param_names] for part in (rest, *(layer.walk() for layer in layers))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parser", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--depth", type=int, default=8)
    args = parser.parse_args()
    deepen(spacy.load(args.parser), args.depth).to_disk(args.out)


if __name__ == "__main__":
    main()
