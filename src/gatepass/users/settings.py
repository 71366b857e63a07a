"""The settings of users."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class UserSettings:
    """How long deleted users are kept."""

    purge_after: timedelta = field(
        default=timedelta(days=30),
        metadata={
            "doc": "For how long a deleted user can be restored; then all that was kept of them is gone. At least "
            "2 days, so that what a sign-in leaves behind for a day has gone by itself."
        },
    )

    def faults(self) -> Iterator[str]:
        """Name every value that can't be used, each in a sentence; nothing when all can."""
        if not timedelta(days=2) <= self.purge_after <= timedelta(days=3650):
            yield "GATEPASS_USERS_PURGE_AFTER must be between 2d and 3650d."
