"""How an impersonation ends: by whoever acts, by a call, by its time, or with its session."""

from datetime import datetime
from typing import Final

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.impersonation import store
from gatepass.impersonation.model import Ending, Impersonation, Standing
from gatepass.kit.db import Tx
from gatepass.sessions.flows import revoke
from gatepass.sessions.queries import find_unrevoked

_AT_ONCE: Final = 500


async def end(tx: Tx, impersonation: Impersonation, how: Ending, at: datetime, origin: Origin) -> bool:
    """End an impersonation, its session and its tokens; False where it had ended.

    Args:
        tx: the transaction.
        impersonation: which one.
        how: how it comes to its end.
        at: when.
        origin: who ends it, and from where.
    """
    ended = await store.consume_end(tx, impersonation.id, at)
    if ended is None:
        return False
    if ended.session_id is None:
        # Nobody had opened it, so nothing began that could end.
        return True
    session = await find_unrevoked(tx, ended.session_id)
    if session is not None:
        await revoke(tx, session, at, origin)
    await record_of(tx, EventKind.IMPERSONATION_ENDED, ended, at, origin, how)
    return True


async def end_of_user(tx: Tx, user_id: str, at: datetime, origin: Origin) -> int:
    """End every impersonation of a person, because they are shut out, and return how many there were."""
    found = await store.list_unended_of_user(tx, user_id)
    return sum([await end(tx, one, Ending.SESSION, at, origin) for one in found])


async def end_of_session(tx: Tx, session_id: str, at: datetime, origin: Origin) -> bool:
    """Note the end of an impersonation whose session is ended; False where there is none or it had ended."""
    found = await store.find_by_session(tx, session_id)
    return found is not None and await end(tx, found, Ending.SESSION, at, origin)


async def end_over(tx: Tx, now: datetime) -> int:
    """Note the end of what is over by its time, or whose session was ended by another way; return how many."""
    ended = 0
    after_id = ""
    while running := await store.list_unended(tx, after_id, _AT_ONCE):
        for one in running:
            how = await _over(tx, one, now)
            if how is not None:
                ended += await end(tx, one, how, now, Origin(actor=one.actor))
        after_id = running[-1].id
    return ended


async def _over(tx: Tx, impersonation: Impersonation, now: datetime) -> Ending | None:
    """Return how an impersonation that nobody ended is over; None where it is not."""
    standing = impersonation.standing(now)
    if standing in {Standing.UNUSED, Standing.ENDED}:
        return Ending.TIME
    if standing is Standing.RUNNING and await find_unrevoked(tx, impersonation.session_id or "") is None:
        return Ending.SESSION
    return None


async def record_of(
    tx: Tx, kind: EventKind, impersonation: Impersonation, at: datetime, origin: Origin, how: Ending | None = None
) -> None:
    """Record a step of an impersonation, under the names of both."""
    await record(
        tx,
        kind,
        at=at,
        origin=origin,
        application_id=impersonation.application_id,
        user_id=impersonation.user_id,
        reason=impersonation.reason,
        data={
            "impersonation_id": impersonation.id,
            "session_id": impersonation.session_id or "",
            "operator_id": impersonation.actor.id,
            **({"how": how.value} if how is not None else {}),
        },
    )
