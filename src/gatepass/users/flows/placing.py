"""How people become users, one or many at once: what they bring is looked up together and written table by table."""

from collections.abc import Sequence
from datetime import datetime

from gatepass.kit.db import ConstraintViolated, SerializationFailure, Tx, take_turns
from gatepass.kit.ids import new_id
from gatepass.kit.problems import Problem
from gatepass.users.model import NewPerson
from gatepass.users.rules import records
from gatepass.users.rules.marks import Free, marks_of
from gatepass.users.rules.problems import invalid_user
from gatepass.users.store import marks
from gatepass.users.store import records as store


async def place_all(tx: Tx, people: Sequence[NewPerson], at: datetime) -> list[str | Problem]:
    """Make people users, each unless something stands against it.

    The database is asked a dozen times, however many they are. Of two who bring the same, the first is made. Nothing
    is recorded: an import of a million is one event, and whoever imports records it.

    Args:
        tx: the transaction.
        people: at most a thousand.
        at: when.

    Returns:
        For each in turn the id that they have here, or why they were not made; then nothing of them was added.

    Raises:
        SerializationFailure: what somebody brings was taken by another transaction meanwhile; this one runs again.
    """
    ids = [new.id or new_id() for new in people]
    faults = [records.new_person_faults(new) for new in people]
    fit = [(user_id, new) for user_id, new, found in zip(ids, people, faults, strict=True) if not found]
    await take_turns(tx, [f"external_id:{new.external_id}" for _, new in fit if new.external_id])
    free = Free(await marks.list_taken(tx, [mark for user_id, new in fit for mark in marks_of(user_id, new)]))
    outcomes: list[str | Problem] = []
    placed: list[tuple[str, NewPerson]] = []
    for user_id, new, found in zip(ids, people, faults, strict=True):
        conflict = None if found else free.claim(user_id, new)
        if found:
            outcomes.append(invalid_user(found))
        elif conflict is not None:
            outcomes.append(conflict.problem())
        else:
            outcomes.append(user_id)
            placed.append((user_id, new))
    try:
        await store.add_all(tx, placed, at)
    except ConstraintViolated as taken:
        raise SerializationFailure(f"somebody else was quicker: {taken}") from taken
    return outcomes
