"""The version of everything that reads an article: code, lexicon, knowledge it reads by, and model."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from extract import __version__

HERE = Path(__file__).parent
SEEDS = HERE.parent.parent / "dbt_project" / "seeds"
SEEDS_READ = ("countries.csv", "name_words.csv", "role_nouns.csv")
READ_BY_HASH = (".py", ".csv", ".yml", ".json", ".cfg")


@cache
def extractor_version(model: str | None = None) -> str:
    """Such as ``0.1.0+3f2a9c1d``: the package's version and a hash of what the result depends on.

    The resolver is left out, since it runs in dbt after extraction; so are actors and aliases, which extraction
    reads only to link names within an article: an alias is to take effect without reading anything again.
    """
    digest = hashlib.blake2b(digest_size=5)
    digest.update((model or "shipped").encode())
    for path in sorted(HERE.rglob("*")):
        inside = path.relative_to(HERE)
        if inside.parts[0] in ("training",) or inside.name == "resolver.py" or not path.is_file():
            continue
        if path.suffix in READ_BY_HASH or (inside.parts[0] == "models" and not model):
            digest.update(str(inside).encode())
            digest.update(path.read_bytes())
    for name in SEEDS_READ:
        digest.update((SEEDS / name).read_bytes())
    return f"{__version__}+{digest.hexdigest()}"
