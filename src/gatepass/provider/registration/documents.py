"""Clients whose id is the address of a document about them (OAuth Client ID Metadata Document)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import structlog

from gatepass.applications.flows import change, register, registration_of
from gatepass.applications.model import Application, Registration, Source
from gatepass.applications.queries import ApplicationDirectory, find_by_client_id
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.gate.phases import charge
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.fetch import Fetched, Fetcher, FetchRefused
from gatepass.kit.problems import Problem
from gatepass.protection.flows import Limiter
from gatepass.protection.model import Limit, network_key
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.registration import rules, store
from gatepass.provider.registration.addresses import document_fault
from gatepass.provider.registration.model import ClientDocument, Hospitality

_log = structlog.get_logger("gatepass.provider")
_LIMIT_BYTES: Final = 16_384
_SHORTEST: Final = timedelta(minutes=5)
_USUAL: Final = timedelta(hours=1)
_LONGEST: Final = timedelta(hours=24)
_STALE: Final = timedelta(hours=24)
# No failure is remembered as an answer (§5.2), but nobody has an address asked more often than this.
_AFTER_FAILURE: Final = timedelta(minutes=1)
_MOST_REMEMBERED: Final = 1000
_read_json = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often one network may have documents fetched."""

    limiter: Limiter
    limit: Limit

    def take(self, network: str) -> None:
        """Charge a fetch to a network.

        Raises:
            Problem: the limit is reached (`too_many_requests`, 429).
        """
        charge(self.limiter, [(self.limit, network_key(network))], "client_document")


@dataclass(slots=True)
class _Address:
    """What this process remembers of one address: who asks it now, and until when it need not be asked."""

    lock: asyncio.Lock
    fresh_until: datetime | None = None
    failed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database has of an address."""

    application: Application | None
    document: ClientDocument | None


class ClientDocuments:
    """Finds applications by client id, also those that are described by a document at the address that is their id.

    A document is kept for as long as its server allows, five minutes at least and a day at most. Where it can't be
    fetched again, what was known stays good for a day; where it says something else, that holds at once.

    Args:
        database: where applications are kept, these like any other.
        clock: tells the age of a document.
        directory: finds those that are known.
        fetcher: reaches the addresses, which strangers chose.
        allowance: bounds what one network may have fetched.
        hospitality: what the operator lets strangers have.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        directory: ApplicationDirectory,
        fetcher: Fetcher,
        allowance: Allowance,
        hospitality: Hospitality,
    ) -> None:
        self._database = database
        self._clock = clock
        self._directory = directory
        self._fetcher = fetcher
        self._allowance = allowance
        self._hospitality = hospitality
        self._addresses: dict[str, _Address] = {}

    async def find(self, unverified_client_id: str) -> Application | None:
        """Return an active application that is known; nothing is fetched."""
        application = await self._directory.find(unverified_client_id)
        if application is None or self._hospitality.reads_documents:
            return application
        return None if application.oauth.source is Source.DOCUMENT else application

    async def has_secret(self, application: Application, unverified_secret: str) -> bool:
        """Tell whether a text is one of an application's secrets."""
        return await self._directory.has_secret(application, unverified_secret)

    async def resolve(self, unverified_client_id: str, network: str) -> Application | None:
        """Return the active application of a client id, after its document where it has one.

        Args:
            unverified_client_id: what the request names.
            network: where the request comes from, to which a fetch is charged.

        Raises:
            Problem: a document would have to be fetched, and the network had too many fetched (429).
        """
        application = await self._directory.find(unverified_client_id)
        if application is not None and application.oauth.source is not Source.DOCUMENT:
            return application
        return await self._of_document(unverified_client_id, application, network)

    async def _of_document(
        self, unverified_url: str, application: Application | None, network: str
    ) -> Application | None:
        hospitality = self._hospitality
        if not hospitality.reads_documents:
            return None
        if document_fault(unverified_url, allows_loopback=hospitality.allows_loopback) is not None:
            return None
        address = self._address(unverified_url)
        if application is not None and address.fresh_until is not None and self._clock.now() < address.fresh_until:
            return application
        async with address.lock:
            return await self._current(unverified_url, address, network)

    async def _current(self, url: str, address: _Address, network: str) -> Application | None:
        """Return the application of an address, and ask the address where that is due; one asks for all who wait."""
        known = await self._database.read(lambda tx: _known(tx, url))
        if known.application is not None and (
            not known.application.is_active or known.application.oauth.source is not Source.DOCUMENT
        ):
            # The operator switched it off, or registered this id: no document says otherwise.
            return known.application if known.application.is_active else None
        now = self._clock.now()
        if known.document is not None and now < known.document.fresh_until:
            address.fresh_until = known.document.fresh_until
            return known.application
        if address.failed_until is not None and now < address.failed_until:
            return _while_away(known, now)
        self._allowance.take(network)
        return await self._fetch(url, address, known)

    async def _fetch(self, url: str, address: _Address, known: _Known) -> Application | None:
        try:
            fetched = await self._fetcher.get_json(url, limit_bytes=_LIMIT_BYTES)
        except FetchRefused as refused:
            self._fail(url, address, refused.sentence)
            return _while_away(known, self._clock.now())
        try:
            registration = rules.registration_of_document(_members(fetched), url, self._hospitality)
            return await self._keep(url, address, registration, fetched)
        except (Refused, Problem) as fault:
            if isinstance(fault, Problem) and fault.code != "invalid_application":
                raise
            # Its owner says something else now than what was allowed, so that no longer holds either.
            await self._database.transact(lambda tx: store.revoke_document(tx, url))
            self._fail(url, address, fault.title if isinstance(fault, Problem) else fault.description)
            return None

    async def _keep(self, url: str, address: _Address, registration: Registration, fetched: Fetched) -> Application:
        at = self._clock.now()
        kept = max(_SHORTEST, min(_USUAL if fetched.fresh_for is None else fetched.fresh_for, _LONGEST))

        async def body(tx: Tx) -> Application:
            await take_turn(tx, f"document:{url}")
            application = await _written(tx, url, registration, at)
            await store.add_document(tx, ClientDocument(url, application.id, at, at + kept))
            return application

        application = await self._database.transact(body)
        self._directory.forget(url)
        address.fresh_until, address.failed_until = at + kept, None
        return application

    def _fail(self, url: str, address: _Address, sentence: str) -> None:
        _log.warning("client_document.refused", url=url, detail=sentence)
        address.fresh_until, address.failed_until = None, self._clock.now() + _AFTER_FAILURE

    def _address(self, url: str) -> _Address:
        address = self._addresses.get(url)
        if address is None:
            if len(self._addresses) >= _MOST_REMEMBERED:
                self._addresses.pop(next(iter(self._addresses)))
            address = self._addresses[url] = _Address(asyncio.Lock())
        return address


async def _known(tx: Tx, url: str) -> _Known:
    return _Known(await find_by_client_id(tx, url), await store.find_document(tx, url))


async def _written(tx: Tx, url: str, registration: Registration, at: datetime) -> Application:
    """Write the application of a document, where it says something new."""
    application = await find_by_client_id(tx, url)
    if application is None:
        application = (await register(tx, registration, at, client_id=url)).application
        await record(tx, EventKind.CLIENT_REGISTERED, at=at, application_id=application.id, data={"document": url})
        return application
    if registration_of(application) == registration:
        return application
    return await change(tx, application, registration, at)


def _while_away(known: _Known, now: datetime) -> Application | None:
    """Return what was known of a document that can't be had now, for a day after it should have been asked for."""
    if known.document is None or now >= known.document.fresh_until + _STALE:
        return None
    return known.application


def _members(fetched: Fetched) -> Mapping[str, Any]:
    try:
        return _read_json(fetched.body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        raise Refused("invalid_client_metadata", "The document is no JSON object.") from None
