"""What of a wish to sign out holds, and what a logout token says."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from gatepass.applications.model import Application
from gatepass.protocols.oauth2 import redirects
from gatepass.provider.logout.model import Wish
from gatepass.sessions.model import Account, Session

NOTICE_LIFETIME: Final = timedelta(minutes=2)  # Back-Channel Logout 1.0 §4: preferably at most two minutes
_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_STATE: Final = 2000


def return_address(registered: Collection[str], unverified_uri: str, state: str) -> str | None:
    """Return where a browser goes after a sign-out, with `state`; None where the URI is not registered to the letter.

    Not even the port of a native application may differ (RP-Initiated Logout 1.0 §2).
    """
    if unverified_uri not in registered or len(state) > _LONGEST_STATE:
        return None
    if not state:
        return unverified_uri
    try:
        return redirects.with_parameters(unverified_uri, {"state": state}, "query")
    except ValueError:
        return None


def is_for(claims: Mapping[str, Any], client_id: str) -> bool:
    """Tell whether an id token was made for a client, and for it alone."""
    return claims.get("aud") == client_id


def named_account(wish: Wish, accounts: Collection[Account]) -> Account | None:
    """Return which of a browser's accounts an id token vouches for: by its session, else by its person."""
    if not wish.is_vouched:
        return None
    by_session = [one for one in accounts if one.session.id == wish.session_id]
    by_person = [one for one in accounts if one.user.id == wish.user_id]
    return next(iter([*by_session, *by_person]), None)


def hinted_first(hint: str, accounts: tuple[Account, ...]) -> tuple[Account, ...]:
    """Return accounts with the one first that a hint names by address, subject or session."""
    named = hint.casefold()

    def is_other(one: Account) -> bool:
        return not named or named not in {one.user.email.casefold(), one.user.id, one.session.id}

    return tuple(sorted(accounts, key=is_other))


def notice_claims(application: Application, session: Session, token_id: str, at: datetime) -> dict[str, Any]:
    """Return the claims of a logout token but `iss` (Back-Channel Logout 1.0 §2.4); a nonce must not be there."""
    return {
        "aud": application.client_id,
        "sub": session.user_id,
        "sid": session.id,
        "iat": int(at.timestamp()),
        "exp": int((at + NOTICE_LIFETIME).timestamp()),
        "jti": token_id,
        "events": {_EVENT: {}},
    }
