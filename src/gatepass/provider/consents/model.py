"""What a consent is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """What one person allowed one application, as it is stored."""

    id: str
    user_id: str
    application_id: str
    scope: tuple[str, ...]
    created_at: datetime
    modified_at: datetime
    revoked_at: datetime | None

    @property
    def allowed(self) -> frozenset[str]:
        """Return the scopes that are allowed; none where the consent was taken back."""
        return frozenset() if self.revoked_at is not None else frozenset(self.scope)
