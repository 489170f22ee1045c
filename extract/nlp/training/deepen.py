"""Give a tok2vec more layers: ``python -m extract.nlp.training.deepen PIPELINE OUT [--of tok2vec] [--depth 6]``.

A layer adds to what it reads, so that one whose scale is zero changes nothing: the deeper network begins where the
other ended and learns on. The new layers are copies of the last one at that scale. OUT holds the pipe whose tok2vec it is
and those that listen to it, and answers as PIPELINE does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import spacy
from spacy.language import Language
from thinc.api import Model


def deepen(old: Language, of: str, depth: int) -> Language:
    """A pipeline of ``depth`` layers under ``of`` that answers as ``old`` does; ValueError where it has as many."""
    config = old.config.copy()
    model = config["components"][of]["model"]
    encode = model.get("tok2vec", model)["encode"]
    if encode["depth"] >= depth:
        raise ValueError(f"The tok2vec of {of} has {encode['depth']} layers already")
    encode["depth"] = depth
    kept = [of, *getattr(old.get_pipe(of), "listening_components", ())]
    config["nlp"]["pipeline"] = kept
    config["components"] = {name: config["components"][name] for name in kept}
    new = spacy.util.load_model_from_config(config, vocab=old.vocab)
    for name in kept:
        before, after = old.get_pipe(name), new.get_pipe(name)
        after.from_bytes(before.to_bytes(exclude=["model"]), exclude=["model"])  # type: ignore[attr-defined]
        _copy(before.model, after.model)  # type: ignore[attr-defined]
    return new


def _copy(old: Model, new: Model) -> None:
    before, after = _parts(old), _parts(new)
    added = range(len(before), len(after))  # the new layers are the last
    for number, part in enumerate(after):
        for node, copy in zip(before[min(number, len(before) - 1)], part, strict=True):
            for dim in node.dim_names:
                if copy.has_dim(dim) is None and node.has_dim(dim):
                    copy.set_dim(dim, node.get_dim(dim))
            for parameter in node.param_names:
                silent = number in added and node.name == "layernorm"
                copy.set_param(parameter, node.get_param(parameter) * (0 if silent else 1))


def _parts(model: Model) -> list[list[Model]]:
    """The nodes of no layer, then those of each layer of the tok2vec."""
    layers = [node for node in model.walk() if node.name.startswith("residual(") and ")>>" not in node.name]
    inside = {id(node) for layer in layers for node in layer.walk()}
    rest = [node for node in model.walk() if id(node) not in inside]
    return [rest, *(list(layer.walk()) for layer in layers)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--of", default="tok2vec", help="the pipe whose tok2vec it is")
    parser.add_argument("--depth", type=int, default=6)
    args = parser.parse_args()
    deepen(spacy.load(args.pipeline), args.of, args.depth).to_disk(args.out)


if __name__ == "__main__":
    main()
