"""How somebody allows an application something, and takes it back."""

from collections.abc import Iterable
from datetime import datetime

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import new_id
from gatepass.provider.consents import store
from gatepass.tokens.flows import revoke_pair


async def forget_user(tx: Tx, user_id: str) -> int:
    """Delete what a person allowed, and return how many applications that were."""
    return await store.purge_of_user(tx, user_id)


async def allow(
    tx: Tx, user_id: str, application_id: str, scope: Iterable[str], at: datetime, origin: Origin
) -> frozenset[str]:
    """Let an application have scopes, beside those that it was allowed before.

    Args:
        tx: the transaction of the person's answer.
        user_id: who allows it.
        application_id: to whom.
        scope: what the person was shown.
        at: when.
        origin: the browser, for the record.

    Returns:
        All that is allowed now.
    """
    await take_turn(tx, _turn(user_id, application_id))
    before = await store.find(tx, user_id, application_id)
    shown = tuple(dict.fromkeys(scope))
    now_allowed = frozenset(shown) if before is None else before.allowed | set(shown)
    await store.add(tx, new_id(), user_id, application_id, sorted(now_allowed), at)
    await record(
        tx,
        EventKind.CONSENT_GIVEN,
        at=at,
        origin=origin,
        application_id=application_id,
        user_id=user_id,
        data={"scope": " ".join(shown)},
    )
    return now_allowed


async def still_allows(tx: Tx, user_id: str, application_id: str, scope: Iterable[str]) -> bool:
    """Tell whether a person's word stands and covers a scope, for what was given on it and is used only now.

    It waits for whoever takes it back at the same moment, so that nothing is granted behind their back.

    Args:
        tx: the transaction that grants.
        user_id: who gave it.
        application_id: to whom.
        scope: what it is needed for; where that is nothing, it must stand all the same.
    """
    await take_turn(tx, _turn(user_id, application_id))
    consent = await store.find(tx, user_id, application_id)
    return consent is not None and consent.revoked_at is None and consent.allowed.issuperset(scope)


async def revoke(tx: Tx, user_id: str, application_id: str, at: datetime, origin: Origin) -> bool:
    """Take back what an application was allowed; its tokens for this person die with it.

    Returns:
        Whether there was anything to take back, a consent or tokens.
    """
    await take_turn(tx, _turn(user_id, application_id))
    had_consent = await store.revoke(tx, user_id, application_id, at)
    had_tokens = await revoke_pair(tx, user_id, application_id, at)
    if had_consent or had_tokens:
        await record(
            tx, EventKind.CONSENT_REVOKED, at=at, origin=origin, application_id=application_id, user_id=user_id
        )
    return had_consent or had_tokens


def _turn(user_id: str, application_id: str) -> str:
    return f"consent:{user_id}:{application_id}"
