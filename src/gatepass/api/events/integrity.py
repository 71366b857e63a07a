"""The endpoint that looks whether the record was tampered with."""

from dataclasses import dataclass
from typing import Final

import msgspec

from gatepass.access.model import Scope
from gatepass.audit.queries import Verdict, last_sequence, source_of, verify
from gatepass.gate.model import Call, Caller, Endpoint
from gatepass.gate.reading import malformed
from gatepass.kit.db import Database
from gatepass.tokens.queries import list_signing_keys

_MOST: Final = 10_000
_TAG: Final = "Events"


class VerifyBody(msgspec.Struct, frozen=True):
    """From where on to look, and at how many events; the look begins at the signed checkpoint before it."""

    since: int = 0
    limit: int = _MOST


class BreakAnswer(msgspec.Struct, frozen=True):
    """The first place where the record does not hold."""

    fault: str
    sequence: int
    sentence: str


class VerdictAnswer(msgspec.Struct, frozen=True):
    """What a look at the record found; `next` goes on behind it, null at the end of the record or at a break."""

    holds: bool
    first: int
    last: int
    events: int
    checkpoints: int
    covered: int
    anonymized: int
    broken: BreakAnswer | None
    next: int | None


@dataclass(frozen=True, slots=True)
class IntegrityRoutes:
    """Parses, calls and renders."""

    database: Database
    issuer: str

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            Endpoint(
                "verify_events", "POST", ("/api/v1/events/verify",), self.verify,
                "Look whether events were changed, removed or put in: at most 10,000 a call.", caller=Caller.MANAGER,
                scope=Scope.EVENTS_READ, body=VerifyBody, answer=VerdictAnswer, tag=_TAG,
                errors=("organization_caller", "malformed_request"),
            )
        ]  # fmt: skip

    async def verify(self, call: Call[None, VerifyBody]) -> VerdictAnswer:
        """Look at a part of the record."""
        call.principal.everywhere()
        asked = call.body
        if not 0 <= asked.since < 2**63 or not 1 <= asked.limit <= _MOST:
            raise malformed(f"Send since as a sequence, and limit from 1 to {_MOST}.")
        keys = await self.database.read(list_signing_keys)
        source = source_of(self.issuer, ((key.public_jwk, key.withdrawn_at) for key in keys))
        verdict = await verify(self.database, source.trusted(), since=asked.since, most=asked.limit)
        return _answer(verdict, await self.database.read(last_sequence))


def _answer(verdict: Verdict, end: int) -> VerdictAnswer:
    broken = verdict.broken
    goes_on = broken is None and 0 < verdict.last < end
    return VerdictAnswer(
        verdict.holds,
        verdict.first,
        verdict.last,
        verdict.events,
        verdict.checkpoints,
        verdict.covered,
        verdict.anonymized,
        BreakAnswer(broken.fault.value, broken.sequence, broken.sentence) if broken else None,
        verdict.last + 1 if goes_on else None,
    )
