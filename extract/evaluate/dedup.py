"""Merging of event mentions across articles against gold event coreference.

Gold: JSON lines (``.gz`` or not), one article a line: ``doc_id``, ``subtopic`` (the happening it reports), ``text``,
``sentences`` (the text cut up, tokens parted by blanks) and ``mentions`` with ``kind`` (event, human, loc, time,
other), ``text``, ``sent`` (index of the sentence), ``cluster`` (equal for mentions of one thing in any article; null
for a thing mentioned once) and ``validated`` (only such mentions were annotated across articles, and only such
events are counted here, those mentioned once included).

What is measured is the rule of the warehouse itself: the mentions are written as rows to a DuckDB file of their own,
and dbt runs ``MODELS`` on them. Of what those models read,

* gold gives the triggers, that they happened, and who is who: a participant that gold annotates has its gold cluster
  as actor; one without cluster is somebody unnamed;
* the pipeline gives who takes part in the event (``event_participants`` on the parse, for every trigger with the
  same roles), its place and casualties, its date where that is written out, and who participants are that gold does
  not annotate (``Resolver``);
* most of gold's events are none of PLOVER's, and of the others the lexicon codes some mentions and not all: so the
  family of the trigger's lemma (``trigger_families``), else the lemma, stands for the type;
* gold has no days of publication, so relative dates stay unknown and the days are made up, in two ways. ``by_story``:
  articles on one happening appear on one day, those on others on days of their own (they are years apart, but in a
  warehouse other news would stand beside them: the easier case). ``one_day``: all articles appear on the same day, so
  that nothing but what the texts say tells happenings apart (no knowledge of gold's topics enters).
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from spacy.tokens import Doc

from extract.nlp import event_match, event_participants, event_status, knowledge, pipeline
from extract.nlp.event_grammar import Grammar
from extract.nlp.event_lexicon import Entry, words
from extract.nlp.event_match import Match
from extract.nlp.event_records import Records
from extract.nlp.resolver import Resolver
from extract.nlp.rows import EVENT_FIELDS
from extract.settings import settings
from extract.stages.build import PROJECT, dbt_environment
from extract.tables import TABLES

Record = dict[str, Any]
MODELS = (
    *("common_words", "trigger_families", "int_article_words", "int_story_links", "int_stories"),
    *("int_event_mentions", "int_event_acts", "int_event_times", "int_event_groups"),
)
FIRST_DAY = date(2010, 1, 1)
DAYS_APART = 10  # more than any rule bridges
ACTOR = ("subj", "by", "poss", "mod")
RECIPIENT = ("dobj", "dative", "of", "with", "to", "against", "on", "for", "into", "from", "in", "at")


def evaluate(gold_path: Path, model: str | None = None) -> dict[str, Any]:
    """B-cubed and pairwise precision, recall and F1 of the merging for both ways of dating; counts of mentions.

    Raises ValueError where dbt does not give an event to every mention.
    """
    articles = _articles(gold_path)
    texts = ((article["text"], None) for article in articles)
    rows: dict[str, list[Record]] = defaultdict(list)
    gold: dict[str, Hashable] = {}
    for article, doc in zip(articles, pipeline.read(pipeline.load(model), texts), strict=True):
        if isinstance(doc, Exception):
            raise doc
        for mention_id, cluster in _add(rows, article, doc):
            gold[mention_id] = cluster
    happenings = sorted({article["subtopic"] for article in articles})
    on = {a["doc_id"]: FIRST_DAY + timedelta(days=DAYS_APART * happenings.index(a["subtopic"])) for a in articles}
    result: dict[str, Any] = {"articles": len(articles), "mentions": len(gold), "gold_events": len(set(gold.values()))}
    for name, days in (("by_story", on), ("one_day", dict.fromkeys(on, FIRST_DAY))):
        for row in rows["int_articles"]:
            row["published_on"] = days[row["article_id"]]
            row["published_at"] = datetime.combine(row["published_on"], time())
        found = _merged(rows)
        if found.keys() != gold.keys():
            raise ValueError(f"{len(gold)} mentions given, {len(found)} grouped")
        figures = {"b3": b_cubed(gold, found), "pairs": pairs(gold, found)}
        result[name] = {"events": {"found": len(set(found.values()))}, **figures}
    return result


def b_cubed(gold: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> dict[str, float]:
    """B3 (Bagga and Baldwin 1998): the overlap of a mention's two clusters, averaged over mentions."""
    both = Counter((gold[m], found[m]) for m in gold)
    in_gold, in_found = Counter(gold.values()), Counter(found.values())
    precision = sum(n * n / in_found[f] for (_, f), n in both.items()) / len(gold)
    recall = sum(n * n / in_gold[g] for (g, _), n in both.items()) / len(gold)
    return _f1(precision, recall)


def pairs(gold: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> dict[str, float]:
    """Of the pairs of mentions put together the share that belongs together, and the reverse."""

    def count(sizes: Counter[Any]) -> int:
        return sum(n * (n - 1) // 2 for n in sizes.values())

    right = count(Counter((gold[m], found[m]) for m in gold))
    given, wanted = count(Counter(found.values())), count(Counter(gold.values()))
    return _f1(right / given if given else 0.0, right / wanted if wanted else 0.0)


def _f1(precision: float, recall: float) -> dict[str, float]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def _articles(gold_path: Path) -> list[Record]:
    opener = gzip.open if gold_path.suffix == ".gz" else open
    with opener(gold_path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


# --- gold mentions as rows -------------------------------------------------------------------------------


def _add(rows: dict[str, list[Record]], article: Record, doc: Doc) -> Iterator[tuple[str, Hashable]]:
    """Append what the models read of an article; yields each event mention with its gold cluster."""
    grammar = Grammar(doc, words())
    records = Records(grammar)
    key = {"article_id": article["doc_id"], "revision": "1"}
    rows["stg_articles"].append(
        {
            "record_id": article["doc_id"],
            "article_id": article["doc_id"],
            "title": None,
            "text": doc.text,
            "is_teaser": False,
        }
    )
    rows["int_articles"].append(
        {
            **key,
            "record_id": article["doc_id"],
            "outlet": article["doc_id"],
            "duplicate_group_id": article["doc_id"],
            "duplicate_role": "original",
            "original_outlet": article["doc_id"],
        }
    )
    placed = list(_placed(article, doc.text))
    humans = {(start, end): m for m, start, end in placed if m["kind"] == "human"}
    triggers = [(m, start) for m, start, _ in placed if m["kind"] == "event" and m["validated"]]
    for number, (mention, start) in enumerate(triggers):
        mention_id = f"{article['doc_id']}:{number}"
        event = records.events([_match(grammar, start)])[0]
        lemma = event.rule_id.split(".")[0]
        fields = {name: getattr(event, name) for name in EVENT_FIELDS} | {"type": _families().get(lemma, lemma)}
        rows["stg_events"].append(
            {"event_mention_id": mention_id, "extractor_version": "", **key, **fields, "status": "realised"}
        )
        for participant in event.participants:
            actor = _actor(article, doc, participant.start, participant.end, humans)
            if actor:
                rows["int_actors"].append(actor)
                rows["int_event_participants"].append(
                    {"event_mention_id": mention_id, "role": participant.role, "actor_id": actor["actor_id"]}
                )
        yield mention_id, mention["cluster"] or mention_id


def _placed(article: Record, text: str) -> Iterator[tuple[Record, int, int]]:
    """Gold mentions with their characters; a word that a sentence has twice is taken in order."""
    starts, at = [], 0
    for sentence in article["sentences"]:
        at = text.index(sentence, at)
        starts.append(at)
        at += len(sentence)
    taken: set[int] = set()
    for mention in article["mentions"]:
        first, sentence = mention["text"].split()[0], article["sentences"][mention["sent"]]
        padded = f" {sentence} "
        whole = f" {mention['text']} "
        wanted, length = (whole, len(mention["text"])) if whole in padded else (f" {first} ", len(first))
        at = padded.find(wanted)
        while at >= 0 and starts[mention["sent"]] + at in taken:
            at = padded.find(wanted, at + 1)
        if at < 0:
            at = max(padded.find(wanted), 0)
        start = starts[mention["sent"]] + at
        taken.add(start)
        yield mention, start, start + length


def _match(grammar: Grammar, start: int) -> Match:
    """A gold trigger as a match with the roles any event has; the lexicon's type, or the lemma, tells the parties."""
    i = min(grammar.tokens_in(start, start + 1).start, len(grammar.words) - 1)
    pos = "v" if grammar.is_verb(i) else "n"
    modality = event_status.of_verb(grammar, i) if pos == "v" else event_status.of_noun(grammar, i)
    rule = f"{grammar.lemma[i]}.{pos}:gold"
    matched = event_match.at(grammar, i)
    kind = matched.entry.type if matched else grammar.lemma[i]
    setting = "verb" if pos == "v" else event_match.setting_of(grammar, i).replace("modifier", "root")
    match = Match(i, pos, Entry(rule, kind, None, ACTOR, RECIPIENT, ()), kind, modality, setting)
    event_participants.fill(grammar, match, {})
    return match


@cache
def _families() -> dict[str, str]:
    """Word -> the family of words that tell the same act."""
    return {row["word"]: row["family"] for row in knowledge.seed("trigger_families")}


def _actor(article: Record, doc: Doc, start: int, end: int, humans: Mapping[tuple[int, int], Record]) -> Record | None:
    """Who a participant is: gold's cluster, else what the resolver makes of our mention; None for a thing."""
    mention = next((m for m in doc._.mentions if (m.start, m.end) == (start, end)), None)
    inner = (mention.head_start, mention.head_end) if mention else (start, end)
    for (first, last), human in humans.items():
        if first < inner[1] and inner[0] < last:
            if human["cluster"]:
                return {"actor_id": human["cluster"], "kind": "person", "is_curated": False}
            return {"actor_id": f"{article['doc_id']}:{first}", "kind": "unnamed role", "is_curated": False}
    if mention is None:
        return None
    found = Resolver.default().resolve(mention.name, label=mention.label, role=mention.role,
                                       affiliation=mention.affiliation)  # fmt: skip
    return {"actor_id": found.actor_id, "kind": found.kind, "is_curated": found.is_curated}


# --- the models ------------------------------------------------------------------------------------------


def _merged(rows: Mapping[str, list[Record]]) -> dict[str, str]:
    """Mention -> event, by the models of the warehouse in a DuckDB file of its own.

    Raises RuntimeError with dbt's words where it fails.
    """
    with tempfile.TemporaryDirectory(prefix="wirehouse-dedup-") as folder:
        own = settings().model_copy(update={"data": Path(folder)})
        with duckdb.connect(str(own.warehouse)) as con:
            con.execute("CREATE SCHEMA intermediate")
            for name, content in rows.items():
                schema = TABLES["events"].schema if name == "stg_events" else None
                con.register("given", pa.Table.from_pylist(content, schema=schema))
                row = ", 0 AS staged_row" if name.startswith("stg_") else ""
                con.execute(f"CREATE TABLE intermediate.{name} AS SELECT DISTINCT *{row} FROM given")
        done = subprocess.run(
            [Path(sys.executable).parent / "dbt", "build", "--full-refresh", "--exclude-resource-type", "test",
             "--exclude-resource-type", "unit_test", "--select", *MODELS],
            env=dbt_environment(own), cwd=PROJECT, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"dbt failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        with duckdb.connect(str(own.warehouse), read_only=True) as con:
            found = con.execute("SELECT event_mention_id, event_id FROM intermediate.int_event_groups").fetchall()
    return dict(found)
