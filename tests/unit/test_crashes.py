"""Inputs that the fuzzer once broke a reader with (tests/fuzz), and some of each kind that it begins with."""

import pytest

from extract.settings import ROOT
from tests.fuzz.target import KINDS, seeds, take

CRASHES = sorted((ROOT / "tests" / "data" / "crashes").glob("*-*"))


@pytest.mark.parametrize("file", CRASHES, ids=lambda f: f.name)
def test_input_that_once_broke_a_reader(file):
    take(file.name.partition("-")[0], file.read_bytes())


@pytest.mark.parametrize("kind", ["html", "jsonl", "txt", "xml"])
def test_fuzzer_drives_what_it_is_to_drive(kind):
    assert all(take(kind, file.read_bytes()) for file in seeds(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_and_noise(kind):
    for data in (b"", b"\0" * 100, bytes(range(256)) * 4, b"\xff\xfe<\0h\0t\0m\0l\0", b"[" * 5000):
        take(kind, data)
