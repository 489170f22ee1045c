"""Landing, shards, outcomes and published versions on an object store: an S3 server on loopback."""

import hashlib
import json
import os
import threading

import duckdb
import pytest
from conftest import DAYS, run_days
from marts import checksums
from scaling import BUCKET
from upath import UPath

from deploy.local import services
from extract import repair, store
from extract.articles.index import Index
from extract.publishing import versions
from extract.publishing.store import current
from extract.runs import Run
from extract.settings import Settings
from extract.stages import build, extract, ingest, load, publish

URL = f"s3://{BUCKET}/news"
STORED = ("landing", "shards", "outcomes")


@pytest.fixture(scope="module")
def on_s3(s3, config, tmp_path_factory):
    """Days run with the store on S3."""
    settings = Settings(data=tmp_path_factory.mktemp("on_s3"), config=config, store=URL)
    assert run_days(settings, DAYS)
    return settings


def objects(settings, *folders):
    return {str(f) for name in folders for f in store.place(settings.store).joinpath(name).rglob("*") if f.is_file()}


def test_a_run_on_s3_gives_the_marts_of_a_run_on_disk(on_s3, undisturbed):
    assert checksums(on_s3.published_warehouse) == checksums(undisturbed.published_warehouse)
    assert not [name for name in STORED if (on_s3.data / name).exists()]
    # The same files by the same names, which are hashes of what they hold or lead to.
    stored = {name.removeprefix(f"{URL}/") for name in objects(on_s3, "shards", "landing")}
    on_disk = {
        str(f.relative_to(undisturbed.data))
        for n in ("shards", "landing")
        for f in (undisturbed.data / n).rglob("*")
        if f.is_file()
    }
    assert {n for n in stored if "articles" not in n} == {n for n in on_disk if "articles" not in n}


def test_a_day_run_again_on_another_machine_lands_and_reads_nothing(on_s3, tmp_path):
    before = objects(on_s3, "landing", "shards")
    other = Settings(data=tmp_path, config=on_s3.config, store=URL)  # no index, no warehouse: all it has is the store
    run = Run.by_hand(DAYS[1])
    counts = ingest.ingest(run, "courier", other)
    assert counts["landed"] == 0 and counts["unchanged"] == 2
    assert extract.plan(run, other) == []
    assert objects(on_s3, "landing", "shards") == before
    with Index(other, "courier") as index:
        assert index.con.execute("SELECT count(*) FROM files").fetchall()[0][0] == len(DAYS)


def test_another_machine_builds_the_same_and_goes_on_with_the_version_numbers(on_s3, undisturbed, tmp_path):
    first = current(on_s3.published_store)
    other = Settings(data=tmp_path, config=on_s3.config, store=URL)
    run = Run.by_hand(DAYS[-1])
    for day in DAYS:
        load.load(Run(run.run_id, day), other)
    build.build(run, other)
    publish.publish(run, other)
    assert checksums(other.published_warehouse) == checksums(undisturbed.published_warehouse)
    second = current(on_s3.published_store)
    # The marts hold the same, so it is the same version with a newer history of runs.
    assert (second.made.version, second.made.refresh) == (first.made.version, first.made.refresh + 1)
    # And the first machine, whose version is older now, takes it over before it makes its next one.
    publish.publish(run, on_s3)
    assert current(on_s3.published_store).made.refresh == first.made.refresh + 2


def test_the_published_version_is_on_the_store_whole(on_s3):
    published = on_s3.published_store
    folder = published / json.loads((published / "current.json").read_bytes())["path"]
    manifest = current(published)
    assert folder.name == manifest.name == versions.current(on_s3)[1].name
    files = [*manifest.files, *(f for mart in manifest.marts for f in mart.files)]
    assert {"wirehouse.duckdb", "briefing.html", "docs.html"} <= {f.path for f in files}
    for file in files:
        assert hashlib.sha256((folder / file.path).read_bytes()).hexdigest() == file.sha256, file.path
    assert (folder / "parquet" / "quotes.manifest.json").exists()


def test_readers_open_the_published_version_where_it_is(on_s3):
    pytest.importorskip("duckdb_extensions", reason="the extra scale is not installed: make .scale/.ready")
    from extract import lake

    folder = on_s3.published_store / "versions" / current(on_s3.published_store).name
    with duckdb.connect() as con, duckdb.connect(on_s3.published_warehouse, read_only=True) as here:
        lake.prepare(con)
        con.execute(f"ATTACH '{folder}/wirehouse.duckdb' AS wirehouse (READ_ONLY)")
        parquet = f"read_parquet('{folder}/parquet/quotes/**/*.parquet', hive_partitioning = true)"
        expected = here.execute("SELECT quote_id, text FROM quotes ORDER BY ALL").fetchall()
        assert expected
        for source in ("wirehouse.quotes", parquet):
            assert con.execute(f"SELECT quote_id, text FROM {source} ORDER BY ALL").fetchall() == expected


def test_damage_on_s3_is_found_and_mended_there(on_s3, undisturbed):
    assert repair.find(on_s3) == []
    landed = store.files(on_s3.landing / "articles", "date=*/source=courier/*.parquet")
    shards = store.files(on_s3.shards, "*/*/*/documents.parquet")
    was = {f: f.read_bytes() for f in (landed[0], shards[-1].parent / "quotes.parquet")}
    for file, content in was.items():
        file.fs.pipe_file(file.path, content[: len(content) // 2])
    assert sorted(d.kind for d in repair.find(on_s3)) == ["articles", "shards"]
    assert repair.repair(on_s3, lambda line: None) == []
    assert repair.find(on_s3) == []
    assert {f.name for f in (on_s3.data / "damaged").rglob("*.parquet")} >= {
        f.name for f in was
    }  # kept on this machine
    assert checksums(on_s3.published_warehouse) == checksums(undisturbed.published_warehouse)


def test_versions_that_are_no_longer_kept_go_from_the_store_too(on_s3):
    few = on_s3.model_copy(update={"keep_versions": 1})
    for _ in range(3):
        publish.publish(Run.by_hand(DAYS[-1]), few)
    left = {p.name for p in (few.published_store / "versions").iterdir()}
    names = sorted(left, key=lambda n: [int(part) for part in n.split(".")])
    # The current one, and the one before, in which a reader may be.
    assert len(left) == 2 and names[-1] == current(few.published_store).name


def test_a_file_that_fails_while_it_is_written_leaves_nothing(s3):
    path = store.place(URL) / "torn" / "rows.parquet"
    with pytest.raises(RuntimeError), store.replacing(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert not path.exists() and not list(path.parent.glob("*"))


@pytest.mark.parametrize(
    "pattern", ["date=*/source=a/*.parquet", "date=2022-10-14/*/*.parquet", "*/*/x.parquet", "*.json"]
)
def test_files_are_listed_on_s3_as_on_disk(s3, tmp_path, pattern):
    names = [f"date=2022-10-{d}/source={s}/{f}.parquet" for d in (14, 15) for s in "ab" for f in "xy"]
    names += ["date=2022-10-14/source=a/deep/x.parquet", "top.json"]
    on_disk, on_s3 = UPath(tmp_path), store.place(URL) / "listing"
    for name in names:
        for root in (on_disk, on_s3):
            with store.replacing(root / name) as file:
                file.write(b"1")
    found = [str(f).removeprefix(str(on_s3)) for f in store.files(on_s3, pattern)]
    assert found == [str(f).removeprefix(str(on_disk)) for f in store.files(on_disk, pattern)]
    assert found


def test_what_is_wrong_with_a_store_is_told_with_what_to_do(s3, environ, tmp_path, config):
    def told(url, **variables):
        environ(**{"AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1"} | variables)
        with pytest.raises(store.StoreUnreachable) as failure:
            ingest.ingest(Run.by_hand(DAYS[0]), "courier", Settings(data=tmp_path, config=config, store=url))
        return str(failure.value)

    address = {"AWS_ENDPOINT_URL": s3["AWS_ENDPOINT_URL"]}
    assert "there is no such bucket" in told("s3://wirehouse-elsewhere/x", **s3)
    assert "there are no credentials, set AWS_ACCESS_KEY_ID" in told(URL, **address, HOME=str(tmp_path))
    nobody = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{services.free_port()}"}
    assert "it does not answer, see AWS_ENDPOINT_URL" in told(URL, **s3 | nobody)
    environ(**s3)
    # No plan either: an empty listing would look like a day without news.
    with pytest.raises(store.StoreUnreachable):
        extract.plan(Run.by_hand(DAYS[0]), Settings(data=tmp_path, config=config, store="s3://wirehouse-elsewhere/x"))


def test_refused_credentials_are_told(open_folder, environ, monkeypatch, tmp_path, config):
    if lacking := services.missing("s3"):
        pytest.skip(f"not installed: {lacking}")
    monkeypatch.setenv("INITIAL_NO_AUTH_ACTION_COUNT", "0")  # the server asks from the first request who is there
    with services.s3(open_folder / "strict") as reach:
        environ(**reach)
        with pytest.raises(store.StoreUnreachable, match="the credentials are refused"):
            ingest.ingest(Run.by_hand(DAYS[0]), "courier", Settings(data=tmp_path, config=config, store=URL))


@pytest.fixture
def throttling():
    """An S3 server that answers every second request with 503 SlowDown; yields its address and whom it turned away."""
    pytest.importorskip("moto", reason="moto is not installed: make .scale/.ready")
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    answers, refused, count = DomainDispatcherApplication(create_backend_app), [], iter(range(10_000))

    def app(environ, start_response):
        if next(count) % 2 == 0 and environ["REQUEST_METHOD"] == "PUT":
            refused.append(environ["PATH_INFO"])
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"]
        return answers(environ, start_response)

    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", refused
    server.shutdown()
    thread.join()


def test_throttled_requests_are_repeated(throttling, environ, tmp_path, config):
    address, refused = throttling
    environ(AWS_ENDPOINT_URL=address, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="us-east-1")
    store.place(URL).fs.call_s3("create_bucket", Bucket=BUCKET)
    settings = Settings(data=tmp_path, config=config, store=URL)
    assert ingest.ingest(Run.by_hand(DAYS[0]), "courier", settings)["landed"] == 3
    assert len(store.files(settings.landing / "articles", "date=*/source=*/*.parquet")) == 1
    assert any("landing" in path for path in refused)


def test_credentials_stand_in_no_file(on_s3):
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == "local"  # pragma: allowlist secret
    kept = [p for p in on_s3.data.rglob("*") if p.is_file() and p.suffix in (".log", ".json", ".yml")]
    assert kept and not [p for p in kept if b"AWS_SECRET" in p.read_bytes()]
