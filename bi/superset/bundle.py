"""The dashboards as a zip that Superset imports, made from the YAML beside this file.

The YAML says what a person decides: which question a chart asks of which dataset, and where it stands. What follows
from that is made here: columns of the datasets with their comments from the catalogue, saved queries of the charts,
positions, and ids made from names, so that an import takes the place of the last one.

    python bi/superset/bundle.py data/superset/wirehouse.zip [--warehouse PATH]
"""

from __future__ import annotations

import argparse
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import yaml

HERE = Path(__file__).parent
DATABASE = "Wirehouse"
VERSION = "1.0.0"
# Whoever asks in SQL Lab reads the marts and nothing else: no files of the server, no network, no way to allow them.
CONNECT = {"read_only": True, "config": {"enable_external_access": False, "lock_configuration": True}}


def bundle(out: Path, warehouse: Path) -> None:
    """Write the zip; the warehouse is the published file that Superset will open, read-only."""
    datasets = yaml.safe_load((HERE / "datasets.yml").read_text())
    dashboards = [yaml.safe_load(path.read_text()) for path in sorted((HERE / "dashboards").glob("*.yml"))]
    files: dict[str, Any] = {
        "metadata.yaml": {"version": VERSION, "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"},
        f"databases/{DATABASE}.yaml": database(warehouse),
    }
    with duckdb.connect(warehouse, read_only=True) as con:
        for name, dataset in datasets.items():
            files[f"datasets/{DATABASE}/{name}.yaml"] = dataset_yaml(con, name, dataset)
    for dashboard in dashboards:
        for chart in charts(dashboard):
            files[f"charts/{dashboard['slug']}_{slug(chart['name'])}.yaml"] = chart_yaml(chart, dashboard, datasets)
        files[f"dashboards/{dashboard['slug']}.yaml"] = dashboard_yaml(dashboard)
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(f"wirehouse/{path}", yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def database(warehouse: Path) -> dict[str, Any]:
    return {
        "database_name": DATABASE,
        # Links are kept: one may lead to the file that is the newest when a chart asks.
        "sqlalchemy_uri": f"duckdb:///{warehouse.absolute()}",
        "uuid": made_id("database", DATABASE),
        "version": VERSION,
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        # The published file is replaced whole: a new connection for each query sees the new one.
        "extra": {"engine_params": {"connect_args": CONNECT}},
    }


def dataset_yaml(con: duckdb.DuckDBPyConnection, name: str, dataset: dict[str, Any]) -> dict[str, Any]:
    comments = dict(
        con.execute(
            "SELECT column_name, any_value(comment) FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND list_contains($tables, table_name) GROUP BY ALL",
            {"tables": dataset["columns_of"]},
        ).fetchall()
    )
    columns = con.execute(f"DESCRIBE ({dataset['sql']})").fetchall()
    return {
        "table_name": name,
        "description": " ".join(dataset["description"].split()),
        "schema": "main",
        "sql": dataset["sql"],
        "main_dttm_col": dataset.get("day"),
        "uuid": made_id("dataset", name),
        "database_uuid": made_id("database", DATABASE),
        "version": VERSION,
        "columns": [
            {
                "column_name": column,
                "type": kind,
                "is_dttm": kind in ("DATE", "TIMESTAMP"),
                "description": comments.get(column),
                "groupby": True,
                "filterable": True,
            }
            for column, kind, *_ in columns
        ],
        "metrics": [
            {"metric_name": metric, "expression": expression, "verbose_name": metric.replace("_", " ")}
            for metric, expression in dataset["metrics"].items()
        ],
    }


def charts(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [chart for row in dashboard["rows"] for chart in row["charts"]]


def chart_yaml(chart: dict[str, Any], dashboard: dict[str, Any], datasets: dict[str, Any]) -> dict[str, Any]:
    day = chart.get("day", datasets[chart["dataset"]].get("day"))
    params = {"viz_type": chart["viz"], "row_limit": 1000, **chart["params"]}
    # The time filter of a dashboard takes hold of a chart by the range that the chart has of itself.
    params["adhoc_filters"] = [
        *([{"clause": "WHERE", "expressionType": "SQL", "sqlExpression": chart["where"]}] if "where" in chart else []),
        *(
            [
                {
                    "clause": "WHERE",
                    "expressionType": "SIMPLE",
                    "subject": day,
                    "operator": "TEMPORAL_RANGE",
                    "comparator": "No filter",
                }
            ]
            if day
            else []
        ),
    ]
    return {
        "slice_name": chart["name"],
        "description": chart.get("description"),
        "viz_type": chart["viz"],
        "params": params,
        "query_context": json.dumps(query_context(params, chart.get("where"))),
        "uuid": made_id("chart", dashboard["slug"], chart["name"]),
        "dataset_uuid": made_id("dataset", chart["dataset"]),
        "version": VERSION,
    }


def query_context(params: dict[str, Any], where: str | None) -> dict[str, Any]:
    """The query that a chart's parameters mean, for whoever asks the chart for data without drawing it."""
    columns: list[Any] = []
    if (axis := params.get("x_axis")) and "time_grain_sqla" in params:
        columns.append(
            {
                "columnType": "BASE_AXIS",
                "expressionType": "SQL",
                "label": axis,
                "sqlExpression": axis,
                "timeGrain": params["time_grain_sqla"],
            }
        )
    elif axis:
        columns.append(axis)
    for key in ("groupby", "all_columns", "tooltip_columns"):
        value = params.get(key, [])
        columns += [value] if isinstance(value, str) else value
    columns += [
        params[key]
        for key in ("source", "target", "source_category", "target_category", "entity", "series", "start_time")
        if key in params
    ]
    columns += [params[key] for key in ("end_time", "y_axis", "column") if key in params]
    metrics = [*params.get("metrics", []), *(params[key] for key in ("metric", "secondary_metric") if key in params)]
    unique_metrics = list(dict.fromkeys(metrics))
    order = [params.get("timeseries_limit_metric"), *unique_metrics]
    return {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "result_format": "json",
        "result_type": "full",
        "queries": [
            {
                "columns": [c for i, c in enumerate(columns) if c not in columns[:i]],
                # No metrics at all means rows as they are, an empty list of them distinct rows.
                "metrics": unique_metrics or ([] if params.get("query_mode") == "aggregate" else None),
                "orderby": [[metric, False] for metric in order if metric],
                "extras": {"where": f"({where})"} if where else {},
                "filters": [],
                "row_limit": params["row_limit"],
            }
        ],
        "form_data": params,
    }


def dashboard_yaml(dashboard: dict[str, Any]) -> dict[str, Any]:
    """A dashboard of rows of charts, twelve columns wide, with its filters at the side."""
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard["title"]}},
    }
    number = 0
    for row_number, row in enumerate(dashboard["rows"], 1):
        row_id = f"ROW-{row_number}"
        position["GRID_ID"]["children"].append(row_id)
        position[row_id] = {
            "type": "ROW",
            "id": row_id,
            "children": [],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for chart in row["charts"]:
            number += 1
            chart_id = f"CHART-{number}"
            position[row_id]["children"].append(chart_id)
            position[chart_id] = {
                "type": "CHART",
                "id": chart_id,
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", row_id],
                "meta": {
                    "chartId": number,
                    "width": chart.get("width", 12 // len(row["charts"])),
                    "height": row["height"],
                    "sliceName": chart["name"],
                    "uuid": made_id("chart", dashboard["slug"], chart["name"]),
                },
            }
    return {
        "dashboard_title": dashboard["title"],
        "description": " ".join(dashboard["description"].split()),
        "slug": dashboard["slug"],
        "uuid": made_id("dashboard", dashboard["slug"]),
        "version": VERSION,
        "published": True,
        "position": position,
        "metadata": {
            "color_scheme": "supersetColors",
            "label_colors": COLOURS,
            "cross_filters_enabled": True,
            "native_filter_configuration": [native_filter(dashboard, f) for f in dashboard.get("filters", [])],
        },
    }


# The same thing has the same colour everywhere; conflict is warm and cooperation cool, told apart also by brightness.
COLOURS = {
    "material conflict": "#b2182b",
    "verbal conflict": "#f4a582",
    "verbal cooperation": "#92c5de",
    "material cooperation": "#2166ac",
    "starlink": "#4e79a7",
    "ukraine": "#edc948",
    "iran": "#59a14f",
    "direct": "#1b7837",
    "mixed": "#7fbf7b",
    "indirect": "#c2a5cf",
}


def native_filter(dashboard: dict[str, Any], wanted: dict[str, str]) -> dict[str, Any]:
    """A filter of the dashboard: by time where it names no column."""
    common = {
        "id": f"NATIVE_FILTER-{slug(wanted['name'])}",
        "name": wanted["name"],
        "type": "NATIVE_FILTER",
        "description": "",
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "cascadeParentIds": [],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}},
    }
    if "column" not in wanted:
        return common | {"filterType": "filter_time", "targets": [{}], "controlValues": {"enableEmptyFilter": False}}
    target = {"column": {"name": wanted["column"]}, "datasetUuid": made_id("dataset", wanted["dataset"])}
    return common | {
        "filterType": "filter_select",
        "targets": [target],
        "controlValues": {"multiSelect": True, "enableEmptyFilter": False, "searchAllOptions": True},
    }


def made_id(*names: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, "/".join(["wirehouse", *names])))


def slug(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the zip of the dashboards.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--warehouse", type=Path, help="published DuckDB file; that of WIREHOUSE_DATA if not given")
    arguments = parser.parse_args()
    if arguments.warehouse is None:
        from extract.settings import settings

        arguments.warehouse = settings().published_warehouse
    if not arguments.warehouse.exists():
        parser.error(f"{arguments.warehouse} does not exist yet: wirehouse run makes it")
    bundle(arguments.out, arguments.warehouse)


if __name__ == "__main__":
    main()
