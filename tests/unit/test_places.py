"""Place names: which are found, and which place of the name is meant."""

from __future__ import annotations

import spacy
from spacy.tokens import Doc, Span

from extract.nlp import gazetteer, places
from extract.records import Place

NLP = spacy.blank("en")


def find(text: str, **entities: str) -> dict[str, Place]:
    """Places of a text whose entities are given as name -> label (underscores for spaces)."""
    doc: Doc = NLP.make_doc(text)
    for token in doc:
        token.tag_ = "NNP" if token.text[0].isupper() else "NN"
    spans: list[Span] = []
    for name, label in entities.items():
        start = text.index(name.replace("_", " "))
        span = doc.char_span(start, start + len(name), label=label)
        assert span is not None
        spans.append(span)
    doc.ents = spans
    found = places.Places()(doc)._.places
    assert all(text[p.start : p.end] == p.text for p in found)
    return {p.text: p for p in found}


def test_spellings_of_one_city():
    for name in ("Kyiv", "Kiev"):
        place = find(f"Crowds met in {name} again.", **{name: "GPE"})[name]
        assert (place.name, place.country_iso3, place.precision) == ("Kyiv", "UKR", "city")


def test_country_has_no_coordinates():
    place = find("Aid went to Iran by sea.", Iran="GPE")["Iran"]
    assert (place.country_iso3, place.precision, place.lat) == ("IRN", "country", None)


def test_countries_of_the_article_decide_between_namesakes():
    assert find("In Odessa and across Ukraine it rained.", Odessa="GPE", Ukraine="GPE")["Odessa"].country_iso3 == "UKR"
    found = find("The Texan, an American, lives in Odessa now.", American="NORP", Odessa="GPE")
    assert found["Odessa"].country_iso3 == "USA"


def test_state_after_the_comma_decides():
    assert find("A shop in Paris, Texas burned.", Paris="GPE")["Paris"].country_iso3 == "USA"


def test_namesakes_of_like_size_are_left_out():
    assert "Springfield" not in find("They live in Springfield now.", Springfield="GPE")


def test_region_is_not_its_city():
    text = "Shells hit the Kherson region and then Kherson itself."
    found = places.Places()(_with_entities(text))._.places
    assert [(p.text, p.precision) for p in found] == [("Kherson region", "admin"), ("Kherson", "city")]


def _with_entities(text: str) -> Doc:
    doc = NLP.make_doc(text)
    doc.ents = [Span(doc, t.i, t.i + 1, label="GPE") for t in doc if t.text == "Kherson"]
    return doc


def test_seas_and_sites_are_found_without_entity():
    found = find("A tanker left the Strait of Hormuz for the Black Sea, past Natanz.")
    assert found["Strait of Hormuz"].precision == "region"
    assert found["Black Sea"].country_iso3 is None


def test_name_without_entity_after_preposition():
    assert find("A drone fell in Kharkiv at dawn.")["Kharkiv"].country_iso3 == "UKR"


def test_person_named_like_a_place_is_no_place():
    assert find("Paris Hilton spoke in Tehran.", Paris_Hilton="PERSON", Tehran="GPE").keys() == {"Tehran"}


def test_folding():
    assert gazetteer.fold("Naţanz") == "natanz"
    assert gazetteer.fold("Deir ez-Zor") == "deir ez zor"
