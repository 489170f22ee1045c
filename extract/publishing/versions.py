"""The published folder: one folder a version, and ``current``, which names the one that readers see.

    published/versions/12.3/   a version, never changed once it is there
    published/current          link to it: replaced in one rename, the only switch there is
    published/wirehouse.duckdb, parquet, briefing.html, docs.html
                               links through ``current``, so that all change together
    published/current.json     the same pointer as a file, for stores that know no links

A version number stands for what the marts hold; the number behind the dot counts how often its history of runs was
brought up to date. The folder that was current before stays too, so that a reader in the middle of it can finish; a
file that a process has open stays on the disk in any case.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ValidationError

from extract.settings import Settings

WAREHOUSE, PARQUET, BRIEFING, DOCS = "wirehouse.duckdb", "parquet", "briefing.html", "docs.html"
MANIFEST = "manifest.json"
VERSION = re.compile(r"(\d+)\.(\d+)")


class Column(BaseModel):
    """A column as readers see it."""

    name: str
    type: str
    nullable: bool


class File(BaseModel):
    """A published file; ``path`` is relative to the folder of the version."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


class Mart(BaseModel):
    """A mart or view and its Parquet files; a view has no rows of its own.

    ``months`` holds month, rows and checksum; a mart without a day, and rows without one, have the month ``None``.
    """

    name: str
    columns: list[Column]
    is_of_runs: bool
    rows: int | None = None
    day_column: str | None = None
    months: list[tuple[str | None, int, str]] = []
    files: list[File] = []

    def holds_the_same(self, other: Mart) -> bool:
        return (self.columns, self.months) == (other.columns, other.months)


class Made(BaseModel):
    """What a version was made from."""

    version: int
    refresh: int
    published_at: datetime
    run_id: str
    day: date
    fingerprint: str
    extractor_versions: list[str]
    software: dict[str, str]


class Manifest(BaseModel):
    """``manifest.json`` of a version."""

    made: Made
    docs_of: str | None = None
    files: list[File]
    marts: list[Mart]

    @property
    def name(self) -> str:
        return name_of((self.made.version, self.made.refresh))


class MartManifest(BaseModel):
    """``parquet/NAME.manifest.json``: beside the folder of the mart, which holds Parquet alone."""

    made: Made
    mart: Mart


def folder_of(settings: Settings) -> Path:
    return settings.published / "versions"


def all_versions(settings: Settings) -> list[tuple[int, int]]:
    """(version, refresh) of every folder, oldest first."""
    names = (VERSION.fullmatch(p.name) for p in folder_of(settings).glob("*"))
    return sorted((int(m[1]), int(m[2])) for m in names if m)


def current(settings: Settings) -> tuple[Path, Manifest] | None:
    """The folder and manifest of the version that readers see; None where there is none that can be read."""
    try:
        return read((settings.published / "current").resolve(strict=True))
    except OSError:
        return None


def latest(settings: Settings) -> tuple[Path, Manifest] | None:
    """The current version or, where somebody has removed it, the newest that is left."""
    left = (read(folder_of(settings) / name_of(v)) for v in reversed(all_versions(settings)))
    return current(settings) or next((found for found in left if found), None)


def read(folder: Path) -> tuple[Path, Manifest] | None:
    try:
        return folder, Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


@contextmanager
def new_folder(settings: Settings) -> Iterator[Path]:
    """A folder to make a version in; what an earlier attempt left is removed, and so is this one if it fails."""
    versions = folder_of(settings)
    versions.mkdir(parents=True, exist_ok=True)
    for left in versions.glob(".*.tmp"):
        shutil.rmtree(left)
    folder = versions / f".{os.getpid()}.tmp"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(folder: Path, manifest: Manifest, settings: Settings) -> Path:
    """Put a finished version in place, switch ``current`` to it and drop the versions that are too old."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)
    target = folder_of(settings) / manifest.name
    if target.exists():  # made by a publication that was cut off before it switched, so that nobody has seen it
        shutil.rmtree(target)
    folder.rename(target)
    sync(target.parent)
    last = (settings.published / "current").resolve()
    switch(settings, manifest)
    prune(settings, {target.name, last.name})
    return target


def switch(settings: Settings, manifest: Manifest) -> None:
    published = settings.published
    replace_by(published / "current", partial(os.symlink, f"versions/{manifest.name}"))
    pointer = json.dumps(
        {"version": manifest.name, "path": f"versions/{manifest.name}", "published_at": str(manifest.made.published_at)}
    )
    replace_by(published / "current.json", lambda path: Path(path).write_text(pointer))
    for name in (WAREHOUSE, PARQUET, BRIEFING, DOCS):
        link, target = published / name, f"current/{name}"
        if link.is_symlink() and link.readlink() == Path(target):
            continue
        if link.is_dir() and not link.is_symlink():
            shutil.rmtree(link)  # as published before there were versions
        replace_by(link, partial(os.symlink, target))
    sync(published)


def replace_by(target: Path, make: Callable[[Path], object]) -> None:
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.unlink(missing_ok=True)
    make(temporary)
    temporary.replace(target)


def prune(settings: Settings, in_use: set[str]) -> None:
    """Keep the latest ``keep_versions`` versions, each as it was last brought up to date, and what is in use."""
    found = all_versions(settings)
    kept = {name_of(v) for v in sorted(dict(found).items())[-settings.keep_versions :]} | in_use
    for name in {name_of(v) for v in found} - kept:
        shutil.rmtree(folder_of(settings) / name)


def name_of(version: tuple[int, int]) -> str:
    return "{}.{}".format(*version)


def link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system has no hard links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def described(path: Path, folder: Path, rows: int | None = None) -> File:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return File(path=str(path.relative_to(folder)), bytes=path.stat().st_size, sha256=digest, rows=rows)


def verify(folder: Path, manifest: Manifest) -> list[str]:
    """What is missing or not as the manifest says; empty where all is well."""
    wrong = []
    for file in [*manifest.files, *(f for mart in manifest.marts for f in mart.files)]:
        path = folder / file.path
        if not path.is_file():
            wrong.append(f"{file.path} is missing")
        elif described(path, folder, file.rows) != file:
            wrong.append(f"{file.path} is not what was published")
    return wrong


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
