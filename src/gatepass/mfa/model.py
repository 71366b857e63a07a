"""What a factor is, and what is asked of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.authenticators.model import Kind
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.login.model import FactorNeeded, Proof, Refused


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who takes the second step.

    Args:
        origin: the network and the agent.
        host: the Host header, as it was sent.
        language: the tag of the language of the page or call.
        browser_hash: the hash of the cookie by which the browser is known again; None where it has none.
        device_hash: the hash of the cookie of a remembered browser; None where it has none.
    """

    origin: Origin
    host: str = ""
    language: str = ""
    browser_hash: bytes | None = None
    device_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The second step of one attempt.

    Args:
        needed: the attempt, whose it is, and what is asked.
        application: where the person signs in.
        visitor: who takes it.
        at: when.
    """

    needed: FactorNeeded
    application: Application
    visitor: Visitor
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers; nothing of it is believed yet.

    Args:
        code: what was typed.
        oob_code: the handle under which something was sent or asked.
        assertion: what a passkey answered, as JSON; empty for every other kind.
    """

    code: str = field(default="", repr=False)
    oob_code: str = field(default="", repr=False)
    assertion: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """A factor that was asked.

    Args:
        oob_code: the handle that the answer carries; empty where none is needed.
        target: where a code went, with most of it hidden; empty where nothing was sent.
        options: what a passkey is asked (WebAuthn §5.5); None for every other kind.
    """

    oob_code: str = field(default="", repr=False)
    target: str = ""
    options: dict[str, Any] | None = None


class Factor(Protocol):
    """A kind of authenticator that can be the second one."""

    @property
    def kind(self) -> Kind:
        """Return its kind."""
        ...

    @property
    def is_guessable(self) -> bool:
        """Tell whether its answers could be guessed, so that each is counted before it is judged."""
        ...

    async def meet(self, application: Application, visitor: Visitor) -> "Factor":
        """Return the factor ready for a visitor, before the transaction begins."""
        ...

    def could_be(self, step: Step, answer: Answer) -> bool:
        """Tell whether an answer has the form of a right one; what has not is not counted as a guess."""
        ...

    async def begin(self, tx: Tx, step: Step) -> Begun | Refused | Problem:
        """Ask: send a code, or make a challenge. A problem is raised by the caller once what was counted is kept."""
        ...

    async def judge(self, tx: Tx, step: Step, answer: Answer) -> Proof | Refused | None:
        """Spend an answer and return what it proves; None where it is wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody gives to their authenticator app, once.

    Args:
        id: the authenticator, which proves nothing until a code of it was typed back.
        manual_key: the secret, for who types it.
        uri: all of it, for who scans it.
        picture: the same as an SVG element.
    """

    id: str
    manual_key: str = field(repr=False)
    uri: str = field(repr=False)
    picture: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A code that is on its way.

    Args:
        code: the code.
        target: where it goes, with most of it hidden.
        lifetime: for how long it is good.
    """

    code: str = field(repr=False)
    target: str
    lifetime: timedelta


class Sender(Protocol):
    """Sends codes to what a person reads."""

    async def send(self, tx: Tx, step: Step) -> Sent | Refused | Problem:
        """Send a code, or say why none can be sent."""
        ...


class Enroller(Protocol):
    """Gives somebody an authenticator app in the course of a sign-in."""

    async def begin(self, tx: Tx, step: Step, unverified_id: str) -> Enrolment:
        """Return the person's enrolment that waits for its first code under an id; a new one where there is none."""
        ...

    async def confirm(self, tx: Tx, step: Step, unverified_id: str, unverified_code: str) -> Proof | None:
        """Judge the first code; the right one confirms the enrolment and is a proof."""
        ...


@dataclass(frozen=True, slots=True)
class RememberedDevice:
    """A browser that need not answer again for a while, as it is stored."""

    id: str
    user_id: str
    token_hash: bytes
    network: str
    user_agent: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    revoked_at: datetime | None


def masked_address(address: str) -> str:
    """Return an address with most of its name hidden, for who has proven one thing only."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def masked_number(number: str) -> str:
    """Return a phone number of which the last two digits are shown."""
    return f"…{number[-2:]}"
