"""Date resolution against gold: expressions with publication day and the interval they denote."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta

from extract.nlp.dates import resolve_expression

# The granularities that an expected form allows: "A/B" does not say in which unit the text speaks.
GRANULARITIES = {
    "day": {"day", "hour", "minute"},
    "week": {"week"},
    "month": {"month"},
    "quarter": {"quarter"},
    "year": {"year"},
    "decade": {"decade"},
    "range": {"range", "season"},
}


def parse_interval(form: str) -> tuple[date, date, str]:
    """First day, last day and granularity of an ISO 8601 form.

    ``2025-06-18``, ``2025-W24``, ``2025-06``, ``2025-Q2``, ``2025``, ``199X`` (a decade), or two of them
    with a slash between. Raises ValueError for anything else.
    """
    if "/" in form:
        first, last = form.split("/")
        return parse_interval(first)[0], parse_interval(last)[1], "range"
    if match := re.fullmatch(r"(\d{4})-W(\d\d)", form):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + timedelta(days=6), "week"
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", form):
        start = date(int(match[1]), 3 * int(match[2]) - 2, 1)
        return start, start + relativedelta(months=3, days=-1), "quarter"
    if match := re.fullmatch(r"(\d{3})X", form):
        return date(int(match[1]) * 10, 1, 1), date(int(match[1]) * 10 + 9, 12, 31), "decade"
    if match := re.fullmatch(r"(\d{4})-(\d\d)", form):
        start = date(int(match[1]), int(match[2]), 1)
        return start, start + relativedelta(months=1, days=-1), "month"
    if match := re.fullmatch(r"\d{4}", form):
        return date(int(form), 1, 1), date(int(form), 12, 31), "year"
    day = date.fromisoformat(form)
    return day, day, "day"


def check(expr: str, published_on: date, expected: str) -> str | None:
    """What is wrong with the resolution of an expression; None if interval and granularity are right."""
    start, end, granularity = parse_interval(expected)
    found = resolve_expression(expr, published_on)
    if found is None:
        return f"{expr!r}: not found, expected {expected}"
    if (found.date_start, found.date_end) != (start, end) or found.granularity not in GRANULARITIES[granularity]:
        return (
            f"{expr!r} ({published_on}): {found.date_start}/{found.date_end} {found.granularity}, expected {expected}"
        )
    return None


def evaluate(gold_path: Path | str) -> dict[str, Any]:
    """Score a JSON list of ``{expr, pub, expected}``: number of cases, share right, and what went wrong."""
    cases = json.loads(Path(gold_path).read_text(encoding="utf-8"))
    errors = [e for c in cases if (e := check(c["expr"], date.fromisoformat(c["pub"]), c["expected"]))]
    return {
        "cases": len(cases),
        "right": len(cases) - len(errors),
        "accuracy": 1 - len(errors) / len(cases),
        "errors": errors,
    }
