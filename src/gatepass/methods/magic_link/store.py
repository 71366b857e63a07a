"""The table of links."""

from datetime import datetime

from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import first_id_of
from gatepass.kit.mail.addresses import AddressKey
from gatepass.methods.magic_link.model import Link

_ADD = command(
    "INSERT INTO magic_links (id, attempt_id, address_key, handle_hash, secret_hash, created_at, expires_at, spent_at) "
    "VALUES (:id, :attempt_id, :address_key, :handle_hash, :secret_hash, :created_at, :expires_at, NULL)"
)
_FIND = query(Link, "SELECT {columns} FROM magic_links WHERE id = :id")
_CONSUME = query(
    str,
    "UPDATE magic_links SET spent_at = :at WHERE id = :id AND spent_at IS NULL AND expires_at > :at RETURNING id",
)
_LIST_SENT = query(
    datetime,
    "SELECT created_at FROM magic_links WHERE address_key = :address_key AND created_at > :since ORDER BY created_at "
    "LIMIT :limit",
)
_PURGE = command(
    "DELETE FROM magic_links WHERE id IN (SELECT id FROM magic_links WHERE id < :before_id ORDER BY id LIMIT :limit)"
)
_PURGE_OF = command("DELETE FROM magic_links WHERE address_key = :address_key")


async def add(tx: Tx, link: Link) -> None:
    """Add a link that is about to be mailed."""
    await tx.run(
        _ADD,
        id=link.id,
        attempt_id=link.attempt_id,
        address_key=link.address_key,
        handle_hash=link.handle_hash,
        secret_hash=link.secret_hash,
        created_at=link.created_at,
        expires_at=link.expires_at,
    )


async def find(tx: Tx, link_id: str) -> Link | None:
    """Return a link by id, spent ones too."""
    return await tx.one(_FIND, id=link_id)


async def consume(tx: Tx, link_id: str, at: datetime) -> bool:
    """Spend a link; False where somebody else has, or it expired."""
    return await tx.one(_CONSUME, id=link_id, at=at) is not None


async def list_sent(tx: Tx, key: AddressKey, since: datetime, limit: int) -> list[datetime]:
    """Return when links were mailed to an address since a moment, the oldest first."""
    return await tx.all(_LIST_SENT, address_key=key, since=since, limit=limit)


async def purge(tx: Tx, before: datetime, limit: int) -> int:
    """Delete links that began before a moment, at most so many at once."""
    return await tx.run(_PURGE, before_id=first_id_of(before), limit=limit)


async def purge_of(tx: Tx, key: AddressKey) -> int:
    """Delete every link that was mailed to an address."""
    return await tx.run(_PURGE_OF, address_key=key)
