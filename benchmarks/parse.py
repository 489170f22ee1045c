"""Pages read on one core: ``python benchmarks/parse.py FOLDER`` with .html or .html.gz files in it.

Prints pages and megabytes a second for reading alone (text, headline, times) and for all that ingest does to a page
after it (canonical address, language, agency, fingerprints), and the slowest pages. Files are read before the clock
starts.
"""

from __future__ import annotations

import argparse
import gzip
import time
from pathlib import Path

import py3langid

from extract.articles.copies import agency_credit, fingerprints
from extract.articles.identity import canonical_url, normalise_text, text_key
from extract.articles.parse import read_items


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    files = sorted(parser.parse_args().folder.glob("*.html*"))
    pages = {f.name: gzip.decompress(f.read_bytes()) if f.suffix == ".gz" else f.read_bytes() for f in files}
    reading: dict[str, float] = {}
    after = 0.0
    read = 0
    for name, data in pages.items():
        started = time.process_time()
        [item] = read_items("page.html", data, url="https://benchmark.example/page")
        reading[name] = time.process_time() - started
        if item.parsed:
            read += 1
            started = time.process_time()
            text = normalise_text(item.parsed.text)
            canonical_url(item.parsed.url)
            py3langid.classify(text[:4000])
            text_key(text)
            fingerprints(text)
            agency_credit(item.parsed.outlet, item.parsed.url, item.parsed.byline, text)
            after += time.process_time() - started
    megabytes = sum(map(len, pages.values())) / 1e6
    total = sum(reading.values())
    print(f"{len(pages)} pages, {megabytes:.1f} MB, {read} with an article")
    print(f"reading: {len(pages) / total:.1f} pages/s, {megabytes / total:.1f} MB/s of CPU time")
    print(f"with the rest: {len(pages) / (total + after):.1f} pages/s; the rest {after / read * 1000:.1f} ms a page")
    for name, seconds in sorted(reading.items(), key=lambda pair: -pair[1])[:5]:
        print(f"  slowest: {seconds:.2f} s {name}")


if __name__ == "__main__":
    main()
