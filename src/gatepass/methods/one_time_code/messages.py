"""The mail that carries nothing but a code."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from gatepass.applications.model import Application
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.languages.words import N_, say, say_moment
from gatepass.kit.problems import Problem
from gatepass.login.model import Attempt
from gatepass.methods.one_time_code.model import Issued
from gatepass.outbox.model import MailOrder
from gatepass.templates.model import Look

TEMPLATE: Final = "sign_in_code"
_MINUTE: Final = 60


def too_many_mails(wait: int) -> Problem:
    """Return the problem of an address that was sent as many mails as it may be; whole seconds until the next."""
    sentence = f"This address was sent many mails already; look for the newest, or try again in {wait} seconds."
    return Problem("too_many_requests", 429, sentence, retry_after=max(1, wait))


def bound_host(application: Application, unverified_origin: str, address: str) -> str:
    """Return the host on which the code is typed, so that devices fill it in there and nowhere else.

    Args:
        application: who asked.
        unverified_origin: the origin of the page that asked; counts only where it is one of the application's own.
        address: scheme and host of our own pages.
    """
    own = unverified_origin in application.allowed_origins
    return urlsplit(unverified_origin if own else address).hostname or ""


def code_mail(
    application: Application,
    look: Look,
    attempt: Attempt,
    issued: Issued,
    language: str,
    *,
    host: str,
    place: str | None,
    at: datetime,
) -> MailOrder:
    """Return the order for the mail of an attempt that signs in by code alone.

    Args:
        application: who asked, and whether its mails carry the code in their subject.
        look: whose brand the mail wears.
        attempt: who asked, and from where.
        issued: the code, and from when on it is good for nothing, so that the mail need not leave any more.
        language: the tag of the language in which its reader gets it.
        host: the host on which the code is typed.
        place: where the asker seems to be, where that is known.
        at: when it is sent.
    """
    is_told = application.methods.email_code.has_code_in_subject
    subject = N_("%(code)s is your code for %(name)s") if is_told else N_("Your code for %(name)s")
    context = {
        **look.brand,
        "subject": say(language, subject, name=look.name, **({"code": issued.code} if is_told else {})),
        "code": issued.code,
        "host": host,
        "minutes": max(1, round((issued.expires_at - at).total_seconds() / _MINUTE)),
        "device": describe_agent(attempt.user_agent).summary,
        "place": place,
        "network": attempt.network,
        "at": say_moment(language, attempt.created_at),
        "address": attempt.address,
    }
    return MailOrder(
        recipient=attempt.address,
        template=TEMPLATE,
        context=context,
        not_after=issued.expires_at,
        application_id=attempt.application_id,
        reason="one_time_code",
        language=language,
    )
