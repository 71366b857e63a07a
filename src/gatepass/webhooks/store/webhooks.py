"""The table of endpoints."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.lookups.reach import Reach, organization_of
from gatepass.webhooks.model import Due, Queue, StopReason, Target, Webhook

_ADD = command(
    "INSERT INTO webhook_endpoints (id, organization_id, url_sealed, url_shown, description, kinds, style, "
    "secret_sealed, is_active, stop_reason, position, failures, due_at, created_at, modified_at) "
    "VALUES (:id, :organization_id, :url_sealed, :url_shown, :description, :kinds, :style, "
    ":secret_sealed, :is_active, :stop_reason, :position, 0, :created_at, :created_at, :modified_at)"
)
_FIND = query(
    Webhook,
    "SELECT {columns} FROM webhook_endpoints WHERE id = :id "
    "AND (CAST(:organization_id AS TEXT) IS NULL OR organization_id = :organization_id)",
)
_LIST = query(
    Webhook,
    "SELECT {columns} FROM webhook_endpoints WHERE id > :after "
    "AND (CAST(:organization_id AS TEXT) IS NULL OR organization_id = :organization_id) ORDER BY id LIMIT :limit",
)
_COUNT = query(int, "SELECT count(*) FROM webhook_endpoints")
_COUNT_OF = query(int, "SELECT count(*) FROM webhook_endpoints WHERE organization_id = :organization_id")
_LIST_ORGANIZATIONS = query(
    str, "SELECT DISTINCT organization_id FROM webhook_endpoints WHERE is_active AND organization_id <> ''"
)
# Later than before, as by `next_moment`, because who stops them has not read them.
_OFF = "UPDATE webhook_endpoints SET is_active = :off, stop_reason = :reason, modified_at = "
_LATER = _OFF + "max(:at, modified_at + 1) "
_LATER_POSTGRESQL = _OFF + "greatest(:at, modified_at + interval '1 microsecond') "
_OF = "WHERE organization_id = :organization_id AND organization_id <> '' AND is_active"
_REVOKE_OF = command(_LATER + _OF, postgres=_LATER_POSTGRESQL + _OF)
_PURGE_OF = command(
    "DELETE FROM webhook_endpoints WHERE id IN (SELECT id FROM webhook_endpoints "
    "WHERE organization_id = :organization_id AND organization_id <> '' ORDER BY id LIMIT :limit)"
)
_TOUCH = command(
    "UPDATE webhook_endpoints SET url_shown = :url_shown, description = :description, kinds = :kinds, style = :style, "
    "is_active = :is_active, stop_reason = :stop_reason, modified_at = :modified_at WHERE id = :id"
)
_TOUCH_URL = command("UPDATE webhook_endpoints SET url_sealed = :url_sealed WHERE id = :id")
_TOUCH_SECRET = command(
    "UPDATE webhook_endpoints SET previous_sealed = secret_sealed, previous_until = :until, "
    "secret_sealed = :secret_sealed, modified_at = :modified_at WHERE id = :id"
)
_TOUCH_POSITION = command("UPDATE webhook_endpoints SET position = :position WHERE id = :id")
_CONSUME_POSITION = command(
    "UPDATE webhook_endpoints SET position = :position WHERE id = :id AND is_active AND position = :before"
)
_TOUCH_HEALTH = command("UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, due_at = :at WHERE id = :id")
# Rows as they were: RETURNING knows only what they became.
_FAILURES = query(
    int,
    "SELECT failures FROM webhook_endpoints WHERE id = :id",
    postgres="SELECT failures FROM webhook_endpoints WHERE id = :id FOR UPDATE",
)
_TOUCH_SUCCESS = command(
    "UPDATE webhook_endpoints SET succeeded_at = :at, failures = 0, failing_since = NULL, "
    "due_at = CASE WHEN failures > 0 THEN :at ELSE due_at END WHERE id = :id"
)
_PURGE = command("DELETE FROM webhook_endpoints WHERE id = :id")

_TARGET = query(Target, "SELECT {columns} FROM webhook_endpoints WHERE id = :id")
_QUEUES = query(
    Queue,
    "SELECT {columns} FROM webhook_endpoints e WHERE is_active AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d "
    "WHERE d.endpoint_id = e.id AND d.state = 'waiting' LIMIT 1 OFFSET :most_waiting) ORDER BY position, id",
)
_DUE = query(
    Due,
    "SELECT {columns} FROM webhook_endpoints e WHERE is_active AND due_at <= :now AND EXISTS "
    "(SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 'waiting' AND d.due_at <= :now) "
    "ORDER BY id",
)
_CONSUME_TURN = command("UPDATE webhook_endpoints SET due_at = :until WHERE id = :id AND is_active AND due_at <= :now")


@dataclass(frozen=True, slots=True)
class Failing:
    """How an endpoint stands after a failure."""

    organization_id: str
    failures: int
    failing_since: datetime
    is_active: bool


_FAIL = query(
    Failing,
    "UPDATE webhook_endpoints SET failures = failures + 1, failing_since = coalesce(failing_since, :at) "
    "WHERE id = :id RETURNING {columns}",
)
_TOUCH_REST = command("UPDATE webhook_endpoints SET due_at = :until WHERE id = :id")
_THIS = "WHERE id = :id AND is_active"
_STOP = command(_LATER + _THIS, postgres=_LATER_POSTGRESQL + _THIS)


async def add(tx: Tx, webhook: Webhook, *, url_sealed: bytes, secret_sealed: bytes) -> None:
    """Add an endpoint."""
    await tx.run(
        _ADD,
        id=webhook.id,
        organization_id=webhook.organization_id,
        url_sealed=url_sealed,
        url_shown=webhook.url_shown,
        description=webhook.description,
        kinds=webhook.kinds,
        style=webhook.style,
        secret_sealed=secret_sealed,
        is_active=webhook.is_active,
        stop_reason=webhook.stop_reason,
        position=webhook.position,
        created_at=webhook.created_at,
        modified_at=webhook.modified_at,
    )


async def find(tx: Tx, reach: Reach, webhook_id: str) -> Webhook | None:
    """Find an endpoint within a reach."""
    return await tx.one(_FIND, id=webhook_id, organization_id=organization_of(reach))


async def list_within(tx: Tx, reach: Reach, after: str, limit: int) -> list[Webhook]:
    """List the endpoints within a reach, the oldest first."""
    return await tx.all(_LIST, after=after, organization_id=organization_of(reach), limit=limit)


async def get_count(tx: Tx) -> int:
    """Count all endpoints."""
    return await tx.one(_COUNT) or 0


async def get_count_of(tx: Tx, organization_id: str) -> int:
    """Count the endpoints of an organization."""
    return await tx.one(_COUNT_OF, organization_id=organization_id) or 0


async def list_organizations(tx: Tx) -> list[str]:
    """List the ids of the organizations that have endpoints to which events are sent."""
    return await tx.all(_LIST_ORGANIZATIONS)


async def revoke_of(tx: Tx, organization_id: str, reason: StopReason, at: datetime) -> int:
    """Stop the endpoints of an organization and return how many ran."""
    return await tx.run(_REVOKE_OF, organization_id=organization_id, reason=reason, at=at, off=False)


async def purge_of(tx: Tx, organization_id: str, limit: int) -> int:
    """Forget endpoints of an organization, at most so many, and return how many went."""
    return await tx.run(_PURGE_OF, organization_id=organization_id, limit=limit)


async def touch(tx: Tx, webhook: Webhook) -> None:
    """Write what an operator changed."""
    await tx.run(
        _TOUCH,
        id=webhook.id,
        url_shown=webhook.url_shown,
        description=webhook.description,
        kinds=webhook.kinds,
        style=webhook.style,
        is_active=webhook.is_active,
        stop_reason=webhook.stop_reason,
        modified_at=webhook.modified_at,
    )


async def touch_url(tx: Tx, webhook_id: str, url_sealed: bytes) -> None:
    """Write another address."""
    await tx.run(_TOUCH_URL, id=webhook_id, url_sealed=url_sealed)


async def touch_secret(
    tx: Tx, webhook_id: str, secret_sealed: bytes, *, until: datetime, modified_at: datetime
) -> None:
    """Write another secret; the one before is kept beside it until a moment."""
    await tx.run(_TOUCH_SECRET, id=webhook_id, secret_sealed=secret_sealed, until=until, modified_at=modified_at)


async def touch_position(tx: Tx, webhook_id: str, position: int) -> None:
    """Move an endpoint to another place in the record."""
    await tx.run(_TOUCH_POSITION, id=webhook_id, position=position)


async def consume_position(tx: Tx, queue: Queue, position: int) -> bool:
    """Move an endpoint on; False where somebody else did, or it was stopped."""
    return await tx.run(_CONSUME_POSITION, id=queue.id, before=queue.position, position=position) == 1


async def touch_health(tx: Tx, webhook_id: str, at: datetime) -> None:
    """Forget that an endpoint failed."""
    await tx.run(_TOUCH_HEALTH, id=webhook_id, at=at)


async def touch_success(tx: Tx, webhook_id: str, at: datetime) -> int:
    """Note that a try succeeded; return how many in a row had failed before."""
    failures = await tx.one(_FAILURES, id=webhook_id) or 0
    await tx.run(_TOUCH_SUCCESS, id=webhook_id, at=at)
    return failures


async def touch_failure(tx: Tx, webhook_id: str, at: datetime) -> Failing | None:
    """Count a failure and return how the endpoint stands; None where it is gone."""
    return await tx.one(_FAIL, id=webhook_id, at=at)


async def touch_rest(tx: Tx, webhook_id: str, until: datetime) -> None:
    """Leave an endpoint alone until a moment."""
    await tx.run(_TOUCH_REST, id=webhook_id, until=until)


async def consume_turn(tx: Tx, webhook_id: str, *, now: datetime, until: datetime) -> bool:
    """Take the only try that an endpoint gets until a moment; False where another worker has it."""
    return await tx.run(_CONSUME_TURN, id=webhook_id, now=now, until=until) == 1


async def revoke(tx: Tx, webhook_id: str, reason: StopReason, at: datetime) -> bool:
    """Stop an endpoint; False where it was stopped already."""
    return await tx.run(_STOP, id=webhook_id, reason=reason, at=at, off=False) == 1


async def purge(tx: Tx, webhook_id: str) -> None:
    """Forget an endpoint."""
    await tx.run(_PURGE, id=webhook_id)


async def find_target(tx: Tx, webhook_id: str) -> Target | None:
    """Find where an endpoint's messages go and what signs them."""
    return await tx.one(_TARGET, id=webhook_id)


async def list_queues(tx: Tx, most_waiting: int) -> list[Queue]:
    """List the endpoints that are sent events and for which fewer than so many wait, those furthest behind first."""
    return await tx.all(_QUEUES, most_waiting=most_waiting - 1)


async def list_due(tx: Tx, now: datetime) -> list[Due]:
    """List the endpoints that may be tried now and for which something is due."""
    return await tx.all(_DUE, now=now)
