"""The roles and permissions that every server has from its first start."""

from datetime import datetime
from typing import Final

from gatepass.access.model import OWNER_ROLE, Permission, Role
from gatepass.access.store import definitions
from gatepass.kit.db import Tx
from gatepass.kit.db.turns import take_turn
from gatepass.kit.ids import new_id

_PERMISSIONS: Final = (
    ("team_view", "Team View", "See who belongs to the organization, and their roles."),
    ("team_manage", "Team Manage", "Invite and remove members, and give them roles."),
    ("manage_sso_connection", "Manage SSO Connection", "Set up how members sign in through their own directory."),
)
_ALL: Final = tuple(slug for slug, _, _ in _PERMISSIONS)
_ROLES: Final = (
    (OWNER_ROLE, "Owner", "Owns the organization; at least one member does.", _ALL),
    ("admin", "Admin", "Looks after the organization's members and connections.", _ALL),
    ("developer", "Developer", "Sees the organization's members.", ("team_view",)),
)


async def seed(tx: Tx, at: datetime) -> None:
    """Make the roles and permissions that every server has, where they are not there yet; safe to repeat.

    What an operator made of them since stays as it is. Nothing is recorded: nobody did it.
    """
    await take_turn(tx, "access:seed")
    # Ids of one millisecond have no order of their own, and lists show these in this one.
    fresh = iter(sorted(new_id() for _ in (*_PERMISSIONS, *_ROLES)))
    ids = {words[0]: await _permission(tx, next(fresh), words, at) for words in _PERMISSIONS}
    for slug, name, description, granted in _ROLES:
        role = Role(
            next(fresh), "", slug, name, description, is_active=True, is_seeded=True, created_at=at, modified_at=at
        )
        if await definitions.find_role_by_slug(tx, "", slug) is None and await definitions.add_role(tx, role):
            await definitions.add_links(tx, role.id, [ids[one] for one in granted], at)


async def _permission(tx: Tx, permission_id: str, words: tuple[str, str, str], at: datetime) -> str:
    """Return the id of a seeded permission, made with the one that is given where it is missing."""
    slug, name, description = words
    known = await definitions.find_permission_by_slug(tx, slug)
    if known is not None:
        return known.id
    made = Permission(
        permission_id,
        slug,
        name,
        description,
        is_active=True,
        is_default=False,
        is_seeded=True,
        created_at=at,
        modified_at=at,
    )
    await definitions.add_permission(tx, made)
    return made.id
