"""The ASGI application: it opens the house at start-up and closes it at shutdown."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from gatepass.access.flows import seed
from gatepass.access.jobs import run_key_uses
from gatepass.app.doors import gate
from gatepass.app.foundations import Foundations
from gatepass.app.house import House, build
from gatepass.applications.queries import list_algorithms
from gatepass.gate.model import Receive, Scope, Send
from gatepass.gate.server import Gate
from gatepass.protocols.jose import SigningAlgorithm

_log = structlog.get_logger("gatepass")
_SECONDS_BEFORE_ANEW = 2.0
_COLLECTOR_THRESHOLDS = (20_000, 20, 20)


async def ready_keys(house: House) -> None:
    """Make the signing keys that the applications need, so that nobody is served a key set without them."""
    wanted = await house.foundations.database.read(list_algorithms)
    provider = house.foundations.settings.provider
    # Who registers itself says nothing about it (OpenID Connect Registration §2).
    usual = {SigningAlgorithm.RS256} if provider.registers_clients or provider.client_documents else set()
    algorithms = {SigningAlgorithm.ES256, *usual, *wanted}
    for algorithm in sorted(algorithms):
        await house.tokens.cabinet.current(algorithm)


Work = Callable[[House, asyncio.Event], Awaitable[None]]


class Application:
    """The ASGI application that a server process runs: opens at start-up, closes at shutdown.

    Args:
        lay: opens the database and reads the keys; awaited at start-up, in the server's own loop.
        work: what the process does beside serving, given the house and an event that asks it to stop.
    """

    def __init__(
        self,
        lay: Callable[[], Awaitable[Foundations]],
        work: "Work | None" = None,
    ) -> None:
        self._lay = lay
        self._work = work
        self._gate: Gate | None = None
        self.house: House | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in the server's life (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._gate is not None:
            await self._gate(scope, receive, send)

    def release_waiting(self) -> None:
        """Answer everybody who waits for a sign-in, because the server is about to stop."""
        if self.house is not None:
            self.house.login.signals.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            foundations = await self._lay()
            self.house = build(foundations)
            self._gate = gate(self.house)
            await ready_keys(self.house)
            await foundations.database.transact(lambda tx: seed(tx, foundations.clock.now()))
        except Exception as error:  # noqa: BLE001 - whatever it was, the server's supervisor is told
            _log.exception("server.failed_to_start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        stop = asyncio.Event()
        work = asyncio.ensure_future(_keep_on(self._work, self.house, stop)) if self._work else None
        uses = asyncio.ensure_future(run_key_uses(self.house.key_uses, stop))
        # What stands now stands for good, and a request leaves few cycles behind: the collector need not look often.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECTOR_THRESHOLDS)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stop.set()
        await _finish(work)
        await uses
        await foundations.database.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _keep_on(work: "Work", house: House, stop: asyncio.Event) -> None:
    """Do the work until asked to stop; what breaks it is logged and it begins anew."""
    while not stop.is_set():
        try:
            await work(house, stop)
        except Exception:  # noqa: BLE001 - a server whose mail stands still must say so and try again
            _log.exception("worker.failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(_SECONDS_BEFORE_ANEW):
                    await stop.wait()


async def _finish(work: "asyncio.Future[None] | None") -> None:
    if work is not None:
        await work
