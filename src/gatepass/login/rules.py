"""How much an attempt takes."""

from datetime import datetime, timedelta

from gatepass.login.model import Attempt

MOST_FAILURES = 5
MOST_GUESSES_AN_HOUR = 20  # over all attempts for one address; NIST SP 800-63B-4 §3.2.2 asks for at most 100
REPEAT_WITHIN = timedelta(seconds=30)


def may_repeat(attempt: Attempt, now: datetime) -> bool:
    """Tell whether tokens that were handed out may be handed out once more, because the answer may have been lost."""
    return attempt.handed_out_at is not None and now < attempt.handed_out_at + REPEAT_WITHIN
