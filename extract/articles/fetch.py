"""Fetching: ask other hosts for addresses, politely and safely. Whatever goes wrong is a FetchError of its own class.

A host gets one request at a time and a pause after each, from all tasks of the machine together: a lock file a host,
and beside it the time from which it may be asked again. Before each connection the name is resolved, its addresses
are checked, and the connection goes to an address that was checked, so that no name, redirect or second answer of a
name server leads into the own network.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import ipaddress
import socket
import ssl
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeVar
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from filelock import FileLock, Timeout
from protego import Protego
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from extract.articles.sources import Fetching
from extract.tables import stable_id

T = TypeVar("T")
AGENT = "Wirehouse"
ROBOTS_BYTES = 500 * 1024  # RFC 9309 asks for at least this much to be read
URL_LENGTH = 4096
OPEN_HOSTS = 4  # hosts worked on at once, for each request that may be under way
LONGEST_PAUSE_S = 86_400.0


class FetchError(Exception):
    """An address that gave nothing to read. ``passing``: trying again may help."""

    passing = False
    exchanges: Sequence[Exchange] = ()


class UrlRefused(FetchError):
    """Not an address to ask: no http or https, no host, a name and password in it, or too long."""


class AddressRefused(FetchError):
    """The host resolves to the own machine or a private network."""


class NameNotResolved(FetchError):
    """No address is known for the host."""


class ConnectFailed(FetchError):
    """The host does not take connections."""

    passing = True


class TlsFailed(FetchError):
    """The encryption, or the certificate, is not right."""


class ConnectionLost(FetchError):
    """The connection ended before the response did."""

    passing = True


class TimedOut(FetchError):
    """The response was not there in time."""


class TooLarge(FetchError):
    """More bytes than a page or list may have."""


class DecompressionBomb(FetchError):
    """Compressed bytes within the limit that unpack to more than it."""


class BadEncoding(FetchError):
    """The Content-Encoding is unknown, or the bytes are not in it."""


class BadHttp(FetchError):
    """The response breaks the protocol."""


class RedirectLoop(FetchError):
    """A redirect to an address that was asked before."""


class TooManyRedirects(FetchError):
    """More redirects than are followed."""


class NotFound(FetchError):
    """404 or 410."""


class AccessDenied(FetchError):
    """401, 402, 403 or 451."""


class RateLimited(FetchError):
    """429, or a host that asked to be left alone for longer than is waited."""


class ServerError(FetchError):
    """A status from 500 on."""

    passing = True


class UnexpectedStatus(FetchError):
    """Any other status that brings no page: 204, 206, 304 without a condition, a redirect without an address."""


class EmptyBody(FetchError):
    """200 with nothing in it."""


class RobotsDisallowed(FetchError):
    """robots.txt asks not to be read here."""


class RobotsUnavailable(FetchError):
    """robots.txt could not be had, which forbids everything (RFC 9309, 2.3.1.4)."""


class HostGivenUp(FetchError):
    """Not asked, since the host failed several times in a row."""


class OutOfTime(FetchError):
    """Not asked, since the time for the source was over."""


# Failures that speak of the host and not of one address on it.
HOST_FAILURES = (
    NameNotResolved,
    AddressRefused,
    ConnectFailed,
    TlsFailed,
    ConnectionLost,
    TimedOut,
    RateLimited,
    ServerError,
)
# How WARC calls it where a response was cut off.
TRUNCATED: dict[type[FetchError], str] = {
    TimedOut: "time",
    ConnectionLost: "disconnect",
    TooLarge: "length",
    DecompressionBomb: "length",
}
# What robots.txt of a host cannot be had for without the host's being asked; it is then no matter of robots.txt.
UNREACHED = (NameNotResolved, AddressRefused, ConnectFailed, TlsFailed, HostGivenUp, UrlRefused)


@dataclass
class Exchange:
    """One request and its response; ``body`` is as sent, under its Content-Encoding."""

    url: str
    request_headers: list[tuple[str, str]]
    started_at: datetime
    status: int = 0
    reason: str = ""
    protocol: str = "HTTP/1.1"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    address: str | None = None
    seconds: float = 0.0
    truncated: str | None = None  # length, time or disconnect, as WARC-Truncated says


@dataclass(frozen=True)
class Response:
    """What an address gave in the end: 200 with a decoded body, or 304 where a condition was sent."""

    asked: str
    url: str
    status: int
    headers: httpx.Headers
    body: bytes
    exchanges: Sequence[Exchange] = ()

    @property
    def is_unchanged(self) -> bool:
        return self.status == 304


@dataclass(frozen=True)
class Condition:
    """Validators of the last response, to be sent nothing but a 304 where it still holds."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        pairs = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return {k: v for k, v in pairs if v and v.isascii() and v.isprintable()}


class Lists(Protocol):
    """Keeps the lists (robots.txt, feeds, sitemaps) that a run has fetched, for all its tasks."""

    def find(self, url: str) -> Response | None: ...
    def condition(self, url: str) -> Condition: ...
    def keep(self, url: str, exchanges: Sequence[Exchange], error: FetchError | None = None) -> None: ...


async def resolve(host: str, port: int) -> list[str]:
    """IP addresses of a host; raises NameNotResolved."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameNotResolved(f"{host}: {error}") from error
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def is_public(address: str) -> bool:
    """True for an address of the public internet, also where an IPv6 address only wraps an IPv4 address."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        nat64 = ip in ipaddress.ip_network("64:ff9b::/96")
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if nat64 or inner:
            return is_public(str(inner or ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, and to no others."""

    def __init__(self, private: bool) -> None:
        self.private = private
        self.backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await resolve(host, port)
        allowed = [a for a in found if self.private or is_public(a)]
        if not allowed:
            raise AddressRefused(f"{host} is {', '.join(found)}, which is not public")
        failure: Exception | None = None
        for address in allowed[:4]:
            try:
                return await self.backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or NameNotResolved(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@cache
def tls_context() -> ssl.SSLContext:
    """Certificates of certifi, or those that SSL_CERT_FILE names; reading them takes a tenth of a second."""
    return httpx.create_ssl_context()


class Transport(httpx.AsyncHTTPTransport):
    """httpx over connections of CheckedBackend; proxies of the environment are not used."""

    def __init__(self, fetching: Fetching, private: bool) -> None:
        super().__init__(verify=tls_context(), trust_env=False)
        # httpx has no argument for the backend of its pool.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls_context(),
            max_connections=fetching.concurrency * 2,
            max_keepalive_connections=fetching.concurrency * OPEN_HOSTS,
            keepalive_expiry=30,
            http2=True,
            network_backend=CheckedBackend(private),
        )


class Decoder:
    """Undoes a Content-Encoding as the bytes come and stops where they grow too many."""

    def __init__(self, encoding: str, limit: int) -> None:
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BadEncoding(f"Content-Encoding {encoding[:100]!r}")
        self.encoding, self.limit = encoding, limit
        self.sent, self.out = bytearray(), bytearray()
        self.inflater = zlib.decompressobj(31) if "gzip" in encoding else None

    def feed(self, data: bytes) -> None:
        """Raises TooLarge, DecompressionBomb or BadEncoding."""
        self.sent += data
        if len(self.sent) > self.limit:
            raise TooLarge(f"more than {self.limit:,} bytes")
        if self.encoding in ("", "identity"):
            self.out += data
            return
        try:
            self.inflate(data)
        except zlib.error as error:
            raise BadEncoding(f"not {self.encoding}: {error}") from error

    def inflate(self, data: bytes) -> None:
        if self.inflater is None:  # deflate is zlib by the standard, and without its header by custom
            self.inflater = zlib.decompressobj(15 if data[:1] and data[0] & 0x0F == 8 else -15)
        while data:
            self.out += self.inflater.decompress(data, self.limit + 1 - len(self.out))
            if len(self.out) > self.limit:
                raise DecompressionBomb(f"{len(self.sent):,} bytes unpack to more than {self.limit:,}")
            data = self.inflater.unconsumed_tail
            if self.inflater.eof:
                data = self.inflater.unused_data
                if data[:2] != b"\x1f\x8b":  # anything but a further member is padding
                    return
                self.inflater = zlib.decompressobj(31)

    def close(self) -> bytes:
        if self.inflater is not None and self.sent and not self.inflater.eof:
            raise BadEncoding(f"the {self.encoding} data end in the middle")
        return bytes(self.out)


def checked_url(url: str) -> str:
    """The address as it is asked: absolute, without fragment, the host in ASCII; raises UrlRefused."""
    url = url.strip()
    if not url:
        raise UrlRefused("no address")
    if len(url) > URL_LENGTH:
        raise UrlRefused(f"an address of {len(url):,} characters")
    try:
        parsed = httpx.URL(url)
        plain = str(parsed.copy_with(fragment=None))
        urlsplit(plain).port  # noqa: B018 (raises where it is no port)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise UrlRefused(f"{url[:200]}: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UrlRefused(f"not a web address: {url[:200]}")
    if parsed.userinfo:
        raise UrlRefused(f"an address with a user name in it: {parsed.host}")
    return plain


def retry_after(value: str | None) -> float:
    """Seconds of a Retry-After header, given in seconds or as a date; 0 where it says nothing."""
    if not value:
        return 0.0
    if value.strip().isdigit():
        return min(float(value.strip()[:10]), LONGEST_PAUSE_S)
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0.0, moment.timestamp() - time.time()), LONGEST_PAUSE_S)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def as_fetch_error(error: Exception) -> FetchError:
    """The class of ours that says what an error of httpx and what lies below it means."""
    if isinstance(error, FetchError):
        return error
    told = f"{type(error).__name__}: {error}"[:500]
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return TlsFailed(str(cause))
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return TimedOut(told)
    if isinstance(error, httpx.ConnectError):
        return ConnectFailed(told)
    if isinstance(error, httpx.RemoteProtocolError):
        if "location header" in str(error):  # httpx looks at where a redirect leads, also where it does not follow
            return UrlRefused(told)
        lost = any(s in str(error) for s in ("disconnected", "peer closed", "closed connection"))
        return ConnectionLost(told) if lost else BadHttp(told)
    if isinstance(error, httpx.NetworkError):
        return ConnectionLost(told)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return UrlRefused(told)
    return BadHttp(told)


def check_status(exchange: Exchange, body: bytes, headers: httpx.Headers, conditional: bool) -> None:
    """Raise the error of a response that brings nothing to read."""
    status = exchange.status
    told = f"{status} {exchange.reason}".strip()
    if status in (404, 410):
        raise NotFound(told)
    if status in (401, 402, 403, 451):
        raise AccessDenied(told)
    if status == 429:
        raise RateLimited(told)
    if status >= 500:
        raise ServerError(told)
    if status == 304 and conditional:
        return
    if status not in (200, 203):
        raise UnexpectedStatus(told)
    if not body.strip():
        raise EmptyBody(told)


@dataclass(frozen=True)
class Wanted:
    """A page to fetch."""

    url: str
    condition: Condition = Condition()


class Fetcher:
    """Fetches for one task. A context manager; its event loop, connections and robots rules live as long as it does.

    ``folder`` holds the locks of hosts, shared by all tasks of the machine; ``lists`` what the run has fetched of
    lists, shared by all tasks of the run. ``private`` allows private addresses, ``delay_s`` replaces the pause.
    """

    def __init__(
        self,
        fetching: Fetching,
        folder: Path,
        lists: Lists,
        *,
        contact: str | None = None,
        private: bool = False,
        delay_s: float | None = None,
    ) -> None:
        self.fetching, self.folder, self.lists, self.private = fetching, folder, lists, private
        self.delay_s = fetching.delay_s if delay_s is None else delay_s
        self.agent = f"{AGENT}/{version('wirehouse')}" + (f" (+{contact})" if contact else "")
        self.runner = asyncio.Runner()
        self.failures: Counter[str] = Counter()
        self.robots: dict[str, asyncio.Task[Protego | FetchError]] = {}

    def __enter__(self) -> Fetcher:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.runner.__enter__()
        self.run(self.open())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            self.run(self.client.aclose())
        finally:
            self.runner.__exit__(kind, error, tb)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    async def open(self) -> None:
        self.slots = asyncio.Semaphore(self.fetching.concurrency)
        no_cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self.client = httpx.AsyncClient(
            transport=Transport(self.fetching, self.private),
            headers={"User-Agent": self.agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"},
            timeout=httpx.Timeout(self.fetching.request_s, connect=self.fetching.connect_s),
            cookies=no_cookies,
            trust_env=False,
        )

    # --- what is asked for ----------------------------------------------------------------------------------

    def get_list(self, url: str) -> Response:
        """A feed, sitemap or list, asked for once a run; raises FetchError."""
        return self.run(self._list(url, robots=True))

    def get_page(self, url: str, condition: Condition | None = None) -> Response:
        """A page; raises FetchError."""
        return self.run(self._follow(url, condition or Condition(), self.fetching.max_bytes))

    def get_pages(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Response | FetchError, float]]:
        """Every page with its response or error and the time at which it was begun, as they come."""
        queue: asyncio.Queue[tuple[Wanted, Response | FetchError, float]] = asyncio.Queue()
        work = self.runner.get_loop().create_task(self._pages(wanted, queue))
        try:
            for _ in wanted:
                yield self.run(queue.get())
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                self.run(_finished(work))

    async def _pages(self, wanted: Iterable[Wanted], queue: asyncio.Queue[Any]) -> None:
        deadline = time.monotonic() + self.fetching.source_s
        hosts: dict[str, list[Wanted]] = defaultdict(list)
        for one in wanted:
            hosts[host_of(one.url)].append(one)
        groups = iter(hosts.values())

        async def work() -> None:
            for group in groups:
                for one in group:
                    started = time.time()
                    await queue.put((one, await self._page(one, deadline), started))

        await asyncio.gather(*(work() for _ in range(min(len(hosts), OPEN_HOSTS * self.fetching.concurrency))))

    async def _page(self, wanted: Wanted, deadline: float) -> Response | FetchError:
        try:
            if time.monotonic() >= deadline:
                raise OutOfTime(f"the {self.fetching.source_s:g} s for the source were over")
            return await self._follow(wanted.url, wanted.condition, self.fetching.max_bytes)
        except FetchError as error:
            return error

    # --- how it is asked for --------------------------------------------------------------------------------

    async def _list(self, url: str, *, robots: bool, limit: int | None = None) -> Response:
        """A list from what the run has kept, else from its host; kept whatever it is."""
        async with self.locked(f"list {url}"):
            if kept := self.lists.find(url):
                return kept
            size = limit or self.fetching.max_list_bytes
            try:
                condition = self.lists.condition(url)
                response = await self._follow(url, condition, size, robots=robots, cut=not robots)
            except FetchError as error:
                self.lists.keep(url, error.exchanges, error)
                raise
            self.lists.keep(url, response.exchanges)
            # Where nothing has changed, the body is that of an earlier day.
            return (self.lists.find(url) if response.is_unchanged else None) or response

    async def _follow(
        self, url: str, condition: Condition, limit: int, *, robots: bool = True, cut: bool = False
    ) -> Response:
        """Ask an address, and those it redirects to."""
        exchanges: list[Exchange] = []
        try:
            current = checked_url(url)
            seen = {current}
            while True:
                delay = await self.permission(current) if robots else self.delay_s
                exchange, headers, body = await self._retrying(current, condition, limit, delay, exchanges, cut)
                target = headers.get("location")
                if exchange.status not in (301, 302, 303, 307, 308) or not target:
                    return Response(url, current, exchange.status, headers, body, exchanges)
                try:
                    current = checked_url(urljoin(current, target))
                except ValueError as error:
                    raise UrlRefused(f"redirect to {target[:200]}: {error}") from error
                if current in seen:
                    raise RedirectLoop(f"back to {current[:200]}")
                if len(seen) > self.fetching.max_redirects:
                    raise TooManyRedirects(f"{len(seen)}, the last to {current[:200]}")
                seen.add(current)
        except FetchError as error:
            error.exchanges = exchanges
            raise

    async def _retrying(self, url: str, *arguments: Any) -> tuple[Exchange, httpx.Headers, bytes]:
        host = host_of(url)
        if self.failures[host] >= self.fetching.max_host_failures:
            raise HostGivenUp(f"{host} failed {self.failures[host]} times in a row")
        backoff = self.fetching.backoff_s
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.fetching.attempts),
            retry=retry_if_exception(lambda e: isinstance(e, FetchError) and e.passing),
            wait=wait_exponential_jitter(
                multiplier=backoff, max=max(backoff, self.fetching.max_wait_s), jitter=backoff
            ),
            reraise=True,
        )
        try:
            result: tuple[Exchange, httpx.Headers, bytes] = await retrying(self._attempt, url, *arguments)
        except FetchError as error:
            if isinstance(error, HOST_FAILURES):
                self.failures[host] += 1
            else:
                self.failures[host] = 0
            raise
        self.failures[host] = 0
        return result

    async def _attempt(
        self, url: str, condition: Condition, limit: int, delay: float, exchanges: list[Exchange], cut: bool
    ) -> tuple[Exchange, httpx.Headers, bytes]:
        """One request in the host's turn; appends its exchange where there was any response."""
        async with self.turn(host_of(url), delay) as pause, self.slots:
            request = self.client.build_request("GET", url, headers=condition.headers())
            sent = [(k, v) for k, v in request.headers.items()]
            exchange = Exchange(url, sent, datetime.now(UTC).replace(tzinfo=None))
            started, decoder = time.monotonic(), Decoder("", limit)
            try:
                async with asyncio.timeout(self.fetching.request_s):
                    response = await self.client.send(request, stream=True)
                    try:
                        note_response(exchange, response, url)
                        exchanges.append(exchange)
                        decoder = await read_body(response, limit, cut, exchange)
                    finally:
                        await response.aclose()
                body = bytes(decoder.out) if exchange.truncated else decoder.close()
                exchange.body = bytes(decoder.sent)
                headers = response.headers
                if wait := retry_after(headers.get("retry-after") if exchange.status in (429, 503) else None):
                    pause.append(wait)
                if exchange.status not in (301, 302, 303, 307, 308) or not headers.get("location"):
                    check_status(exchange, body, headers, bool(condition.headers()))
                return exchange, headers, body
            except Exception as error:
                told = as_fetch_error(error)
                exchange.truncated = exchange.truncated or TRUNCATED.get(type(told))
                waits = sum(pause)
                if isinstance(told, RateLimited) and waits <= self.fetching.max_wait_s:
                    told.passing = True
                elif isinstance(told, ServerError) and waits > self.fetching.max_wait_s:
                    told.passing = False
                raise told from error
            finally:
                exchange.seconds = round(time.monotonic() - started, 6)

    @asynccontextmanager
    async def turn(self, host: str, delay: float) -> AsyncIterator[list[float]]:
        """The host's turn, when its last request is over and its pause has passed.

        Yields a list to which a longer pause can be added. Raises RateLimited where the host wants to be left alone
        for longer than is waited.
        """
        due = self.folder / f"{stable_id('host', host)}.next"
        async with self.locked(f"host {host}"):
            wait = 0.0
            with suppress(OSError, ValueError):
                wait = min(float(due.read_text()) - time.time(), LONGEST_PAUSE_S)
            if wait > max(self.fetching.max_wait_s, delay):
                raise RateLimited(f"{host} asked to be left alone for {wait:.0f} s more")
            await asyncio.sleep(max(0.0, wait))
            pause: list[float] = []
            try:
                yield pause
            finally:
                longest = max([delay, *pause])
                if longest:
                    due.write_text(f"{time.time() + longest:.3f}")

    @asynccontextmanager
    async def locked(self, key: str) -> AsyncIterator[None]:
        """Hold a lock file, which the system lets go of where the process ends."""
        lock = FileLock(self.folder / f"{stable_id(key)}.lock", thread_local=False)
        while True:
            try:
                lock.acquire(timeout=0)
                break
            except Timeout:
                await asyncio.sleep(0.02)
        try:
            yield
        finally:
            lock.release()

    async def permission(self, url: str) -> float:
        """Pause that robots.txt asks for after the request; raises RobotsDisallowed, RobotsUnavailable."""
        origin = str(httpx.URL(url).copy_with(raw_path=b"/robots.txt"))
        if origin not in self.robots:
            self.robots[origin] = asyncio.create_task(self._robots(origin))
        rules = await asyncio.shield(self.robots[origin])
        if isinstance(rules, FetchError):
            raise type(rules)(str(rules))
        if not rules.can_fetch(url, AGENT):
            raise RobotsDisallowed(f"{origin} disallows {urlsplit(url).path[:200]}")
        return max(self.delay_s, float(rules.crawl_delay(AGENT) or 0))

    async def _robots(self, url: str) -> Protego | FetchError:
        """Rules of a robots.txt by RFC 9309: what is not there allows all, what cannot be had forbids all."""
        try:
            response = await self._list(url, robots=False, limit=ROBOTS_BYTES)
            return Protego.parse(response.body.decode("utf-8", "replace"))
        except (NotFound, AccessDenied, UnexpectedStatus, EmptyBody, RedirectLoop, TooManyRedirects):
            return Protego.parse("")
        except UNREACHED as error:
            return error
        except FetchError as error:
            return RobotsUnavailable(f"{url}: {type(error).__name__}: {error}")
        except Exception as error:  # whatever a hostile file does to the parser
            return RobotsUnavailable(f"{url}: {type(error).__name__}: {error}")


async def _finished(task: asyncio.Task[None]) -> None:
    await asyncio.gather(task, return_exceptions=True)


def host_of(url: str) -> str:
    """Host that an address belongs to, for its turn; the address itself where it has none."""
    try:
        return (urlsplit(url).hostname or url).lower()
    except ValueError:
        return url


def note_response(exchange: Exchange, response: httpx.Response, url: str) -> None:
    exchange.status = response.status_code
    exchange.reason = response.reason_phrase
    exchange.protocol = response.http_version
    exchange.headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw]
    stream = response.extensions.get("network_stream")
    address = stream.get_extra_info("server_addr") if stream else None
    exchange.address = str(address[0]) if address else None


async def read_body(response: httpx.Response, limit: int, cut: bool, exchange: Exchange) -> Decoder:
    """Read a body; with ``cut`` no further than the limit, else raises TooLarge beyond it."""
    is_read = response.status_code in (200, 203)
    decoder = Decoder(response.headers.get("content-encoding", "") if is_read else "", limit)
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > limit and not cut:
        raise TooLarge(f"{int(length[:20]):,} bytes announced, {limit:,} allowed")
    try:
        async for chunk in response.aiter_raw():
            decoder.feed(chunk)
    except TooLarge:
        if not cut:
            exchange.body = bytes(decoder.sent[:65_536])
            raise
        exchange.truncated = "length"
    except BaseException:
        exchange.body = bytes(decoder.sent[:65_536])
        raise
    return decoder
