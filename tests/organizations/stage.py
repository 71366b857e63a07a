"""Organizations and people on the database of a test."""

from typing import Any

from gatepass.kit.db import Tx, query
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import parse_address
from gatepass.organizations.flows import add_domain, add_member, create, prove_domain
from gatepass.organizations.model import Created, MemberSource, NewOrganization, Organization, OwnedDomain
from gatepass.users.flows import block, hold, meet_reader
from gatepass.users.model import User
from support.spine import ORIGIN, Spine

_ORGANIZATIONS = query(int, "SELECT count(*) FROM organizations")
_MEMBERSHIPS = query(int, "SELECT count(*) FROM memberships")


async def an_organization(spine: Spine, name: str = "Acme", **given: Any) -> Organization:
    """Create an organization."""
    return (await created(spine, name, **given)).organization


async def created(spine: Spine, name: str = "Acme", **given: Any) -> Created:
    """Create an organization and return it with its token."""
    at = spine.clock.now()
    return await spine.transact(lambda tx: create(tx, NewOrganization(name, **given), at, ORIGIN))


async def a_person(spine: Spine, email: str = "ada@acme.test") -> User:
    """Let somebody come into being who has proven an address."""
    address = parse_address(email, allow_test_domains=True)
    user = await spine.transact(
        lambda tx: meet_reader(
            tx, address, may_create=True, at=spine.clock.now(), origin=ORIGIN, application_id=spine.application.id
        )
    )
    assert user is not None
    return user


async def joined(spine: Spine, organization: Organization, email: str = "ada@acme.test") -> User:
    """Make somebody a member."""
    user = await a_person(spine, email)
    within, at = Within(organization.id), spine.clock.now()
    assert await spine.transact(lambda tx: add_member(tx, within, user.id, MemberSource.ADDED, at, ORIGIN))
    return user


async def shut_out(spine: Spine, user: User) -> None:
    """Block somebody."""
    at = spine.clock.now()

    async def body(tx: Tx) -> None:
        await block(tx, await hold(tx, user.id), "Spam", at, ORIGIN)

    await spine.transact(body)


async def listed(spine: Spine, organization: Organization, domain: str) -> OwnedDomain:
    """Let an organization list a domain."""
    within, at = Within(organization.id), spine.clock.now()
    return await spine.transact(lambda tx: add_domain(tx, within, domain, at, ORIGIN))


async def proved(spine: Spine, organization: Organization, domain: str) -> OwnedDomain:
    """Let an organization prove a domain."""
    found = await listed(spine, organization, domain)
    within, at = Within(organization.id), spine.clock.now()
    texts = (found.record_value,)
    return await spine.transact(lambda tx: prove_domain(tx, within, found.id, texts, at, ORIGIN))


async def kinds(spine: Spine) -> list[str]:
    """Return the names of all events so far."""
    return [str(event.kind) for event in await spine.events()]


async def counts(spine: Spine) -> tuple[int | None, int | None]:
    """Return how many rows there are of organizations and of memberships, deleted ones too."""

    async def body(tx: Tx) -> tuple[int | None, int | None]:
        return await tx.one(_ORGANIZATIONS), await tx.one(_MEMBERSHIPS)

    return await spine.read(body)
