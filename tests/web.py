"""A web of many hosts on one loopback port, each answering as a test says, down to the single byte."""

import asyncio
import contextlib
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.utils import formatdate


@dataclass
class Asked:
    """A request as it came in."""

    host: str
    path: str
    headers: dict[str, str]
    at: float = field(default_factory=time.time)


def response(body=b"", status="200 OK", kind="text/html; charset=utf-8", length=None, **headers):
    """The bytes of a response; header names are written with underscores."""
    body = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


class Web:
    """Routes by host and path; what is not routed is 404. A context manager that runs in a thread of its own.

    A route is bytes, a function of the request that gives bytes, or one that gives an async iterator of bytes, after
    which the connection is closed.
    """

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        self.routes: dict[tuple[str, str], object] = {}
        self.asked: list[Asked] = []
        self.under_way: dict[str, int] = {}
        self.most_under_way: dict[str, int] = {}
        self.certificate = certificate
        self.loop = asyncio.new_event_loop()

    def __enter__(self) -> "Web":
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        start = asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.certificate, limit=2**20)
        self.server = asyncio.run_coroutine_threadsafe(start, self.loop).result()
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error: object) -> None:
        async def stop() -> None:
            self.server.close()
            tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def url(self, host: str, path: str = "/") -> str:
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}{path}"

    def add(self, host: str, path: str, answer: object) -> str:
        self.routes[host, path] = answer
        return self.url(host, path)

    def paths(self, host: str | None = None) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [a.path for a in self.asked if a.path != "/robots.txt" and host in (None, a.host)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
                asked = Asked(headers.get("host", "").rsplit(":", 1)[0], head[0].split()[1], headers)
                self.asked.append(asked)
                self.under_way[asked.host] = self.under_way.get(asked.host, 0) + 1
                most = max(self.under_way[asked.host], self.most_under_way.get(asked.host, 0))
                self.most_under_way[asked.host] = most
                try:
                    if not await self.answer(asked, writer):
                        break
                finally:
                    self.under_way[asked.host] -= 1
        writer.close()

    async def answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """True where the connection stays open."""
        answer = self.routes.get((asked.host, asked.path), response("not here", "404 Not Found"))
        if callable(answer):
            answer = answer(asked)
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return True
        assert isinstance(answer, AsyncIterator)
        async for piece in answer:
            if piece is None:  # reset instead of an orderly end
                writer.transport.abort()
                return False
            writer.write(piece)
            await writer.drain()
        return False


def page(title, *paragraphs, head=""):
    """An article page."""
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title><meta property='og:title' content='{title}'>{head}"
        f"</head><body><article><h1>{title}</h1>{body}</article></body></html>"
    )


STORY = (
    "A ferry left the harbour of Zhytniv on Friday with eighty people on board, the harbour master said on the quay.",
    "It was full, and the next boat will not leave before the wind has turned, according to people who wait there.",
)


def story(title, head=""):
    return response(page(title, *(f"{title}. {p}" for p in STORY), head=head))


def rss(*items, channel="<title>Zhytniv Post</title><link>http://zhytniv.test/</link>"):
    """A feed of items, each (link, title, time)."""
    entries = "".join(
        f"<item><link>{link}</link><title>{title}</title><description>{title}, in short.</description>"
        + (f"<pubDate>{when}</pubDate>" if when else "")
        + "</item>"
        for link, title, when in items
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{channel}{entries}</channel></rss>'


def at(moment: float) -> str:
    return formatdate(moment, usegmt=True)


def counting(*answers: object) -> Callable[[Asked], object]:
    """A route that gives one answer after the other, the last for good."""
    left = list(answers)

    def answer(asked: Asked) -> object:
        now = left.pop(0) if len(left) > 1 else left[0]
        return now(asked) if callable(now) else now

    return answer
