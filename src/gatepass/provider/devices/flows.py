"""How a device asks, how a person lets it in, and what it is given then."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gatepass.applications.model import Application
from gatepass.applications.queries import find_application
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.ids import DEVICE_CODE_PREFIX, is_well_formed, new_id, new_secret
from gatepass.kit.secrets import KeyRing, hash_token
from gatepass.login.model import Demand
from gatepass.login.queries import find_demand_of_session
from gatepass.protocols.oauth2.device import new_user_code, normalize, shown
from gatepass.provider.consents import flows as consents
from gatepass.provider.devices import store
from gatepass.provider.devices.guesses import Guess
from gatepass.provider.devices.model import (
    Begun,
    Decided,
    DeviceGrant,
    Entered,
    EntryRefusal,
    NotReady,
    Redeemed,
    Refused,
)
from gatepass.provider.devices.rules import FIRST_INTERVAL_SECONDS, SLOWER_BY_SECONDS, is_too_fast, not_ready
from gatepass.sessions.flows import make_room, start
from gatepass.sessions.model import Session
from gatepass.sessions.queries import find_live, find_unrevoked
from gatepass.tokens.model import Terms
from gatepass.users.queries import find_user

_MOST_TRIES_AT_A_CODE: Final = 5
_AGENT_LENGTH: Final = 512


@dataclass(frozen=True, slots=True)
class DeviceFlows:
    """The verbs of the device authorization endpoint, of the page of codes, and of the grant.

    Args:
        database: holds the requests.
        clock: the time.
        key_ring: makes the form in which a code is stored: too short to be hashed, so that it is found by a keyed one.
        lifetime: how long a code lives.
        most_sessions: how many sessions one person may have.
    """

    database: Database
    clock: Clock
    key_ring: KeyRing
    lifetime: timedelta
    most_sessions: int

    async def begin(self, application: Application, terms: Terms, origin: Origin) -> Begun:
        """Let a device wait for a person (RFC 8628 §3.2).

        Args:
            application: who asks.
            terms: what it asks for, all of it allowed.
            origin: the device's network and agent, which the person is shown.
        """
        at = self.clock.now()
        device_code = new_secret(DEVICE_CODE_PREFIX)
        user_codes = [new_user_code(secrets.randbelow) for _ in range(_MOST_TRIES_AT_A_CODE)]

        async def body(tx: Tx) -> str:
            for user_code in user_codes:
                if await store.add(tx, self._waiting(application, terms, origin, device_code, user_code, at)):
                    return user_code
            raise RuntimeError("Five codes of 34 random bits each were taken; is the source of randomness broken?")

        user_code = await self.database.transact(body)
        return Begun(device_code, shown(user_code), int(self.lifetime.total_seconds()), FIRST_INTERVAL_SECONDS)

    async def enter(self, unverified_code: str, session: Session, origin: Origin) -> Entered | Refused:
        """Bind the code that a person typed to their session, so that it alone decides.

        A wrong code is counted for the person and for their network before it is looked at, so that many at once
        outrun no limit. A code that another session typed first is unknown here.

        Args:
            unverified_code: what was typed.
            session: the live session of the browser in which it was typed.
            origin: the browser.
        """
        at, mac = self.clock.now(), self._mac(unverified_code)
        guess = Guess(session.user_id, origin.network)

        async def body(tx: Tx) -> Entered | Refused:
            left = await guess.charge(tx, at)
            if isinstance(left, Refused):
                return left
            grant = await store.touch_entry(tx, mac, session.id, at) if mac is not None else None
            application = await find_application(tx, grant.application_id) if grant is not None else None
            if grant is not None and application is not None and application.is_active:
                await guess.take_back(tx)
                return Entered(grant, application)
            return Refused(await _why_not(tx, mac, at), left)

        return await self.database.transact(body)

    async def decide(
        self, unverified_code: str, session: Session, origin: Origin, *, allows: bool
    ) -> Decided | Refused:
        """Let a device in or turn it away; only for the session that typed its code, and once.

        What a third party's device may do is a consent as well.
        """
        at, mac = self.clock.now(), self._mac(unverified_code)
        if mac is None:
            return Refused(EntryRefusal.UNKNOWN)

        async def body(tx: Tx) -> Decided | Refused:
            live, user = await find_live(tx, session.id, at), await find_user(tx, session.user_id)
            if live is None or user is None or not user.is_active:
                return Refused(EntryRefusal.UNKNOWN)
            grant = await store.consume_decision(tx, mac, session.id, user.id, is_approved=allows, at=at)
            application = await find_application(tx, grant.application_id) if grant is not None else None
            if grant is None or application is None:
                return Refused(await _why_not(tx, mac, at))
            if allows and application.oauth.is_third_party:
                await consents.allow(tx, user.id, application.id, grant.terms.scope, at, origin)
            await _record_decision(tx, grant, user.id, session.id, origin, at, allows=allows)
            return Decided(allows)

        return await self.database.transact(body)

    async def redeem(
        self, tx: Tx, unverified_device_code: str, application: Application, *, at: datetime, origin: Origin
    ) -> Redeemed | NotReady:
        """Answer a device that asks whether it was let in; where it was, start a session of its own, once.

        The session proves what its approver had proven, when they had; it ends on its own, and its person finds it
        in their list. An approval whose own session has been ended since is worth nothing.

        Args:
            tx: the transaction that grants the tokens.
            unverified_device_code: what the device presents.
            application: who asks; it has proven to be itself, or is public.
            at: the time.
            origin: the device.
        """
        grant = await _found(tx, unverified_device_code, application)
        if grant is None:
            return NotReady.UNKNOWN
        reason = not_ready(grant, at)
        if reason is NotReady.PENDING:
            return await _waited(tx, grant, at)
        if reason is not None:
            return reason
        approver = await _approver(tx, grant, application, at)
        user = await find_user(tx, grant.user_id or "")
        if approver is None or user is None or not user.is_active or not await _is_allowed(tx, grant, application):
            return NotReady.DENIED
        if not await store.consume(tx, grant.id, at):
            return NotReady.UNKNOWN
        session = await start(
            tx,
            session_id=new_id(),
            user_id=user.id,
            application_id=application.id,
            amr=approver.amr,
            lifetime=application.refresh_token_lifetime,
            origin=origin,
            at=at,
            authenticated_at=approver.authenticated_at,
        )
        await make_room(tx, session, self.most_sessions, at, origin)
        return Redeemed(grant, session, user)

    def _mac(self, unverified_code: str) -> bytes | None:
        code = normalize(unverified_code)
        return None if code is None else self.key_ring.mac("device_user_code", code)

    def _waiting(
        self, application: Application, terms: Terms, origin: Origin, device_code: str, user_code: str, at: datetime
    ) -> DeviceGrant:
        return DeviceGrant(
            id=new_id(),
            device_code_hash=hash_token(device_code),
            user_code_mac=self.key_ring.mac("device_user_code", user_code),
            application_id=application.id,
            terms=terms,
            network=origin.network,
            user_agent=origin.user_agent[:_AGENT_LENGTH],
            interval_seconds=FIRST_INTERVAL_SECONDS,
            created_at=at,
            expires_at=at + self.lifetime,
            polled_at=None,
            entered_session_id=None,
            decided_at=None,
            is_approved=None,
            user_id=None,
            spent_at=None,
        )


async def _found(tx: Tx, unverified_device_code: str, application: Application) -> DeviceGrant | None:
    if not is_well_formed(unverified_device_code, DEVICE_CODE_PREFIX):
        return None
    grant = await store.find(tx, hash_token(unverified_device_code))
    return grant if grant is not None and grant.application_id == application.id else None


async def _approver(tx: Tx, grant: DeviceGrant, application: Application, at: datetime) -> Session | None:
    """Return the session that let a device in, where nobody revoked it and it has proven what the application asks for.

    A device can't be asked for a second factor; its person signs in with one, and lets it in then.
    """
    session = await find_unrevoked(tx, grant.entered_session_id or "")
    user = await find_user(tx, grant.user_id or "")
    if session is None or user is None:
        return None
    demand = await find_demand_of_session(tx, session, user, application, at)
    return None if demand in {Demand.VERIFY, Demand.ENROL} else session


async def _is_allowed(tx: Tx, grant: DeviceGrant, application: Application) -> bool:
    """Tell whether the person has not taken back since what they allowed a third party's device."""
    if not application.oauth.is_third_party:
        return True
    return await consents.still_allows(tx, grant.user_id or "", application.id, grant.terms.scope)


async def _waited(tx: Tx, grant: DeviceGrant, at: datetime) -> NotReady:
    """Note that a device asked, and tell it to wait; longer from now on where it asks too fast (RFC 8628 §3.5)."""
    is_fast = is_too_fast(grant, at)
    await store.touch_poll(tx, grant.id, grant.interval_seconds + is_fast * SLOWER_BY_SECONDS, at)
    return NotReady.TOO_FAST if is_fast else NotReady.PENDING


async def _why_not(tx: Tx, mac: bytes | None, at: datetime) -> EntryRefusal:
    """Return why a code is of no use to somebody; that another session holds it is nobody's business."""
    grant = await store.find_by_user_code(tx, mac) if mac is not None else None
    is_late = grant is not None and grant.decided_at is None and grant.expires_at <= at
    return EntryRefusal.EXPIRED if is_late else EntryRefusal.UNKNOWN


async def _record_decision(
    tx: Tx, grant: DeviceGrant, user_id: str, session_id: str, origin: Origin, at: datetime, *, allows: bool
) -> None:
    await record(
        tx,
        EventKind.DEVICE_APPROVED if allows else EventKind.DEVICE_DENIED,
        at=at,
        origin=origin,
        application_id=grant.application_id,
        user_id=user_id,
        data={
            "device_grant_id": grant.id,
            "session_id": session_id,
            "network": grant.network,
            "user_agent": grant.user_agent,
            "scope": " ".join(grant.terms.scope),
        },
    )
