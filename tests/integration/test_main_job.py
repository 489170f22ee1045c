"""The main job: one article that cannot be read, and what it says when it is run as a newcomer runs it."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import DAYS
from marts import checksums

from extract.runs import Run
from extract.settings import Settings
from extract.stages import extract, ingest

WIREHOUSE = Path(sys.executable).parent / "wirehouse"


def test_article_that_breaks_the_pipeline_costs_itself_alone(config, tmp_path, nlp):
    settings = Settings(data=tmp_path, config=config)
    run = Run.by_hand(DAYS[0])
    ingest.ingest(run, "courier", settings)

    def breaks(doc):
        if "carpet" in doc.text:
            raise MemoryError("too much")
        return doc

    from spacy.language import Language

    Language.component("breaks", func=breaks)
    nlp.add_pipe("breaks", first=True)
    try:
        for shard in extract.plan(run, settings):
            counts = extract.extract(run, shard, settings)
    finally:
        nlp.remove_pipe("breaks")
    assert counts == {"extracted": 1, "failed": 1}
    assert extract.plan(run, settings) == [], "a broken article is tried for ever"


def test_main_job_runs_in_airflow_and_says_what_it_did(config, tmp_path):
    command = [WIREHOUSE, "run", "--day", str(DAYS[0])]
    environment = os.environ | {"WIREHOUSE_DATA": str(tmp_path), "WIREHOUSE_CONFIG": str(config)}
    environment = {k: v for k, v in environment.items() if not k.startswith("AIRFLOW")}
    first = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "4 items of 1 sources" in first.stdout
    assert "3 landed, 0 unchanged, 1" in first.stdout
    assert "Olha Bondar" in first.stdout
    before = checksums(tmp_path / "published" / "wirehouse.duckdb")
    second = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert "Nothing new" in second.stdout
    assert checksums(tmp_path / "published" / "wirehouse.duckdb") == before
