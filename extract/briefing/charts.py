"""The pictures of the briefing, as SVG that needs no script: charts and map by Altair, the graph by hand.

Colours are variables of the page's style sheet, so that one picture serves light, dark and print. Each chart is drawn
twice, for a wide and a narrow screen, since text in a picture shrinks with it.
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import pycountry
import vl_convert
from lxml import etree
from markupsafe import Markup

from extract.briefing.content import Period, Row, labels, spell_day
from extract.nlp import gazetteer, knowledge

# Widths in pixels; the style sheet shows the one that fits.
WIDE, NARROW = 660, 320
QUAD = ("material conflict", "verbal conflict", "verbal cooperation", "material cooperation")
QUAD_COLOURS = ("var(--conflict)", "var(--conflict-light)", "var(--cooperation-light)", "var(--cooperation)")
TOPIC_COLOURS = ("var(--topic-1)", "var(--topic-2)", "var(--topic-3)", "var(--topic-4)", "var(--topic-5)")
OUTLINES = "country-outlines"
SVG = "{http://www.w3.org/2000/svg}"
# The map shows at least so many degrees of longitude, so that one place does not fill it.
MIN_DEGREES = 24


def both(draw: Callable[[int], alt.TopLevelMixin], name: str, title: str) -> Markup:
    """A chart in both widths; ``title`` says in words what it shows."""
    return Markup("").join(
        Markup('<div class="{}">{}</div>').format(css, svg(draw(width), f"{name}-{css}", title))
        for css, width in (("wide", WIDE), ("narrow", NARROW))
    )


def svg(chart: alt.TopLevelMixin, prefix: str, title: str) -> Markup:
    """An Altair chart as inline SVG: one image to a screen reader, ids of its own, nothing that runs or loads."""
    spec = chart.configure(**look()).to_dict()
    if OUTLINES in json.dumps(spec):
        spec["datasets"][OUTLINES] = countries()  # put in last: Altair copies what it is given many times
    root = etree.fromstring(vl_convert.vegalite_to_svg(spec).encode())
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag in (f"{SVG}script", f"{SVG}foreignObject", f"{SVG}a"):
            element.getparent().remove(element)
            continue
        for key, value in list(element.attrib.items()):
            if key == "role" or key.startswith(("aria-", "on")) or key.endswith("href") or key == "style":
                del element.attrib[key]
            elif key == "id":
                element.set(key, f"{prefix}-{value}")
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{prefix}-"))
    root.set("role", "img")
    root.set("aria-label", title)
    etree.cleanup_namespaces(root)
    return Markup(etree.tostring(root, encoding="unicode"))


def look() -> dict[str, Any]:
    text = {"labelColor": "var(--ink)", "titleColor": "var(--soft)", "labelFontSize": 13, "titleFontSize": 13}
    return {
        "background": "transparent",
        "font": "Liberation Sans, Arial, sans-serif",
        "axis": text
        | {
            "gridColor": "var(--line)",
            "domainColor": "var(--line)",
            "tickColor": "var(--line)",
            "titleFontWeight": 400,
            "labelLimit": 0,
        },
        "view": {"stroke": None},
    }


def volume(found: list[Row], step: str) -> Markup | None:
    """Articles by day, week or month and topic."""
    if not found:
        return None
    first, last = spell_day(found[0]["day"]), spell_day(found[-1]["day"])
    topics = sorted({r["topic"] for r in found})
    format = "%b %Y" if step == "month" else "%-d %b"
    unit: Any = {"day": "yearmonthdate", "week": "yearweek", "month": "yearmonth"}[step]
    data = alt.InlineData([{**r, "day": str(r["day"])} for r in found])

    def draw(width: int) -> alt.TopLevelMixin:
        return (
            alt.Chart(data, width=width - 60, height=170)
            .mark_bar()
            .encode(
                x=alt.X(
                    "day:T",
                    timeUnit=unit,
                    title=None,
                    axis=alt.Axis(
                        grid=False,
                        format=format,
                        tickCount=6 if width == WIDE else 3,
                        labelOverlap=True,
                        labelSeparation=12,
                    ),
                ),
                y=alt.Y("n_articles:Q", title=f"articles a {step}", axis=alt.Axis(tickMinStep=1, tickCount=4)),
                color=alt.Color("topic:N", scale=alt.Scale(domain=topics, range=list(TOPIC_COLOURS)), legend=None),
            )
        )

    return both(draw, "volume", f"Bar chart: articles a {step} and topic, {first} to {last}.")


def timeline(events: list[Row], period: Period) -> Markup | None:
    """Dated events that are told as having happened, by day and type; bigger where there are several."""
    dated = [
        e for e in events if e["date_start"] and e["date_end"] and e["status"] in ("realised", "reported", "attempted")
    ]
    inside = [e for e in dated if e["date_end"] >= period.first and (e["date_end"] - e["date_start"]).days <= 31]
    days = [e["date_start"] for e in inside]
    if len(set(days)) < 2:
        return None
    few = (max(days) - min(days)).days <= 10
    order = [row["label"] for row in reversed(labels("type").values())]
    data = alt.InlineData([{"day": str(e["date_start"]), "type": e["label"], "quad": e["quad_class"]} for e in inside])
    present = [t for t in order if t in {e["label"] for e in inside}]

    def draw(width: int) -> alt.TopLevelMixin:
        return (
            alt.Chart(data, width=width - 130, height=max(24 * len(present), 60))
            .mark_circle(opacity=0.85)
            .encode(
                x=alt.X(
                    "day:T",
                    timeUnit="yearmonthdate",
                    title=None,
                    scale=alt.Scale(padding=14),
                    axis=alt.Axis(
                        format="%-d %b %Y",
                        tickCount="day" if few else 4 if width == WIDE else 2,
                        labelOverlap=True,
                        labelSeparation=12,
                    ),
                ),
                y=alt.Y("type:N", sort=present, title=None),
                size=alt.Size("count():Q", scale=alt.Scale(range=[70, 400]), legend=None),
                color=alt.Color("quad:N", scale=alt.Scale(domain=list(QUAD), range=list(QUAD_COLOURS)), legend=None),
            )
        )

    return both(draw, "timeline", f"Timeline: {len(inside)} dated events by day and type. The table below gives each.")


def types(events: list[Row]) -> Markup | None:
    """Events by type and status, from conflict to cooperation."""
    if not events:
        return None
    statuses = {key: row["label"] for key, row in labels("status").items()}
    shades = [f"var(--status-{key})" for key in statuses]
    order = [row["label"] for row in reversed(labels("type").values())]
    ranks = {key: n for n, key in enumerate(statuses)}
    data = alt.InlineData(
        [{"type": e["label"], "status": statuses[e["status"]], "rank": ranks[e["status"]]} for e in events]
    )
    present = [t for t in order if t in {e["label"] for e in events}]

    def draw(width: int) -> alt.TopLevelMixin:
        return (
            alt.Chart(data, width=width - 130, height=22 * len(present))
            .mark_bar()
            .encode(
                x=alt.X("count():Q", title="events", axis=alt.Axis(tickMinStep=1, tickCount=5)),
                y=alt.Y("type:N", sort=present, title=None),
                color=alt.Color(
                    "status:N",
                    scale=alt.Scale(domain=list(statuses.values()), range=shades),
                    legend=None,
                ),
                order=alt.Order("rank:Q"),
            )
        )

    return both(
        draw, "types", "Bar chart: events by type, the parts of a bar by status. The list above gives each event."
    )


@cache
def countries() -> dict[str, Any]:
    """Country outlines: Natural Earth 1:110m, public domain; see docs/briefing.md."""
    with (Path(__file__).parent / "countries-110m.json").open(encoding="utf-8") as file:
        topology: dict[str, Any] = json.load(file)
    return topology


@cache
def capitals() -> dict[str, tuple[float, float]]:
    """Country -> latitude and longitude of its capital; not all are in the gazetteer."""
    found = {}
    for row in knowledge.seed("countries"):
        cities = [
            (place.population, place.lat, place.lon)
            for place in gazetteer.lookup(row["capital"])
            if place.country_iso3 == row["iso3"] and place.lat is not None and place.lon is not None
        ]
        if cities:
            _, lat, lon = max(cities)
            found[row["iso3"]] = (lat, lon)
    return found


def mercator(latitude: float) -> float:
    """Height of a latitude on a map of radius 1, of the latitudes that such a map shows."""
    return math.asinh(math.tan(math.radians(max(-84.0, min(84.0, latitude)))))


def latitude(height: float) -> float:
    return math.degrees(math.atan(math.sinh(height)))


def world(places: list[Row], by_country: dict[str, int]) -> Markup | None:
    """A map of where events were: a circle a town by number of events, countries shaded by theirs.

    It takes in the capitals of those countries too, since most events name no town.
    """
    if not places:
        return None
    points = [(p["lat"], p["lon"]) for p in places] + [c for code, c in capitals().items() if code in by_country]
    lons, heights = [math.radians(lon) for _, lon in points], [mercator(lat) for lat, _ in points]
    centre = (min(lons) + max(lons)) / 2, (min(heights) + max(heights)) / 2
    numeric = {c.numeric: by_country.get(c.alpha_3, 0) for c in pycountry.countries}
    shade = alt.InlineData([{"id": code, "n": n} for code, n in numeric.items() if n])
    shapes = alt.NamedData(OUTLINES, format=alt.TopoDataFormat(feature="countries", type="topojson"))

    def draw(width: int) -> alt.TopLevelMixin:
        inner, height = width - 10, round(width * 0.62)
        # A third more than the places take, so that none stands at the edge.
        across = max(max(lons) - min(lons), math.radians(MIN_DEGREES)) * 1.33
        up = max(max(heights) - min(heights), 0.01) * 1.33
        scale = min(inner / across, height / up)
        projection: dict[str, Any] = {
            "type": "mercator",
            "scale": scale,
            "center": [math.degrees(centre[0]), latitude(centre[1])],
            "translate": [inner / 2, height / 2],
            "clipExtent": [[0, 0], [inner, height]],
        }
        land = alt.Chart(shapes).mark_geoshape(fill="var(--land)", stroke="var(--paper)", strokeWidth=0.7)
        shaded = (
            alt.Chart(shapes)
            .transform_lookup(lookup="id", from_=alt.LookupData(shade, "id", ["n"]))
            .transform_filter("datum.n > 0")
            .mark_geoshape(fill="var(--land-event)", stroke="var(--paper)", strokeWidth=0.7)
        )
        towns = alt.Chart(alt.InlineData(places)).encode(longitude="lon:Q", latitude="lat:Q")
        dots = towns.mark_circle(opacity=0.8, color="var(--accent)").encode(
            size=alt.Size("n:Q", scale=alt.Scale(domain=[1, max(p["n"] for p in places)], range=[60, 420]), legend=None)
        )
        names = towns.mark_text(dy=-12, fontSize=12, fontWeight=600, color="var(--ink)").encode(text="name:N")
        shown = alt.layer(land, shaded, dots, names) if len(places) <= 25 else alt.layer(land, shaded, dots)
        return shown.properties(width=inner, height=height).project(**projection)

    return both(draw, "map", f"Map: {len(places)} places of events. The table below names them.")


@dataclass(frozen=True)
class Circle:
    """Measures of the graph for a screen: pixels, actors at most, characters in a line of a name."""

    width: int
    height: int
    radius: int
    actors: int
    letters: int


CIRCLES = {"wide": Circle(660, 430, 150, 14, 24), "narrow": Circle(340, 300, 88, 9, 10)}


def graph(pairs: list[Row], circle: Circle) -> Row | None:
    """Who acts on whom as a circle of actors with arrows between; what the template needs to draw it.

    The actors with the most events are shown, in an order that keeps those who meet often side by side.
    """
    weight: dict[str, int] = {}
    for pair in pairs:
        for name in (pair["actor"], pair["recipient"]):
            weight[name] = weight.get(name, 0) + pair["n_events"]
    names = sorted(weight, key=lambda n: (-weight[n], n))[: circle.actors]
    shown = [p for p in pairs if p["actor"] in names and p["recipient"] in names]
    names = [n for n in names if any(n in (p["actor"], p["recipient"]) for p in shown)]
    if len(names) < 2:
        return None
    order = around(names, shown)
    places = {}
    for n, name in enumerate(order):
        angle = 2 * math.pi * n / len(order) - math.pi / 2
        places[name] = (circle.radius * math.cos(angle), circle.radius * math.sin(angle))
    nodes = []
    for name, (x, y) in places.items():
        side = "middle" if abs(x) < circle.radius / 5 else "start" if x > 0 else "end"
        lines = textwrap.wrap(name, circle.letters, max_lines=2, placeholder="…")
        nodes.append(
            {
                "lines": lines,
                "x": round(x, 1),
                "y": round(y, 1),
                "r": round(5 + 2.2 * math.sqrt(weight[name]), 1),
                "side": side,
                "label_x": round(x * 1.12 + (0 if side == "middle" else math.copysign(6, x)), 1),
                "label_y": round(
                    y * 1.12 + (math.copysign(12, y) if side == "middle" else 0) + (4 if len(lines) == 1 else -3), 1
                ),
            }
        )
    edges = []
    for pair in shown:
        (x1, y1), (x2, y2) = places[pair["actor"]], places[pair["recipient"]]
        # Bent towards the middle, more to the right of its way, so that two directions are told apart.
        bend_x, bend_y = (x1 + x2) * 0.36 - (y2 - y1) * 0.1, (y1 + y2) * 0.36 + (x2 - x1) * 0.1
        reach = 5 + 2.2 * math.sqrt(weight[pair["recipient"]]) + 7
        away = math.hypot(x2 - bend_x, y2 - bend_y) or 1.0
        end_x, end_y = x2 - (x2 - bend_x) / away * reach, y2 - (y2 - bend_y) / away * reach
        edges.append(
            {
                "path": f"M{x1:.1f},{y1:.1f} Q{bend_x:.1f},{bend_y:.1f} {end_x:.1f},{end_y:.1f}",
                "width": round(min(1.2 + pair["n_events"], 7), 1),
                "kind": "cooperation" if pair["intensity"] > 0 else "conflict",
            }
        )
    return {"nodes": nodes, "edges": edges, "left_out": len(pairs) - len(shown), "circle": circle}


def around(names: list[str], pairs: list[Row]) -> list[str]:
    """The names in a circle, each next to the one placed before it that it meets most."""
    ties: dict[tuple[str, str], int] = {}
    for pair in pairs:
        for key in ((pair["actor"], pair["recipient"]), (pair["recipient"], pair["actor"])):
            ties[key] = ties.get(key, 0) + pair["n_events"]
    order, left = [names[0]], names[1:]
    while left:
        nearest = max(left, key=lambda n: (ties.get((order[-1], n), 0), ties.get((order[0], n), 0), -left.index(n)))
        order.append(nearest)
        left.remove(nearest)
    return order
