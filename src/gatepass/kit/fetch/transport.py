"""The guard, where connections are made. Importing this loads the HTTP library."""

import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, cast

import httpcore2
import httpx2

from gatepass.kit.fetch.faults import FetchRefused, RefusalReason
from gatepass.kit.fetch.resolving import Network, Resolver, permitted_addresses

_MOST_ADDRESSES: Final = 4
_SECONDS_AN_ADDRESS: Final = 2.0  # so that one dead address of several leaves time for the next


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to hosts that lie in the open Internet, by the very addresses that were judged; to nothing else.

    Args:
        resolver: looks names up.
        allow_loopback: whether this machine itself may be connected to.
        networks: which of the operator's own networks may be connected to.
    """

    def __init__(self, resolver: Resolver, *, allow_loopback: bool, networks: Sequence[Network] = ()) -> None:
        self._resolver = resolver
        self._allow_loopback = allow_loopback
        self._networks = networks
        self._network = httpcore2.AnyIOBackend()
        self._opened: list[httpcore2.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: "Iterable[httpcore2.SOCKET_OPTION] | None" = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Look the host up, judge its addresses and connect to the first that answers.

        Raises:
            FetchRefused: it has no address, or one that is not open to the world.
            httpcore2.ConnectError, httpcore2.ConnectTimeout: none answers.
        """
        addresses = await permitted_addresses(
            host, port, resolver=self._resolver, allow_loopback=self._allow_loopback, networks=self._networks
        )
        patience = _SECONDS_AN_ADDRESS if timeout is None else min(timeout, _SECONDS_AN_ADDRESS)
        failure: Exception | None = None
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                stream = await self._network.connect_tcp(address, port, patience, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                self._opened.append(stream)
                return stream
        raise failure or httpcore2.ConnectError("no address")

    async def aclose(self) -> None:
        """Close every connection, also one that was cut off while its TLS was agreed on, which the library forgets."""
        while self._opened:
            await self._opened.pop().aclose()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


class _Body(httpx2.AsyncByteStream):
    """An answer's body as it comes, with the library's faults told in the house's words."""

    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told():
            async for part in self._answer.aiter_stream():
                yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


class GuardedTransport(httpx2.AsyncBaseTransport):
    """A transport of the HTTP library that reaches nothing but the open Internet; each request has its own connection.

    Args:
        tls: how certificates are verified.
        resolver: looks names up.
        allow_loopback: whether this machine itself may be connected to.
        networks: which of the operator's own networks may be connected to.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        *,
        resolver: Resolver,
        allow_loopback: bool = False,
        networks: Sequence[Network] = (),
    ) -> None:
        self._backend = GuardedBackend(resolver, allow_loopback=allow_loopback, networks=networks)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls, max_keepalive_connections=0, network_backend=self._backend
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return its answer, whose body has not been read.

        Raises:
            FetchRefused: the guard or the network refused it.
        """
        url = request.url
        inner = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=cast("httpx2.AsyncByteStream", request.stream),
            extensions=request.extensions,
        )
        with _told():
            answer = await self._pool.handle_async_request(inner)
        return httpx2.Response(status_code=answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        """Close what is still open."""
        try:
            await self._pool.aclose()
        finally:
            await self._backend.aclose()


def default_tls() -> ssl.SSLContext:
    """Return the rules for certificates: the system's authorities, the host's name, TLS 1.2 or newer."""
    return httpcore2.default_ssl_context()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
        if _is_of(error, ssl.SSLCertVerificationError):
            raise FetchRefused(
                RefusalReason.UNTRUSTED_CERTIFICATE, "The host's certificate can't be trusted."
            ) from error
        raise FetchRefused(RefusalReason.UNREACHABLE, "The host can't be reached.") from error
    except httpcore2.TimeoutException as error:
        raise FetchRefused(RefusalReason.TOO_SLOW, "The host did not answer in time.") from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError, OSError) as error:
        raise FetchRefused(RefusalReason.BROKEN_ANSWER, "The host broke off or did not speak HTTP.") from error


def _is_of(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False
