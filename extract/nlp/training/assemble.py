"""Join the trained parts into the shipped pipeline: ``python -m extract.nlp.training.assemble PARSER NER OUT``.

Adds what is not trained: paragraph breaks, lemma tables and rules for values. Needs the package
``spacy-lookups-data`` and the corpora (``WIREHOUSE_TRAINING``).
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.lookups import Lookups, load_lookups
from spacy.tokens import DocBin
from thinc.api import Config

from extract.nlp.training.prepare import training_folder
from extract.nlp.training.values import patterns

VERSION = "0.5.0"
TRAINING_SECTIONS = ("paths", "corpora", "training", "initialize")
SOURCES = [
    {"name": "UD English EWT", "license": "CC BY-SA 4.0"},
    {
        "name": "UD English GUM, documents whose text is open",
        "license": "CC BY 2.5/3.0/4.0, CC BY-SA 3.0, public domain",
    },
    {"name": "Universal NER, English EWT", "license": "CC BY-SA 4.0"},
    {"name": "CrossNER", "license": "MIT; text CC BY-SA 3.0"},
    {"name": "Re-DocRED", "license": "MIT; text CC BY-SA 3.0"},
    {"name": "WikiGold", "license": "CC BY 4.0"},
    {"name": "re3d without its BBC part", "license": "OGL 3.0, CC BY 3.0 AU, CC BY-SA 3.0, EU, public domain"},
    {"name": "Tehran Times articles, labelled by the teacher; word vectors", "license": "CC BY 4.0"},
    {"name": "White House briefings, labelled by the teacher; word vectors", "license": "public domain"},
    {"name": "all-MiniLM-L6-v2, under the teacher; trained on web data of mixed terms", "license": "Apache-2.0"},
    {"name": "spacy-lookups-data: English lemma tables, from WordNet 3.0", "license": "MIT; WordNet licence"},
]
# Parts of speech whose lemmas the tables lack or get wrong, taken from the treebank as exceptions.
LEMMA_POS = ("aux", "pron", "det", "part", "verb", "noun", "adj", "adv", "adp", "sconj", "cconj")


def _lemma_tables(nlp: Language) -> Lookups:
    """The lemma tables of spacy-lookups-data, with the treebank's lemmas for frequent forms they get wrong."""
    lookups = load_lookups("en", ["lemma_rules", "lemma_exc", "lemma_index"])
    index, exceptions = lookups.get_table("lemma_index"), lookups.get_table("lemma_exc")
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for doc in DocBin().from_disk(training_folder() / "treebank" / "train.spacy").get_docs(nlp.vocab):
        for token in doc:
            seen[token.pos_.lower(), token.lower_.replace("’", "'")][token.lemma_] += 1
    # A sentence's first word keeps its capital where no rule applies: say that the word is its own lemma.
    tables = {pos: dict(exceptions.get(pos, {})) for pos in LEMMA_POS}
    for verb in index["verb"]:
        tables["verb"].setdefault(verb, [verb])
    verb_rules = lookups.get_table("lemma_rules")["verb"]
    for verb in list(tables["verb"]):
        if tables["verb"][verb] == [verb] and any(
            verb.endswith(old) and verb[: len(verb) - len(old)] + new in index["verb"] for old, new in verb_rules if old
        ):
            del tables["verb"][verb]  # "found" and "saw" are forms of other verbs too
    for (pos, form), lemmas in seen.items():
        lemma, count = lemmas.most_common(1)[0]
        if pos in tables and count >= 2 and count / lemmas.total() >= 0.7:
            for written in {form, form.replace("'", "’")}:
                tables[pos][written] = [lemma]
    for pos, table in tables.items():
        exceptions[pos] = table
    for pos, words in list(index.items()):
        index[pos] = dict.fromkeys(words, 1)  # looked up by word, which in the lists they come as is slow
    return lookups


def _shrink(nlp: Language, out: Path) -> None:
    """Write the string store anew without the words of the training corpora: the labels are all that is looked up."""
    keep = {label for _, pipe in nlp.pipeline for label in getattr(pipe, "labels", ())}
    keep.update(part for label in list(keep) for part in re.split(r"[|=]", label))
    keep.update(nlp.get_pipe("morphologizer").cfg["labels_morph"].values())  # type: ignore[attr-defined]
    (out / "vocab" / "strings.json").write_text(json.dumps(sorted(keep), indent=0, ensure_ascii=False), "utf-8")


def _check(nlp: Language, out: Path) -> None:
    """The pipeline as written gives what the one in memory gives."""
    docs = list(DocBin().from_disk(training_folder() / "treebank" / "test_gumnews.spacy").get_docs(nlp.vocab))
    again = spacy.load(out)
    for text in [*(doc.text for doc in docs), "The White House said so.\n\nPresident"]:
        if nlp(text).to_json() != again(text).to_json():
            raise SystemExit(f"The written pipeline differs from the one assembled on {text[:80]!r}")
    if len(list(again("Officials met in\n\nKyiv on Monday").sents)) != 2:
        raise SystemExit("An empty line does not end a sentence")


def main(parser_dir: Path, ner_dir: Path, out: Path) -> None:
    # Only the NER uses the word vectors, so that the parser was trained without them is no mistake.
    warnings.filterwarnings("ignore", message=r"\[W113\]")
    nlp, parsing = spacy.load(ner_dir), spacy.load(parser_dir)
    for name in set(nlp.pipe_names) - {"ner"}:  # the NER of a whole pipeline, such as the shipped one
        nlp.remove_pipe(name)
    # The rules of the paragraph: a sentence, and so a name, never runs over an empty line.
    ruler: Any = nlp.add_pipe("attribute_ruler", name="paragraphs", first=True)
    ruler.add(patterns=[[{"TEXT": {"REGEX": r"\n\s*\n"}}, {}]], attrs={"SENT_START": 1}, index=1)
    for name in ("tok2vec", "tagger", "morphologizer", "parser"):
        nlp.add_pipe(name, source=parsing, before="ner")
    lemmatizer: Any = nlp.add_pipe("lemmatizer", config={"mode": "rule"}, before="ner")
    lemmatizer.initialize(lookups=_lemma_tables(nlp))
    values: Any = nlp.add_pipe("entity_ruler", config={"overwrite_ents": False})
    values.add_patterns(patterns())
    nlp.meta.update(
        name="wirehouse_news",
        version=VERSION,
        license="CC BY-SA 4.0",
        sources=SOURCES,
        performance={},
        vectors={},
        description="English news pipeline of Wirehouse, trained on openly licensed corpora; see README.md",
    )
    # The settings of the training are in the configs beside this file, and name folders of that machine.
    defaults = Language.default_config
    nlp.config = Config({**nlp.config, **{section: defaults[section] for section in TRAINING_SECTIONS}})
    nlp.to_disk(out)
    _shrink(nlp, out)
    _check(nlp, out)
    print(nlp.pipe_names)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
