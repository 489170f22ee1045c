"""docs/faults.md, written from the results of the suite."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from typing import Any

from extract.settings import ROOT

DOCS = ROOT / "docs" / "faults.md"
START, END = "<!-- made by python -m benchmarks.faults table -->\n", "<!-- /made -->\n"
KILLS = ("killed at a random time", "killed before a step on the disk", "wirehouse run killed")


def write(results: list[dict[str, Any]]) -> None:
    """Put the tables in place of the last ones."""
    before, _, rest = DOCS.read_text().partition(START)
    after = rest.partition(END)[2]
    DOCS.write_text(f"{before}{START}\n{kills(results)}\n{others(results)}\n{END}{after}")


def tidy(told: str) -> str:
    """What a run said, without bars of progress and the paths of this machine, for a cell of a table."""
    lines = [line for line in told.split(" / ") if "\N{BOX DRAWINGS HEAVY HORIZONTAL}" not in line]
    text = re.sub(
        r"(?:/[\w.=-]+)+/(small/data|disturbed|config|run)\b",
        lambda m: "config" if m[1] == "config" else "data",
        " / ".join(lines),
    )
    text = re.sub(r"\.?[\w-]*[0-9a-f]{24}[\w.]*", "...", text)
    text = re.sub(r"/\S*/bin/python\S*", "python", text)
    return text.replace("|", "\\|")[:400] or "nothing"


def kills(results: list[dict[str, Any]]) -> str:
    lines = [
        "| kill | stage | kills | cut off in its work | at, in s | as undisturbed after a rerun |",
        "|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for found in results:
        if found["fault"] in KILLS:
            stage = "all" if found["fault"] == KILLS[2] else found["stage"]
            groups[found["fault"], stage].append(found)
    for (fault, stage), found in groups.items():
        times = [f["after"] for f in found if "after" in f]
        at = f"{min(times):.2f} to {max(times):.2f}, median {statistics.median(times):.2f}" if times else "each in turn"
        cut = sum(f["was_cut_off"] for f in found)
        equal = sum(not f["problems"] for f in found)
        lines.append(f"| {fault} | {stage} | {len(found)} | {cut} | {at} | {equal} of {len(found)} |")
    total = [f for f in results if f["fault"] in KILLS]
    equal = sum(not f["problems"] for f in total)
    lines.append(f"| together | | {len(total)} | {sum(f['was_cut_off'] for f in total)} | | {equal} of {len(total)} |")
    return "\n".join(lines) + "\n"


def others(results: list[dict[str, Any]]) -> str:
    lines = ["| fault | in | how it is made | what the run says | what becomes of it | |", "|---|---|---|---|---|---|"]
    latest = {(f["name"], f["stage"], f["how"]): f for f in results if "name" in f}
    for found in latest.values():
        seen = tidy(found["seen"])
        well = "ok" if not found["problems"] else "**" + "; ".join(found["problems"]).replace("|", "\\|") + "**"
        lines.append(f"| {found['name']} | {found['stage']} | {found['how']} | {seen} | {found['outcome']} | {well} |")
    return "\n".join(lines) + "\n"
