"""Whole records of users: the rows themselves, and reading them with all that belongs to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from gatepass.kit.db import Tx, command, query
from gatepass.users.model import Deleted, NewPerson, Person
from gatepass.users.rules.names import family_key, name_key
from gatepass.users.store import belongings


class _Row(msgspec.Struct, frozen=True, gc=False):  # half as dear as a dataclass, and a page makes hundreds
    """A row of the table, in the order in which a `Person` takes its values."""

    id: str
    first_name: str
    last_name: str
    is_active: bool
    blocked_at: datetime | None
    block_reason: str
    deleted_at: datetime | None
    external_id: str | None
    public_metadata: dict[str, Any]
    private_metadata: dict[str, Any]
    picture: str
    locale: str
    source: str
    created_at: datetime
    modified_at: datetime
    last_login_at: datetime | None


_FIND = query(_Row, "SELECT {columns} FROM users WHERE id = :id")
_FIND_ID_BY_EXTERNAL = query(str, "SELECT id FROM users WHERE external_id = :external_id")
_LIST = query(
    _Row,
    "SELECT {columns} FROM users WHERE id IN (SELECT value FROM json_each(:ids))",
    postgres="SELECT {columns} FROM users WHERE id = ANY (ARRAY(SELECT jsonb_array_elements_text(:ids::jsonb)))",
)
_FIND_DELETED = query(
    Deleted,
    "SELECT {columns} FROM users WHERE deleted_at IS NOT NULL AND deleted_at <= :before "
    "AND (deleted_at, id) > (:after, :after_id) ORDER BY deleted_at, id LIMIT 1",
)
_ADD_EACH = command(
    "INSERT INTO users (id, first_name, last_name, name_key, family_key, is_findable, is_active, blocked_at, "
    "block_reason, external_id, public_metadata, private_metadata, picture, locale, source, created_at, modified_at, "
    "last_login_at) VALUES (:id, :first_name, :last_name, :name_key, :family_key, TRUE, :is_active, :blocked_at, "
    ":block_reason, :external_id, :public_metadata, :private_metadata, :picture, :locale, :source, :created_at, :at, "
    ":last_login_at)"
)
_TOUCH = command(
    "UPDATE users SET first_name = :first_name, last_name = :last_name, name_key = :name_key, "
    "family_key = :family_key, is_active = :is_active, blocked_at = :blocked_at, block_reason = :block_reason, "
    "deleted_at = :deleted_at, external_id = :external_id, public_metadata = :public_metadata, "
    "private_metadata = :private_metadata, picture = :picture, locale = :locale, modified_at = :modified_at "
    "WHERE id = :id"
)
_TOUCH_MODIFIED = command("UPDATE users SET modified_at = :at WHERE id = :id")
_PURGE = command("DELETE FROM users WHERE id = :id")


async def find(tx: Tx, user_id: str) -> Person | None:
    """Return a user with all that belongs to them, deleted ones too."""
    row = await tx.one(_FIND, id=user_id)
    return None if row is None else (await _whole(tx, [row]))[0]


async def find_id_by_external(tx: Tx, external_id: str) -> str | None:
    """Return the id of the user whom another system calls so."""
    return await tx.one(_FIND_ID_BY_EXTERNAL, external_id=external_id)


async def list_of(tx: Tx, user_ids: Sequence[str]) -> list[Person]:
    """Return users with all that belongs to them, in the order of the ids; who is not there is left out."""
    if not user_ids:
        return []
    people = {person.id: person for person in await _whole(tx, await tx.all(_LIST, ids=list(user_ids)))}
    return [people[user_id] for user_id in user_ids if user_id in people]


async def find_deleted(tx: Tx, before: datetime, after: Deleted) -> Deleted | None:
    """Return who was deleted next after somebody, where that was before a moment."""
    return await tx.one(_FIND_DELETED, before=before, after=after.deleted_at, after_id=after.id)


async def add_all(tx: Tx, people: Sequence[tuple[str, NewPerson]], at: datetime) -> None:
    """Add new users, each with an id that is theirs alone, and all that belongs to them, table by table."""
    await tx.many(_ADD_EACH, [_values(user_id, new, at) for user_id, new in people])
    await belongings.add_all(tx, people, at)


async def touch(tx: Tx, person: Person) -> None:
    """Write a user's row as the value has it; what belongs to them is written by its own verbs."""
    await tx.run(
        _TOUCH,
        id=person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        name_key=name_key(person.first_name, person.last_name),
        family_key=family_key(person.last_name),
        is_active=person.is_active,
        blocked_at=person.blocked_at,
        block_reason=person.block_reason,
        deleted_at=person.deleted_at,
        external_id=person.external_id,
        public_metadata=person.public_metadata,
        private_metadata=person.private_metadata,
        picture=person.picture,
        locale=person.locale,
        modified_at=person.modified_at,
    )


async def touch_modified(tx: Tx, user_id: str, at: datetime) -> None:
    """Note that something of a user's was changed."""
    await tx.run(_TOUCH_MODIFIED, id=user_id, at=at)


async def purge(tx: Tx, user_id: str) -> None:
    """Delete a user's row and all that belongs to it."""
    await belongings.purge(tx, user_id)
    await tx.run(_PURGE, id=user_id)


def _values(user_id: str, new: NewPerson, at: datetime) -> dict[str, Any]:
    return {
        "id": user_id,
        "first_name": new.first_name,
        "last_name": new.last_name,
        "name_key": name_key(new.first_name, new.last_name),
        "family_key": family_key(new.last_name),
        "is_active": new.is_active,
        "blocked_at": at if new.block_reason else None,
        "block_reason": new.block_reason,
        "external_id": new.external_id or None,
        "public_metadata": new.public_metadata,
        "private_metadata": new.private_metadata,
        "picture": new.picture,
        "locale": new.locale,
        "source": new.source,
        "created_at": new.created_at or at,
        "at": at,
        "last_login_at": new.last_login_at,
    }


async def _whole(tx: Tx, rows: list[_Row]) -> list[Person]:
    ids = [row.id for row in rows]
    addresses = _by_owner(await belongings.list_addresses(tx, ids))
    phones = _by_owner(await belongings.list_phones(tx, ids))
    identities = _by_owner(await belongings.list_identities(tx, ids))
    return [
        Person(
            row.id,
            row.first_name,
            row.last_name,
            row.is_active,
            row.blocked_at,
            row.block_reason,
            row.deleted_at,
            row.external_id,
            row.public_metadata,
            row.private_metadata,
            row.picture,
            row.locale,
            row.source,
            row.created_at,
            row.modified_at,
            row.last_login_at,
            tuple(addresses[row.id]),
            tuple(phones[row.id]),
            tuple(identities[row.id]),
        )
        for row in rows
    ]


def _by_owner(owned: Iterable[tuple[str, Any]]) -> defaultdict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for user_id, thing in owned:
        found[user_id].append(thing)
    return found
