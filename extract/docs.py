"""Pages that are made: the answers of docs/cookbook.md from the bundled articles, docs/data-dictionary.md from YAML.

``python -m extract.docs`` writes both.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from extract import cookbook
from extract.runs import Run
from extract.settings import ROOT, Settings
from extract.stages import build, extract, ingest, load, publish

DICTIONARY = ROOT / "docs" / "data-dictionary.md"
MODELS = ROOT / "dbt_project" / "models"
# How the models of a folder are made where their own YAML does not say.
FOLDERS = {"marts": "table", "views": "view"}
# Any day gives the same marts from the bundled articles.
DAY = date(2026, 1, 1)


def bundled(data: Path) -> Settings:
    """A published warehouse of the bundled articles in a folder: the stages as the DAG calls them, without Airflow."""
    settings, run = Settings(data=data, config=ROOT / "config"), Run.by_hand(DAY)  # type: ignore[call-arg]
    for source in ingest.source_ids(settings):
        ingest.ingest(run, source, settings)
    for shard in extract.plan(run, settings):
        extract.extract(run, shard, settings)
    load.load(run, settings)
    build.build(run, settings)
    publish.publish(run, settings)
    return settings


def models() -> Iterator[tuple[str, dict[str, Any]]]:
    """How it is made and the YAML of every table, view and macro that analysts read, by name."""
    found = [
        (model.get("config", {}).get("materialized", materialized), model)
        for folder, materialized in FOLDERS.items()
        for path in (MODELS / folder).glob("*.yml")
        for model in yaml.safe_load(path.read_text()).get("models", [])
    ]
    yield from sorted(found, key=lambda kind_and_model: name(kind_and_model[1]))


def name(model: dict[str, Any]) -> str:
    """What analysts call a model."""
    return str(model.get("config", {}).get("alias", model["name"]))


def dictionary() -> str:
    """The data dictionary as Markdown."""
    pages = [
        "# Data dictionary\n\nEvery table, view and macro of the published warehouse that analysts need, from the YAML "
        "beside each model\n(`python -m extract.docs` writes this page). The catalogue says the same: "
        "`SELECT column_name, comment FROM duckdb_columns()`.\nUnits and naming: [naming.md](naming.md); how to ask: "
        "[cookbook.md](cookbook.md).\n"
    ]
    pages.append("| name | |\n|---|---|")
    for kind, model in models():
        first = " ".join(model["description"].split()).split(". ")[0].rstrip(".")
        pages.append(f"| [`{name(model)}`](#{name(model)}) ({KINDS.get(kind, kind)}) | {first} |")
    for _, model in models():
        pages.append(f"\n## {name(model)}\n\n{' '.join(model['description'].split())}\n")
        pages.append("| column | type | meaning |\n|---|---|---|")
        pages += [row(column) for column in model["columns"]]
    return "\n".join(pages) + "\n"


KINDS = {"incremental": "table", "table_function": "macro"}


def row(column: dict[str, Any]) -> str:
    """A column as a line of the dictionary, with what its constraints and tests promise."""
    meaning = " ".join(column["description"].split())
    tests = column.get("data_tests", [])
    for test in tests:
        if isinstance(test, dict):
            for kind, options in test.items():
                arguments = options.get("arguments", options)
                if kind == "accepted_values":
                    meaning += ": " + ", ".join(f"`{v}`" for v in arguments["values"])
                elif kind == "relationships":
                    meaning += f" → `{arguments['to'].removeprefix('ref(').strip(chr(39) + ')').removeprefix('mart_')}`"
    never_null = {"type": "not_null"} in column.get("constraints", []) or "not_null" in tests
    meaning += ". Unique" if "unique" in tests else ""
    meaning += ". Never null" if never_null else ""
    return f"| `{column['name']}` | {column.get('data_type', '')} | {meaning} |".replace("||", "|")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", type=Path, help="a published warehouse of the bundled articles, if there is one")
    warehouse = parser.parse_args().warehouse
    DICTIONARY.write_text(dictionary())
    with tempfile.TemporaryDirectory() as data:
        path = warehouse or bundled(Path(data)).published_warehouse
        with duckdb.connect(path, read_only=True) as con:
            cookbook.PATH.write_text(cookbook.answered(con))


if __name__ == "__main__":
    main()
