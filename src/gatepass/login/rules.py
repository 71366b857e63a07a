"""How much an attempt takes."""

from datetime import datetime, timedelta

from gatepass.login.model import Attempt, Guesses, Refusal, Refused

MOST_FAILURES = 5
MOST_GUESSES_AN_HOUR = 20  # over all attempts for one address
MOST_GUESSES_IN_A_ROW = 100  # NIST SP 800-63B-4 §3.2.2; then only a link signs in, and that begins the count anew
_HOUR = timedelta(hours=1)
REPEAT_WITHIN = timedelta(seconds=30)


def may_repeat(attempt: Attempt, now: datetime) -> bool:
    """Tell whether tokens that were handed out may be handed out once more, because the answer may have been lost."""
    return attempt.handed_out_at is not None and now < attempt.handed_out_at + REPEAT_WITHIN


def guesses_refusal(guesses: Guesses, now: datetime) -> Refused | None:
    """Return why no further guess at an address's codes is judged now, or None when one is."""
    if guesses.in_a_row >= MOST_GUESSES_IN_A_ROW:
        return Refused(Refusal.CODES_CLOSED)
    if guesses.failures >= MOST_GUESSES_AN_HOUR and now < guesses.window_began_at + _HOUR:
        return Refused(Refusal.TOO_MANY_GUESSES, wait=guesses.window_began_at + _HOUR - now)
    return None
