"""Publication times: from the string a source gives to UTC, with its precision, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil import parser

from extract.records import Precision

EARLIEST = datetime(1990, 1, 1)
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
AMBIGUOUS = re.compile(r"^\s*(0?\d|1[0-2])[/.](0?\d|1[0-2])[/.]\d{2,4}")
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
    if utc < EARLIEST or utc > now + timedelta(days=1):
        raise ImplausibleDate(raw)
    return utc, precision
