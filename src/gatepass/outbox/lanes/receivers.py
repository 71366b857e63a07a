"""Who posts go to: how many at once, and who is left alone for a while."""

import asyncio
from typing import Final

from gatepass.outbox.lanes.breaker import Breaker

AT_ONCE: Final = 2
"""How many messages one receiver is sent side by side."""
_MOST_REMEMBERED: Final = 1000


class Receiver:
    """One receiver, as long as there is something to remember of it.

    Args:
        name: its origin.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.held = 0
        self.breaker = Breaker()
        self.gate = asyncio.Semaphore(AT_ONCE)

    @property
    def is_busy(self) -> bool:
        """Whether no more of its messages should be claimed."""
        return self.held >= AT_ONCE or bool(self.breaker.remaining())


class Receivers:
    """All receivers that are being sent something, or were found gone."""

    def __init__(self) -> None:
        self._known: dict[str, Receiver] = {}
        self.held = 0

    def enter(self, name: str) -> Receiver:
        """Note that a message for a receiver is in hand."""
        if len(self._known) >= _MOST_REMEMBERED:
            self._known = {known: kept for known, kept in self._known.items() if kept.held or kept.is_busy}
        receiver = self._known.setdefault(name, Receiver(name))
        receiver.held += 1
        self.held += 1
        return receiver

    def leave(self, receiver: Receiver) -> None:
        """Note that it is not any more; who has nothing in hand and is in good health is forgotten."""
        receiver.held -= 1
        self.held -= 1
        if not receiver.held and not receiver.breaker.is_doubtful:
            self._known.pop(receiver.name, None)

    def busy(self) -> list[str]:
        """Name those whose messages should stay where they are."""
        return [name for name, receiver in self._known.items() if receiver.is_busy]
