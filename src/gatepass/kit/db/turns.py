"""Taking turns: whoever counts rows and then adds one because of the count must not do so twice at once."""

from gatepass.kit.db.contract import Tx
from gatepass.kit.db.statements import query

# SQLite runs one writing transaction at a time, so there nobody has to wait for a turn.
_TAKE = query(
    int, "SELECT 1", postgres="SELECT count(*) FROM pg_advisory_xact_lock(hashtextextended(:name, 0)) AS turn"
)


async def take_turn(tx: Tx, name: str) -> None:
    """Wait until no other transaction has taken the turn of this name, and hold it until this one ends.

    What is read afterwards is what the one before has committed.

    Args:
        tx: a transaction, no mere read.
        name: what must not be done twice at once, such as `address:` and an address.
    """
    await tx.one(_TAKE, name=name)
