"""Checksums of the marts, for tests that say two runs gave the same."""

import duckdb

# What belongs to a run and not to the news.
RUN_MARTS = {"outcomes", "pipeline_runs", "quarantine", "source_health", "schema_changes"}
RUN_COLUMNS = {"fetched_at", "landed_on"}


def checksums(path):
    """Mart name -> (rows, checksum of its ordered rows without run metadata)."""
    with duckdb.connect(path, read_only=True) as con:
        columns = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal ORDER BY ALL"
        ).fetchall()
        marts = {}
        for mart, column in columns:
            if mart not in RUN_MARTS and column not in RUN_COLUMNS:
                marts.setdefault(mart, []).append(f'"{column}"')
        return {
            mart: con.execute(
                f"SELECT count(*), md5(string_agg(row, chr(10) ORDER BY row)) "
                f"FROM (SELECT ({', '.join(names)})::VARCHAR AS row FROM main.{mart})"
            ).fetchall()[0]
            for mart, names in marts.items()
        }
