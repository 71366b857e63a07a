"""Where an attempt stands, and what it will still take."""

from datetime import datetime, timedelta

from gatepass.login.model import Attempt, Refusal, Standing

MOST_FAILURES = 5
MOST_GUESSES_AN_HOUR = 20  # over all attempts for one address; NIST SP 800-63B-4 §3.2.2 asks for at most 100
HAND_OUT_WITHIN = timedelta(minutes=5)
REPEAT_WITHIN = timedelta(seconds=30)


def standing(attempt: Attempt, now: datetime) -> Standing:
    """Return where an attempt stands."""
    if attempt.ended_at is not None:
        return Standing.ENDED
    if attempt.handed_out_at is not None:
        return Standing.HANDED_OUT
    if attempt.verified_at is not None:
        return Standing.VERIFIED if now < attempt.verified_at + HAND_OUT_WITHIN else Standing.EXPIRED
    return Standing.PENDING if now < attempt.expires_at else Standing.EXPIRED


def refusal(attempt: Attempt, now: datetime) -> Refusal | None:
    """Return why an attempt takes no more proof, or None when it does."""
    match standing(attempt, now):
        case Standing.PENDING:
            return None
        case Standing.VERIFIED | Standing.HANDED_OUT:
            return Refusal.ALREADY_USED
        case Standing.ENDED:
            return Refusal.ENDED
        case Standing.EXPIRED:
            return Refusal.EXPIRED


def may_repeat(attempt: Attempt, now: datetime) -> bool:
    """Tell whether tokens that were handed out may be handed out once more, because the answer may have been lost."""
    return attempt.handed_out_at is not None and now < attempt.handed_out_at + REPEAT_WITHIN
