"""How far a caller's sight reaches: everywhere, or within one organization.

A reach is the first argument after the transaction of every query of the management API, so that whoever may see one
organization alone can't be shown another's by a statement that forgot to ask. `access` hands reaches out; nobody makes
one from what a request says.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everywhere:
    """The whole server."""


@dataclass(frozen=True, slots=True)
class Within:
    """One organization and those who belong to it."""

    organization_id: str


Reach = Everywhere | Within
EVERYWHERE = Everywhere()


def organization_of(reach: Reach) -> str | None:
    """Return the organization to which a reach is limited, None where it is not; for a statement's parameter."""
    return reach.organization_id if isinstance(reach, Within) else None
