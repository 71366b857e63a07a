"""The verbs that change organizations, their members and their domains."""

from gatepass.organizations.flows.accounts import (
    as_new,
    change,
    create,
    forget_organization,
    open_for_change,
    remove,
    renew_connection_token,
)
from gatepass.organizations.flows.domains import (
    add_domain,
    get_domain,
    list_exactly,
    prove_domain,
    recheck_domain,
    remove_domain,
)
from gatepass.organizations.flows.members import (
    add_member,
    add_members,
    forget_user,
    join_by_domain,
    remove_member,
    resume_member,
    suspend_member,
    unknown_member,
)
from gatepass.organizations.flows.newcomers import Newcomer, add_newcomers

__all__ = [
    "Newcomer",
    "add_domain",
    "add_member",
    "add_members",
    "add_newcomers",
    "as_new",
    "change",
    "create",
    "forget_organization",
    "forget_user",
    "get_domain",
    "join_by_domain",
    "list_exactly",
    "open_for_change",
    "prove_domain",
    "recheck_domain",
    "remove",
    "remove_domain",
    "remove_member",
    "renew_connection_token",
    "resume_member",
    "suspend_member",
    "unknown_member",
]
