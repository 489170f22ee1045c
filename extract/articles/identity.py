"""Who an article is: canonical address, id, revision and the key of its exact copies."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import courlan

from extract.tables import stable_id

# Hosts that show another host's page, and parameters that say how a reader came, not what is read.
VARIANT_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
VARIANT_PATH = re.compile(r"/amp/?$|\.amp(?=$|\.html?$)")
VARIANT_PARAMETERS = {"amp", "outputtype", "output", "at_medium", "at_campaign", "ref_src", "cmpid", "ocid"}


def canonical_url(url: str | None) -> str | None:
    """The address that all variants of one page share; None for what is no web address.

    Trackers go by courlan; scheme, mobile and AMP hosts and paths, fragments and the trailing slash go here.
    """
    if not url or not re.match(r"https?://[^/\s]+", url.strip(), re.IGNORECASE):
        return None
    try:
        parts = urlsplit(courlan.normalize_url(url.strip()))
        host = (parts.hostname or "").lower()
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    except ValueError:
        return None
    if not host:
        return None
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in VARIANT_PARAMETERS]
    path = VARIANT_PATH.sub("", parts.path).rstrip("/")
    return urlunsplit(("https", VARIANT_HOST.sub("", host) + port, path, urlencode(sorted(query)), ""))


def normalise_text(text: str) -> str:
    """Text as it is stored: Unicode NFC, one space between words, line breaks kept, at most one blank line.

    What is stored is what is hashed, so one revision of an article is one string, and offsets into it hold.
    """
    text = unicodedata.normalize("NFC", text.replace("\x00", ""))
    lines = "\n".join(" ".join(line.split()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def text_key(text: str) -> str:
    """Key that exact copies share: letters and digits alone, without case, accents kept."""
    return stable_id("".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum()))


def article_id(canonical: str | None, title: str | None, text: str) -> str:
    """Id from the canonical address, or from the content where there is none."""
    return stable_id("url", canonical) if canonical else stable_id("content", title or "", text)


def revision(title: str | None, text: str) -> str:
    """Revision of an article: hash of its headline and its text as stored."""
    return stable_id("revision", title or "", text)
