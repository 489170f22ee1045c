"""A day's build gives what a full build gives, whatever came in which order."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from marts import checksums
from test_dbt import Sample, dbt, sample

from extract.publishing import database
from extract.runs import Run
from extract.settings import Settings
from extract.stages import build, publish
from extract.tables import EXTRACTED, TABLES, insert_rows

DAY = date(2024, 11, 14)
PER_ARTICLE = ["articles", *(table.name for table in EXTRACTED)]


def corrected() -> Sample:
    """The sample a day later: a text is corrected, an event taken back, an earlier copy and a late article come in."""
    s = sample()
    told = next(event for event in s.rows["events"] if event["trigger_text"] == "bombed")
    s.rows["events"].remove(told)
    s.rows["participants"] = [p for p in s.rows["participants"] if p["event_mention_id"] != told["event_mention_id"]]

    # A correction after which somebody else speaks and nothing was destroyed.
    text = (
        "Ukraine met Poland in Lviv on 10 November. “We will repair every bridge that was damaged,” an engineer said."
    )
    talks = s.article(
        "https://alpha.test/talks",
        "Poland and Ukraine held talks",
        text,
        source="alpha",
        published=datetime(2024, 11, 12, 8),
        updated=datetime(2024, 11, 14, 9),
    )
    talks.mention("Ukraine", "GPE")
    talks.mention("Poland", "GPE")
    talks.mention("an engineer", "ROLE", form="engineer")
    talks.quote("We will repair every bridge that was damaged", speaker=("an engineer", 0))
    talks.event("CONSULT", "met", actors=[("Ukraine", 0)], recipients=[("Poland", 0)], place="Lviv")

    # Published before all others, landed after them: the other two become its copies.
    for url, published in (("https://gamma.test/first", 6), ("https://gamma.test/second", 20)):
        early = s.article(
            url,
            "Iran speaks",
            "Iran said Israel hit it on 11 November and killed 5.",
            source="gamma",
            published=datetime(2024, 11, 13, published),
            topics=("iran",),
        )
        early.mention("Israel", "GPE")
        early.mention("Iran", "GPE")
        early.event(
            "ASSAULT",
            "hit",
            actors=[("Israel", 0)],
            recipients=[("Iran", 0)],
            on=datetime(2024, 11, 11).date(),
            killed=7,
        )
    return s


class Warehouse:
    """A warehouse to which articles come day by day."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.settings = folder, Settings(data=folder / name)
        self.path = self.settings.warehouse

    def load(self, given: Sample, articles: Iterable[str] | None = None) -> None:
        """Put the rows of some articles, or all, in the place of those that are there."""
        with duckdb.connect(self.path) as con:
            for name in PER_ARTICLE:
                rows = [r for r in given.rows[name] if articles is None or r["article_id"] in articles]
                known = sorted({r["article_id"] for r in given.rows["articles"]} if articles is None else set(articles))
                con.execute(f"DELETE FROM staging.{name} WHERE article_id IN (SELECT unnest(?))", [known])
                insert_rows(con, TABLES[name], TABLES[name].arrow(rows))
            con.execute("INSERT INTO staging.changed_articles SELECT unnest(?)", [known])

    def build(self, kind: str) -> dict[str, tuple[int, str]]:
        """dbt, without the tests of the data; returns the checksums of the marts."""
        without = ["test", "unit_test", *(["seed"] if kind == "daily" else [])]
        excluded = [argument for resource in without for argument in ("--exclude-resource-type", resource)]
        environment = {"WIREHOUSE_WAREHOUSE": str(self.path), "WIREHOUSE_BUILD": kind}
        done = dbt(self.folder, "build", *excluded, environment=environment)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr
        with duckdb.connect(self.path) as con:
            con.execute("DELETE FROM staging.changed_articles")
        return checksums(self.path)


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory):
    """Makes warehouses of one folder, each a copy of one that has only what is not of articles."""
    folder = tmp_path_factory.mktemp("daily")
    empty = Sample()
    for name in ("sources", "topics", "outcomes"):
        empty.rows[name] = sample().rows[name]
    empty.stage(folder / "empty.duckdb", seed=None)

    def make(name: str) -> Warehouse:
        warehouse = Warehouse(folder, name)
        warehouse.path.parent.mkdir()
        shutil.copyfile(folder / "empty.duckdb", warehouse.path)
        return warehouse

    return make


def article_ids(given: Sample) -> list[str]:
    return list(dict.fromkeys(row["article_id"] for row in given.rows["articles"]))


@pytest.fixture(scope="module")
def whole(warehouses):
    """Checksums of full builds: of the sample, and of the corrected sample."""
    made = []
    for name, given in (("whole", sample()), ("corrected", corrected())):
        warehouse = warehouses(name)
        warehouse.load(given)
        made.append(warehouse.build("full"))
    assert made[0] != made[1]
    return made


def test_articles_that_come_day_by_day_give_what_a_full_build_gives(warehouses, whole):
    articles = article_ids(sample())
    warehouse = warehouses("forwards")
    warehouse.load(sample(), articles[:3])
    warehouse.build("full")
    warehouse.load(sample(), articles[3:])
    assert warehouse.build("daily") == whole[0]
    warehouse.load(corrected())
    assert warehouse.build("daily") == whole[1]
    warehouse.load(sample(), article_ids(corrected()))
    assert warehouse.build("daily") == whole[0]


def test_many_articles_are_built_in_turns_and_go_on_where_they_stopped(warehouses, whole):
    warehouse = warehouses("turns")
    warehouse.load(sample())
    settings = warehouse.settings.model_copy(update={"build_articles": len(article_ids(sample())) // 2 + 1})
    with duckdb.connect(warehouse.path) as con:
        con.execute("CREATE TABLE staging.loaded_files (path VARCHAR PRIMARY KEY)")
        build.create_builds(con)
        now = build.fingerprint(con)
    for kind in ("empty", "daily"):
        results, left = build.take_turn(settings, kind, now, build.project_hash())
        assert left
        assert not [r for r in results if r["status"] in build.FAILED]
    # As if the machine had gone off here.
    with pytest.raises(publish.NotBuilt):
        publish.publish(Run.by_hand(DAY), settings)
    with duckdb.connect(warehouse.path) as con:
        first = {article for (article,) in con.execute("SELECT article_id FROM main.articles").fetchall()}
    assert len(first) == settings.build_articles
    assert build.build(Run.by_hand(DAY), settings)
    assert checksums(warehouse.path) == whole[0]
    assert not build.build(Run.by_hand(DAY), settings)


def test_days_may_come_backwards_and_twice(warehouses, whole):
    articles = article_ids(sample())[::-1]
    warehouse = warehouses("backwards")
    warehouse.load(sample(), articles[:3])
    warehouse.build("full")
    warehouse.load(sample(), articles[3:])
    assert warehouse.build("daily") == whole[0]

    # The same again changes nothing: nothing is written, and what depends on it has nothing in its scope.
    warehouse.load(sample(), articles[:5])
    assert warehouse.build("daily") == whole[0]
    with duckdb.connect(warehouse.path, read_only=True) as con:
        tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'changes'").fetchall()
        assert len(tables) > 20
        assert [name for (name,) in tables if con.execute(f"SELECT 1 FROM changes.{name}").fetchall()] == []
        assert con.execute("SELECT count(*) FROM scopes.events").fetchall() == [(0,)]

    # A new day touches no other.
    later = sample()
    later.article("https://beta.test/later", "Later", "A day went by.", source="beta", published=datetime(2024, 11, 20))
    warehouse.load(later, article_ids(later)[-1:])
    warehouse.build("daily")
    with duckdb.connect(warehouse.path, read_only=True) as con:
        for mart in ("topic_daily", "source_daily"):
            assert con.execute(f"SELECT DISTINCT key::VARCHAR FROM scopes.{mart}").fetchall() == [("2024-11-20",)]
        assert con.execute("SELECT count(*) FROM changes.articles").fetchall() == [(1,)]
        assert con.execute("SELECT count(*) FROM scopes.events").fetchall() == [(0,)]


def test_what_is_published_follows_a_days_build(warehouses, tmp_path):
    """The last published file with the day's changes is what would be made anew, and so are its checksums by month."""
    articles = article_ids(sample())
    warehouse = warehouses("published")
    warehouse.load(sample(), articles[:3])
    warehouse.build("full")
    published, anew = tmp_path / "published.duckdb", tmp_path / "anew.duckdb"
    with database.attached(warehouse.settings, published) as con:
        database.copy(con, warehouse.settings.data / "dbt" / "manifest.json")
        marts = database.marts(con, [])
    # More comes, then something is corrected and taken back.
    for given in (sample(), corrected()):
        warehouse.load(given)
        warehouse.build("daily")
        before = [(mart.name, mart.months) for mart in marts]
        with database.attached(warehouse.settings, published) as con:
            database.follow(con)
            marts = database.marts_after(con, marts)
        assert [(mart.name, mart.months) for mart in marts] != before
        anew.unlink(missing_ok=True)
        with database.attached(warehouse.settings, anew) as con:
            database.copy(con, warehouse.settings.data / "dbt" / "manifest.json")
            assert database.marts(con, []) == marts
        assert checksums(published) == checksums(anew)
