"""What roles and permissions look like on the wire."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.access.model import (
    Explanation,
    NewPermission,
    NewRole,
    Permission,
    PermissionChange,
    Role,
    RoleChange,
)
from gatepass.api.access.actor_shapes import ActorAnswer, actor_answer
from gatepass.gate.reading import malformed

_Ids = list[str] | UnsetType | None


class RoleAnswer(msgspec.Struct, frozen=True):
    """A role, as it is documented; the later spelling of its permissions stands beside."""

    id: str
    name: str
    slug: str
    description: str
    permission_id: list[str] | None
    is_deleted: bool
    is_active: bool
    permission_ids: list[str] | None
    organization_id: str | None
    created_at: datetime
    modified_at: datetime


class PermissionAnswer(msgspec.Struct, frozen=True):
    """A permission, as it is documented."""

    id: str
    name: str
    slug: str
    description: str
    is_deleted: bool
    is_active: bool
    is_default: bool
    created_at: datetime
    modified_at: datetime


class RoleBody(msgspec.Struct):
    """A role to be made; `permission_id` and `permission_ids` mean the same."""

    name: str
    slug: str = ""
    description: str = ""
    is_active: bool = True
    permission_id: _Ids = UNSET
    permission_ids: _Ids = UNSET

    def asked(self) -> NewRole:
        """Return the role that is asked for."""
        return NewRole(
            self.name,
            self.slug,
            self.description,
            self.is_active,
            _permission_ids(self.permission_id, self.permission_ids),
        )


class RoleChangeBody(msgspec.Struct):
    """What becomes of a role; what is left out stays."""

    name: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    permission_id: _Ids = UNSET
    permission_ids: _Ids = UNSET

    def asked(self) -> RoleChange:
        """Return the change that is asked for."""
        return RoleChange(
            _given(self.name),
            _given(self.slug),
            _given(self.description),
            _given(self.is_active),
            _permission_ids(self.permission_id, self.permission_ids),
        )


class AddedPermissions(msgspec.Struct):
    """Permissions that a role shall grant besides."""

    id: str
    permission_ids: _Ids = UNSET
    permission_id: _Ids = UNSET

    def added(self) -> tuple[str, ...]:
        """Return the ids that are to be added."""
        return _permission_ids(self.permission_id, self.permission_ids) or ()


class PermissionBody(msgspec.Struct):
    """A permission to be made."""

    name: str
    slug: str = ""
    description: str = ""
    is_active: bool = True
    is_default: bool = False

    def asked(self) -> NewPermission:
        """Return the permission that is asked for."""
        return NewPermission(self.name, self.slug, self.description, self.is_active, self.is_default)


class PermissionChangeBody(msgspec.Struct):
    """What becomes of a permission; what is left out stays."""

    name: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET

    def asked(self) -> PermissionChange:
        """Return the change that is asked for."""
        return PermissionChange(
            _given(self.name),
            _given(self.slug),
            _given(self.description),
            _given(self.is_active),
            _given(self.is_default),
        )


class RolesAnswer(msgspec.Struct, frozen=True):
    """A page of roles, as the calls of end users answer lists."""

    limit: int
    next_cursor: str
    roles: list[RoleAnswer]


class CheckAnswer(msgspec.Struct, frozen=True):
    """Whether a user has a permission."""

    user_id: str
    permission: str
    organization_id: str | None
    is_allowed: bool


class GrantAnswer(msgspec.Struct, frozen=True):
    """One reason for which a user has a permission; `organization_id` is null where the role holds everywhere."""

    role_id: str
    role_slug: str
    role_name: str
    organization_id: str | None
    since: datetime
    granted_by: ActorAnswer


class WhyAnswer(msgspec.Struct, frozen=True):
    """Why a user has a permission, or, in `reason`, why they lack it."""

    user_id: str
    permission: str
    organization_id: str | None
    is_allowed: bool
    reason: str | None
    grants: list[GrantAnswer]


def role_answer(role: Role) -> RoleAnswer:
    """Return a role as it is documented."""
    granted = list(role.permission_ids) or None
    return RoleAnswer(
        role.id,
        role.name,
        role.slug,
        role.description,
        granted,
        is_deleted=False,
        is_active=role.is_active,
        permission_ids=granted,
        organization_id=role.organization_id or None,
        created_at=role.created_at,
        modified_at=role.modified_at,
    )


def permission_answer(permission: Permission) -> PermissionAnswer:
    """Return a permission as it is documented."""
    return PermissionAnswer(
        permission.id,
        permission.name,
        permission.slug,
        permission.description,
        is_deleted=False,
        is_active=permission.is_active,
        is_default=permission.is_default,
        created_at=permission.created_at,
        modified_at=permission.modified_at,
    )


def why_answer(user_id: str, permission: str, organization_id: str, found: Explanation) -> WhyAnswer:
    """Return an explanation for whoever asks why."""
    grants = [
        GrantAnswer(
            grant.role_id,
            grant.role_slug,
            grant.role_name,
            grant.organization_id or None,
            grant.since,
            actor_answer(grant.granted_by),
        )
        for grant in found.grants
    ]
    denial = None if found.denial is None else found.denial.value
    return WhyAnswer(user_id, permission, organization_id or None, denial is None, denial, grants)


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def _permission_ids(documented: _Ids, later: _Ids) -> tuple[str, ...] | None:
    """Return the ids of either spelling; null is what an empty set looks like, and None that neither was sent.

    Raises:
        Problem: both were sent and differ (`malformed_request`).
    """
    sent = [tuple(ids or ()) for ids in (documented, later) if ids is not UNSET]
    if len(sent) == 2 and set(sent[0]) != set(sent[1]):  # noqa: PLR2004 - both spellings
        raise malformed("permission_id and permission_ids mean the same; send one of them, or the same ids in both.")
    return sent[0] if sent else None
