"""Every door of this room."""

from dataclasses import dataclass

from gatepass.api.users.access import UserAccess
from gatepass.api.users.activity import UserActivity
from gatepass.api.users.batches import UserBatches
from gatepass.api.users.contacts import UserContacts
from gatepass.api.users.desk import UserDesk
from gatepass.api.users.listing import UserListing
from gatepass.api.users.metadata import UserMetadata
from gatepass.api.users.records import UserRecords
from gatepass.api.users.standing import UserStanding
from gatepass.gate.model import Endpoint


@dataclass(frozen=True, slots=True)
class UserRoutes:
    """Brings the doors together.

    Args:
        desk: what all of them share.
    """

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return this room's rows of the endpoint table."""
        desk = self.desk
        return [
            *UserListing(desk).endpoints(),
            *UserRecords(desk).endpoints(),
            *UserBatches(desk).endpoints(),
            *UserStanding(desk).endpoints(),
            *UserContacts(desk).endpoints(),
            *UserMetadata(desk).endpoints(),
            *UserAccess(desk).endpoints(),
            *UserActivity(desk).endpoints(),
        ]
