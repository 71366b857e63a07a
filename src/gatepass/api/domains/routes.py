"""The endpoints of custom domains."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from gatepass.access.model import Scope
from gatepass.api.shapes.outcomes import Done
from gatepass.api.shapes.pages import LIST_ERRORS, ListQuery
from gatepass.api.shapes.rows import ManagerRows
from gatepass.applications.queries import get_own_application
from gatepass.domains.flows import DomainFlows, unknown_domain
from gatepass.domains.model import CustomDomain, DomainState
from gatepass.domains.queries import find_domain, list_domains
from gatepass.gate.management.lists import listed
from gatepass.gate.model import Call, Endpoint, Reply

_ALL = "/api/v1/domains"
_ONE = _ALL + "/{domain_id}"
_row = ManagerRows("Custom domains", Scope.DOMAINS_READ, Scope.DOMAINS_WRITE)
_CREATE_ERRORS = ("invalid_custom_domain", "unknown_application", "custom_domain_taken", "too_many_custom_domains")


class DomainsQuery(ListQuery, frozen=True):
    """Which domains: of one application, or all."""

    application_id: str = ""


class NewDomain(msgspec.Struct):
    """A host, and the application that is to answer there, by its id or its client id."""

    domain: str
    application_id: str


class DnsRecord(msgspec.Struct, frozen=True):
    """A record that the owner of a domain writes."""

    type: str
    name: str
    value: str


class DomainAnswer(msgspec.Struct, frozen=True):
    """A custom domain, and the records that it needs."""

    id: str
    domain: str
    application_id: str
    state: DomainState
    is_served: bool
    records: list[DnsRecord]
    last_error: str
    created_at: datetime
    modified_at: datetime
    checked_at: datetime | None
    proved_at: datetime | None


@dataclass(frozen=True, slots=True)
class DomainRoutes:
    """Parses, calls and renders."""

    flows: DomainFlows

    def endpoints(self) -> list[Endpoint]:
        """Return this part's rows of the endpoint table."""
        return [*self._reading(), *self._changing()]

    def _reading(self) -> list[Endpoint]:
        return [
            _row(
                "custom_domains",
                "GET",
                _ALL,
                self.list_all,
                "List the custom domains, in the order in which they were named.",
                query=DomainsQuery,
                answer=list[DomainAnswer],
                errors=LIST_ERRORS,
            ),
            _row(
                "custom_domain",
                "GET",
                _ONE,
                self.show,
                "Read a custom domain.",
                answer=DomainAnswer,
                errors=("unknown_custom_domain",),
            ),
        ]

    def _changing(self) -> list[Endpoint]:
        return [
            _row(
                "create_custom_domain",
                "POST",
                _ALL,
                self.create,
                "Name a domain for an application; the answer has the DNS records that its owner writes.",
                body=NewDomain,
                answer=DomainAnswer,
                status=201,
                is_repeatable=True,
                errors=_CREATE_ERRORS,
            ),
            _row(
                "verify_custom_domain",
                "POST",
                f"{_ONE}/verify",
                self.verify,
                "Look at the DNS now, and read where the domain stands.",
                answer=DomainAnswer,
                errors=("unknown_custom_domain",),
            ),
            _row(
                "delete_custom_domain",
                "DELETE",
                _ONE,
                self.remove,
                "Give a domain up; it is served no longer.",
                answer=Done,
                errors=("unknown_custom_domain",),
            ),
        ]

    async def list_all(self, call: Call[DomainsQuery, None]) -> Reply:
        """Answer with a page of domains."""
        reach = call.principal.everywhere()
        wanted = call.query.page()
        page = await self.flows.database.read(
            lambda tx: list_domains(tx, reach, call.query.application_id, wanted),
        )
        return listed(call, page.map(self._answer_of), path=_ALL)

    async def create(self, call: Call[None, NewDomain]) -> DomainAnswer:
        """Name a domain."""
        call.principal.everywhere()
        application = await self.flows.database.read(lambda tx: get_own_application(tx, call.body.application_id))
        return self._answer_of(await self.flows.add(application.id, call.body.domain, call.origin))

    async def show(self, call: Call[None, None]) -> DomainAnswer:
        """Answer with a domain."""
        reach = call.principal.everywhere()
        found = await self.flows.database.read(lambda tx: find_domain(tx, reach, call.path["domain_id"]))
        if found is None:
            raise unknown_domain()
        return self._answer_of(found)

    async def verify(self, call: Call[None, None]) -> DomainAnswer:
        """Look at the DNS now."""
        call.principal.everywhere()
        return self._answer_of(await self.flows.check(call.path["domain_id"], call.origin))

    async def remove(self, call: Call[None, None]) -> Done:
        """Give a domain up."""
        call.principal.everywhere()
        await self.flows.remove(call.path["domain_id"], call.origin)
        return Done()

    def _answer_of(self, domain: CustomDomain) -> DomainAnswer:
        records = [
            DnsRecord("CNAME", domain.domain, self.flows.target),
            DnsRecord("TXT", domain.challenge_name, domain.challenge_value),
        ]
        return DomainAnswer(
            domain.id,
            domain.domain,
            domain.application_id,
            domain.state,
            domain.is_served,
            records,
            domain.last_error,
            domain.created_at,
            domain.modified_at,
            domain.checked_at,
            domain.proved_at,
        )
