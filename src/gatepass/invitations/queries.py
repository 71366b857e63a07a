"""Reading invitations."""

from datetime import datetime

from gatepass.invitations import store
from gatepass.invitations.admission import find_reader, is_shut_out, look
from gatepass.invitations.model import Invitation, Status
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import AddressKey

__all__ = ["find_invitation", "find_open_of", "find_reader", "is_invited", "is_shut_out", "list_invitations", "look"]


async def list_invitations(
    tx: Tx, reach: Within, status: Status | None, page: PageRequest, now: datetime
) -> Page[Invitation]:
    """Return the invitations of an organization, the newest first.

    Args:
        tx: the read.
        reach: the organization.
        status: where they stand; None for all.
        page: how many, and where to go on; the sort key is the id.
        now: the time, by which what is pending becomes expired.
    """
    before_id = page.after[0] if page.after else ""
    rows = await store.list_page(tx, reach, status, before_id, now, page.limit + 1)
    return page_of(rows, page.limit, lambda row: (row.id,))


async def find_invitation(tx: Tx, reach: Within, invitation_id: str) -> Invitation | None:
    """Return an invitation of an organization, those that are over too."""
    return await store.find(tx, reach, invitation_id)


async def find_open_of(tx: Tx, reach: Within, key: AddressKey) -> Invitation | None:
    """Return the invitation of an address that nobody accepted or took back, expired or not."""
    return await store.find_open(tx, reach, key)


async def is_invited(tx: Tx, key: AddressKey, now: datetime) -> bool:
    """Tell whether an invitation waits for an address, so that its reader may sign up where nobody else may."""
    return await store.find_pending(tx, key, now)
