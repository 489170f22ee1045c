"""A real Superset with the dashboards: every chart gets its data, and every page is drawn in a browser.

Needs Superset's own environment: `make test-bi` makes it and names it in WIREHOUSE_SUPERSET.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bi" / "superset"))
import bundle  # noqa: E402

SUPERSET = Path(os.environ.get("WIREHOUSE_SUPERSET", ROOT / ".superset")) / "bin" / "python"
pytestmark = pytest.mark.skipif(
    not SUPERSET.exists() and "WIREHOUSE_SUPERSET" not in os.environ,
    reason="Superset has no environment here: make test-bi makes it",
)
DASHBOARDS = {
    d["slug"]: [chart["name"] for chart in bundle.charts(d)]
    for d in (yaml.safe_load(p.read_text()) for p in sorted((ROOT / "bi/superset/dashboards").glob("*.yml")))
}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def home(bundled, tmp_path_factory):
    """A folder with the zip, for Superset to live in."""
    folder = tmp_path_factory.mktemp("superset")
    bundle.bundle(folder / "wirehouse.zip", bundled.published_warehouse)
    return folder


def run(*arguments, **options):
    """A script in Superset's environment, which knows nothing of this one."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "AIRFLOW", "WIREHOUSE"))}
    return subprocess.Popen(
        [SUPERSET, "-W", "ignore", *arguments], env=kept | options.pop("env", {}), text=True, **options
    )


@pytest.fixture(scope="module")
def asked(home):
    """What Superset answers in process."""
    script = ROOT / "tests" / "bi" / "ask_superset.py"
    process = run(script, home, home / "wirehouse.zip", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=1200)
    assert process.returncode == 0, err[-3000:]
    return json.loads(out.splitlines()[-1])


@pytest.mark.parametrize("chart", [f"{slug}: {name}" for slug, names in DASHBOARDS.items() for name in names])
def test_chart_gets_data(asked, chart):
    answer = asked["charts"][chart]
    assert not answer["error"]
    assert answer["rows"] > 0


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_dashboard_loads_with_its_charts(asked, slug):
    answer = asked["dashboards"][slug]
    assert answer["page"] == 200
    assert answer["charts"] == len(DASHBOARDS[slug])
    assert answer["datasets"] > 0


def test_nothing_can_be_written(asked):
    status, message = asked["write"]
    assert status != 200
    assert "read-only" in message or "not allowed" in message.lower() or "DML" in message, message


@pytest.fixture(scope="module")
def page(home, asked):
    """A logged-in page of a Superset served on loopback, and its address."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, password = f"http://127.0.0.1:{port}", "for this test alone"
    log = (home / "server.log").open("w")
    serve = ROOT / "bi" / "superset" / "serve.py"
    command = (serve, home, home / "wirehouse.zip", "--port", str(port))
    server = run(*command, env={"WIREHOUSE_SUPERSET_PASSWORD": password}, stdout=log, stderr=log)
    try:
        for _ in range(120):
            assert server.poll() is None, (home / "server.log").read_text()[-3000:]
            try:
                urllib.request.urlopen(f"{address}/health").close()
                break
            except OSError:
                time.sleep(2)
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1500, "height": 3500})
            page.set_default_timeout(120_000)
            page.goto(f"{address}/login/")
            page.fill("#username", "admin")
            page.fill("#password", password)
            page.press("#password", "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
            yield page, address
            browser.close()
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_dashboard_is_drawn_in_a_browser_without_the_network(page, slug):
    page, address = page
    answers, outside = [], []
    page.on("response", lambda response: answers.append((response.status, response.url)))
    page.on("request", lambda r: outside.append(r.url) if not r.url.startswith((address, "data:", "blob:")) else None)
    page.goto(f"{address}/superset/dashboard/{slug}/")
    holders = page.locator(".dashboard-component-chart-holder")
    holders.nth(len(DASHBOARDS[slug]) - 1).wait_for()
    page.wait_for_function(
        "n => document.querySelectorAll('.chart-container .slice_container').length >= n"
        " && !document.querySelector('.chart-container [data-test=\"loading-indicator\"], .chart-container .loading')",
        arg=len(DASHBOARDS[slug]),
    )
    assert holders.count() == len(DASHBOARDS[slug])
    assert page.locator(".ant-alert-error, .ant-empty, .chart-container [role=alert]").all_inner_texts() == []
    assert [answer for answer in answers if answer[0] >= 400] == []
    # A counter of its makers', which the content security policy stops.
    assert [url for url in outside if "scarf.sh" not in url] == []
