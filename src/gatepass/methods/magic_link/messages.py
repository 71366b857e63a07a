"""The mail that carries the link and the code, and what a reader is told when a link does not work."""

from datetime import datetime

from gatepass.applications.model import Application, LinkTarget
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.languages.words import N_, say, say_moment
from gatepass.kit.problems import Problem
from gatepass.login.model import Attempt, Refusal
from gatepass.outbox.model import MailOrder
from gatepass.templates.model import Look

LANDING_PATH = "/magic-link"
VERIFY_PATH = "/api/v1/auth/passwordless/magic-link/verify"
TEMPLATE = "sign_in"

# What a reader is shown for each refusal, and with which status.
_VIEWS: dict[Refusal, tuple[str, int]] = {
    Refusal.UNKNOWN: ("unknown", 400),
    Refusal.EXPIRED: ("expired", 410),
    Refusal.ENDED: ("ended", 410),
    Refusal.ALREADY_USED: ("already_used", 410),
    Refusal.WRONG_MATCH: ("ended", 400),
    Refusal.EXHAUSTED: ("ended", 400),
    Refusal.SIGN_UP_CLOSED: ("sign_up_closed", 403),
    Refusal.USER_INACTIVE: ("user_inactive", 403),
}


def too_many_mails(wait: int) -> Problem:
    """Return the problem of an address that was sent as many mails as it may be; whole seconds until the next."""
    sentence = f"This address was sent many mails already; look for the newest, or try again in {wait} seconds."
    return Problem("too_many_requests", 429, sentence, retry_after=max(1, wait))


def view_of(reason: Refusal) -> tuple[str, int]:
    """Return what a reader is shown for a refusal, and with which status."""
    return _VIEWS.get(reason, ("ended", 400))


def link_address(address: str, application: Application, handle: str, secret: str) -> str:
    """Return the address that the mail links to; built from what is configured and proven alone."""
    path = VERIFY_PATH if application.magic_link.link_target is LinkTarget.API else LANDING_PATH
    # Client ids, handles and secrets are made of characters that stand in a query as they are (RFC 3986 §3.4).
    return f"{address}{path}?client_id={application.client_id}&state={handle}&magictext={secret}"


def sign_in_mail(
    look: Look, attempt: Attempt, language: str, *, link: str, code: str, expires_at: datetime, place: str | None
) -> MailOrder:
    """Return the order for the sign-in mail of an attempt.

    Args:
        look: whose brand the mail wears.
        attempt: who asked, from where, for which application.
        language: the tag of the language in which its reader gets it.
        link: the address that signs the reader in.
        code: the digits that do the same.
        expires_at: from when on neither is good, so that the mail need not leave any more.
        place: where the asker seems to be, where that is known.
    """
    minutes = max(1, round((expires_at - attempt.created_at).total_seconds() / 60))
    context = {
        **look.brand,
        "subject": say(language, N_("Sign in to %(name)s"), name=look.name),
        "link": link,
        "code": code,
        "minutes": minutes,
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
        not_after=expires_at,
        application_id=attempt.application_id,
        reason="magic_link",
        language=language,
    )
