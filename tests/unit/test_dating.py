from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.articles.dating import ImplausibleDate, parse_time, url_day, utc_offset

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
        ("1665704531", datetime(2022, 10, 13, 23, 42, 11), "second"),
        ("1665704531000", datetime(2022, 10, 13, 23, 42, 11), "second"),
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


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2022-10-14T23:30:00-05:00", -18000),
        ("Fri, 14 Oct 2022 10:00:00 +0330", 12600),
        ("14 October 2022 5:30 pm EST", -18000),
        ("2022-10-14T10:00:00Z", 0),
        ("1665704531", 0),
        ("2022-10-14 10:00", None),
        ("2022-10-14", None),
        ("soon", None),
        (None, None),
    ],
)
def test_offset_is_the_one_written(written, expected):
    assert utc_offset(written) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example/2022/03/01/dishes", "2022-03-01"),
        ("https://a.example/world/2022/mar/1/dishes", "2022-03-01"),
        ("https://a.example/news/2022-03-01-dishes", "2022-03-01"),
        ("https://a.example/20220301/dishes", "2022-03-01"),
        ("https://a.example/2022/03/dishes", None),
        ("https://a.example/2022/13/41/dishes", None),
        ("https://a.example/story-202203011234", None),
        ("https://a.example/2022/03/01/from-2021-01-01", None),
        ("https://a.example/2999/03/01/dishes", None),
        (None, None),
    ],
)
def test_day_of_an_address(address, expected):
    assert url_day(address) == expected


@given(st.text(max_size=60) | st.from_regex(r"\d{1,14}([-/ T:.+]\d{1,4}){0,6}", fullmatch=True))
def test_any_string_is_a_plausible_time_or_none(written):
    try:
        utc, precision = parse_time(written, now=NOW)
    except ImplausibleDate:
        return
    assert (utc is None) == (precision == "none")
    assert utc is None or datetime(1990, 1, 1) <= utc <= datetime(2026, 1, 2)


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2025, 12, 30)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%a, %d %b %Y %H:%M:%S "]),
)
def test_a_time_written_in_any_zone_is_that_moment(moment, minutes, form):
    moment = moment.replace(microsecond=0)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    local = moment + timedelta(minutes=minutes)
    utc, precision = parse_time(f"{local.strftime(form)}{sign}{hours:02}{':' if 'T' in form else ''}{rest:02}", now=NOW)
    assert (utc, precision) == (moment, "second")
