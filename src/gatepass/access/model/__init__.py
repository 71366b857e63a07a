"""The values of this slice: who calls, what roles and permissions are, what API keys and operators are.

They say nothing about where they are kept, and each can be made in a test without a database.
"""

from gatepass.access.model.callers import DANGEROUS_SCOPES, Principal, expand
from gatepass.access.model.keys import ApiKey, NewKey, Operator
from gatepass.access.model.roles import (
    OWNER_ROLE,
    Denial,
    Explanation,
    Grant,
    HeldRole,
    NewPermission,
    NewRole,
    Permission,
    PermissionChange,
    Role,
    RoleChange,
)
from gatepass.kit.lookups.scopes import MANAGEMENT_SCOPES, Scope
from gatepass.organizations.model import unknown_organization

__all__ = [
    "DANGEROUS_SCOPES",
    "MANAGEMENT_SCOPES",
    "OWNER_ROLE",
    "ApiKey",
    "Denial",
    "Explanation",
    "Grant",
    "HeldRole",
    "NewKey",
    "NewPermission",
    "NewRole",
    "Operator",
    "Permission",
    "PermissionChange",
    "Principal",
    "Role",
    "RoleChange",
    "Scope",
    "expand",
    "unknown_organization",
]
