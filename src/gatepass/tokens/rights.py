"""What tokens say of a person's organization and of what they may do there, read at the moment of each grant.

Nothing is read where nothing is said: no organization was signed in to, and no template of the application asks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from gatepass.access.queries import permissions_of, roles_of
from gatepass.applications.model import Application, MfaMode
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.organizations.model import Organization, OrganizationPolicy
from gatepass.organizations.queries import find_active_membership, find_organization
from gatepass.sessions.model import Session
from gatepass.sessions.queries import find_unrevoked
from gatepass.tokens.model import PresentedToken, RefreshRefusal, Refused
from gatepass.users.model import User
from gatepass.users.queries import find_user

_ASKED: Final = ("roles", "permissions")


@dataclass(frozen=True, slots=True)
class Rights:
    """What is known of a person's place at one moment.

    Args:
        organization: what templates may say of the organization; empty where there is none.
        roles: the slugs of the person's roles, there and everywhere.
        permissions: the slugs of what these grant.
        policy: how the organization's members sign in, and for how long.
    """

    organization: dict[str, Any]
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    policy: OrganizationPolicy = field(default_factory=OrganizationPolicy)


NO_RIGHTS: Final = Rights({})


async def find_rights(tx: Tx, user_id: str, organization_id: str, application: Application) -> Rights | None:
    """Return what tokens for an application may say of a person's place.

    Args:
        tx: the transaction of the grant.
        user_id: whose tokens they are.
        organization_id: the organization to which the person signed in; empty where to none.
        application: for whom they are; its templates say whether roles are wanted.

    Returns:
        The facts; None where the person is no active member of that organization, or it is switched off.
    """
    rights = NO_RIGHTS
    if organization_id:
        organization = await find_organization(tx, EVERYWHERE, organization_id)
        if organization is None or await find_active_membership(tx, Within(organization_id), user_id) is None:
            return None
        rights = Rights(_facts(organization), policy=organization.policy)
    if not wants_roles(application):
        return rights
    held = await roles_of(tx, user_id, organization_id)
    roles = sorted({one.role.slug for one in held if one.role.is_active})
    permissions = await permissions_of(tx, organization_id, user_id)
    return replace(rights, roles=tuple(roles), permissions=tuple(sorted(permissions)))


def wants_roles(application: Application) -> bool:
    """Tell whether a claim template of an application has a place for roles or permissions."""
    templates = [claims for claims in (application.oauth.access_claims, application.oauth.id_claims) if claims]
    if not templates:
        return False
    return any(word in text for text in _texts(templates) if "{{" in text for word in _ASKED)


def _facts(organization: Organization) -> dict[str, Any]:
    """Return what templates may say of an organization; what it keeps to itself is not among it."""
    return {
        "id": organization.id,
        "name": organization.name,
        "display_name": organization.display_name or organization.name,
        "domain": organization.domain,
        "public_metadata": organization.public_metadata,
    }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)


async def find_person(
    tx: Tx, token: PresentedToken, application: Application, at: datetime
) -> tuple[Session, User, Rights] | Refused:
    """Return whose a refresh token is, as they are now; what they lost since is refused.

    So is what their organization lets last no longer since they proved who they are.
    """
    # What a revoked session or a deactivated user still carries is dead, without a statement of its own.
    session = await find_unrevoked(tx, token.session_id)
    user = await find_user(tx, token.user_id)
    if session is None or user is None or not user.is_active:
        return Refused(RefreshRefusal.REVOKED)
    rights = await find_rights(tx, user.id, token.terms.organization_id, application)
    if rights is None:
        return Refused(RefreshRefusal.NO_MEMBER)
    longest = rights.policy.session_seconds
    if longest and token.terms.auth_time + longest <= at.timestamp():
        return Refused(RefreshRefusal.EXPIRED)
    if "mfa" not in token.terms.amr and _always_asks(application, rights.policy):
        # From before the policy; a sign-in now asks for the second factor.
        return Refused(RefreshRefusal.REVOKED)
    return session, user, rights


def _always_asks(application: Application, policy: OrganizationPolicy) -> bool:
    """Tell whether nobody is let pass without a second factor: no remembered browser, nobody within a grace."""
    mfa = application.methods.mfa
    is_strict = mfa.mode is MfaMode.REQUIRED and not mfa.remember_days and not mfa.grace_days
    return policy.requires_mfa or is_strict
