"""The mail that invites, and the address of its page."""

from typing import Final

from gatepass.applications.model import Application
from gatepass.invitations.model import PAGE, Invitation
from gatepass.kit.colours import LIGHT_PAGE, ink_on, is_colour, readable
from gatepass.kit.languages.words import N_, say, say_moment_and_year
from gatepass.organizations.model import Organization
from gatepass.outbox.model import MailOrder

TEMPLATE: Final = "invitation"
REASON: Final = "invitation"
_DEFAULT_ACCENT: Final = "#4f46e5"
_HOUSE: Final = "Gatepass"
_BY_SOMEBODY: Final = N_("%(inviter)s invites you to %(organization)s")
_BY_NOBODY: Final = N_("You are invited to %(organization)s")


def name_of(organization: Organization) -> str:
    """Return what people call an organization."""
    return organization.display_name or organization.name


def link_address(public_url: str, token: str) -> str:
    """Return the address that the mail links to; built from the configured public URL alone."""
    # A token is made of characters that stand in a query as they are (RFC 3986 §3.4).
    return f"{public_url}{PAGE}?token={token}"


def invitation_mail(
    invitation: Invitation, organization: Organization, application: Application | None, link: str, language: str
) -> MailOrder:
    """Return the order for the mail of an invitation, which wears the organization's look.

    It is sent under the application's name all the same, because an organization names itself as it likes.

    Args:
        invitation: who is invited, by whom, until when.
        organization: to what.
        application: by which one; None where no application of the operator's asked for it.
        link: the address of its page.
        language: the tag of the language in which its reader gets it.
    """
    is_ours = application is not None and not application.is_of_a_stranger
    owner, brand = (application if is_ours else None), organization.branding
    chosen = brand.accent or (owner.branding.accent if owner is not None else "")
    accent = readable(chosen, LIGHT_PAGE) if is_colour(chosen) else _DEFAULT_ACCENT
    inviter, name = invitation.inviter, name_of(organization)
    subject = _BY_SOMEBODY if inviter.shown else _BY_NOBODY
    context = {
        "subject": say(language, subject, inviter=inviter.shown, organization=name),
        "app_name": owner.name if owner is not None else _HOUSE,
        "organization": name,
        "logo_name": name,
        "logo_url": brand.logo_url or None,
        "accent": accent,
        "on_accent": ink_on(accent),
        "inviter": inviter.shown or None,
        "inviter_email": inviter.email or None,
        "description": invitation.description or None,
        "link": link,
        "until": say_moment_and_year(language, invitation.expires_at),
        "address": invitation.email,
    }
    return MailOrder(
        recipient=invitation.email,
        template=TEMPLATE,
        context=context,
        not_after=invitation.expires_at,
        application_id=owner.id if owner is not None else None,
        reason=REASON,
        language=language,
    )
