"""What is forgotten of invitations when a person or an organization goes."""

from gatepass.invitations import store
from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import AddressKey


async def forget_person(tx: Tx, user_id: str, key: AddressKey) -> int:
    """Forget a person by one of their addresses, and return how many invitations were deleted.

    What was sent to the address and what they accepted is deleted; where they invited others, nobody did.
    """
    return await store.purge_person(tx, user_id, key)


async def forget_organization(tx: Tx, organization_id: str, limit: int) -> int:
    """Delete invitations to an organization that is purged, at most so many at once, and return how many."""
    return await store.purge_organization(tx, organization_id, limit)
