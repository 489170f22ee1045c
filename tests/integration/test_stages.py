"""Single stages on hard days: odd input, tasks tried twice, a changed configuration."""

import json
import os
import threading
import time
from datetime import date
from pathlib import Path

import duckdb
import psutil
import pytest
import yaml

from extract.runs import Run, accounting
from extract.settings import Settings
from extract.stages import build, extract, ingest, load, publish

DAY = date(2022, 10, 14)
TEXT = "A ferry left the harbour of Zhytniv on Friday with eighty people, the harbour master said.\n\nIt was full."


class Project:
    """A configuration with a folder a source, and the data folder of its runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(data=root / "data", config=root)
        self.topic("Zhytniv")
        self.sources()

    def topic(self, term):
        topic = {"id": "t", "name": "T", "description": "d", "any": [term], "source": "own"}
        (self.root / "topics.yml").write_text(yaml.safe_dump({"topics": [topic]}))

    def sources(self, *names):
        sources = [{"id": n, "name": n, "kind": "folder", "path": str(self.root / n)} for n in names]
        (self.root / "sources.yml").write_text(yaml.safe_dump({"sources": sources}))
        for name in names:
            (self.root / name).mkdir(exist_ok=True)

    def ingest(self, source, day=DAY):
        return ingest.ingest(Run.by_hand(day), source, self.settings)

    def load(self, day=DAY):
        load.load(Run.by_hand(day), self.settings)

    def ask(self, query):
        with duckdb.connect(self.settings.warehouse) as con:
            return con.execute(query).fetchall()


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def article(**fields):
    return json.dumps({"url": "https://a.example/ferry", "title": "Ferry", "text": TEXT, **fields}) + "\n"


def test_what_is_known_is_known_again_without_a_look_at_its_language(project, monkeypatch):
    project.sources("wire")
    file = project.root / "wire" / "a.jsonl"
    file.write_text(article())
    assert project.ingest("wire")["landed"] == 1
    looked_at = []
    detect = ingest.parsed_language

    def watched(parsed, title, text):
        looked_at.append(title)
        return detect(parsed, title, text)

    monkeypatch.setattr(ingest, "parsed_language", watched)
    file.write_text(article() + article(url="https://a.example/inquiry", title="Inquiry"))
    counts = project.ingest("wire")
    assert (counts["unchanged"], counts["landed"]) == (1, 1)
    assert looked_at == ["Inquiry"]
    # Other languages wanted: what is known of the record is enough to see it otherwise.
    project.settings = project.settings.model_copy(update={"languages": ["fa"]})
    looked_at.clear()
    assert project.ingest("wire")["landed"] == 2
    assert looked_at == []


def test_names_and_strings_beyond_unicode_stop_nothing(project):
    project.sources("wire")
    folder = project.root / "wire"
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xff.jsonl")).write_text("{")
    (folder / "surrogate.json").write_text('[{"title": "\\ud800"}, {"text": "\\ud800"}]')
    (folder / "good.jsonl").write_text(article())
    counts = project.ingest("wire")
    assert counts["landed"] >= 1
    assert counts["quarantined"] >= 1
    project.load()
    assert project.ask("SELECT count(*) FROM staging.articles WHERE title = 'Ferry'") == [(1,)]
    assert project.ask("SELECT count(*) FROM staging.outcomes WHERE subject_type = 'item'") == [(4,)]


def test_source_that_is_missing_is_an_outcome(project):
    project.sources("wire")
    (project.root / "wire").rmdir()
    assert sum(project.ingest("wire").values()) == 0
    project.load()
    assert project.ask("SELECT status, error_class FROM staging.outcomes WHERE subject_type = 'source'") == [
        ("failed", "FileNotFoundError")
    ]


@pytest.mark.parametrize("loaded_between", [True, False])
def test_of_two_tries_of_a_task_the_later_holds(project, loaded_between):
    run = Run.by_hand(DAY)
    with pytest.raises(OSError), accounting(run, "extract", "1 of 1", project.settings):
        raise OSError("no room")
    if loaded_between:
        project.load()
    time.sleep(0.01)
    with accounting(run, "extract", "1 of 1", project.settings):
        pass
    project.load()
    assert project.ask("SELECT status FROM staging.outcomes WHERE subject = '1 of 1'") == [("ok",)]


def test_new_topic_reaches_articles_that_were_landed_before(project):
    project.sources("wire")
    (project.root / "wire" / "a.jsonl").write_text(article())
    project.topic("Elsewhere")
    project.ingest("wire")
    assert extract.plan(Run.by_hand(DAY), project.settings) == []
    project.topic("Zhytniv")
    assert project.ingest("wire")["landed"] == 1
    assert len(extract.plan(Run.by_hand(DAY), project.settings)) == 1
    project.load()
    assert project.ask("SELECT relevance FROM staging.articles") == [("relevant",)]


def test_earlier_date_of_a_text_read_before_dates_it_anew(project):
    project.sources("late", "early")
    (project.root / "late" / "a.jsonl").write_text(article(published_at="2022-10-16"))
    (project.root / "early" / "a.jsonl").write_text(article(published_at="2022-10-14"))
    for source in ("late", "early"):
        project.ingest(source)
        run = Run.by_hand(DAY)
        for shard in extract.plan(run, project.settings):
            extract.extract(run, shard, project.settings)
    project.load()
    assert project.ask("SELECT DISTINCT published_on FROM staging.documents") == [(date(2022, 10, 14),)]


def test_year_alone_dates_no_article_before_a_day_does(project):
    project.sources("vague", "exact")
    (project.root / "vague" / "a.jsonl").write_text(article(published_at="2022"))
    (project.root / "exact" / "a.jsonl").write_text(article(published_at="2022-10-14"))
    for source in ("vague", "exact"):
        project.ingest(source)
    [row] = extract.pending(Run.by_hand(DAY), project.settings)
    assert extract.published_on(row) == date(2022, 10, 14)


def test_going_back_to_an_earlier_version_brings_its_rows_back(project, monkeypatch):
    project.sources("wire")
    (project.root / "wire" / "a.jsonl").write_text(article())
    project.ingest("wire")
    for version in ("1", "2", "1"):
        for module in (extract, load):
            monkeypatch.setattr(module, "extractor_version", lambda model, version=version: version)
        run = Run.by_hand(DAY)
        for shard in extract.plan(run, project.settings):
            extract.extract(run, shard, project.settings)
        project.load()
        assert project.ask("SELECT DISTINCT extractor_version FROM staging.documents") == [(version,)]


def test_nothing_half_built_is_published(project):
    project.load()
    with duckdb.connect(project.settings.warehouse) as con:
        con.execute("CREATE TABLE staging.builds (fingerprint VARCHAR, built_at TIMESTAMP)")
    with pytest.raises(publish.NotBuilt):
        publish.publish(Run.by_hand(DAY), project.settings)
    assert not project.settings.published_warehouse.exists()


def told(project, run=None):
    where = f"WHERE run_id = '{run.run_id}'" if run else ""
    return project.ask(
        "SELECT subject_type, status, count(*) FROM staging.outcomes "
        f"{where} GROUP BY ALL HAVING subject_type IN ('item', 'article', 'task') ORDER BY ALL"
    )


def test_task_that_cannot_write_tells_of_nothing_as_landed(project):
    project.sources("wire")
    (project.root / "wire" / "a.jsonl").write_text(article() + "{\n")
    (project.settings.data / "landing").mkdir(parents=True)
    in_the_way = project.settings.data / "landing" / "articles"
    in_the_way.write_text("a file where a folder belongs")
    run = Run.by_hand(DAY)
    with pytest.raises(OSError):
        ingest.ingest(run, "wire", project.settings)
    in_the_way.unlink()
    project.load()
    assert told(project, run) == [("item", "quarantined", 1), ("task", "failed", 1)]
    project.ingest("wire")
    project.load()
    assert ("item", "landed", 1) in told(project)


def test_article_landed_by_a_task_that_was_killed_is_told_as_landed(project, monkeypatch):
    project.sources("wire")
    (project.root / "wire" / "a.jsonl").write_text(article())
    killed = Run.by_hand(DAY)
    with monkeypatch.context() as patched:  # what a kill between landing and the account leaves
        patched.setattr("extract.runs.write", lambda account, settings: None)
        ingest.ingest(killed, "wire", project.settings)
        [shard] = extract.plan(killed, project.settings)
        extract.extract(killed, shard, project.settings)
    assert not [*project.settings.outcomes.glob("*/*.parquet")]
    assert project.ingest("wire")["unchanged"] == 1
    project.load()
    assert told(project, killed) == [("article", "extracted", 1), ("item", "landed", 1)]


def test_build_of_nothing_says_what_comes_first(project):
    with pytest.raises(build.BuildError, match=r"nothing has been loaded.*wirehouse load"):
        build.build(Run.by_hand(DAY), project.settings)


def test_build_that_lacks_memory_says_which_setting_gives_more(project):
    project.load()
    with pytest.raises(build.BuildError, match=r"WIREHOUSE_MEMORY gives it, which is 1MB: set it to more"):
        build.build(Run.by_hand(DAY), project.settings.model_copy(update={"memory": "1MB"}))


def test_build_that_the_machine_kills_says_so(project):
    project.load()

    def kill():
        while not (children := psutil.Process().children()):
            time.sleep(0.1)
        children[0].kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(build.BuildError, match=r"dbt was killed.*WIREHOUSE_MEMORY, which is 5GB, to less"):
        build.build(Run.by_hand(DAY), project.settings)
    killer.join()
