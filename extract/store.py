"""The store: where landing, shards and outcomes are kept, on disk or on an object store such as S3.

Disk and object store differ in three things, and this module is where: how a file takes its place whole, how files are
listed, and what can be wrong with a place. Everything else is a ``UPath``. Credentials come from the environment, as
every client of the object store finds them.
"""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import PurePosixPath
from typing import IO, Any

from upath import UPath

from extract.errors import Stopped

# Listings are asked for anew, since other tasks write; requests that are throttled or time out are repeated.
S3: dict[str, Any] = {
    "use_listings_cache": False,
    "config_kwargs": {"retries": {"mode": "standard", "max_attempts": 6}, "connect_timeout": 10},
}
MARKER = ".wirehouse"


class StoreUnreachable(Stopped):
    """The store cannot be written; the message says why and what to do."""


def place(where: str) -> UPath:
    """A path or URL of the store."""
    return UPath(where, **S3) if where.startswith(("s3://", "s3a://")) else UPath(where)


def is_local(path: UPath) -> bool:
    return path.protocol in ("", "file", "local")


@contextmanager
def replacing(path: UPath) -> Iterator[IO[bytes]]:
    """A file to write that takes its place whole when it is done, and leaves nothing when it fails.

    On disk it is written under a temporary name, out to the disk itself, and renamed. An object store has no rename,
    but an object is there whole once it is put: it is made in memory and put when it is done.
    """
    if not is_local(path):
        made = io.BytesIO()
        yield made
        path.fs.pipe_file(path.path, made.getvalue())
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.{uuid.uuid4().hex}.tmp"
    try:
        with temporary.open("wb") as file:
            yield file
            if isinstance(file, io.BufferedWriter):
                file.flush()
                os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def files(folder: UPath, pattern: str) -> list[UPath]:
    """Files below a folder whose path from it fits a pattern such as ``date=*/*.parquet``, in order of their names.

    An object store lists a thousand names a request but a folder at a time: everything below what the pattern says
    without a wildcard is asked for, and sorted out here.
    """
    if is_local(folder):
        return sorted(folder.glob(pattern), key=str)
    parts = pattern.split("/")
    start = folder.joinpath(*parts[: next(n for n, part in enumerate(parts) if "*" in part)])
    below = (PurePosixPath(name).relative_to(folder.path) for name in start.fs.find(start.path))
    return sorted((folder / str(p) for p in below if len(p.parts) == len(parts) and p.match(pattern)), key=str)


@cache
def check(root: UPath) -> None:
    """See once a process that the store can be written; raises StoreUnreachable.

    An object store tells of a wrong bucket only when something is put: it lists nothing for one that is not there.
    """
    if is_local(root):
        return
    try:
        with replacing(root / MARKER) as file:
            file.write(b"A store of Wirehouse.\n")
    except Exception as error:
        raise StoreUnreachable(
            f"{root} cannot be written: {advice(error)} ({type(error).__name__}: {error})"
        ) from error


def advice(error: Exception) -> str:
    """What to do about an error of an object store, told by its kind."""
    if isinstance(error, ImportError):
        return "its client is not installed, install wirehouse[scale]"
    if isinstance(error, FileNotFoundError):
        return "there is no such bucket, create it or correct WIREHOUSE_STORE"
    if isinstance(error, PermissionError):
        return "the credentials are refused, see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and what they may do"
    if "Credential" in type(error).__name__:
        return "there are no credentials, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE"
    if "Connect" in type(error).__name__ or "Timeout" in type(error).__name__:
        return "it does not answer, see AWS_ENDPOINT_URL and the network"
    return "see WIREHOUSE_STORE"
