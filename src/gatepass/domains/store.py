"""The table of custom domains."""

from datetime import datetime

from gatepass.domains.model import CustomDomain
from gatepass.kit.db import Tx, command, query

_ADD = command(
    "INSERT INTO custom_domains (id, domain, application_id, state, challenge, created_at, modified_at, checked_at, "
    "proved_at, due_at, failures, last_error) VALUES (:id, :domain, :application_id, :state, :challenge, :created_at, "
    ":modified_at, :checked_at, :proved_at, :due_at, :failures, :last_error) "
    "ON CONFLICT (application_id, domain) DO NOTHING"
)
_TOUCH = command(
    "UPDATE custom_domains SET state = :state, modified_at = :modified_at, checked_at = :checked_at, "
    "proved_at = :proved_at, due_at = :due_at, failures = :failures, last_error = :last_error WHERE id = :id"
)
_TOUCH_DUE = command("UPDATE custom_domains SET due_at = :later WHERE id = :id AND due_at <= :now")
_FIND = query(CustomDomain, "SELECT {columns} FROM custom_domains WHERE id = :id")
_FIND_OF = query(
    CustomDomain, "SELECT {columns} FROM custom_domains WHERE application_id = :application_id AND domain = :domain"
)
_FIND_PROVED = query(
    CustomDomain, "SELECT {columns} FROM custom_domains WHERE domain = :domain AND proved_at IS NOT NULL"
)
_LIST = query(
    CustomDomain,
    "SELECT {columns} FROM custom_domains WHERE id > :after_id "
    "AND (:application_id = '' OR application_id = :application_id) ORDER BY id LIMIT :limit",
)
_LIST_OF = query(CustomDomain, "SELECT {columns} FROM custom_domains WHERE application_id = :application_id")
_LIST_ACTIVE = query(CustomDomain, "SELECT {columns} FROM custom_domains WHERE state = 'active'")
_LIST_DUE = query(
    CustomDomain,
    "SELECT {columns} FROM custom_domains WHERE due_at <= :now AND state <> 'failed' ORDER BY due_at LIMIT :limit",
)
_COUNT = query(int, "SELECT count(*) FROM custom_domains WHERE application_id = :application_id")
_PURGE = command("DELETE FROM custom_domains WHERE id = :id")


async def add(tx: Tx, domain: CustomDomain) -> bool:
    """Add a domain; False where its application has it already."""
    return bool(
        await tx.run(
            _ADD,
            id=domain.id,
            domain=domain.domain,
            application_id=domain.application_id,
            state=domain.state,
            challenge=domain.challenge,
            created_at=domain.created_at,
            modified_at=domain.modified_at,
            checked_at=domain.checked_at,
            proved_at=domain.proved_at,
            due_at=domain.due_at,
            failures=domain.failures,
            last_error=domain.last_error,
        )
    )


async def touch(tx: Tx, domain: CustomDomain) -> bool:
    """Write where a domain stands; False where it is not there any more."""
    changed = await tx.run(
        _TOUCH,
        id=domain.id,
        state=domain.state,
        modified_at=domain.modified_at,
        checked_at=domain.checked_at,
        proved_at=domain.proved_at,
        due_at=domain.due_at,
        failures=domain.failures,
        last_error=domain.last_error,
    )
    return bool(changed)


async def touch_due(tx: Tx, domain_id: str, now: datetime, later: datetime) -> bool:
    """Take a look upon oneself that is due; False where another process has done so."""
    return bool(await tx.run(_TOUCH_DUE, id=domain_id, now=now, later=later))


async def find(tx: Tx, domain_id: str) -> CustomDomain | None:
    """Return a domain by id."""
    return await tx.one(_FIND, id=domain_id)


async def find_of_application(tx: Tx, application_id: str, domain: str) -> CustomDomain | None:
    """Return an application's row of a host."""
    return await tx.one(_FIND_OF, application_id=application_id, domain=domain)


async def find_proved(tx: Tx, domain: str) -> CustomDomain | None:
    """Return the one row that has proven a host."""
    return await tx.one(_FIND_PROVED, domain=domain)


async def list_after(tx: Tx, after_id: str, application_id: str, limit: int) -> list[CustomDomain]:
    """Return domains in the order of their ids, those of one application where it is named."""
    return await tx.all(_LIST, after_id=after_id, application_id=application_id, limit=limit)


async def list_of_application(tx: Tx, application_id: str) -> list[CustomDomain]:
    """Return every domain of an application."""
    return await tx.all(_LIST_OF, application_id=application_id)


async def list_active(tx: Tx) -> list[CustomDomain]:
    """Return every domain that is served."""
    return await tx.all(_LIST_ACTIVE)


async def list_due(tx: Tx, now: datetime, limit: int) -> list[CustomDomain]:
    """Return the domains at which it is time to look, the longest overdue first."""
    return await tx.all(_LIST_DUE, now=now, limit=limit)


async def find_count(tx: Tx, application_id: str) -> int:
    """Return how many domains an application has."""
    return await tx.one(_COUNT, application_id=application_id) or 0


async def purge(tx: Tx, domain_id: str) -> None:
    """Delete a domain."""
    await tx.run(_PURGE, id=domain_id)
