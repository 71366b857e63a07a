"""The verbs of this slice that change things: what roles are, who holds them, API keys, operators.

Each joins the transaction of whoever calls it, records what happened in it, and raises where it may not be. Whether the
caller may do it at all was judged by the gate; whether they give away more than they have is judged here.
"""

from gatepass.access.flows.assignments import (
    add_roles,
    assign,
    forget_organization,
    forget_user,
    leave,
    no_role,
    refuse_last_owner,
    take_owners_turn,
)
from gatepass.access.flows.definitions import (
    change_permission,
    change_role,
    create_permission,
    create_role,
    remove_permission,
    remove_role,
    take_permission,
    take_role,
)
from gatepass.access.flows.keys import CreatedKey, KeyUses, create_key, revoke_key
from gatepass.access.flows.operators import add_operator, remove_operator
from gatepass.access.flows.seeding import seed

__all__ = [
    "CreatedKey",
    "KeyUses",
    "add_operator",
    "add_roles",
    "assign",
    "change_permission",
    "change_role",
    "create_key",
    "create_permission",
    "create_role",
    "forget_organization",
    "forget_user",
    "leave",
    "no_role",
    "refuse_last_owner",
    "remove_operator",
    "remove_permission",
    "remove_role",
    "revoke_key",
    "seed",
    "take_owners_turn",
    "take_permission",
    "take_role",
]
