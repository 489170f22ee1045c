"""A warehouse of articles that nobody wrote, as large as wanted, for benchmarks.

How many mentions, quotes and events an article has, and of what sort, follows the figures of a real run
(``distributions.json``); names come from the knowledge base and from made-up syllables, texts from made-up words. Every
offset is true. A few shares, under ``own`` in that file, are chosen: copies, late articles, repeated utterances and
second revisions. The same number of articles and seed give the same rows.

An article is a row of sentences, ``NAME VERB NAME.``, each of which may be an event, some followed by
``“…,” NAME said.`` Copies have the sentences of an article of the days before.
"""

from __future__ import annotations

import json
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
BATCH = 20_000


def uniform(*of: str) -> str:
    """SQL for a number of [0, 1) that the given expressions decide."""
    return f"(hash({', '.join(of)}) / 18446744073709551616.0)"


def capital(word: str) -> str:
    return f"upper({word}[1]) || {word}[2:]"


def quantile(figures: list[float], at: str) -> str:
    """SQL for the whole number at a share of a distribution, by its quantiles."""
    steps = list(zip(FIGURES["quantiles"], FIGURES["quantiles"][1:], figures, figures[1:], strict=False))
    cases = " ".join(f"WHEN {at} < {hi} THEN {a} + ({at} - {lo}) / {hi - lo} * {b - a}" for lo, hi, a, b in steps)
    return f"round(CASE {cases} ELSE {figures[-1]} END)::INTEGER"


def choice(shares: dict[str, float], at: str) -> str:
    """SQL for one of the values, each as frequent as its share says; null for an empty one."""
    cases, total = [], 0.0
    for value, share in shares.items():
        total += share
        cases.append(f"WHEN {at} < {total} THEN " + (f"'{value}'" if value else "NULL"))
    first = next(iter(shares))
    return f"CASE {' '.join(cases)} ELSE '{first}' END"


def prepare(con: duckdb.DuckDBPyConnection, articles: int, seed: int) -> None:
    """Make the staging tables, names, words and what is not of articles."""
    create_staging(con)
    con.execute(f"CREATE OR REPLACE TEMP MACRO u(a, b, c) AS {uniform('a', 'b', 'c', str(seed))}")
    # Names and words are as frequent as the one of rank r, 1/r.
    con.execute("CREATE OR REPLACE TEMP MACRO ranked(share, n) AS least(n, floor(exp(share * ln(n + 1))))::BIGINT")
    # Words of two to four syllables, no two alike.
    syllables = (
        "['ka','ro','vel','min','tas','dor','en','shi','bal','ut','nor','eli','zan','per','gu','ost','ira','mel']"
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE words AS
        SELECT n, list_aggregate(list_transform(
            range(0, CASE WHEN n < 324 THEN 2 WHEN n < 5832 THEN 3 ELSE 4 END),
            lambda i: {syllables}[1 + ((n // (18 ** i)::BIGINT) % 18)::INTEGER]), 'string_agg', '') AS word
        FROM range(0, 104976) AS r(n)
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE curated AS
        SELECT row_number() OVER (ORDER BY hash(alias, actor_id)) AS n, alias AS form, kind FROM (
            SELECT aliases.alias, aliases.actor_id, actors.kind
            FROM read_csv('{SEEDS}/actor_aliases.csv', all_varchar = true) AS aliases
            JOIN read_csv('{SEEDS}/actors.csv', all_varchar = true) AS actors USING (actor_id)
            WHERE aliases.kind IN ('name', 'spelling')
            UNION ALL SELECT name, actor_id, 'country' FROM read_csv('{SEEDS}/countries.csv', all_varchar = true)
        )
        """
    )
    forms = round(FIGURES["forms_an_article"] * articles)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE names AS
        SELECT n, coalesce(curated.form, {capital("one.word")} || ' ' || {capital("two.word")}
            || CASE WHEN n >= 90000 THEN ' ' || {capital("three.word")} ELSE '' END) AS form
        FROM range(1, {forms + 1}) AS r(n)
        LEFT JOIN curated USING (n)
        JOIN words AS one ON one.n = r.n % 104729
        JOIN words AS two ON two.n = (r.n * 7919) % 104717
        JOIN words AS three ON three.n = r.n // 90000
        """
    )
    nouns = f"SELECT noun FROM read_csv('{SEEDS}/role_nouns.csv', all_varchar = true) WHERE kind = 'person'"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE nouns AS SELECT row_number() OVER (ORDER BY noun) AS n, noun FROM ({nouns})"
    )
    con.execute(
        f"INSERT INTO staging.sources BY NAME SELECT 'outlet-' || i AS source_id, 'Outlet ' || i AS name, "
        f"'folder' AS kind, 'synthetic' AS path, 'unknown' AS state_affiliation FROM range({SOURCES}) AS r(i)"
    )
    con.execute(
        "INSERT INTO staging.topics BY NAME SELECT t AS topic_id, t AS name, '' AS description "
        "FROM unnest(['ukraine', 'iran', 'starlink']) AS s(t)"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE size AS SELECT ?::BIGINT AS articles", [articles])


def synthesise(con: duckdb.DuckDBPyConnection, first: int, last: int, *, articles: int, per_day: int) -> None:
    """Stage the articles numbered ``first`` to ``last`` (exclusive), of ``articles`` in all."""
    own = FIGURES["own"]
    forms = round(FIGURES["forms_an_article"] * articles)
    mention, quote, event = FIGURES["mention"], FIGURES["quote"], FIGURES["event"]
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE art AS
        SELECT
            no,
            content,
            is_second,
            md5('a' || no) AS article_id,
            md5('r' || content || is_second) AS revision,
            u(content, 'size', 0) AS size_share,
            {quantile(FIGURES["per_article"]["mentions"], "u(content, 'size', 0)")} AS n_mentions,
            {quantile(FIGURES["per_article"]["quotes"], "u(content, 'quotes', 0)")} AS n_quotes,
            {quantile(FIGURES["per_article"]["events"], "u(content, 'events', 0)")} AS n_events,
            DATE '{FIRST_DAY}' + (no // {per_day})::INTEGER AS landed_for,
            DATE '{FIRST_DAY}' + (no // {per_day} - CASE
                WHEN u(no, 'late', 0) < {own["late"]} THEN ranked(u(no, 'late', 1), 30) ELSE 0
            END)::INTEGER + to_seconds((u(no, 'second', 0) * 86400)::BIGINT) AS published_at,
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
        CREATE OR REPLACE TEMP TABLE mentioned AS
        SELECT
            no, is_second, m, s, label,
            CASE label
                WHEN 'PRON' THEN ['he', 'she', 'they', 'it', 'who'][1 + (hash(content, m) % 5)::INTEGER]
                WHEN 'ROLE' THEN 'the ' || nouns.noun
                ELSE names.form
            END AS form
        FROM (
            SELECT
                art.no, art.content, art.is_second, m, m // 2 AS s,
                {choice(mention["label"], "u(art.content, m, 'label')")} AS label,
                ranked(u(art.content, m, 'name'), {forms}) AS rank
            FROM art, range(0, art.n_mentions) AS r(m)
            WHERE art.topic_list IS NOT NULL
        )
        JOIN names ON rank = names.n
        JOIN nouns ON 1 + rank % (SELECT count(*) FROM nouns) = nouns.n
        """
    )
    verbs = "['met', 'accused', 'struck', 'helped', 'warned', 'asked', 'backed', 'left', 'refused', 'urged']"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE quoted AS
        WITH pairs AS (
            SELECT no, is_second, s,
                max(form) FILTER (WHERE m % 2 = 0) AS subject, max(form) FILTER (WHERE m % 2 = 1) AS object
            FROM mentioned GROUP BY ALL
        )
        SELECT pairs.*, art.content,
            {verbs}[1 + (hash(art.content, s, 'verb') % 10)::INTEGER] AS verb,
            s < art.n_quotes AS has_quote,
            s < art.n_events AS has_event,
            -- An utterance that was heard before is one of the last days.
            CASE WHEN u(art.content, s, 'reuse') < {own["repeated_utterances"]}
                THEN greatest(art.content - ranked(u(art.content, s, 'of'), {3 * per_day}), 0) * 1000 + s % 8
                ELSE art.content * 1000 + s END AS quote_no
        FROM pairs JOIN art USING (no, is_second)
        """
    )
    words_a_quote = quantile([min(n, 120) for n in FIGURES["words_a_quote"]], "u(quote_no, 'words', 0)")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE uttered AS
        SELECT quote_no, string_agg(words.word, ' ' ORDER BY w) AS said
        FROM (
            SELECT quote_no, w, ranked(u(quote_no, w, 'word'), 20000) AS rank
            FROM (SELECT DISTINCT quote_no FROM quoted WHERE has_quote), range(0, {words_a_quote}) AS r(w)
        ) JOIN words ON rank = words.n
        GROUP BY quote_no
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE sentence AS
        WITH spoken AS (
            -- Every third who repeats one changes it, and so does a second revision.
            SELECT quoted.*, said
                || CASE WHEN quoted.quote_no // 1000 != content AND content % 3 = 0 THEN ' anew' ELSE '' END
                || CASE WHEN is_second THEN ' indeed' ELSE '' END AS quote
            FROM quoted LEFT JOIN uttered ON quoted.quote_no = uttered.quote_no AND has_quote
        ),
        written AS (
            SELECT *,
                concat_ws(' ', subject, verb, object) || '. ' AS told,
                CASE WHEN quote IS NULL THEN '' ELSE '“' || quote || ',” ' || subject || ' said. ' END AS telling
            FROM spoken
        )
        SELECT *, coalesce(sum(length(told) + length(telling)) OVER (
            PARTITION BY no, is_second ORDER BY s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0)::INTEGER AS begins
        FROM written
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
        """
    )
    key = f"art.article_id, art.revision, '{VERSION}' AS extractor_version"
    con.execute(
        f"""
        INSERT INTO staging.documents BY NAME
        SELECT {key}, published_at::DATE AS published_on, 'extracted' AS status,
            n_mentions // 2 AS sentences, n_mentions * 8 AS tokens, n_mentions AS mentions, n_quotes AS quotes,
            n_events AS events
        FROM art WHERE topic_list IS NOT NULL
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE placed AS
        SELECT mentioned.*, art.article_id, art.revision,
            sentence.begins + CASE WHEN m % 2 = 0 THEN 0 ELSE length(subject) + length(verb) + 2 END AS start_char
        FROM mentioned JOIN sentence USING (no, is_second, s) JOIN art USING (no, is_second)
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.mentions BY NAME
        SELECT
            md5('m' || revision || article_id || m) AS mention_id, article_id, revision,
            '{VERSION}' AS extractor_version,
            start_char AS start, start_char + length(form) AS end, form AS text, start AS head_start, "end" AS head_end,
            label,
            CASE label WHEN 'PRON' THEN 'pronoun' WHEN 'ROLE' THEN 'role' WHEN 'PERSON' THEN 'person'
                WHEN 'ORG' THEN 'organisation' WHEN 'NORP' THEN 'group' ELSE 'place' END AS kind,
            regexp_replace(form, '^the ', '') AS form, regexp_replace(form, '^the ', '') AS name, 'self' AS link_method,
            CASE WHEN label = 'PERSON' AND hash(form, m) % 1000 < {1000 * mention["has_role"]:.0f} THEN 'minister' END
                AS role,
            false AS is_plural
        FROM placed
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.quotes BY NAME
        SELECT
            md5('q' || art.revision || art.article_id || s) AS quote_id, {key},
            CASE WHEN u(content, s, 'speaker') < {quote["speaker_is_mention"]}
                THEN md5('m' || art.revision || art.article_id || 2 * s) END AS speaker_mention_id,
            begins + length(told) + 1 AS start, start + length(quote) AS end, [[start, "end"]] AS spans, quote AS text,
            {choice(quote["type"], "u(sentence.content, s, 'type')")} AS type,
            start - 1 AS sentence_start, "end" + 1 + length(subject) + 7 AS sentence_end,
            subject AS speaker_text, begins + length(told) + length(quote) + 4 AS speaker_start,
            speaker_start + length(subject) AS speaker_end, subject AS speaker_name,
            {choice(quote["speaker_kind"], "u(sentence.content, s, 'kind')")} AS speaker_kind,
            'subject' AS attribution_method, 'unknown' AS channel, 0.8 AS confidence
        FROM sentence JOIN art USING (no, is_second, content) WHERE quote IS NOT NULL
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.events BY NAME
        SELECT
            md5('e' || art.revision || art.article_id || s) AS event_mention_id, {key},
            {choice(event["type"], "u(hash(subject, object), 'type', 0)")} AS type, [] AS contexts,
            {choice(event["status"], "u(sentence.content, s, 'status')")} AS status,
            verb AS trigger_text,
            begins + length(subject) + 1 AS trigger_start, trigger_start + length(verb) AS trigger_end,
            begins AS sentence_start, begins + length(told) - 1 AS sentence_end,
            CASE WHEN u(sentence.content, s, 'dated') < {event["dated"]}
                THEN art.published_at::DATE - 1 END AS date_start,
            date_start AS date_end,
            CASE WHEN date_start IS NOT NULL THEN 'day' END AS date_granularity,
            CASE WHEN date_start IS NOT NULL THEN 'weekday' END AS date_method,
            {choice(event["place_precision"], "u(hash(subject, object), 'place', 0)")} AS place_precision,
            CASE WHEN place_precision IS NOT NULL THEN 'Kyiv' END AS place_name,
            CASE WHEN place_precision IS NOT NULL THEN 'UKR' END AS place_country_iso3,
            verb || '.synthetic' AS rule_id, 0.8 AS confidence
        FROM sentence JOIN art USING (no, is_second, content) WHERE has_event
        """
    )
    con.execute(
        f"""
        INSERT INTO staging.participants BY NAME
        SELECT
            md5('e' || revision || article_id || s) AS event_mention_id, article_id, revision,
            '{VERSION}' AS extractor_version, md5('m' || revision || article_id || m) AS mention_id,
            CASE WHEN m % 2 = 0 THEN 'actor' ELSE 'recipient' END AS role, 0 AS ordinal,
            start_char AS start, start_char + length(form) AS end, form AS text, form AS name, label
        FROM placed JOIN sentence USING (no, is_second, s)
        WHERE has_event AND label != 'PRON'
            AND u(no, m, 'part') < CASE WHEN m % 2 = 0 THEN {event["has_actor"]} ELSE {event["has_recipient"]} END
        """
    )
