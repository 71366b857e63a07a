"""The table of invitations."""

from datetime import datetime
from typing import Final

from gatepass.invitations.model import Invitation, Inviter, Sent, Status
from gatepass.kit.db import Query, Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import AddressKey

# Greater than every id, so that the first page of a list that runs backwards begins at its end.
_AFTER_ALL_IDS: Final = "g"

_ADD = command(
    "INSERT INTO invitations (id, organization_id, application_id, token_hash, email, address_key, first_name, "
    "last_name, role_ids, inviter, inviter_id, member_id, description, created_at, expires_at, sent_at, sends) "
    "VALUES (:id, :organization_id, :application_id, :token_hash, :email, :address_key, :first_name, "
    ":last_name, :role_ids, :inviter, :inviter_id, :member_id, :description, :created_at, :expires_at, :sent_at, "
    ":sends)"
)
_FIND = query(Invitation, "SELECT {columns} FROM invitations WHERE id = :id AND organization_id = :organization_id")
_FIND_BY_TOKEN = query(Invitation, "SELECT {columns} FROM invitations WHERE token_hash = :token_hash")
_FIND_OPEN = query(
    Invitation,
    "SELECT {columns} FROM invitations WHERE address_key = :address_key AND organization_id = :organization_id "
    "AND accepted_at IS NULL AND revoked_at IS NULL ORDER BY id DESC LIMIT 1",
)
_FIND_PENDING = query(
    int,
    "SELECT 1 FROM invitations WHERE address_key = :address_key AND accepted_at IS NULL AND revoked_at IS NULL "
    "AND expires_at > :now LIMIT 1",
)
_LIST_SENT = query(
    Sent,
    "SELECT {columns} FROM invitations WHERE address_key = :address_key AND sent_at > :since ORDER BY sent_at "
    "LIMIT :limit",
)
_FIND_MADE = query(int, "SELECT count(*) FROM invitations WHERE organization_id = :organization_id AND id >= :since_id")
_LIST = "SELECT {columns} FROM invitations WHERE organization_id = :organization_id AND id < :before_id "
_NEWEST_FIRST = "ORDER BY id DESC LIMIT :limit"
_LIST_ALL = query(Invitation, _LIST + _NEWEST_FIRST)
_LIST_BY_STATUS: Final[dict[Status, Query[Invitation]]] = {
    Status.PENDING: query(
        Invitation, _LIST + "AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > :now " + _NEWEST_FIRST
    ),
    Status.EXPIRED: query(
        Invitation, _LIST + "AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at <= :now " + _NEWEST_FIRST
    ),
    Status.ACCEPTED: query(Invitation, _LIST + "AND accepted_at IS NOT NULL " + _NEWEST_FIRST),
    Status.REVOKED: query(Invitation, _LIST + "AND accepted_at IS NULL AND revoked_at IS NOT NULL " + _NEWEST_FIRST),
}
_JUDGED_BY_CLOCK: Final = frozenset({Status.PENDING, Status.EXPIRED})
_CONSUME = query(
    str,
    "UPDATE invitations SET accepted_at = :at, accepted_by = :user_id WHERE token_hash = :token_hash "
    "AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > :at RETURNING id",
)
_TOUCH_TOKEN = command(
    "UPDATE invitations SET token_hash = :token_hash, member_id = :member_id, expires_at = :expires_at, "
    "sent_at = :sent_at, sends = :sends WHERE id = :id AND accepted_at IS NULL AND revoked_at IS NULL"
)
_REVOKE = command(
    "UPDATE invitations SET revoked_at = :at WHERE id = :id AND accepted_at IS NULL AND revoked_at IS NULL"
)
# The ids lead to those that were made long ago; the few of them that were sent anew since are left.
_PURGE = command(
    "DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE id < :before_id AND expires_at <= :before "
    "ORDER BY id LIMIT :limit)"
)
_PURGE_ORGANIZATION = command(
    "DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE organization_id = :organization_id "
    "ORDER BY id LIMIT :limit)"
)
_TOUCH_INVITER = command("UPDATE invitations SET inviter = :nobody, inviter_id = NULL WHERE inviter_id = :user_id")
# Empty, and not NULL: what rested on the rights of somebody who is gone must not become what a manager gave.
_TOUCH_MEMBER = command("UPDATE invitations SET member_id = '' WHERE member_id = :user_id")
_PURGE_PERSON = command("DELETE FROM invitations WHERE address_key = :address_key OR accepted_by = :user_id")


async def add(tx: Tx, invitation: Invitation) -> None:
    """Add an invitation."""
    await tx.run(
        _ADD,
        id=invitation.id,
        organization_id=invitation.organization_id,
        application_id=invitation.application_id,
        token_hash=invitation.token_hash,
        email=invitation.email,
        address_key=invitation.address_key,
        first_name=invitation.first_name,
        last_name=invitation.last_name,
        role_ids=invitation.role_ids,
        inviter=invitation.inviter,
        inviter_id=invitation.inviter.user_id or None,
        member_id=invitation.member_id,
        description=invitation.description,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
        sent_at=invitation.sent_at,
        sends=invitation.sends,
    )


async def find(tx: Tx, reach: Within, invitation_id: str) -> Invitation | None:
    """Return an invitation of an organization, those that are over too."""
    return await tx.one(_FIND, id=invitation_id, organization_id=reach.organization_id)


async def find_by_token(tx: Tx, token_hash: bytes) -> Invitation | None:
    """Return the invitation whose present token has this hash."""
    return await tx.one(_FIND_BY_TOKEN, token_hash=token_hash)


async def find_open(tx: Tx, reach: Within, key: AddressKey) -> Invitation | None:
    """Return the invitation of an address that nobody accepted or took back, expired or not."""
    return await tx.one(_FIND_OPEN, address_key=key, organization_id=reach.organization_id)


async def find_pending(tx: Tx, key: AddressKey, now: datetime) -> bool:
    """Tell whether an invitation to any organization waits for an address."""
    return await tx.one(_FIND_PENDING, address_key=key, now=now) is not None


async def find_made(tx: Tx, reach: Within, since: datetime) -> int:
    """Return how many invitations of an organization were made since a moment."""
    since_id = first_id_of(since)
    return await tx.one(_FIND_MADE, organization_id=reach.organization_id, since_id=since_id) or 0


async def list_sent(tx: Tx, key: AddressKey, since: datetime, limit: int) -> list[Sent]:
    """Return what was mailed to an address since a moment, by whatever organization, the oldest first."""
    return await tx.all(_LIST_SENT, address_key=key, since=since, limit=limit)


async def list_page(
    tx: Tx, reach: Within, status: Status | None, before_id: str, now: datetime, limit: int
) -> list[Invitation]:
    """Return invitations of an organization, the newest first.

    Args:
        tx: the read.
        reach: the organization.
        status: where they stand; None for all.
        before_id: the last id that the caller has; empty for the first page.
        now: the time, by which what is pending becomes expired.
        limit: how many at most.
    """
    where = {"organization_id": reach.organization_id, "before_id": before_id or _AFTER_ALL_IDS}
    if status is None:
        return await tx.all(_LIST_ALL, limit=limit, **where)
    clock = {"now": now} if status in _JUDGED_BY_CLOCK else {}
    return await tx.all(_LIST_BY_STATUS[status], limit=limit, **where, **clock)


async def consume(tx: Tx, token_hash: bytes, user_id: str, at: datetime) -> bool:
    """Spend an invitation for a person; False where somebody else has, or it is over."""
    return await tx.one(_CONSUME, token_hash=token_hash, user_id=user_id, at=at) is not None


async def touch_token(tx: Tx, invitation: Invitation) -> bool:
    """Give an invitation another token and another end; False where it was accepted or taken back."""
    changed = await tx.run(
        _TOUCH_TOKEN,
        id=invitation.id,
        token_hash=invitation.token_hash,
        member_id=invitation.member_id,
        expires_at=invitation.expires_at,
        sent_at=invitation.sent_at,
        sends=invitation.sends,
    )
    return bool(changed)


async def revoke(tx: Tx, invitation_id: str, at: datetime) -> bool:
    """Take an invitation back; False where it was accepted or taken back before."""
    return bool(await tx.run(_REVOKE, id=invitation_id, at=at))


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete invitations that were over before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), before=before, limit=limit)


async def purge_person(tx: Tx, user_id: str, key: AddressKey) -> int:
    """Delete what was sent to an address of a person or was accepted by them, and their name where they invited."""
    await tx.run(_TOUCH_INVITER, user_id=user_id, nobody=Inviter())
    await tx.run(_TOUCH_MEMBER, user_id=user_id)
    return await tx.run(_PURGE_PERSON, user_id=user_id, address_key=key)


async def purge_organization(tx: Tx, organization_id: str, limit: int) -> int:
    """Delete invitations to an organization, at most so many at once."""
    return await tx.run(_PURGE_ORGANIZATION, organization_id=organization_id, limit=limit)
