"""Marks: what one user has and no other may have, such as an address; two who bring the same one can't both be made."""

from collections.abc import Iterator
from dataclasses import dataclass

from gatepass.users.model import NewPerson
from gatepass.users.rules.problems import Conflict


@dataclass(frozen=True, slots=True)
class Mark:
    """One of them; `issuer` is the connection whose subject it is, and empty for all others."""

    kind: Conflict
    value: str
    issuer: str = ""


def marks_of(user_id: str, new: NewPerson) -> Iterator[Mark]:
    """Yield what somebody who is to become a user brings that nobody else may have."""
    yield Mark(Conflict.ID, user_id)
    if new.external_id:
        yield Mark(Conflict.EXTERNAL_ID, new.external_id)
    for address in new.addresses:
        yield Mark(Conflict.ADDRESS, address.email.key)
    for phone in new.phones:
        yield Mark(Conflict.PHONE, phone.number)
    for identity in new.identities:
        yield Mark(Conflict.IDENTITY, identity.subject, identity.connection_id)


class Free:
    """Deals marks out in the order of asking: whoever asks first has them.

    Args:
        taken: those that users have already.
    """

    def __init__(self, taken: set[Mark]) -> None:
        self._taken = taken

    def claim(self, user_id: str, new: NewPerson) -> Conflict | None:
        """Give somebody all the marks that they bring, or none; then the first that is taken is named."""
        own: set[Mark] = set()
        for mark in marks_of(user_id, new):
            if mark in self._taken or mark in own:
                return mark.kind
            own.add(mark)
        self._taken |= own
        return None
