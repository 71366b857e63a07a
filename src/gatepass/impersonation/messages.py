"""The mail that tells a person that somebody began to act in their place."""

from typing import Final

from gatepass.impersonation.model import Seen
from gatepass.kit.languages.words import N_, say, say_moment
from gatepass.outbox.model import MailOrder

TEMPLATE: Final = "impersonation"


def notice(seen: Seen, language: str) -> MailOrder:
    """Return the order for the mail; it has no link, so that nobody learns to follow one out of such a mail.

    Args:
        seen: who acts in whose place.
        language: the tag of the language in which the person gets it.
    """
    impersonation, name = seen.impersonation, seen.application_name
    return MailOrder(
        recipient=seen.user.email,
        template=TEMPLATE,
        context={
            "subject": say(language, N_("Somebody from %(name)s looks at your account"), name=name),
            "app_name": name,
            "who": impersonation.actor.name or say(language, N_("An operator")),
            "reason": impersonation.reason,
            "at": say_moment(language, impersonation.created_at),
            "until": say_moment(language, impersonation.expires_at),
            "address": seen.user.email,
        },
        reason="impersonation.started",
        application_id=impersonation.application_id,
        language=language,
    )
