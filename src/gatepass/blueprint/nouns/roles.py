"""Roles that can be given everywhere, by their slugs; they name the permissions that they grant by theirs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from gatepass.access.flows import change_role, create_role, remove_role, take_role
from gatepass.access.model import NewRole, Role, RoleChange
from gatepass.access.queries import list_roles
from gatepass.blueprint.model import Change, Difference, Noun, Sheet, Shown, Verb
from gatepass.blueprint.nouns import APPLIED
from gatepass.blueprint.nouns.permissions import Permissions
from gatepass.blueprint.rules import differences, merged, plain
from gatepass.kit.clock import Clock
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import MOST_LIMIT, PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE
from gatepass.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class _Written:
    name: str
    description: str = ""
    is_active: bool = True
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roles:
    """Reads, compares and brings about roles; good for one transaction, whose ids it remembers.

    Args:
        clock: the time.
        permissions: knows the ids of what they grant.
    """

    clock: Clock
    permissions: Permissions
    noun: Noun = Noun.ROLES
    _ids: dict[str, str] = field(default_factory=dict)

    async def present(self, tx: Tx) -> Mapping[str, Sheet]:
        """Return every role as its sheet."""
        slugs = {permission_id: slug for slug, permission_id in (await self.permissions.ids(tx)).items()}
        sheets: dict[str, Sheet] = {}
        for role in await _everybody_s(tx):
            self._ids[role.slug] = role.id
            granted = sorted(slugs[one] for one in role.permission_ids if one in slugs)
            sheets[role.slug] = plain(_Written(role.name, role.description, role.is_active, tuple(granted)))
        return sheets

    async def kept(self, tx: Tx) -> Collection[str]:
        """Return the slugs of the roles that every server has."""
        return [role.slug for role in await _everybody_s(tx) if role.is_seeded]

    def judged(self, key: str, sheet: Sheet, present: Sheet | None) -> tuple[Sheet, Sequence[Difference]]:
        """Return the whole sheet of a role, and what differs.

        Raises:
            Faulty: the sheet can't be.
        """
        current = _Written(**{"name": key, **(present or {})})
        whole = plain(merged(current, sheet, f"roles.{key}"))
        whole["permissions"] = sorted(set(whole["permissions"]))
        return whole, differences(present, whole)

    async def lacks_secret(self, tx: Tx, key: str, sheet: Sheet) -> bool:  # noqa: ARG002 - it has none
        """Return False: no secret stands on its sheets."""
        return False

    async def bring_about(self, tx: Tx, change: Change) -> Sequence[Shown]:
        """Add, change or remove a role.

        Raises:
            Problem: the slice refuses it, or the role grants what is not there (`invalid_permission_id`).
        """
        at = self.clock.now()
        if change.verb is Verb.ADD:
            values = {name: value for name, value in change.sheet.items() if name != "permissions"}
            granted = await self._granted(tx, change)
            await create_role(tx, EVERYWHERE, NewRole(slug=change.key, permission_ids=granted, **values), at, APPLIED)
            return ()
        role = await take_role(tx, EVERYWHERE, self._ids[change.key])
        if change.verb is Verb.REMOVE:
            await remove_role(tx, role, at, APPLIED)
            return ()
        values = {name: value for name, value in change.sheet.items() if name != "permissions"}
        granted = await self._granted(tx, change)
        await change_role(tx, role, RoleChange(permission_ids=granted, **values), at, APPLIED)
        return ()

    async def _granted(self, tx: Tx, change: Change) -> tuple[str, ...]:
        known = await self.permissions.ids(tx)
        slugs = change.sheet["permissions"]
        missing = [slug for slug in slugs if slug not in known]
        if missing:
            named = f"there is no permission {', '.join(missing)}; name it below permissions too."
            raise Problem("invalid_permission_id", 400, f"roles.{change.key}: {named}", number=1004)
        return tuple(known[slug] for slug in slugs)


async def _everybody_s(tx: Tx) -> list[Role]:
    found: list[Role] = []
    after: tuple[str, ...] = ()
    while True:
        page = await list_roles(tx, EVERYWHERE, PageRequest(MOST_LIMIT, after))
        found += page.items
        after = page.next_after
        if not after:
            return found
