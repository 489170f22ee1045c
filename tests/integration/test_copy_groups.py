"""Copies from landing to marts: whatever order articles arrive in, and landings made before there were fingerprints."""

import json
import random
from dataclasses import asdict
from datetime import date, datetime

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from extract import evaluate
from extract.cli import app
from extract.evaluate.copies import pair_id, record
from extract.settings import Settings
from extract.stages.build import run_dbt
from extract.stages.load import load_articles
from extract.tables import ARTICLES, create_staging, insert_rows
from extract.warehouse import connect

WORDS = [f"word{n}" for n in range(2000)]


def story(*ranges):
    return "\n\n".join(" ".join(WORDS[start:end]) for start, end in ranges)


def row(name, source, published, text, title="Ferry leaves"):
    return {
        "url": f"https://{name}.example/x",
        "source": source,
        "title": title,
        "published_at": published,
        "text": text,
    }


ROWS = [
    row("paper", "Courier", "2022-10-14T08:00:00Z", "LONDON (Reuters) - " + story((0, 300))),
    row("wire", "Reuters", "2022-10-14T09:00:00Z", story((0, 300))),
    row("same", "Echo", "2022-10-15T09:00:00Z", story((0, 300)).upper()),
    row("cut", "Herald", "2022-10-15T10:00:00Z", story((0, 120))),
    row("roundup", "Gazette", "2022-10-16T10:00:00Z", story((1000, 1500), (0, 300))),
    row("late", "Tribune", "2022-10-30T10:00:00Z", story((0, 290))),
    row("other", "Tribune", "2022-10-14T10:00:00Z", story((0, 60), (600, 900))),
]


def groups(folder, rows, seed):
    folder.mkdir()
    settings = Settings(data=folder)
    records = [record(r["url"], r) for r in rows]
    random.Random(seed).shuffle(records)
    with connect(settings) as con:
        create_staging(con)
        for article in records:
            insert_rows(con, ARTICLES, ARTICLES.arrow([asdict(article)]))
    run_dbt(settings, "--select", "+int_articles", "--indirect-selection", "cautious")
    with connect(settings) as con:
        return con.execute(
            """
            SELECT article_id, duplicate_role, original_article_id, original_outlet, n_copies
            FROM intermediate.int_articles ORDER BY ALL
            """
        ).fetchall()


def test_copies_are_grouped_with_their_original_in_any_order_of_arrival(tmp_path):
    wire = "https://wire.example/x"
    expected = [
        ("https://cut.example/x", "partial", wire, "Reuters", 4),
        ("https://late.example/x", "original", "https://late.example/x", "Tribune", 0),
        ("https://other.example/x", "original", "https://other.example/x", "Tribune", 0),
        ("https://paper.example/x", "near-copy", wire, "Reuters", 4),
        ("https://roundup.example/x", "partial", wire, "Reuters", 4),
        ("https://same.example/x", "copy", wire, "Reuters", 4),
        (wire, "original", wire, "Reuters", 4),
    ]
    assert groups(tmp_path / "one", ROWS, 1) == expected
    assert groups(tmp_path / "other", ROWS, 2) == expected


def test_articles_landed_before_fingerprints_are_loaded(tmp_path):
    article = asdict(record("a", ROWS[0])) | {"landed_for": date(2022, 10, 14), "fetched_at": datetime(2022, 10, 15)}
    new = ("published_offset_s", "title_key", "is_live", "agency", "agency_method", "fingerprints")
    pq.write_table(ARTICLES.arrow([article]).drop_columns(list(new)), tmp_path / "old.parquet")
    with duckdb.connect() as con:
        create_staging(con)
        load_articles(con, tmp_path / "old.parquet")
        assert con.execute("SELECT title, fingerprints, is_live FROM staging.articles").fetchall() == [
            ("Ferry leaves", None, None)
        ]


@pytest.fixture
def labels(tmp_path):
    corpus, pairs = tmp_path / "corpus.jsonl", tmp_path / "pairs.csv"
    corpus.write_text("\n".join(map(json.dumps, ROWS)))
    ids = {r["source"] + r["url"]: pair_id(r) for r in ROWS}
    paper, wire, other = ids["Courierhttps://paper.example/x"], ids["Reutershttps://wire.example/x"], pair_id(ROWS[6])
    lines = [
        f"{paper},{wire},near,credit",
        f"{wire},{other},partial,labelled wrongly",
        f"{wire},edit:reorder,near,paragraphs",
        f"{other},edit:some-from:{wire},other,quoted",
        f"{other},{paper},unclear,left out",
        "gone,missing,near,not there",
    ]
    pairs.write_text("one,other,label,how\n" + "\n".join(lines))
    return pairs, corpus


def test_measure_of_copies_counts_real_and_edited_pairs(labels):
    pairs, corpus = labels
    result = evaluate.measure("copies", pairs, corpus=[corpus])
    assert result["copies"]["real"] == pytest.approx(
        {"pairs": 2, "copies": 2, "precision": 1.0, "recall": 0.5, "F1": 2 / 3}
    )
    assert result["copies"]["edited"]["pairs"] == 2
    assert result["left out"] == {"unclear": 1, "not in the corpus": 2}
    assert [e["how"] for e in result["errors"]] == ["labelled wrongly"]


def test_measure_of_copies_asks_for_a_corpus_that_exists(labels):
    pairs, _ = labels
    result = CliRunner().invoke(app, ["evaluate", "copies", "--gold", str(pairs), "--corpus", "none.jsonl"])
    assert result.exit_code == 2
    assert "none.jsonl" in result.output
