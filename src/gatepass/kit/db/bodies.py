"""Driving bodies by hand, so that one which awaits anything but its transaction is refused on every database."""

import types
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from typing import Any, TypeVar

from gatepass.kit.db.faults import SuspensionRefused

T = TypeVar("T")


class Bodies:
    """Runs the bodies of one database and knows whether one is at work at this moment."""

    __slots__ = ("_is_inside",)

    def __init__(self) -> None:
        self._is_inside = False

    def refuse_inner(self) -> None:
        """Refuse to open a body inside a body.

        Raises:
            SuspensionRefused: one is at work.
        """
        if self._is_inside:
            raise SuspensionRefused("A body was opened inside a body: hand the tx on instead")

    def run_in_one_step(self, body: Coroutine[Any, Any, T]) -> T:
        """Run a body to its end without giving way to anybody.

        Raises:
            SuspensionRefused: the body suspended; it is closed.
        """
        self._is_inside = True
        try:
            body.send(None)
        except StopIteration as end:
            outcome: T = end.value
            return outcome
        finally:
            self._is_inside = False
        raise _refuse(body)

    @types.coroutine
    def run(self, body: Coroutine[Any, Any, T], may_suspend: Callable[[], bool]) -> Generator[Any, Any, T]:
        """Run a body whose every suspension must come from inside its transaction.

        Args:
            body: the coroutine to run.
            may_suspend: whether the transaction itself is waiting for the database at this moment.

        Raises:
            SuspensionRefused: the body awaited something else; it is closed.
        """
        step: Callable[[Any], Any] = body.send
        argument: Any = None
        try:
            while True:
                self._is_inside = True
                try:
                    waiting_for = step(argument)
                finally:
                    self._is_inside = False
                if not may_suspend():
                    raise _refuse(body)
                try:
                    argument = yield waiting_for
                    step = body.send
                except BaseException as error:  # noqa: BLE001 - whatever comes, a cancellation too, is for the body
                    step, argument = body.throw, error
        except StopIteration as end:
            outcome: T = end.value
            return outcome


def _refuse(body: Coroutine[Any, Any, Any]) -> SuspensionRefused:
    """Close a body that suspended and return what to raise."""
    # One that awaits again while it is being closed is given up: it holds nothing of the database any more.
    with suppress(RuntimeError):
        body.close()
    return SuspensionRefused()
