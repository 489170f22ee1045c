"""The data dictionary: ``dbt docs`` as one page."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from extract.settings import Settings
from extract.stages.build import PROJECT, dbt_environment


class DocsFailed(RuntimeError):
    """dbt could not make its documentation; the message holds what it said."""


def fingerprint(software: dict[str, str]) -> str:
    """Hash of what the page shows: the dbt project without its data, and the version of dbt."""
    digest = hashlib.blake2b(repr(software).encode(), digest_size=12)
    for path in sorted(p for p in PROJECT.rglob("[!.]*") if p.suffix in (".sql", ".yml", ".py", ".md")):
        digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()


def make(target: Path, settings: Settings) -> None:
    """Write the page of the project as it was last built; the warehouse is read, so nobody may hold it."""
    page = settings.data / "dbt" / "static_index.html"
    page.unlink(missing_ok=True)
    # What the build compiled is there already.
    compiled = ["--no-compile"] if (settings.data / "dbt" / "manifest.json").exists() else []
    done = subprocess.run(
        [Path(sys.executable).parent / "dbt", "--quiet", "docs", "generate", "--static", *compiled],
        env=dbt_environment(settings),
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    if done.returncode or not page.exists():
        raise DocsFailed(f"dbt docs failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    page.rename(target)
