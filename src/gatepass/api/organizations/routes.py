"""The documented organizations (entries 46 to 50 of the hosted API), in both spellings of their paths."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from gatepass.access.model import Scope
from gatepass.api.organizations.bodies import OrganizationBody
from gatepass.api.organizations.desk import OrganizationDesk
from gatepass.api.shapes.organization import (
    CreatedOrganization,
    OrganizationAnswer,
    created_answer,
    organization_answer,
)
from gatepass.api.shapes.outcomes import Deleted
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.gate.management.lists import listed
from gatepass.gate.management.versions import versioned
from gatepass.gate.model import Call, Endpoint, Handler, Reply
from gatepass.kit.dns.names import NotADomain, parse_domain
from gatepass.organizations.model import NewOrganization, OrganizationFilter, SearchField
from gatepass.organizations.queries import sort_key_parts

TAG: Final = "Organizations"
ALL: Final = ("/api/v1/organizations", "/api/v1/organization")
ONE: Final = (
    "/api/v1/organizations/{organization_id}",
    "/api/v1/organization/{organization_id}",
    "/api/account/organization/{organization_id}",
)
FAULTS: Final = (
    *("invalid_organization", "invalid_domain", "name_taken", "external_id_taken", "domain_taken"),
    *("value_not_storable",),
)
_rows: Final = ManagerRows(TAG, Scope.ORGANIZATIONS_READ, Scope.ORGANIZATIONS_WRITE)


class State(StrEnum):
    """Which organizations a list shows."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class OrganizationQuery(ListQuery, frozen=True):
    """Which organizations a list shows; of `external_id`, `domain` and `search` the first that is given decides."""

    search: str = ""
    search_field: SearchField = SearchField.NAME
    state: State | None = None
    domain: str = ""
    external_id: str = ""

    def wanted(self) -> OrganizationFilter:
        """Return the filter that is meant."""
        is_active = None if self.state is None else self.state is State.ACTIVE
        return OrganizationFilter(
            self.search, self.search_field, is_active, _as_listed(self.domain), self.external_id.strip()
        )


class RenewedToken(msgspec.Struct, frozen=True):
    """The token of an organization's connections; it is shown this once."""

    sso_connection_token: str


@dataclass(frozen=True, slots=True)
class OrganizationRoutes:
    """Parses, calls and renders."""

    desk: OrganizationDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        tokens = tuple(f"{path}/sso_connection_token" for path in ONE[:2])
        return [
            row("create_organization", "POST", ALL, self.create,
                "Create an organization; its sso_connection_token is shown this once.", body=OrganizationBody,
                answer=CreatedOrganization, errors=(*FAULTS, "organization_caller"), is_repeatable=True),
            row("organizations", "GET", ALL, self.list_all, "List the organizations, or search them.",
                query=OrganizationQuery, answer=list[OrganizationAnswer], errors=LIST_ERRORS),
            row("organization", "GET", ONE, self.show, "Read an organization.", answer=OrganizationAnswer),
            row("update_organization", "PUT", ONE, self.replace, "Write an organization; metadata is replaced.",
                body=OrganizationBody, answer=OrganizationAnswer, errors=(*FAULTS, "stale_version")),
            row("change_organization", "PATCH", ONE, self.merge, "Merge changes into an organization (RFC 7396).",
                body=OrganizationBody, answer=OrganizationAnswer, errors=(*FAULTS, "stale_version")),
            row("delete_organization", "DELETE", ONE, self.remove,
                "Delete an organization, with its members' roles, its API keys and its domains.", answer=Deleted,
                errors=("stale_version",)),
            row("renew_sso_connection_token", "POST", tokens, self.renew_token,
                "Give an organization's connections another token, shown this once; the one before ends.",
                answer=RenewedToken, is_repeatable=True),
        ]  # fmt: skip

    async def create(self, call: Call[None, OrganizationBody]) -> Reply:
        """Create one and answer with the token of its connections."""
        wanted = call.body.written_over(NewOrganization(""), merges=False)
        created, domains = await self.desk.create(call, wanted)
        answer = created_answer(created.organization, domains, created.connection_token.reveal())
        return versioned(created.organization, answer)

    async def list_all(self, call: Call[OrganizationQuery, None]) -> Reply:
        """Answer with a page of them."""
        wanted = call.query.wanted()
        page = call.query.page(sort_key_parts(call.principal.reach, wanted))
        found = await self.desk.list(call, wanted, page)
        return listed(call, found.map(lambda shown: organization_answer(*shown)), path=ALL[0])

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with one."""
        organization, domains = await self.desk.get(call)
        return versioned(organization, organization_answer(organization, domains))

    async def replace(self, call: Call[None, OrganizationBody]) -> Reply:
        """Write what was sent."""
        return await self._change(call, merges=False)

    async def merge(self, call: Call[None, OrganizationBody]) -> Reply:
        """Merge what was sent."""
        return await self._change(call, merges=True)

    async def _change(self, call: Call[None, OrganizationBody], *, merges: bool) -> Reply:
        organization, domains = await self.desk.change(
            call, lambda present: call.body.written_over(present, merges=merges)
        )
        return versioned(organization, organization_answer(organization, domains))

    async def remove(self, call: Call[None, None]) -> Deleted:
        """Delete one."""
        await self.desk.remove(call)
        return Deleted()

    async def renew_token(self, call: Call[None, None]) -> RenewedToken:
        """Answer with another token."""
        return RenewedToken((await self.desk.renew_token(call)).reveal())


def row(name: str, method: str, paths: tuple[str, ...], handler: Handler, summary: str, **declared: Any) -> Endpoint:
    """Return a row of the endpoint table for managers; where its path names an organization, that may be missing."""
    if "{organization_id}" in paths[0]:
        declared["errors"] = ("unknown_organization", *declared.get("errors", ()))
    return _rows(name, method, paths, handler, summary, **declared)


def _as_listed(unverified_domain: str) -> str:
    """Return a domain as it would be listed; what is none is looked for as it is, and found nowhere."""
    try:
        return parse_domain(unverified_domain)
    except NotADomain:
        return unverified_domain.strip().lower()
