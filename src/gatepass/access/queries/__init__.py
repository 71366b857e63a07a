"""The verbs of this slice that only read; none of them tells a caller more than its reach allows.

Who holds what is asked with the place first: an organization, or everywhere. What was given everywhere counts in every
organization too, and whatever is switched off grants nothing from that moment on.
"""

from gatepass.access.queries.callers import (
    find_key,
    find_key_holder,
    find_operator,
    list_keys,
    list_operators,
    refuse_mightier,
)
from gatepass.access.queries.definitions import (
    find_owner_role,
    find_permission,
    find_role,
    list_permissions,
    list_roles,
)
from gatepass.access.queries.holdings import (
    check,
    grants,
    list_holders,
    permissions_of,
    refuse_wider_roles,
    roles_of,
    roles_of_many,
    why,
)

__all__ = [
    "check",
    "find_key",
    "find_key_holder",
    "find_operator",
    "find_owner_role",
    "find_permission",
    "find_role",
    "grants",
    "list_holders",
    "list_keys",
    "list_operators",
    "list_permissions",
    "list_roles",
    "permissions_of",
    "refuse_mightier",
    "refuse_wider_roles",
    "roles_of",
    "roles_of_many",
    "why",
]
