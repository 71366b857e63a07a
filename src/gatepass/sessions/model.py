"""What a session is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One person signed in at one place."""

    id: str
    user_id: str
    application_id: str
    amr: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    network: str
    user_agent: str
