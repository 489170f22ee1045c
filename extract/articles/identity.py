"""Who an article is: canonical address, id, revision and the key of its exact copies."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

import courlan

from extract.tables import stable_id

# Hosts that show another host's page, and parameters that say how a reader came, not what is read.
VARIANT_HOST = re.compile(r"^(?:(?:www\d?|m|mobile|amp|touch|wap)\.)+(?=[^.]+\.)")
VARIANT_PATH = re.compile(r"(?:/amp|\.amp|/index\.(?:html?|php|aspx?))/*$|\.amp(?=\.html?$)", re.IGNORECASE)
AMP_PREFIX = re.compile(r"^/amp(?=/.)")
VARIANT_PARAMETERS = {
    "amp", "outputtype", "output", "at_medium", "at_campaign", "at_link_id", "at_link_type", "at_format", "ref_src",
    "cmp", "cmpid", "ocid", "ns_source", "ns_mchannel", "ns_campaign", "ns_linkname", "smid", "partner", "emc",
    "xtor", "dicbo", "icid", "ito", "wt.mc_id", "traffic_source", "sref", "ref", "referrer",
}  # fmt: skip
# The cache that serves other sites' AMP pages names the page in its path.
AMP_CACHE = re.compile(
    r"^https?://(?:[\w-]+\.cdn\.ampproject\.org/[cv]/(?:s/)?|www\.google\.[a-z.]+/amp/(?:s/)?)", re.I
)


def canonical_url(url: str | None) -> str | None:
    """The address that all variants of one page share; None for what is no web address.

    Trackers go by courlan; scheme, default ports, mobile and AMP hosts and paths, dot segments, fragments, index
    pages and the trailing slash go here; the host is in ASCII (IDNA), lower case, the parameters in order.
    """
    if not url or not re.match(r"\s*https?://[^/\s]", url, re.IGNORECASE):
        return None
    address = "https://" + AMP_CACHE.sub("https://", url.strip()).split("://", 1)[1]
    try:
        parts = urlsplit(courlan.normalize_url(address))
        host = ascii_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    except (ValueError, RecursionError):
        return None
    if not host:
        return None
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key.lower() not in VARIANT_PARAMETERS and not key.lower().startswith("utm_")
    ]
    path = AMP_PREFIX.sub("", without_dots(quote(unquote(parts.path), safe="/:@!$&'()*+,;=-._~|")))
    while (shorter := VARIANT_PATH.sub("", path.rstrip("/"))) != path:
        path = shorter
    return urlunsplit(("https", VARIANT_HOST.sub("", host) + port, path, urlencode(sorted(query)), ""))


def ascii_host(host: str) -> str:
    """A host name in lower case, without a final dot, other scripts in IDNA; empty where it is none."""
    host = host.rstrip(".").lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if re.fullmatch(r"[0-9a-f]*:[0-9a-f:.]+", host):
        return f"[{host}]"
    return host if re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", host) else ""


def without_dots(path: str) -> str:
    """A path without "." and ".." and doubled slashes."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts) if parts else ""


def site(url: str) -> str:
    """The registered domain of an address, as far as it can be told without asking: sub.news.co.uk is news.co.uk."""
    host = urlsplit(canonical_url(url) or "").hostname or ""
    return courlan.extract_domain("https://" + host, fast=True) or host


def believable_link(link: str | None, url: str | None) -> str | None:
    """A page's own word on its address (rel=canonical), made absolute, where it can be believed.

    It must be of the same site and not its home page or a section of what was asked for; where the address asked for is
    not known, any web address is taken.
    """
    if not link:
        return None
    if not url:
        return link if canonical_url(link) else None
    try:
        link = urljoin(url, link)
    except ValueError:
        return None
    asked, named = canonical_url(url), canonical_url(link)
    if not named or not asked or site(named) != site(asked):
        return None
    asked_path, named_path = urlsplit(asked).path, urlsplit(named).path
    is_above = named_path == "" or asked_path.startswith(named_path + "/")
    return None if is_above and asked_path != named_path else link


SEPARATORS = re.compile(r"\s+[|\-–—»·•*:]+\s+|\s*\|\s*|:\s+")


def headline(title: str | None, outlet: str | None) -> str | None:
    """A headline without the outlet's name before or after it: "Outlet: Title", "Title | World | Outlet".

    What stands after the outlet's name goes with it; a headline that is nothing but the name stays.
    """
    title = " ".join((title or "").split())
    name = key(outlet or "")
    if not title or len(name) < 2:
        return title or None
    marks = list(SEPARATORS.finditer(title))
    for mark in marks:
        if is_name(title[: mark.start()], name) and title[mark.end() :]:
            return headline(title[mark.end() :], outlet)
        following = next((m.start() for m in marks if m.start() >= mark.end()), len(title))
        # In front of a colon stands who speaks, so "Title: Outlet says" keeps both.
        if ":" not in mark[0] and is_name(title[mark.end() : following], name):
            kept = title[: mark.start()]
            # A section stands between headline and outlet: "Title - National | Outlet".
            inner = [m for m in marks if m.end() <= mark.start() and ":" not in m[0]]
            if inner and len(kept[inner[-1].end() :].split()) <= 2 and len(kept[: inner[-1].start()].split()) >= 4:
                kept = kept[: inner[-1].start()]
            return kept
    return title


def is_name(part: str, name: str) -> bool:
    """Whether a part of a headline is the outlet's name (as ``key``), also as a domain or with "News"."""
    found = key(re.sub(r"\.(?:com|ca|org|net|tv|co\.uk|info|ru|ir|ua)$", "", part.strip(), flags=re.IGNORECASE))
    endings = ("news", "online", "com", "")
    return bool(found) and any(found == name + e or name == found + e for e in endings)


def key(text: str) -> str:
    """Letters and digits alone, in lower case, without "the" in front."""
    return "".join(c for c in re.sub(r"^the\s+", "", text.strip(), flags=re.IGNORECASE).casefold() if c.isalnum())


def title_key(title: str | None, outlet: str | None) -> str:
    """What variants of one headline share: without the outlet's name, marks and case."""
    return key(headline(title, outlet) or "")


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
