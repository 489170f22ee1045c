"""What tests share: a data folder of their own, and an Airflow database made once."""

import os

import pytest

from extract.settings import Settings

# Before anything imports Airflow, which reads its settings on import.
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"


@pytest.fixture(scope="session")
def airflow(tmp_path_factory):
    """Airflow set up on SQLite in a folder of the test run."""
    from extract import orchestrate

    config = Settings(data=tmp_path_factory.mktemp("airflow"))
    os.environ.update(orchestrate.environment(config))
    orchestrate.prepare(config)
    return config


@pytest.fixture(scope="session")
def nlp():
    """The shipped pipeline with all components."""
    from extract.nlp import pipeline

    return pipeline.load(None)  # as the stages call it: the same object
