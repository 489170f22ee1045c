"""A choice of the fault suite (docs/faults.md), and what doctor mends."""

import json
import os
import shutil
import subprocess
import sys

import duckdb
import pytest
from conftest import DAYS
from marts import checksums
from rich.console import Console

from extract import doctor, repair
from extract.runs import ClockWrong, Run
from extract.settings import ROOT, Settings
from extract.stages import extract, ingest, load
from extract.tables import BrokenFile, read_parquet


def test_stages_disturbed_and_run_again_leave_what_they_leave_undisturbed(tmp_path):
    # In a process of its own, which starts no thread and so can be forked.
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "quick", "--folder", tmp_path],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [r for r in results if r["problems"]] == []
    assert done.returncode == 0, done.stderr
    assert sum(r.get("was_cut_off", False) for r in results) > 5
    assert {r["fault"] for r in results} >= {"clock behind", "two runs at once"}


@pytest.fixture
def settings(undisturbed, config, tmp_path):
    """A data folder of its own, as the undisturbed run left it."""
    shutil.copytree(undisturbed.data, tmp_path / "data", symlinks=True)
    return Settings(data=tmp_path / "data", config=config)


def landed(settings, day):
    [file] = (settings.landing / "articles" / f"date={day}").rglob("*.parquet")
    return file


def shard(settings, day):
    [documents] = settings.shards.glob(f"*/date={day}/*/documents.parquet")
    return documents.parent


def cut_off(file):
    file.write_bytes(file.read_bytes()[:-100])


def change(file):
    content = bytearray(file.read_bytes())
    content[100] ^= 1  # in the rows, which stand in front
    file.write_bytes(content)


def quiet(line):
    pass


def test_whole_data_folder_is_well(settings):
    assert repair.find(settings) == []
    assert doctor.check(Console(quiet=True), settings)


@pytest.mark.parametrize("damage", [cut_off, change])
def test_damaged_landing_is_told_and_comes_back_out_of_staging(settings, undisturbed, damage):
    file = landed(settings, DAYS[0])
    whole = file.read_bytes()
    damage(file)
    with pytest.raises(BrokenFile, match="doctor --repair"):
        read_parquet(file)
    assert [(d.kind, d.path) for d in repair.find(settings)] == [("articles", file)]
    assert repair.repair(settings, quiet) == []
    assert landed(settings, DAYS[0]).read_bytes() == whole
    assert repair.find(settings) == []
    assert checksums(settings.published_warehouse) == checksums(undisturbed.published_warehouse)
    assert len([*(settings.data / "damaged").rglob(file.name)]) == 1


def test_articles_that_are_nowhere_any_more_are_named(settings):
    assert repair.lost(settings) == []
    landed(settings, DAYS[0]).unlink()
    lost = repair.lost(settings)
    assert len(lost) == 3
    assert all("courier" in line and "articles.jsonl#line" in line for line in lost)


def test_damage_in_the_rows_of_a_mart_is_found(settings):
    with duckdb.connect(settings.warehouse, read_only=True) as con:
        query = "SELECT block_id FROM pragma_storage_info('quotes') WHERE persistent AND column_name = 'text' LIMIT 1"
        [(block,)] = con.execute(query).fetchall()
        [(size,)] = con.execute(
            "SELECT block_size FROM pragma_database_size() WHERE database_name = 'warehouse'"
        ).fetchall()
    with settings.warehouse.open("r+b") as file:
        file.seek(3 * 4096 + block * size + 64)  # blocks follow three headers
        file.write(b"damage")
    [found] = repair.find(settings)
    assert (found.kind, found.path) == ("warehouse", settings.warehouse)


def test_torn_shard_is_read_again_and_a_lost_warehouse_made_again(settings, undisturbed):
    folder = shard(settings, DAYS[1])
    cut_off(folder / "mentions.parquet")
    settings.warehouse.write_bytes(settings.warehouse.read_bytes()[: -(1 << 18)])
    assert {d.kind for d in repair.find(settings)} == {"shards", "warehouse"}
    assert repair.repair(settings, quiet) == []
    assert repair.find(settings) == []
    assert checksums(settings.published_warehouse) == checksums(undisturbed.published_warehouse)


def test_damaged_account_of_a_task_comes_back_out_of_staging(settings):
    def told():
        with duckdb.connect(settings.warehouse, read_only=True) as con:
            return con.execute("SELECT * FROM staging.outcomes ORDER BY ALL").fetchall()

    before = told()
    file = next(iter(settings.outcomes.glob(f"date={DAYS[0]}/ingest-*.parquet")))
    change(file)
    assert [d.kind for d in repair.find(settings)] == ["outcomes"]
    assert repair.repair(settings, quiet) == []
    assert repair.find(settings) == []
    settings.warehouse.unlink()
    for day in DAYS:
        load.load(Run.by_hand(day), settings)
    assert set(before) <= set(told()), "a new warehouse does not tell of what was done"


def test_day_that_has_not_begun_is_not_run(settings):
    tomorrow = DAYS[0].replace(year=DAYS[0].year + 100)
    with pytest.raises(ClockWrong, match="set the clock right"):
        ingest.ingest(Run.by_hand(tomorrow), "courier", settings)


def test_machine_without_memory_takes_no_article_for_read(settings, nlp):
    from spacy.language import Language

    def breaks(doc):
        raise MemoryError("no room for anything")

    Language.component("breaks", func=breaks)
    shutil.rmtree(shard(settings, DAYS[0]))
    waiting = extract.plan(Run.by_hand(DAYS[0]), settings)
    nlp.add_pipe("breaks", first=True)
    try:
        with pytest.raises(extract.NoMemory, match="free memory"):
            extract.extract(Run.by_hand(DAYS[0]), waiting[0], settings)
    finally:
        nlp.remove_pipe("breaks")
    assert extract.plan(Run.by_hand(DAYS[0]), settings) == waiting
