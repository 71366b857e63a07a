"""Whether a session is what an organization asks of its members, without a database and without a page."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from gatepass.organizations.model import OrganizationPolicy
from gatepass.sessions.model import Session

_SECOND_FACTOR: Final = "mfa"
NO_WAY: Final = "The organization allows none of the ways to sign in that this server has. Ask its administrators."

Ways = Mapping[str, tuple[str, ...]]
"""The ways to sign in that there are: by the key of each method, how it proves (RFC 8176)."""


def is_met(policy: OrganizationPolicy, ways: Ways, session: Session, now: datetime) -> bool:
    """Tell whether a session was begun as an organization wants it, and is young enough for it.

    Args:
        policy: what the organization asks for.
        ways: the ways to sign in that there are.
        session: the session that is to be used.
        now: the time.
    """
    proven_by = [set(ways[key]) <= set(session.amr) for key in policy.methods if key in ways]
    is_allowed = not policy.methods or any(proven_by)
    is_strong = not policy.requires_mfa or _SECOND_FACTOR in session.amr
    return is_allowed and is_strong and _is_young(policy, session, now)


def why_never(policy: OrganizationPolicy, ways: Ways) -> str:
    """Return why no sign-in here can be what an organization asks for; empty where one can."""
    allowed = [amr for key, amr in ways.items() if not policy.methods or key in policy.methods]
    if not allowed:
        return NO_WAY
    return ""


def _is_young(policy: OrganizationPolicy, session: Session, now: datetime) -> bool:
    longest, idle = timedelta(seconds=policy.session_seconds), timedelta(seconds=policy.idle_seconds)
    if longest and session.authenticated_at + longest <= now:
        return False
    return not idle or now < session.last_seen_at + idle
