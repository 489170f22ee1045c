"""A coverage-guided fuzzer (atheris) over everything that comes from outside: ``make fuzz``, SECONDS for each kind.

    .fuzz/bin/python tests/fuzz/fuzz.py html --seconds 60

Runs in an environment of its own, since atheris is not needed for anything else. It begins with the bundled articles
and what earlier runs found (data/fuzz). What breaks is written to tests/data/crashes, as a test from then on.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]
with atheris.instrument_imports(
    include=["extract.articles", "feedparser", "trafilatura", "courlan", "htmldate", "warcio"]
):
    from tests.fuzz import target

# Seconds and megabytes that no input may take.
LONGEST, LARGEST = 20, 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=tuple(target.KINDS))
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    corpus = ROOT / "data" / "fuzz" / asked.kind
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds(asked.kind):
        shutil.copy(seed, corpus)
    crashes = ROOT / "tests" / "data" / "crashes"
    crashes.mkdir(exist_ok=True)
    options = [
        f"-max_total_time={asked.seconds}",
        f"-timeout={LONGEST}",
        f"-rss_limit_mb={LARGEST}",
        "-max_len=20000",
        f"-artifact_prefix={crashes}/{asked.kind}-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: target.take(asked.kind, data) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
