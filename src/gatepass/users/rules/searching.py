"""Whom a search means, and by which index it is best begun."""

from enum import StrEnum

from gatepass.users.model import Person, PersonFilter, UserState
from gatepass.users.rules.metadata import found_by
from gatepass.users.rules.names import family_key, fold, name_key


class Lead(StrEnum):
    """The part of a filter that an index answers; the rest is judged row by row.

    The order of the members is the order of choice: what leaves the fewest people comes first.
    """

    EMAIL = "email"
    EXTERNAL_ID = "external_id"
    PHONE = "phone"
    METADATA = "metadata"
    EMAIL_PREFIX = "email_prefix"
    NAME = "name"
    DELETED = "deleted"
    BLOCKED = "blocked"
    INACTIVE = "inactive"
    CREATED = "created"
    EVERYBODY = "everybody"


_TWO_PARTS = frozenset({Lead.NAME, Lead.CREATED, Lead.DELETED})


def lead_of(wanted: PersonFilter) -> Lead:
    """Return by which part of a filter its search begins."""
    given = {
        Lead.EMAIL: wanted.email is not None,
        Lead.EXTERNAL_ID: bool(wanted.external_id),
        Lead.PHONE: bool(wanted.phone),
        Lead.METADATA: wanted.metadata is not None,
        Lead.EMAIL_PREFIX: bool(wanted.email_prefix),
        Lead.NAME: bool(fold(wanted.name)),
        Lead.DELETED: wanted.state is UserState.DELETED,
        Lead.BLOCKED: wanted.state is UserState.BLOCKED,
        Lead.INACTIVE: wanted.state is UserState.INACTIVE,
        Lead.CREATED: wanted.created_from is not None or wanted.created_before is not None,
    }
    return next((lead for lead, is_given in given.items() if is_given), Lead.EVERYBODY)


def parts_of(lead: Lead) -> int:
    """Return of how many parts the sort key of a search is made that begins so."""
    return 2 if lead in _TWO_PARTS else 1


def matches(person: Person, wanted: PersonFilter) -> bool:
    """Tell whether a person is among those whom a filter means."""
    return (
        _stands(person, wanted)
        and _has_address(person, wanted)
        and _is_called(person, wanted)
        and (not wanted.phone or any(phone.number == wanted.phone for phone in person.phones))
        and (not wanted.external_id or person.external_id == wanted.external_id)
        and (wanted.metadata is None or wanted.metadata in found_by(person.public_metadata, person.private_metadata))
        and (wanted.created_from is None or person.created_at >= wanted.created_from)
        and (wanted.created_before is None or person.created_at < wanted.created_before)
    )


def _stands(person: Person, wanted: PersonFilter) -> bool:
    if wanted.state is None:
        return person.state is not UserState.DELETED
    return person.state is wanted.state


def _has_address(person: Person, wanted: PersonFilter) -> bool:
    keys = [address.key for address in person.addresses]
    if wanted.email is not None and wanted.email not in keys:
        return False
    return not wanted.email_prefix or any(key.startswith(fold(wanted.email_prefix)) for key in keys)


def _is_called(person: Person, wanted: PersonFilter) -> bool:
    prefix = fold(wanted.name)
    if not prefix:
        return True
    keys = (name_key(person.first_name, person.last_name), family_key(person.last_name))
    return any(key.startswith(prefix) for key in keys)
