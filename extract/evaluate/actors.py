"""Country and sector of actors against the unit tests of NGEC (Next Generation Event Coder).

The gold file has one JSON object a test: the calls it makes and what it expects of each result. Read are
``agent_to_code``, ``short_text_to_agent`` and ``trf_agent_match`` (a phrase, its country and sector) and
``search_nat`` (the country in a phrase). Calls whose arguments refer to data that is not in the file are
skipped, as are look-ups in Wikipedia, which have no counterpart here.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dateutil import parser

from extract.nlp.resolver import Resolver
from extract.records import Resolution

# The tests say "today" for the day they were written; the latest day they name is of October 2022.
WRITTEN = date(2022, 11, 1)
AGENTS = ("agent_to_code", "short_text_to_agent", "trf_agent_match")
# NGEC codes an actor of these bodies by the body in place of a country.
BODIES = {"united-nations": "UNO", "european-union": "EUR"}


def evaluate(gold_path: Path | str, resolver: Resolver | None = None) -> dict[str, Any]:
    """Score the resolver: ``n`` calls read, how many with ``country``, ``sector`` and ``both`` right.

    A call that states only one of the two is right in both if that one is. Returns counts, shares, the calls
    ``skipped`` by reason, and ``errors``: the phrase, what was expected and what was found.
    """
    resolver = resolver or Resolver.default()
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    errors: list[dict[str, Any]] = []
    for test in _tests(Path(gold_path)):
        for call in test["calls"]:
            reason = _unreadable(call, test["expect"])
            if reason:
                skipped[reason] += 1
                continue
            expected = _expected(call, test["expect"])
            if not expected:
                skipped["states neither country nor sector"] += 1
                continue
            day = _asked_on(call)
            found = _resolve(resolver, call, day)
            country = _country(found, resolver, day)
            country_right = _is_right(country, expected.get("country"))
            sector_right = _is_right(found.sector or "", expected.get("sector"))
            counts["n"] += 1
            counts["country"] += country_right
            counts["sector"] += sector_right
            counts["both"] += country_right and sector_right
            if not (country_right and sector_right):
                errors.append(
                    {
                        "text": call["args"][0],
                        "expected": expected,
                        "country": country,
                        "sector": found.sector,
                        "actor_id": found.actor_id,
                        "method": found.method,
                    }
                )
    n = counts["n"] or 1
    shares = {f"{name}_share": round(counts[name] / n, 4) for name in ("country", "sector", "both")}
    names = ("n", "country", "sector", "both")
    return {**{name: counts[name] for name in names}, **shares, "skipped": dict(skipped), "errors": errors}


def _tests(path: Path) -> list[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def _unreadable(call: dict[str, Any], expect: list[dict[str, Any]]) -> str | None:
    if call["fn"] not in (*AGENTS, "search_nat"):
        return "a look-up of another kind"
    stated = [one["rhs"] for one in expect if _variable(one) == call["var"]]
    if any(str(value).startswith("d[") for value in (*call["args"], *call["kw"].values(), *stated)):
        return "arguments outside the file"
    if not call["args"] or not isinstance(call["args"][0], str):
        return "no phrase"
    return None


def _variable(expectation: dict[str, Any]) -> str:
    return str(expectation["lhs"]).split("[")[0]


def _expected(call: dict[str, Any], expect: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Accepted values of country and sector; [""] where there should be none."""
    found: dict[str, list[str]] = {}
    for one in expect:
        left, right = str(one["lhs"]), one["rhs"]
        if one["op"] not in ("Eq", "In", "Is") or (call["fn"] in AGENTS and _variable(one) != call["var"]):
            continue
        values = [str(value or "") for value in (right if isinstance(right, list) else [right])]
        if left == call["var"] and right is None:
            found["country"] = found["sector"] = [""]
        elif left.endswith("['country']") or (call["fn"] == "search_nat" and left == "cc"):
            found["country"] = values
        elif left.endswith("['code_1']"):
            found["sector"] = values
    return found


def _asked_on(call: dict[str, Any]) -> date:
    return _day(call["kw"].get("query_date") or [*call["args"], "", "", ""][2])


def _resolve(resolver: Resolver, call: dict[str, Any], day: date) -> Resolution:
    form, context = [*call["args"], ""][:2]
    return resolver.resolve(form, on=day, affiliation=context or call["kw"].get("context") or None)


def _day(text: str) -> date:
    if text in ("", "today"):
        return WRITTEN
    return parser.parse(text, default=datetime(WRITTEN.year, WRITTEN.month, 1)).date()


def _country(found: Resolution, resolver: Resolver, day: date) -> str:
    """The country code as NGEC writes it: UNO, EUR or IGO for an intergovernmental body and who acts for it."""
    if found.country_iso3:
        return found.country_iso3
    named = (resolver.actors.get(part) for part in found.actor_id.split(":"))
    actor = next(filter(None, named), None)
    body = actor and (resolver.body_of(actor, day) or actor)
    if body is None:
        return ""
    for one in (body.actor_id, body.part_of or ""):
        if one in BODIES:
            return BODIES[one]
    return "IGO" if body.sector == "IGO" else ""


def _is_right(value: str, accepted: list[str] | None) -> bool:
    # NGEC's UNK (a thing or an unknown person) and JNK (no actor) are None here.
    return accepted is None or value in accepted or (value == "" and not {"UNK", "JNK"}.isdisjoint(accepted))
