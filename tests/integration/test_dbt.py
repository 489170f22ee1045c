"""The dbt project on a real DuckDB file: rows of the records in, marts out."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from marts import checksums

from extract.articles.identity import article_id, canonical_url, revision, text_key
from extract.records import Article, Document, Mention, Outcome, Participant, Quote, Source
from extract.records import Event as EventRecord
from extract.tables import TABLES, create_staging, insert_rows, stable_id

ROOT = Path(__file__).parents[2]
VERSION = "0.1.0+test"
MARTS = {
    "actor_daily",
    "actor_pairs_daily",
    "actors",
    "article_topics",
    "articles",
    "event_actors",
    "event_mention_actors",
    "event_mentions",
    "events",
    "outcomes",
    "pipeline_runs",
    "quarantine",
    "quote_actors",
    "quotes",
    "revisions",
    "source_daily",
    "source_health",
    "sources",
    "topic_daily",
    "topics",
}


class Sample:
    """Staging rows of articles written here, with offsets looked up in their texts."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def source(self, source_id: str, name: str) -> None:
        self.rows["sources"].append(
            asdict(Source(source_id=source_id, name=name, kind="folder", path=f"examples/{source_id}"))
        )

    def topic(self, topic_id: str, name: str) -> None:
        self.rows["topics"].append({"topic_id": topic_id, "name": name, "description": f"News of {name}"})

    def article(
        self,
        url: str,
        title: str,
        text: str,
        *,
        source: str,
        published: datetime | None,
        updated: datetime | None = None,
        topics: tuple[str, ...] = ("ukraine",),
        is_teaser: bool = False,
        landed_for: date = date(2024, 11, 12),
    ) -> Reading:
        canonical = canonical_url(url)
        key = article_id(canonical, title, text), revision(title, text)
        relevant = bool(topics and text)
        self.rows["articles"].append(
            asdict(
                Article(
                    record_id=stable_id(source, *key, published, updated),
                    article_id=key[0],
                    revision=key[1],
                    source_id=source,
                    outlet=source.title(),
                    url=url,
                    canonical_url=canonical,
                    title=title,
                    text=text,
                    byline=None,
                    section=None,
                    lead_image=None,
                    language="en",
                    published_at=published,
                    published_raw=str(published) if published else None,
                    published_method="source" if published else "none",
                    published_precision="second" if published else "none",
                    updated_at=updated,
                    fetched_at=datetime(2024, 11, 14, 3),
                    landed_for=landed_for,
                    word_count=len(text.split()),
                    text_key=text_key(text or title),
                    topics=list(topics),
                    relevance="relevant" if relevant else "off_topic",
                    is_teaser=is_teaser,
                    charset="utf-8",
                    license=None,
                    raw_path=f"examples/{source}/{url.rsplit('/', 1)[-1]}.json",
                )
            )
        )
        reading = Reading(self, key, text)
        if relevant:
            self.rows["documents"].append(
                asdict(
                    Document(
                        article_id=key[0],
                        revision=key[1],
                        extractor_version=VERSION,
                        published_on=published.date() if published else None,
                        status="extracted",
                        sentences=1,
                        tokens=1,
                        mentions=0,
                        quotes=0,
                        events=0,
                    )
                )
            )
        return reading

    def outcome(self, run_id: str, stage: Any, subject_type: str, subject: str, status: Any, **fields: Any) -> None:
        self.rows["outcomes"].append(
            asdict(
                Outcome(
                    outcome_id=stable_id(run_id, stage, subject_type, subject),
                    run_id=run_id,
                    interval_start=date.fromisoformat(run_id[:10]),
                    stage=stage,
                    subject_type=subject_type,
                    subject=subject,
                    status=status,
                    started_at=datetime.fromisoformat(run_id[:10]) + timedelta(days=1, hours=3),
                    duration_s=1.5,
                    **fields,
                )
            )
        )

    def stage(self, warehouse: Path, *, seed: int | None) -> None:
        """Write all rows to a new warehouse file: in order, or shuffled by a seed."""
        warehouse.unlink(missing_ok=True)
        with duckdb.connect(warehouse) as con:
            create_staging(con)
            for name, table in TABLES.items():
                rows = list(self.rows[name])
                if seed is not None:
                    random.Random(seed).shuffle(rows)
                insert_rows(con, table, table.arrow(rows))


class Reading:
    """What is read in one article revision; texts are found at their first place unless a later one is asked for."""

    def __init__(self, sample: Sample, key: tuple[str, str], text: str) -> None:
        self.rows, self.key, self.text = sample.rows, key, text
        self.evidence = {"article_id": key[0], "revision": key[1], "extractor_version": VERSION}

    def span(self, words: str, nth: int = 0) -> tuple[int, int]:
        start = -1
        for _ in range(nth + 1):
            start = self.text.index(words, start + 1)
        return start, start + len(words)

    def sentence(self, start: int, end: int) -> dict[str, int]:
        first = max(self.text.rfind(". ", 0, start), self.text.rfind("\n", 0, start))
        last = self.text.find(".", end)
        return {
            "sentence_start": self.text.index(self.text[first + 1 :].lstrip()[:1], first + 1) if first >= 0 else 0,
            "sentence_end": last + 1 if last >= 0 else len(self.text),
        }

    def mention(
        self,
        words: str,
        label: str,
        *,
        nth: int = 0,
        names: tuple[str, int] | None = None,
        role: str | None = None,
        form: str | None = None,
    ) -> str:
        """Add a mention; ``names`` is the text and number of the mention that names it in full."""
        start, end = self.span(words, nth)
        kinds = {"PERSON": "person", "GPE": "place", "ORG": "organisation", "PRON": "pronoun", "ROLE": "role"}
        antecedent = self.span(*names) if names else (None, None)
        mention_id = stable_id("mention", *self.key, start, end)
        self.rows["mentions"].append(
            {"mention_id": mention_id}
            | self.evidence
            | asdict(
                Mention(
                    start=start,
                    end=end,
                    text=words,
                    head_start=start,
                    head_end=end,
                    label=label,
                    kind=kinds[label],  # type: ignore[arg-type]
                    form=form or words,
                    name=names[0] if names else form or words,
                    antecedent_start=antecedent[0],
                    antecedent_end=antecedent[1],
                    link_method="pronoun" if label == "PRON" else "self",
                    role=role,
                )
            )
        )
        return mention_id

    def quote(self, *pieces: str, speaker: tuple[str, int] | None, names: tuple[str, int] | None = None) -> None:
        spans = [list(self.span(p)) for p in pieces]
        start, end = spans[0][0], spans[-1][1]
        at = self.span(*speaker) if speaker else (None, None)
        named = self.span(*names) if names else (None, None)
        record = Quote(
            start=start,
            end=end,
            spans=spans,
            text=" ".join(pieces),
            type="direct",
            **self.sentence(start, end),
            speaker_text=speaker[0] if speaker else None,
            speaker_start=at[0],
            speaker_end=at[1],
            speaker_name=names[0] if names else speaker[0] if speaker else None,
            speaker_kind="person" if speaker else "unknown",
            antecedent_start=named[0],
            antecedent_end=named[1],
            attribution_method="subject",
            confidence=0.9,
        )
        self.rows["quotes"].append(
            {"quote_id": stable_id("quote", *self.key, spans)}
            | self.evidence
            | {"speaker_mention_id": stable_id("mention", *self.key, *at) if speaker else None}
            | asdict(record)
        )

    def event(
        self,
        type: str,
        trigger: str,
        *,
        actors: list[tuple[str, int]],
        recipients: list[tuple[str, int]] = [],  # noqa: B006
        on: date | None = None,
        place: str | None = None,
        status: Any = "realised",
        **fields: Any,
    ) -> str:
        start, end = self.span(trigger)
        record = EventRecord(
            type=type,
            status=status,
            trigger_text=trigger,
            trigger_start=start,
            trigger_end=end,
            **self.sentence(start, end),
            date_text="on the day" if on else None,
            date_start=on,
            date_end=on,
            date_granularity="day" if on else None,
            date_method="absolute" if on else None,
            place_text=place,
            place_name=place,
            place_country_iso3="UKR" if place else None,
            place_precision="city" if place else None,
            rule_id="test",
            confidence=0.8,
            **fields,
        )
        event_id = stable_id("event", *self.key, type, start, end, "test")
        row = asdict(record)
        del row["participants"]
        self.rows["events"].append({"event_mention_id": event_id} | self.evidence | row)
        for role, found in (("actor", actors), ("recipient", recipients)):
            for ordinal, (words, nth) in enumerate(found):
                at = self.span(words, nth)
                self.rows["participants"].append(
                    {"event_mention_id": event_id}
                    | self.evidence
                    | {"mention_id": stable_id("mention", *self.key, *at)}
                    | asdict(
                        Participant(
                            role=role,  # type: ignore[arg-type]
                            ordinal=ordinal,
                            start=at[0],
                            end=at[1],
                            text=words,
                            name=words,
                            label="GPE",
                        )
                    )
                )
        return event_id


def sample() -> Sample:
    """Three outlets on two days: an edited article, its copy, the same news in other words, and odd cases."""
    s = Sample()
    for name in ("alpha", "beta", "gamma"):
        s.source(name, name.title())
    s.topic("ukraine", "Ukraine")
    s.topic("iran", "Iran")

    title = "Poland and Ukraine hold talks"
    early, late = datetime(2024, 11, 12, 8), datetime(2024, 11, 12, 10)
    first = s.article("https://alpha.test/talks", title, "Ukraine may meet Poland.", source="alpha", published=early)
    first.mention("Ukraine", "GPE")
    first.mention("Poland", "GPE")
    first.event("CONSULT", "meet", actors=[("Ukraine", 0)], recipients=[("Poland", 0)], status="hypothetical")

    # Characters beyond the basic plane and a combining accent stand before all offsets.
    text = (
        "🇺🇦 Café\u0301 talks: Ukraine met Poland in Kyiv on 11 November. “We will rebuild,” President Volodymyr "
        "Zelenskyy said, “every bridge that was destroyed.” “We are ready,” he added."
    )
    for url, source, published, updated in (
        ("https://alpha.test/talks", "alpha", early, late),
        ("https://beta.test/from-the-wire", "beta", early + timedelta(hours=1), None),
    ):
        talks = s.article(url, title, text, source=source, published=published, updated=updated)
        talks.mention("Ukraine", "GPE")
        talks.mention("Poland", "GPE")
        talks.mention("President Volodymyr Zelenskyy", "PERSON", form="Volodymyr Zelenskyy", role="president")
        talks.mention("he", "PRON", names=("President Volodymyr Zelenskyy", 0))
        talks.quote("We will rebuild", "every bridge that was destroyed", speaker=("President Volodymyr Zelenskyy", 0))
        talks.quote("We are ready", speaker=("he", 0), names=("President Volodymyr Zelenskyy", 0))
        talks.event(
            "CONSULT",
            "met",
            actors=[("Ukraine", 0)],
            recipients=[("Poland", 0)],
            on=date(2024, 11, 11),
            place="Kyiv",
            mode="visit",
        )

    other = s.article(
        "https://gamma.test/poland",
        "Poland meets Ukraine",
        "Poland held talks with Ukraine. A visitor said: “We will rebuild every bridge that was destroyed!” "
        "“We are ready,” said another.",
        source="gamma",
        published=datetime(2024, 11, 12, 18),
        landed_for=date(2024, 11, 13),
    )
    other.mention("Poland", "GPE")
    other.mention("Ukraine", "GPE")
    other.mention("A visitor", "ROLE", form="visitor")
    other.quote("We will rebuild every bridge that was destroyed", speaker=("A visitor", 0))
    other.quote("We are ready", speaker=None)
    other.event("CONSULT", "talks", actors=[("Poland", 0)], recipients=[("Ukraine", 0)])

    strikes = s.article(
        "https://gamma.test/strikes",
        "Strikes",
        "Israel struck Iran on 11 November, killing 3. Iran then bombed Israel. Officials warned.",
        source="gamma",
        published=datetime(2024, 11, 13, 7),
        topics=("iran",),
    )
    strikes.mention("Israel", "GPE")
    strikes.mention("Iran", "GPE")
    strikes.mention("Iran", "GPE", nth=1)
    strikes.mention("Israel", "GPE", nth=1)
    day = date(2024, 11, 11)
    strikes.event("ASSAULT", "struck", actors=[("Israel", 0)], recipients=[("Iran", 0)], on=day, killed=3)
    strikes.event("ASSAULT", "bombed", actors=[("Iran", 1)], recipients=[("Israel", 1)], on=day)

    toll = s.article(
        "https://alpha.test/toll",
        "Toll rises",
        "Iran said Israel hit it on 11 November and killed 5.",
        source="alpha",
        published=datetime(2024, 11, 13, 9),
        topics=("iran",),
    )
    toll.mention("Israel", "GPE")
    toll.mention("Iran", "GPE")
    toll.event(
        "ASSAULT",
        "hit",
        actors=[("Israel", 0)],
        recipients=[("Iran", 0)],
        on=day,
        killed=5,
        status="reported",
        attributed_to="Iran",
    )

    undated = s.article("https://beta.test/undated", "Undated", "Ukraine is large.", source="beta", published=None)
    undated.mention("Ukraine", "GPE")
    s.article("https://beta.test/sport", "Sport", "A match was won.", source="beta", published=late, topics=())
    # The feed's teaser comes later than the text, from another source.
    s.article(
        "https://gamma.test/strikes",
        "Strikes",
        "Israel struck Iran.",
        source="beta",
        published=datetime(2024, 11, 14),
        topics=("iran",),
        is_teaser=True,
    )

    for run_id in ("2024-11-12.20241113T030000", "2024-11-13.20241114T030000"):
        s.outcome(run_id, "ingest", "source", "alpha", "ok", source_id="alpha", rows=2)
        s.outcome(run_id, "ingest", "task", "alpha", "ok")
        s.outcome(run_id, "load", "task", "load", "ok")
    day_one = "2024-11-12.20241113T030000"
    s.outcome(day_one, "ingest", "source", "beta", "failed", source_id="beta", error_class="OSError")
    s.outcome(day_one, "ingest", "item", "examples/alpha/talks.json", "landed", source_id="alpha")
    s.outcome(day_one, "ingest", "item", "examples/alpha/old.json", "unchanged", source_id="alpha")
    s.outcome(
        day_one,
        "ingest",
        "item",
        "examples/alpha/broken.json",
        "quarantined",
        source_id="alpha",
        error_class="ValidationError",
        message="no text",
        payload="{}",
    )
    s.outcome(day_one, "extract", "article", "a@r", "extracted", rows=4)
    s.outcome(day_one, "extract", "article", "b@r", "failed", error_class="ValueError")
    s.outcome(day_one, "build", "task", "build", "failed", error_class="BuildError")
    return s


def dbt(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    given = os.environ | {
        "DBT_PROFILES_DIR": str(ROOT / "dbt_project"),
        "DBT_PROJECT_DIR": str(ROOT / "dbt_project"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONPATH": str(ROOT),
        "WIREHOUSE_WAREHOUSE": str(folder / "warehouse.duckdb"),
    }
    given |= environment or {}
    command = [Path(sys.executable).parent / "dbt", "--no-use-colors", *arguments]
    return subprocess.run(command, env=given, cwd=ROOT / "dbt_project", capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Folder of a warehouse with the marts of the sample."""
    folder = tmp_path_factory.mktemp("dbt")
    sample().stage(folder / "warehouse.duckdb", seed=None)
    done = dbt(folder, "build")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    return folder


@pytest.fixture(scope="module")
def ask(built, tmp_path_factory):
    """Ask a copy under another name, as readers do."""
    copy = tmp_path_factory.mktemp("published") / "wirehouse.duckdb"
    shutil.copyfile(built / "warehouse.duckdb", copy)
    with duckdb.connect(copy, read_only=True) as con:
        yield lambda query: con.execute(query).fetchall()


def test_analysts_see_the_marts_and_their_comments(ask):
    views = {"actor_names", "event_mentions_wide", "event_pairs", "events_wide", "quote_mentions", "quotes_wide"}
    assert {
        name for (name,) in ask("SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'")
    } == MARTS | views
    assert (
        ask("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal AND comment IS NULL")
        == []
    )
    assert (
        ask(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal AND comment IS NULL"
        )
        == []
    )


def test_an_article_shows_its_latest_text_and_no_teaser(ask):
    assert ask(
        "SELECT title, n_revisions, n_quotes, n_event_mentions, extraction_status FROM articles ORDER BY canonical_url"
    ) == [
        ("Poland and Ukraine hold talks", 2, 2, 1, "extracted"),
        ("Toll rises", 1, 0, 1, "extracted"),
        ("Poland and Ukraine hold talks", 1, 2, 1, "extracted"),
        ("Sport", 1, 0, 0, None),
        ("Undated", 1, 0, 0, "extracted"),
        ("Poland meets Ukraine", 1, 2, 1, "extracted"),
        ("Strikes", 2, 0, 2, "extracted"),
    ]
    assert ask("SELECT count(*), count(*) FILTER (WHERE is_latest) FROM revisions") == [(9, 7)]
    assert ask("SELECT published_at, published_on FROM articles WHERE title = 'Undated'") == [(None, None)]


def test_a_copy_points_at_the_article_published_first(ask):
    assert ask(
        "SELECT c.outlet, o.outlet, o.n_copies FROM articles c JOIN articles o ON c.original_article_id = o.article_id "
        "WHERE c.duplicate_role = 'copy'"
    ) == [("Beta", "Alpha", 1)]


def test_a_split_quote_is_one_row_with_speaker_and_context(ask):
    [(text, speaker, actor, left, right, sentence)] = ask(
        """
        SELECT q.text, a.canonical_name, a.is_curated, left_context, right_context, sentence
        FROM quotes q JOIN actors a ON a.actor_id = q.speaker_actor_id
        WHERE q.outlet = 'Alpha' AND len(q.spans) = 2
        """
    )
    assert (text, speaker, actor) == ("We will rebuild every bridge that was destroyed", "Volodymyr Zelenskyy", True)
    assert left.endswith("on 11 November. “")
    assert right.startswith(".” “We are ready")
    assert sentence.startswith("“We will rebuild,”")


def test_a_pronoun_speaks_for_whom_it_stands(ask):
    assert ask(
        "SELECT speaker_text, canonical_name FROM quotes JOIN actors ON actor_id = speaker_actor_id "
        "WHERE outlet = 'Beta' AND text = 'We are ready'"
    ) == [("he", "Volodymyr Zelenskyy")]


def test_an_utterance_is_followed_through_outlets_and_a_commonplace_is_not(ask):
    assert ask(
        """
        SELECT DISTINCT text_normalised, utterance_n_articles, utterance_n_outlets, utterance_n_independent_sources
        FROM quotes ORDER BY ALL
        """
    ) == [("we are ready", 1, 1, 1), ("we will rebuild every bridge that was destroyed", 3, 3, 2)]


def test_one_meeting_told_by_three_outlets_is_one_event(ask):
    [event] = ask(
        """
        SELECT type, mode, quad_class, status, date_start, place_name, actors, recipients,
            n_mentions, n_articles, n_outlets, n_independent_sources
        FROM events WHERE type = 'CONSULT'
        """
    )
    assert event == (
        "CONSULT",
        "visit",
        "verbal cooperation",
        "realised",
        date(2024, 11, 11),
        "Kyiv",
        ["Ukraine"],
        ["Poland"],
        3,
        3,
        3,
        2,
    )


def test_attack_and_counterattack_are_two_events_and_the_latest_toll_counts(ask):
    assert ask(
        """
        SELECT actors, recipients, killed, status, attributed_to, n_mentions, intensity
        FROM events WHERE type = 'ASSAULT' ORDER BY actors
        """
    ) == [
        (["Iran"], ["Israel"], None, "realised", None, 1, -9.0),
        (["Israel"], ["Iran"], 5, "realised", "Iran", 2, -9.0),
    ]


def test_counts_of_actors_and_days(ask):
    assert ask("SELECT n_articles, n_quotes, n_events FROM actors WHERE canonical_name = 'Ukraine'") == [(4, 0, 1)]
    assert ask(
        "SELECT published_on, n_articles, n_texts, n_quotes, n_utterances, n_events, n_verbal_cooperation "
        "FROM topic_daily WHERE topic_id = 'ukraine'"
    ) == [(date(2024, 11, 12), 3, 2, 6, 4, 1, 1)]
    assert ask(
        "SELECT n_events_as_actor, n_events_as_recipient, mean_intensity_as_actor FROM actor_daily "
        "JOIN actors USING (actor_id) WHERE canonical_name = 'Iran'"
    ) == [(1, 1, -9.0)]


def test_runs_quarantine_and_health_are_read_from_the_outcomes(ask):
    assert ask(
        """
        SELECT interval_on, sources_polled, sources_failed, items_found, items_landed, items_unchanged,
            items_quarantined, articles_extracted, articles_failed, stages_ok, stages_failed
        FROM pipeline_runs ORDER BY run_id
        """
    ) == [
        (date(2024, 11, 12), 2, 1, 3, 1, 1, 1, 1, 1, ["ingest", "load"], ["build"]),
        (date(2024, 11, 13), 1, 0, 0, 0, 0, 0, 0, 0, ["ingest", "load"], None),
    ]
    assert ask("SELECT subject, message, payload FROM quarantine") == [("examples/alpha/broken.json", "no text", "{}")]
    assert ask("SELECT source_id, silent_days, n_failed_polls, error_rate FROM source_health ORDER BY ALL") == [
        ("alpha", 1, 0, 0.2),
        ("beta", None, 1, 1.0),
    ]


def test_same_rows_in_another_order_give_the_same_marts(built):
    before = checksums(built / "warehouse.duckdb")
    sample().stage(built / "warehouse.duckdb", seed=7)
    done = dbt(built, "build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert checksums(built / "warehouse.duckdb") == before


def test_evidence_that_does_not_stand_in_the_text_fails_the_build(built):
    with duckdb.connect(built / "warehouse.duckdb") as con:
        con.execute("UPDATE main.event_mentions SET trigger_start = trigger_start + 1, trigger_end = trigger_end + 1")
        con.execute("UPDATE main.quotes SET text = text || '!' WHERE len(spans) = 1")
    done = dbt(built, "test", "--select", "test_type:singular")
    assert done.returncode == 1
    assert "FAIL 6 event_trigger_is_found" in done.stdout
    assert "FAIL 4 quote_text_is_found" in done.stdout
