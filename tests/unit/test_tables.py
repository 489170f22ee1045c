import dataclasses
from datetime import date, datetime

import duckdb
import pyarrow as pa
import pytest
from upath import UPath

from extract import records, tables


def outcome(**fields):
    base = {
        "outcome_id": "a",
        "run_id": "r",
        "interval_start": date(2022, 1, 1),
        "stage": "ingest",
        "subject_type": "item",
        "subject": "file#1",
        "status": "landed",
        "started_at": datetime(2022, 1, 1),
        "duration_s": 0.5,
    }
    return dataclasses.asdict(records.Outcome(**(base | fields)))


def loaded(con, rows):
    table = tables.OUTCOMES
    arrow = table.arrow(rows)
    tables.delete_rows(con, table, arrow.select(list(table.key)))
    tables.insert_rows(con, table, arrow)


def test_every_table_is_made_with_its_columns_and_comments():
    con = duckdb.connect()
    tables.create_staging(con)
    tables.create_staging(con)
    made = con.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE schema_name = 'staging' GROUP BY 1"
    ).fetchall()
    assert dict(made) == {name: table.schema.names for name, table in tables.TABLES.items()}
    [(comment,)] = con.execute(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'quotes' AND column_name = 'spans'"
    ).fetchall()
    assert "split quotation" in comment


def test_required_and_optional_columns_follow_the_record():
    con = duckdb.connect()
    tables.create_staging(con)
    with pytest.raises(duckdb.ConstraintException):
        con.execute("INSERT INTO staging.topics VALUES (NULL, 'x', 'x')")
    loaded(con, [outcome(message=None)])
    assert con.execute("SELECT message FROM staging.outcomes").fetchall() == [(None,)]


def test_loading_a_row_again_replaces_it():
    con = duckdb.connect()
    tables.create_staging(con)
    loaded(con, [outcome(status="landed"), outcome(outcome_id="b")])
    loaded(con, [outcome(status="unchanged")])
    assert con.execute("SELECT outcome_id, status FROM staging.outcomes ORDER BY 1").fetchall() == [
        ("a", "unchanged"),
        ("b", "landed"),
    ]


def test_row_with_a_wrong_column_is_refused():
    with pytest.raises(ValueError, match="colour"):
        tables.OUTCOMES.arrow([outcome() | {"colour": "red"}])


def test_file_takes_its_place_whole_or_not_at_all(tmp_path):
    path = UPath(tmp_path / "a" / "rows.parquet")
    with pytest.raises(RuntimeError), tables.replacing(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert list(path.parent.iterdir()) == []
    assert tables.OUTCOMES.write(path, [outcome()]) == 1
    assert [p.name for p in path.parent.iterdir()] == ["rows.parquet"]


def test_nested_types_go_through_parquet_and_duckdb(tmp_path):
    field = tables.field("spans", list[list[int]])
    assert tables.sql_type(field.type) == "INTEGER[][]"
    assert tables.field("x", str | None).nullable
    assert not tables.field("x", str).nullable
    assert tables.field("x", str | None).type == pa.string()


def test_ids_depend_on_their_parts_alone():
    assert tables.stable_id("a", 1) == tables.stable_id("a", 1)
    assert tables.stable_id("a", "bc") != tables.stable_id("ab", "c")
