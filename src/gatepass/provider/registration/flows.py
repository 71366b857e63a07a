"""How a client registers itself, reads and changes its registration, and leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from gatepass.applications import flows as applications
from gatepass.applications.model import Application, ClientAuthentication, Registration
from gatepass.applications.queries import ApplicationDirectory, has_secret
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import INITIAL_TOKEN_PREFIX, REGISTRATION_TOKEN_PREFIX, is_well_formed, new_id, new_secret
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret, hash_token
from gatepass.protocols.oauth2.errors import Refused as MetadataRefused
from gatepass.provider.clients.model import oauth_problem
from gatepass.provider.registration import rules, store
from gatepass.provider.registration.documents import ClientDocuments
from gatepass.provider.registration.holders import find_registered
from gatepass.provider.registration.model import (
    ClientMetadata,
    Hospitality,
    Invitation,
    Refused,
    RegistrationToken,
    Welcomed,
)
from gatepass.tokens.flows import Tokens, revoke_families

T = TypeVar("T")
# A verb of the slice too; it lies in a file of its own.
__all__ = ["ClientDocuments", "RegistrationFlows", "invite", "uninvite"]


async def invite(tx: Tx, name: str, uses: int, lifetime: timedelta, at: datetime) -> Secret:
    """Make an initial access token, with which clients may register themselves (RFC 7591 §3).

    Args:
        tx: the transaction.
        name: for whom it is, for the operator's own list.
        uses: how many clients may register with it; at least 1.
        lifetime: for how long it is good.
        at: when.

    Returns:
        The token, shown this once; only its hash is kept.

    Raises:
        Problem: it could never be used (`invalid_invitation`).
    """
    if uses < 1 or lifetime <= timedelta(0) or not name.strip():
        raise Problem("invalid_invitation", 400, "An invitation has a name, at least one use and a day to be used on.")
    token = new_secret(INITIAL_TOKEN_PREFIX)
    await store.add_invitation(
        tx, Invitation(new_id(), hash_token(token), name.strip(), uses, at, at + lifetime, revoked_at=None)
    )
    return Secret(token)


async def uninvite(tx: Tx, invitation_id: str, at: datetime) -> bool:
    """Take an invitation back; who registered with it stays. False where there is none."""
    return await store.revoke_invitation(tx, invitation_id, at)


@dataclass(frozen=True, slots=True)
class RegistrationFlows:
    """Registers strangers and lets them manage what they registered."""

    database: Database
    clock: Clock
    directory: ApplicationDirectory
    tokens: Tokens
    hospitality: Hospitality

    async def register(
        self, unverified_token: str | None, unverified_members: Mapping[str, Any], origin: Origin
    ) -> Welcomed | Refused:
        """Register a client.

        Args:
            unverified_token: the initial access token, where one was sent.
            unverified_members: what the client says about itself.
            origin: where it comes from, for the record.

        Raises:
            Problem: what it says will not do (`invalid_client_metadata`, `invalid_redirect_uri`); no use is spent.
        """
        if self.hospitality.needs_invitation and not is_well_formed(unverified_token or "", INITIAL_TOKEN_PREFIX):
            return Refused()
        registration = _judged(lambda: rules.registration(rules.read_metadata(unverified_members), self.hospitality))
        at = self.clock.now()

        async def body(tx: Tx) -> Welcomed | Refused:
            invitation = None
            if self.hospitality.needs_invitation:
                invitation = await store.consume_invitation(tx, hash_token(unverified_token or ""), at)
                if invitation is None:
                    return Refused()
            return await _welcome(tx, registration, invitation, at, origin)

        welcomed = await self._transact(body)
        if isinstance(welcomed, Welcomed):
            # Published at once, so that nobody is handed a key set that lacks it.
            await self.tokens.signer_for(welcomed.application)
        return welcomed

    async def read(self, unverified_client_id: str, unverified_token: str) -> Welcomed | Refused:
        """Return a registration to whoever holds its token (RFC 7592 §2.1)."""
        found = await self.database.read(lambda tx: find_registered(tx, unverified_client_id, unverified_token))
        return Refused() if found is None else Welcomed(found)

    async def change(
        self, unverified_client_id: str, unverified_token: str, unverified_members: Mapping[str, Any]
    ) -> Welcomed | Refused:
        """Put what a client says now in the place of all that it said before (RFC 7592 §2.2).

        Raises:
            Problem: what it says will not do, or names another client or a wrong secret (`invalid_client_metadata`,
                `invalid_redirect_uri`); nothing changes.
        """
        at = self.clock.now()

        async def body(tx: Tx) -> Welcomed | Refused:
            found = await _open(tx, unverified_client_id, unverified_token)
            if found is None:
                return Refused()
            metadata = _judged(lambda: rules.read_metadata(unverified_members))
            await _refuse_another(tx, found, metadata)
            registration = _judged(lambda: rules.registration(metadata, self.hospitality))
            changed = await applications.change(tx, found, registration, at)
            needs_secret = _keeps_secret(changed) and not _keeps_secret(found)
            secret = await applications.add_secret(tx, changed.id, at) if needs_secret else None
            return Welcomed(changed, secret)

        welcomed = await self._transact(body)
        if isinstance(welcomed, Welcomed):
            self.directory.forget(welcomed.application.client_id)
            await self.tokens.signer_for(welcomed.application)
        return welcomed

    async def remove(self, unverified_client_id: str, unverified_token: str) -> bool:
        """Switch a client off for good, and end all that it was granted (RFC 7592 §2.3); False without its token."""
        at = self.clock.now()

        async def body(tx: Tx) -> Application | None:
            found = await _open(tx, unverified_client_id, unverified_token)
            if found is None or not await store.revoke_token(tx, found.id):
                return None
            await applications.switch(tx, found, is_active=False, at=at)
            return found

        removed = await self.database.transact(body)
        if removed is None:
            return False
        self.directory.forget(removed.client_id)
        # It is switched off already, so that nothing is granted to it behind our back.
        await revoke_families(self.database, removed.id, at)
        return True

    async def _transact(self, body: Callable[[Tx], Any]) -> Welcomed | Refused:
        try:
            outcome: Welcomed | Refused = await self.database.transact(body)
        except Problem as problem:
            if problem.code != "invalid_application":
                raise
            raise oauth_problem(MetadataRefused("invalid_client_metadata", problem.title)) from None
        return outcome


async def _open(tx: Tx, unverified_client_id: str, unverified_token: str) -> Application | None:
    """Return the application to whoever holds its token, once nobody else changes it."""
    found = await find_registered(tx, unverified_client_id, unverified_token)
    if found is None:
        return None
    try:
        await applications.open_for_change(tx, found.id)
    except Problem:
        return None
    # Whoever changed it in between may have switched it off, or ended the token.
    return await find_registered(tx, unverified_client_id, unverified_token)


async def _welcome(
    tx: Tx, registration: Registration, invitation: Invitation | None, at: datetime, origin: Origin
) -> Welcomed:
    registered = await applications.register(tx, registration, at)
    token = new_secret(REGISTRATION_TOKEN_PREFIX)
    await store.add_token(tx, RegistrationToken(registered.application.id, hash_token(token), at))
    await record(
        tx,
        EventKind.CLIENT_REGISTERED,
        at=at,
        origin=origin,
        application_id=registered.application.id,
        data={"invitation": "" if invitation is None else invitation.name},
    )
    return Welcomed(registered.application, registered.client_secret, Secret(token))


async def _refuse_another(tx: Tx, application: Application, metadata: ClientMetadata) -> None:
    """Refuse a change that names another client, or a secret that is not this one's (RFC 7592 §2.2)."""
    is_same = metadata.client_id == application.client_id
    if not is_same or (metadata.client_secret and not await has_secret(tx, application.id, metadata.client_secret)):
        sentence = "Send the client_id of this registration, and its present client_secret or none."
        raise oauth_problem(MetadataRefused("invalid_client_metadata", sentence))


def _keeps_secret(application: Application) -> bool:
    return application.oauth.authentication in {ClientAuthentication.BASIC, ClientAuthentication.POST}


def _judged(judge: Callable[[], T]) -> T:
    try:
        return judge()
    except MetadataRefused as refused:
        raise oauth_problem(refused) from None
