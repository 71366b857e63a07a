"""How a waiting page hears that its sign-in was verified, or that it ended."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import msgspec

from gatepass.gate.model import Call, Charge, Endpoint, EventStream, encode_answer
from gatepass.kit.problems import Problem
from gatepass.kit.signals import Signals
from gatepass.login.flows import topic
from gatepass.login.model import Standing
from gatepass.login.queries import get_attempt
from gatepass.protection.flows import Occupancy
from gatepass.protection.model import Place, SignInLimits, network_key
from gatepass.provider.authorization.model import Browser, Waiting
from gatepass.web.hosted.model import EVENTS
from gatepass.web.hosted.stage import Stage

# Other processes can't ring our bells, so where there may be some we also look from time to time.
_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_SIGNS_OF_LIFE = 15.0
_WAITING_PER_PROCESS = 8000
_WAITING_PER_NETWORK = 200
_WAITING_PER_REQUEST = 4
_WORDS = {
    Standing.PENDING: "pending",
    # The page goes on, and is led to the second step.
    Standing.NEEDS_FACTOR: "verified",
    Standing.VERIFIED: "verified",
    Standing.HANDED_OUT: "verified",
    Standing.ENDED: "ended",
    Standing.EXPIRED: "expired",
}


class SignInEventsQuery(msgspec.Struct):
    """What the stream of a waiting page takes."""

    request: str


@dataclass(frozen=True, slots=True)
class SignInEvents:
    """Tells the page that began a sign-in, and no other browser, how it stands."""

    stage: Stage
    signals: Signals
    limits: SignInLimits
    occupancy: Occupancy

    def endpoints(self) -> list[Endpoint]:
        """Return this part's row of the endpoint table."""
        return [
            Endpoint(
                name="sign_in_events",
                method="GET",
                paths=(EVENTS,),
                handler=self.events,
                summary="Follow a sign-in of the hosted pages by Server-Sent Events; for the browser that began it.",
                query=SignInEventsQuery,
                answer="text/event-stream",
                charges=self._charges,
                tag="Pages",
                is_cross_origin=False,
            )
        ]

    async def events(self, call: Call[SignInEventsQuery, None]) -> EventStream:
        """Answer with a stream of events `state`, which ends with the first that is final."""
        return EventStream(self._events(call))

    async def _events(self, call: Call[SignInEventsQuery, None]) -> AsyncIterator[bytes]:
        browser_hash = self.stage.visits.browser.read_hash(call.headers)
        waiting = await self.stage.flows.look(call.query.request, Browser(browser_hash, None, call.origin))
        attempt_id = waiting.interaction.attempt_id if isinstance(waiting, Waiting) else None
        if attempt_id is None:
            yield _event("expired")
            return
        try:
            with self.occupancy.hold(self._places(attempt_id, call.network)):
                async for word in self._follow(attempt_id, call):
                    yield _event(word)
        except Problem:
            # Full: a browser tries again by itself, and not at once.
            yield b"retry: 5000\n\n"

    async def _follow(self, attempt_id: str, call: Call[Any, Any]) -> AsyncIterator[str]:
        gone = call.watch()
        with self.signals.listen(topic(attempt_id)) as bell:
            word = await self._look(attempt_id)
            yield word
            alive_until = monotonic() + _SECONDS_BETWEEN_SIGNS_OF_LIFE
            while word == "pending":
                left = alive_until - monotonic()
                longest = _SECONDS_BETWEEN_LOOKS if self.stage.database.is_shared else left
                await bell.wait(max(0.0, min(left, longest)), unless=gone)
                if gone.done() or self.signals.is_closed:
                    return
                word = await self._look(attempt_id)
                if word != "pending" or monotonic() >= alive_until:
                    yield word
                    alive_until = monotonic() + _SECONDS_BETWEEN_SIGNS_OF_LIFE

    async def _look(self, attempt_id: str) -> str:
        attempt = await self.stage.database.read(lambda tx: get_attempt(tx, attempt_id))
        return "expired" if attempt is None else _WORDS[attempt.standing(self.stage.clock.now())]

    def _places(self, attempt_id: str, network: str) -> Sequence[Place]:
        return (
            (f"attempt:{attempt_id}", _WAITING_PER_REQUEST),
            (f"network:{network_key(network)}", _WAITING_PER_NETWORK),
            ("process", _WAITING_PER_PROCESS),
        )

    def _charges(self, call: Call[SignInEventsQuery, None]) -> Sequence[Charge]:
        return (
            (self.limits.status_per_attempt, call.query.request),
            (self.limits.status_per_network, network_key(call.network)),
        )


def _event(word: str) -> bytes:
    return b"event: state\ndata: " + encode_answer({"state": word}) + b"\n\n"
