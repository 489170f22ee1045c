"""No query compares every row with every other: a join on two conditions, one of them about one side alone, would.

On a few articles nobody would notice; on some thousands such a query took longer than all others together.
"""

import re

import duckdb
import pytest

from extract.briefing import briefing
from extract.cookbook import recipes

ALL_WITH_ALL = "BLOCKWISE_NL_JOIN"


def plan(con, query, *given):
    return "\n".join(text for _, text in con.execute(f"EXPLAIN {query}", *given).fetchall())


def compared(con, query, *given):
    return ALL_WITH_ALL in plan(con, query, *given)


def test_the_sign_of_such_a_join_is_known():
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT range AS a, range::VARCHAR AS b FROM range(1000)")
        joined = "FROM t AS x LEFT JOIN t AS y ON x.a = y.a AND starts_with(x.b, '1')"
        assert compared(con, joined)
        assert not compared(con, joined.replace("x.a = y.a AND starts_with(x.b, '1')", "x.a = y.a"))


def test_no_model_compares_all_with_all(undisturbed):
    models = sorted((undisturbed.data / "dbt" / "compiled" / "wirehouse" / "models").rglob("*.sql"))
    assert len(models) > 50
    with duckdb.connect(undisturbed.warehouse, read_only=True) as con:
        found = [
            path.stem
            for path in models
            # Tests stand in folders named after the YAML; the macro's argument is known only where it is called.
            if path.parent.suffix != ".yml" and path.stem != "actor_ids" and compared(con, path.read_text())
        ]
    assert found == []


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: str(recipe.number))
def test_no_question_of_the_cookbook_compares_all_with_all(undisturbed, recipe):
    with duckdb.connect(undisturbed.published_warehouse, read_only=True) as con:
        assert not compared(con, recipe.query)


def test_briefing_does_not_compare_all_with_all(undisturbed):
    class Explained:
        """A connection that looks at each query's plan before it is run."""

        def __init__(self, con):
            self.con, self.n, self.found = con, 0, []

        def execute(self, query, *given):
            self.n += 1
            if compared(self.con, query, *given):
                self.found.append(re.sub(r"\s+", " ", query))
            return self.con.execute(query, *given)

    with duckdb.connect(undisturbed.published_warehouse, read_only=True) as con:
        explained = Explained(con)
        briefing(explained)
    assert explained.n > 10
    assert explained.found == []


def test_a_join_that_does_not_fit_into_memory_keeps_its_rows(tmp_path):
    """A full build of a large warehouse spills; some DuckDB after 1.5.5 lost rows then (its issue 25702)."""
    with duckdb.connect(tmp_path / "spilling.duckdb") as con:
        con.execute("SET threads = 1")
        con.execute("CREATE TABLE one AS SELECT range % 25 AS a FROM range(1500000)")
        con.execute("CREATE TABLE other AS SELECT range % 25 AS b FROM range(1500000)")
        con.execute("SET memory_limit = '40MB'")
        assert con.execute("SELECT count(*) FROM one WHERE a IN (SELECT b FROM other)").fetchall() == [(1_500_000,)]
