"""What an authenticator is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What kinds of authenticator there are (NIST SP 800-63B-4 §3.1)."""

    TOTP = "totp"
    PASSKEY = "passkey"
    BACKUP_CODE = "backup_code"
    SMS = "sms"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 - the name of a kind


@dataclass(frozen=True, slots=True)
class Authenticator:
    """One entry of somebody's list.

    `target` is what it reaches, such as a phone number, and empty where it reaches nothing. One that was never
    confirmed proves nothing.
    """

    id: str
    user_id: str
    kind: Kind
    name: str
    target: str
    created_at: datetime
    confirmed_at: datetime | None
    last_used_at: datetime | None

    @property
    def is_confirmed(self) -> bool:
        """Tell whether its holder has shown that it works."""
        return self.confirmed_at is not None
