"""What a user is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person who has signed in, or was made by an operator."""

    id: str
    email: str
    email_verified_at: datetime | None
    first_name: str
    last_name: str
    is_active: bool
    created_at: datetime
    modified_at: datetime
    last_login_at: datetime | None
