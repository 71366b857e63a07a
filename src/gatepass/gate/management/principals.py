"""Who calls the management API, and may they: a bearer, or an operator by their session."""

from dataclasses import dataclass
from typing import Any

from gatepass.access.model import Principal, Scope
from gatepass.access.queries import grants
from gatepass.gate.management.bearers import Bearers
from gatepass.gate.management.bounds import ManagementBounds
from gatepass.gate.management.credentials import bearer_of, nobody
from gatepass.gate.management.operators import OperatorSessions
from gatepass.gate.model import Call, Endpoint
from gatepass.kit.db import Database
from gatepass.kit.ids import API_KEY_PREFIX
from gatepass.kit.lookups.reach import Within
from gatepass.kit.problems import Problem

_WORTHLESS = frozenset({"invalid_credential", "bound_token"})


@dataclass(frozen=True, slots=True)
class Principals:
    """Finds out who calls and lets pass who may.

    Args:
        database: where roles stand.
        bearers: reads tokens and keys.
        operators: reads the session of an operator.
        bounds: how often somebody may call, or fail to be somebody.
    """

    database: Database
    bearers: Bearers
    operators: OperatorSessions
    bounds: ManagementBounds

    async def manager(self, call: Call[Any, Any], endpoint: Endpoint, scope: Scope) -> Principal:
        """Return who manages, and may do so.

        Args:
            call: the request.
            endpoint: what is called.
            scope: what that needs.

        Raises:
            Problem: nobody proved to call (`credential_required`, `invalid_credential`, `freshness_required`, 401),
                somebody who may not do that (`insufficient_scope`, 403), or who calls too often (429).
        """
        try:
            principal = await self._find_manager(call, endpoint.method, scope)
        except Problem as problem:
            self._charge_worthless(call, problem)
            raise
        self.bounds.charge_call(principal, endpoint.name)
        if not principal.may(scope):
            await self.bounds.record_refusal(call, principal, scope.value)
            raise Problem("insufficient_scope", 403, f"This call needs the scope {scope.value}.", number=1003)
        return principal

    async def member(self, call: Call[Any, Any], endpoint: Endpoint) -> Principal:
        """Return the person who calls, and may do that in the organization that the path names.

        Args:
            call: the request; its path has a part `tenant_id` where it is about an organization.
            endpoint: what is called, and the permission that it needs; without one being a member is enough.

        Raises:
            Problem: nobody proved to call (401), they are no member (`unknown_organization`, 404), their roles do not
                grant it (`permission_required`, 403), or they call too often (429).
        """
        try:
            unverified_token = bearer_of(call)
            if unverified_token is None:
                raise nobody()
            principal = await self.bearers.member(call, unverified_token)
        except Problem as problem:
            self._charge_worthless(call, problem)
            raise
        self.bounds.charge_call(principal, endpoint.name)
        permission, within = endpoint.permission, Within(principal.organization_id)
        if permission and not await self.database.read(lambda tx: grants(tx, within, principal.user_id, permission)):
            await self.bounds.record_refusal(call, principal, permission)
            sentence = f"Your roles in this organization do not allow that; it takes {permission}."
            raise Problem("permission_required", 403, sentence, number=1003)
        return principal

    async def _find_manager(self, call: Call[Any, Any], method: str, scope: Scope) -> Principal:
        unverified = bearer_of(call)
        if unverified is None:
            return await self.operators.principal(call, method, scope)
        if unverified.startswith(API_KEY_PREFIX):
            return await self.bearers.key_holder(unverified, call.network)
        return await self.bearers.application(unverified)

    def _charge_worthless(self, call: Call[Any, Any], problem: Problem) -> None:
        if problem.code in _WORTHLESS:
            self.bounds.charge_failure(call.network)
