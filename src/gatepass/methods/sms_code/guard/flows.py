"""How a message is judged and charged, and how its answer is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.phones.plans import place_of
from gatepass.kit.secrets import KeyRing
from gatepass.methods.sms_code.guard import rules, store
from gatepass.methods.sms_code.guard.model import Budget, Verdict, Window
from gatepass.methods.sms_code.model import Declined, Reason
from gatepass.methods.sms_code.settings import SmsSettings

_log = structlog.get_logger(__name__)
_TURN: Final = "sms:guard"
# How long a refusal that depends on no time is remembered, so that it is recorded once and not each time.
_REMEMBERED: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that somebody wants sent.

    Args:
        number: to whom, in the form of E.164.
        segments: how many messages a network makes of it.
        application_id: for which application.
    """

    number: str
    segments: int
    application_id: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Stands before every message.

    Args:
        settings: what is open, and how much may go.
        keys: hide numbers in the counters.
        costs_nothing: whether messages stay on this machine.
        on_outcome: told `sent`, or the reason of a refusal, for the metrics.
    """

    settings: SmsSettings
    keys: KeyRing
    costs_nothing: bool
    on_outcome: Callable[[str], None]

    async def charge(self, tx: Tx, asked: Asked, at: datetime, origin: Origin) -> Declined | None:
        """Count a message before it is queued, or say why it must not be.

        Nothing is asked of the number itself, so the answer is the same whether or not somebody here has it.
        """
        # One at a time, or a storm of messages would all see the same counts.
        await take_turn(tx, _TURN)
        place = place_of(asked.number)
        budgets = self._budgets(asked, place.country)
        watched = rules.watched(asked.number, place.country)
        standing = f"closed:{place.country}:{place.line}"
        held = await store.list_verdicts(tx, [standing, *watched, *(budget.key for budget in budgets)], at)
        reason = rules.closed(self.settings, place, costs_nothing=self.costs_nothing)
        # What was closed may have been opened by a setting since; what was decided by numbers holds.
        held = [verdict for verdict in held if verdict.key != standing or reason is not None]
        if held:
            return self._refuse(rules.declined(held[0], at))
        verdict = await self._judged(tx, asked, budgets, watched, at)
        if reason is not None:
            verdict = Verdict(standing, reason, at, at + _REMEMBERED)
        if verdict is not None:
            return await self._decide(tx, verdict, asked, at, origin)
        counted = [(budget.key, at - budget.window.length) for budget in budgets]
        counted += [(key, at - Window.DAY.length) for key in watched]
        micros = rules.cost_micros(self.settings, place.country, asked.segments)
        await store.touch_sent(tx, sorted(counted), micros, at)
        tx.after_commit(lambda: self.on_outcome("sent"))
        return None

    async def answered(self, tx: Tx, number: str) -> None:
        """Count that the code of a message was typed, for the number's block and country."""
        await store.touch_verified(tx, sorted(rules.watched(number, place_of(number).country)))

    def _budgets(self, asked: Asked, country: str) -> list[Budget]:
        mac = self.keys.mac("sms_number", asked.number).hex()[:32]
        return rules.budgets(self.settings, mac, asked.number, country, asked.application_id)

    async def _judged(
        self, tx: Tx, asked: Asked, budgets: list[Budget], watched: tuple[str, str], at: datetime
    ) -> Verdict | None:
        counters = await store.list_counters(tx, [*watched, *(budget.key for budget in budgets)])
        micros = rules.cost_micros(self.settings, place_of(asked.number).country, asked.segments)
        for budget in budgets:
            if rules.overdrawn(budget, counters.get(budget.key), micros, at):
                return Verdict(budget.key, budget.reason, at, rules.until(budget, counters, at))
        for key in watched:
            if rules.is_unanswered(self.settings, key, counters.get(key), at):
                # After the pause the place is judged by new messages alone.
                await store.purge_counter(tx, key)
                return Verdict(key, Reason.UNANSWERED, at, at + self.settings.pause)
        return None

    async def _decide(self, tx: Tx, verdict: Verdict, asked: Asked, at: datetime, origin: Origin) -> Declined:
        await store.add_verdict(tx, verdict)
        await record(
            tx,
            EventKind.SMS_REFUSED,
            at=at,
            origin=origin,
            application_id=asked.application_id,
            data={"verdict": verdict.key, "until": verdict.until.isoformat()},
            reason=verdict.reason.value,
        )
        _log.warning("sms.refused", verdict=verdict.key, reason=verdict.reason.value)
        return self._refuse(rules.declined(verdict, at))

    def _refuse(self, declined: Declined) -> Declined:
        self.on_outcome(declined.reason.value)
        return declined
