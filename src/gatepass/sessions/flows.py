"""How a session begins, is bound to a browser, proves itself anew and ends."""

from dataclasses import replace
from datetime import datetime, timedelta

from gatepass.audit.flows import record
from gatepass.audit.model import Actor, EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.sessions import store
from gatepass.sessions.model import Session
from gatepass.sessions.settings import SessionSettings

# Whoever binds sessions is given their settings, so the door shows the type too.
__all__ = [
    "SessionSettings",
    "act",
    "bind",
    "end_everything",
    "forget_user",
    "make_room",
    "note_told",
    "revoke",
    "revoke_all",
    "revoke_browser",
    "rotate",
    "start",
    "touch",
]

_MOST_LISTED = 1000


async def start(
    tx: Tx,
    *,
    session_id: str,
    user_id: str,
    application_id: str,
    amr: tuple[str, ...],
    lifetime: timedelta,
    origin: Origin,
    at: datetime,
    authenticated_at: datetime | None = None,
) -> Session:
    """Start a session for somebody who has proven enough.

    Args:
        tx: the transaction that completes the sign-in.
        session_id: the id that the attempt has noted.
        user_id: who signed in.
        application_id: where.
        amr: how they proved it (RFC 8176).
        lifetime: after which they must prove it again.
        origin: the place and the agent that will hold the session.
        at: when it begins.
        authenticated_at: when they proved it; now, unless another session of theirs vouches for this one.
    """
    agent = origin.user_agent[:512]
    expires_at = at + lifetime
    proven_at = authenticated_at or at
    session = Session(
        session_id, user_id, application_id, amr, at, expires_at, None, origin.network, agent, None, proven_at, at
    )
    await store.add(tx, session)
    return session


async def act(
    tx: Tx,
    *,
    session_id: str,
    user_id: str,
    application_id: str,
    actor: Actor,
    old_hash: bytes | None,
    new_hash: bytes,
    expires_at: datetime,
    at: datetime,
    origin: Origin,
) -> Session:
    """Let somebody act in a person's place, in their own browser, until a moment that nothing moves.

    The session proves nothing of the person, takes no place among theirs, and goes on beside what the browser holds.

    Args:
        tx: the transaction.
        session_id: the id that the session is to have.
        user_id: in whose place.
        application_id: the only application that is told of it.
        actor: who acts.
        old_hash: the hash of the cookie that the browser has, None where it has none.
        new_hash: the hash of the cookie that it is given.
        expires_at: when it is over.
        at: when it begins.
        origin: the browser of whoever acts.
    """
    if old_hash is not None:
        await store.touch_browser(tx, old_hash, new_hash)
    agent, who = origin.user_agent[:512], f"{actor.kind}:{actor.id}:{actor.name}"
    session = Session(
        session_id, user_id, application_id, (), at, expires_at, None, origin.network, agent, new_hash, at, at, who
    )
    await store.add(tx, session)
    return session


async def bind(
    tx: Tx,
    session: Session,
    *,
    old_hash: bytes | None,
    new_hash: bytes,
    settings: SessionSettings,
    at: datetime,
    origin: Origin,
) -> Session:
    """Let a browser hold a session that has just begun, under a new cookie; what it held before moves along.

    Where the browser is signed in to the same account already, that session goes on with the new proof and the one
    that has just begun is dropped, so that a step-up changes no `sid`.

    Args:
        tx: the transaction.
        session: the session that has just begun.
        old_hash: the hash of the cookie that the browser has, None where it has none.
        new_hash: the hash of the cookie that it is given; a new one at each change of privilege (ASVS 5.0 §7.2.4).
        settings: how long it lasts, and how many there may be.
        at: when.
        origin: the browser, for the record.

    Returns:
        The session that the browser holds now.
    """
    held: list[Session] = []
    if old_hash is not None:
        await store.touch_browser(tx, old_hash, new_hash)
        held = await store.list_of_browser(tx, new_hash, _MOST_LISTED)
    expires_at = at + settings.absolute
    # Who acts in somebody's place has proven nothing of them: such a session is never the same.
    held = [one for one in held if not one.is_acted]
    same = next((one for one in held if one.user_id == session.user_id and not one.is_over(at, settings.idle)), None)
    if same is not None and same.id != session.id:
        await store.revoke(tx, session.id, at)
        renewed = replace(
            same, amr=session.amr, authenticated_at=at, last_seen_at=at, expires_at=expires_at, browser_hash=new_hash
        )
        await store.touch_proof(tx, renewed, at)
        await record(
            tx, EventKind.REAUTHENTICATED, at=at, origin=origin, user_id=same.user_id, data={"session_id": same.id}
        )
        return renewed
    await store.touch_binding(tx, session.id, new_hash, expires_at, at)
    bound = replace(session, browser_hash=new_hash, expires_at=expires_at, last_seen_at=at)
    for spare in [one for one in held if one.id != session.id][settings.most_per_browser - 1 :]:
        await revoke(tx, spare, at, origin, EventKind.SESSION_LIMIT_REACHED)
    await make_room(tx, bound, settings.most_per_user, at, origin)
    return bound


async def make_room(tx: Tx, session: Session, most: int, at: datetime, origin: Origin) -> None:
    """End what a person has beyond the limit, that which is over and was unused longest first.

    Args:
        tx: the transaction that hands a session to its holder.
        session: that session; it stays.
        most: how many the person may have, this one among them.
        at: when.
        origin: the holder, for the record.
    """
    for spare in await store.list_beyond(tx, session, most - 1, at, _MOST_LISTED):
        await revoke(tx, spare, at, origin, EventKind.SESSION_LIMIT_REACHED)


async def rotate(tx: Tx, old_hash: bytes, new_hash: bytes) -> None:
    """Let a browser hold what it holds under a new cookie; the old one opens nothing from now on."""
    await store.touch_browser(tx, old_hash, new_hash)


async def touch(tx: Tx, session: Session, at: datetime, idle: timedelta) -> bool:
    """Note that a session was used, where that was not noted just now.

    Args:
        tx: the transaction.
        session: which one.
        at: when.
        idle: after how long without use it is over.
    """
    return not session.is_noted(at, idle) and await store.touch_seen(tx, session.id, at)


async def revoke(
    tx: Tx, session: Session, at: datetime, origin: Origin, kind: EventKind = EventKind.SESSION_ENDED
) -> bool:
    """End a session at once, and with it every refresh token that it carries; False where it had ended already."""
    if not await store.revoke(tx, session.id, at):
        return False
    await _record_end(tx, session, at, origin, kind)
    return True


async def revoke_all(tx: Tx, user_id: str, at: datetime, origin: Origin, *, but_id: str | None = None) -> list[Session]:
    """End every session of a person, all but one where that is named, and return those that ended.

    One that is over by its time ends too, because what it carries may live on.
    """
    ended = await store.revoke_of_user(tx, user_id, but_id or "", at)
    for session in ended:
        await _record_end(tx, session, at, origin, EventKind.SESSION_ENDED)
    return ended


async def revoke_browser(tx: Tx, browser_hash: bytes, at: datetime, origin: Origin) -> list[Session]:
    """End every session that a browser holds, over or not, and return those that ended."""
    ended = await store.revoke_of_browser(tx, browser_hash, at)
    for session in ended:
        await _record_end(tx, session, at, origin, EventKind.SESSION_ENDED)
    return ended


async def end_everything(tx: Tx, at: datetime) -> int:
    """End every session of everybody and return how many; what each carries dies with it."""
    return await store.revoke_everything(tx, at)


async def forget_user(tx: Tx, user_id: str) -> int:
    """Delete what is kept of a person's sessions, from where and by which agent, and return how many there were."""
    return await store.purge_of_user(tx, user_id)


async def _record_end(tx: Tx, session: Session, at: datetime, origin: Origin, kind: EventKind) -> None:
    await record(
        tx,
        kind,
        at=at,
        origin=origin,
        application_id=session.application_id,
        user_id=session.user_id,
        data={"session_id": session.id},
    )


async def note_told(tx: Tx, session: Session, at: datetime) -> bool:
    """Note that everybody who must know of a session's end is told; False where that was noted before."""
    return await store.consume_untold(tx, session.id, at)
