"""Making many users at once: each row stands for itself, and the answer says what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from gatepass.access.model import Scope
from gatepass.api.users.desk import UserDesk, row
from gatepass.api.users.listing import PATH
from gatepass.api.users.shapes.bodies import BatchBody, UserBody
from gatepass.audit.model import Origin
from gatepass.gate.model import Call, Endpoint
from gatepass.gate.reading import ill_formed, malformed
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.users.flows import admit
from gatepass.users.model import NewPerson

_MOST: Final = 1_000
_MOST_BYTES: Final = 8 * 1024 * 1024
_AT_ONCE: Final = 50  # a transaction this long keeps nobody else waiting for long
_GOOD: Final = 200


class BatchRow(msgspec.Struct, frozen=True):
    """What became of one row: the status that the call for one would have had, and the user's id or the error."""

    index: int
    status: int
    id: str | None
    error_code: str | None
    message: str | None


class BatchAnswer(msgspec.Struct, frozen=True):
    """What became of every row, in their order."""

    created: int
    failed: int
    results: list[BatchRow]


@dataclass(frozen=True, slots=True)
class UserBatches:
    """Parses, calls and renders."""

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        return [
            row("create_users", "POST", (f"{PATH}/batch",), self.create,
                "Make up to a thousand users; a row that can't be kept stops no other.", Scope.USERS_WRITE,
                body=BatchBody, answer=BatchAnswer, is_repeatable=True, most_body_bytes=_MOST_BYTES),
        ]  # fmt: skip

    async def create(self, call: Call[None, BatchBody]) -> BatchAnswer:
        """Make users and answer with what became of each."""
        call.principal.everywhere()
        if not 1 <= len(call.body.users) <= _MOST:
            raise malformed(f"Send 1 to {_MOST} users in one batch.")
        read = [self._read(sent) for sent in call.body.users]
        at = self.desk.clock.now()
        results: list[BatchRow] = []
        for first in range(0, len(read), _AT_ONCE):
            results += await self._admit(read[first : first + _AT_ONCE], first, at, call.origin)
        created = sum(result.id is not None for result in results)
        return BatchAnswer(created, len(results) - created, results)

    def _read(self, sent: dict[str, Any]) -> NewPerson | Problem:
        try:
            return msgspec.convert(sent, UserBody).asked(allow_test_domains=self.desk.allow_test_domains)
        except msgspec.ValidationError as error:
            return ill_formed(sent, UserBody, "The row", error)
        except Problem as problem:
            return problem

    async def _admit(
        self, read: Sequence[NewPerson | Problem], first: int, at: datetime, origin: Origin
    ) -> list[BatchRow]:
        async def body(tx: Tx) -> list[BatchRow]:
            results = []
            for index, new in enumerate(read, first):
                outcome = new if isinstance(new, Problem) else await admit(tx, new, at, origin)
                if isinstance(outcome, Problem):
                    results.append(BatchRow(index, outcome.status, None, outcome.code, outcome.title))
                else:
                    results.append(BatchRow(index, _GOOD, outcome.id, None, None))
            return results

        try:
            return await self.desk.database.transact(body)
        except Problem as problem:
            # What was written before stays; the caller learns which rows were not, and may send those again.
            return [
                BatchRow(first + place, problem.status, None, problem.code, problem.title) for place in range(len(read))
            ]
