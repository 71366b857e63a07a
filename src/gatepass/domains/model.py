"""What a custom domain is and where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

CHALLENGE_LABEL: Final = "_gatepass-challenge"


class DomainState(StrEnum):
    """Where a domain stands; it is served in one state alone."""

    PENDING = "pending"
    VERIFIED = "verified"
    ACTIVE = "active"
    LOST = "lost"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CustomDomain:
    """A host of a customer's own.

    Args:
        id: its id.
        domain: the host, in lower case and ASCII.
        application_id: the application that answers there.
        state: where it stands.
        challenge: what its owner writes into the DNS; random, and this row's alone.
        created_at: when it was named.
        modified_at: when its state changed.
        checked_at: when the DNS was last asked; None before the first time.
        proved_at: since when it has been proven without a break; None where it is not. Two rows never are at once.
        due_at: when the DNS is asked again.
        failures: how many answers in a row said no.
        last_error: what was missing, as a sentence that says what to do; empty where nothing was.
    """

    id: str
    domain: str
    application_id: str
    state: DomainState
    challenge: str
    created_at: datetime
    modified_at: datetime
    checked_at: datetime | None
    proved_at: datetime | None
    due_at: datetime
    failures: int
    last_error: str

    @property
    def is_served(self) -> bool:
        """Tell whether the server answers there."""
        return self.state is DomainState.ACTIVE

    @property
    def challenge_name(self) -> str:
        """Return the name at which its owner writes the proof."""
        return f"{CHALLENGE_LABEL}.{self.domain}"

    @property
    def challenge_value(self) -> str:
        """Return the text that proves it."""
        return f"gatepass-verify={self.challenge}"


class Hosts(Protocol):
    """Knows at every request which hosts are served."""

    async def find(self, unverified_host: str) -> str | None:
        """Return the id of the application that answers on a host, in lower case and without a port; None for none."""
        ...

    def forget(self) -> None:
        """Have the hosts read anew, because this process has just changed them."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What the DNS showed; None where nobody answered, which is neither yes nor no."""

    has_proof: bool | None
    points_here: bool | None
