"""The problems that refusals of the spine become at the door."""

import math

from gatepass.kit.problems import Problem
from gatepass.login.model import Refusal, Refused
from gatepass.tokens.model import RefreshRefusal

# Slug, status, number of the hosted API's list, and the sentence that says what to do.
_LOGIN: dict[Refusal, tuple[str, int, int, str]] = {
    Refusal.UNKNOWN: (
        "invalid_state",
        400,
        1009,
        "That sign-in is not known here. Copy the whole link or state, or start again with a new mail.",
    ),
    Refusal.EXPIRED: ("attempt_expired", 400, 1009, "That sign-in has expired. Start again with a new mail."),
    Refusal.ENDED: ("attempt_ended", 400, 1009, "That sign-in has ended. Start again with a new mail."),
    Refusal.ALREADY_USED: (
        "already_used",
        400,
        1009,
        "That link or code has been used already. Start again with a new mail if you are not signed in.",
    ),
    Refusal.WRONG_CODE: ("wrong_code", 400, 1009, "That is not the code of the newest mail."),
    Refusal.WRONG_MATCH: ("wrong_match", 400, 1009, "That was not the number. Start again with a new mail."),
    Refusal.EXHAUSTED: (
        "too_many_wrong_codes",
        400,
        1009,
        "Too many wrong codes; that sign-in has ended. Start again with a new mail.",
    ),
    Refusal.TOO_MANY_GUESSES: (
        "too_many_guesses",
        429,
        1004,
        "Too many wrong codes for this address. Wait an hour, or open the link in the mail.",
    ),
    Refusal.CODES_CLOSED: (
        "codes_closed",
        403,
        1040,
        "Too many wrong codes in a row for this address. Open the link in the mail; after that, codes work again.",
    ),
    Refusal.SIGN_UP_CLOSED: (
        "sign_up_closed",
        403,
        1040,
        "There is no account for this address, and this application takes no new ones. Ask its operator.",
    ),
    Refusal.USER_INACTIVE: (
        "user_inactive",
        403,
        1040,
        "This account has been switched off. Ask the application's operator.",
    ),
    Refusal.GESTURE_NEEDED: (
        "gesture_needed",
        400,
        1009,
        "Type the number that the sign-in screen shows, or the code of the mail.",
    ),
}

_REFRESH: dict[RefreshRefusal, tuple[str, str]] = {
    RefreshRefusal.UNKNOWN: ("invalid_refresh_token", "That refresh token is not known here. Sign in again."),
    RefreshRefusal.EXPIRED: ("refresh_token_expired", "That refresh token has expired. Sign in again."),
    RefreshRefusal.REVOKED: ("refresh_token_revoked", "That session has ended. Sign in again."),
    RefreshRefusal.REUSED: (
        "refresh_token_reused",
        "That refresh token was used before, so its session has ended for safety. Sign in again.",
    ),
}


def login_problem(refused: Refused) -> Problem:
    """Return the problem that tells a caller why a sign-in was refused."""
    code, status, number, title = _LOGIN[refused.reason]
    if refused.tries_left:
        title = f"{title} {refused.tries_left} {'tries' if refused.tries_left > 1 else 'try'} left."
    wait = max(1, math.ceil(refused.wait.total_seconds())) if refused.wait is not None else None
    return Problem(code, status, title, number=number, retry_after=wait)


def refresh_problem(reason: RefreshRefusal) -> Problem:
    """Return the problem that tells an application why a refresh was refused."""
    code, title = _REFRESH[reason]
    return Problem(code, 400, title, number=1050)
