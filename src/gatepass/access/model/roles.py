"""What roles and permissions are, and why somebody has one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gatepass.audit.model import Actor

OWNER_ROLE: Final = "owner"
"""The slug of the role that every organization keeps at least one holder of, once it has one."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that roles may allow, known to applications by its slug.

    Args:
        is_active: whether it is granted at present; one that is switched off is granted to nobody.
        is_default: whether roles that are created without a word about permissions get it.
        is_seeded: whether every server has it, so that it can't be deleted and keeps its slug.
    """

    id: str
    slug: str
    name: str
    description: str
    is_active: bool
    is_default: bool
    is_seeded: bool
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Role:
    """A set of permissions under a name.

    Args:
        organization_id: the only organization in which it can be given; empty where it can be given everywhere.
        is_active: whether it grants anything at present.
        is_seeded: whether every server has it, so that it can't be deleted and keeps its slug.
        permission_ids: what it grants, in the order of their ids.
    """

    id: str
    organization_id: str
    slug: str
    name: str
    description: str
    is_active: bool
    is_seeded: bool
    created_at: datetime
    modified_at: datetime
    permission_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role that is asked for; what is None is left to the house.

    Args:
        slug: what applications know it by; made from the name where it is empty.
        permission_ids: what it grants; None means the permissions that are given by default.
    """

    name: str
    slug: str = ""
    description: str = ""
    is_active: bool = True
    permission_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What becomes of a role; what is None stays."""

    name: str | None = None
    slug: str | None = None
    description: str | None = None
    is_active: bool | None = None
    permission_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewPermission:
    """A permission that is asked for; its slug is made from the name where it is empty."""

    name: str
    slug: str = ""
    description: str = ""
    is_active: bool = True
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class PermissionChange:
    """What becomes of a permission; what is None stays."""

    name: str | None = None
    slug: str | None = None
    description: str | None = None
    is_active: bool | None = None
    is_default: bool | None = None


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that somebody holds.

    Args:
        role: the role, switched off or not.
        permissions: what it grants at present, nothing where it is switched off.
        assigned_at: since when they hold it.
        organization_id: where it was given: the organization, or empty for everywhere.
    """

    role: Role
    permissions: tuple[Permission, ...]
    assigned_at: datetime
    organization_id: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One reason for which somebody has a permission.

    Args:
        role_id: the role that grants it.
        role_slug: its slug.
        role_name: its name.
        organization_id: where the role was given: the organization, or empty for everywhere.
        since: since when: the later of when the role was given and when the permission was added to it.
        granted_by: who gave the role.
    """

    role_id: str
    role_slug: str
    role_name: str
    organization_id: str
    since: datetime
    granted_by: Actor


class Denial(StrEnum):
    """Why somebody lacks a permission: the first of these that holds."""

    UNKNOWN_PERMISSION = "unknown_permission"
    PERMISSION_OFF = "permission_off"
    USER_INACTIVE = "user_inactive"
    NO_MEMBER = "no_member"
    NO_ROLE = "no_role"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why somebody has a permission, or why they lack it.

    Args:
        grants: every reason for it, the oldest first; empty where they lack it.
        denial: why they lack it; None where they have it.
    """

    grants: tuple[Grant, ...] = ()
    denial: Denial | None = None
