"""Mentions of actors: which phrases are found, what is read from them, and which are linked."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp import actors, dates, places  # noqa: F401  (registers the components)
from extract.nlp.pipeline import SHIPPED_MODEL
from extract.records import Mention


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.load(SHIPPED_MODEL)
    for name in ("dates", "places", "actors"):
        nlp.add_pipe(f"wirehouse_{name}")
    return nlp


def find(nlp: Language, text: str) -> dict[str, Mention]:
    """Mentions by their text, the first of each."""
    doc = nlp(text)
    found: dict[str, Mention] = {}
    for mention in doc._.mentions:
        assert text[mention.start : mention.end] == mention.text
        assert mention.start <= mention.head_start < mention.head_end <= mention.end
        found.setdefault(mention.text, mention)
    return found


def test_title_belongs_to_the_name(nlp):
    mention = find(nlp, "The deputy finance minister Laura Hansen met Iranian President Masoud Karimi in Geneva.")
    assert mention["Iranian President Masoud Karimi"].form == "Masoud Karimi"
    assert mention["Iranian President Masoud Karimi"].role == "President"
    assert mention["Iranian President Masoud Karimi"].affiliation == "Iranian"
    assert mention["The deputy finance minister Laura Hansen"].role == "deputy finance minister"


def test_role_phrases(nlp):
    found = find(nlp, "A senior US defence official said Russian troops had fired on two witnesses.")
    assert found["A senior US defence official"].role == "senior official"
    assert found["A senior US defence official"].affiliation == "US defence"
    assert (found["Russian troops"].kind, found["Russian troops"].affiliation) == ("group", "Russian")
    assert found["two witnesses"].is_plural


def test_phrase_has_its_complement_but_no_relative_clause(nlp):
    found = find(nlp, "The head of the agency, who resigned on Monday, met the minister.")
    assert "The head of the agency" in found
    assert found["who"].name == found["The head of the agency"].form


def test_names_link_to_the_fullest_form(nlp):
    found = find(nlp, "Volodymyr Zelensky spoke in Kyiv. Mr Zelensky thanked Germany. Zelensky then left.")
    assert found["Mr Zelensky"].name == "Volodymyr Zelensky"
    assert found["Mr Zelensky"].link_method == "surname"
    assert found["Zelensky"].antecedent_start == 0


def test_fuller_form_may_come_later(nlp):
    found = find(nlp, "Putin spoke in Moscow. Vladimir Putin met ministers.")
    assert found["Putin"].name == "Vladimir Putin"


def test_acronym_links_to_the_name_it_stands_for(nlp):
    found = find(nlp, "The International Atomic Energy Agency met on Monday. The IAEA said inspectors had left Tehran.")
    assert found["The IAEA"].name == "International Atomic Energy Agency"
    assert found["The IAEA"].link_method == "acronym"


def test_role_links_back(nlp):
    found = find(nlp, "A senior defence official met reporters on Monday. The official said the talks had failed.")
    assert found["The official"].name == "senior defence official"
    assert found["The official"].link_method == "role"


def test_role_links_to_the_named_holder(nlp):
    found = find(nlp, "Foreign Minister Abbas Araghchi arrived in Geneva. The minister said talks would resume.")
    assert found["The minister"].name == "Abbas Araghchi"


def test_role_of_another_country_is_another_actor(nlp):
    found = find(nlp, "Ukrainian President Volodymyr Zelensky spoke first. The Russian president did not reply.")
    assert found["The Russian president"].name != "Volodymyr Zelensky"


def test_apposition(nlp):
    found = find(nlp, "Dmitry Peskov, the Kremlin spokesman, said the reports were false.")
    assert found["Dmitry Peskov"].role == "spokesman"
    assert found["Dmitry Peskov"].affiliation == "Kremlin"
    assert found["the Kremlin spokesman"].name == "Dmitry Peskov"


def test_pronouns_agree_in_gender(nlp):
    found = find(nlp, "Angela Merkel met Emmanuel Macron in Berlin. She said he had agreed.")
    assert found["She"].name == "Angela Merkel"
    assert found["he"].name == "Emmanuel Macron"


def test_object_pronoun_is_not_the_subject_of_its_clause(nlp):
    found = find(nlp, "Joe Biden called Boris Johnson. Biden thanked him.")
    assert found["him"].name == "Boris Johnson"


def test_it_is_a_mention_only_for_a_body(nlp):
    found = find(nlp, "The company said it would appeal.")
    assert found["it"].name == "company"
    assert "It" not in find(nlp, "It is clear that the war goes on.")


def test_metonym_and_document(nlp):
    found = find(nlp, "The Kremlin said nothing. The report says the prison is full.")
    assert found["The Kremlin"].kind == "organisation"
    assert found["The report"].kind == "document"


def test_innermost_mention_at_a_token(nlp):
    doc = nlp("The head of the Red Cross visited Kyiv.")
    at = {token.text: actors.mention_at(doc, token.i) for token in doc}
    assert at["head"] and at["head"].text == "The head of the Red Cross"
    assert at["Cross"] and at["Cross"].form == "Red Cross"
    assert at["visited"] is None


@pytest.mark.parametrize("text", ["", " ", "\n\n", '"', "He", "The The", "President", "— — —", "of the of", "Mr."])
def test_odd_texts_do_no_harm(nlp, text):
    nlp(text)


def test_without_parse_and_entities():
    blank = spacy.blank("en")
    blank.add_pipe("sentencizer")
    doc = actors.Actors()(blank("The minister met Ali Rezaei. He said no."))
    assert isinstance(doc, Doc)


def test_two_bare_titles_before_a_name_are_one_person(nlp):
    found = find(nlp, "Factory owner and party chairman Petro Hlushko met the mayor and the deputy mayor of Zhytniv.")
    assert "Factory owner and party chairman Petro Hlushko" in found
    assert "the mayor" in found


def test_a_phrase_is_one_mention(nlp):
    doc = nlp("The vast majority of voters stayed at home, and a majority of the staff left on Monday.")
    spans = [(m.start, m.end) for m in doc._.mentions]
    assert len(spans) == len(set(spans))
    assert "voters" in {m.form.split()[-1] for m in doc._.mentions}
