"""How an application proves to be itself."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gatepass.applications.model import Application, ClientAuthentication
from gatepass.applications.queries import has_secret
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.gate.answers.origins import refuse_foreign_origin
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.protocols.oauth2.assertions import ALGORITHMS, Assertion, read_assertion
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.clients import rules
from gatepass.provider.clients.bounds import Bounds
from gatepass.provider.clients.key_sets import KeySets
from gatepass.provider.clients.model import (
    FAPI_ALGORITHMS,
    Addresses,
    Authenticated,
    ClientDirectory,
    Presented,
    SpentKind,
    keeps_to_fapi,
    oauth_problem,
)
from gatepass.provider.clients.proofs import Proofs
from gatepass.provider.clients.spending import spend_identifier

# These are verbs of the slice too; they lie in files of their own.
__all__ = ["Bounds", "Clients", "KeySets", "Proofs", "spend_identifier"]

# The id of no application: whoever names an unknown one costs the same look-up as one who knows no secret.
_NOBODY = "0" * 24
_NOT_PROVEN = Refused("invalid_client", "The client is not known here, or did not prove to be itself.")
# Clocks of several processes differ; an assertion is remembered a little longer than it is good.
_LONGER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Clients:
    """Finds out which application calls."""

    database: Database
    clock: Clock
    directory: ClientDirectory
    key_sets: KeySets
    bounds: Bounds
    addresses: Addresses

    async def authenticate(self, call: Call[None, None]) -> Authenticated:
        """Return the application that calls, proven in the way that it is registered for.

        A public application is known by its client id alone. The application is noted on the call, so that its
        origins may read the answer, and is charged for the call by `bounds` afterwards, by whoever knows for what.

        Args:
            call: a call with OAuth parameters.

        Raises:
            Problem: it proved nothing, or in a wrong way (`invalid_client`, 401), in two ways (`invalid_request`), is
                called by a page of a foreign origin (`origin_not_allowed`), or failed too often (429).
        """
        try:
            claimed = rules.presented(call.headers, call.parameters)
        except Refused as refused:
            if refused.error == "invalid_client":
                await self._note_failure(call, call.parameters.get("client_id") or "", None)
            raise oauth_problem(refused) from None
        application = await self.directory.resolve(claimed.unverified_client_id, call.network)
        if application is not None:
            call.known_application = application
            refuse_foreign_origin(application, call.headers, self.addresses.own_origins)
        try:
            if application is None or not await self._proves(application, claimed):
                raise _NOT_PROVEN
        except Refused as refused:
            if application is None and claimed.unverified_proof:
                await self._proves_nothing(claimed)
            await self._note_failure(call, claimed.unverified_client_id, application)
            raise oauth_problem(refused) from None
        return Authenticated(application, claimed.method)

    async def authenticate_confidential(self, call: Call[None, None]) -> Authenticated:
        """Return the application that calls; a public one is refused, because it proves nothing.

        Raises:
            Problem: as `authenticate`; or it is public (`invalid_client`, 401).
        """
        client = await self.authenticate(call)
        if not client.is_proven:
            raise oauth_problem(Refused("invalid_client", "This endpoint is for clients that authenticate."))
        return client

    async def _proves(self, application: Application, claimed: Presented) -> bool:
        if not rules.may_use(application, claimed.method):
            return False
        match claimed.method:
            case ClientAuthentication.NONE:
                return True
            case ClientAuthentication.PRIVATE_KEY_JWT:
                return await self._proves_by_key(application, claimed.unverified_proof)
            case _:
                return await self.directory.has_secret(application, claimed.unverified_proof)

    async def _proves_by_key(self, application: Application, unverified_assertion: str) -> bool:
        is_fapi = keeps_to_fapi(application)
        assertion = read_assertion(
            unverified_assertion,
            await self.key_sets.find(application, unverified_assertion),
            client_id=application.client_id,
            audiences={self.addresses.issuer} if is_fapi else self.addresses.audiences,
            now=int(self.clock.now().timestamp()),
            algorithms=FAPI_ALGORITHMS if is_fapi else ALGORITHMS,
            is_audience_single=is_fapi,
        )
        if not await self.database.transact(lambda tx: _spend(tx, application, assertion)):
            raise Refused("invalid_client", "The client assertion was used before; make a new one for each request.")
        return True

    async def _proves_nothing(self, claimed: Presented) -> None:
        if claimed.method in {ClientAuthentication.BASIC, ClientAuthentication.POST}:
            await self.database.read(lambda tx: has_secret(tx, _NOBODY, claimed.unverified_proof))

    async def _note_failure(
        self, call: Call[None, None], unverified_client_id: str, application: Application | None
    ) -> None:
        """Charge a failure, and record it where an application is concerned; a flood is refused before it writes."""
        self.bounds.charge_failure(call, unverified_client_id)
        if application is None:
            return
        at = self.clock.now()

        async def body(tx: Tx) -> None:
            await record(tx, EventKind.CLIENT_REFUSED, at=at, origin=call.origin, application_id=application.id)

        await self.database.transact(body)


async def _spend(tx: Tx, application: Application, assertion: Assertion) -> bool:
    expires_at = datetime.fromtimestamp(assertion.exp, UTC) + _LONGER
    return await spend_identifier(tx, SpentKind.ASSERTION, f"{application.client_id}:{assertion.jti}", expires_at)
