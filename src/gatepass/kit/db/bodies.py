"""Driving bodies by hand, so that one which awaits anything but its transaction is refused on every database."""

from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any, Generic, TypeVar

from gatepass.kit.db.faults import SuspensionRefused

T = TypeVar("T")


def drive_in_one_step(body: Coroutine[Any, Any, T]) -> T:
    """Run a body to its end without giving way to anybody.

    Raises:
        SuspensionRefused: the body suspended; it is closed.
    """
    try:
        body.send(None)
    except StopIteration as end:
        outcome: T = end.value
        return outcome
    raise refuse(body)


def refuse(body: Coroutine[Any, Any, Any]) -> SuspensionRefused:
    """Close a body that suspended and return what to raise."""
    # One that awaits again while it is being closed is given up: it holds nothing of the database any more.
    with suppress(RuntimeError):
        body.close()
    return SuspensionRefused()


class Guarded(Generic[T]):
    """Awaiting this runs a body whose every suspension must come from inside its transaction.

    Args:
        body: the coroutine to run.
        may_suspend: whether the transaction itself is waiting for the database at this moment.
    """

    __slots__ = ("_body", "_may_suspend")

    def __init__(self, body: Coroutine[Any, Any, T], may_suspend: Callable[[], bool]) -> None:
        self._body = body
        self._may_suspend = may_suspend

    def __await__(self) -> Generator[Any, Any, T]:
        """Pass the transaction's suspensions through and refuse every other."""
        body = self._body
        step, argument = body.send, None
        try:
            while True:
                waiting_for = step(argument)
                if not self._may_suspend():
                    raise refuse(body)
                try:
                    argument = yield waiting_for
                    step = body.send
                except BaseException as error:  # noqa: BLE001 - whatever comes, a cancellation included, belongs to the body
                    step, argument = body.throw, error
        except StopIteration as end:
            outcome: T = end.value
            return outcome
