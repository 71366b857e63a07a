"""The mail that tells a person that what they hold to sign in has changed."""

from datetime import datetime
from typing import Final

from gatepass.authenticators.model import Kind
from gatepass.kit.languages.words import N_, say, say_moment
from gatepass.outbox.model import MailOrder
from gatepass.users.model import User

TEMPLATE: Final = "authenticator_changed"
_NAMES: Final = {
    Kind.TOTP: N_("authenticator app"),
    Kind.PASSKEY: N_("passkey"),
    Kind.BACKUP_CODE: N_("backup codes"),
    Kind.SMS: N_("codes by SMS"),
    Kind.EMAIL: N_("codes by e-mail"),
    Kind.PASSWORD: N_("password"),
}


def name_of(kind: Kind, language: str) -> str:
    """Return what a kind of authenticator is called, in a language."""
    return say(language, _NAMES[kind])


def notice(
    user: User, sentence: str, kind: Kind, name: str, *, app_name: str, application_id: str | None, language: str,
    at: datetime, device: str, left: int = 0,
) -> MailOrder:  # fmt: skip
    """Return the order for the mail; it has no link, so that nobody learns to follow one out of such a mail.

    Args:
        user: whose authenticators changed.
        sentence: what happened, with a place for `%(kind)s` or `%(left)s`, marked for the translators.
        kind: the kind that it happened to.
        name: what its holder calls it; may be empty.
        app_name: who writes.
        application_id: whose look the mail has; None for the house's own.
        language: the tag of the language in which the person gets it.
        at: when it happened.
        device: the browser or program that did it; empty where that is not known.
        left: how many are left, where that is what is told.
    """
    happened = say(language, sentence, kind=name_of(kind, language), left=left)
    return MailOrder(
        recipient=user.email,
        template=TEMPLATE,
        context={
            "subject": happened,
            "happened": happened,
            "app_name": app_name,
            "name": name,
            "at": say_moment(language, at),
            "device": device,
            "address": user.email,
        },
        reason="authenticator.changed",
        application_id=application_id,
        language=language,
    )
