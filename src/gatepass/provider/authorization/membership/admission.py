"""Who may sign in to the organization that a request names: its members, and who becomes one by signing in."""

from datetime import datetime

from gatepass.audit.model import Origin
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.organizations.flows import join_by_domain
from gatepass.organizations.model import Organization
from gatepass.organizations.queries import (
    find_active_membership,
    find_by_proved_domain,
    find_membership,
    find_organization,
)
from gatepass.provider.authorization.model import Admission
from gatepass.sessions.model import Account


async def is_member(tx: Tx, user_id: str, organization_id: str) -> bool:
    """Tell whether a person belongs to an organization now; to none, everybody does."""
    return not organization_id or await find_active_membership(tx, Within(organization_id), user_id) is not None


async def find_admission(tx: Tx, organization_id: str, accounts: tuple[Account, ...]) -> Admission | None:
    """Return which of a browser's accounts may sign in to an organization; None where no organization is named.

    One that is not there, or is switched off, has no members.
    """
    if not organization_id:
        return None
    organization = await find_organization(tx, EVERYWHERE, organization_id)
    if organization is None or not organization.is_active:
        return Admission(frozenset())
    members = [
        one.user.id
        for one in accounts
        if await is_member(tx, one.user.id, organization_id) or await _may_join(tx, organization, one)
    ]
    return Admission(frozenset(members), organization.policy)


async def join(tx: Tx, organization_id: str, account: Account, at: datetime, origin: Origin) -> None:
    """Make somebody who is admitted a member where they are none yet, in the transaction of their code."""
    if organization_id and not await is_member(tx, account.user.id, organization_id):
        await join_by_domain(tx, account.user, at, origin)


async def _may_join(tx: Tx, organization: Organization, account: Account) -> bool:
    """Tell whether somebody becomes a member by signing in: their verified address is at a domain that was proven.

    A suspended member stays suspended, and nobody joins in another one's place.
    """
    user = account.user
    if not organization.policy.joins_by_domain or user.email_verified_at is None or account.session.is_acted:
        return False
    owner = await find_by_proved_domain(tx, user.email.rpartition("@")[2].lower())
    if owner is None or owner.id != organization.id:
        return False
    return await find_membership(tx, Within(organization.id), user.id) is None
