"""Asks a real Superset, in process, for what its dashboards show; runs in Superset's environment.

    python tests/bi/ask_superset.py HOME ZIP

Prints JSON: for each chart its dashboard's slug, the rows it gets or the error; for each dashboard what its page and
its parts answer.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "bi" / "superset"))
import serve

PASSWORD = "for this test alone"  # pragma: allowlist secret


def main() -> None:
    home, bundle = map(Path, sys.argv[1:])
    serve.environment(home)
    app = serve.prepared(bundle, PASSWORD)
    logging.disable(logging.CRITICAL)
    client = app.test_client()
    page = client.get("/login/").get_data(as_text=True)
    token = re.search(r'csrf_token[^>]*value="([^"]+)"', page) or re.search(r"csrf_token&#34;: &#34;([^&]+)", page)
    form = {"username": serve.USER, "password": PASSWORD, "csrf_token": token.group(1) if token else ""}
    client.post("/login/", data=form)
    charts, dashboards = {}, {}
    for dashboard in client.get("/api/v1/dashboard/").json["result"]:
        slug = dashboard["slug"]
        parts = {part: client.get(f"/api/v1/dashboard/{slug}/{part}") for part in ("charts", "datasets")}
        dashboards[slug] = {
            "page": client.get(f"/superset/dashboard/{slug}/").status_code,
            **{part: len(answer.json["result"]) for part, answer in parts.items()},
        }
        for chart in parts["charts"].json["result"]:
            charts[f"{slug}: {chart['slice_name']}"] = asked(client, chart)
    written = client.post(
        "/api/v1/sqllab/execute/",
        json={"database_id": 1, "sql": "CREATE TABLE x AS SELECT 1", "runAsync": False},
        headers={"X-CSRFToken": client.get("/api/v1/security/csrf_token/").json["result"]},
    )
    print(
        json.dumps(
            {"charts": charts, "dashboards": dashboards, "write": [written.status_code, written.get_data(as_text=True)]}
        )
    )


def asked(client: Any, chart: dict[str, Any]) -> dict[str, Any]:
    """The rows that a chart's saved query gets, and those its page asks for where it goes the old way."""
    answer = client.get(f"/api/v1/chart/{chart['id']}/data/")
    if answer.status_code != 200:
        return {"error": answer.get_data(as_text=True)[:2000]}
    [result] = answer.json["result"]
    rows = [row for row in result["data"] if any(value is not None for value in row.values())]
    if chart["form_data"]["viz_type"] == "world_map":
        form = json.dumps({**chart["form_data"], "slice_id": chart["id"]})
        token = client.get("/api/v1/security/csrf_token/").json["result"]
        old = client.post("/superset/explore_json/", data={"form_data": form}, headers={"X-CSRFToken": token})
        countries = {row["country"] for row in (old.json or {}).get("data") or []}
        return {"rows": len(countries - {"XXX"}), "error": result["error"] or (old.json or {}).get("error")}
    return {"rows": len(rows), "error": result["error"]}


if __name__ == "__main__":
    main()
