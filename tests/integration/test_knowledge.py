"""A correction to the knowledge base takes effect at the next build: no article is read again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from extract.runs import Run
from extract.settings import ROOT, Settings
from extract.stages import extract, ingest, load

DAY = date(2024, 3, 5)
TEXT = (
    "The harbour of Zhytniv is shut and stays so, the Zhytniv Dockhands League said on Tuesday.\n\n"
    "“Nobody will unload a ship this week,” said Jana Hronova, who leads the strike. “We are patient.”\n\n"
    "The Crane Brotherhood, as it is known on the quay, blocked the road on Monday."
)


class Project:
    """One article, read and loaded, and a copy of the code and the knowledge base to build with."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(data=root / "data", config=root)
        topic = {"id": "harbour", "name": "Harbour", "description": "d", "any": ["Zhytniv"], "source": "own"}
        source = {"id": "quay", "name": "Quay", "kind": "folder", "path": str(root / "quay")}
        (root / "topics.yml").write_text(yaml.safe_dump({"topics": [topic]}))
        (root / "sources.yml").write_text(yaml.safe_dump({"sources": [source]}))
        (root / "quay").mkdir()
        article = {"url": "https://quay.example/strike", "title": "Shut", "text": TEXT, "published_at": str(DAY)}
        (root / "quay" / "strike.json").write_text(json.dumps([article]))
        run = Run.by_hand(DAY)
        ingest.ingest(run, "quay", self.settings)
        for shard in extract.plan(run, self.settings):
            extract.extract(run, shard, self.settings)
        load.load(run, self.settings)
        code = shutil.ignore_patterns("models", "training", "__pycache__")  # the build needs no spaCy pipeline
        shutil.copytree(ROOT / "extract", root / "code" / "extract", ignore=code)
        shutil.copytree(ROOT / "dbt_project", root / "code" / "dbt_project", ignore=shutil.ignore_patterns("target"))

    def python(self, *arguments: str) -> str:
        environment = os.environ | {
            "PYTHONPATH": str(self.root / "code"),
            "WIREHOUSE_DATA": str(self.settings.data),
            "WIREHOUSE_CONFIG": str(self.root),
        }
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=environment, cwd=self.root / "code", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def build(self) -> None:
        self.python("-m", "extract.cli", "build")

    def version(self) -> str:
        return self.python("-c", "from extract.nlp.version import extractor_version as v; print(v())")

    def seed(self, name: str) -> Path:
        return self.root / "code" / "dbt_project" / "seeds" / f"{name}.csv"

    def add(self, seed: str, *rows: str) -> None:
        with self.seed(seed).open("a", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in rows)

    def ask(self, query: str) -> list[tuple]:
        with duckdb.connect(self.settings.warehouse, read_only=True) as con:
            return con.execute(query).fetchall()

    def actors(self) -> dict[str, tuple[str, bool]]:
        """Name as written -> actor and whether it is curated."""
        rows = self.ask("SELECT unnest(aliases), actor_id, is_curated FROM actors")
        return {name: (actor, curated) for name, actor, curated in rows}

    def shards(self) -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in Path(str(self.settings.shards)).rglob("*.parquet")}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"))
    project.build()
    return project


def test_an_actor_and_its_aliases_take_effect_without_reading_an_article(project: Project):
    before, shards, version = project.actors(), project.shards(), project.version()
    read_by = project.ask("SELECT DISTINCT extractor_version FROM staging.mentions")
    assert shards and len(read_by) == 1
    assert before["Jana Hronova"] == ("person:jana-hronova", False)
    assert before["Zhytniv Dockhands League"][1] is before["Crane Brotherhood"][1] is False
    assert before["Zhytniv Dockhands League"][0] != before["Crane Brotherhood"][0]

    project.add(
        "actors",
        "dockhands-league,Zhytniv Dockhands League,organisation,UKR,LAB,,,own,",
        "jana-hronova,Jana Hronová,person,UKR,LAB,,,own,",
    )
    project.add(
        "actor_aliases",
        "Zhytniv Dockhands League,dockhands-league,,,name,own",
        "Crane Brotherhood,dockhands-league,2024-01-01,,name,own",
        "Jana Hronová,jana-hronova,,,name,own",
    )
    project.build()

    after = project.actors()
    assert after["Zhytniv Dockhands League"] == after["Crane Brotherhood"] == ("dockhands-league", True)
    assert after["Jana Hronova"] == ("jana-hronova", True)
    assert project.ask("SELECT sector, country_iso3 FROM actors WHERE actor_id = 'dockhands-league'") == [
        ("LAB", "UKR")
    ]
    assert project.ask("SELECT DISTINCT speaker_actor_id FROM quotes WHERE type <> 'indirect'") == [("jana-hronova",)]

    assert project.shards() == shards
    assert project.version() == version
    assert project.ask("SELECT DISTINCT extractor_version FROM staging.mentions") == read_by


def test_an_alias_out_of_its_time_takes_no_effect(project: Project):
    aliases = project.seed("actor_aliases")
    row, ended = "Crane Brotherhood,dockhands-league,2024-01-01,,", "Crane Brotherhood,dockhands-league,,2024-02-01,"
    text = aliases.read_text(encoding="utf-8")
    assert row in text
    aliases.write_text(text.replace(row, ended), encoding="utf-8")
    project.build()
    assert project.actors()["Crane Brotherhood"][1] is False
    assert project.actors()["Zhytniv Dockhands League"] == ("dockhands-league", True)
