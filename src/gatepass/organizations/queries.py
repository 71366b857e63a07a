"""Reading organizations, their members and their domains."""

from collections.abc import Collection, Sequence

from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Reach, Within, organization_of
from gatepass.kit.secrets import hash_token
from gatepass.organizations.model import (
    Membership,
    MemberStatus,
    Organization,
    OrganizationFilter,
    OwnedDomain,
    unknown_organization,
)
from gatepass.organizations.rules import admission
from gatepass.organizations.rules.names import name_key
from gatepass.organizations.store import accounts, domains, members
from gatepass.users.queries import find_user

_MOST_OF_ONE_USER = 500


async def find_organization(tx: Tx, reach: Reach, organization_id: str) -> Organization | None:
    """Return an organization that is there and within sight."""
    seen = organization_of(reach)
    return await accounts.find(tx, organization_id) if seen in {None, organization_id} else None


async def list_missing(tx: Tx, organization_ids: Sequence[str]) -> list[str]:
    """Return which of some organizations are not there, because they were deleted; for those who act for them."""
    there = set(await accounts.list_present(tx, organization_ids)) if organization_ids else set()
    return [one for one in organization_ids if one not in there]


async def get_organization(tx: Tx, reach: Reach, organization_id: str) -> Organization:
    """Return an organization that is there and within sight.

    Raises:
        Problem: it isn't (`unknown_organization`, 404).
    """
    if organization_of(reach) not in {None, organization_id}:
        raise unknown_organization()
    return await accounts.get(tx, organization_id)


def sort_key_parts(reach: Reach, wanted: OrganizationFilter) -> int:
    """Return of how many parts the sort key of a list is made, for the reading of its cursor."""
    is_by_name = name_key(wanted.search) and not wanted.external_id and not wanted.domain
    return 2 if is_by_name and organization_of(reach) is None else 1


async def list_organizations(tx: Tx, reach: Reach, wanted: OrganizationFilter, page: PageRequest) -> Page[Organization]:
    """Return a page of the organizations within sight: by their age, or by the name that is searched for.

    Of `external_id`, `domain` and `search`, the first that is given decides; `is_active` holds beside each.
    """
    seen = organization_of(reach)
    if seen is not None or wanted.external_id:
        # At most one, so that there is no second page.
        found = await accounts.find(tx, seen) if seen else await accounts.find_by_external(tx, wanted.external_id)
        listed = [] if found is None or page.after else await domains.list_all(tx, found.id)
        fits = found is not None and not page.after and _fits(found, wanted, {one.domain for one in listed})
        return Page([found] if found is not None and fits else [])
    if wanted.domain:
        after = page.after[0] if page.after else ""
        rows = await accounts.list_by_domain(tx, wanted.domain, after, page.limit + 1, is_active=wanted.is_active)
        return page_of(rows, page.limit, lambda row: (row.id,))
    beginning = name_key(wanted.search)
    if not beginning:
        after = page.after[0] if page.after else ""
        rows = await accounts.list_after(tx, after, page.limit + 1, is_active=wanted.is_active)
        return page_of(rows, page.limit, lambda row: (row.id,))
    field = wanted.search_field
    start = (page.after[0], page.after[1]) if page.after else ("", "")
    rows = await accounts.list_named(tx, field, beginning, start, page.limit + 1, is_active=wanted.is_active)
    return page_of(rows, page.limit, lambda row: (name_key(getattr(row, field)), row.id))


def _fits(organization: Organization, wanted: OrganizationFilter, listed: Collection[str]) -> bool:
    return (
        wanted.is_active in {None, organization.is_active}
        and wanted.external_id in {"", organization.external_id}
        and (not wanted.domain or wanted.domain in listed)
        and name_key(getattr(organization, wanted.search_field)).startswith(name_key(wanted.search))
    )


async def find_by_proved_domain(tx: Tx, domain: str) -> Organization | None:
    """Return the organization that proved a domain, where it is switched on; a listed domain leads nowhere."""
    return await accounts.find_by_proved_domain(tx, domain)


async def find_by_connection_token(tx: Tx, unverified_token: str) -> Organization | None:
    """Return the organization whose connections a token opens; None where it is none, or switched off."""
    return await accounts.find_by_token(tx, hash_token(unverified_token))


async def list_domains(tx: Tx, reach: Within) -> list[OwnedDomain]:
    """Return the domains that an organization lists, in alphabetical order."""
    return await domains.list_all(tx, reach.organization_id)


async def find_domain(tx: Tx, reach: Within, domain_id: str) -> OwnedDomain | None:
    """Return a domain that an organization lists."""
    return await domains.find(tx, reach.organization_id, domain_id)


async def listed_domains(tx: Tx, organizations: Sequence[Organization]) -> dict[str, list[str]]:
    """Return the domains that organizations list, in alphabetical order, by the id of each, who lists none too."""
    found: dict[str, list[str]] = {organization.id: [] for organization in organizations}
    if found:
        for row in await domains.list_of(tx, list(found)):
            found[row.organization_id].append(row.domain)
    return found


async def find_membership(tx: Tx, reach: Within, user_id: str) -> Membership | None:
    """Return a user's membership, suspended or not, of an organization that is there."""
    return await members.find(tx, reach.organization_id, user_id)


async def find_active_membership(tx: Tx, reach: Within, user_id: str) -> Membership | None:
    """Return a user's membership, where they may act by it.

    It was not suspended, the organization is switched on, and where it takes no outsiders, the person's address is at
    a domain that it lists, and verified.
    """
    found = await members.find(tx, reach.organization_id, user_id)
    if found is None or found.status is not MemberStatus.ACTIVE:
        return None
    organization = await accounts.find(tx, reach.organization_id)
    if organization is None or not organization.is_active:
        return None
    if organization.allows_outsiders:
        return found
    listed = {one.domain for one in await domains.list_all(tx, organization.id)}
    user = await find_user(tx, user_id) if listed else None
    if not listed:
        return found
    is_theirs = user is not None and user.email_verified_at is not None
    return found if user is not None and is_theirs and admits(organization, listed, user.email) else None


async def list_member_ids(
    tx: Tx, reach: Within, page: PageRequest, status: MemberStatus | None = None
) -> Page[Membership]:
    """Return a page of the memberships of an organization, in the order of the users' ids."""
    after = page.after[0] if page.after else ""
    rows = await members.list_after(tx, reach.organization_id, after, page.limit + 1, status)
    return page_of(rows, page.limit, lambda row: (row.user_id,))


async def list_of_user(tx: Tx, user_id: str) -> list[tuple[Organization, Membership]]:
    """Return the organizations of which somebody is a member, with the membership, suspended or not; at most 500."""
    organizations = {one.id: one for one in await accounts.list_of_user(tx, user_id, _MOST_OF_ONE_USER)}
    memberships = await members.list_of_user(tx, user_id, _MOST_OF_ONE_USER)
    return [(organizations[one.organization_id], one) for one in memberships if one.organization_id in organizations]


async def names_of_users(tx: Tx, user_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of all organizations to which some users belong, suspended or not, by the users' ids."""
    found: dict[str, list[str]] = {}
    for row in await members.list_names(tx, user_ids):
        found.setdefault(row.user_id, []).append(row.name)
    return found


def admits(organization: Organization, listed: Collection[str], address: str) -> bool:
    """Tell whether somebody with an e-mail address may be a member.

    Args:
        organization: which one.
        listed: the domains that it lists.
        address: the person's address.
    """
    return admission.admits(organization, listed, address)
