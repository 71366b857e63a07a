"""Searching events, the newest first."""

from datetime import timedelta
from typing import Any, Final

from gatepass.audit.model import Event, EventFilter
from gatepass.kit.db import Query, Tx, query
from gatepass.kit.ids import first_id_of
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import Reach, organization_of

_MOST_LOOKED_AT: Final = 5000
# An id is made moments before or after the time that its event names.
_SLACK: Final = timedelta(hours=1)
_LEAST_ID: Final = ""
_GREATEST_ID: Final = "g"

_RANGE = "id < :before AND id >= :least "
_FITS = (
    "AND (:user_id = '' OR user_id = :user_id) AND (:actor_id = '' OR actor_id = :actor_id) "
    "AND (:organization_id = '' OR organization_id = :organization_id) "
    "AND (:application_id = '' OR application_id = :application_id) "
    "AND (:network = '' OR network = :network) AND (:outcome = '' OR outcome = :outcome) "
)
_FITS_SQLITE = (
    _FITS + "AND (:since IS NULL OR occurred_at >= :since) AND (:until IS NULL OR occurred_at < :until) "  # noqa: S608 - texts of this file
    "AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds))) "
)
_FITS_POSTGRES = (
    _FITS + "AND (:since::timestamptz IS NULL OR occurred_at >= :since) "
    "AND (:until::timestamptz IS NULL OR occurred_at < :until) "
    "AND (:kinds::text = '[]' OR kind IN (SELECT json_array_elements_text(:kinds::text::json))) "
)
_EVENTS = "SELECT {columns} FROM audit_events WHERE "
_IDS = "SELECT id FROM audit_events WHERE "
_NEWEST = "ORDER BY id DESC LIMIT :limit"
_NTH = "ORDER BY id DESC LIMIT 1 OFFSET :offset"

# The first fact that is given leads: an index answers it in the order of ids. A kind leads where it stands alone; an
# address, an outcome or several kinds lead to nothing and are judged row for row.
_LEADS: Final = ("user_id", "actor_id", "organization_id", "application_id", "kind")
_LED_BY: "dict[str, tuple[Query[str], Query[Event]]]" = {
    "user_id": (
        query(str, _IDS + "user_id = :user_id AND " + _RANGE + _NTH),
        query(
            Event,
            _EVENTS + "user_id = :user_id AND " + _RANGE + _FITS_SQLITE + _NEWEST,
            postgres=_EVENTS + "user_id = :user_id AND " + _RANGE + _FITS_POSTGRES + _NEWEST,
        ),
    ),
    "actor_id": (
        query(str, _IDS + "actor_id = :actor_id AND " + _RANGE + _NTH),
        query(
            Event,
            _EVENTS + "actor_id = :actor_id AND " + _RANGE + _FITS_SQLITE + _NEWEST,
            postgres=_EVENTS + "actor_id = :actor_id AND " + _RANGE + _FITS_POSTGRES + _NEWEST,
        ),
    ),
    "organization_id": (
        query(str, _IDS + "organization_id = :organization_id AND " + _RANGE + _NTH),
        query(
            Event,
            _EVENTS + "organization_id = :organization_id AND " + _RANGE + _FITS_SQLITE + _NEWEST,
            postgres=_EVENTS + "organization_id = :organization_id AND " + _RANGE + _FITS_POSTGRES + _NEWEST,
        ),
    ),
    "application_id": (
        query(str, _IDS + "application_id = :application_id AND " + _RANGE + _NTH),
        query(
            Event,
            _EVENTS + "application_id = :application_id AND " + _RANGE + _FITS_SQLITE + _NEWEST,
            postgres=_EVENTS + "application_id = :application_id AND " + _RANGE + _FITS_POSTGRES + _NEWEST,
        ),
    ),
    "kind": (
        query(str, _IDS + "kind = :kind AND " + _RANGE + _NTH),
        query(
            Event,
            _EVENTS + "kind = :kind AND " + _RANGE + _FITS_SQLITE + _NEWEST,
            postgres=_EVENTS + "kind = :kind AND " + _RANGE + _FITS_POSTGRES + _NEWEST,
        ),
    ),
    "": (
        query(str, _IDS + _RANGE + _NTH),
        query(
            Event,
            _EVENTS + _RANGE + _FITS_SQLITE + _NEWEST,
            postgres=_EVENTS + _RANGE + _FITS_POSTGRES + _NEWEST,
        ),
    ),
}
_FIND = query(
    Event,
    "SELECT {columns} FROM audit_events "
    "WHERE id = :id AND (:organization_id = '' OR organization_id = :organization_id)",
)


async def search(tx: Tx, reach: Reach, wanted: EventFilter, page: PageRequest) -> Page[Event]:
    """Return a page of events, the newest first.

    What a filter costs at millions of rows: a user, an actor, an organization, an application or one kind is found by
    its index, in the order of the answer; only a user's whole log is sorted, which is as long as one person's life
    here. Everything else (address, outcome, several kinds, a second fact) is judged row for row along the first
    index, at most 5,000 rows a page: a page of a rare combination is short or empty, and its cursor goes on.

    Args:
        tx: the read.
        reach: how far the caller sees; of an organization, its own events alone.
        wanted: which events.
        page: how many, and behind which; its key is the event's id.
    """
    organization_id = organization_of(reach)
    if organization_id and wanted.organization_id not in ("", organization_id):
        return Page([])
    values = _values(wanted, organization_id or wanted.organization_id, page)
    find_nth, list_newest = _LED_BY[next((name for name in _LEADS if values[name]), "")]
    floor = await tx.one(find_nth, **_named(find_nth, values))
    if floor is not None:
        values["least"] = floor
    found = await tx.all(list_newest, **_named(list_newest, values))
    if len(found) > page.limit:
        return Page(found[: page.limit], (found[page.limit - 1].id,))
    return Page(found, (floor,) if floor is not None else ())


async def find_event(tx: Tx, reach: Reach, unverified_id: str) -> Event | None:
    """Return an event, sealed or not; None where there is none, or none that the caller sees."""
    return await tx.one(_FIND, id=unverified_id, organization_id=organization_of(reach) or "")


def _values(wanted: EventFilter, organization_id: str, page: PageRequest) -> dict[str, Any]:
    before = first_id_of(wanted.until + _SLACK) if wanted.until else _GREATEST_ID
    return {
        "before": min(before, page.after[0]) if page.after else before,
        "least": first_id_of(wanted.since - _SLACK) if wanted.since else _LEAST_ID,
        "offset": _MOST_LOOKED_AT - 1,
        "limit": page.limit + 1,
        "user_id": wanted.user_id,
        "actor_id": wanted.actor_id,
        "organization_id": organization_id,
        "application_id": wanted.application_id,
        "network": wanted.network,
        "outcome": wanted.outcome or "",
        "since": wanted.since,
        "until": wanted.until,
        "kinds": list(wanted.kinds),
        "kind": wanted.kinds[0] if len(wanted.kinds) == 1 else "",
    }


def _named(statement: Query[Any], values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in statement.names}
