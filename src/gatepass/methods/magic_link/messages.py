"""The mail that carries the link and the code, and what a reader is told when a link does not work."""

from datetime import UTC, datetime

from gatepass.applications.model import Application, LinkTarget
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.colours import LIGHT_PAGE, ink_on, is_colour, readable
from gatepass.login.model import Attempt, Refusal
from gatepass.outbox.model import MailOrder

LANDING_PATH = "/magic-link"
VERIFY_PATH = "/api/v1/auth/passwordless/magic-link/verify"
TEMPLATE = "sign_in"
DEFAULT_ACCENT = "#4f46e5"

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


def view_of(reason: Refusal) -> tuple[str, int]:
    """Return what a reader is shown for a refusal, and with which status."""
    return _VIEWS.get(reason, ("ended", 400))


def link_address(public_url: str, application: Application, handle: str, secret: str) -> str:
    """Return the address that the mail links to; built from the configured public URL alone."""
    path = VERIFY_PATH if application.magic_link.link_target is LinkTarget.API else LANDING_PATH
    # Client ids, handles and secrets are made of characters that stand in a query as they are (RFC 3986 §3.4).
    return f"{public_url}{path}?client_id={application.client_id}&state={handle}&magictext={secret}"


def sign_in_mail(
    application: Application, attempt: Attempt, *, link: str, code: str, expires_at: datetime, place: str | None
) -> MailOrder:
    """Return the order for the sign-in mail of an attempt.

    Args:
        application: whose brand the mail wears.
        attempt: who asked, from where.
        link: the address that signs the reader in.
        code: the six digits that do the same.
        expires_at: from when on neither is good, so that the mail need not leave any more.
        place: where the asker seems to be, where that is known.
    """
    minutes = max(1, round((expires_at - attempt.created_at).total_seconds() / 60))
    chosen = application.branding.accent
    accent = readable(chosen, LIGHT_PAGE) if is_colour(chosen) else DEFAULT_ACCENT
    context = {
        "subject": f"Sign in to {application.name}",
        "app_name": application.name,
        "logo_url": application.branding.logo_url or None,
        "accent": accent,
        "on_accent": ink_on(accent),
        "link": link,
        "code": code,
        "minutes": minutes,
        "device": describe_agent(attempt.user_agent).summary,
        "place": place,
        "network": attempt.network,
        "at": attempt.created_at.astimezone(UTC).strftime("%H:%M UTC, %d %B"),
        "address": attempt.address,
    }
    return MailOrder(
        recipient=attempt.address,
        template=TEMPLATE,
        context=context,
        not_after=expires_at,
        application_id=application.id,
        reason="magic_link",
    )
