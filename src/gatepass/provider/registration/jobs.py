"""What the registration slice does from time to time."""

from datetime import datetime, timedelta

from gatepass.applications.flows import remove
from gatepass.applications.model import Application, Source
from gatepass.applications.queries import list_after
from gatepass.kit.db import Tx
from gatepass.provider.consents.queries import was_ever_given
from gatepass.provider.registration import store

_AT_ONCE = 1000
_CLIENTS_AT_ONCE = 200
_REST = timedelta(hours=1)
UNUSED_FOR = timedelta(days=30)
"""After how long a client that described itself, and that nobody ever allowed anything, is forgotten."""


async def purge(tx: Tx, now: datetime) -> int:
    """Forget invitations that are over, at most a thousand at once."""
    return await store.purge_invitations(tx, now, _AT_ONCE)


class ClientPurge:
    """Walks through the applications and forgets those of strangers that nobody used.

    Anybody may have a document read or register where that is open, so what they leave behind must not stay for good.
    It rests for an hour after each walk. Where a walk stood is forgotten with the process, and the next one begins
    anew.
    """

    def __init__(self) -> None:
        self._after_id = ""
        self._rests_until: datetime | None = None

    async def __call__(self, tx: Tx, now: datetime) -> int:
        """Look at the next two hundred applications and return how many there were; 0 where the walk is at its end."""
        if self._rests_until is not None and now < self._rests_until:
            return 0
        found = await list_after(tx, self._after_id, _CLIENTS_AT_ONCE)
        forsaken = [one for one in found if await _is_forsaken(tx, one, now - UNUSED_FOR)]
        for one in forsaken:
            await store.revoke_document(tx, one.client_id)
            await store.revoke_token(tx, one.id)
            await remove(tx, one, now)
        is_over = len(found) < _CLIENTS_AT_ONCE
        self._after_id = "" if is_over else found[-1].id
        self._rests_until = now + _REST if is_over else None
        return 0 if is_over else len(found)


async def _is_forsaken(tx: Tx, application: Application, before: datetime) -> bool:
    source = application.oauth.source
    # Whom the operator trusts holds tokens without anybody's consent.
    if source is Source.OPERATOR or not application.oauth.is_third_party or application.modified_at >= before:
        return False
    if source is Source.DOCUMENT:
        if not application.is_active:
            return False  # The operator switched it off; forgotten, its document would bring it back.
        document = await store.find_document(tx, application.client_id)
        # In use, it is read once a day at least.
        if document is not None and document.fetched_at >= before:
            return False
    # Without a consent there are no tokens either: a stranger's all come from one.
    return not await was_ever_given(tx, application.id)
