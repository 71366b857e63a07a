"""Taking people out of the record, while the record holds."""

from datetime import datetime, timedelta
from typing import Final

from gatepass.audit import store
from gatepass.audit.chain.sealing import TURN
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.ids import first_id_of

_AT_ONCE: Final = 5000


async def anonymize(tx: Tx, user_id: str) -> None:
    """Remove a person from every event: as the one whom it concerns, as its caller, and from their sign-in attempts.

    What remains says that something happened, when, to which application and with which outcome. The digests stay, so
    that the chain still verifies. What others did to that person remains theirs, with their own name.

    Args:
        tx: the transaction of the purge.
        user_id: who is forgotten.
    """
    # Nobody may seal what is being taken out in this moment.
    await take_turn(tx, TURN)
    await store.touch_attempts_of(tx, user_id)
    await store.touch_callers_of(tx, user_id)
    await store.touch_subjects_of(tx, user_id)


class AddressForgetting:
    """Walks through the events in the order of their ids and removes addresses that belong to no user.

    Somebody who asked to sign in and never did has no account that could be deleted, so time deletes them. The walk
    waits at its end for what grows old enough. Where it stood is forgotten with the process, and the next one begins
    anew.

    Args:
        database: where the record stands.
        days: for how many days such an address is kept; 0 for as long as its event.
    """

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._days = days
        self._after_id = ""

    async def __call__(self, now: datetime) -> int:
        """Look at the next events that are old enough, five thousand at most, and forget the addresses in them.

        Returns:
            How many were looked at where more may follow; at the end of the walk, how many were changed.
        """
        before_id = first_id_of(now - timedelta(days=self._days))
        if not self._days or before_id <= self._after_id:
            return 0

        async def body(tx: Tx) -> tuple[str, int]:
            await take_turn(tx, TURN)
            last_id = await store.find_nth_after(tx, self._after_id, before_id, _AT_ONCE)
            changed = await store.touch_addresses(tx, self._after_id, last_id or before_id)
            return (last_id, _AT_ONCE) if last_id else (before_id, changed)

        # Only what was committed has been walked past.
        self._after_id, count = await self._database.transact(body)
        return count
