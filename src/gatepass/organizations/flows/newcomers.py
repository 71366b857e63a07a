"""How people who have just been made come into organizations, many at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gatepass.audit.flows import record_each
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.organizations.flows.members import address_not_admitted
from gatepass.organizations.model import Membership, MemberStatus, unknown_organization
from gatepass.organizations.rules.admission import admits
from gatepass.organizations.store import accounts, domains, members


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to come into an organization; the address is their primary one, empty where they have none."""

    organization_id: str
    user_id: str
    address: str


async def add_newcomers(
    tx: Tx, wanted: Sequence[Newcomer], source: str, at: datetime, origin: Origin
) -> list[Problem | None]:
    """Make users members who were made in this transaction, each where the organization takes them.

    The database is asked four times, however many they are.

    Args:
        tx: the transaction that made them; nobody else sees them yet, so they need not be held.
        wanted: at most a few thousand.
        source: how it came about, one of `MemberSource`.
        at: when.
        origin: whose request it is.

    Returns:
        For each in turn None, or why they are no member: the organization is not there (`unknown_organization`, 404)
        or takes nobody with that address (`address_not_admitted`, 403).
    """
    ids = sorted({one.organization_id for one in wanted})
    if not ids:
        return []
    organizations = {one.id: one for one in await accounts.list_of(tx, ids)}
    listed: defaultdict[str, set[str]] = defaultdict(set)
    for found in await domains.list_of(tx, ids):
        listed[found.organization_id].add(found.domain)
    outcomes: list[Problem | None] = []
    joined: dict[tuple[str, str], Membership] = {}
    for one in wanted:
        organization = organizations.get(one.organization_id)
        if organization is None:
            outcomes.append(unknown_organization())
        elif not admits(organization, listed[organization.id], one.address):
            outcomes.append(address_not_admitted())
        else:
            outcomes.append(None)
            membership = Membership(organization.id, one.user_id, MemberStatus.ACTIVE, source, at)
            joined[one.user_id, organization.id] = membership
    await members.add_all(tx, joined.values())
    await record_each(tx, EventKind.MEMBER_ADDED, joined, at=at, origin=origin, data={"source": source})
    return outcomes
