"""The sealer: it gives every event its place and signs how far the record went."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import structlog

from gatepass.audit.chain import store
from gatepass.audit.chain.digests import SALT_BYTES, prove
from gatepass.audit.chain.model import Checkpoint, Link, Sign, Tip
from gatepass.kit.client.places import Place
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.signals import Signals

_log = structlog.get_logger("gatepass.audit")
TURN: Final = "audit.sealer"
"""The turn of whoever seals, forgets or purges: one at a time changes what is sealed."""
SEALED: Final = "audit.sealed"
"""The topic under which new sealed events are announced in this process."""
EVENTS_BETWEEN_CHECKPOINTS: Final = 1000
_TIME_BETWEEN_CHECKPOINTS: Final = timedelta(minutes=5)
# On SQLite a batch holds the loop while it is sealed: about five milliseconds for so many.
_BATCH: Final = {"sqlite": 100, "postgresql": 500}
_REMEMBERED: Final = 4096

Locate = Callable[[str], Place | None]
"""Names the place of an address; None where it is unknown."""


class Sealer:
    """Seals events in batches; several may run, and take turns.

    A sequence is handed out after the commit of what it numbers, by one sealer at a time, so that whoever has read up
    to a sequence has missed nothing below it. The order is nearly that of time: an event whose transaction took longer
    than its neighbour's stands behind it. What is sealed never moves.

    Args:
        database: holds the record.
        clock: the time.
        sign: signs checkpoints.
        locate: names the place of an address.
        signals: where new sealed events are announced, under `SEALED`.
    """

    def __init__(self, database: Database, clock: Clock, sign: Sign, locate: Locate, signals: Signals) -> None:
        self._database = database
        self._clock = clock
        self._sign = sign
        self._locate = lru_cache(maxsize=_REMEMBERED)(locate)
        self._signals = signals
        self._batch = _BATCH[database.dialect]
        self._tip = Tip()

    @property
    def batch(self) -> int:
        """Return how many events are sealed at once."""
        return self._batch

    async def seal(self) -> int:
        """Seal the next events that are committed, announce them, and return how many there were."""
        if not await self._database.read(store.find_unsealed):
            return 0
        sealed = await self._database.transact(self._seal)
        if sealed:
            self._signals.announce(SEALED)
        return sealed

    async def _seal(self, tx: Tx) -> int:
        await take_turn(tx, TURN)
        tip = await self._find_tip(tx)
        links = [await self._placed(tx, link) for link in await store.list_unsealed(tx, self._batch)]
        if not links:
            return 0
        salts = secrets.token_bytes(2 * SALT_BYTES * len(links))
        digest, proofs = tip.digest, bytearray()
        for number, link in enumerate(links):
            start = 2 * SALT_BYTES * number
            salt = salts[start : start + SALT_BYTES], salts[start + SALT_BYTES : start + 2 * SALT_BYTES]
            numbered = replace(link, sequence=tip.sequence + number + 1)
            proof = prove(digest, numbered, *salt)
            digest = proof.digest
            proofs += b"".join((proof.digest, proof.subject_digest, proof.caller_digest, *salt))
        await store.touch_sealed(tx, tip.sequence, [link.id for link in links], bytes(proofs))
        reached = Tip(tip.sequence + len(links), digest)
        tx.after_commit(lambda: self._remember(reached))
        return len(links)

    async def _placed(self, tx: Tx, link: Link) -> Link:
        """Return an event with its place; looked up here and not by who records, who has no time for it."""
        place = self._locate(link.network) if link.network and not link.country else None
        if place is None:
            return link
        country, city = place.country or "", place.city or ""
        await store.touch_place(tx, link.id, country, city)
        return replace(link, country=country, city=city)

    async def _find_tip(self, tx: Tx) -> Tip:
        """Return where the chain goes on: never below a checkpoint nor below what this process has sealed.

        A record that somebody cut short is not mended: the gap stays, and a look at the chain finds it.
        """
        tip = await store.find_tip(tx)
        checkpoint = await store.find_last_checkpoint(tx)
        if checkpoint is not None and checkpoint.sequence > tip.sequence:
            tip = Tip(checkpoint.sequence, checkpoint.digest)
        if tip.sequence < self._tip.sequence:
            _log.error("audit.record_shortened", expected=self._tip.sequence, found=tip.sequence)
            return self._tip
        return tip

    def _remember(self, tip: Tip) -> None:
        self._tip = tip

    async def checkpoint(self, *, is_due: bool = False) -> Checkpoint | None:
        """Sign how far the record went, where a thousand events are new, or some are and five minutes have passed.

        Args:
            is_due: signs as soon as a single event is new.

        Returns:
            The new checkpoint; None where none was due.
        """
        tip = await self._database.read(store.find_tip)
        last = await self._database.read(store.find_last_checkpoint)
        now = self._clock.now()
        if not (_is_new(tip, last) and (is_due or _is_due(tip, last, now))):
            return None
        claims: dict[str, Any] = {
            "sequence": tip.sequence,
            "digest": tip.digest.hex(),
            # So that nobody takes one out between two others.
            "previous": last.sequence if last else 0,
            "iat": int(now.timestamp()),
        }
        made = Checkpoint(tip.sequence, tip.digest, await self._sign(claims), now)

        async def body(tx: Tx) -> Checkpoint | None:
            await take_turn(tx, TURN)
            if await store.find_last_checkpoint(tx) != last:
                return None  # another sealer was faster
            await store.add_checkpoint(tx, made)
            return made

        return await self._database.transact(body)


def _is_new(tip: Tip, last: Checkpoint | None) -> bool:
    return tip.sequence > (last.sequence if last else 0)


def _is_due(tip: Tip, last: Checkpoint | None, now: datetime) -> bool:
    if last is None:
        return True
    is_much = tip.sequence - last.sequence >= EVENTS_BETWEEN_CHECKPOINTS
    return is_much or now - last.created_at >= _TIME_BETWEEN_CHECKPOINTS
