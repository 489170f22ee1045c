"""Score a pipeline on the held-out sets: ``python -m extract.nlp.training.evaluate PIPELINE [--write]``.

Prints two tables in Markdown; ``--write`` also puts the numbers into the pipeline's ``meta.json``.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus, Example

from extract.nlp.ops import use_fastest_ops
from extract.nlp.pipeline import quicken
from extract.nlp.training.prepare import training_folder

TREEBANK = ("dev", "test_ewt", "test_gum", "test_gumnews", "test_pud")
NER = ("test_ewt", "test_gum", "test_pud", "test_redocred", "test_re3d", "test_crossner_pol")
PARSE_SCORES = ("tag_acc", "pos_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f")
ENTITY_PIPES = ("ner", "entity_ruler", "value_ruler")
VALUES = {"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "ORDINAL", "CARDINAL"}
WORDS_PER_ARTICLE = 500


def parse_scores(nlp: Language, name: str, *, gold_tokens: bool = False) -> dict[str, float]:
    """Accuracy of tags, lemmas, parse and sentence splitting on one treebank set, in percent.

    Read from raw text, as articles are, or from the tokens of the treebank.
    """
    examples = list(Corpus(training_folder() / "treebank" / f"{name}.spacy")(nlp))
    if gold_tokens:
        examples = [Example(untouched(one.reference), one.reference) for one in examples]
    with nlp.select_pipes(disable=[pipe for pipe in ENTITY_PIPES if pipe in nlp.pipe_names]):
        scores = nlp.evaluate(examples)
    return {score: round(100 * (scores.get(score) or 0), 1) for score in PARSE_SCORES}


def untouched(doc: Doc) -> Doc:
    """The words of a document without what is known of them."""
    return Doc(doc.vocab, words=[token.text for token in doc], spaces=[bool(token.whitespace_) for token in doc])


def _names(doc: Doc) -> set[tuple[int, int, str]]:
    """The names as characters and label; an article at the front is left off, as conventions differ."""
    names = set()
    for ent in doc.ents:
        if ent.label_ not in VALUES:
            start = ent[1].idx if len(ent) > 1 and ent[0].lower_ in ("the", "a", "an") else ent.start_char
            names.add((start, ent.end_char, ent.label_))
    return names


def ner_scores(nlp: Language, name: str) -> dict[str, float]:
    """F of each label and of all on one NER set, in percent.

    Only labels the set marks are counted, and nothing that overlaps a word the set leaves undecided.
    """
    golds = list(DocBin().from_disk(training_folder() / "ner" / f"{name}.spacy").get_docs(nlp.vocab))
    marked = {ent.label_ for gold in golds for ent in gold.ents}
    right, found, wanted = Counter[str](), Counter[str](), Counter[str]()
    for gold, doc in zip(golds, nlp.pipe([gold.text for gold in golds]), strict=True):
        expected, undecided = _names(gold), [token.idx for token in gold if token.ent_iob == 0]
        for start, end, label in _names(doc):
            is_right = (start, end, label) in expected
            if label in marked and (is_right or not any(start <= i < end for i in undecided)):
                found.update((label, "all"))
                right.update((label, "all") if is_right else ())
        for *_, label in expected:
            wanted.update((label, "all"))
    return {
        label: round(200 * right[label] / (found[label] + wanted[label]), 1)
        for label in ("all", *sorted(marked))
    }  # fmt: skip


def words_per_second(nlp: Language) -> float:
    """Speed of the whole pipeline, as Wirehouse loads it, over texts as long as an article, in words a second."""
    quicken(nlp)
    words = " ".join(
        doc.text
        for name in ("test_pud", "test_gum")
        for doc in DocBin().from_disk(training_folder() / "treebank" / f"{name}.spacy").get_docs(nlp.vocab)
    ).split(" ")
    texts = [" ".join(words[i : i + WORDS_PER_ARTICLE]) for i in range(0, len(words), WORDS_PER_ARTICLE)]
    list(nlp.pipe(texts[:3]))
    started = time.process_time()
    tokens = sum(len(doc) for doc in nlp.pipe(texts, batch_size=16))
    return round(tokens / (time.process_time() - started))


def main(pipeline: str, write: bool) -> None:
    use_fastest_ops()
    started = time.perf_counter()
    nlp = spacy.load(pipeline)
    load_seconds = round(time.perf_counter() - started, 2)
    parse = {name: parse_scores(nlp, name) for name in TREEBANK}
    tokens = {name: parse_scores(nlp, name, gold_tokens=True) for name in TREEBANK}
    ner = {name: ner_scores(nlp, name) for name in NER}
    speed = words_per_second(nlp)
    print("| treebank set | TAG | POS | lemma | UAS | LAS | sentences F |\n|---|---|---|---|---|---|---|")
    for kind, by_name in (("", parse), (", gold tokens", tokens)):
        for name, scores in by_name.items():
            print(f"| {name}{kind} | " + " | ".join(str(scores[score]) for score in PARSE_SCORES) + " |")
    labels = ("all", "PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT")
    print("\n| NER set, F | " + " | ".join(labels) + " |\n|---|" + "---|" * len(labels))
    for name, scores in ner.items():
        print(f"| {name} | " + " | ".join(str(scores.get(label, "")) for label in labels) + " |")
    print(f"\n{speed:.0f} words a second on one processor, loaded in {load_seconds} s")
    if write:
        meta_path = Path(pipeline) / "meta.json"
        meta = json.loads(meta_path.read_text(encoding="utf-8"))
        meta["performance"] = {
            "treebank": parse,
            "treebank, gold tokens": tokens,
            "ner": ner,
            "words_per_second": speed,
        }
        meta_path.write_text(json.dumps(meta, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], "--write" in sys.argv[2:])
