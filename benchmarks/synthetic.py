"""A warehouse of articles that nobody wrote, as large as wanted, for benchmarks.

How many mentions, quotes and events an article has, and of what sort, follows the figures of a real run
(``distributions.json``), and so does how the number of different names grows with that of mentions. Names come from the
knowledge base and from made-up syllables, the words of quotations from a seed and from syllables. Every offset is true.
A few shares, under ``own`` in that file, are chosen: copies, late articles, second revisions, repeated utterances, and
articles that follow a story. The same number of articles and seed give the same rows.

An article is a row of sentences, ``NAME VERB NAME WORDS.``, each of which may be an event, some followed by
``“…,” NAME said.`` A copy has the sentences of an article of the days before, one that follows a story some of them.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from extract.settings import ROOT
from extract.tables import create_staging

FIGURES: dict[str, Any] = json.loads((Path(__file__).parent / "distributions.json").read_text())
SEEDS = ROOT / "dbt_project" / "seeds"
FIRST_DAY = date(2022, 1, 1)
SOURCES = 60
VERSION = "0.0.0+synthetic"
BATCH = 10_000
SYLLABLES = "['ka','ro','vel','min','tas','dor','en','shi','bal','ut','nor','eli','zan','per','gu','ost','ira','mel']"
PRONOUNS = "['he', 'they', 'it', 'who', 'we']"
# Of the commonest words those that stand for verbs, which are many, and none of which tells a story.
VERBS = range(100, 300)
PAIRS = 262_144
TABLES = ["articles", "documents", "mentions", "quotes", "events", "participants"]


def choice(shares: dict[str, float], at: str) -> str:
    """SQL for one of the values, each as frequent as its share says; null for an empty one."""
    cases, total = [], 0.0
    for value, share in shares.items():
        total += share
        cases.append(f"WHEN {at} < {total} THEN " + (f"'{value}'" if value else "NULL"))
    first = next(iter(shares))
    return f"CASE {' '.join(cases)} ELSE '{first}' END"


def quantile(figures: list[float], at: str) -> str:
    """SQL for the whole number at a share of a distribution, by its quantiles."""
    steps = list(zip(FIGURES["quantiles"], FIGURES["quantiles"][1:], figures, figures[1:], strict=False))
    cases = " ".join(f"WHEN {at} < {hi} THEN {a} + ({at} - {lo}) / {hi - lo} * {b - a}" for lo, hi, a, b in steps)
    return f"round(CASE {cases} ELSE {figures[-1]} END)::INTEGER"


def syllables(of: str, first: int) -> str:
    """SQL for a word of three syllables, which the digits of a number decide from one of them on."""
    return " || ".join(f"{SYLLABLES}[1 + ({of} // {18**i}::UBIGINT % 18)::INTEGER]" for i in range(first, first + 3))


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_commonness(phrases: set[str]) -> list[str]:
    """Phrases, those first whose rarest word stands in most articles."""
    share = {row["word"]: float(row["share"]) for row in seed("common_words")}

    def rarest(phrase: str) -> float:
        return min((share.get(word, 0) for word in re.findall(r"\w{3,}", phrase.lower())), default=0)

    return sorted(phrases, key=lambda phrase: (-rarest(phrase), phrase))


def prepare(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """Make the staging tables, names, words and what is not of articles; another ``number`` gives other articles."""
    create_staging(con)
    # A number of [0, 1) that three values decide.
    con.execute(f"CREATE OR REPLACE TEMP MACRO u(a, b, c) AS hash(a, b, c, {number}) / 18446744073709551616.0")
    # Words are as frequent as the one of rank r, 1/r.
    con.execute("CREATE OR REPLACE TEMP MACRO ranked(share, n) AS least(n, floor(exp(share * ln(n + 1))))::BIGINT")
    # Of names the one of rank r is as frequent as 1/(r + offset)^exponent, so that new ones never end.
    names = FIGURES["names"]
    con.execute(
        "CREATE OR REPLACE TEMP MACRO named(share) AS "
        f"floor({names['offset']} * ((1 - share) ** {-1 / (names['exponent'] - 1)} - 1) % 1e15)::BIGINT"
    )
    # The names and nouns first whose words stand in most articles, so that what is common tells no story.
    alias = [row["alias"] for row in seed("actor_aliases") if row["kind"] in ("name", "spelling")]
    forms = by_commonness({*alias, *(row["name"] for row in seed("countries"))})
    con.execute("CREATE OR REPLACE TEMP TABLE curated (rank BIGINT, form VARCHAR)")
    con.execute("INSERT INTO curated SELECT generate_subscripts($1, 1) - 1, unnest($1)", [forms])
    nouns = by_commonness({row["noun"] for row in seed("role_nouns") if row["kind"] == "person"})
    con.execute("CREATE OR REPLACE TEMP TABLE nouns (n BIGINT, noun VARCHAR)")
    con.execute("INSERT INTO nouns SELECT generate_subscripts($1, 1), unnest($1)", [nouns])
    # The words of the seed by their share of articles, then made-up ones.
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE words AS
        WITH known AS (
            SELECT row_number() OVER (ORDER BY share DESC, word) AS n, word FROM read_csv('{SEEDS}/common_words.csv')
        )
        SELECT coalesce(known.n, r.n) AS n, coalesce(word, {syllables("hash(r.n)", 0)}) AS word
        FROM range(1, 20001) AS r(n) LEFT JOIN known USING (n)
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE pairs AS
        SELECT drawn.n, one.word || ' ' || two.word AS words
        FROM (
            SELECT n, ranked(u(n, 'one', 0), 20000) AS first, ranked(u(n, 'two', 0), 20000) AS second
            FROM range({PAIRS}) AS r(n)
        ) AS drawn
        JOIN words AS one ON one.n = first
        JOIN words AS two ON two.n = second
        """
    )
    con.execute(
        f"INSERT INTO staging.sources BY NAME SELECT 'outlet-' || i AS source_id, 'Outlet ' || i AS name, "
        f"'folder' AS kind, 'synthetic' AS path, 'unknown' AS state_affiliation FROM range({SOURCES}) AS r(i)"
    )
    con.execute(
        "INSERT INTO staging.topics BY NAME SELECT t AS topic_id, t AS name, '' AS description "
        "FROM unnest(['ukraine', 'iran', 'starlink']) AS s(t)"
    )


def synthesise(con: duckdb.DuckDBPyConnection, first: int, last: int, *, per_day: int) -> None:
    """Stage the articles numbered ``first`` to ``last`` (exclusive)."""
    own, mention, quote, event = FIGURES["own"], FIGURES["mention"], FIGURES["quote"], FIGURES["event"]
    [[nouns]] = con.execute("SELECT count(*) FROM nouns").fetchall()
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE art AS
        SELECT
            *,
            md5('a' || no) AS article_id,
            md5('r' || content || is_second) AS revision,
            {quantile(FIGURES["per_article"]["mentions"], "u(content, 'size', 0)")} AS n_mentions,
            {quantile(FIGURES["per_article"]["quotes"], "u(content, 'quotes', 0)")} AS n_quotes,
            {quantile(FIGURES["per_article"]["events"], "u(content, 'events', 0)")} AS n_events,
            DATE '{FIRST_DAY}' + (no // {per_day})::INTEGER AS landed_for,
            DATE '{FIRST_DAY}' + (no // {per_day} - CASE
                WHEN u(no, 'late', 0) < {own["late"]} THEN ranked(u(no, 'late', 1), 30) ELSE 0
            END)::INTEGER + to_seconds((u(no, 'second', 0) * 86400)::BIGINT) AS published_at,
            CASE WHEN u(content, 'story', 0) < {own["follows_a_story"]}
                THEN greatest(content - ranked(u(content, 'story', 1), {per_day}), 0) ELSE content END AS story,
            {choice(FIGURES["topics"], "u(content, 'topic', 0)")} AS topic_list
        FROM (
            SELECT
                i AS no,
                CASE WHEN u(i, 'copy', 0) < {own["copies"]}
                    THEN greatest(i - ranked(u(i, 'copy', 1), {per_day}), 0) ELSE i END AS content,
                unnest(CASE WHEN u(i, 'second', 1) < {own["second_revisions"]} THEN [false, true] ELSE [false] END)
                    AS is_second
            FROM range({first}, {last}) AS r(i)
        )
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE drawn AS
        SELECT
            no, is_second, content, s, told_by,
            -- An utterance that was heard before is one of the last days.
            CASE WHEN s < n_quotes THEN
                CASE WHEN u(content, s, 'reuse') < {own["repeated_utterances"]}
                    THEN greatest(content - ranked(u(content, s, 'of'), {3 * per_day}), 0) * 1000 + s % 8
                    ELSE content * 1000 + s END
            END AS quote_no,
            s < n_events AS has_event,
            s * 2 + 1 < n_mentions AS has_object,
            {choice(mention["label"], "u(told_by, s, 'label 0')")} AS subject_label,
            {choice(mention["label"], "u(told_by, s, 'label 1')")} AS object_label,
            named(u(told_by, s, 'name 0')) AS subject_rank,
            named(u(told_by, s, 'name 1')) AS object_rank,
            {VERBS.start} + (hash(told_by, s, 'verb') % {len(VERBS)})::BIGINT AS verb_rank,
            hash(told_by, s, 'words') % {PAIRS} AS words
        FROM (
            SELECT *, CASE WHEN story != content AND u(content, s, 'told') < {own["of_the_story"]}
                THEN story ELSE content END AS told_by
            FROM art, range(0, (n_mentions + 1) // 2) AS r(s)
            WHERE topic_list IS NOT NULL
        )
        """
    )
    words_a_quote = quantile([min(n, 120) for n in FIGURES["words_a_quote"]], "u(quote_no, 'words', 0)")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE uttered AS
        SELECT quote_no, string_agg(words, ' ' ORDER BY w) AS said
        FROM (
            -- Of one number, since of two the last bits of the hash are decided by the last bits of each.
            SELECT quote_no, w, (hash(quote_no * 100 + w) % {PAIRS})::BIGINT AS n
            FROM (SELECT DISTINCT quote_no FROM drawn WHERE quote_no NOT NULL),
                range(0, ({words_a_quote} + 1) // 2) AS r(w)
        ) JOIN pairs USING (n)
        GROUP BY quote_no
        """
    )

    def form(side: str) -> str:
        rank, noun = f"{side}_rank", f"{side}_noun.noun"
        made = f"""upper({SYLLABLES}[1 + (hash({rank}) % 18)::INTEGER][1])
            || {SYLLABLES}[1 + (hash({rank}) % 18)::INTEGER][2:] || {syllables(f"hash({rank})", 1)} || ' '
            || upper({SYLLABLES}[1 + (hash({rank}, 1) % 18)::INTEGER][1])
            || {SYLLABLES}[1 + (hash({rank}, 1) % 18)::INTEGER][2:] || {syllables(f"hash({rank}, 1)", 1)}"""
        name = f"coalesce({side}_known.form, {made})"
        return f"CASE {side}_label WHEN 'ROLE' THEN 'the ' || {noun} ELSE {name} END AS {side}_form"

    pronoun = f"{PRONOUNS}[1 + (hash(told_by, s, {{}}) % 5)::INTEGER]"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE sentence AS
        WITH formed AS (
            SELECT drawn.*, said, verbs.word AS verb, pairs.words AS more, {form("subject")}, {form("object")}
            FROM drawn
            LEFT JOIN uttered USING (quote_no)
            LEFT JOIN curated AS subject_known ON subject_rank = subject_known.rank
            LEFT JOIN curated AS object_known ON object_rank = object_known.rank
            JOIN nouns AS subject_noun ON subject_noun.n = 1 + subject_rank % {nouns}
            JOIN nouns AS object_noun ON object_noun.n = 1 + object_rank % {nouns}
            JOIN words AS verbs ON verbs.n = verb_rank
            JOIN pairs ON pairs.n = drawn.words
        ),
        spoken AS (
            SELECT *,
                CASE subject_label WHEN 'PRON' THEN {pronoun.format(0)} ELSE subject_form END AS subject,
                CASE object_label WHEN 'PRON' THEN {pronoun.format(1)} ELSE object_form END AS object,
                -- Every third who repeats one changes it, and so does a second revision.
                said || CASE WHEN quote_no // 1000 != content AND content % 3 = 0 THEN ' anew' ELSE '' END
                    || CASE WHEN is_second THEN ' indeed' ELSE '' END AS quote
            FROM formed
        ),
        written AS (
            SELECT *,
                subject || ' ' || verb || ' ' || CASE WHEN has_object THEN object || ' ' ELSE '' END || more || '. '
                    AS told,
                CASE WHEN quote IS NULL THEN '' ELSE '“' || quote || ',” ' || subject || ' said. ' END AS telling
            FROM spoken
        )
        SELECT written.* EXCLUDE (words, more, said), art.article_id, art.revision, art.published_at,
            length(subject) + length(verb) + 2 AS object_at,
            coalesce(sum(length(told) + length(telling)) OVER (
                PARTITION BY no, is_second ORDER BY s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0)::INTEGER AS begins
        FROM written JOIN art USING (no, is_second)
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.articles BY NAME
        WITH body AS (
            SELECT no, is_second, string_agg(told || telling, '' ORDER BY s) AS text FROM sentence GROUP BY ALL
        )
        SELECT
            md5('record' || no || is_second) AS record_id,
            article_id, revision,
            'outlet-' || ranked(u(no, 'source', 0), {SOURCES}) - 1 AS source_id,
            'Outlet ' || ranked(u(no, 'source', 0), {SOURCES}) - 1 AS outlet,
            'https://synthetic.example/' || no AS url, url AS canonical_url,
            'Article ' || content AS title, coalesce(text, 'No news of the day.') AS text,
            'en' AS language, published_at, published_at::VARCHAR AS published_raw,
            'source' AS published_method, 'second' AS published_precision,
            CASE WHEN is_second THEN published_at + INTERVAL 3 HOUR END AS updated_at,
            landed_for + INTERVAL 27 HOUR AS fetched_at, landed_for,
            len(string_split(coalesce(text, ''), ' '))::INTEGER AS word_count,
            md5('t' || content || is_second) AS text_key,
            coalesce(string_split(topic_list, ','), []) AS topics,
            CASE WHEN topic_list IS NULL THEN 'off_topic' ELSE 'relevant' END AS relevance,
            false AS is_teaser, 'synthetic' AS raw_path,
            list_transform(range(0, 60), lambda i: (hash(content, i) >> 34)::INTEGER) AS fingerprints
        FROM art LEFT JOIN body USING (no, is_second)
        ORDER BY no, is_second
        """
    )
    key = f"article_id, revision, '{VERSION}' AS extractor_version"
    con.execute(
        f"""
        INSERT INTO staging.documents BY NAME
        SELECT {key}, published_at::DATE AS published_on, 'extracted' AS status,
            n_mentions // 2 AS sentences, n_mentions * 8 AS tokens, n_mentions AS mentions, n_quotes AS quotes,
            n_events AS events
        FROM art WHERE topic_list IS NOT NULL ORDER BY no, is_second
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE placed AS
        WITH sides AS (
            SELECT no, is_second, told_by, s, 2 * s AS m, article_id, revision, has_event, begins AS start_char,
                subject AS text, subject_form AS name, subject_label AS label, subject_rank AS rank
            FROM sentence
            UNION ALL
            SELECT no, is_second, told_by, s, 2 * s + 1, article_id, revision, has_event, begins + object_at,
                object, object_form, object_label, object_rank
            FROM sentence WHERE has_object
        )
        SELECT *, md5('m' || revision || article_id || m) AS mention_id,
            label != 'PRON' OR u(told_by, m, 'known') < {mention["pronoun_is_named"]} AS is_named
        FROM sides
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.mentions BY NAME
        SELECT
            mention_id, {key}, start_char AS start, start_char + length(text) AS end, text, start AS head_start,
            "end" AS head_end, label,
            CASE WHEN label = 'PRON' AND is_named THEN 'person' WHEN label = 'PRON' THEN 'pronoun'
                WHEN label = 'ROLE' THEN 'role' WHEN label = 'PERSON' THEN 'person'
                WHEN label = 'ORG' THEN 'organisation' WHEN label = 'NORP' THEN 'group' ELSE 'place' END AS kind,
            CASE WHEN starts_with(text, 'the ') THEN text[5:] ELSE text END AS form,
            CASE WHEN NOT is_named THEN text WHEN starts_with(name, 'the ') THEN name[5:] ELSE name END AS name,
            CASE WHEN label = 'PRON' THEN 'pronoun' ELSE 'self' END AS link_method,
            CASE WHEN label = 'PERSON' AND u(told_by, m, 'role') < {mention["has_role"]} THEN noun END AS role,
            false AS is_plural
        FROM placed JOIN nouns ON nouns.n = ranked(u(rank, 'noun', 0), {nouns})
        ORDER BY no, is_second, m
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.quotes BY NAME
        SELECT
            md5('q' || revision || article_id || s) AS quote_id, {key},
            CASE WHEN u(content, s, 'speaker') < {quote["speaker_is_mention"]}
                THEN md5('m' || revision || article_id || 2 * s) END AS speaker_mention_id,
            begins + length(told) + 1 AS start, start + length(quote) AS end, [[start, "end"]] AS spans, quote AS text,
            {choice(quote["type"], "u(content, s, 'type')")} AS type,
            start - 1 AS sentence_start, "end" + 1 + length(subject) + 7 AS sentence_end,
            subject AS speaker_text, begins + length(told) + length(quote) + 4 AS speaker_start,
            speaker_start + length(subject) AS speaker_end, subject AS speaker_name,
            {choice(quote["speaker_kind"], "u(content, s, 'kind')")} AS speaker_kind,
            'subject' AS attribution_method, 'unknown' AS channel, 0.8 AS confidence
        FROM sentence WHERE quote IS NOT NULL ORDER BY no, is_second, s
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.events BY NAME
        SELECT
            md5('e' || revision || article_id || s) AS event_mention_id, {key},
            {choice(event["type"], "u(told_by, s, 'type')")} AS type, [] AS contexts,
            {choice(event["status"], "u(told_by, s, 'status')")} AS status,
            verb AS trigger_text,
            begins + length(subject) + 1 AS trigger_start, trigger_start + length(verb) AS trigger_end,
            begins AS sentence_start, begins + length(told) - 1 AS sentence_end,
            CASE WHEN u(told_by, s, 'dated') < {event["dated"]} THEN published_at::DATE - 1 END AS date_start,
            date_start AS date_end,
            CASE WHEN date_start IS NOT NULL THEN 'day' END AS date_granularity,
            CASE WHEN date_start IS NOT NULL THEN 'weekday' END AS date_method,
            {choice(event["place_precision"], "u(told_by, s, 'place')")} AS place_precision,
            CASE WHEN place_precision IS NOT NULL THEN 'Kyiv' END AS place_name,
            CASE WHEN place_precision IS NOT NULL THEN 'UKR' END AS place_country_iso3,
            verb || '.synthetic' AS rule_id, 0.8 AS confidence
        FROM sentence WHERE has_event ORDER BY no, is_second, s
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.participants BY NAME
        SELECT
            md5('e' || revision || article_id || s) AS event_mention_id, {key}, mention_id,
            CASE WHEN m % 2 = 0 THEN 'actor' ELSE 'recipient' END AS role, 0 AS ordinal,
            start_char AS start, start_char + length(text) AS end, text, name, label
        FROM placed
        WHERE has_event
            AND u(told_by, m, 'part') < CASE WHEN m % 2 = 0 THEN {event["has_actor"]} ELSE {event["has_recipient"]} END
        ORDER BY no, is_second, m
        """
    )
