"""Who holds a registration: whoever presents its token."""

import hmac

from gatepass.applications.model import Application
from gatepass.applications.queries import find_by_client_id
from gatepass.kit.db import Tx
from gatepass.kit.ids import REGISTRATION_TOKEN_PREFIX, is_well_formed
from gatepass.kit.secrets import hash_token
from gatepass.provider.registration import store
from gatepass.provider.registration.addresses import LONGEST_CLIENT_ID


async def find_registered(tx: Tx, unverified_client_id: str, unverified_token: str) -> Application | None:
    """Return an application that registered itself, to whoever presents its registration token.

    Args:
        tx: the transaction or read.
        unverified_client_id: which one.
        unverified_token: the registration access token.
    """
    if len(unverified_client_id) > LONGEST_CLIENT_ID or not is_well_formed(unverified_token, REGISTRATION_TOKEN_PREFIX):
        return None
    application = await find_by_client_id(tx, unverified_client_id)
    token = await store.find_token(tx, application.id) if application is not None else None
    if application is None or token is None or not application.is_active:
        return None
    return application if hmac.compare_digest(token.token_hash, hash_token(unverified_token)) else None
