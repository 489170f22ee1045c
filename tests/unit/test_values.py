"""The anchored ruler finds what spaCy's own finds, in every text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy
from spacy.pipeline import EntityRuler

from extract.nlp.pipeline import SHIPPED_MODEL
from extract.nlp.values import AnchoredRuler, anchor

EXAMPLES = Path(__file__).parents[2] / "examples" / "articles"
EDGES = [
    "",
    "Nothing here.",
    "Two hundred and ten million, three hundred thousand and six hundred and fifty-five",
    "in the early 1990s, on or about the 3rd of March, 2022, at 5:30 p.m. EST, for more than $ 3.2 million or 40 percent",
    "over the last two hundred and forty five years " + "and then nothing at all happened " * 5 + "for a few days",
]


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    return spacy.load(SHIPPED_MODEL, exclude=["tok2vec", "tagger", "morphologizer", "parser", "lemmatizer", "ner"])


def texts() -> list[str]:
    plain = [file.read_text(errors="replace") for file in sorted((EXAMPLES / "text").rglob("*.txt"))]
    lines = (EXAMPLES / "wire" / "2022.jsonl").read_text().splitlines()
    return EDGES + plain + [json.loads(line)["text"] for line in lines]


def test_the_same_matches_as_the_plain_ruler(nlp: spacy.Language) -> None:
    plain = nlp.get_pipe("entity_ruler")
    assert isinstance(plain, EntityRuler) and len(texts()) > len(EDGES) + 10
    ruler = AnchoredRuler(nlp, "values")
    ruler.add_patterns(plain.patterns)
    for text in texts():
        doc = nlp.make_doc(text)
        assert ruler.match(doc) == plain.match(doc), text[:100]


def test_it_takes_the_place_of_the_plain_ruler(nlp: spacy.Language) -> None:
    anchor(nlp)
    doc = nlp("At least 12 ships left Odesa on 3 August 2022.")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("At least 12", "CARDINAL"), ("3 August 2022", "DATE")]
