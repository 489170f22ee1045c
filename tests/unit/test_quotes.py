"""Quotations and their speakers, found by the whole pipeline."""

from __future__ import annotations

import pytest

from extract.nlp.pipeline import load
from extract.records import Quote


@pytest.fixture(scope="module")
def read():
    nlp = load()

    def quotes(text: str) -> list[Quote]:
        found = nlp(text)._.quotes
        for quote in found:
            assert quote.text == " ".join(text[start:end] for start, end in quote.spans)
            assert (quote.start, quote.end) == (quote.spans[0][0], quote.spans[-1][1])
            assert quote.speaker_start is None or text[quote.speaker_start : quote.speaker_end] == quote.speaker_text
            assert quote.cue_start is None or text[quote.cue_start : quote.cue_end] == quote.cue_text
            assert 0 <= quote.confidence <= 1
        return found

    return quotes


@pytest.mark.parametrize(
    ("text", "kind", "speaker", "cue", "content"),
    [
        # direct: order of speaker and verb, marks, colons
        ('"The harbour is closed," Maria Lopez said.', "direct", "Maria Lopez", "said", "The harbour is closed,"),
        ("“The harbour is closed,” said Maria Lopez.", "direct", "Maria Lopez", "said", "The harbour is closed,"),
        ('“The harbour is closed," Maria Lopez said.', "direct", "Maria Lopez", "said", "The harbour is closed,"),
        ("Maria Lopez said: “The harbour is closed.”", "direct", "Maria Lopez", "said", "The harbour is closed."),
        ('Lopez told reporters, "The harbour is closed."', "direct", "Lopez", "told", "The harbour is closed."),
        ("‘The harbour is closed,’ said Lopez.", "direct", "Lopez", "said", "The harbour is closed,"),
        ('"Why was nobody told?" Lopez asked.', "direct", "Lopez", "asked", "Why was nobody told?"),
        # a cue's word within the speaker's name, and a dateline
        (
            '"The harbour is closed," a spokeswoman for the State Department said.',
            "direct",
            "a spokeswoman for the State Department",
            "said",
            "The harbour is closed,",
        ),
        (
            "TEHRAN- The harbour is closed, the ministry said.",
            "indirect",
            "the ministry",
            "said",
            "The harbour is closed",
        ),
        # a long apposition or relative clause between the speaker and the verb
        (
            '"We lost two boats," Ana Silva, who has run the harbour since 2010, said.',
            "direct",
            "Ana Silva, who has run the harbour since 2010",
            "said",
            "We lost two boats,",
        ),
        # the cue before the speaker, at the beginning of the sentence
        (
            "Said Lopez: “The harbour is closed and will stay so.”",
            "direct",
            "Lopez",
            "Said",
            "The harbour is closed and will stay so.",
        ),
        # what follows the cue is no content where a comma binds the quotation to it
        (
            "“It is over,” Lopez said of the strike, in which nobody had been hurt.",
            "direct",
            "Lopez",
            "said",
            "It is over,",
        ),
        # fronted clauses end before the main one
        (
            "When the ministry said that the road was safe, the drivers turned back.",
            "indirect",
            "the ministry",
            "said",
            "that the road was safe",
        ),
        # the medium stands between the cue and "that"
        ("Lopez wrote on X that help was coming.", "indirect", "Lopez", "wrote", "that help was coming"),
        # mixed
        (
            'The minister said the plan was "a grave error" and would fail.',
            "mixed",
            "The minister",
            "said",
            'the plan was "a grave error" and would fail',
        ),
        ('Lopez called the plan "a grave error".', "mixed", "Lopez", "called", 'the plan "a grave error"'),
        # indirect
        ("The ministry said that the road was safe.", "indirect", "The ministry", "said", "that the road was safe"),
        ("The ministry said the road was safe.", "indirect", "The ministry", "said", "the road was safe"),
        ("The road is safe, officials said.", "indirect", "officials", "said", "The road is safe"),
        ("The road is safe, said two officials.", "indirect", "two officials", "said", "The road is safe"),
        (
            "The road is safe, according to the ministry.",
            "indirect",
            "the ministry",
            "according to",
            "The road is safe",
        ),
        (
            "According to the ministry, the road is safe.",
            "indirect",
            "the ministry",
            "According to",
            "the road is safe",
        ),
        (
            "The report says that the dam is cracked.",
            "indirect",
            "The report",
            "says",
            "that the dam is cracked",
        ),
        ("Tehran said it would answer the attack.", "indirect", "Tehran", "said", "it would answer the attack"),
        (
            "As reported by Tasnim, the ministry closed the road.",
            "indirect",
            "Tasnim",
            "reported",
            "the ministry closed the road",
        ),
        ("The road is closed, per a report by Tasnim.", "indirect", "a report by Tasnim", "per", "The road is closed"),
        # relayed: he who was quoted speaks
        (
            "Tasnim quoted the minister as saying that the talks had failed.",
            "indirect",
            "the minister",
            "saying",
            "that the talks had failed",
        ),
        (
            '"The talks failed," the minister was quoted as saying.',
            "direct",
            "the minister",
            "was quoted as saying",
            "The talks failed,",
        ),
    ],
)
def test_one_quotation(read, text, kind, speaker, cue, content):
    (quote,) = read(text)
    assert (quote.type, quote.speaker_text, quote.cue_text, quote.text) == (kind, speaker, cue, content)


def test_split_round_its_cue_is_one_quotation(read):
    (quote,) = read('"We waited for hours," Lopez said, "and nobody came."')
    assert quote.text == "We waited for hours, and nobody came."
    assert len(quote.spans) == 2


def test_what_follows_the_cue_belongs_to_the_quotation(read):
    (quote,) = read('"We waited for hours," Lopez said. "Nobody came. We left at dawn."')
    assert len(quote.spans) == 2
    assert quote.speaker_text == "Lopez"


def test_several_paragraphs_with_only_the_last_closed(read):
    (quote,) = read("“We waited for hours,” Lopez said. “Nobody came.\n\n“So we left at dawn.”")
    assert len(quote.spans) == 3


def test_orphan_in_the_next_paragraph(read):
    (quote,) = read("“We waited for hours,” Lopez said.\n\n“Nobody came to help us.”")
    assert len(quote.spans) == 2


def test_colon_introduces_the_next_paragraph(read):
    (quote,) = read("Maria Lopez replied:\n\n“We waited for hours. Nobody came.”")
    assert quote.speaker_text == "Maria Lopez"
    assert quote.text == "We waited for hours. Nobody came."


def test_another_cue_makes_another_quotation(read):
    first, second = read('"We waited for hours," Lopez said. Silva added: "Nobody came."')
    assert (first.speaker_text, second.speaker_text) == ("Lopez", "Silva")


def test_bare_role_is_the_unnamed_speaker_before(read):
    first, second = read("“We are losing,” said a senior diplomat.\n\n“It will get worse,” added the official.")
    assert second.speaker_text == "the official"
    assert second.speaker_name == first.speaker_name
    assert second.speaker_kind == "unnamed"
    assert (second.antecedent_start, second.antecedent_end) == (first.speaker_start, first.speaker_end)


def test_pronoun_is_linked_to_its_name(read):
    _, second = read("“We are losing,” said Maria Lopez.\n\n“It will get worse,” she added.")
    assert (second.speaker_text, second.speaker_name, second.speaker_kind) == ("she", "Maria Lopez", "person")


@pytest.mark.parametrize(
    "text",
    [
        "The minister did not say that the road was safe.",
        "The minister declined to comment.",
        "The minister may say that the road is safe.",
        "You said that the road was safe.",
        "Nobody said that the road was safe.",
        'The so-called "Green Line" runs through the town.',
        'Robert "Bob" Miles won the race in Utah.',
        'She read "War and Peace" on the train to Lviv.',
        'The 30" screen fell on the floor.',
        "Rebels attacked the convoy near the river.",
        "He had been charged that day with spying.",
        'The commands "halt" and "fire" were painted on the wall.',
        "The row began over whether the town should sell the pier.",
        "I wonder whether the road is safe.",
        "We urge the ministry to close the road.",
        "Thank you for the bread.",
        "Maria Lopez wrote a long book about the harbour.",
        "The firm has added more than three hundred jobs since May.",
        "In March, Maria Lopez wrote a book, which was long.",
        "Maria Lopez spoke on Friday after a meeting with the drivers.",
    ],
)
def test_no_quotation(read, text):
    assert read(text) == []


def test_attribution_across_one_wrong_mark_loses_nothing(read):
    text = '"We will rebuild, Lopez said.\n\n“Nobody came,” said Silva.\n\n"It was late," said Khan.'
    speakers = [quote.speaker_text for quote in read(text)]
    assert speakers[-2:] == ["Silva", "Khan"]


def test_ellipses_and_brackets_stay(read):
    (quote,) = read("“They [the rebels] came … and left,” Lopez said.")
    assert quote.text == "They [the rebels] came … and left,"


def test_nested_quotation_is_part_of_the_outer_one(read):
    (quote,) = read("“She told us ‘go home’ and hung up,” Lopez said.")
    assert quote.text == "She told us ‘go home’ and hung up,"


def test_channel_addressee_and_class(read):
    (posted,) = read('"SpaceX is ready," Lopez tweeted.')
    assert (posted.channel, posted.cue_lemma, posted.cue_class) == ("post", "tweet", "post")
    (stated,) = read("Lopez said in a statement that the road was safe.")
    assert stated.channel == "statement"
    (told,) = read("Lopez told lawmakers that the road was safe.")
    assert told.addressee_text == "lawmakers"
    (warned,) = read("Lopez warned that the dam would break.")
    assert warned.cue_class == "warn"


def test_document_speaks(read):
    (quote,) = read("The report says that the dam is cracked.")
    assert quote.speaker_kind == "document"


def test_joint_speakers(read):
    (quote,) = read("France and Germany said that the talks had failed.")
    assert quote.speaker_text == "France and Germany"


def test_noun_as_cue(read):
    (quote,) = read("Nobody heeded his warning that the dam would break.")
    assert (quote.speaker_text, quote.cue_text, quote.text) == ("his", "warning", "that the dam would break")


def test_dateline_is_no_part_of_the_speaker(read):
    (quote,) = read("KYIV (Reuters) - The ministry said that the road was safe.")
    assert quote.speaker_text == "The ministry"


@pytest.mark.parametrize("text", ["", '"', "“”", "\n\n", '" said', 'said "', "“ ”\n\n””"])
def test_nothing_breaks_it(read, text):
    read(text)


def test_quotation_resumed_after_but(read):
    [quote] = read("“I like the plan,” Lopez said, but “when it comes to the harbour, it says far too little.”")
    assert quote.spans[1:] and quote.text.endswith("when it comes to the harbour, it says far too little.")


def test_another_cue_between_two_quotations(read):
    first, second = read("“The crane has failed,” Lopez said, adding later, “It was far too old for this.”")
    assert (first.text, second.text) == ("The crane has failed,", "It was far too old for this.")


def test_last_sentence_of_an_open_paragraph_is_no_attribution(read):
    [quote] = read(
        "“It was shut,” said Lopez.\n\n“We knew it in March. We told the council.\n\n“Nobody listened to us.”"
    )
    assert quote.text.endswith("We knew it in March. We told the council. Nobody listened to us.")


@pytest.mark.parametrize(
    "text",
    ["The mayor spoke on Monday.", "An engineer spoke on condition of anonymity because she feared for her job."],
)
def test_manner_and_day_are_not_said(read, text):
    assert read(text) == []


def test_an_attack_with_words_gives_its_reason(read):
    (quote,) = read("The mayor attacked the minister for closing the school.")
    assert (quote.cue_text, quote.text) == ("attacked", "the minister for closing the school")


def test_a_passive_without_an_agent_needs_what_was_said(read):
    (quote,) = read("The clerk was accused of selling the stamps.")
    assert (quote.cue_lemma, quote.speaker_text) == ("accuse", None)


def test_a_clause_of_time_before_the_speaker_is_no_part_of_what_is_quoted(read):
    (quote,) = read("After the vote on Friday could not be held, Maria Lopez warned “this means the end of the port.”")
    assert quote.text == "this means the end of the port."


def test_who_closes_the_sentence_says_all_of_it(read):
    (quote,) = read("The harbour, which the company says has lost two ships, will close, Maria Lopez said.")
    assert quote.speaker_name == "Maria Lopez"
    assert quote.text == "The harbour, which the company says has lost two ships, will close"


def test_what_is_said_is_no_part_of_the_speaker(read):
    (quote,) = read('Claims were refuted by the minister, who says that only "trouble makers" were held.')
    assert quote.speaker_text == "the minister"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "“The harbour is closed,” palace press secretary Maria Lopez said on Monday.",
            "palace press secretary Maria Lopez",
        ),
        ("“The harbour is closed,” the harbour report said.", "the harbour report"),
    ],
)
def test_a_noun_before_the_verb_is_no_cue(read, text, speaker):
    [quote] = read(text)
    assert (quote.speaker_text, quote.cue_text) == (speaker, "said")


def test_a_clause_about_the_speaker_between_two_halves_is_no_cue(read):
    [quote] = read(
        "“It is a truce like a wet match,” said a diplomat, who had not slept: “do not ask who will strike it.”"
    )
    assert (quote.cue_text, quote.text) == ("said", "It is a truce like a wet match, do not ask who will strike it.")


def test_a_title_in_an_adjunct_is_not_said(read):
    [quote] = read("On NBC’s “Meet the Press,” Maria Lopez said the dam would break.")
    assert (quote.speaker_text, quote.text) == ("Maria Lopez", "the dam would break")


def test_what_others_reported_is_not_said_by_who_hears_of_it(read):
    assert read("The new sanctions come amid reports that the harbour is closed.") == []
    [quote] = read("Maria Lopez responded with a warning that the dam would break.")
    assert quote.speaker_text == "Maria Lopez"


def test_an_adjunct_before_the_speaker_is_not_said(read):
    assert read("In her letter this week, which was long, Maria Lopez apologised to the drivers.") == []
    [quote] = read("In March, the drivers lost their homes, Maria Lopez said.")
    assert quote.text == "In March, the drivers lost their homes"


@pytest.mark.parametrize(
    "text",
    [
        "“We will mend the road,” Maria Lopez said, according to the Tasnim news agency.",
        "“We will mend the road,” Maria Lopez said in a statement, as quoted by the Tasnim news agency.",
        "The road is closed, Maria Lopez told reporters, according to Tasnim.",
    ],
)
def test_who_says_it_is_the_speaker_not_who_passes_it_on(read, text):
    [quote] = read(text)
    assert (quote.speaker_text, quote.cue_class) == ("Maria Lopez", "say")


def test_who_reports_what_was_done_is_the_speaker(read):
    [quote] = read("“The Lantern,” a play by two students, opened on Monday, according to Tasnim.")
    assert quote.speaker_text == "Tasnim"


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        (
            "According to one longtime observer, Pavel Morris, the party has lost its grip.",
            "one longtime observer, Pavel Morris",
            "the party has lost its grip",
        ),
        (
            "According to Tasnim, Maria Lopez has lost her grip.",
            "Tasnim",
            "Maria Lopez has lost her grip",
        ),
        (
            "According to officials, Maria Lopez, a baker, has lost her house.",
            "officials",
            "Maria Lopez, a baker, has lost her house",
        ),
    ],
)
def test_a_name_set_off_after_according_to(read, text, speaker, content):
    [quote] = read(text)
    assert (quote.speaker_text, quote.text) == (speaker, content)


@pytest.mark.parametrize(
    "text",
    ["Did the minister say that the road was safe?", "Will they reject the plan?", "Has he asked for a review?"],
)
def test_what_a_question_asks_about_was_not_said(read, text):
    assert read(text) == []


def test_a_question_may_report(read):
    [quote] = read("The minister said that the road was safe, but is it?")
    assert quote.speaker_text == "The minister"


@pytest.mark.parametrize(
    "text",
    [
        "The company encourages healthy habits.",
        "Maria Lopez maintained a small but steady lead.",
        "Maria Lopez, who advised the ministry, left the room.",
        "She was asked specifically about sanctions.",
    ],
)
def test_a_thing_is_not_said(read, text):
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Maria Lopez encouraged drivers to take the train.",
        "Maria Lopez proposed raising the tax on fuel.",
        "She was asked whether the road was safe.",
        "Maria Lopez attacked the mayor for closing the harbour.",
    ],
)
def test_what_somebody_is_to_do_is_said(read, text):
    assert len(read(text)) == 1


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Reporters met Maria Lopez, who said that the road was safe.", "Maria Lopez", "person"),
        ("They read a report that says that the dam is cracked.", "a report", "document"),
        (
            "They met a spokeswoman for the State Department, who said that the road was safe.",
            "spokeswoman for the State Department",
            "unnamed",
        ),
        ("The vote angered Kuwait, which said that the road was safe.", "Kuwait", "organisation"),
    ],
)
def test_a_relative_pronoun_is_named_by_its_noun(read, text, name, kind):
    [quote] = read(text)
    assert quote.speaker_text in ("who", "which", "that")
    assert (quote.speaker_name, quote.speaker_kind) == (name, kind)
    assert name.removeprefix("a ") in text[quote.antecedent_start : quote.antecedent_end]


def test_a_report_in_the_first_person(read):
    [quote] = read("I asked whether the road was safe.")
    assert quote.speaker_kind == "author"


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Maria Lopez said Tuesday she would vote against the plan.", "she would vote against the plan"),
        ("Maria Lopez said Tuesday night she would vote against the plan.", "she would vote against the plan"),
        ("Maria Lopez said Tuesday's vote was a farce.", "Tuesday's vote was a farce"),
        ("Maria Lopez called on Sunday for immediate talks.", "immediate talks"),
    ],
)
def test_the_day_of_the_speech_is_not_said(read, text, content):
    [quote] = read(text)
    assert quote.text == content


@pytest.mark.parametrize(
    "text", ["It is important to remember that the dam is cracked.", "It is safe to say that he left."]
)
def test_nobody_speaks_where_something_is_safe_to_say(read, text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "Though the mayor is displeased with Silva, a source familiar with his thinking said it would not be so.",
            "a source familiar with his thinking",
        ),
        (
            "The road is closed, Omar Khan, chief of the harbour police, told CNN.",
            "Omar Khan, chief of the harbour police",
        ),
        ("“The road is closed,” Omar Khan told The Guardian.", "Omar Khan"),
        ("“Is the road closed?” asked Omar Khan.", "Omar Khan"),
    ],
)
def test_a_phrase_before_the_verb_is_taken_whole(read, text, speaker):
    [quote] = read(text)
    assert quote.speaker_text == speaker


@pytest.mark.parametrize(
    "text",
    [
        "Maria Lopez said the council had lost the vote, adding that the road was safe.",
        "Maria Lopez said the council had lost the vote and suggested that the road was safe.",
    ],
)
def test_who_goes_on_is_who_spoke(read, text):
    first, second = read(text)
    assert (first.text, second.text) == ("the council had lost the vote", "that the road was safe")
    assert second.speaker_text == "Maria Lopez"


def test_who_spoke_in_a_clause_of_his_own_goes_on_himself(read):
    quotes = read(
        "Maria Lopez said the road was safe, and Omar Khan called the plan a farce, adding that it had failed."
    )
    assert [quote.speaker_text for quote in quotes] == ["Maria Lopez", "Omar Khan", "Omar Khan"]
