"""The problems that refusals of the spine become at the door."""

import math

from gatepass.kit.problems import Problem
from gatepass.login.model import FactorNeeded, Refusal, Refused
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
    Refusal.FACTOR_NEEDED: ("mfa_required", 403, 1040, "A second factor is needed to finish this sign-in."),
    Refusal.WRONG_FACTOR: ("wrong_factor", 400, 1009, "That is not right. Try again, or use another factor."),
    Refusal.METHOD_CLOSED: (
        "method_closed",
        403,
        1040,
        "This application does not offer that way to sign in. Use one of those that `/config` lists.",
    ),
    Refusal.CEREMONY_OVER: (
        "ceremony_over",
        400,
        1009,
        "That took too long, was used already or began elsewhere. Begin with the passkey again.",
    ),
    Refusal.WRONG_PASSKEY: (
        "wrong_passkey",
        400,
        1009,
        "That passkey does not fit here. Begin again, or use another way.",
    ),
    Refusal.UNKNOWN_PASSKEY: (
        "unknown_passkey",
        400,
        1009,
        "That passkey is not known here any more. Use another one, or another way to sign in.",
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
    RefreshRefusal.WIDER_SCOPE: ("invalid_scope", "Ask for no more than was granted at the sign-in."),
    RefreshRefusal.WIDER_AUDIENCE: ("invalid_target", "Name only resources that were granted at the sign-in."),
    RefreshRefusal.WRONG_KEY: ("invalid_dpop_proof", "Prove the key to which this refresh token is bound."),
    RefreshRefusal.NO_MEMBER: (
        "refresh_token_revoked",
        "The person is no member of the organization any more. Sign in again without it.",
    ),
}


def login_problem(refused: Refused) -> Problem:
    """Return the problem that tells a caller why a sign-in was refused."""
    code, status, number, title = _LOGIN[refused.reason]
    if refused.tries_left:
        title = f"{title} {refused.tries_left} {'tries' if refused.tries_left > 1 else 'try'} left."
    wait = max(1, math.ceil(refused.wait.total_seconds())) if refused.wait is not None else None
    return Problem(code, status, title, number=number, retry_after=wait)


def factor_problem(needed: FactorNeeded) -> Problem:
    """Return the problem that tells an application that the second step is needed, with the token that opens it.

    Beside what every error says it carries `mfa_token`, `factors` (the kinds by which the person can answer) and
    `demand`: `verify`, `enrol` where they have none yet and must get one, `offer` where they may put that off.
    """
    code, status, number, title = _LOGIN[Refusal.FACTOR_NEEDED]
    members = {
        "mfa_token": needed.token,
        "factors": [kind.value for kind in needed.factors],
        "demand": needed.demand.value,
    }
    return Problem(code, status, title, number=number, members=members)


def refresh_problem(reason: RefreshRefusal) -> Problem:
    """Return the problem that tells an application why a refresh was refused."""
    code, title = _REFRESH[reason]
    return Problem(code, 400, title, number=1050)
