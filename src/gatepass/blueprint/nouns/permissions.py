"""Permissions, by their slugs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from gatepass.access.flows import change_permission, create_permission, remove_permission, take_permission
from gatepass.access.model import NewPermission, Permission, PermissionChange
from gatepass.access.queries import list_permissions
from gatepass.blueprint.model import Change, Difference, Noun, Sheet, Shown, Verb
from gatepass.blueprint.nouns import APPLIED
from gatepass.blueprint.rules import differences, merged, plain
from gatepass.kit.clock import Clock
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import MOST_LIMIT, PageRequest


@dataclass(frozen=True, slots=True)
class _Written:
    name: str
    description: str = ""
    is_active: bool = True
    is_default: bool = False


async def list_every(tx: Tx) -> list[Permission]:
    """Return all permissions."""
    found: list[Permission] = []
    after: tuple[str, ...] = ()
    while True:
        page = await list_permissions(tx, PageRequest(MOST_LIMIT, after))
        found += page.items
        after = page.next_after
        if not after:
            return found


@dataclass(frozen=True, slots=True)
class Permissions:
    """Reads, compares and brings about permissions; good for one transaction, whose ids it remembers."""

    clock: Clock
    noun: Noun = Noun.PERMISSIONS
    _ids: dict[str, str] = field(default_factory=dict)

    async def ids(self, tx: Tx) -> Mapping[str, str]:
        """Return the ids of all permissions by their slugs, those that came about here too."""
        if not self._ids:
            self._ids.update((one.slug, one.id) for one in await list_every(tx))
        return self._ids

    async def present(self, tx: Tx) -> Mapping[str, Sheet]:
        """Return every permission as its sheet."""
        return {
            one.slug: plain(_Written(one.name, one.description, one.is_active, one.is_default))
            for one in await list_every(tx)
        }

    async def kept(self, tx: Tx) -> Collection[str]:
        """Return the slugs of the permissions that every server has."""
        return [permission.slug for permission in await list_every(tx) if permission.is_seeded]

    def judged(self, key: str, sheet: Sheet, present: Sheet | None) -> tuple[Sheet, Sequence[Difference]]:
        """Return the whole sheet of a permission, and what differs.

        Raises:
            Faulty: the sheet can't be.
        """
        whole = plain(merged(_Written(**{"name": key, **(present or {})}), sheet, f"permissions.{key}"))
        return whole, differences(present, whole)

    async def lacks_secret(self, tx: Tx, key: str, sheet: Sheet) -> bool:  # noqa: ARG002 - it has none
        """Return False: no secret stands on its sheets."""
        return False

    async def bring_about(self, tx: Tx, change: Change) -> Sequence[Shown]:
        """Add, change or remove a permission.

        Raises:
            Problem: the slice refuses it.
        """
        at = self.clock.now()
        if change.verb is Verb.ADD:
            await self.ids(tx)
            made = await create_permission(tx, NewPermission(slug=change.key, **change.sheet), at, APPLIED)
            self._ids[change.key] = made.id
            return ()
        permission = await take_permission(tx, (await self.ids(tx))[change.key])
        if change.verb is Verb.REMOVE:
            await remove_permission(tx, permission, at, APPLIED)
        else:
            await change_permission(tx, permission, PermissionChange(**change.sheet), at, APPLIED)
        return ()
