"""The warehouse in DuckLake: the marts of a local file, whatever keeps catalogue and rows."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest
from conftest import DAYS
from marts import checksums
from scaling import BUCKET, skip_without

from deploy.local import services
from extract import warehouse
from extract.lake import LakeUnreachable
from extract.publishing import versions
from extract.runs import Run
from extract.settings import Settings
from extract.stages import build, ingest, load, publish

pytest.importorskip("duckdb_extensions", reason="the extra scale is not installed: make .scale/.ready")


def landed_like(other, data, **changes):
    """Settings of a warehouse yet to be made from what another one landed and read."""
    for name in ("landing", "shards", "outcomes"):
        shutil.copytree(other.data / name, data / name)
    return Settings(data=data, config=other.config, target="ducklake", **changes)


def catalogue(path):
    """Every relation, column and macro that readers see, with its comment."""
    with duckdb.connect(path, read_only=True) as con:
        return con.execute(
            """
            SELECT table_name, column_name, data_type, is_nullable, trim(comment) FROM duckdb_columns()
            WHERE schema_name = 'main' AND NOT internal
            UNION ALL SELECT table_name, 'table', NULL, NULL, trim(comment) FROM duckdb_tables() WHERE schema_name = 'main'
            UNION ALL SELECT view_name, 'view', NULL, NULL, trim(comment) FROM duckdb_views()
                WHERE schema_name = 'main' AND NOT internal
            UNION ALL SELECT function_name, function_type, NULL, NULL, trim(comment) FROM duckdb_functions()
                WHERE schema_name = 'main' AND NOT internal
            ORDER BY ALL
            """
        ).fetchall()


def test_catalogue_in_postgresql_and_rows_on_s3_give_the_marts_of_a_file(undisturbed, postgres, s3, tmp_path):
    services.create_database("lake", postgres)
    settings = landed_like(undisturbed, tmp_path, catalog="postgres:dbname=lake", lake=f"s3://{BUCKET}/lake")
    run = Run.by_hand(DAYS[-1])
    for day in DAYS:
        load.load(Run(run.run_id, day), settings)
    assert build.build(run, settings)
    assert not build.build(run, settings)  # nothing has changed
    publish.publish(run, settings)
    publish.reconcile(run, settings)
    assert checksums(settings.published_warehouse) == checksums(undisturbed.published_warehouse)
    assert catalogue(settings.published_warehouse) == catalogue(undisturbed.published_warehouse)
    assert not settings.warehouse.exists() and not list(tmp_path.rglob("ducklake-*.parquet"))
    with warehouse.connect(settings) as con:
        files = con.execute(f"SELECT count(*) FROM glob('s3://{BUCKET}/lake/main/quotes/*.parquet')").fetchall()
        assert files[0][0] > 0


def test_a_days_build_gives_the_marts_of_a_full_one(undisturbed, tmp_path):
    settings = landed_like(undisturbed, tmp_path, catalog=str(tmp_path / "catalog.ducklake"))
    run = Run.by_hand(DAYS[-1])
    for day in DAYS[:2]:
        load.load(Run(run.run_id, day), settings)
    assert build.build(run, settings)
    load.load(Run(run.run_id, DAYS[2]), settings)
    assert build.build(run, settings)
    with warehouse.connect(settings) as con:
        assert con.execute("SELECT count(*) FROM changes.quotes").fetchall()[0][0] > 0  # a day's build made it
    publish.publish(run, settings)
    assert checksums(settings.published_warehouse) == checksums(undisturbed.published_warehouse)
    assert versions.verify(*versions.current(settings)) == []


def test_a_load_that_fails_leaves_no_row(undisturbed, tmp_path, monkeypatch):
    settings = landed_like(undisturbed, tmp_path, catalog=str(tmp_path / "catalog.ducklake"))

    def fails(con, rows):
        raise OSError("cut off")

    with monkeypatch.context() as patch:
        patch.setattr(load, "note_changed", fails)
        with pytest.raises(OSError, match="cut off"):
            load.load(Run.by_hand(DAYS[0]), settings)
    with warehouse.connect(settings) as con:
        assert con.execute("SELECT count(*) FROM staging.articles").fetchall() == [(0,)]
    assert load.load(Run.by_hand(DAYS[0]), settings)["articles"] == 1
    with warehouse.connect(settings) as con:
        assert con.execute("SELECT count(*) FROM staging.articles").fetchall() == [(3,)]


def test_a_catalogue_that_restarts_in_mid_load_costs_that_load_alone(open_folder, config, tmp_path, monkeypatch):
    skip_without("postgres")
    folder, port = Path(tempfile.mkdtemp(dir=open_folder)), services.free_port()
    settings = Settings(data=tmp_path, config=config, target="ducklake", catalog="postgres:dbname=lake")
    with ExitStack() as before, ExitStack() as after:
        reach = before.enter_context(services.postgres(folder, port))
        for name, value in reach.items():
            monkeypatch.setenv(name, value)
        services.create_database("lake", reach)
        run = Run.by_hand(DAYS[0])
        ingest.ingest(run, "courier", settings)
        note = load.note_changed

        def restarted(con, rows):
            before.close()
            after.enter_context(services.postgres(folder, port))
            note(con, rows)

        with monkeypatch.context() as patch:
            patch.setattr(load, "note_changed", restarted)
            with pytest.raises(LakeUnreachable, match="run again"):
                load.load(run, settings)
        with warehouse.connect(settings) as con:
            assert con.execute("SELECT count(*) FROM staging.articles").fetchall() == [(0,)]
        assert load.load(run, settings)["articles"] == 1
        with warehouse.connect(settings) as con:
            assert con.execute("SELECT count(*) FROM staging.articles").fetchall() == [(3,)]


def test_a_catalogue_that_is_not_there_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(services.free_port()))
    settings = Settings(data=tmp_path, target="ducklake")
    with pytest.raises(LakeUnreachable, match="see WIREHOUSE_CATALOG, PGHOST"), warehouse.connect(settings):
        pass
