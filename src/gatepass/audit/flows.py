"""Writing down what happened."""

from datetime import datetime

from gatepass.audit import store
from gatepass.audit.model import Event, EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id

_NOWHERE = Origin()
# What a client sends as its agent is cut, so that nobody fills the disk with it.
_AGENT_LENGTH = 512


async def record(
    tx: Tx,
    kind: EventKind,
    *,
    at: datetime,
    origin: Origin = _NOWHERE,
    application_id: str | None = None,
    user_id: str | None = None,
    attempt_id: str | None = None,
    data: dict[str, str] | None = None,
) -> None:
    """Record an event in the transaction of what it records.

    Args:
        tx: the transaction of what happened.
        kind: the event's name.
        at: when it happened, aware and in UTC.
        origin: where the request came from.
        application_id: the application that it concerns.
        user_id: the user whom it concerns.
        attempt_id: the sign-in attempt that it belongs to.
        data: further facts; never a token, a code or a link.
    """
    await store.add(
        tx,
        Event(
            new_id(),
            kind,
            at,
            application_id,
            user_id,
            attempt_id,
            origin.network,
            origin.user_agent[:_AGENT_LENGTH],
            data or {},
        ),
    )
