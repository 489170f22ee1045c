"""The exposures name what each reader really reads."""

import re
import sys
from pathlib import Path

import yaml

from extract import cookbook, docs
from extract.settings import ROOT

sys.path.insert(0, str(ROOT / "bi" / "superset"))
import bundle

MODELS = ROOT / "dbt_project" / "models"
EXPOSURES = {e["name"]: e for e in yaml.safe_load((MODELS / "exposures.yml").read_text())["exposures"]}
NAMES = {model["name"]: docs.name(model) for _, model in docs.models()}


def read_by(exposure):
    """Names of the relations that an exposure says it reads."""
    found = [re.fullmatch(r"ref\('(\w+)'\)", ref).group(1) for ref in EXPOSURES[exposure]["depends_on"]]
    assert found == sorted(found)
    return {NAMES[name] for name in found}


def named_in(text):
    """Relations of analysts that stand after FROM or JOIN."""
    words = set(re.findall(r"(?:FROM|JOIN|SEMI JOIN|from|join)\s+\(?(?:main\.)?(\w+)", text))
    return words & set(NAMES.values())


def test_dashboards_read_what_their_datasets_ask():
    datasets = yaml.safe_load((ROOT / "bi/superset/datasets.yml").read_text())
    for path in sorted((ROOT / "bi/superset/dashboards").glob("*.yml")):
        dashboard = yaml.safe_load(path.read_text())
        asked = {name for c in bundle.charts(dashboard) for name in named_in(datasets[c["dataset"]]["sql"])}
        assert read_by(f"dashboard_{path.stem}") == asked
        assert EXPOSURES[f"dashboard_{path.stem}"]["url"].endswith(f"/{dashboard['slug']}/")


def test_parquet_exports_are_all_tables():
    tables = {docs.name(model) for kind, model in docs.models() if kind in ("table", "incremental")}
    assert read_by("parquet_exports") == tables


def test_cookbook_reads_what_its_queries_ask():
    assert read_by("cookbook") == set().union(*(named_in(recipe.query) for recipe in cookbook.recipes()))


def test_commands_read_what_their_queries_ask():
    views = (ROOT / "extract" / "views.py").read_text()
    assert read_by("cli_quotes") | read_by("cli_events") == named_in(views)
    # It counts the rows of some whose names stand in a list.
    assert read_by("cli_run_and_status") >= named_in((ROOT / "extract" / "summary.py").read_text())


def test_every_view_made_for_analysts_is_read_by_somebody():
    views = {path.stem for path in Path(MODELS / "views").glob("*.sql")}
    assert views <= {name for exposure in EXPOSURES for name in read_by(exposure)}
