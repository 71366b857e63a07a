"""Reading attempts, and what is asked of somebody who is signed in."""

from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.kit.ids import MFA_TOKEN_PREFIX, is_well_formed
from gatepass.kit.secrets import hash_token
from gatepass.login import store
from gatepass.login.circumstances import find_demand_of_session
from gatepass.login.model import Attempt, Refusal, Refused, Standing

__all__ = ["find_attempt", "find_demand_of_session", "find_half_proven", "get_attempt"]


async def find_attempt(tx: Tx, application_id: str, unverified_state: str) -> Attempt | None:
    """Return the attempt of an application to which a state belongs; another application's state finds nothing."""
    attempt = await store.find_by_state(tx, hash_token(unverified_state))
    return attempt if attempt is not None and attempt.application_id == application_id else None


async def get_attempt(tx: Tx, attempt_id: str) -> Attempt | None:
    """Return an attempt by its entity id."""
    return await store.find(tx, attempt_id)


async def find_half_proven(tx: Tx, application_id: str, unverified_token: str, now: datetime) -> Attempt | Refused:
    """Return the attempt whose second step an MFA token opens; another application's token opens nothing.

    It opens only that of a person whose first proof still counts: it ends with its attempt.
    """
    if not is_well_formed(unverified_token, MFA_TOKEN_PREFIX):
        return Refused(Refusal.UNKNOWN)
    token = await store.find_mfa_token(tx, hash_token(unverified_token))
    if token is None or token.application_id != application_id:
        return Refused(Refusal.UNKNOWN)
    attempt = await store.find(tx, token.attempt_id)
    if attempt is None or token.expires_at <= now or attempt.user_id != token.user_id:
        return Refused(Refusal.EXPIRED)
    if attempt.standing(now) is not Standing.NEEDS_FACTOR:
        return Refused(attempt.refusal(now) or Refusal.UNKNOWN)
    return attempt
