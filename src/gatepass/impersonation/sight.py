"""What an impersonation is about, and which one runs in a browser."""

from datetime import datetime

from gatepass.applications.queries import find_application
from gatepass.impersonation import store
from gatepass.impersonation.model import Impersonation, Seen
from gatepass.kit.db import Tx
from gatepass.sessions.queries import find_acted
from gatepass.users.queries import find_user


async def find_running(tx: Tx, browser_hash: bytes, now: datetime) -> Seen | None:
    """Return the impersonation that runs in a browser; None where none does.

    Args:
        tx: the transaction or read.
        browser_hash: the hash of the cookie by which the browser is signed in.
        now: the time.
    """
    session = await find_acted(tx, browser_hash, now)
    impersonation = None if session is None else await store.find_by_session(tx, session.id)
    return None if impersonation is None else await see(tx, impersonation)


async def see(tx: Tx, impersonation: Impersonation) -> Seen | None:
    """Return an impersonation with whom and what it is about; None where either is gone."""
    user = await find_user(tx, impersonation.user_id)
    application = await find_application(tx, impersonation.application_id)
    if user is None or application is None:
        return None
    return Seen(impersonation, user, application.name, application.oauth.home_url, application.branding.language)
