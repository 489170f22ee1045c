"""PostgreSQL, Redis and an S3 server on loopback, each in a folder and on a port of its own.

For the tests and for ``deploy/local/stack.py``: what production takes from its provider or from ``deploy/compose``.
PostgreSQL and Redis are the Debian packages ``postgresql`` and ``redis-server``, the S3 server is moto.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = "127.0.0.1"
START_SECONDS = 60
# Where Debian keeps the server's programs, which are not on the path.
POSTGRES = "/usr/lib/postgresql/*/bin"
USER = "wirehouse"
INITDB = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions")


class ServiceFailed(RuntimeError):
    """A service did not start; the message holds the end of its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def postgres_bin() -> Path | None:
    """Folder of the newest PostgreSQL server that is installed."""
    on_path = [Path(p).parent for p in [shutil.which("initdb")] if p]
    installed = sorted(Path("/").glob(POSTGRES.lstrip("/")), key=lambda p: float(p.parent.name))
    return next((p for p in [*reversed(installed), *on_path] if (p / "initdb").exists()), None)


def missing(*names: str) -> str | None:
    """What of ``postgres``, ``redis`` and ``s3`` cannot be started here, and how to have it; None where all can."""
    there: dict[str, Callable[[], object]] = {
        "postgres": postgres_bin,
        "redis": lambda: shutil.which("redis-server"),
        "s3": lambda: (Path(sys.executable).parent / "moto_server").exists(),
    }
    how = {
        "postgres": "PostgreSQL: apt-get install postgresql",
        "redis": "Redis: apt-get install redis-server",
        "s3": "moto[server]: make .scale/.ready",
    }
    return ", ".join(how[n] for n in names if not there[n]()) or None


@contextmanager
def running(
    command: list[str],
    log: Path,
    ready: Callable[[], bool],
    *,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is up when the block begins and is gone, with its children, when it ends."""
    # A group of its own, so that Ctrl-C in a terminal reaches it only through us, in order.
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=out,
            env=env,
            user=user,
            extra_groups=[] if user else None,
            start_new_session=True,
        )
    try:
        until = time.time() + START_SECONDS
        while not ready():
            if process.poll() is not None or time.time() > until:
                raise ServiceFailed(f"{command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown; the others end too
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError):  # children that outlive it
        os.killpg(process.pid, signal.SIGKILL)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


@contextmanager
def postgres(folder: Path, port: int | None = None) -> Iterator[dict[str, str]]:
    """A PostgreSQL server with its data in ``folder``; yields libpq's variables (PGHOST, PGPORT, ...).

    The data stays. Root, whom PostgreSQL refuses, starts it as the user ``postgres`` of the Debian package, who must be
    able to reach the folder.
    """
    port = port or free_port()
    programs = postgres_bin()
    if programs is None:
        raise ServiceFailed(missing("postgres"))
    user = "postgres" if os.geteuid() == 0 else None
    data, password = folder / "data", folder / "password"
    folder.mkdir(parents=True, exist_ok=True)
    if not password.exists():
        password.write_text(secrets.token_urlsafe(24))
    password.chmod(0o600)
    if user:
        for path in (folder, password):
            shutil.chown(path, user)
    if not data.exists():
        made = subprocess.run(
            [programs / "initdb", "--pgdata", data, "--username", USER, "--pwfile", password, *INITDB],
            capture_output=True,
            text=True,
            user=user,
            extra_groups=[] if user else None,
            cwd=folder if user is None else "/",
        )
        if made.returncode:
            raise ServiceFailed(f"initdb failed: {made.stderr[-2000:]}")
    reach = {"PGHOST": HOST, "PGPORT": str(port), "PGUSER": USER, "PGPASSWORD": password.read_text()}
    options = {"listen_addresses": HOST, "port": port, "unix_socket_directories": "", "max_connections": 200}
    command = [str(programs / "postgres"), "-D", str(data)]
    command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    log = folder / "log"
    with running(command, log, lambda: is_ready(programs, reach), user=user):
        yield reach


def is_ready(programs: Path, reach: Mapping[str, str]) -> bool:
    asked = [programs / "pg_isready", "--quiet", "--host", reach["PGHOST"], "--port", reach["PGPORT"]]
    return subprocess.run(asked).returncode == 0


def create_database(name: str, reach: Mapping[str, str]) -> None:
    """Create a database where it is not there yet."""
    programs = postgres_bin()
    assert programs is not None
    asked = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
    psql = [programs / "psql", "--dbname", "postgres", "--tuples-only", "--no-align", "--command"]
    environment = os.environ | reach
    if not subprocess.run([*psql, asked], env=environment, check=True, capture_output=True).stdout.strip():
        subprocess.run([programs / "createdb", name], env=environment, check=True)


@contextmanager
def redis(folder: Path, port: int | None = None) -> Iterator[str]:
    """A Redis server that keeps nothing; yields its URL."""
    port, password = port or free_port(), secrets.token_urlsafe(24)
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(f'bind {HOST}\nport {port}\nrequirepass {password}\nsave ""\ndir {folder}\n')
    with running(["redis-server", str(config)], folder / "log", lambda: answers(port)):
        yield f"redis://:{password}@{HOST}:{port}/0"


@contextmanager
def s3(folder: Path, port: int | None = None) -> Iterator[dict[str, str]]:
    """An S3 server that keeps its objects in memory; yields the variables by which AWS clients reach it."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).parent / "moto_server"), "-H", HOST, "-p", str(port)]
    with running(command, folder / "log", lambda: answers(port)):
        yield {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",  # pragma: allowlist secret
            "AWS_DEFAULT_REGION": "us-east-1",
        }
