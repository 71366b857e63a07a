"""The settings of tokens."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """How long tokens and keys overlap."""

    refresh_grace: timedelta = field(
        default=timedelta(seconds=30),
        metadata={
            "doc": "For how long a spent refresh token still answers with the same successor, in case the answer "
            "was lost; later it counts as stolen and revokes its family."
        },
    )
    key_announcement: timedelta = field(
        default=timedelta(minutes=10),
        metadata={"doc": "For how long a new signing key is published before it signs, so that caches learn it."},
    )
    key_overlap: timedelta = field(
        default=timedelta(hours=25),
        metadata={
            "doc": "For how long a retired signing key stays published; no shorter than the longest access token."
        },
    )
