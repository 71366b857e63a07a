"""Reading the signing keys, and whether a token that we signed still counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import Within
from gatepass.organizations.queries import find_active_membership
from gatepass.sessions.queries import is_unrevoked
from gatepass.tokens import rules, store
from gatepass.tokens.model import Family, Holder, Holding, SigningKey
from gatepass.users.queries import find_user, is_active

_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class KeyState:
    """A signing key and what it does: `signs`, `published` or `withdrawn`."""

    key: SigningKey
    word: str


async def list_signing_keys(tx: Tx) -> list[SigningKey]:
    """Return every signing key, the oldest first."""
    return await store.list_keys(tx)


async def list_key_states(tx: Tx, now: datetime, overlap: timedelta) -> list[KeyState]:
    """Return every signing key with what it does now, the oldest first."""
    keys = await store.list_keys(tx)
    states = []
    for key in keys:
        if rules.signing_key(keys, key.algorithm, now) is key:
            word = "signs"
        else:
            word = "published" if rules.is_published(key, now, overlap=overlap) else "withdrawn"
        states.append(KeyState(key, word))
    return states


async def is_live(tx: Tx, claims: dict[str, Any]) -> bool:
    """Tell whether nobody took back an access token that was verified, nor its grant, its session or its user.

    One that is for an organization is worth nothing once the person is no member.
    """
    token_id = str(claims.get("jti", ""))
    if "grant_id" not in claims:
        return not await store.find_revoked(tx, token_id)
    standing = await store.find_standing(tx, str(claims["grant_id"]), token_id)
    if standing is None or not await is_unrevoked(tx, standing.session_id):
        return False
    organization_id = standing.terms.organization_id
    if organization_id and await find_active_membership(tx, Within(organization_id), standing.user_id) is None:
        return False
    return await is_active(tx, standing.user_id)


async def find_holder(tx: Tx, claims: dict[str, Any]) -> Holder | None:
    """Return the person of an access token whose signature was verified; None where it was taken back or has none."""
    standing = await store.find_standing(tx, str(claims.get("grant_id", "")), str(claims.get("jti", "")))
    if standing is None or not await is_unrevoked(tx, standing.session_id):
        return None
    user = await find_user(tx, standing.user_id)
    return Holder(user, standing.terms) if user is not None and user.is_active else None


async def find_family(tx: Tx, family_id: str) -> Family | None:
    """Return what was granted at one sign-in, by its id (`grant_id` in tokens), revoked or not."""
    return await store.find_family(tx, family_id)


async def holding_sessions(tx: Tx, user_id: str, now: datetime) -> frozenset[str]:
    """Return the ids of a person's sessions that some application still holds tokens of."""
    return frozenset(await store.list_holding(tx, user_id, now))


async def list_holdings(tx: Tx, user_id: str, now: datetime) -> list[Holding]:
    """Return every application that holds something of a person which nobody took back."""
    return await store.list_holdings(tx, user_id, now)


async def list_families(tx: Tx, user_id: str, application_id: str, now: datetime) -> list[Family]:
    """Return what an application holds of a person and nobody took back: the newest hundred, the newest first."""
    return await store.list_families(tx, user_id, application_id, now, _MOST_LISTED)


async def applications_of_session(tx: Tx, user_id: str, session_id: str, now: datetime) -> list[str]:
    """Return the ids of the applications that hold something of a session of a person which nobody took back."""
    return await store.list_applications_of_session(tx, user_id, session_id, now)
