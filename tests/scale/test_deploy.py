"""The files of deploy/: valid by the schemas of who reads them, and naming only settings that there are."""

import json
import re
import runpy
import shutil
import subprocess
from importlib import import_module
from importlib.resources import files

import jsonschema
import pytest
import yaml

from extract.settings import ROOT, Settings

DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose" / "compose.yml"
MANIFESTS = ("pod-template.yml", "volume.yml")
TEXTS = sorted(p for p in DEPLOY.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc"))


def test_compose_file_fits_its_schema():
    pytest.importorskip(
        "check_jsonschema", reason="check-jsonschema, which brings the schema, is not installed: make test-scale"
    )
    schema = files("check_jsonschema").joinpath("builtin_schemas", "vendor", "compose-spec.json").read_text()
    jsonschema.validate(yaml.safe_load(COMPOSE.read_text()), json.loads(schema))


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(COMPOSE.read_text())


def test_compose_names_only_services_and_volumes_that_there_are(compose):
    services = compose["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (COMPOSE.parent / source).exists(), (name, source)


def test_every_variable_of_the_compose_file_is_in_its_example_and_no_secret_has_a_default():
    wanted = dict(re.findall(r"\$\{(\w+)(:?[-?][^}]*)?\}", COMPOSE.read_text()))
    example = dict(
        line.split("=", 1)
        for line in (DEPLOY / "compose" / "environment.example").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    assert set(wanted) == set(example)
    for name, otherwise in wanted.items():
        if re.search("PASSWORD|SECRET|KEY", name):
            assert otherwise.startswith(":?"), name
            assert example[name] == "", name


def test_readers_see_neither_the_data_folder_nor_the_default_queue(compose):
    queues = {
        name: s["command"][s["command"].index("--queues") + 1]
        for name, s in compose["services"].items()
        if "--queues" in s.get("command", [])
    }
    assert queues == {"worker": "default", "reader": "shards"}
    assert compose["services"]["reader"]["volumes"] == []


def test_the_queue_of_readers_is_that_of_the_dag():
    dag = runpy.run_path(str(ROOT / "dags" / "news_daily.py"))["DAG"]
    assert {t.queue for t in dag.tasks if t.task_id == "extract.shard"} == {"shards"}
    assert {t.queue for t in dag.tasks if t.task_id != "extract.shard"} == {"default"}


@pytest.mark.parametrize("name", MANIFESTS)
def test_kubernetes_manifests_fit_the_schema(name):
    validate = pytest.importorskip(
        "kubernetes_validate", reason="kubernetes-validate is not installed: make test-scale"
    )
    manifest = yaml.safe_load((DEPLOY / "kubernetes" / name).read_text())
    validate.validate(manifest, validate.latest_version(), strict=True)


def test_pods_run_as_nobody_in_particular_and_may_not_become_more():
    pod = yaml.safe_load((DEPLOY / "kubernetes" / "pod-template.yml").read_text())["spec"]
    assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
    (container,) = pod["containers"]
    assert container["name"] == "base"  # by which the executor finds it
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    claim = yaml.safe_load((DEPLOY / "kubernetes" / "volume.yml").read_text())
    assert [v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"]] == [claim["metadata"]["name"]]


@pytest.fixture
def values():
    return yaml.safe_load((DEPLOY / "kubernetes" / "values.yml").read_text())


def test_image_has_the_executor_and_auth_manager_of_the_values(values):
    pytest.importorskip("airflow.providers.celery", reason="the extra scale is not installed: make test-scale")
    from airflow.executors.executor_loader import ExecutorLoader

    # Of .scale, which has the packages of the image.
    for path in (ExecutorLoader.executors[values["executor"]], values["config"]["core"]["auth_manager"]):
        module, _, name = path.rpartition(".")
        assert hasattr(import_module(module), name)


def test_pods_ask_the_api_server_of_the_release():
    release = re.search(r"helm upgrade --install (\w+) ", (DEPLOY / "kubernetes" / "values.yml").read_text())[1]
    (container,) = yaml.safe_load((DEPLOY / "kubernetes" / "pod-template.yml").read_text())["spec"]["containers"]
    (url,) = [e["value"] for e in container["env"] if e["name"] == "AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
    assert url == f"http://{release}-api-server:8080/execution/"


@pytest.mark.parametrize(
    "unit", sorted(p.name for p in (DEPLOY / "systemd").iterdir() if p.suffix in (".service", ".target"))
)
def test_units_are_understood_by_systemd(unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here: apt-get install systemd")
    for source in (DEPLOY / "systemd").iterdir():
        # The program is where it is installed, which is not here.
        text = re.sub(r"/opt/wirehouse/\.scale/bin/airflow", "/bin/true", source.read_text())
        (tmp_path / source.name).write_text(text)
    name = unit.replace("@.", "@scheduler.")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / name],
        capture_output=True,
        text=True,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    ours = [line for line in done.stderr.splitlines() if "wirehouse" in line and "environment" not in line]
    assert done.returncode == 0 and not ours, done.stderr


def test_every_setting_that_is_named_is_one():
    from airflow.configuration import conf

    known = {
        (section.upper(), key.upper())
        for section, keys in conf.configuration_description.items()
        for key in keys["options"]
    }
    # Of a provider that is not installed by default.
    known |= {("CELERY", "BROKER_URL"), ("CELERY", "RESULT_BACKEND")}
    ours = {name.upper() for name in Settings.model_fields}
    for path in TEXTS:
        text = path.read_text()
        for section, key in re.findall(r"\bAIRFLOW__([A-Z_]+?)__([A-Z_]+)\b", text):
            assert (section, key) in known, f"{path.name}: AIRFLOW__{section}__{key}"
        for name in re.findall(r"(?<!\$\{)\bWIREHOUSE_([A-Z_]+)\b", text):
            assert name in ours | {"PASSWORD"}, f"{path.name}: WIREHOUSE_{name}"


def test_no_file_holds_a_secret():
    for path in TEXTS:
        for line in path.read_text().splitlines():
            if found := re.match(r"\s*\w*(?:PASSWORD|SECRET|_KEY|TOKEN)\w*\s*[=:]\s*(\S+)", line):
                assert found[1].startswith("$"), f"{path.name}: {line}"
            assert not re.search(r"://\w*:(?!\$)\w+@", line), f"{path.name}: {line}"


def test_image_has_what_the_pipeline_reads():
    copied = set(re.findall(r"^COPY (\w+) \1$", (DEPLOY / "Dockerfile").read_text(), re.M))
    assert {"config", "dags", "dbt_project", "examples", "extract"} == copied
    assert copied <= {
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    }
