"""How an organization comes into being, changes and goes."""

from dataclasses import fields, replace
from datetime import datetime

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import next_moment
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import new_id, new_organization_token
from gatepass.kit.lookups.reach import Reach, Within, organization_of
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret, hash_token
from gatepass.organizations.flows.domains import list_exactly
from gatepass.organizations.model import Created, NewOrganization, Organization, unknown_organization
from gatepass.organizations.rules.faults import refuse_faulty
from gatepass.organizations.rules.names import name_key
from gatepass.organizations.store import accounts, domains, members

_WRITTEN = tuple(part.name for part in fields(NewOrganization) if part.name != "domains")


async def create(tx: Tx, wanted: NewOrganization, at: datetime, origin: Origin) -> Created:
    """Create an organization.

    Args:
        tx: the transaction to do it in.
        wanted: what is asked for.
        at: when.
        origin: whose request it is.

    Returns:
        The organization, and the token of its connections, of which only the hash is kept.

    Raises:
        Problem: what is asked for has faults (`invalid_organization`, `invalid_domain`), or the name or the id
            elsewhere is another's (`name_taken`, `external_id_taken`, 409).
    """
    refuse_faulty(wanted)
    organization = Organization(
        id=new_id(), domain="", created_at=at, modified_at=at, **{name: getattr(wanted, name) for name in _WRITTEN}
    )
    organization = _tidy(organization)
    await _claim(tx, organization)
    token = new_organization_token()
    await accounts.add(tx, organization, hash_token(token))
    data = {"name": organization.name}
    await record(tx, EventKind.ORGANIZATION_CREATED, at=at, origin=origin, organization_id=organization.id, data=data)
    await list_exactly(tx, Within(organization.id), wanted.domains, at, origin)
    if wanted.domains:
        # Which it lists counts for its version, too.
        organization = await accounts.get(tx, organization.id)
    return Created(organization, Secret(token))


def as_new(organization: Organization, listed: tuple[str, ...]) -> NewOrganization:
    """Return what would create an organization anew, as the ground for a change.

    Args:
        organization: which one.
        listed: the domains that it lists.
    """
    return NewOrganization(domains=listed, **{name: getattr(organization, name) for name in _WRITTEN})


async def open_for_change(tx: Tx, reach: Reach, organization_id: str) -> Organization:
    """Wait until nobody else changes an organization, and return it as it then is.

    Raises:
        Problem: it isn't there (`unknown_organization`, 404).
    """
    await take_turn(tx, f"organization:{organization_id}")
    if organization_of(reach) not in {None, organization_id}:
        raise unknown_organization()
    return await accounts.get(tx, organization_id)


async def change(
    tx: Tx, organization: Organization, wanted: NewOrganization, at: datetime, origin: Origin
) -> Organization:
    """Write an organization anew; what was proven of domains that it goes on listing stays proven.

    Args:
        tx: the transaction in which `open_for_change` gave the organization.
        organization: as it is.
        wanted: as it shall be.
        at: when.
        origin: whose request it is.

    Raises:
        Problem: as `create` does.
    """
    refuse_faulty(wanted)
    written = {name: getattr(wanted, name) for name in _WRITTEN}
    changed = _tidy(replace(organization, modified_at=next_moment(organization.modified_at, at), **written))
    await _claim(tx, changed)
    await accounts.touch(tx, changed)
    await record(tx, EventKind.ORGANIZATION_CHANGED, at=at, origin=origin, organization_id=organization.id)
    await list_exactly(tx, Within(organization.id), wanted.domains, at, origin)
    # A domain that is listed no more may have been the one by which it was known.
    return await accounts.find(tx, organization.id) or changed


async def renew_connection_token(tx: Tx, reach: Within, at: datetime, origin: Origin) -> Secret:
    """Give the connections of an organization another token, shown this once; the one before opens nothing any more.

    Raises:
        Problem: the organization isn't there (`unknown_organization`, 404).
    """
    organization = await open_for_change(tx, reach, reach.organization_id)
    token = new_organization_token()
    await accounts.touch_token(tx, organization.id, hash_token(token), at)
    data = {"changed": "connection_token"}
    await record(tx, EventKind.ORGANIZATION_CHANGED, at=at, origin=origin, organization_id=organization.id, data=data)
    return Secret(token)


async def remove(tx: Tx, reach: Reach, organization_id: str, at: datetime, origin: Origin) -> None:
    """Delete an organization: from now on nobody finds it, and its name and domains are free for others.

    What others hold of it, and its memberships, are forgotten by the worker afterwards (`forget_organization`).

    Raises:
        Problem: it isn't there (`unknown_organization`, 404).
    """
    organization = await open_for_change(tx, reach, organization_id)
    await accounts.revoke(tx, organization.id, at)
    await domains.purge(tx, organization.id)
    data = {"name": organization.name}
    await record(tx, EventKind.ORGANIZATION_REMOVED, at=at, origin=origin, organization_id=organization.id, data=data)


async def forget_organization(tx: Tx, organization_id: str, limit: int) -> int:
    """Forget what is left of a deleted organization, at most so many memberships, and return how many rows went."""
    gone = await members.purge(tx, organization_id, limit)
    if gone < limit:
        await accounts.purge(tx, organization_id)
    return gone


async def _claim(tx: Tx, organization: Organization) -> None:
    """Take the name and the id elsewhere, in turn with whoever wants the same ones."""
    key = name_key(organization.name)
    await take_turn(tx, f"organization.name:{key}")
    if await accounts.find_id_by_name(tx, key) not in {None, organization.id}:
        sentence = "An organization of that name is there already; choose another name."
        raise Problem("name_taken", 409, sentence)
    if organization.external_id is not None:
        await take_turn(tx, f"organization.external_id:{organization.external_id}")
        if await accounts.find_id_by_external(tx, organization.external_id) not in {None, organization.id}:
            sentence = "Another organization has that external_id already; each is good for one."
            raise Problem("external_id_taken", 409, sentence, number=1049)


def _tidy(organization: Organization) -> Organization:
    name = organization.name.strip()
    display_name, workspace_name = organization.display_name.strip(), organization.workspace_name.strip()
    return replace(organization, name=name, display_name=display_name or name, workspace_name=workspace_name)
