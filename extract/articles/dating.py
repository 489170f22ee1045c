"""Publication times: from the string a source gives to UTC, with its precision, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil import parser

from extract.records import Precision

EARLIEST = datetime(1990, 1, 1)
MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTHS = rf"(?:{'|'.join(MONTH_NAMES)})"
AMBIGUOUS = re.compile(r"^\s*(0?\d|1[0-2])[/.](0?\d|1[0-2])[/.]\d{2,4}")
EPOCH = re.compile(r"\s*(\d{10})(?:\d{3})?\s*")
# A day in an address: /2022/03/01/, /2022/mar/01/, /2022-03-01-, /20220301/; never a number that has more digits.
URL_DAY = re.compile(
    rf"(?<![\d.])(?:(?P<year>(?:19|20)\d\d)(?P<mark>[/_-])(?P<month>\d{{1,2}}|{MONTHS})(?P=mark)(?P<day>\d{{1,2}})"
    r"|(?P<date>20\d{6}))(?![\d.])",
    re.IGNORECASE,
)
HAS_TIME = re.compile(r"\d{1,2}:\d{2}|\dT\d{2}")
HAS_DAY = re.compile(
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{8}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\b.*{MONTHS}|{MONTHS}\w*\.?\s+\d{{1,2}}\b(?!\d)",
    re.IGNORECASE,
)
HAS_MONTH = re.compile(rf"\d{{4}}-\d{{1,2}}|{MONTHS}", re.IGNORECASE)
# Zones that dateutil does not know by name, in seconds east of UTC.
ZONES = {"UTC": 0, "GMT": 0, "EST": -18000, "EDT": -14400, "CST": -21600, "CDT": -18000, "PST": -28800,
         "PDT": -25200, "BST": 3600, "CET": 3600, "CEST": 7200, "EET": 7200, "EEST": 10800, "MSK": 10800,
         "IRST": 12600, "IRDT": 16200}  # fmt: skip


class ImplausibleDate(ValueError):
    """A date before 1990 or more than a day ahead of the time of reading."""


def parse_time(raw: str | None, *, now: datetime) -> tuple[datetime | None, Precision]:
    """UTC time (naive) and precision of a time as written; (None, "none") where it says none.

    Where only a day is given the time is 00:00, and the precision says so. A day and month that could be
    exchanged (03/04/2022) are not guessed. Raises ImplausibleDate.
    """
    if not raw or not raw.strip() or AMBIGUOUS.match(raw):
        return None, "none"
    if epoch := EPOCH.fullmatch(raw):
        return plausible(datetime.fromtimestamp(int(epoch[1]), UTC).replace(tzinfo=None), raw, now), "second"
    try:
        # The default date fills what is missing; only what HAS_* finds in the string is believed.
        found = parser.parse(raw, default=datetime(2000, 1, 1), tzinfos=ZONES)
        utc = found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError, TypeError):
        return None, "none"
    if not re.search(r"\d{4}|\d{1,2}[/.]\d{1,2}[/.]\d{2}", raw):
        return None, "none"
    precision: Precision = "year"
    if HAS_DAY.search(raw):
        precision = "second" if HAS_TIME.search(raw) else "day"
    elif HAS_MONTH.search(raw):
        precision = "month"
    return plausible(utc, raw, now), precision


def plausible(utc: datetime, raw: str, now: datetime) -> datetime:
    if utc < EARLIEST or utc > now + timedelta(days=1):
        raise ImplausibleDate(raw)
    return utc


def utc_offset(raw: str | None) -> int | None:
    """Seconds east of UTC that a time as written gives; None where it gives none, and UTC was assumed."""
    if not raw or not HAS_TIME.search(raw):
        return 0 if raw and EPOCH.fullmatch(raw) else None
    try:
        offset = parser.parse(raw, default=datetime(2000, 1, 1), tzinfos=ZONES).utcoffset()
        return None if offset is None else int(offset.total_seconds())
    except (ValueError, OverflowError, TypeError):
        return None


def believable(raw: str | None) -> datetime | None:
    """The time of a string known to the day at least and plausible now, else None."""
    try:
        when, precision = parse_time(raw, now=datetime.now(UTC).replace(tzinfo=None))
    except ImplausibleDate:
        return None
    return when if precision in ("second", "day") else None


def url_day(url: str | None) -> str | None:
    """Day that an address names, as YYYY-MM-DD; None where it names none, or several."""
    days = set()
    for found in URL_DAY.finditer(url or ""):
        month = found["month"] or ""
        number = MONTH_NAMES.index(month.lower()) + 1 if month.isalpha() else int(month or 0)
        try:
            day = (
                datetime.strptime(found["date"], "%Y%m%d")
                if found["date"]
                else datetime(int(found["year"]), number, int(found["day"]))
            )
        except ValueError:
            continue
        days.add(f"{day:%Y-%m-%d}")
    return days.pop() if len(days) == 1 and believable(next(iter(days))) else None
