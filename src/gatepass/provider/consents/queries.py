"""Reading consents."""

from gatepass.kit.db import Tx
from gatepass.provider.consents import store
from gatepass.provider.consents.model import Consent

_MOST_LISTED = 500


async def allowed(tx: Tx, user_id: str, application_id: str) -> frozenset[str]:
    """Return the scopes that a person allows an application; empty where they took it back or were never asked."""
    consent = await store.find(tx, user_id, application_id)
    return frozenset() if consent is None else consent.allowed


async def was_ever_given(tx: Tx, application_id: str) -> bool:
    """Tell whether anybody ever allowed an application anything, taken back or not."""
    return await store.find_of_application(tx, application_id) is not None


async def list_of_user(tx: Tx, user_id: str) -> list[Consent]:
    """Return what a person allows, the newest first."""
    return await store.list_of_user(tx, user_id, _MOST_LISTED)
