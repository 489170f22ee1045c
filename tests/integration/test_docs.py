"""What docs/ and the catalogue say of the warehouse is so."""

import duckdb
import pytest
from typer.testing import CliRunner

from extract import cli, cookbook, docs


@pytest.fixture(scope="module")
def warehouse(bundled):
    with duckdb.connect(bundled.published_warehouse, read_only=True) as con:
        yield con


@pytest.mark.parametrize("recipe", cookbook.recipes(), ids=lambda recipe: str(recipe.number))
def test_cookbook_shows_what_the_bundled_articles_answer(warehouse, recipe):
    assert warehouse.execute(recipe.query).fetchall(), "a question without an answer shows nothing"
    assert cookbook.table(warehouse, recipe.query) == recipe.answer, "python -m extract.docs writes the answers anew"


def test_every_question_of_the_cookbook_is_asked(warehouse):
    numbers = [recipe.number for recipe in cookbook.recipes()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == cookbook.PATH.read_text().count("```sql\n") >= 25
    assert cookbook.answered(warehouse) == cookbook.PATH.read_text()


def test_cookbook_is_asked_of_the_published_warehouse(bundled, monkeypatch):
    monkeypatch.setattr(cli, "settings", lambda: bundled)
    listed = CliRunner().invoke(cli.app, ["cookbook"]).stdout.splitlines()
    assert len(listed) == len(cookbook.recipes())
    done = CliRunner().invoke(cli.app, ["cookbook", "1", "-f", "csv"])
    assert done.stdout.splitlines()[0] == "quarter,quotes,speakers,unnamed,named"
    assert "quotes_wide" in done.stderr
    assert CliRunner().invoke(cli.app, ["cookbook", "999"]).exit_code == 2


def test_dictionary_is_that_of_the_models():
    assert docs.dictionary() == docs.DICTIONARY.read_text(), "python -m extract.docs writes it anew"


def test_dictionary_has_every_relation_and_column_that_analysts_see(warehouse):
    written = {docs.name(model): {c["name"] for c in model["columns"]} for _, model in docs.models()}
    seen: dict[str, set[str]] = {}
    for relation, column in warehouse.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "AND table_name != 'schema_changes'"  # made by publishing, which describes it
    ).fetchall():
        seen.setdefault(relation, set()).add(column)
    macros = {"actor_ids": {"actor_id"}}
    assert written == seen | macros


def test_catalogue_comments_on_every_table_view_column_and_macro_of_analysts(warehouse):
    without = warehouse.execute(
        """
        SELECT schema_name, table_name, NULL FROM duckdb_tables() WHERE comment IS NULL AND NOT internal
        UNION ALL SELECT schema_name, view_name, NULL FROM duckdb_views() WHERE comment IS NULL AND NOT internal
        UNION ALL SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal
        UNION ALL SELECT schema_name, function_name, NULL FROM duckdb_functions() WHERE comment IS NULL AND NOT internal
        """
    ).fetchall()
    assert [found for found in without if found[0] in ("main", "knowledge")] == []


def test_comments_are_those_of_the_dictionary(warehouse):
    dictionary = docs.DICTIONARY.read_text()
    for column, comment in warehouse.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "AND table_name != 'schema_changes'"
    ).fetchall():
        assert f"| `{column}` |" in dictionary
        assert " ".join(comment.split()) in dictionary
