"""The measures of merging."""

from __future__ import annotations

import pytest

from extract.evaluate import dedup

GOLD = {"a": 1, "b": 1, "c": 1, "d": 2}


def test_everything_right_is_one() -> None:
    found = {"a": "x", "b": "x", "c": "x", "d": "y"}
    assert dedup.b_cubed(GOLD, found) == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert dedup.pairs(GOLD, found) == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


def test_nothing_merged_is_precise_and_finds_no_pair() -> None:
    found = {m: m for m in GOLD}
    assert dedup.b_cubed(GOLD, found)["precision"] == 1.0
    assert dedup.b_cubed(GOLD, found)["recall"] == pytest.approx((1 / 3 * 3 + 1) / 4)
    assert dedup.pairs(GOLD, found) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_all_in_one_finds_every_pair_and_is_imprecise() -> None:
    found = dict.fromkeys(GOLD, "x")
    assert dedup.b_cubed(GOLD, found)["recall"] == 1.0
    assert dedup.b_cubed(GOLD, found)["precision"] == pytest.approx((3 * 3 / 4 + 1 / 4) / 4)
    assert dedup.pairs(GOLD, found)["precision"] == 0.5
