"""An organization as the hosted API writes it, and beside that what Gatepass knows of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from gatepass.organizations.model import Organization, OrganizationBranding, OrganizationPolicy


class OrganizationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An organization; the first eight fields are the documented ones, in their documented spelling.

    `sso_connection_token` is shown where the organization is created, and is empty from then on.
    """

    id: str
    name: str
    white_list_domains: list[str] | None = msgspec.field(name="WhiteListDomains")
    allow_profiles_outside_organization: bool
    sso_connection_token: str = ""
    domain: str
    workspace_name: str = msgspec.field(name="WorkspaceName")
    is_active: bool
    display_name: str
    external_id: str | None
    metadata: dict[str, Any]
    private_metadata: dict[str, Any]
    policy: OrganizationPolicy
    branding: OrganizationBranding
    address: str
    website: str
    time_zone: str
    currency: str
    created_at: datetime
    modified_at: datetime


class CreatedOrganization(OrganizationAnswer, frozen=True, kw_only=True):
    """An organization that has just been created, with both documented spellings of its list of domains."""

    white_list_domain: list[str] | None = msgspec.field(name="WhiteListDomain")


def organization_answer(organization: Organization, listed: Sequence[str]) -> OrganizationAnswer:
    """Return an organization as it is read: the token of its connections is never shown again."""
    return OrganizationAnswer(**_values(organization, listed))


def created_answer(organization: Organization, listed: Sequence[str], connection_token: str) -> CreatedOrganization:
    """Return an organization as it is answered once, with the token of its connections."""
    return CreatedOrganization(
        **_values(organization, listed),
        white_list_domain=list(listed) or None,
        sso_connection_token=connection_token,
    )


def _values(organization: Organization, listed: Sequence[str]) -> dict[str, Any]:
    details = organization.details
    return {
        "id": organization.id,
        "name": organization.name,
        "white_list_domains": list(listed) or None,
        "allow_profiles_outside_organization": organization.allows_outsiders,
        "domain": organization.domain,
        "workspace_name": organization.workspace_name,
        "is_active": organization.is_active,
        "display_name": organization.display_name,
        "external_id": organization.external_id,
        "metadata": organization.public_metadata,
        "private_metadata": organization.private_metadata,
        "policy": organization.policy,
        "branding": organization.branding,
        "address": details.address,
        "website": details.website,
        "time_zone": details.time_zone,
        "currency": details.currency,
        "created_at": organization.created_at,
        "modified_at": organization.modified_at,
    }
