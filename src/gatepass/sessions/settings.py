"""The settings of sessions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

LONGEST = timedelta(days=400)  # what browsers keep a cookie for (RFC 6265bis §5.5)


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How long a browser stays signed in."""

    idle: timedelta = field(
        default=timedelta(days=7),
        metadata={"doc": "After how long without use a browser must sign in again; 1h meets AAL2 of NIST 800-63B-4."},
    )
    absolute: timedelta = field(
        default=timedelta(days=30),
        metadata={"doc": "After how long a browser must sign in again however busy it is; 24h meets AAL2."},
    )
    fresh: timedelta = field(
        default=timedelta(minutes=15),
        metadata={"doc": "For how long after a sign-in sensitive changes need no new proof."},
    )
    most_per_user: int = field(
        default=50,
        metadata={"doc": "How many sessions one person may have; beyond it the one unused longest ends."},
    )
    most_per_browser: int = field(
        default=8,
        metadata={"doc": "How many accounts one browser may be signed in to at once."},
    )

    def faults(self) -> Iterator[str]:
        """Name every value that can't be used, each in a sentence; nothing when all can."""
        if not timedelta(minutes=1) <= self.idle <= self.absolute <= LONGEST:
            yield "GATEPASS_SESSIONS_IDLE must be at least 1m, and GATEPASS_SESSIONS_ABSOLUTE between it and 400d."
        if self.fresh < timedelta(minutes=1):
            yield "GATEPASS_SESSIONS_FRESH must be at least a minute, or nobody could finish a change."
        if self.most_per_user < 1 or self.most_per_browser < 1:
            yield "GATEPASS_SESSIONS_MOST_PER_USER and _MOST_PER_BROWSER must be at least 1."
