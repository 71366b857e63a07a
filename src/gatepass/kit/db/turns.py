"""Taking turns: whoever counts rows and then adds one because of the count must not do so twice at once."""

from collections.abc import Iterable

from gatepass.kit.db.contract import Tx
from gatepass.kit.db.statements import query

# SQLite runs one writing transaction at a time, so there nobody has to wait for a turn.
_TAKE = query(
    int, "SELECT 1", postgres="SELECT count(*) FROM pg_advisory_xact_lock(hashtextextended(:name, 0)) AS turn"
)
_TAKE_ALL = query(
    int,
    "SELECT 1",
    postgres="SELECT count(*) FROM jsonb_array_elements_text(:names::jsonb) AS wanted (name), "
    "LATERAL pg_advisory_xact_lock(hashtextextended(wanted.name, 0)) AS turn",
)


async def take_turn(tx: Tx, name: str) -> None:
    """Wait until no other transaction has taken the turn of this name, and hold it until this one ends.

    What is read afterwards is what the one before has committed.

    Args:
        tx: a transaction, no mere read.
        name: what must not be done twice at once, such as `address:` and an address.
    """
    await tx.one(_TAKE, name=name)


async def take_turns(tx: Tx, names: Iterable[str]) -> None:
    """Wait for the turns of many names at once, in one order for everybody, and hold them until this one ends.

    Args:
        tx: a transaction, no mere read.
        names: a thousand at most; the server keeps a place in its memory for each.
    """
    wanted = sorted(set(names))
    if wanted:
        await tx.one(_TAKE_ALL, names=wanted)
