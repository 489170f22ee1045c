"""The rules of a well-kept dbt project (those of dbt-project-evaluator that concern us), over the manifest.

What breaks a rule and why it may stands in ``tests/data/project_exceptions.yml``; an exception that is no longer one
fails too.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_dbt import dbt

EXCEPTIONS: dict[str, dict[str, str]] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "project_exceptions.yml").read_text()
)
FANOUT = 12


class Project:
    """What the rules ask of a manifest; models and seeds by their names."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self.models = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}
        self.parents: dict[str, set[tuple[str, str]]] = {}
        self.children: dict[str, set[str]] = defaultdict(set)
        self.tests: dict[str, set[str]] = defaultdict(set)
        for model in self.models.values():
            found = {(p.split(".")[0], p.split(".")[-1]) for p in model["depends_on"]["nodes"]}
            self.parents[model["name"]] = found
            for _, parent in found:
                self.children[parent].add(model["name"])
        for node in manifest["nodes"].values():
            if node["resource_type"] == "test" and node.get("attached_node"):
                self.tests[node["attached_node"].split(".")[-1]].add(node["test_metadata"]["name"])
        for node in manifest["unit_tests"].values():
            self.tests[node["model"]].add("unit test")
        for used_by in (manifest["semantic_models"], manifest["exposures"]):
            for node in used_by.values():
                for parent in node["depends_on"]["nodes"]:
                    self.children[parent.split(".")[-1]].add(node["name"])

    def layer(self, name: str) -> str:
        return self.models[name]["path"].split("/")[0]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("rules")
    done = dbt(folder, "parse")
    assert done.returncode == 0, done.stdout[-3000:]
    return Project(json.loads((folder / "target" / "manifest.json").read_text()))


def names_tell_the_layer(p: Project) -> set[str]:
    prefix = {"staging": "stg_", "intermediate": "int_", "marts": "", "views": ""}
    odd = {n for n in p.models if not n.startswith(prefix[p.layer(n)])}
    return odd | {n for n in p.models if p.layer(n) in ("marts", "views") and re.match("(stg|int|mart|dim|fct)_", n)}


def only_staging_reads_sources(p: Project) -> set[str]:
    return {
        n for n, parents in p.parents.items() for kind, _ in parents if kind == "source" and p.layer(n) != "staging"
    }


def staging_reads_one_source_and_no_model(p: Project) -> set[str]:
    odd = set()
    for name in p.models:
        kinds = [kind for kind, _ in p.parents[name]]
        if p.layer(name) == "staging" and (kinds.count("source") != 1 or "model" in kinds):
            odd.add(name)
    return odd


def a_source_is_read_once(p: Project) -> set[str]:
    readers: dict[str, set[str]] = defaultdict(set)
    for name, parents in p.parents.items():
        for kind, parent in parents:
            if kind == "source":
                readers[parent].add(name)
    return {source for source, models in readers.items() if len(models) > 1}


def every_model_has_parents(p: Project) -> set[str]:
    return {name for name, parents in p.parents.items() if not parents}


def every_model_below_the_marts_is_read(p: Project) -> set[str]:
    return {n for n in p.models if p.layer(n) in ("staging", "intermediate") and not p.children[n]}


def marts_read_no_staging(p: Project) -> set[str]:
    upper = [n for n in p.models if p.layer(n) in ("marts", "views")]
    return {n for n in upper for kind, name in p.parents[n] if kind == "model" and p.layer(name) == "staging"}


def nothing_below_reads_a_mart(p: Project) -> set[str]:
    lower = [n for n in p.models if p.layer(n) in ("staging", "intermediate")]
    return {n for n in lower for kind, name in p.parents[n] if kind == "model" and p.layer(name) in ("marts", "views")}


def no_model_is_read_by_more_than_a_dozen(p: Project) -> set[str]:
    return {n for n in p.models if len(p.children[n] & set(p.models)) > FANOUT}


def every_model_is_described(p: Project) -> set[str]:
    return {n for n, model in p.models.items() if not model["description"].strip().startswith("One row per")}


def every_column_of_a_mart_is_described_and_of_a_type(p: Project) -> set[str]:
    marts = [p.models[n] for n in p.models if p.layer(n) in ("marts", "views")]
    return {
        f"{m['name']}.{c['name']}"
        for m in marts
        for c in m["columns"].values()
        if not c["description"] or not c["data_type"]
    } | {m["name"] for m in marts if not m["contract"]["enforced"]}


def every_grain_is_tested(p: Project) -> set[str]:
    keys = {"unique", "unique_together"}
    return {n for n in p.models if p.layer(n) == "marts" and not p.tests[n] & keys}


def every_model_with_a_rule_is_tested(p: Project) -> set[str]:
    return {n for n in p.models if p.layer(n) == "intermediate" and not p.tests[n]}


def no_relation_is_named_outright(p: Project) -> set[str]:
    named = re.compile(r"\b(from|join)\s+(main|intermediate|staging|knowledge)\.", re.I)
    return {n for n, model in p.models.items() if named.search(model["raw_code"])}


RULES = [
    names_tell_the_layer,
    only_staging_reads_sources,
    staging_reads_one_source_and_no_model,
    a_source_is_read_once,
    every_model_has_parents,
    every_model_below_the_marts_is_read,
    marts_read_no_staging,
    nothing_below_reads_a_mart,
    no_model_is_read_by_more_than_a_dozen,
    every_model_is_described,
    every_column_of_a_mart_is_described_and_of_a_type,
    every_grain_is_tested,
    every_model_with_a_rule_is_tested,
    no_relation_is_named_outright,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_project(project, rule):
    assert rule(project) == set(EXCEPTIONS.get(rule.__name__, {}))


def test_every_exception_is_of_a_rule_and_says_why():
    assert set(EXCEPTIONS) <= {rule.__name__ for rule in RULES}
    assert all(len(reason) > 20 for exceptions in EXCEPTIONS.values() for reason in exceptions.values())


def test_a_rule_finds_what_breaks_it():
    """One model that breaks most rules at once."""
    manifest = {
        "nodes": {
            "model.w.fct_all": {
                "resource_type": "model",
                "name": "fct_all",
                "path": "marts/fct_all.sql",
                "description": "Everything.",
                "columns": {"x": {"name": "x", "description": "", "data_type": None}},
                "contract": {"enforced": False},
                "raw_code": "select * from main.articles",
                "depends_on": {"nodes": ["source.w.staging.articles"]},
            },
            "model.w.stg_lone": {
                "resource_type": "model",
                "name": "stg_lone",
                "path": "staging/stg_lone.sql",
                "description": "One row per article.",
                "columns": {},
                "contract": {"enforced": False},
                "raw_code": "select 1",
                "depends_on": {"nodes": []},
            },
        },
        "unit_tests": {},
        "semantic_models": {},
        "exposures": {},
    }
    broken = Project(manifest)
    assert names_tell_the_layer(broken) == {"fct_all"}
    assert only_staging_reads_sources(broken) == {"fct_all"}
    assert staging_reads_one_source_and_no_model(broken) == {"stg_lone"}
    assert every_model_has_parents(broken) == {"stg_lone"}
    assert every_model_below_the_marts_is_read(broken) == {"stg_lone"}
    assert every_model_is_described(broken) == {"fct_all"}
    assert every_column_of_a_mart_is_described_and_of_a_type(broken) == {"fct_all", "fct_all.x"}
    assert every_grain_is_tested(broken) == {"fct_all"}
    assert no_relation_is_named_outright(broken) == {"fct_all"}
