"""What callers are told when a user can't be found, or can't be made what they should be."""

from collections.abc import Iterable
from enum import Enum

from gatepass.kit.problems import Problem


class Conflict(Enum):
    """What somebody else has already."""

    ID = "id"
    EXTERNAL_ID = "external_id"
    ADDRESS = "address"
    PHONE = "phone"
    IDENTITY = "identity"

    def problem(self) -> Problem:
        """Return the problem that tells it; its number is "user profile exists" of the hosted API."""
        match self:
            case Conflict.ID:
                return Problem(
                    "user_id_taken", 409, "There is a user with this id; leave the id out, and a new one is made.",
                    number=1049,
                )  # fmt: skip
            case Conflict.EXTERNAL_ID:
                return Problem(
                    "external_id_taken", 409, "Another user has this external id; each names one user at most.",
                    number=1049,
                )  # fmt: skip
            case Conflict.ADDRESS:
                return Problem(
                    "address_taken", 409,
                    "Another user has this e-mail address; a deleted user keeps it until the purge.", number=1049,
                )  # fmt: skip
            case Conflict.PHONE:
                return Problem(
                    "phone_taken", 409, "Another user has this phone number; a deleted user keeps it until the purge.",
                    number=1049,
                )  # fmt: skip
            case Conflict.IDENTITY:
                return Problem(
                    "identity_taken", 409, "Another user is linked to this identity; unlink it there first.",
                    number=1049,
                )  # fmt: skip


def unknown_user() -> Problem:
    """Return the problem of a user who is not there, or was deleted."""
    return Problem("unknown_user", 404, "There is no such user; check the id.", number=1035)


def invalid_user(faults: Iterable[str]) -> Problem:
    """Return the problem of a record that can't be kept; every fault is named."""
    return Problem("invalid_user", 400, " ".join(faults), number=1004)
