"""Organizations, by their names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gatepass.blueprint.model import Change, Difference, Noun, Sheet, Shown, Verb
from gatepass.blueprint.nouns import APPLIED
from gatepass.blueprint.rules import differences, merged, plain
from gatepass.kit.clock import Clock
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import MOST_LIMIT, PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.login.flows import remove_organization
from gatepass.organizations.flows import as_new, create, open_for_change
from gatepass.organizations.flows import change as change_organization
from gatepass.organizations.model import NewOrganization, Organization, OrganizationFilter
from gatepass.organizations.queries import list_organizations, listed_domains

_FIXED = ("name",)


@dataclass(frozen=True, slots=True)
class Organizations:
    """Reads, compares and brings about organizations; good for one transaction, whose ids it remembers."""

    clock: Clock
    noun: Noun = Noun.ORGANIZATIONS
    _ids: dict[str, str] = field(default_factory=dict)

    async def present(self, tx: Tx) -> Mapping[str, Sheet]:
        """Return every organization as its sheet."""
        everybody = await _all(tx)
        self._ids.update((one.name, one.id) for one in everybody)
        domains = await listed_domains(tx, everybody)
        return {one.name: _sheet(as_new(one, tuple(sorted(domains.get(one.id, ()))))) for one in everybody}

    async def kept(self, tx: Tx) -> Collection[str]:  # noqa: ARG002 - of this noun no server has any by itself
        """Return nothing."""
        return ()

    def judged(self, key: str, sheet: Sheet, present: Sheet | None) -> tuple[Sheet, Sequence[Difference]]:
        """Return the whole sheet of an organization, and what differs.

        Raises:
            Faulty: the sheet can't be.
        """
        where = f"organizations.{key}"
        current = merged(NewOrganization(key), present or {}, where)
        whole = _sheet(merged(current, sheet, where, fixed=_FIXED))
        whole = {**whole, "domains": sorted({str(domain).lower() for domain in whole["domains"]})}
        return whole, differences(present, whole)

    async def lacks_secret(self, tx: Tx, key: str, sheet: Sheet) -> bool:  # noqa: ARG002 - it has none
        """Return False: no secret stands on its sheets."""
        return False

    async def bring_about(self, tx: Tx, change: Change) -> Sequence[Shown]:
        """Add, change or remove an organization; the token of a new one's connections is shown this once.

        Raises:
            Problem: the slice refuses it.
        """
        at = self.clock.now()
        wanted = merged(NewOrganization(change.key), change.sheet, f"organizations.{change.key}", fixed=_FIXED)
        if change.verb is Verb.ADD:
            created = await create(tx, wanted, at, APPLIED)
            return (Shown(self.noun, change.key, created.connection_token.reveal()),)
        if change.verb is Verb.REMOVE:
            await remove_organization(tx, EVERYWHERE, self._ids[change.key], at, APPLIED)
            return ()
        organization = await open_for_change(tx, EVERYWHERE, self._ids[change.key])
        await change_organization(tx, organization, wanted, at, APPLIED)
        return ()


def _sheet(wanted: NewOrganization) -> dict[str, Any]:
    whole: dict[str, Any] = plain(wanted)
    del whole["name"]
    return whole


async def _all(tx: Tx) -> list[Organization]:
    found: list[Organization] = []
    after: tuple[str, ...] = ()
    while True:
        page = await list_organizations(tx, EVERYWHERE, OrganizationFilter(), PageRequest(MOST_LIMIT, after))
        found += page.items
        after = page.next_after
        if not after:
            return found
