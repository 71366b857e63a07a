"""The mail by which a password is set, and what somebody is told whose password was not taken."""

import math
from datetime import datetime, timedelta
from typing import Final

from gatepass.applications.model import Application
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.languages.words import N_, say, say_moment
from gatepass.kit.problems import Problem
from gatepass.login.model import Attempt, Refusal, Refused
from gatepass.methods.password.model import Weakness
from gatepass.outbox.model import MailOrder
from gatepass.templates.model import Look

RESET_PATH: Final = "/password/reset"
TEMPLATE: Final = "set_password"

WEAKNESSES: Final = {
    Weakness.TOO_SHORT: N_("That password is too short. A few words in a row are easy to remember."),
    Weakness.TOO_LONG: N_("That password is longer than 256 characters. Use a shorter one."),
    Weakness.UNREADABLE: N_("That password holds characters that nobody can type. Use others."),
    Weakness.GUESSABLE: N_("That password is easy to guess. A few words that do not belong together are better."),
    Weakness.BREACHED: N_("That password was found in a data breach, so others will try it. Use another one."),
}
# Other words than where codes are typed.
_WRONG: Final = N_("That address and that password do not go together.")
_TOO_MANY: Final = N_(
    "Too many wrong passwords for this address. Wait an hour, sign in another way or set a new password."
)
_CLOSED: Final = N_(
    "Too many wrong passwords in a row for this address. Set a new password; after that, it works again."
)


def weakness_problem(weakness: Weakness) -> Problem:
    """Return the problem of a new password that is not taken."""
    if weakness is Weakness.BREACHED:
        return Problem("breached_password", 400, WEAKNESSES[weakness], number=1004)
    return Problem("weak_password", 400, WEAKNESSES[weakness], number=1004)


def password_problem(refused: Refused) -> Problem | None:
    """Return the problem of a refused sign-in by password; None where it has the same words as any other sign-in."""
    match refused.reason:
        case Refusal.WRONG_CODE | Refusal.EXHAUSTED:
            return Problem("wrong_password", 400, _WRONG, number=1009)
        case Refusal.TOO_MANY_GUESSES:
            wait = max(1, math.ceil(refused.wait.total_seconds())) if refused.wait is not None else None
            return Problem("too_many_guesses", 429, _TOO_MANY, number=1004, retry_after=wait)
        case Refusal.CODES_CLOSED:
            return Problem("passwords_closed", 403, _CLOSED, number=1009)
        case _:
            return None


def too_many_mails(wait: timedelta) -> Problem:
    """Return the problem of an address that was sent as many mails as it may be, and how long until the next."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    sentence = f"This address was sent many mails already; look for the newest, or try again in {seconds} seconds."
    return Problem("too_many_requests", 429, sentence, retry_after=seconds)


def link_address(address: str, application: Application, secret: str) -> str:
    """Return the address that the mail links to; built from what is configured and proven alone."""
    return f"{address}{RESET_PATH}?client_id={application.client_id}&secret={secret}"


def set_password_mail(
    look: Look, attempt: Attempt, language: str, *, link: str, code: str, expires_at: datetime
) -> MailOrder:
    """Return the order for the mail by which a password is set.

    Args:
        look: whose brand it wears.
        attempt: who asked, from where, for which application.
        language: the tag of the language in which its reader gets it.
        link: the page on which the password is set.
        code: the digits that do the same where it was asked for.
        expires_at: from when on neither is good, so that the mail need not leave any more.
    """
    minutes = max(1, round((expires_at - attempt.created_at).total_seconds() / 60))
    context = {
        **look.brand,
        "subject": say(language, N_("Set a password for %(name)s"), name=look.name),
        "link": link,
        "code": code,
        "minutes": minutes,
        "device": describe_agent(attempt.user_agent).summary,
        "network": attempt.network,
        "at": say_moment(language, attempt.created_at),
        "address": attempt.address,
    }
    return MailOrder(
        recipient=attempt.address,
        template=TEMPLATE,
        context=context,
        not_after=expires_at,
        application_id=attempt.application_id,
        reason="password.requested",
        language=language,
    )
