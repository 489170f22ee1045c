"""The dateline: where, when and by whom a report was filed, before its first sentence."""

from __future__ import annotations

import re

# "KYIV, May 25 (Meridian Wire) -", "TEHRAN –", "Doha (AFP) —", "WASHINGTON_"
DATELINE = re.compile(
    r"""\s*
    (?:[A-Z][A-Z'’.-]+(?:[ /][A-Z][A-Z'’.-]+)*             # a place in capitals, or
      |[A-Z][\w'’.-]+(?:[ /][A-Z][\w'’.-]+){0,3}(?=[^\n(]{0,30}\([A-Z])) # one before an agency in brackets
    (?:,\ [^\n(–—_-]{2,30}?)?                               # country, date
    \ ?(?:\([^()\n]{2,40}\)\ ?)?                            # agency
    (?:[–—-]+|_)\ """,
    re.VERBOSE,
)


def dateline_end(text: str) -> int:
    """Offset of the first character after the dateline; 0 where there is none."""
    found = DATELINE.match(text)
    return found.end() if found else 0
