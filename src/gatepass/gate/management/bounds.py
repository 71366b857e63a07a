"""How often the management API may be called, and what is remembered of those who ask for more than they may."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from gatepass.access.model import Principal
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Outcome
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.protection.flows import Limiter, retry_after
from gatepass.protection.model import Limit, Per, SignInLimits, network_key

_TOLD: Final = Limit("refused_caller_recorded", Per.CALLER, 1, timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class ManagementBounds:
    """Charges callers, and records refusals sparingly.

    Args:
        limiter: counts and refuses.
        limits: how often.
        database: where the record stands.
        clock: the time.
        told: counts what was recorded, apart from the limits that refuse.
    """

    limiter: Limiter
    limits: SignInLimits
    database: Database
    clock: Clock
    told: Limiter = field(default_factory=Limiter)

    def charge_failure(self, network: str) -> None:
        """Charge a network from which something worthless was presented; a good credential is never held up by it.

        Raises:
            Problem: it happens too often (`too_many_requests`, 429).
        """
        self._charge(self.limits.failure_per_network, network_key(network), "management_credential")

    def charge_call(self, principal: Principal, name: str) -> None:
        """Charge whoever calls, wherever from.

        Args:
            principal: who calls.
            name: the endpoint's, for the log.

        Raises:
            Problem: they call too often (`too_many_requests`, 429).
        """
        self._charge(self.limits.management_per_caller, _key_of(principal), name)

    async def record_refusal(self, call: Call[Any, Any], principal: Principal, needed: str) -> None:
        """Record that somebody asked for more than they may: once a minute for each caller and scope.

        Args:
            call: the request.
            principal: who calls.
            needed: the scope or the permission that they lack.
        """
        if self.told.hit(_TOLD, f"{_key_of(principal)} {needed}") > 0:
            return
        call.known_principal = principal
        at, origin = self.clock.now(), call.origin

        async def body(tx: Tx) -> None:
            await record(
                tx,
                EventKind.CALLER_REFUSED,
                at=at,
                origin=origin,
                application_id=principal.application_id or None,
                user_id=principal.user_id or None,
                organization_id=principal.organization_id or None,
                data={"needed": needed},
                outcome=Outcome.REFUSED,
                reason="permission_required" if principal.is_person else "insufficient_scope",
            )

        await self.database.transact(body)

    def _charge(self, limit: Limit, key: str, name: str) -> None:
        seconds = self.limiter.hit(limit, key)
        if seconds > 0:
            wait = retry_after(seconds)
            sentence = f"That was too often; try again in {wait} second{'s' if wait != 1 else ''}."
            raise Problem("too_many_requests", 429, sentence, detail=f"limits of {name}", retry_after=wait)


def _key_of(principal: Principal) -> str:
    # A person acts in many places, and an operator is not the same as the person that they are.
    return f"{principal.actor.kind}:{principal.user_id or principal.actor.id}"
