"""The cookbook: docs/cookbook.md, questions with a query each and what the bundled articles answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from extract.settings import ROOT
from extract.views import written

PATH = ROOT / "docs" / "cookbook.md"
# A question is a numbered heading; its query is the first block of SQL below, its answer all that follows.
RECIPE = re.compile(r"^## (\d+)\. (.+?)\n(.*?```sql\n)(.*?)(```\n)(.*?)(?=^#{1,2} |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Recipe:
    number: int
    question: str
    query: str
    answer: str


def recipes() -> list[Recipe]:
    """The questions of the cookbook in its order."""
    return [
        Recipe(int(number), question, query, answer.strip())
        for number, question, _, query, _, answer in RECIPE.findall(PATH.read_text())
    ]


def answered(con: duckdb.DuckDBPyConnection) -> str:
    """The text of the cookbook with the answers of a warehouse in place of those it has."""

    def answer(recipe: re.Match[str]) -> str:
        number, question, before, query, after, _ = recipe.groups()
        return f"## {number}. {question}\n{before}{query}{after}\n{table(con, query)}\n\n"

    return RECIPE.sub(answer, PATH.read_text()).rstrip() + "\n"


def table(con: duckdb.DuckDBPyConnection, query: str) -> str:
    """The rows of a query as a Markdown table."""
    found = con.execute(query)
    names = [d[0] for d in found.description or []]
    rows = [[cell(v) for v in row] for row in found.fetchall()]
    return "\n".join("| " + " | ".join(row) + " |" for row in [names, ["---"] * len(names), *rows])


def cell(value: object) -> str:
    return re.sub(r"\s+", " ", written(value)).replace("|", r"\|")
