"""Reading applications, through a small cache, because every request begins with one."""

import hmac
from collections.abc import Iterable
from time import monotonic

from gatepass.applications import store
from gatepass.applications.model import Application, ApplicationSecret, unknown_application
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import hash_token
from gatepass.protocols.jose import SigningAlgorithm

_SECONDS_IN_CACHE = 5.0
_MOST_IN_CACHE = 10_000
_LONGEST_CLIENT_ID = 200


async def list_applications(tx: Tx) -> list[Application]:
    """Return every application, the oldest first."""
    return await store.list_all(tx)


async def find_by_client_id(tx: Tx, client_id: str) -> Application | None:
    """Return an application by its client id, switched off ones too."""
    return await store.find_by_client_id(tx, client_id)


async def find_application(tx: Tx, application_id: str) -> Application | None:
    """Return an application by id, switched off ones too."""
    return await store.find(tx, application_id)


async def get_application(tx: Tx, unverified_name: str) -> Application:
    """Return an application by its id or its client id, switched off ones too.

    Raises:
        Problem: there is none (`unknown_application`, 404).
    """
    found = await store.find_named(tx, unverified_name)
    if found is None:
        raise unknown_application()
    return found


async def get_own_application(tx: Tx, unverified_name: str) -> Application:
    """Return an application that the operator registered, by its id or its client id, switched off ones too.

    What a stranger says of itself must not stand under a name, or in a mail, that somebody trusts.

    Raises:
        Problem: there is none, or it is a stranger's (`unknown_application`, 404).
    """
    found = await store.find_named(tx, unverified_name)
    if found is None or found.is_of_a_stranger:
        sentence = "There is no such application of your own; check its id."
        raise Problem("unknown_application", 404, sentence, number=1005)
    return found


async def list_after(tx: Tx, after_id: str, limit: int) -> list[Application]:
    """Return the applications whose ids come after one, in the order of their ids, for a walk through all of them."""
    return await store.list_after(tx, after_id, limit)


async def list_secrets(tx: Tx, application_id: str) -> list[ApplicationSecret]:
    """Return an application's live secrets, the oldest first; their hashes open nothing."""
    return await store.list_secrets(tx, application_id)


async def list_algorithms(tx: Tx) -> list[SigningAlgorithm]:
    """Return the algorithms by which applications' tokens are signed, each once."""
    return await store.list_algorithms(tx)


async def has_secret(tx: Tx, application_id: str, unverified_secret: str) -> bool:
    """Tell whether a text is one of the application's live secrets, in constant time for each."""
    return _is_among(await store.list_hashes(tx, application_id), hash_token(unverified_secret))


def _is_among(hashes: Iterable[bytes], unverified_hash: bytes) -> bool:
    # A list, so that no match ends the comparison early.
    return any([hmac.compare_digest(secret_hash, unverified_hash) for secret_hash in hashes])  # noqa: C419 - see above


class ApplicationDirectory:
    """Finds applications by client id and remembers them, and the hashes of their secrets, for five seconds.

    A change made by another process is seen after that time at the latest: so long an old secret may still open. A new
    one opens at once, because a secret that is not among those remembered is looked for anew. What is unknown is not
    remembered, so that nobody fills the cache with guesses.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_client_id: dict[str, tuple[float, Application]] = {}
        self._secrets: dict[str, tuple[float, list[bytes]]] = {}
        self._origins: tuple[float, frozenset[str]] = (0.0, frozenset())
        self._eldest: tuple[float, Application | None] = (0.0, None)

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

    async def find_by_id(self, application_id: str) -> Application | None:
        """Return the active application with this id; not remembered, because few calls name one so."""
        application = await self._database.read(lambda tx: store.find(tx, application_id))
        return application if application is not None and application.is_active else None

    def forget(self, client_id: str) -> None:
        """Have an application looked up anew, because this process has just changed it."""
        self._by_client_id.pop(client_id, None)
        self._secrets.pop(client_id, None)
        self._origins = (0.0, frozenset())
        self._eldest = (0.0, None)

    async def has_secret(self, application: Application, unverified_secret: str) -> bool:
        """Tell whether a text is one of the application's live secrets, or was within the last five seconds."""
        unverified_hash = hash_token(unverified_secret)
        known = self._secrets.get(application.client_id)
        if known is not None and known[0] > monotonic() and _is_among(known[1], unverified_hash):
            return True
        hashes = await self._database.read(lambda tx: store.list_hashes(tx, application.id))
        if not _is_among(hashes, unverified_hash):
            return False
        if len(self._secrets) >= _MOST_IN_CACHE:
            self._secrets.clear()
        self._secrets[application.client_id] = (monotonic() + _SECONDS_IN_CACHE, hashes)
        return True

    async def allows_origin(self, unverified_origin: str) -> bool:
        """Tell whether any application lists this origin; for preflights, which can't name their application."""
        until, origins = self._origins
        if until <= monotonic():
            lists = await self._database.read(store.list_origins)
            origins = frozenset(origin for one in lists for origin in one)
            self._origins = (monotonic() + _SECONDS_IN_CACHE, origins)
        return unverified_origin in origins

    async def eldest(self) -> Application | None:
        """Return the application that the operator registered first; it answers for the server's own host.

        No stranger's is: those who register themselves answer for nobody but themselves.
        """
        until, eldest = self._eldest
        if until <= monotonic():
            eldest = await self._database.read(store.find_eldest)
            self._eldest = (monotonic() + _SECONDS_IN_CACHE, eldest)
        return eldest
