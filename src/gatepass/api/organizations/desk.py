"""What all faces do with an organization: one transaction each, and who may see it is judged first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gatepass.gate.management.versions import refuse_stale
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import Within
from gatepass.kit.secrets import Secret
from gatepass.login.flows import remove_organization
from gatepass.organizations import flows
from gatepass.organizations.model import Created, NewOrganization, Organization, OrganizationFilter
from gatepass.organizations.queries import get_organization, list_organizations, listed_domains

Shown = tuple[Organization, list[str]]
"""An organization, and the domains that it lists."""


def named_organization(call: Call[Any, Any]) -> Within:
    """Return the reach of the organization that a call's path names.

    Raises:
        Problem: its caller may not see it (`unknown_organization`, 404).
    """
    return call.principal.within(call.path.get("organization_id") or call.path["tenant_id"])


@dataclass(frozen=True, slots=True)
class OrganizationDesk:
    """Serves every face.

    Args:
        database: where organizations stand.
        clock: the time.
    """

    database: Database
    clock: Clock

    async def create(self, call: Call[Any, Any], wanted: NewOrganization) -> tuple[Created, list[str]]:
        """Create an organization; for whoever sees all of them."""
        call.principal.everywhere()
        at, origin = self.clock.now(), call.origin

        async def body(tx: Tx) -> tuple[Created, list[str]]:
            created = await flows.create(tx, wanted, at, origin)
            return created, await _domains(tx, created.organization)

        return await self.database.transact(body)

    async def get(self, call: Call[Any, Any]) -> Shown:
        """Return the organization that the path names."""
        within = named_organization(call)

        async def body(tx: Tx) -> Shown:
            found = await get_organization(tx, within, within.organization_id)
            return found, await _domains(tx, found)

        return await self.database.read(body)

    async def list(self, call: Call[Any, Any], wanted: OrganizationFilter, page: PageRequest) -> Page[Shown]:
        """Return a page of the organizations that the caller sees."""
        reach = call.principal.reach

        async def body(tx: Tx) -> Page[Shown]:
            found = await list_organizations(tx, reach, wanted, page)
            listed = await listed_domains(tx, found.items)
            return found.map(lambda one: (one, listed[one.id]))

        return await self.database.read(body)

    async def change(self, call: Call[Any, Any], change: Callable[[NewOrganization], NewOrganization]) -> Shown:
        """Write the organization that the path names anew; `change` gets what it is and returns what is wanted."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin

        async def body(tx: Tx) -> Shown:
            present = await flows.open_for_change(tx, within, within.organization_id)
            refuse_stale(call, present.id, present.modified_at)
            wanted = change(flows.as_new(present, tuple(await _domains(tx, present))))
            changed = await flows.change(tx, present, wanted, at, origin)
            return changed, await _domains(tx, changed)

        return await self.database.transact(body)

    async def remove(self, call: Call[Any, Any]) -> None:
        """Delete the organization that the path names, the roles that were held in it and its API keys."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin

        async def body(tx: Tx) -> None:
            present = await flows.open_for_change(tx, within, within.organization_id)
            refuse_stale(call, present.id, present.modified_at)
            await remove_organization(tx, within, present.id, at, origin)

        await self.database.transact(body)

    async def renew_token(self, call: Call[Any, Any]) -> Secret:
        """Give the connections of the organization that the path names another token."""
        within, at, origin = named_organization(call), self.clock.now(), call.origin
        return await self.database.transact(lambda tx: flows.renew_connection_token(tx, within, at, origin))


async def _domains(tx: Tx, organization: Organization) -> list[str]:
    return (await listed_domains(tx, [organization]))[organization.id]
