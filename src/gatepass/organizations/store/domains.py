"""The table of the domains of organizations."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.organizations.model import OwnedDomain


@dataclass(frozen=True, slots=True)
class ListedDomain:
    """A domain, and who lists it."""

    organization_id: str
    domain: str


_ADD = command(
    "INSERT INTO organization_domains (id, organization_id, domain, challenge, created_at, failures) "
    "VALUES (:id, :organization_id, :domain, :challenge, :created_at, 0) "
    "ON CONFLICT (organization_id, domain) DO NOTHING"
)
_FIND = query(
    OwnedDomain, "SELECT {columns} FROM organization_domains WHERE organization_id = :organization_id AND id = :id"
)
_FIND_PROVED = query(
    OwnedDomain, "SELECT {columns} FROM organization_domains WHERE domain = :domain AND proved_at IS NOT NULL"
)
_LIST = query(
    OwnedDomain,
    "SELECT {columns} FROM organization_domains WHERE organization_id = :organization_id ORDER BY domain",
)
_LIST_OF = query(
    ListedDomain,
    "SELECT {columns} FROM organization_domains WHERE organization_id IN (SELECT value FROM json_each(:ids)) "
    "ORDER BY domain",
    postgres="SELECT {columns} FROM organization_domains "
    "WHERE organization_id IN (SELECT jsonb_array_elements_text(:ids::jsonb)) ORDER BY domain",
)
_TOUCH_PROVED = command(
    "UPDATE organization_domains SET proved_at = coalesce(proved_at, :at), checked_at = :at, failures = 0, "
    "due_at = :due_at WHERE id = :id"
)
# Whoever looked writes what they saw only where nobody has looked or proven anew since.
_TOUCH_CHECKED = command(
    "UPDATE organization_domains SET checked_at = :at, failures = :failures, due_at = :due_at "
    "WHERE id = :id AND proved_at IS NOT NULL AND due_at = :lease"
)
_REVOKE_PROOF = command(
    "UPDATE organization_domains SET proved_at = NULL, due_at = NULL, checked_at = :at, failures = :failures "
    "WHERE id = :id AND proved_at IS NOT NULL AND due_at = :lease"
)
_CONSUME_DUE = query(
    OwnedDomain,
    "UPDATE organization_domains SET due_at = :until WHERE id IN (SELECT id FROM organization_domains "
    "WHERE proved_at IS NOT NULL AND due_at <= :now ORDER BY due_at LIMIT :limit) RETURNING {columns}",
    # Materialised, so that the planner can't run the locking subselect more than once.
    postgres="WITH due AS MATERIALIZED (SELECT id AS due_id FROM organization_domains WHERE proved_at IS NOT NULL "
    "AND due_at <= :now ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED) "
    "UPDATE organization_domains SET due_at = :until FROM due WHERE id = due_id RETURNING {columns}",
)
_REVOKE = command("DELETE FROM organization_domains WHERE organization_id = :organization_id AND id = :id")
_PURGE = command("DELETE FROM organization_domains WHERE organization_id = :organization_id")


async def add(tx: Tx, domain: OwnedDomain) -> bool:
    """Add a domain to an organization; False where it lists it already."""
    added = await tx.run(
        _ADD,
        id=domain.id,
        organization_id=domain.organization_id,
        domain=domain.domain,
        challenge=domain.challenge,
        created_at=domain.created_at,
    )
    return bool(added)


async def find(tx: Tx, organization_id: str, domain_id: str) -> OwnedDomain | None:
    """Return a domain of an organization."""
    return await tx.one(_FIND, organization_id=organization_id, id=domain_id)


async def find_proved(tx: Tx, domain: str) -> OwnedDomain | None:
    """Return a domain as the organization has it that proved it."""
    return await tx.one(_FIND_PROVED, domain=domain)


async def list_all(tx: Tx, organization_id: str) -> list[OwnedDomain]:
    """Return the domains that an organization lists, in alphabetical order."""
    return await tx.all(_LIST, organization_id=organization_id)


async def list_of(tx: Tx, organization_ids: list[str]) -> list[ListedDomain]:
    """Return the domains that some organizations list, in alphabetical order."""
    return await tx.all(_LIST_OF, ids=organization_ids)


async def touch_proved(tx: Tx, domain_id: str, at: datetime, due_at: datetime) -> None:
    """Write that a domain's proof was seen, and when it is looked for again."""
    await tx.run(_TOUCH_PROVED, id=domain_id, at=at, due_at=due_at)


async def touch_checked(tx: Tx, domain: OwnedDomain, at: datetime, failures: int, due_at: datetime) -> None:
    """Write that a domain's proof was looked for, how often it was missing in a row, and when to look again."""
    await tx.run(_TOUCH_CHECKED, id=domain.id, at=at, failures=failures, due_at=due_at, lease=domain.due_at)


async def revoke_proof(tx: Tx, domain: OwnedDomain, at: datetime, failures: int) -> bool:
    """Take a domain's proof away; False where it had none any more, or was looked for or proven anew since."""
    return bool(await tx.run(_REVOKE_PROOF, id=domain.id, at=at, failures=failures, lease=domain.due_at))


async def consume_due(tx: Tx, now: datetime, until: datetime, limit: int) -> list[OwnedDomain]:
    """Return proven domains whose proof is due to be looked for, so that nobody else takes them before a moment."""
    return await tx.all(_CONSUME_DUE, now=now, until=until, limit=limit)


async def revoke(tx: Tx, organization_id: str, domain_id: str) -> bool:
    """Take a domain from an organization; False where it had none such."""
    return bool(await tx.run(_REVOKE, organization_id=organization_id, id=domain_id))


async def purge(tx: Tx, organization_id: str) -> int:
    """Take all domains from an organization and return how many."""
    return await tx.run(_PURGE, organization_id=organization_id)
