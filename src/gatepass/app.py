"""Builds every part of the server and mounts every door; the only file that knows them all."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import structlog

from gatepass.applications.queries import ApplicationDirectory, list_applications
from gatepass.gate import metrics
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.headers import StandingHeaders, standing_headers
from gatepass.gate.health import HealthRoutes
from gatepass.gate.model import Endpoint, Receive, Scope, Send
from gatepass.gate.openapi import Description
from gatepass.gate.pages.rendering import PageRenderer
from gatepass.gate.pages.site import Site, StatusNote
from gatepass.gate.phases import Gatekeeper
from gatepass.gate.server import Gate, HostList, Table
from gatepass.kit.client.places import Places
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.kit.secrets import KeyRing
from gatepass.kit.signals import Signals
from gatepass.login.flows import Login
from gatepass.methods.magic_link.flows import LinkMailer, MagicLinkFlows
from gatepass.methods.magic_link.pages import LandingPages
from gatepass.methods.magic_link.routes import MagicLinkRoutes
from gatepass.methods.magic_link.waiting import Waiting
from gatepass.methods.one_time_code.flows import CodeFlows, Codes
from gatepass.methods.one_time_code.routes import CodeRoutes
from gatepass.outbox.flows import Outbox
from gatepass.protection.flows import Limiter, Occupancy, sign_in_limits
from gatepass.protection.model import SignInLimits
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.provider.flows import ProviderFlows
from gatepass.provider.routes import ProviderRoutes
from gatepass.settings import Settings
from gatepass.tokens.flows import Tokens
from gatepass.tokens.keys import KeyCabinet, KeyMaker
from gatepass.web.development.pages import DevelopmentPages
from gatepass.web.widget.routes import WidgetRoutes

_log = structlog.get_logger("gatepass")
_DEVELOPMENT_SCALE = 20.0
_SECONDS_BEFORE_ANEW = 2.0
_COLLECTOR_THRESHOLDS = (20_000, 20, 20)


@dataclass(frozen=True, slots=True)
class Foundations:
    """What stands before any slice does: the settings, the time, the database and the keys."""

    settings: Settings
    clock: Clock
    database: Database
    key_ring: KeyRing


@dataclass(frozen=True, slots=True)
class House:
    """Every part of a server, built and connected."""

    foundations: Foundations
    applications: ApplicationDirectory
    outbox: Outbox
    tokens: Tokens
    login: Login
    codes: CodeFlows
    links: MagicLinkFlows
    limiter: Limiter
    limits: SignInLimits

    @property
    def public_url(self) -> str:
        """Return the address by which browsers reach the server."""
        return self.foundations.settings.server.origin

    @property
    def is_https(self) -> bool:
        """Tell whether browsers reach the server by https."""
        return self.public_url.startswith("https:")


def build(foundations: Foundations) -> House:
    """Build every part."""
    settings, clock = foundations.settings, foundations.clock
    public_url = settings.server.origin
    database, key_ring = foundations.database, foundations.key_ring
    limits = settings.limits
    if settings.server.dev and limits.scale == 1.0:
        # On a laptop one person plays everybody.
        limits = replace(limits, scale=_DEVELOPMENT_SCALE)
    outbox = Outbox(key_ring, clock, urlsplit(public_url).hostname or "localhost")
    tokens = Tokens(KeyCabinet(database, KeyMaker(key_ring, settings.tokens), clock), settings.tokens, public_url)
    login = Login(tokens, Signals())
    codes = Codes(key_ring)
    sign_in = sign_in_limits(limits)
    mailer = LinkMailer(codes, outbox, Places(settings.server.places_file), public_url, sign_in.send_per_address.count)
    return House(
        foundations=foundations,
        applications=ApplicationDirectory(database),
        outbox=outbox,
        tokens=tokens,
        login=login,
        codes=CodeFlows(database, clock, codes, login),
        links=MagicLinkFlows(database, clock, mailer, login, settings.server.knows_networks),
        limiter=Limiter(on_refusal=metrics.count_limit_refusal),
        limits=sign_in,
    )


def endpoints(house: House, pages: PageRenderer) -> list[Endpoint]:
    """Return the whole endpoint table."""
    foundations = house.foundations
    waiting = Waiting(foundations.database, foundations.clock, house.login)
    provider = ProviderFlows(foundations.database, foundations.clock, house.tokens)
    links = MagicLinkRoutes(
        house.links,
        waiting,
        BrowserCookie(house.is_https),
        pages,
        house.limits,
        foundations.settings.server.dev,
        Occupancy(),
    )
    doors = [
        *links.endpoints(),
        *CodeRoutes(house.codes, house.limits).endpoints(),
        *ProviderRoutes(provider, house.limits).endpoints(),
        *WidgetRoutes(house.applications, (house.links, house.codes), house.public_url).endpoints(),
        *HealthRoutes(foundations.database, foundations.clock).endpoints(),
    ]
    return [*doors, *Description(doors, house.public_url).endpoints()]


def gate(house: House) -> Gate:
    """Return the server's front door."""
    headers: StandingHeaders = standing_headers(is_https=house.is_https)
    pages = PageRenderer(headers)
    server = house.foundations.settings.server
    table = Table.of(endpoints(house, pages), Gatekeeper(house.applications, house.limiter, server.own_origins))
    landing = LandingPages(
        house.links, house.applications, BrowserCookie(house.is_https), pages, house.limiter, house.limits
    )
    routes = landing.routes()
    if server.dev:
        routes += DevelopmentPages(
            house.foundations.database, house.foundations.clock, house.applications, pages, house.public_url
        ).routes()
    site = Site(pages, house.applications, server.dev).application(routes)
    hosts = HostList(frozenset({urlsplit(house.public_url).netloc, *server.allowed_hosts}), with_loopback=server.dev)
    site_noted = StatusNote(site, headers.api)
    return Gate(table, site_noted, house.applications, headers, hosts, logs_access=server.access_log)


async def ready_keys(house: House) -> None:
    """Make the signing keys that the applications need, so that nobody is served a key set without them."""
    applications = await house.foundations.database.read(list_applications)
    algorithms = {SigningAlgorithm.ES256, *(application.signing_algorithm for application in applications)}
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
        except Exception as error:  # noqa: BLE001 - whatever it was, the server's supervisor is told
            _log.exception("server.failed_to_start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        stop = asyncio.Event()
        work = asyncio.ensure_future(_keep_on(self._work, self.house, stop)) if self._work else None
        # What stands now stands for good, and a request leaves few cycles behind: the collector need not look often.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECTOR_THRESHOLDS)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stop.set()
        await _finish(work)
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
