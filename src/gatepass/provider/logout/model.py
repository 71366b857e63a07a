"""A wish to sign out, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from gatepass.sessions.model import Account

LOGOUT_PATHS = ("/oauth2/logout", "/oidc/logout")
PAGE = "/sign-out"
"""Where a person is asked."""
SIGNED_OUT = "/signed-out"
"""Where a browser goes that nobody expects back."""


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was asked for, as far as it holds; what does not hold has been left out.

    Args:
        application_id: who asks; empty where nobody is named, or not rightly.
        return_uri: where the browser goes afterwards, with `state`; registered to the letter, or empty.
        is_vouched: whether an id token of ours vouches for all of it, so that nobody has to be asked.
        user_id: whom the id token is about.
        session_id: which session it is about.
        login_hint: who is expected to sign out (`logout_hint`).
        ui_locales: the languages that the person reads.
        expires_at: until when the wish may wait for an answer.
    """

    application_id: str = ""
    return_uri: str = ""
    is_vouched: bool = False
    user_id: str = ""
    session_id: str = ""
    login_hint: str = ""
    ui_locales: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedOut:
    """It is done, or there was nothing to do.

    Args:
        has_others: whether the browser holds other accounts, now under its new cookie.
        return_uri: where the browser may go by itself; empty where nobody vouches for that.
    """

    has_others: bool
    return_uri: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The person must be asked first, about these accounts."""

    accounts: tuple[Account, ...]
