"""The words of the message, and of every refusal to send one."""

import math
from datetime import timedelta
from typing import Final

from gatepass.applications.model import Application
from gatepass.gate.answers.refusals import login_problem
from gatepass.kit.languages.words import N_, say
from gatepass.kit.problems import Problem
from gatepass.login.model import Refusal, Refused
from gatepass.methods.sms_code.model import Declined, Reason

_HOUSE: Final = "Gatepass"
_LONGEST_NAME: Final = 40

COUNTRY: Final = N_(
    "No codes are sent to numbers of that country. Type a number of another one, or sign in another way."
)
RANGE: Final = N_("Codes go to mobile phones alone, and that number is none. Type another one, or sign in another way.")
NUMBER: Final = N_("This number was sent many codes already. Look for the newest message, or try again later.")
PAUSED: Final = N_("No codes are sent to numbers like this one for now. Try again later, or sign in another way.")
MISSING: Final = N_("This server sends no SMS yet. Sign in another way, or ask its operator to name a provider.")

# What is said of a sign-in elsewhere speaks of mails.
_SENTENCES: Final = {
    Refusal.UNKNOWN: "That sign-in is not known here. Copy the whole state, or ask for a new code.",
    Refusal.EXPIRED: "That sign-in has expired. Ask for a new code.",
    Refusal.ENDED: "That sign-in has ended. Ask for a new code.",
    Refusal.ALREADY_USED: "That code has been used already. Ask for a new one if you are not signed in.",
    Refusal.WRONG_CODE: "That is not the code of the newest message.",
    Refusal.EXHAUSTED: "Too many wrong codes; that sign-in has ended. Ask for a new code.",
    Refusal.TOO_MANY_GUESSES: "Too many wrong codes for this number. Wait an hour, or sign in another way.",
    Refusal.CODES_CLOSED: "Too many wrong codes in a row for this number. Sign in another way, or ask the "
    "application's operator.",
    Refusal.SIGN_UP_CLOSED: "There is no account for this number, and this application takes no new ones. Ask its "
    "operator.",
}


def text_of(application: Application, code: str, lifetime: timedelta, host: str, language: str) -> str:
    """Return the message that carries a code.

    Its last line names the host that the code is for, so that a browser fills it in there and nowhere else
    (Origin-bound one-time codes delivered via SMS §2).

    Args:
        application: whose sign-in it is; a stranger's name stands for nothing and is not said.
        code: the code.
        lifetime: for how long it is good.
        host: the name of the host on whose page it is typed, without a port.
        language: the tag of the language in which its reader gets it.
    """
    own = "" if application.is_of_a_stranger else application.name
    plain = "".join(character if character.isprintable() else " " for character in own)
    name = " ".join(plain.split())[:_LONGEST_NAME].rstrip() or _HOUSE
    minutes = max(1, round(lifetime.total_seconds() / 60))
    sentence = N_("%(code)s is your code for %(name)s. It works for %(minutes)s min. Give it to nobody.")
    return f"{say(language, sentence, code=code, name=name, minutes=minutes)}\n\n@{host} #{code}"


def problem_of(declined: Declined) -> Problem:
    """Return the problem that tells why no message was sent, and what to do."""
    wait = None if declined.wait is None else max(1, math.ceil(declined.wait.total_seconds()))
    match declined.reason:
        case Reason.COUNTRY:
            return Problem("sms_country_closed", 403, COUNTRY, number=1040)
        case Reason.RANGE:
            return Problem("sms_range_closed", 403, RANGE, number=1004)
        case Reason.NUMBER:
            return Problem("too_many_requests", 429, NUMBER, number=1004, retry_after=wait)
        case Reason.BUDGET | Reason.MONEY | Reason.UNANSWERED:
            return Problem("sms_paused", 429, PAUSED, number=1004, retry_after=wait)


def refused_problem(refused: Refused) -> Problem:
    """Return the problem that tells why a sign-in by phone was refused."""
    problem = login_problem(refused)
    sentence = _SENTENCES.get(refused.reason)
    if sentence is not None:
        left = refused.tries_left
        problem.title = f"{sentence} {left} {'tries' if left > 1 else 'try'} left." if left else sentence
    return problem


def provider_missing() -> Problem:
    """Return the problem of a server that was given nobody who carries its messages."""
    return Problem("sms_provider_missing", 503, MISSING, number=1047)
