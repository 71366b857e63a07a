"""How a code is made, kept and spent."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatepass.kit.db import Tx
from gatepass.kit.secrets import KeyRing, SealBroken
from gatepass.methods.one_time_code import rules, store
from gatepass.methods.one_time_code.model import Issued


@dataclass(frozen=True, slots=True)
class Codes:
    """Issues and checks the code of an attempt; a method that sends a mail may put one into it."""

    key_ring: KeyRing

    def is_code(self, unverified_code: str, digits: int) -> bool:
        """Tell whether a text could be a code at all; what can't be one is not counted as a guess."""
        return rules.is_code(rules.normalize(unverified_code), digits)

    async def issue(self, tx: Tx, attempt_id: str, digits: int, expires_at: datetime, at: datetime) -> str:
        """Give an attempt a new code and return it, for the message that carries it."""
        code = rules.new_code(digits)
        await store.add(tx, attempt_id, self._mac(attempt_id, code), None, expires_at, at)
        return code

    async def issue_again(self, tx: Tx, attempt_id: str, digits: int, lifetime: timedelta, at: datetime) -> Issued:
        """Give an attempt the code that it had, for some more time, or a new one that can be repeated.

        The code is random and sealed, not derived from the attempt by a key: whoever stole the key alone could compute
        the codes of every sign-in to come, and what is sealed takes the key and the row.

        Args:
            tx: the transaction of the mail.
            attempt_id: which attempt.
            digits: how long a code is now; one of another length is replaced.
            lifetime: for how long a new code is good.
            at: when.
        """
        kept = await self._keep(tx, attempt_id, digits, lifetime, at)
        if kept is not None:
            return kept
        code, expires_at = rules.new_code(digits), at + lifetime
        sealed = self.key_ring.seal(code.encode(), context=_context(attempt_id))
        await store.add(tx, attempt_id, self._mac(attempt_id, code), sealed, expires_at, at)
        return Issued(code, expires_at)

    async def consume(self, tx: Tx, attempt_id: str, unverified_code: str, at: datetime) -> bool:
        """Spend the code of an attempt; False where what was typed is not it. Charge the guess first."""
        return await store.consume(tx, attempt_id, self._mac(attempt_id, rules.normalize(unverified_code)), at)

    async def _keep(self, tx: Tx, attempt_id: str, digits: int, lifetime: timedelta, at: datetime) -> Issued | None:
        stored = await store.find(tx, attempt_id)
        if stored is None or stored.sealed is None:
            return None
        until = rules.kept_until(stored.created_at, lifetime, at)
        try:
            code = self.key_ring.open(stored.sealed, context=_context(attempt_id)).decode()
        except SealBroken:
            # The master key was replaced: nobody could check the old code either.
            return None
        is_ours = len(code) == digits and hmac.compare_digest(self._mac(attempt_id, code), stored.code_mac)
        if until is None or not is_ours or not await store.touch(tx, attempt_id, stored.code_mac, until, at):
            return None
        return Issued(code, until)

    def _mac(self, attempt_id: str, code: str) -> bytes:
        return self.key_ring.mac("one_time_code", attempt_id, code)


def _context(attempt_id: str) -> str:
    return f"one_time_codes.sealed:{attempt_id}"
