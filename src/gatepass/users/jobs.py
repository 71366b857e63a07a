"""What the slice of users does from time to time."""

from datetime import datetime
from typing import Final

from gatepass.kit.db import Tx
from gatepass.users.rules.metadata import found_by
from gatepass.users.store import belongings
from gatepass.users.store.search import list_unfindable, touch_findable

_AT_ONCE: Final = 200


async def make_findable(tx: Tx, now: datetime) -> int:  # noqa: ARG001 - every job is told the time
    """Let people be found by name and metadata who were there before searches were, some at once.

    Where nobody is left, an empty index says so.
    """
    people = await list_unfindable(tx, _AT_ONCE)
    for one in people:
        await touch_findable(tx, one)
        await belongings.touch_values(tx, one.id, found_by(one.public_metadata, one.private_metadata))
    return len(people)
