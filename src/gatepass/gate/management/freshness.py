"""Whether whoever calls with a person's token has proven of late who they are; changes of how somebody signs in ask."""

from dataclasses import dataclass
from datetime import timedelta

from gatepass.access.model import Principal
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.kit.problems import Problem
from gatepass.sessions.queries import find_live


@dataclass(frozen=True, slots=True)
class Freshness:
    """Lets people change how they sign in while their proof is fresh (ASVS 5.0 §7.5.1).

    Args:
        database: where sessions stand.
        clock: the time.
        within: for how long after a proof such changes need no new one.
    """

    database: Database
    clock: Clock
    within: timedelta

    async def require(self, principal: Principal) -> None:
        """Let a person pass who has proven of late who they are.

        Raises:
            Problem: they have not (`fresh_sign_in_needed`, 403), or somebody acts in their place
                (`acting_for_another`, 403).
        """
        self.refuse_acting(principal)
        now = self.clock.now()
        session = await self.database.read(lambda tx: find_live(tx, principal.session_id, now))
        if session is None or not session.is_fresh(now, self.within):
            sentence = "Sign in anew first, for example at the authorization endpoint with prompt=login; then repeat."
            raise Problem("fresh_sign_in_needed", 403, sentence, number=1003)

    @staticmethod
    def refuse_acting(principal: Principal) -> None:
        """Let a person pass; whoever acts in their place can't want this for them.

        Raises:
            Problem: somebody acts in the person's place (`acting_for_another`, 403).
        """
        if principal.actor.acting_as:
            sentence = "You act in somebody's place, and this is theirs alone to do. End that first, or ask them."
            raise Problem("acting_for_another", 403, sentence)
