"""Looking through the record in the database, batch by batch, while events go on coming in."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from gatepass.audit.chain import store
from gatepass.audit.chain.model import Checkpoint, Fault, Link, Tip, Verdict
from gatepass.audit.chain.verifying import Keys, Verification, read_checkpoint
from gatepass.kit.db import Database, Tx

_BATCH: Final = 500
_PURGES: Final = 1000
Progress = Callable[[int, int], object]
"""Is told how far a walk has come: the sequence that was reached, and the last one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the record, as it was read at one moment."""

    links: list[Link]
    checkpoints: list[Checkpoint]


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a look at the record begins.

    Args:
        tip: what stands before the first event looked at.
        checkpoint: what proves it; None where the record begins.
        is_explained: whether what stood before was purged and an event says so, or is still there.
    """

    tip: Tip
    checkpoint: Checkpoint | None = None
    is_explained: bool = True


async def verify(
    database: Database, keys: Keys, *, since: int = 0, most: int = 0, progress: Progress = lambda *_: None
) -> Verdict:
    """Look whether the record holds: every link and every checkpoint's signature.

    Args:
        database: holds the record.
        keys: whose signatures count.
        since: the sequence from whose checkpoint on to look; 0 for all.
        most: how many events to look at from `since` on; 0 for all.
        progress: is told how far the walk has come.
    """
    beginning = await database.read(lambda tx: find_beginning(tx, since))
    verification = Verification(keys, beginning.tip)
    reached = beginning.tip.sequence
    last = (await database.read(store.find_tip)).sequence
    _begin(verification, beginning, keys)
    until = max(since - 1, reached) + most if most else sys.maxsize
    while not verification.is_broken and reached < until:
        limit = min(_BATCH, until - reached)
        part = await database.read(lambda tx: read_part(tx, reached, limit))  # noqa: B023 - awaited within the turn
        # Hashing holds whoever does it, and others want an answer meanwhile.
        await asyncio.to_thread(take_part, verification, part)
        if not part.links:
            break
        reached = part.links[-1].sequence
        progress(reached, max(last, reached))
    return verification.verdict


def _begin(verification: Verification, beginning: Beginning, keys: Keys) -> None:
    first = beginning.tip.sequence + 1
    if beginning.checkpoint is not None and read_checkpoint(beginning.checkpoint, keys) is not None:
        verification.take_checkpoint(beginning.checkpoint)
    elif beginning.checkpoint is not None:
        verification.fail(
            Fault.CHECKPOINT_FORGED, first - 1, f"The checkpoint at event {first - 1} is not signed by us."
        )
    if not beginning.is_explained:
        sentence = f"Event {first - 1} is missing: the record begins behind it, and no event tells of a purge."
        verification.fail(Fault.ROW_MISSING, first - 1, sentence)


def take_part(verification: Verification, part: Part) -> None:
    """Look at a part of the record: each checkpoint as soon as the events that it covers were looked at."""
    checkpoints = iter(part.checkpoints)
    waiting = next(checkpoints, None)
    for link in part.links:
        verification.take(link)
        while waiting is not None and waiting.sequence <= link.sequence:
            verification.take_checkpoint(waiting)
            waiting = next(checkpoints, None)
    while waiting is not None:
        verification.take_checkpoint(waiting)
        waiting = next(checkpoints, None)


async def find_beginning(tx: Tx, since: int) -> Beginning:
    """Return where a look at the record from a sequence on begins: at the checkpoint before it."""
    first = await store.find_first(tx)
    if first is None:
        # Nothing is left but what a checkpoint says.
        last = await store.find_last_checkpoint(tx)
        if last is None or not await _tells_of_purge(tx, last.sequence):
            return Beginning(Tip())
        return Beginning(Tip(last.sequence, last.digest), last)
    if first > 1 and since <= first:
        before = await store.find_checkpoint_before(tx, first - 1)
        if before is None or before.sequence != first - 1:
            return Beginning(Tip(first - 1, b""), None, is_explained=False)
        is_explained = await _tells_of_purge(tx, first - 1)
        return Beginning(Tip(first - 1, before.digest), before, is_explained=is_explained)
    checkpoint = await store.find_checkpoint_before(tx, since - 1) if since > 1 else None
    if checkpoint is None:
        return Beginning(Tip())
    return Beginning(Tip(checkpoint.sequence, checkpoint.digest), checkpoint)


async def read_part(tx: Tx, after: int, limit: int) -> Part:
    """Return the next events behind a sequence and the checkpoints that belong to them.

    At the end of the record, those that claim more events than there are belong to it, too.
    """
    links = await store.list_links(tx, after, limit)
    checkpoints = await store.list_checkpoints(tx, after + 1, limit + 1)
    if len(links) == limit:
        return Part(links, [one for one in checkpoints if one.sequence <= links[-1].sequence])
    if checkpoints and (not links or checkpoints[-1].sequence > links[-1].sequence):
        # Events may have been sealed and vouched for since the first statement: what was vouched for is there now.
        until = checkpoints[-1].sequence
        links = [link for link in await store.list_links(tx, after, limit) if link.sequence <= until]
    return Part(links, checkpoints)


async def _tells_of_purge(tx: Tx, through: int) -> bool:
    for text in await store.list_purges(tx, _PURGES):
        try:
            data = msgspec.json.decode(text, type=dict[str, str])
        except msgspec.MsgspecError:
            continue
        if data.get("through") == str(through):
            return True
    return False
