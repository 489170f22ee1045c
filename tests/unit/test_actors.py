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


@pytest.mark.parametrize(
    ("text", "phrase", "is_same"),
    [
        ("Vice President Ana Silva met the envoy. The president stayed away.", "The president", False),
        ("Vice President Ana Silva met the envoy. The vice president was pleased.", "The vice president", True),
        (
            "Deputy Foreign Minister Ana Silva met the envoy. The foreign minister stayed away.",
            "The foreign minister",
            False,
        ),
        ("Deputy Foreign Minister Ana Silva met the envoy. The minister was pleased.", "The minister", True),
    ],
)
def test_the_president_is_not_the_vice_president(nlp, text, phrase, is_same):
    found = {m.text: m for m in nlp(text)._.mentions}
    assert (found[phrase].name == "Ana Silva") is is_same


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


# --- what is no mention, and where one begins and ends -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("The sanctions regime cost the economy millions.", "The sanctions regime"),
        ("The minister held a news conference on Monday.", "a news conference"),
        ("Police used excessive force on Friday.", "excessive force"),
        ("A couple of things were left open, the mayor said.", "A couple of things"),
        ("She spoke in opposition to the plan.", "opposition"),
        ("He appeared in public on Tuesday.", "public"),
    ],
)
def test_a_noun_for_people_that_means_none(nlp, text, absent):
    assert absent not in find(nlp, text)


def test_a_number_is_part_of_the_phrase_but_least_is_not(nlp):
    found = find(nlp, "At least 12 people were killed in the attack, police said.")
    assert "12 people" in found and "least 12 people" not in found


def test_the_mark_of_a_question_is_no_name(nlp):
    found = find(nlp, "Q Josh, what did the President say? Senator Jane Roe, R-Iowa, disagreed.")
    assert not any(text.startswith("Q ") or text.startswith("R-") for text in found)


def test_a_law_is_a_text(nlp):
    found = find(nlp, "The Budapest Memorandum says borders are to be respected.")
    assert {m.kind for text, m in found.items() if "Memorandum" in text} == {"document"}


def test_two_persons_are_not_one(nlp):
    found = find(nlp, "Reporters saw Maria Keller, Anna Roth and Petra Vogel in Berlin on Monday.")
    assert not any("," in text or " and " in text for text in found)


def test_a_given_name_belongs_to_the_surname(nlp):
    found = find(nlp, "People took to the streets to protest the death of Mahsa Amini, officials said.")
    assert "Mahsa Amini" in {m.form for m in found.values()}


# --- whose it is ----------------------------------------------------------------------------------------------


def test_a_possessor_is_who_it_means(nlp):
    found = find(nlp, "Iran held talks in Geneva. On Monday protesters blamed the country's police.")
    assert found["the country's police"].owner == "Iran"
    found = find(nlp, "Elon Musk spoke on Monday. He said his lawyers would answer.")
    assert found["his lawyers"].owner == "Elon Musk"


def test_the_government_is_that_of_the_one_country_spoken_of(nlp):
    found = find(nlp, "People in Iran took to the streets on Monday. The government shut down the internet.")
    assert found["The government"].owner == "Iran"
    found = find(nlp, "Iran and Iraq held talks on Monday. The government shut down the internet.")
    assert found["The government"].owner is None


def test_a_country_is_named_as_usual(nlp):
    found = find(nlp, "The Islamic Republic of Iran and Iran's neighbours met. Iran said the talks went well.")
    assert found["Iran"].name == "Iran"


# --- pronouns and roles -----------------------------------------------------------------------------------


def test_it_is_the_main_subject_of_the_sentence_before(nlp):
    text = "The Foreign Ministry said Iran does not have such a weapon. It said the talks would go on."
    assert find(nlp, text)["It"].name == "Foreign Ministry"


def test_they_in_speech_may_be_a_country(nlp):
    found = find(nlp, "“Russia has lost ground, but they still have missiles,” the general said.")
    assert found["they"].name == "Russia"


def test_they_who_are_something_may_be_the_speakers(nlp):
    text = "It was the first time lawmakers had seen it. Democrats have said they are not satisfied with the text."
    assert find(nlp, text)["they"].name == "Democrats"


def test_object_of_an_infinitive_is_not_who_does_it(nlp):
    found = find(nlp, "German officials plan to meet Saudi leaders to warn them.")
    assert found["them"].name != "German officials"


def test_a_newspaper_is_no_union_of_states(nlp):
    found = find(nlp, "The EU met on Monday. A reporter was shot dead in Kherson, the newspaper said.")
    assert found["the newspaper"].name == "newspaper"


def test_company_in_apposition_before_a_relative_clause(nlp):
    found = find(nlp, "He said that SpaceX, the company which runs Starlink, could not pay.")
    assert found["the company"].name == "SpaceX"


def test_a_known_name_is_one_whatever_its_tag(nlp):
    for text, name in (("Musk met the minister.", "Musk"), ("They paid for Starlink terminals.", "Starlink")):
        assert name in [mention.text for mention in nlp(text)._.mentions]
    assert nlp("Wired fences ran along the road.")._.mentions == []
