"""The domains of an organization: listed, proven by DNS, removed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from gatepass.api.organizations.desk import named_organization
from gatepass.api.organizations.routes import row
from gatepass.api.shapes.outcomes import Done
from gatepass.gate.model import Call, Endpoint
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.dns.resolver import LookupFailed, Resolver
from gatepass.kit.problems import Problem
from gatepass.organizations import flows
from gatepass.organizations.model import OwnedDomain
from gatepass.organizations.queries import get_organization, list_domains

_BELOW: Final = ("/api/v1/organizations/{organization_id}", "/api/v1/organization/{organization_id}")
_ALL: Final = tuple(f"{path}/domains" for path in _BELOW)
_ONE: Final = tuple(f"{path}/domains/{{domain_id}}" for path in _BELOW)
_PROOF: Final = tuple(f"{path}/proof" for path in _ONE)
_CREATED: Final = 201


class DomainAnswer(msgspec.Struct, frozen=True):
    """A listed domain, and the TXT record by which it is proven."""

    id: str
    domain: str
    is_proven: bool
    proved_at: datetime | None
    checked_at: datetime | None
    failures: int
    record_type: str
    record_name: str
    record_value: str
    created_at: datetime


class DomainBody(msgspec.Struct, frozen=True):
    """A domain to be listed."""

    domain: str


@dataclass(frozen=True, slots=True)
class OrganizationDomainRoutes:
    """Parses, calls and renders.

    Args:
        database: where domains stand.
        clock: the time.
        resolver: asks the DNS.
    """

    database: Database
    clock: Clock
    resolver: Resolver

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        return [
            row("organization_domains", "GET", _ALL, self.list_all, "List an organization's domains.",
                answer=list[DomainAnswer]),
            row("add_organization_domain", "POST", _ALL, self.add,
                "List a domain for an organization, and get the record that proves it.", body=DomainBody,
                answer=DomainAnswer, status=_CREATED, is_repeatable=True,
                errors=("invalid_domain", "domain_listed", "domain_taken", "too_many_domains")),
            row("organization_domain", "GET", _ONE, self.show, "Read a domain of an organization.",
                answer=DomainAnswer, errors=("unknown_domain_id",)),
            row("prove_organization_domain", "POST", _PROOF, self.prove,
                "Look for a domain's proof in the DNS now; it is looked for again every week.", answer=DomainAnswer,
                errors=("unknown_domain_id", "domain_not_proven", "domain_taken", "free_mail_domain", "lookup_failed")),
            row("remove_organization_domain", "DELETE", _ONE, self.remove, "Take a domain from an organization.",
                answer=Done, errors=("unknown_domain_id",)),
        ]  # fmt: skip

    async def list_all(self, call: Call[None, None]) -> list[DomainAnswer]:
        """Answer with all of them, of which there are at most a hundred."""
        within = named_organization(call)

        async def body(tx: Tx) -> list[OwnedDomain]:
            await get_organization(tx, within, within.organization_id)
            return await list_domains(tx, within)

        return [_answer(one) for one in await self.database.read(body)]

    async def add(self, call: Call[None, DomainBody]) -> DomainAnswer:
        """List one."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin
        named = call.body.domain
        return _answer(await self.database.transact(lambda tx: flows.add_domain(tx, within, named, at, origin)))

    async def show(self, call: Call[None, None]) -> DomainAnswer:
        """Answer with one."""
        return _answer(await self._get(call))

    async def prove(self, call: Call[None, None]) -> DomainAnswer:
        """Ask the DNS, and judge what it says."""
        within, origin = named_organization(call), call.origin
        domain = await self._get(call)
        try:
            texts = await self.resolver.txt(domain.record_name)
        except LookupFailed as failure:
            sentence = "No name server answered for that domain; try again in a minute."
            raise Problem("lookup_failed", 503, sentence, detail=str(failure), retry_after=60) from failure
        at = self.clock.now()
        return _answer(
            await self.database.transact(lambda tx: flows.prove_domain(tx, within, domain.id, texts, at, origin))
        )

    async def remove(self, call: Call[None, None]) -> Done:
        """Take one away."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin
        domain_id = call.path["domain_id"]
        await self.database.transact(lambda tx: flows.remove_domain(tx, within, domain_id, at, origin))
        return Done()

    async def _get(self, call: Call[None, None]) -> OwnedDomain:
        within, domain_id = named_organization(call), call.path["domain_id"]

        async def body(tx: Tx) -> OwnedDomain:
            await get_organization(tx, within, within.organization_id)
            return await flows.get_domain(tx, within, domain_id)

        return await self.database.read(body)


def _answer(domain: OwnedDomain) -> DomainAnswer:
    return DomainAnswer(
        domain.id,
        domain.domain,
        domain.proved_at is not None,
        domain.proved_at,
        domain.checked_at,
        domain.failures,
        "TXT",
        domain.record_name,
        domain.record_value,
        domain.created_at,
    )
