"""Wrong codes, counted in rows: by all processes together, across restarts, and before a code is looked at."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.protection.model import network_key
from gatepass.provider.devices import store
from gatepass.provider.devices.model import EntryRefusal, Refused
from gatepass.provider.devices.rules import MOST_WRONG_PER_NETWORK, MOST_WRONG_PER_PERSON, WINDOW


@dataclass(frozen=True, slots=True)
class Guess:
    """One code that a person types: counted at once, and taken back where it was right.

    A person's sessions count together, so that signing in anew gives nobody more tries.
    """

    user_id: str
    network: str

    @property
    def _limits(self) -> tuple[tuple[str, int], ...]:
        person = (f"user:{self.user_id}", MOST_WRONG_PER_PERSON)
        return person, (f"network:{network_key(self.network)}", MOST_WRONG_PER_NETWORK)

    async def charge(self, tx: Tx, at: datetime) -> int | Refused:
        """Count the guess; how many more may be wrong, or the refusal where there were too many already."""
        left = MOST_WRONG_PER_PERSON
        for counted, most in self._limits:
            guesses = await store.touch_guesses(tx, counted, at, at + WINDOW)
            if guesses > most:
                return Refused(EntryRefusal.TOO_MANY, 0, await store.find_window_end(tx, counted))
            left = min(left, most - guesses)
        return left

    async def take_back(self, tx: Tx) -> None:
        """Forget the guess, because it was right."""
        for counted, _ in self._limits:
            await store.revoke_guess(tx, counted)
