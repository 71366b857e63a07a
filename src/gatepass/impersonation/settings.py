"""The settings of impersonation."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImpersonationSettings:
    """Whether people are told of it."""

    notifies: bool = field(
        default=True,
        metadata={"doc": "Whether a person is told by mail that an operator began to act in their place, and why."},
    )
