"""What every call of this room does: hold the user, judge the caller and the version, change, answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gatepass.access.model import Scope
from gatepass.access.queries import refuse_mightier, roles_of
from gatepass.api.users.shapes.answers import full_answer
from gatepass.gate.management.versions import refuse_stale, versioned
from gatepass.gate.model import Call, Caller, Endpoint, Handler, Reply
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.outbox.flows import Doorbell
from gatepass.users.flows import hold
from gatepass.users.model import Person
from gatepass.users.queries import find_person

TAG: Final = "Users"
MISSING: Final = ("unknown_user",)
CHANGE_ERRORS: Final = ("unknown_user", "stale_version", "operator_protected")

Verb = Callable[[Tx, Person, datetime], Awaitable[Person]]
Answer = Callable[[Person], Any]


@dataclass(frozen=True, slots=True)
class UserDesk:
    """Reads and changes one user for a caller.

    Args:
        database: where users stand.
        clock: the time.
        doorbell: rung where sessions ended, so that applications are told at once.
        allow_test_domains: whether `user@app.test` will do as an address.
    """

    database: Database
    clock: Clock
    doorbell: Doorbell
    allow_test_domains: bool

    async def person(self, call: Call[Any, Any]) -> Person:
        """Return the user whom a reading call names.

        Raises:
            Problem: the caller sees one organization alone (`organization_caller`, 403), or there is no such user
                (`unknown_user`, 404).
        """
        call.principal.everywhere()
        return await self.database.read(lambda tx: get_person(tx, call.path["user_id"]))

    async def change(
        self, call: Call[Any, Any], verb: Verb, *, may_be_deleted: bool = False, answer: Answer | None = None
    ) -> Reply:
        """Do something to the user whom a call names, and answer with the user as they now are.

        Args:
            call: the request.
            verb: what is done, in the transaction that holds the user.
            may_be_deleted: whether a deleted user will do.
            answer: what is answered; the whole record where it is None.

        Raises:
            Problem: the caller sees one organization alone, or may do less than the user as an operator
                (`operator_protected`, 403); the user is not there, or was changed since the caller looked; and
                whatever the verb raises.
        """
        call.principal.everywhere()
        at = self.clock.now()

        async def body(tx: Tx) -> tuple[Person, Any]:
            person = await hold(tx, call.path["user_id"], may_be_deleted=may_be_deleted)
            refuse_stale(call, person.id, person.modified_at)
            await refuse_mightier(tx, call.principal, person.id)
            after = await verb(tx, person, at)
            if answer is not None:
                return after, answer(after)
            return after, full_answer(after, await roles_of(tx, after.id))

        after, written = await self.database.transact(body)
        return versioned(after, written)


async def get_person(tx: Tx, unverified_id: str) -> Person:
    """Return a user who is there.

    Raises:
        Problem: there is none, or a deleted one (`unknown_user`, 404).
    """
    person = await find_person(tx, unverified_id)
    if person is None or person.deleted_at is not None:
        raise missing()
    return person


def missing() -> Problem:
    """Return the problem of a user who is not there."""
    return Problem("unknown_user", 404, "There is no such user; check the id or the address.", number=1035)


def row(
    name: str, method: str, paths: tuple[str, ...], handler: Handler, summary: str, scope: Scope, **declared: Any
) -> Endpoint:
    """Return one row of the endpoint table."""
    return Endpoint(name, method, paths, handler, summary, caller=Caller.MANAGER, scope=scope, tag=TAG, **declared)
