"""The settings of webhooks."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """How events reach other programs."""

    most: int = field(default=50, metadata={"doc": "How many webhooks there may be, those of organizations included."})
    most_of_organization: int = field(
        default=10,
        metadata={"doc": "How many of them one organization may have, so that none takes the place of all others."},
    )
    timeout: timedelta = field(
        default=timedelta(seconds=10), metadata={"doc": "How long a receiver may take to answer, connecting included."}
    )
    lease: timedelta = field(
        default=timedelta(seconds=60),
        metadata={
            "doc": "How long a worker may hold deliveries that it has claimed; after a crash they wait this long. "
            "At least five seconds longer than the timeout."
        },
    )
    hold: timedelta = field(
        default=timedelta(hours=1),
        metadata={
            "doc": "How long a delivery that fails holds back later events of the same user or organization, so that "
            "they arrive in order; afterwards it waits for its next try alone."
        },
    )
    overlap: timedelta = field(
        default=timedelta(hours=24),
        metadata={"doc": "How long the secret before signs along, after a webhook was given a new one."},
    )
    keep: timedelta = field(
        default=timedelta(days=30),
        metadata={"doc": "How long the log of deliveries is kept, with those that were given up."},
    )

    def faults(self) -> list[str]:
        """Name every contradiction in a sentence; none when the settings can be used."""
        found = []
        if not 1 <= self.most <= 1_000:  # noqa: PLR2004 - said in the sentence
            found.append("The number of webhooks must be between 1 and 1000.")
        if not 1 <= self.most_of_organization <= self.most:
            found.append("The number of webhooks of one organization must be between 1 and the number of all.")
        if not timedelta(seconds=1) <= self.timeout <= timedelta(seconds=30):
            found.append("The webhooks' timeout must be between 1 and 30 seconds.")
        if self.lease < self.timeout + timedelta(seconds=5):
            found.append("The webhooks' lease must be at least 5 seconds longer than their timeout.")
        if not timedelta(0) <= self.hold <= timedelta(days=3):
            found.append("The webhooks' hold must be at most three days.")
        if not timedelta(0) <= self.overlap <= timedelta(days=30):
            found.append("The overlap of a webhook's secrets must be at most 30 days.")
        if self.keep < timedelta(days=4):
            found.append("The log of webhooks must be kept for at least four days, because tries go on for three.")
        return found
