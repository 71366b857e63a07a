"""What the doors of this room share: how far a call reaches."""

from typing import Any, Final

from gatepass.gate.model import Call
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import Reach
from gatepass.organizations.queries import get_organization

TAG: Final = "Roles and permissions"


def reading_reach(call: Call[Any, Any]) -> Reach:
    """Return how far a reading call reaches: into the organization of its path, else as far as its caller."""
    named = call.path.get("organization_id") or call.path.get("tenant_id")
    return call.principal.within(named) if named else call.principal.reach


def writing_reach(call: Call[Any, Any]) -> Reach:
    """Return how far a changing call reaches: into the organization of its path, else everywhere.

    Raises:
        Problem: the caller sees one organization alone, and the path names none (`organization_caller`, 403).
    """
    named = call.path.get("organization_id")
    return call.principal.within(named) if named else call.principal.everywhere()


async def refuse_missing(tx: Tx, call: Call[Any, Any], reach: Reach) -> None:
    """Let a call pass whose path names no organization, or one that is there.

    Raises:
        Problem: there is none (`unknown_organization`, 404).
    """
    named = call.path.get("organization_id")
    if named:
        await get_organization(tx, reach, named)
