import pytest

from extract.articles.sources import ConfigError, read_sources
from extract.articles.topics import Topic, TopicConfig, match_topics, read_topics
from extract.settings import ROOT


def topic(**fields):
    return Topic.of(TopicConfig(id="t", name="T", description="d", source="own", **fields))


def test_one_mention_in_title_or_lead_is_enough():
    iran = topic(any=("Iran",), min_mentions=3)
    assert iran.matches("Iran votes", "Nothing here.")
    assert iran.matches(None, "The talks in Iran went on.\n\nMore.")
    assert not iran.matches("Votes", "First paragraph.\n\nIran was named once.")


def test_mentions_below_the_lead_must_be_many():
    iran = topic(any=("Iran",), min_mentions=3)
    assert iran.matches(None, "First.\n\nIran. Iran. Iran.")


def test_only_whole_words_count():
    assert not topic(any=("Iran",)).matches("The Mirand and the Iranology", "")


def test_excluded_phrases_do_not_count():
    iran = topic(any=("Iran",), exclude=("Iran-Contra",))
    assert not iran.matches("The Iran-Contra affair", "Iran-Contra, again Iran-Contra.")


def test_context_counts_only_beside_the_topic_itself():
    starlink = topic(any=("Starlink",), context=("SpaceX",), min_mentions=3)
    assert starlink.matches("x", "First.\n\nStarlink and SpaceX and SpaceX.")
    assert not starlink.matches("x", "First.\n\nSpaceX, SpaceX, SpaceX, SpaceX.")


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Starlink terminals reach Kharkiv", "The dishes came overnight.", ["starlink", "ukraine"]),
        ("Guards chief warns of strikes", "Tehran said it would answer.", ["iran"]),
        ("Team wins the cup", "It was raining in Gateshead.", []),
    ],
)
def test_configured_topics(title, text, expected):
    assert match_topics(read_topics(ROOT / "config"), title, text) == expected


def test_wrong_configuration_names_file_and_field(tmp_path):
    (tmp_path / "sources.yml").write_text("sources:\n- {id: Bad Id, name: X, kind: folder, path: x}\n")
    with pytest.raises(ConfigError, match=r"sources\.yml.*sources\.0\.id"):
        read_sources(tmp_path)


def test_source_given_twice_is_refused(tmp_path):
    one = "- {id: a, name: X, kind: folder, path: x}\n"
    (tmp_path / "sources.yml").write_text("sources:\n" + one + one)
    with pytest.raises(ConfigError, match="stands twice"):
        read_sources(tmp_path)
