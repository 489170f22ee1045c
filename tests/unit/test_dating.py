from datetime import datetime

import pytest

from extract.articles.dating import ImplausibleDate, parse_time

NOW = datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("written", "expected", "precision"),
    [
        ("2022-10-14T23:30:00-05:00", datetime(2022, 10, 15, 4, 30), "second"),
        ("Fri, 14 Oct 2022 10:00:00 +0300", datetime(2022, 10, 14, 7, 0), "second"),
        ("14 October 2022 5:30 pm EST", datetime(2022, 10, 14, 22, 30), "second"),
        ("2022-10-14", datetime(2022, 10, 14), "day"),
        ("October 14, 2022", datetime(2022, 10, 14), "day"),
        ("20221014", datetime(2022, 10, 14), "day"),
        ("13/04/2022", datetime(2022, 4, 13), "day"),
        ("October 2022", datetime(2022, 10, 1), "month"),
        ("2022", datetime(2022, 1, 1), "year"),
    ],
)
def test_time_is_read_as_written_with_its_precision(written, expected, precision):
    assert parse_time(written, now=NOW) == (expected, precision)


@pytest.mark.parametrize("written", [None, "", "  ", "Monday", "yesterday at noon", "03/04/2022", "n/a", "14 October"])
def test_what_names_no_day_for_certain_is_unknown(written):
    assert parse_time(written, now=NOW) == (None, "none")


@pytest.mark.parametrize("written", ["9999-01-01", "1889-04-20", "2026-01-03"])
def test_implausible_times_are_refused(written):
    with pytest.raises(ImplausibleDate):
        parse_time(written, now=NOW)
