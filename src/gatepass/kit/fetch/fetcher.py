"""The two verbs: get a document, post a message."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from gatepass.kit.fetch.faults import FetchRefused, RefusalReason
from gatepass.kit.fetch.freshness import fresh_for
from gatepass.kit.fetch.resolving import Network, Resolver, ask_system
from gatepass.kit.fetch.targets import parse_target

if TYPE_CHECKING:
    import httpx2

USER_AGENT: Final = "Gatepass"
JSON_TYPE: Final = "application/json"
_LIMIT: Final = 65_536
_SECONDS: Final = 5.0
_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_GZIP: Final = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document.

    Args:
        status: of the answer.
        headers: of the answer, by name in lower case.
        body: as it was before it was compressed.
        fresh_for: how long it may be kept; zero where it must not be, None where the server did not say.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    fresh_for: timedelta | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a receiver answered to a message.

    Args:
        status: of the answer.
        headers: of the answer, by name in lower case.
        beginning: the first bytes of its body, as they came.
    """

    status: int
    headers: Mapping[str, str]
    beginning: bytes


class Fetcher:
    """Gets from and posts to addresses that somebody else has chosen.

    Args:
        allow_loopback: whether this is a development machine, where plain HTTP and the machine itself will do.
        resolver: looks names up; the system's where none is given.
        tls: how certificates are verified; the system's authorities where none is given.
        networks: which of the operator's own networks may be connected to, besides the open Internet.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        resolver: Resolver = ask_system,
        tls: ssl.SSLContext | None = None,
        networks: Sequence[Network] = (),
    ) -> None:
        self._networks = networks
        self._allow_loopback = allow_loopback
        self._resolver = resolver
        self._tls = tls

    async def get_json(self, unverified_url: str, *, limit_bytes: int = _LIMIT, seconds: float = _SECONDS) -> Fetched:
        """Get a JSON document; what it says is the caller's to read.

        Args:
            unverified_url: https, without user information and fragment.
            limit_bytes: how large it may be, compressed and not.
            seconds: how long all of it may take, the look-up of the name included.

        Raises:
            FetchRefused: the address is forbidden, or no JSON came from it with status 200, in time and in size.
        """
        headers = {"accept": JSON_TYPE, "accept-encoding": "gzip"}
        async with _within(seconds), self._answered("GET", unverified_url, headers, b"") as answer:
            if answer.status_code != _OK:
                raise FetchRefused(RefusalReason.UNWANTED_STATUS, f"The host answered {answer.status_code}.")
            if not _is_json(answer.headers.get("content-type", "")):
                raise FetchRefused(RefusalReason.UNWANTED_CONTENT, "The host's answer is not declared as JSON.")
            body = await _read(answer, limit_bytes)
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Fetched(answer.status_code, found, body, fresh_for(found))

    async def get_text(
        self, unverified_url: str, headers: Mapping[str, str], *, limit_bytes: int = _LIMIT, seconds: float = _SECONDS
    ) -> str:
        """Get a plain text; what it says is the caller's to read.

        Args:
            unverified_url: https, without user information and fragment.
            headers: what the request carries besides.
            limit_bytes: how large it may be, compressed and not.
            seconds: how long all of it may take, the look-up of the name included.

        Raises:
            FetchRefused: the address is forbidden, or no text came from it with status 200, in time and in size.
        """
        asked = {**headers, "accept": "text/plain", "accept-encoding": "gzip"}
        async with _within(seconds), self._answered("GET", unverified_url, asked, b"") as answer:
            if answer.status_code != _OK:
                raise FetchRefused(RefusalReason.UNWANTED_STATUS, f"The host answered {answer.status_code}.")
            if not answer.headers.get("content-type", "").lower().startswith("text/plain"):
                raise FetchRefused(RefusalReason.UNWANTED_CONTENT, "The host's answer is not declared as plain text.")
            return (await _read(answer, limit_bytes)).decode(errors="replace")

    async def post(
        self, unverified_url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = _SECONDS
    ) -> int:
        """Post a message and return the status of the answer, whose body is not read.

        Args:
            unverified_url: https, without user information and fragment.
            body: as it goes out.
            headers: the Content-Type and what else belongs to the message.
            seconds: how long all of it may take, the look-up of the name included.

        Raises:
            FetchRefused: the address is forbidden, or it did not answer, or it answered with a redirect.
        """
        async with _within(seconds), self._answered("POST", unverified_url, headers, body) as answer:
            return answer.status_code

    async def post_for_answer(
        self,
        unverified_url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        limit_bytes: int,
        seconds: float = _SECONDS,
    ) -> Answered:
        """Post a message and return what the receiver said to it.

        Once the status is known, what follows can't undo it: of a body that is too long, too slow or broken off, what
        came of it is returned.

        Args:
            unverified_url: https, without user information and fragment.
            body: as it goes out.
            headers: the Content-Type and what else belongs to the message.
            limit_bytes: how much of the answer's body is read.
            seconds: how long all of it may take, the look-up of the name included.

        Raises:
            FetchRefused: the address is forbidden, or it did not answer, or it answered with a redirect.
        """
        asked = {**headers, "accept-encoding": "identity"}
        async with _within(seconds) as bound, self._answered("POST", unverified_url, asked, body) as answer:
            end = bound.when()
            bound.reschedule(None)
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answered(answer.status_code, found, await _beginning(answer, limit_bytes, end))

    @asynccontextmanager
    async def _answered(
        self, method: str, unverified_url: str, headers: Mapping[str, str], body: bytes
    ) -> "AsyncIterator[httpx2.Response]":
        target = parse_target(unverified_url, allow_loopback=self._allow_loopback)
        # Loaded with the first request: 3 MB that most processes never need.
        import httpx2  # noqa: PLC0415

        # Likewise.
        from gatepass.kit.fetch.transport import GuardedTransport, default_tls  # noqa: PLC0415

        request = httpx2.Request(
            method, unverified_url, headers={**headers, "user-agent": USER_AGENT, "connection": "close"}, content=body
        )
        # The library reads the URL once more; should it ever read it differently, nothing goes out.
        if (request.url.raw_host.decode(), request.url.scheme) != (target.host, target.scheme):
            raise FetchRefused(RefusalReason.MALFORMED_URL, "The URL can be read in two ways.")
        if self._tls is None:
            self._tls = default_tls()
        transport = GuardedTransport(
            self._tls, resolver=self._resolver, allow_loopback=self._allow_loopback, networks=self._networks
        )
        async with transport:
            answer = await transport.handle_async_request(request)
            try:
                if answer.status_code in _REDIRECTS:
                    raise FetchRefused(RefusalReason.REDIRECT, "The host redirects, which is not followed.")
                yield answer
            finally:
                await answer.aclose()


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[asyncio.Timeout]:
    try:
        async with asyncio.timeout(seconds) as bound:
            yield bound
    except TimeoutError as error:
        raise FetchRefused(RefusalReason.TOO_SLOW, "The host did not answer in time.") from error


async def _beginning(answer: "httpx2.Response", limit: int, end: float | None) -> bytes:
    body = bytearray()
    with suppress(TimeoutError, FetchRefused):
        async with asyncio.timeout_at(end):
            async for part in answer.aiter_raw():
                body += part[: limit - len(body)]
                if len(body) >= limit:
                    break
    return bytes(body)


async def _read(answer: "httpx2.Response", limit: int) -> bytes:
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip"}:
        raise FetchRefused(RefusalReason.UNWANTED_CONTENT, "The host's answer is encoded in a way not asked for.")
    inflater = zlib.decompressobj(_GZIP) if coding == "gzip" else None
    body, received = bytearray(), 0
    async for part in answer.aiter_raw():
        received += len(part)
        # One byte more than allowed is unpacked at most, however much would come out.
        body += part if inflater is None else _inflated(inflater, part, limit + 1 - len(body))
        if max(received, len(body)) > limit:
            raise FetchRefused(RefusalReason.TOO_LARGE, "The host's answer is too large.")
    if inflater is not None and not inflater.eof:
        raise _damaged()
    return bytes(body)


def _inflated(inflater: "zlib._Decompress", part: bytes, room: int) -> bytes:
    try:
        return inflater.decompress(part, room)
    except zlib.error as error:
        raise _damaged() from error


def _damaged() -> FetchRefused:
    return FetchRefused(RefusalReason.BROKEN_ANSWER, "The host's answer can't be unpacked.")


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == JSON_TYPE or (kind.startswith("application/") and kind.endswith("+json"))
