"""A correction to the knowledge base takes effect at the next build: no article is read again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from extract.settings import ROOT

DAY = "2024-03-05"
TEXT = (
    "The harbour of Zhytniv is shut and stays so, the Zhytniv Dockhands League said on Tuesday.\n\n"
    "“Nobody will unload a ship this week,” said Jana Hronova, who leads the strike. “We are patient.”\n\n"
    "The Crane Brotherhood, as it is known on the quay, blocked the road on Monday."
)


class Project:
    """A copy of the code and the knowledge base, with one article."""

    def __init__(self, root: Path) -> None:
        self.root, self.data = root, root / "data"
        skip = shutil.ignore_patterns("models", "training", "__pycache__")
        shutil.copytree(ROOT / "extract", root / "extract", ignore=skip)
        (root / "extract" / "nlp" / "models").symlink_to(ROOT / "extract" / "nlp" / "models")
        shutil.copytree(ROOT / "dbt_project", root / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
        (root / "config").mkdir()
        topic = {"id": "harbour", "name": "Harbour", "description": "d", "any": ["Zhytniv"], "source": "own"}
        source = {"id": "quay", "name": "Quay", "kind": "folder", "path": str(root / "quay")}
        (root / "config" / "topics.yml").write_text(yaml.safe_dump({"topics": [topic]}))
        (root / "config" / "sources.yml").write_text(yaml.safe_dump({"sources": [source]}))
        (root / "quay").mkdir()
        article = {"url": "https://quay.example/strike", "title": "Harbour shut", "text": TEXT, "published_at": DAY}
        (root / "quay" / "strike.json").write_text(json.dumps([article]))

    def run(self, *arguments: str) -> str:
        environment = os.environ | {
            "PYTHONPATH": str(self.root),
            "WIREHOUSE_DATA": str(self.data),
            "WIREHOUSE_CONFIG": str(self.root / "config"),
        }
        command = [sys.executable, "-m", "extract.cli", *arguments]
        done = subprocess.run(command, env=environment, cwd=self.root, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def add(self, seed: str, row: str) -> None:
        with (self.root / "dbt_project" / "seeds" / f"{seed}.csv").open("a", encoding="utf-8") as file:
            file.write(row + "\n")

    def ask(self, query: str) -> list[tuple]:
        with duckdb.connect(self.data / "warehouse.duckdb", read_only=True) as con:
            return con.execute(query).fetchall()

    def shards(self) -> dict[str, tuple[int, int]]:
        files = sorted(path for path in (self.data / "shards").rglob("*") if path.is_file())
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    def actors(self) -> dict[str, tuple[str, bool]]:
        """Name as written -> actor and whether it is curated."""
        rows = self.ask("SELECT unnest(aliases), actor_id, is_curated FROM actors")
        return {name: (actor, curated) for name, actor, curated in rows}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"))
    for stage in ("ingest", "extract", "load"):
        project.run(stage, "--day", DAY)
    project.run("build")
    return project


def test_an_actor_and_its_aliases_take_effect_without_reading_an_article(project: Project):
    before, shards = project.actors(), project.shards()
    versions = project.ask("SELECT DISTINCT extractor_version FROM staging.mentions")
    assert before["Jana Hronova"] == ("person:jana-hronova", False)
    assert before["Zhytniv Dockhands League"][1] is before["Crane Brotherhood"][1] is False
    assert before["Zhytniv Dockhands League"][0] != before["Crane Brotherhood"][0]

    project.add("actors", "dockhands-league,Zhytniv Dockhands League,organisation,UKR,LAB,,,own,")
    project.add("actor_aliases", "Zhytniv Dockhands League,dockhands-league,,,name,own")
    project.add("actor_aliases", "Crane Brotherhood,dockhands-league,2024-01-01,,name,own")
    project.add("actors", "jana-hronova,Jana Hronová,person,UKR,LAB,,,own,")
    project.add("actor_aliases", "Jana Hronová,jana-hronova,,,name,own")
    project.run("build")

    after = project.actors()
    assert after["Zhytniv Dockhands League"] == after["Crane Brotherhood"] == ("dockhands-league", True)
    assert after["Jana Hronova"] == ("jana-hronova", True)
    assert project.ask("SELECT sector, country_iso3 FROM actors WHERE actor_id = 'dockhands-league'") == [("LAB", "UKR")]
    speakers = project.ask("SELECT DISTINCT speaker_name FROM quotes WHERE speaker_actor_id = 'jana-hronova'")
    assert speakers == [("Jana Hronova",)] or speakers == [("Jana Hronová",)]

    assert project.shards() == shards
    assert project.ask("SELECT DISTINCT extractor_version FROM staging.mentions") == versions
    assert project.run("extract", "--day", DAY) and project.shards() == shards  # the reading is as new as can be


def test_an_alias_out_of_its_time_takes_no_effect(project: Project):
    project.add("actor_aliases", "Crane Brothers,dockhands-league,,,name,own")
    aliases = project.root / "dbt_project" / "seeds" / "actor_aliases.csv"
    kept = aliases.read_text(encoding="utf-8")
    ended = "Crane Brotherhood,dockhands-league,,2024-02-01,name,own"
    aliases.write_text(
        kept.replace("Crane Brotherhood,dockhands-league,2024-01-01,,name,own", ended), encoding="utf-8"
    )
    project.run("build")
    assert project.actors()["Crane Brotherhood"][1] is False
