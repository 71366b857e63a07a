"""The tables of counters and verdicts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.methods.sms_code.guard.model import Counter, Verdict

_LIST = query(
    Counter,
    "SELECT {columns} FROM sms_counters WHERE key IN (SELECT value FROM json_each(:keys))",
    postgres="SELECT {columns} FROM sms_counters "
    "WHERE key = ANY (ARRAY(SELECT jsonb_array_elements_text(:keys::jsonb)))",
)
_TOUCH = command(
    "INSERT INTO sms_counters (key, window_began_at, sent, verified, cost_micros) VALUES (:key, :at, 1, 0, :micros) "
    "ON CONFLICT (key) DO UPDATE SET "
    "sent = CASE WHEN sms_counters.window_began_at > :since THEN sms_counters.sent + 1 ELSE 1 END, "
    "verified = CASE WHEN sms_counters.window_began_at > :since THEN sms_counters.verified ELSE 0 END, "
    "cost_micros = CASE WHEN sms_counters.window_began_at > :since THEN sms_counters.cost_micros + :micros "
    "ELSE :micros END, "
    "window_began_at = CASE WHEN sms_counters.window_began_at > :since THEN sms_counters.window_began_at ELSE :at END"
)
_TOUCH_VERIFIED = command("UPDATE sms_counters SET verified = verified + 1 WHERE key = :key AND verified < sent")
_PURGE_KEY = command("DELETE FROM sms_counters WHERE key = :key")
_PURGE = command(
    "DELETE FROM sms_counters WHERE key IN "
    "(SELECT key FROM sms_counters WHERE window_began_at < :before ORDER BY key LIMIT :limit)"
)
_LIST_VERDICTS = query(
    Verdict,
    "SELECT {columns} FROM sms_verdicts WHERE key IN (SELECT value FROM json_each(:keys)) AND until > :at",
    postgres="SELECT {columns} FROM sms_verdicts "
    "WHERE key = ANY (ARRAY(SELECT jsonb_array_elements_text(:keys::jsonb))) AND until > :at",
)
_ADD_VERDICT = command(
    "INSERT INTO sms_verdicts (key, reason, created_at, until) VALUES (:key, :reason, :at, :until) "
    "ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, created_at = excluded.created_at, "
    "until = excluded.until"
)
_PURGE_VERDICTS = command(
    "DELETE FROM sms_verdicts WHERE key IN "
    "(SELECT key FROM sms_verdicts WHERE until < :before ORDER BY key LIMIT :limit)"
)


async def list_counters(tx: Tx, keys: Sequence[str]) -> dict[str, Counter]:
    """Return the counters of some keys, by key; what has none was never counted."""
    return {counter.key: counter for counter in await tx.all(_LIST, keys=list(keys))}


async def touch_sent(tx: Tx, keys: Iterable[tuple[str, datetime]], micros: int, at: datetime) -> None:
    """Count one message under each key; a window that did not begin after the key's moment begins anew."""
    await tx.many(_TOUCH, [{"key": key, "since": since, "micros": micros, "at": at} for key, since in keys])


async def touch_verified(tx: Tx, keys: Iterable[str]) -> None:
    """Count one message under each key as answered."""
    await tx.many(_TOUCH_VERIFIED, [{"key": key} for key in keys])


async def purge_counter(tx: Tx, key: str) -> None:
    """Let the window of a key begin anew with the next message."""
    await tx.run(_PURGE_KEY, key=key)


async def list_verdicts(tx: Tx, keys: Sequence[str], at: datetime) -> list[Verdict]:
    """Return the verdicts on some keys that hold."""
    return await tx.all(_LIST_VERDICTS, keys=list(keys), at=at)


async def add_verdict(tx: Tx, verdict: Verdict) -> None:
    """Write a verdict, in the place of an earlier one."""
    await tx.run(
        _ADD_VERDICT, key=verdict.key, reason=verdict.reason, at=verdict.created_at, until=verdict.until
    )  # fmt: skip


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete counters whose window began before a moment, at most so many at once."""
    return await tx.run(_PURGE, before=before, limit=limit)


async def purge_verdicts(tx: Tx, before: datetime, limit: int) -> int:
    """Delete verdicts that ended before a moment, at most so many at once."""
    return await tx.run(_PURGE_VERDICTS, before=before, limit=limit)
