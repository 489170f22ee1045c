"""Evaluation against gold files: one module a measure, each with ``evaluate`` returning a plain dict.

Gold is read where it lies and never copied; what each figure means stands in the module that makes it.
"""

from __future__ import annotations

import importlib
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from extract.annotate import annotate

# Quotes and events are measured on annotated text; the others on the resolver, the date grammar, the dbt models and
# ingestion.
MEASURES = {
    "quotes": True, "events": True, "actors": False, "dates": False, "dedup": False, "pages": False, "copies": False,
}  # fmt: skip


def measure(what: str, gold: Path, model: str | None = None, corpus: list[Path] | None = None) -> dict[str, Any]:
    """Run one measure on a gold file; keys and meanings are those of its module."""
    evaluate = importlib.import_module(f"extract.evaluate.{what}").evaluate
    if what == "copies":
        evaluate = partial(evaluate, corpora=corpus or [])
    result: dict[str, Any] = evaluate(gold, partial(annotate, model=model)) if MEASURES[what] else evaluate(gold)
    return result


def show(console: Console, result: dict[str, Any]) -> None:
    """Figures as tables: a nested dict of numbers is a table, the rest a line each; lists of errors are left out."""
    for name, value in result.items():
        if isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values()):
            columns = list(dict.fromkeys(k for v in value.values() for k in v if not isinstance(v[k], list | dict)))
            table = Table(name, *columns)
            for row, figures in value.items():
                table.add_row(str(row), *(written(figures.get(c)) for c in columns))
            console.print(table)
        elif isinstance(value, dict):
            console.print(f"{name}: " + ", ".join(f"{k} {written(v)}" for k, v in value.items()))
        elif not isinstance(value, list):
            console.print(f"{name}: {written(value)}")


def written(value: Any) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
