"""What tests share: an Airflow database, the pipeline and a warehouse of a few articles, each made once."""

import json
import os
from datetime import date

import pytest
import yaml
from scaling import environ, open_folder, postgres, s3  # noqa: F401 (fixtures)

from extract.runs import Run
from extract.settings import ROOT, Settings

# Before anything imports Airflow, which reads its settings on import.
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"

DAYS = [date(2022, 10, 14), date(2022, 10, 15), date(2022, 10, 16)]

ARTICLES = {
    DAYS[0]: [
        {
            "url": "https://courier.example/dishes?utm_source=feed",
            "title": "Dishes reach Kharkiv",
            "published_at": "2022-10-14T09:00:00+03:00",
            "text": "A lorry with forty Starlink dishes reached Kharkiv on Friday, officials in the city said.\n\n"
            "“We had been without a connection for nine days,” said Olha Bondar, who runs a clinic there. "
            "“Now we can call for an ambulance.”\n\nRussian forces shelled the city overnight, killing two people.",
        },
        {
            "url": "https://courier.example/bazaar",
            "title": "Shops close in Tehran",
            "published_at": "2022-10-14",
            "text": "Shopkeepers in Tehran closed their stalls on Thursday to protest against the government.\n\n"
            "“Nobody in this bazaar opened a shop today,” a carpet seller said. Police arrested a dozen people, according to a rights group.",
        },
        {
            "url": "https://courier.example/match",
            "title": "A draw",
            "published_at": "2022-10-14",
            "text": "It rained at the match, and nobody scored in the second half of the game.",
        },
    ],
    DAYS[1]: [
        {
            "url": "https://courier.example/dishes",
            "title": "Dishes reach Kharkiv",
            "published_at": "2022-10-14T09:00:00+03:00",
            "updated_at": "2022-10-15T10:00:00+03:00",
            "text": "A lorry with sixty Starlink dishes reached Kharkiv on Friday, officials in the city said.\n\n"
            "“We had been without a connection for nine days,” said Olha Bondar, who runs a clinic there.",
        },
        {
            "url": "https://echo.example/bazaar-again",
            "source": "Echo",
            "title": "Shops close in Tehran",
            "published_at": "2022-10-15",
            "text": "Shopkeepers in Tehran closed their stalls on Thursday to protest against the government.\n\n"
            "“Nobody in this bazaar opened a shop today,” a carpet seller said. Police arrested a dozen people, according to a rights group.",
        },
    ],
    DAYS[2]: [
        # seen again, from the day before
        {
            "url": "https://echo.example/bazaar-again",
            "source": "Echo",
            "title": "Shops close in Tehran",
            "published_at": "2022-10-15",
            "text": "Shopkeepers in Tehran closed their stalls on Thursday to protest against the government.\n\n"
            "“Nobody in this bazaar opened a shop today,” a carpet seller said. Police arrested a dozen people, according to a rights group.",
        },
        {
            "title": "Talks in Istanbul",
            "published_at": "2022-10-16T12:00:00Z",
            "text": "Ukraine and Russia held talks in Istanbul on Saturday. A Turkish diplomat said the two sides had agreed "
            "to exchange prisoners.\n\nIran was not invited, the diplomat said. Tehran condemned the talks on Sunday. "
            "Iran recalled its ambassador from Kyiv on 5 October. Iranians protested in Shiraz on Friday.",
        },
    ],
}


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


@pytest.fixture(scope="session")
def config(tmp_path_factory):
    """A configuration with one source, which gives a folder of articles a day."""
    root = tmp_path_factory.mktemp("config")
    for day, articles in ARTICLES.items():
        folder = root / "inbox" / str(day)
        folder.mkdir(parents=True)
        lines = [json.dumps(a) for a in articles] + ['{"text": "cut off']
        (folder / "articles.jsonl").write_text("\n".join(lines))
    source = {"id": "courier", "name": "Courier", "kind": "folder", "path": f"{root}/inbox/{{date}}"}
    (root / "sources.yml").write_text(yaml.safe_dump({"sources": [source]}))
    (root / "topics.yml").write_text((ROOT / "config" / "topics.yml").read_text())
    return root


def run_days(settings, days):
    """The stages as the DAG calls them, without Airflow; the marts are built once, at the end."""
    from extract.stages import build, extract, ingest, load, publish

    for day in days:
        run = Run.by_hand(day)
        for source in ingest.source_ids(settings):
            ingest.ingest(run, source, settings)
        for shard in extract.plan(run, settings):
            extract.extract(run, shard, settings)
        load.load(run, settings)
    built = build.build(run, settings)
    publish.publish(run, settings)
    return built


@pytest.fixture(scope="session")
def undisturbed(config, tmp_path_factory):
    """A published warehouse of all the days, which tests only read or write the same to again."""
    settings = Settings(data=tmp_path_factory.mktemp("undisturbed"), config=config)
    assert run_days(settings, DAYS)
    return settings


@pytest.fixture(scope="session")
def bundled(tmp_path_factory):
    """A published warehouse of the bundled articles, as the pages in docs/ show it."""
    from extract import docs

    return docs.bundled(tmp_path_factory.mktemp("bundled"))
