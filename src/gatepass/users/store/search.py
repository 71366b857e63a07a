"""Finding users: one statement for each way in which a search can begin, every one answered by an index.

A statement gives ids in a stable order, from a place on; who of them is meant is judged by `rules.searching`. So no
search reads more rows than it was allowed to, however many users there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from gatepass.kit.db import Tx, command, query
from gatepass.users.model import PersonFilter
from gatepass.users.rules.names import bounds, family_key, fold, name_key
from gatepass.users.rules.searching import Lead


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be meant, and the sort key of the place where they stand.

    Who is found at a second place, too, is a repeat there: it only leads on.
    """

    user_id: str
    after: tuple[str, ...]
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Unfindable:
    """Somebody whom no search finds by name or metadata yet, and what they are to be found by."""

    id: str
    first_name: str
    last_name: str
    public_metadata: dict[str, Any]
    private_metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    key: str


@dataclass(frozen=True, slots=True)
class _Placed:
    id: str
    key: str
    place: int


@dataclass(frozen=True, slots=True)
class _Dated:
    id: str
    key: datetime


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(9999, 1, 1, tzinfo=UTC)
_EVERYBODY = query(str, "SELECT id FROM users WHERE id > :after AND deleted_at IS NULL ORDER BY id LIMIT :limit")
_INACTIVE = query(str, "SELECT id FROM users WHERE NOT is_active AND id > :after ORDER BY id LIMIT :limit")
_BLOCKED = query(str, "SELECT id FROM users WHERE blocked_at IS NOT NULL AND id > :after ORDER BY id LIMIT :limit")
_DELETED = query(
    _Dated,
    "SELECT id, deleted_at FROM users WHERE deleted_at IS NOT NULL AND (deleted_at, id) > (:key, :after) "
    "ORDER BY deleted_at, id LIMIT :limit",
)
_CREATED = query(
    _Dated,
    "SELECT id, created_at FROM users WHERE (created_at, id) > (:key, :after) AND created_at < :before "
    "ORDER BY created_at, id LIMIT :limit",
)
_BY_EMAIL = query(str, "SELECT user_id FROM user_emails WHERE address_key = :key AND user_id > :after")
_BY_PHONE = query(str, "SELECT user_id FROM user_phones WHERE phone_key = :key AND user_id > :after")
_BY_EXTERNAL_ID = query(str, "SELECT id FROM users WHERE external_id = :key AND id > :after")
_BY_METADATA = query(
    str,
    "SELECT user_id FROM user_metadata_values WHERE name = :name AND value = :key AND user_id > :after "
    "ORDER BY user_id LIMIT :limit",
)
# Of several addresses of one person that begin alike, the first stands for them.
_BY_EMAIL_PREFIX = query(
    _Named,
    "SELECT e.user_id, e.address_key FROM user_emails e "
    "WHERE e.address_key >= :low AND e.address_key < :high AND e.address_key > :after "
    "AND NOT EXISTS (SELECT 1 FROM user_emails o WHERE o.user_id = e.user_id "
    "AND o.address_key >= :low AND o.address_key < e.address_key) ORDER BY e.address_key LIMIT :limit",
)
# Each index gives as many as are wanted, unjudged: nobody knows how many in a row both would give. Whoever has a full
# name that is meant stands there (0), and their family name (2) is a repeat; other family names (1) are places of their
# own. Where somebody has two places with one key, the one that counts comes first, so that no page ends between them.
_BY_NAME = query(
    _Placed,
    "SELECT id, sort_key, place FROM ("
    "SELECT * FROM (SELECT id, name_key AS sort_key, 0 AS place FROM users WHERE name_key <> '' AND name_key < :high "
    "AND (name_key, id) > (:key, :after) ORDER BY name_key, id LIMIT :limit) AS by_name "
    "UNION ALL "
    "SELECT * FROM (SELECT id, family_key AS sort_key, "
    "CASE WHEN name_key >= :low AND name_key < :high THEN 2 ELSE 1 END AS place FROM users "
    "WHERE family_key <> '' AND family_key < :high AND (family_key, id) > (:key, :after) "
    "ORDER BY family_key, id LIMIT :limit) AS by_family"
    ") AS found ORDER BY sort_key, id, place LIMIT :limit",
)
_REPEAT: Final = 2
_LIST_UNFINDABLE = query(
    Unfindable,
    "SELECT {columns} FROM users WHERE NOT is_findable ORDER BY id LIMIT :limit",
    postgres="SELECT {columns} FROM users WHERE NOT is_findable ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED",
)
_TOUCH_FINDABLE = command(
    "UPDATE users SET name_key = :name_key, family_key = :family_key, is_findable = TRUE WHERE id = :id"
)
_EXACT = {Lead.EMAIL: _BY_EMAIL, Lead.PHONE: _BY_PHONE, Lead.EXTERNAL_ID: _BY_EXTERNAL_ID}
_BY_ID = {Lead.BLOCKED: _BLOCKED, Lead.INACTIVE: _INACTIVE, Lead.EVERYBODY: _EVERYBODY}


async def list_candidates(
    tx: Tx, lead: Lead, wanted: PersonFilter, after: Sequence[str], limit: int
) -> list[Candidate]:
    """Return the next people who may be meant.

    Args:
        tx: the read.
        lead: by which part of the filter the search begins.
        wanted: the filter.
        after: the sort key of the place to go on from; empty for the beginning.
        limit: how many at most.

    Raises:
        ValueError: the sort key is none of this search.
    """
    after_id = after[-1] if after else ""
    if lead in _EXACT:
        value = {Lead.EMAIL: wanted.email or "", Lead.PHONE: wanted.phone, Lead.EXTERNAL_ID: wanted.external_id}[lead]
        return _plain(await tx.all(_EXACT[lead], key=value, after=after_id))
    if lead in _BY_ID:
        return _plain(await tx.all(_BY_ID[lead], after=after_id, limit=limit))
    if lead is Lead.METADATA:
        name, value = wanted.metadata or ("", "")
        return _plain(await tx.all(_BY_METADATA, name=name, key=value, after=after_id, limit=limit))
    if lead in {Lead.EMAIL_PREFIX, Lead.NAME}:
        return await _by_beginning(tx, lead, wanted, after, limit)
    return await _by_moment(tx, lead, wanted, after, limit)


async def list_unfindable(tx: Tx, limit: int) -> list[Unfindable]:
    """Return users whom no search finds by name or metadata yet, those that another transaction holds left out."""
    return await tx.all(_LIST_UNFINDABLE, limit=limit)


async def touch_findable(tx: Tx, one: Unfindable) -> None:
    """Let a user be found by their name."""
    await tx.run(
        _TOUCH_FINDABLE,
        id=one.id,
        name_key=name_key(one.first_name, one.last_name),
        family_key=family_key(one.last_name),
    )


async def _by_beginning(tx: Tx, lead: Lead, wanted: PersonFilter, after: Sequence[str], limit: int) -> list[Candidate]:
    after_id = after[-1] if after else ""
    if lead is Lead.EMAIL_PREFIX:
        low, high = bounds(fold(wanted.email_prefix))
        rows = await tx.all(_BY_EMAIL_PREFIX, low=low, high=high, after=after_id, limit=limit)
        return [Candidate(row.id, (row.key,)) for row in rows]
    low, high = bounds(fold(wanted.name))
    key = max(after[0], low) if after else low
    places = await tx.all(_BY_NAME, low=low, high=high, key=key, after=after_id, limit=limit)
    return [Candidate(one.id, (one.key, one.id), one.place == _REPEAT) for one in places]


async def _by_moment(tx: Tx, lead: Lead, wanted: PersonFilter, after: Sequence[str], limit: int) -> list[Candidate]:
    after_id = after[-1] if after else ""
    if lead is Lead.DELETED:
        key = _moment(after[0]) if after else _BEGINNING
        rows = await tx.all(_DELETED, key=key, after=after_id, limit=limit)
    else:
        key = _moment(after[0]) if after else wanted.created_from or _BEGINNING
        before = wanted.created_before or _END
        rows = await tx.all(_CREATED, key=key, after=after_id, before=before, limit=limit)
    return [Candidate(row.id, (row.key.isoformat(), row.id)) for row in rows]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _plain(ids: list[str]) -> list[Candidate]:
    return [Candidate(user_id, (user_id,)) for user_id in ids]
