"""How a device's request stands, how fast it may ask, and how often a code may be typed wrong."""

from datetime import datetime, timedelta
from typing import Final

from gatepass.applications.model import Application, GrantType
from gatepass.protocols.oauth2 import scopes
from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.openid.scopes import OFFLINE, STANDARD
from gatepass.provider.clients.model import refuse_management_scopes
from gatepass.provider.devices.model import DeviceGrant, NotReady

FIRST_INTERVAL_SECONDS: Final = 5
SLOWER_BY_SECONDS: Final = 5  # RFC 8628 §3.5
WINDOW: Final = timedelta(minutes=10)
MOST_WRONG_PER_PERSON: Final = 5
# Many people sit behind one network, and one of them who guesses must not keep the others out for nothing.
MOST_WRONG_PER_NETWORK: Final = 50
# Answers travel and clocks tick: who asks a little early is not too fast.
_GRACE: Final = timedelta(milliseconds=500)


def allowed_scope(unverified_text: str, application: Application) -> tuple[str, ...]:
    """Return what of a scope the application may have, by the rule of authorization requests; the rest is ignored.

    Raises:
        Refused: the scope has no form, holds one of the management API, or nothing of it is left (`invalid_scope`).
    """
    offline = (OFFLINE,) if GrantType.REFRESH_TOKEN in application.grants else ()
    allowed = {*STANDARD, *offline, *application.oauth.scopes}
    wanted = scopes.parse(unverified_text)
    refuse_management_scopes(wanted)
    scope = scopes.narrow(wanted, allowed)
    if not scope:
        raise Refused("invalid_scope", "The application may have none of the scopes that it asks for.")
    return scope


def not_ready(grant: DeviceGrant, now: datetime) -> NotReady | None:
    """Return why a device is given nothing at a moment, how fast it asks left aside; None where it was let in."""
    if grant.spent_at is not None:
        return NotReady.UNKNOWN
    if grant.expires_at <= now:
        return NotReady.EXPIRED
    if grant.is_approved is None:
        return NotReady.PENDING
    return None if grant.is_approved else NotReady.DENIED


def is_too_fast(grant: DeviceGrant, now: datetime) -> bool:
    """Tell whether a device asks again before its interval is over (RFC 8628 §3.5)."""
    if grant.polled_at is None:
        return False
    return now + _GRACE < grant.polled_at + timedelta(seconds=grant.interval_seconds)
