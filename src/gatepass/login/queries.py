"""Reading attempts."""

from gatepass.kit.db import Tx
from gatepass.kit.secrets import hash_token
from gatepass.login import store
from gatepass.login.model import Attempt


async def find_attempt(tx: Tx, application_id: str, unverified_state: str) -> Attempt | None:
    """Return the attempt of an application to which a state belongs; another application's state finds nothing."""
    attempt = await store.find_by_state(tx, hash_token(unverified_state))
    return attempt if attempt is not None and attempt.application_id == application_id else None


async def get_attempt(tx: Tx, attempt_id: str) -> Attempt | None:
    """Return an attempt by its entity id."""
    return await store.find(tx, attempt_id)
