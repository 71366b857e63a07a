"""The tables `outbox`, `dev_mailbox` and `worker_heartbeats`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gatepass.kit.db import Tx, command, query
from gatepass.outbox.model import (
    Backlog,
    Dead,
    DeadLetter,
    DevMail,
    Envelope,
    Expired,
    Heartbeat,
    Kind,
    Outcome,
    Postponed,
    Sent,
    State,
)

_ADD: Final = command("""
    INSERT INTO outbox (id, kind, state, application_id, reason, recipient, message_id, payload,
                        created_at, due_at, not_after, attempts)
    VALUES (:id, :kind, 'waiting', :application_id, :reason, :recipient, :message_id, :payload,
            :now, :now, :not_after, 0)
""")

_CONSUME: Final = query(
    Envelope,
    """
    UPDATE outbox SET lease = :lease, due_at = :lease_end
     WHERE id IN (SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now AND kind = :kind
                     AND recipient NOT IN (SELECT value FROM json_each(:busy))
                   ORDER BY due_at, id LIMIT :most)
    RETURNING {columns}
    """,
    # Materialised, so that the planner can't run the locking subselect more than once; other workers' rows are skipped.
    postgres="""
    WITH due AS MATERIALIZED (
        SELECT id AS due_id FROM outbox WHERE state = 'waiting' AND due_at <= :now AND kind = :kind
           AND recipient NOT IN (SELECT jsonb_array_elements_text(:busy::jsonb))
         ORDER BY due_at, id LIMIT :most FOR UPDATE SKIP LOCKED)
    UPDATE outbox SET lease = :lease, due_at = :lease_end FROM due WHERE id = due_id
    RETURNING {columns}
    """,
)
_FIND_DUE: Final = query(
    str,
    """
    SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now AND kind = :kind
       AND recipient NOT IN (SELECT value FROM json_each(:busy)) LIMIT 1
    """,
    postgres="""
    SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now AND kind = :kind
       AND recipient NOT IN (SELECT jsonb_array_elements_text(:busy::jsonb)) LIMIT 1
    """,
)

_FINISH: Final = command("""
    UPDATE outbox SET state = :state, payload = NULL, lease = NULL, finished_at = :now
     WHERE id = :id AND lease = :lease
""")
_BURY: Final = command("""
    UPDATE outbox SET state = 'dead', lease = NULL, finished_at = :now, last_error = :error, attempts = attempts + 1
     WHERE id = :id AND lease = :lease
""")
_POSTPONE: Final = command("""
    UPDATE outbox SET lease = NULL, due_at = :due_at, last_error = :error, attempts = attempts + :failures
     WHERE id = :id AND lease = :lease
""")
_RELEASE: Final = command("UPDATE outbox SET lease = NULL, due_at = :now WHERE id = :id AND lease = :lease")
_RELEASE_ALL: Final = command("""
    UPDATE outbox SET lease = NULL, due_at = :now WHERE state = 'waiting' AND lease IS NOT NULL
""")
_REVIVE: Final = command("""
    UPDATE outbox SET state = 'waiting', due_at = :now, attempts = 0, finished_at = NULL
     WHERE id = :id AND state = 'dead' AND payload IS NOT NULL
""")
_EXPIRE: Final = command("""
    UPDATE outbox SET state = 'expired', payload = NULL, lease = NULL, finished_at = :now
     WHERE state = 'waiting' AND due_at <= :now
       AND id IN (SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now AND not_after <= :now LIMIT :most)
""")
_PURGE: Final = command("""
    DELETE FROM outbox
     WHERE id IN (SELECT id FROM outbox WHERE state = :state AND finished_at <= :before LIMIT :most)
""")

# What waits is little and is looked through; the index of the rest is paid for when a message is finished.
_PURGE_WAITING = "DELETE FROM outbox WHERE state = 'waiting' AND "
_PURGE_FINISHED = "DELETE FROM outbox WHERE finished_at IS NOT NULL AND "
_OF = "recipient IN (SELECT value FROM json_each(:recipients))"
_OF_POSTGRES = "recipient IN (SELECT jsonb_array_elements_text(:recipients::jsonb))"
_PURGE_WAITING_OF: Final = command(_PURGE_WAITING + _OF, postgres=_PURGE_WAITING + _OF_POSTGRES)
_PURGE_FINISHED_OF: Final = command(_PURGE_FINISHED + _OF, postgres=_PURGE_FINISHED + _OF_POSTGRES)
_PURGE_DEV = "DELETE FROM dev_mailbox WHERE "
_DEV_PURGE_OF: Final = command(_PURGE_DEV + _OF, postgres=_PURGE_DEV + _OF_POSTGRES)

_DEAD: Final = query(
    DeadLetter,
    """
    SELECT {columns} FROM outbox WHERE state = 'dead' AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT :most
    """,
)
_BACKLOG: Final = query(
    Backlog,
    """
    SELECT (SELECT count(*) FROM outbox WHERE state = 'waiting') AS waiting,
           (SELECT count(*) FROM outbox WHERE state = 'waiting' AND due_at <= :now) AS due,
           (SELECT min(due_at) FROM outbox WHERE state = 'waiting' AND due_at <= :now) AS oldest_due_at,
           (SELECT count(*) FROM outbox WHERE state = 'dead' AND finished_at IS NOT NULL) AS dead
    """,
)

_DEV_ADD: Final = command("""
    INSERT INTO dev_mailbox (id, recipient, subject, text, html, headers, links, code, at)
    VALUES (:id, :recipient, :subject, :text, :html, :headers, :links, :code, :at)
""")
_DEV_PURGE: Final = command("""
    DELETE FROM dev_mailbox WHERE id IN (SELECT id FROM dev_mailbox ORDER BY at DESC, id DESC LIMIT 1000 OFFSET :keep)
""")
_DEV_LIST: Final = query(DevMail, "SELECT {columns} FROM dev_mailbox ORDER BY at DESC, id DESC LIMIT :most")
_DEV_LIST_OF: Final = query(
    DevMail,
    """
    SELECT {columns} FROM dev_mailbox WHERE lower(recipient) = lower(:recipient) ORDER BY at DESC, id DESC LIMIT :most
    """,
)
_DEV_FIND: Final = query(DevMail, "SELECT {columns} FROM dev_mailbox WHERE id = :id")

_BEAT: Final = command("""
    INSERT INTO worker_heartbeats (id, host, process, started_at, seen_at, stopped_at)
    VALUES (:id, :host, :process, :started_at, :seen_at, :stopped_at)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, stopped_at = excluded.stopped_at
""")
_BEAT_PURGE: Final = command("DELETE FROM worker_heartbeats WHERE seen_at <= :before")
_BEATS: Final = query(Heartbeat, "SELECT {columns} FROM worker_heartbeats ORDER BY seen_at DESC LIMIT :most")


async def add(
    tx: Tx,
    *,
    envelope_id: str,
    application_id: str | None,
    reason: str,
    recipient: str,
    message_id: str,
    payload: bytes,
    now: datetime,
    not_after: datetime | None,
    kind: Kind = Kind.MAIL,
) -> None:
    """Add a message that waits."""
    await tx.run(
        _ADD,
        id=envelope_id,
        kind=kind,
        application_id=application_id,
        reason=reason,
        recipient=recipient,
        message_id=message_id,
        payload=payload,
        now=now,
        not_after=not_after,
    )


async def consume(
    tx: Tx,
    *,
    lease: str,
    lease_end: datetime,
    now: datetime,
    most: int,
    kind: Kind = Kind.MAIL,
    busy: Sequence[str] = (),
) -> list[Envelope]:
    """Claim what is due, the longest waiting first, so that nobody else gets it before `lease_end`.

    What goes to the recipients in `busy` stays where it is.
    """
    claimed = await tx.all(_CONSUME, lease=lease, lease_end=lease_end, now=now, most=most, kind=kind, busy=list(busy))
    return sorted(claimed, key=lambda envelope: envelope.id)


async def find_due(tx: Tx, now: datetime, *, kind: Kind = Kind.MAIL, busy: Sequence[str] = ()) -> str | None:
    """Find the id of any message that a claim would get."""
    return await tx.one(_FIND_DUE, now=now, kind=kind, busy=list(busy))


async def touch_outcome(tx: Tx, envelope: Envelope, outcome: Outcome, now: datetime) -> bool:
    """Write down what became of a claimed message; False where the claim had been lost to another worker."""
    mine = {"id": envelope.id, "lease": envelope.lease}
    match outcome:
        case Sent():
            changed = await tx.run(_FINISH, state=State.SENT, now=now, **mine)
        case Expired():
            changed = await tx.run(_FINISH, state=State.EXPIRED, now=now, **mine)
        case Postponed(due_at=due_at, error=error, is_counted=is_counted):
            changed = await tx.run(_POSTPONE, due_at=due_at, error=error, failures=int(is_counted), **mine)
        case Dead(error=error):
            changed = await tx.run(_BURY, now=now, error=error, **mine)
    return changed == 1


async def revoke_lease(tx: Tx, envelope: Envelope, now: datetime) -> None:
    """Give a claimed message back untouched."""
    await tx.run(_RELEASE, id=envelope.id, lease=envelope.lease, now=now)


async def revoke_leases(tx: Tx, now: datetime) -> int:
    """Give back what any worker had claimed; only for the one who knows that no other worker lives."""
    return await tx.run(_RELEASE_ALL, now=now)


async def touch_dead(tx: Tx, envelope_id: str, now: datetime) -> bool:
    """Let a message that was given up wait again."""
    return await tx.run(_REVIVE, id=envelope_id, now=now) == 1


async def purge_expired(tx: Tx, now: datetime, most: int) -> int:
    """Wipe messages whose time passed while they waited."""
    return await tx.run(_EXPIRE, now=now, most=most)


async def purge(tx: Tx, state: State, before: datetime, most: int) -> int:
    """Forget messages that were finished before a moment."""
    return await tx.run(_PURGE, state=state, before=before, most=most)


async def purge_of(tx: Tx, recipients: Sequence[str]) -> int:
    """Forget every message to some recipients, whatever became of it, the development mailbox's too."""
    await tx.run(_DEV_PURGE_OF, recipients=list(recipients))
    waiting = await tx.run(_PURGE_WAITING_OF, recipients=list(recipients))
    return waiting + await tx.run(_PURGE_FINISHED_OF, recipients=list(recipients))


async def list_dead(tx: Tx, most: int) -> list[DeadLetter]:
    """List what was given up, the latest first."""
    return await tx.all(_DEAD, most=most)


async def get_backlog(tx: Tx, now: datetime) -> Backlog:
    """Count what waits and what was given up."""
    return await tx.one(_BACKLOG, now=now) or Backlog(0, 0, None, 0)


async def add_dev_mail(tx: Tx, mail: DevMail, keep: int) -> None:
    """Add a mail to the development mailbox and forget all but the last `keep`."""
    await tx.run(
        _DEV_ADD,
        id=mail.id,
        recipient=mail.recipient,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        headers=mail.headers,
        links=mail.links,
        code=mail.code,
        at=mail.at,
    )
    await tx.run(_DEV_PURGE, keep=keep)


async def list_dev_mail(tx: Tx, recipient: str | None, most: int) -> list[DevMail]:
    """List the development mailbox, the latest first; all of it or one recipient's."""
    if recipient is None:
        return await tx.all(_DEV_LIST, most=most)
    return await tx.all(_DEV_LIST_OF, recipient=recipient, most=most)


async def find_dev_mail(tx: Tx, mail_id: str) -> DevMail | None:
    """Find one mail of the development mailbox."""
    return await tx.one(_DEV_FIND, id=mail_id)


async def touch_heartbeat(tx: Tx, beat: Heartbeat) -> None:
    """Write a worker's sign of life."""
    await tx.run(
        _BEAT,
        id=beat.id,
        host=beat.host,
        process=beat.process,
        started_at=beat.started_at,
        seen_at=beat.seen_at,
        stopped_at=beat.stopped_at,
    )


async def purge_heartbeats(tx: Tx, before: datetime) -> int:
    """Forget workers that have not been seen since a moment."""
    return await tx.run(_BEAT_PURGE, before=before)


async def list_heartbeats(tx: Tx, most: int) -> list[Heartbeat]:
    """List the workers, the one seen last first."""
    return await tx.all(_BEATS, most=most)
