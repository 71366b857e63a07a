"""The table of memberships."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatepass.kit.db import Tx, command, query
from gatepass.organizations.model import Membership, MemberStatus


@dataclass(frozen=True, slots=True)
class MemberName:
    """The name of an organization to which a user belongs."""

    user_id: str
    name: str


_ADD = command(
    "INSERT INTO memberships (organization_id, user_id, status, source, joined_at) "
    "VALUES (:organization_id, :user_id, :status, :source, :joined_at) "
    "ON CONFLICT (organization_id, user_id) DO NOTHING"
)
_TOUCH = command(
    "UPDATE memberships SET status = :status "
    "WHERE organization_id = :organization_id AND user_id = :user_id AND status <> :status"
)
_FIND = query(
    Membership,
    "SELECT {columns:m} FROM memberships m JOIN organizations o ON o.id = m.organization_id "
    "WHERE m.organization_id = :organization_id AND m.user_id = :user_id AND o.deleted_at IS NULL",
)
_LIST = query(
    Membership,
    "SELECT {columns} FROM memberships WHERE organization_id = :organization_id AND user_id > :after_id "
    "ORDER BY user_id LIMIT :limit",
)
_LIST_IN = query(
    Membership,
    "SELECT {columns} FROM memberships WHERE organization_id = :organization_id AND status = :status "
    "AND user_id > :after_id ORDER BY user_id LIMIT :limit",
)
_LIST_OF_USER = query(
    Membership,
    "SELECT {columns:m} FROM memberships m JOIN organizations o ON o.id = m.organization_id "
    "WHERE m.user_id = :user_id AND o.deleted_at IS NULL ORDER BY m.organization_id LIMIT :limit",
)
_LIST_NAMES = query(
    MemberName,
    "SELECT m.user_id, o.name FROM memberships m JOIN organizations o ON o.id = m.organization_id "
    "WHERE m.user_id IN (SELECT value FROM json_each(:ids)) AND o.deleted_at IS NULL ORDER BY m.user_id, o.name",
    postgres="SELECT m.user_id, o.name FROM memberships m JOIN organizations o ON o.id = m.organization_id "
    "WHERE m.user_id IN (SELECT jsonb_array_elements_text(:ids::jsonb)) AND o.deleted_at IS NULL "
    "ORDER BY m.user_id, o.name",
)
_REVOKE = command("DELETE FROM memberships WHERE organization_id = :organization_id AND user_id = :user_id")
_REVOKE_OF_USER = command("DELETE FROM memberships WHERE user_id = :user_id")
_PURGE = command(
    "DELETE FROM memberships WHERE organization_id = :organization_id AND user_id IN "
    "(SELECT user_id FROM memberships WHERE organization_id = :organization_id ORDER BY user_id LIMIT :limit)"
)


async def add(tx: Tx, membership: Membership) -> bool:
    """Add a membership; False, and nothing changed, where the user is a member already."""
    added = await tx.run(
        _ADD,
        organization_id=membership.organization_id,
        user_id=membership.user_id,
        status=membership.status,
        source=membership.source,
        joined_at=membership.joined_at,
    )
    return bool(added)


async def add_all(tx: Tx, memberships: Iterable[Membership]) -> None:
    """Add the first memberships of new users."""
    await tx.many(
        _ADD,
        [
            {
                "organization_id": one.organization_id,
                "user_id": one.user_id,
                "status": one.status,
                "source": one.source,
                "joined_at": one.joined_at,
            }
            for one in memberships
        ],
    )


async def touch(tx: Tx, organization_id: str, user_id: str, status: MemberStatus) -> bool:
    """Give a membership another status; False where it has it already, or there is none."""
    return bool(await tx.run(_TOUCH, organization_id=organization_id, user_id=user_id, status=status))


async def list_names(tx: Tx, user_ids: Sequence[str]) -> list[MemberName]:
    """Return the names of all organizations of some users, each with the user's id."""
    return await tx.all(_LIST_NAMES, ids=list(user_ids))


async def find(tx: Tx, organization_id: str, user_id: str) -> Membership | None:
    """Return a user's membership of an organization that is there."""
    return await tx.one(_FIND, organization_id=organization_id, user_id=user_id)


async def list_after(
    tx: Tx, organization_id: str, after_id: str, limit: int, status: MemberStatus | None
) -> list[Membership]:
    """Return memberships of an organization in the order of the users' ids."""
    if status is None:
        return await tx.all(_LIST, organization_id=organization_id, after_id=after_id, limit=limit)
    return await tx.all(_LIST_IN, organization_id=organization_id, status=status, after_id=after_id, limit=limit)


async def list_of_user(tx: Tx, user_id: str, limit: int) -> list[Membership]:
    """Return a user's memberships in the order of the organizations' ids."""
    return await tx.all(_LIST_OF_USER, user_id=user_id, limit=limit)


async def revoke(tx: Tx, organization_id: str, user_id: str) -> bool:
    """Delete a membership; False where there was none."""
    return bool(await tx.run(_REVOKE, organization_id=organization_id, user_id=user_id))


async def revoke_of_user(tx: Tx, user_id: str) -> int:
    """Delete every membership of a user and return how many there were."""
    return await tx.run(_REVOKE_OF_USER, user_id=user_id)


async def purge(tx: Tx, organization_id: str, limit: int) -> int:
    """Delete memberships of an organization, at most so many, and return how many."""
    return await tx.run(_PURGE, organization_id=organization_id, limit=limit)
