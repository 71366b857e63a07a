"""Organizations, their members, and what an application learns when one of them signs in."""

from typing import Any

from gatepass.access import flows as access
from gatepass.access.queries import list_roles
from gatepass.applications.model import Application
from gatepass.kit.db import Tx, command
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.organizations.flows import add_member, create
from gatepass.organizations.model import MemberSource, NewOrganization, Organization, OrganizationPolicy
from gatepass.provider.authorization.model import Answer, AuthorizationRequest, Redeemed
from gatepass.tokens.model import Grant, Refreshed
from provider.authorization.people import BrowserOf, redeem, request
from support.spine import ORIGIN, Spine

ANNA = "anna@acme.test"
_PROVE = command("UPDATE organization_domains SET proved_at = :at WHERE organization_id = :id")


async def an_organization(spine: Spine, *members: str, domains: tuple[str, ...] = (), **policy: Any) -> Organization:
    """Return an organization whose members are these users."""
    at = spine.clock.now()
    wanted = NewOrganization("Acme", allows_outsiders=True, domains=domains, policy=OrganizationPolicy(**policy))

    async def body(tx: Tx) -> Organization:
        created = await create(tx, wanted, at, ORIGIN)
        for user_id in members:
            await add_member(tx, Within(created.organization.id), user_id, MemberSource.ADDED, at, ORIGIN)
        return created.organization

    return await spine.transact(body)


async def prove_domains(spine: Spine, organization: Organization) -> None:
    """Let an organization have proven the domains that it lists."""
    at = spine.clock.now()
    await spine.transact(lambda tx: tx.run(_PROVE, at=at, id=organization.id))


async def give_role(spine: Spine, user_id: str, organization_id: str, *slugs: str) -> None:
    """Set what a member may do there, by the slugs of seeded roles."""
    at = spine.clock.now()

    async def body(tx: Tx) -> None:
        await access.seed(tx, at)
        roles = {role.slug: role.id for role in (await list_roles(tx, EVERYWHERE, PageRequest())).items}
        await access.assign(tx, Within(organization_id), user_id, [roles[slug] for slug in slugs], at, ORIGIN)

    await spine.transact(body)


def to(organization_id: str, **fields: Any) -> AuthorizationRequest:
    """Return a request to sign in to an organization."""
    return request(scope=("openid", "email"), organization=organization_id, **fields)


async def error_of(browser: BrowserOf, asked: AuthorizationRequest) -> tuple[str, str]:
    """Return the error that answers a request at once, and its sentence."""
    answer = await browser.begin(asked)
    assert isinstance(answer, Answer), answer
    return answer.parameters["error"], answer.parameters["error_description"]


async def granted(
    spine: Spine, browser: BrowserOf, asked: AuthorizationRequest, application: Application | None = None
) -> Grant:
    """Buy tokens of a browser's session."""
    application = application or spine.application
    redeemed = await redeem(spine, await browser.code(asked, application), application=application)
    assert isinstance(redeemed, Redeemed), redeemed
    tokens, at = spine.house.tokens, spine.clock.now()
    signer = await tokens.signer_for(application)
    terms = redeemed.code.terms
    return await spine.transact(
        lambda tx: tokens.grant(tx, redeemed.session, redeemed.user, application, signer, at, terms=terms)
    )


async def refresh(spine: Spine, grant: Grant, application: Application | None = None) -> Grant | str:
    """Return what a refresh grants, or why it is refused."""
    application = application or spine.application
    tokens, at = spine.house.tokens, spine.clock.now()
    signer = await tokens.signer_for(application)
    outcome = await spine.transact(lambda tx: tokens.rotate(tx, grant.refresh_token, application, signer, at, ORIGIN))
    return outcome.grant if isinstance(outcome, Refreshed) else outcome.reason.value
