"""What counts as a change of the published schema, and which changes break a query."""

import pytest

from extract.publishing.schema import Change, changes
from extract.publishing.versions import Column, Mart


def mart(name, *columns):
    return Mart(
        name=name,
        is_of_runs=False,
        columns=[Column(name=n, type=t.removesuffix("!"), nullable=not t.endswith("!")) for n, t in columns],
    )


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ([("a", "INTEGER")], [("a", "INTEGER"), ("b", "DATE!")], Change("m", "b", "added", None, "DATE NOT NULL", False)),
        ([("a", "INTEGER"), ("b", "DATE")], [("a", "INTEGER")], Change("m", "b", "removed", "DATE", None, True)),
        ([("a", "INTEGER!")], [("a", "BIGINT!")], Change("m", "a", "type", "INTEGER NOT NULL", "BIGINT NOT NULL", False)),
        ([("a", "BIGINT")], [("a", "INTEGER")], Change("m", "a", "type", "BIGINT", "INTEGER", True)),
        ([("a", "INTEGER")], [("a", "VARCHAR")], Change("m", "a", "type", "INTEGER", "VARCHAR", True)),
        ([("a", "DATE!")], [("a", "DATE")], Change("m", "a", "nullability", "DATE NOT NULL", "DATE", True)),
        ([("a", "DATE")], [("a", "DATE!")], Change("m", "a", "nullability", "DATE", "DATE NOT NULL", False)),
    ],
)  # fmt: skip
def test_change_of_a_column(before, after, change):
    assert changes([mart("m", *before)], [mart("m", *after)]) == [change]


def test_change_of_a_mart():
    one, two = mart("one", ("a", "INTEGER")), mart("two", ("a", "INTEGER"))
    assert changes([one], [two]) == [
        Change("one", None, "removed", "model", None, True),
        Change("two", None, "added", None, "model", False),
    ]


def test_order_of_columns_is_no_change():
    assert changes([mart("m", ("a", "INTEGER"), ("b", "DATE"))], [mart("m", ("b", "DATE"), ("a", "INTEGER"))]) == []
