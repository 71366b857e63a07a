"""Who calls the management API, and what a caller may do."""

from dataclasses import dataclass

from gatepass.audit.model import Actor, ActorKind
from gatepass.kit.lookups.reach import EVERYWHERE, Everywhere, Reach, Within
from gatepass.kit.lookups.scopes import MANAGEMENT_SCOPES, Scope
from gatepass.kit.problems import Problem
from gatepass.organizations.model import unknown_organization

# What could make its holder more than it is, or somebody else: an administrator is no owner.
DANGEROUS_SCOPES = frozenset(
    {
        Scope.OWNER,
        Scope.USERS_IMPERSONATE,
        Scope.APPLICATIONS_SECRETS,
        Scope.STREAMS_WRITE,
        Scope.API_KEYS_WRITE,
    }
)
"""Scopes that an administrator lacks, and for which an operator must have proven anew who they are."""


def expand(scopes: frozenset[str]) -> frozenset[Scope]:
    """Return everything that scopes allow, those that stand for many opened up; what is none of ours is left out."""
    held = {Scope(scope) for scope in scopes if scope in MANAGEMENT_SCOPES}
    if Scope.OWNER in held:
        return frozenset(Scope)
    if Scope.ADMIN in held:
        held |= frozenset(Scope) - DANGEROUS_SCOPES
    return frozenset(held)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has proven who calls.

    Args:
        actor: who it is, for the record.
        scopes: everything that it may do, opened up; empty for a person, whose roles decide.
        organization_id: the only organization that it sees; empty where it sees all.
        user_id: the person, where it is one.
        application_id: the application by which it came, where there is one.
        session_id: the session of the person, where it is one.
    """

    actor: Actor
    scopes: frozenset[Scope]
    organization_id: str = ""
    user_id: str = ""
    application_id: str = ""
    session_id: str = ""

    @property
    def is_person(self) -> bool:
        """Tell whether it is an end user, who sees their own organizations alone."""
        return self.actor.kind is ActorKind.USER or bool(self.actor.acting_as)

    @property
    def reach(self) -> Reach:
        """Return how far it sees."""
        return Within(self.organization_id) if self.organization_id else EVERYWHERE

    def everywhere(self) -> Everywhere:
        """Return the reach of somebody who sees all.

        Raises:
            Problem: it sees one organization alone (`organization_caller`, 403).
        """
        if self.organization_id or self.is_person:
            sentence = "This key belongs to one organization; use the calls below /organizations/{id} instead."
            raise Problem("organization_caller", 403, sentence)
        return EVERYWHERE

    def within(self, unverified_organization_id: str) -> Within:
        """Return the reach of an organization that it may see; whether there is such a one is the query's to say.

        Raises:
            Problem: it sees another organization alone (`unknown_organization`, 404): what it may not see is not there.
        """
        if self.organization_id and self.organization_id != unverified_organization_id:
            raise unknown_organization()
        return Within(unverified_organization_id)

    def may(self, scope: Scope) -> bool:
        """Tell whether it may do something."""
        return scope in self.scopes
