"""The Open Cybersecurity Schema Framework, version 1.3.0: events of the category Identity & Access Management (3)."""

from dataclasses import dataclass
from typing import Any, Final

from gatepass import __version__
from gatepass.audit.model import EVENT_MEANINGS, FAMILY_OF, Event, EventKind, Family, Outcome

OCSF_VERSION: Final = "1.3.0"
_CATEGORY: Final = 3
_OTHER: Final = 99
_STATUSES: Final = {Outcome.SUCCEEDED: (1, "Success"), Outcome.REFUSED: (2, "Failure"), Outcome.FAILED: (2, "Failure")}
_SEVERITIES: Final = {
    Outcome.SUCCEEDED: (1, "Informational"),
    Outcome.REFUSED: (3, "Medium"),
    Outcome.FAILED: (2, "Low"),
}


@dataclass(frozen=True, slots=True)
class _Class:
    uid: int
    name: str
    activities: dict[int, str]


_ACCOUNT_CHANGE: Final = _Class(
    3001, "Account Change", {1: "Create", 2: "Enable", 5: "Disable", 6: "Delete", 9: "Lock", 12: "Unlock"}
)
_AUTHENTICATION: Final = _Class(3002, "Authentication", {1: "Logon", 2: "Logoff"})
_AUTHORIZE_SESSION: Final = _Class(3003, "Authorize Session", {1: "Assign Privileges"})
_ENTITY: Final = _Class(3004, "Entity Management", {1: "Create", 3: "Update", 4: "Delete"})
_USER_ACCESS: Final = _Class(3005, "User Access Management", {1: "Assign Privileges", 2: "Revoke Privileges"})
_GROUP: Final = _Class(3006, "Group Management", {3: "Add User", 4: "Remove User"})

# What belongs to another class than its family, or does something that the class has a name for.
_SPECIAL: Final[dict[EventKind, tuple[_Class, int]]] = {
    EventKind.LOGIN_REQUESTED: (_AUTHENTICATION, 1),
    EventKind.LOGIN_SUCCEEDED: (_AUTHENTICATION, 1),
    EventKind.LOGIN_REFUSED: (_AUTHENTICATION, 1),
    EventKind.LOGIN_DECLINED: (_AUTHENTICATION, 1),
    EventKind.LOGIN_EXHAUSTED: (_AUTHENTICATION, 1),
    EventKind.REAUTHENTICATED: (_AUTHENTICATION, 1),
    EventKind.CLIENT_REFUSED: (_AUTHENTICATION, 1),
    EventKind.SESSION_ENDED: (_AUTHENTICATION, 2),
    EventKind.SESSION_LIMIT_REACHED: (_AUTHENTICATION, 2),
    EventKind.LOGOUT_NOTIFIED: (_AUTHENTICATION, 2),
    EventKind.TOKENS_GRANTED: (_AUTHORIZE_SESSION, 1),
    EventKind.CONSENT_GIVEN: (_AUTHORIZE_SESSION, 1),
    EventKind.DEVICE_APPROVED: (_AUTHORIZE_SESSION, 1),
    EventKind.ROLES_ASSIGNED: (_USER_ACCESS, 1),
    EventKind.OPERATOR_ADDED: (_USER_ACCESS, 1),
    EventKind.OPERATOR_REMOVED: (_USER_ACCESS, 2),
    EventKind.MEMBER_ADDED: (_GROUP, 3),
    EventKind.MEMBER_REMOVED: (_GROUP, 4),
    EventKind.USER_CREATED: (_ACCOUNT_CHANGE, 1),
    EventKind.USER_IMPORTED: (_ACCOUNT_CHANGE, 1),
    EventKind.USER_ACTIVATED: (_ACCOUNT_CHANGE, 2),
    EventKind.USER_RESTORED: (_ACCOUNT_CHANGE, 2),
    EventKind.USER_DEACTIVATED: (_ACCOUNT_CHANGE, 5),
    EventKind.USER_DELETED: (_ACCOUNT_CHANGE, 6),
    EventKind.USER_PURGED: (_ACCOUNT_CHANGE, 6),
    EventKind.USER_BLOCKED: (_ACCOUNT_CHANGE, 9),
    EventKind.USER_UNBLOCKED: (_ACCOUNT_CHANGE, 12),
}
_OF_FAMILY: Final = {
    Family.AUTHENTICATION: _AUTHENTICATION,
    Family.AUTHORIZATION: _AUTHORIZE_SESSION,
    Family.SESSION: _AUTHENTICATION,
    Family.ACCOUNT: _ACCOUNT_CHANGE,
    Family.SYSTEM: _ENTITY,
}
# Whose subject is a user or their credentials; every other thing of the families below is an entity.
_OF_USERS: Final = ("user.",)
_VERBS: Final = {
    **dict.fromkeys(("created", "added", "granted", "registered", "sent", "made"), 1),
    **dict.fromkeys(("changed", "proved", "lost", "rotated", "reset", "accepted", "applied", "stopped"), 3),
    **dict.fromkeys(("removed", "revoked", "purged"), 4),
}
_DEFINITIONS: Final = ("role.", "permission.")


def mapped(event: Event) -> dict[str, Any]:
    """Return an event as an object of the framework."""
    of_class, activity = _classified(event.kind)
    status_id, status = _STATUSES[event.outcome]
    severity_id, severity = _SEVERITIES[event.outcome]
    found: dict[str, Any] = {
        "class_uid": of_class.uid,
        "class_name": of_class.name,
        "category_uid": _CATEGORY,
        "category_name": "Identity & Access Management",
        "activity_id": activity,
        "activity_name": of_class.activities.get(activity, event.kind.value),
        "type_uid": of_class.uid * 100 + activity,
        "time": int(event.occurred_at.timestamp() * 1000),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": EVENT_MEANINGS[event.kind],
        "metadata": _metadata(event),
        "unmapped": _unmapped(event),
    }
    return found | {name: value for name, value in _known(event, of_class).items() if value}


def _classified(kind: EventKind) -> tuple[_Class, int]:
    if kind in _SPECIAL:
        return _SPECIAL[kind]
    of_class = _OF_FAMILY[FAMILY_OF[kind]]
    is_entity = kind.value.startswith(_DEFINITIONS) or (
        of_class is _ACCOUNT_CHANGE and not kind.value.startswith(_OF_USERS)
    )
    if of_class is _ENTITY or is_entity:
        return _ENTITY, _VERBS.get(kind.value.rpartition(".")[2], _OTHER)
    return of_class, _OTHER


def _metadata(event: Event) -> dict[str, Any]:
    product = {"name": "Gatepass", "vendor_name": "Gatepass", "version": __version__}
    found = {"version": OCSF_VERSION, "product": product, "uid": event.id, "event_code": event.kind.value}
    known = {"sequence": event.sequence, "correlation_uid": event.trace_id or None}
    return found | {name: value for name, value in known.items() if value is not None}


def _known(event: Event, of_class: _Class) -> dict[str, Any]:
    """Return what is known of an event, by the framework's names; what is unknown is empty."""
    user = {"uid": event.user_id} if event.user_id else {}
    actor = {"user": {"uid": event.actor.id, "name": event.actor.name}, "app_name": event.actor.kind.value}
    place = {"country": event.country, "city": event.city} if event.country or event.city else {}
    address = {"ip": event.network} | ({"location": place} if place else {})
    entity = {"name": event.kind.value.partition(".")[0], "uid": event.data.get("id", "")}
    return {
        "user": user or ({"name": event.data.get("address", "unknown")} if of_class is not _ENTITY else {}),
        "actor": actor if event.actor.kind else {},
        "src_endpoint": address if event.network else {},
        "http_request": {"user_agent": event.user_agent} if event.user_agent else {},
        "entity": entity if of_class is _ENTITY else {},
        "group": {"uid": event.organization_id} if of_class is _GROUP and event.organization_id else {},
        "privileges": [event.data["roles"]] if of_class is _USER_ACCESS and "roles" in event.data else [],
        "status_detail": event.reason,
    }


def _unmapped(event: Event) -> dict[str, Any]:
    return {
        "family": event.family.value,
        "organization_id": event.organization_id,
        "application_id": event.application_id,
        "data": event.data,
    }
