"""Published versions on the store, where it is an object store: a copy of each folder, and one pointer to the current.

    published/versions/12.3/   the files of the version, its manifest the last of them
    published/current.json     names the version that readers take; put when all of it is there

What readers on other machines open; see docs/publishing.md. A machine that has no version of its own, or an older one,
begins with the one on the store, so that numbers go on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from upath import UPath

from extract.publishing import versions
from extract.publishing.versions import MANIFEST, Manifest
from extract.settings import Settings
from extract.store import is_local, replacing

POINTER = "current.json"


def fetch(settings: Settings) -> None:
    """Take over the current version of the store where it is newer than what is here."""
    store = settings.published_store
    there = None if is_local(store) else current(store)
    here = versions.latest(settings)
    if there and (here is None or number(here[1]) < number(there)):
        with versions.new_folder(settings) as folder:
            for path in [*files(there), MANIFEST]:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                source = store / "versions" / there.name / path
                source.fs.get_file(source.path, str(folder / path))
            versions.put(folder, there, settings)


def send(folder: Path, settings: Settings) -> None:
    """Copy a version to the store, switch its pointer and drop the versions that are no longer kept here."""
    store = settings.published_store
    if is_local(store):
        return
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    last = current(store)
    same = {(f.path, f.sha256) for f in listed(last)} if last else set()
    for file in listed(manifest):
        target = store / "versions" / manifest.name / file.path
        if last and (file.path, file.sha256) in same:
            target.fs.copy((store / "versions" / last.name / file.path).path, target.path)
        else:
            target.fs.put_file(str(folder / file.path), target.path)
    for path in [*(f for f in files(manifest) if f.endswith(MANIFEST)), MANIFEST]:
        put(store / "versions" / manifest.name / path, folder / path)
    put(store / POINTER, settings.published / POINTER)
    kept = {p.name for p in versions.folder_of(settings).iterdir()} | {last.name if last else manifest.name}
    for old in (store / "versions").iterdir():
        if old.name not in kept:
            old.fs.rm(old.path, recursive=True)


def current(store: UPath) -> Manifest | None:
    try:
        pointer = json.loads((store / POINTER).read_bytes())
        return Manifest.model_validate_json((store / pointer["path"] / MANIFEST).read_bytes())
    except FileNotFoundError:
        return None


def number(manifest: Manifest) -> tuple[int, int]:
    return manifest.made.version, manifest.made.refresh


def listed(manifest: Manifest) -> Iterator[versions.File]:
    yield from manifest.files
    for mart in manifest.marts:
        yield from mart.files


def files(manifest: Manifest) -> Iterator[str]:
    """Every file of a version but its manifest."""
    yield from (f.path for f in listed(manifest))
    yield from (f"{versions.PARQUET}/{m.name}.{MANIFEST}" for m in manifest.marts if m.files)


def put(path: UPath, file: Path) -> None:
    with replacing(path) as target:
        target.write(file.read_bytes())
