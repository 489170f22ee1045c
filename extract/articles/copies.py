"""What tells copies of a text: fingerprints of its wording, and the news agency that it is credited to."""

from __future__ import annotations

import csv
import re
import zlib
from functools import cache
from pathlib import Path

import numpy as np

# A fingerprint is the hash of this many words in a row; of every WINDOW of them in a row one is kept, so any
# SHINGLE + WINDOW - 1 words that two texts share give at least one fingerprint that they share.
SHINGLE = 4
WINDOW = 8
# What follows in a longer text is not compared.
MAX_WORDS = 20_000
AGENCIES = Path(__file__).with_name("agencies.csv")


def fingerprints(text: str) -> list[int]:
    """Distinct fingerprints of a text, ascending, as 32-bit integers: about two in nine words leave one.

    Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003) over words, without case and punctuation. Unlike
    a MinHash signature the share of one text's fingerprints found in another estimates how much of it stands
    there, so a text cut short or built into a longer one is told too. A text below SHINGLE words has none.
    """
    words = re.findall(r"\w+", text.casefold())[:MAX_WORDS]
    if len(words) < SHINGLE:
        return []
    codes = np.array([zlib.crc32(w.encode("utf-8", "surrogatepass")) for w in words], dtype=np.uint64)
    hashes = np.zeros(len(words) - SHINGLE + 1, dtype=np.uint64)
    for place in range(SHINGLE):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[place : place + len(hashes)]
    hashes = (hashes ^ (hashes >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes >>= np.uint64(32)
    if len(hashes) > WINDOW:
        hashes = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW).min(axis=1)
    return sorted(set(hashes.astype(np.uint32).astype(np.int32).tolist()))


@cache
def agencies() -> list[tuple[str, set[str], set[str], re.Pattern[str]]]:
    """Name, lower-case names of the outlet, domains and pattern of a credit, of each news agency."""
    found = []
    with AGENCIES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, escapechar="\\"):
            names = row["aliases"].split("|")
            any_name = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
            any_name = rf"(?:the\s+)?(?-i:{any_name})"
            credit = re.compile(
                # "KYIV, March 3 (Reuters) -", "MOSCOW, June 1. /TASS/." where the text begins
                rf"\A[^\n]{{0,80}}?(?:\({any_name}\)|/{any_name}/)"
                # "(c) 2022 AFP", "- AFP" and "(AP)" where it ends
                rf"|(?:©|\(c\)|copyright)[\s\d]{{0,12}}{any_name}\b"
                rf"|(?:[—–-]\s*{any_name}|\({any_name}\))[\s.]*\Z" + (f"|{row['closing']}" if row["closing"] else ""),
                re.IGNORECASE,
            )
            outlets = {n.casefold() for n in names} | {row["agency"].casefold()}
            found.append((row["agency"], outlets, set(row["domains"].split("|")), credit))
    return found


def agency_credit(
    outlet: str | None, canonical_url: str | None, byline: str | None, text: str
) -> tuple[str | None, str | None]:
    """News agency that wrote a text, and where it says so: outlet, byline or text; (None, None) where none is told.

    An agency that merely "contributed to this report" did not write it.
    """
    host = re.sub(r"^https?://([^/:]+).*", r"\1", canonical_url or "")
    name = re.sub(r"^the ", "", (outlet or "").casefold())
    for agency, outlets, domains, _ in agencies():
        if name in outlets or any(host == d or host.endswith("." + d) for d in domains):
            return agency, "outlet"
    signed = {
        re.sub(r"^(?:by|the) ", "", part.strip()) for part in re.split(r"[,;/|&]| and |^by ", (byline or "").casefold())
    }
    for agency, outlets, _, _ in agencies():
        if signed & outlets:
            return agency, "byline"
    ends = text[:200], text[-600:]
    for agency, _, _, credit in agencies():
        if any(credit.search(end) for end in ends):
            return agency, "text"
    return None, None
