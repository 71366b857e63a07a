"""Reading applications, through a small cache, because every request begins with one."""

import hmac
from time import monotonic

from gatepass.applications import store
from gatepass.applications.model import Application
from gatepass.kit.db import Database, Tx
from gatepass.kit.secrets import hash_token

_SECONDS_IN_CACHE = 5.0
_MOST_IN_CACHE = 10_000
_LONGEST_CLIENT_ID = 200


async def list_applications(tx: Tx) -> list[Application]:
    """Return every application, the oldest first."""
    return await store.list_all(tx)


async def has_secret(tx: Tx, application_id: str, unverified_secret: str) -> bool:
    """Tell whether a text is one of the application's live secrets, in constant time for each."""
    unverified_hash = hash_token(unverified_secret)
    secrets = await store.list_secrets(tx, application_id)
    # A list, so that no match ends the comparison early.
    return any([hmac.compare_digest(secret.secret_hash, unverified_hash) for secret in secrets])  # noqa: C419 - see above


class ApplicationDirectory:
    """Finds applications by client id and remembers them for five seconds.

    A change made by another process is seen after that time at the latest. What is unknown is not remembered, so that
    nobody fills the cache with guesses.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_client_id: dict[str, tuple[float, Application]] = {}
        self._origins: tuple[float, frozenset[str]] = (0.0, frozenset())

    async def find(self, unverified_client_id: str) -> Application | None:
        """Return the active application with this client id."""
        known = self._by_client_id.get(unverified_client_id)
        if known is not None and known[0] > monotonic():
            return known[1]
        if len(unverified_client_id) > _LONGEST_CLIENT_ID or "\x00" in unverified_client_id:
            return None
        application = await self._database.read(lambda tx: store.find_by_client_id(tx, unverified_client_id))
        if application is None or not application.is_active:
            self._by_client_id.pop(unverified_client_id, None)
            return None
        if len(self._by_client_id) >= _MOST_IN_CACHE:
            self._by_client_id.clear()
        self._by_client_id[application.client_id] = (monotonic() + _SECONDS_IN_CACHE, application)
        return application

    async def has_secret(self, application: Application, unverified_secret: str) -> bool:
        """Tell whether a text is one of the application's live secrets."""
        return await self._database.read(lambda tx: has_secret(tx, application.id, unverified_secret))

    async def allows_origin(self, unverified_origin: str) -> bool:
        """Tell whether any application lists this origin; for preflights, which can't name their application."""
        until, origins = self._origins
        if until <= monotonic():
            everything = await self._database.read(store.list_all)
            origins = frozenset(origin for application in everything for origin in application.allowed_origins)
            self._origins = (monotonic() + _SECONDS_IN_CACHE, origins)
        return unverified_origin in origins

    async def eldest(self) -> Application | None:
        """Return the application that was registered first; it answers for the server's own host."""
        everything = await self._database.read(store.list_all)
        return next((application for application in everything if application.is_active), None)
