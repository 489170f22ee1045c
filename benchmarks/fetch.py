"""Pages per second fetched and archived from a local server that stands for 20 hosts.

    python benchmarks/fetch.py [--pages 40] [--hosts 20] [--delay 1.0]

Twice: with the rules of politeness as they are by default (robots.txt, one request at a time to a host, a pause after
each), where the most that can be reached is hosts / delay, and with the pause at 0, which shows what the fetcher
itself costs. The server runs in a process of its own, on the same machine. Prints one line of JSON each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import tempfile
import time
from collections import Counter
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

from extract.articles import fetch
from extract.articles.archive import ListArchive, PageArchive
from extract.articles.fetch import Fetcher, FetchError, Wanted
from extract.articles.sources import Fetching
from extract.runs import Run
from extract.settings import Settings

PAGE = ("<!doctype html><html><head><title>Page</title></head><body><article>" + "<p>" + "word " * 80 + "</p>") * 50
BODY = PAGE.encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(BODY)
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def serve(port: Connection) -> None:
    """Answer every address with the same page of 20 kB, and robots.txt with 404."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(MISSING if request.startswith(b"GET /robots.txt") else HEAD + BODY)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def measure(addresses: list[str], fetching: Fetching, data: Path) -> dict[str, object]:
    settings = Settings(data=data)
    run = Run.by_hand(date(2022, 10, 14))
    counts, size = Counter[str](), 0
    with Fetcher(fetching, data / "hosts", ListArchive(settings, run, fetching), private=True) as fetcher:
        started, used = time.perf_counter(), time.process_time()
        with PageArchive(settings, run, "benchmark") as archive:
            for wanted, result, _ in fetcher.get_pages([Wanted(a) for a in addresses]):
                if isinstance(result, FetchError):
                    counts[type(result).__name__] += 1
                    continue
                counts["fetched"] += 1
                size += len(result.body)
                archive.keep(wanted.url, result.exchanges)
        seconds, cpu = time.perf_counter() - started, time.process_time() - used
    return {
        "delay_s": fetching.delay_s,
        "outcomes": counts,
        "seconds": round(seconds, 2),
        "pages_per_second": round(counts["fetched"] / seconds, 1),
        "pages_per_cpu_second": round(counts["fetched"] / cpu, 1),
        "MB": round(size / 1e6, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--pages", type=int, default=40, help="pages a host")
    parser.add_argument("--delay", type=float, default=Fetching().delay_s)
    arguments = parser.parse_args()

    async def on_loopback(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    fetch.resolve = on_loopback
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    for delay in (arguments.delay, 0.0):
        addresses = [f"http://h{h}.bench:{port}/{p}" for p in range(arguments.pages) for h in range(arguments.hosts)]
        with tempfile.TemporaryDirectory() as data:
            result = measure(addresses, Fetching(delay_s=delay), Path(data))
        print(json.dumps({"hosts": arguments.hosts, "pages": len(addresses)} | result), flush=True)
    server.terminate()


if __name__ == "__main__":
    main()
