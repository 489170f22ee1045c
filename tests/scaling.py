"""Real services on loopback for the tests of scale-out; without them or the extra ``scale`` the tests are skipped."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from deploy.local import services

BUCKET = "wirehouse-test"


@pytest.fixture(scope="session")
def open_folder():
    """A folder that PostgreSQL's user can reach, which pytest's are not."""
    made = Path(tempfile.mkdtemp(prefix="wirehouse-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def environ(monkeypatch):
    """Set variables for one test; clients made before are forgotten, since they keep the address they were made for."""

    def use(**variables):
        for name in [n for n in os.environ if n.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget()

    yield use
    forget()


def forget():
    s3fs = pytest.importorskip("s3fs", reason="the extra scale is not installed: make .scale/.ready")
    from extract import store

    s3fs.S3FileSystem.clear_instance_cache()
    store.check.cache_clear()


@pytest.fixture(scope="module")
def s3(open_folder):
    """An S3 server with an empty bucket, in this process's environment."""
    skip_without("s3")
    s3fs = pytest.importorskip("s3fs", reason="the extra scale is not installed: make .scale/.ready")
    before = dict(os.environ)
    with services.s3(Path(tempfile.mkdtemp(dir=open_folder))) as reach:
        os.environ.update(reach)
        forget()
        s3fs.S3FileSystem().call_s3("create_bucket", Bucket=BUCKET)
        yield reach
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def postgres(open_folder):
    """A PostgreSQL server, in this process's environment."""
    skip_without("postgres")
    before = dict(os.environ)
    with services.postgres(Path(tempfile.mkdtemp(dir=open_folder))) as reach:
        os.environ.update(reach)
        yield reach
    os.environ.clear()
    os.environ.update(before)


def skip_without(*names):
    if lacking := services.missing(*names):
        pytest.skip(f"not installed: {lacking}")
