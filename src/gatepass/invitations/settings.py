"""The settings of invitations."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InvitationSettings:
    """How often people may be invited; counted in the database, for all processes together."""

    mails_per_address_and_day: int = field(
        default=20,
        metadata={"doc": "How many invitation mails all organizations together may send to one address in a day."},
    )
    repeats_per_address_and_day: int = field(
        default=5,
        metadata={"doc": "How many of them one organization may send, so that inviting again is no way to pester."},
    )
    made_per_organization_and_hour: int = field(
        default=500,
        metadata={"doc": "How many invitations one organization may make in an hour, mailed or not."},
    )

    def faults(self) -> Iterator[str]:
        """Name every value that can't be used, each in a sentence; nothing when all can."""
        least = min(
            self.mails_per_address_and_day, self.repeats_per_address_and_day, self.made_per_organization_and_hour
        )
        if least < 1:
            yield "Each of the settings GATEPASS_INVITATIONS_… must be at least 1; take the right to invite instead."
