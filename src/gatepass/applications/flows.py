"""How an application comes into being and changes its secrets."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.applications import rules, store
from gatepass.applications.model import Application, ApplicationSecret, Registration
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx
from gatepass.kit.ids import CLIENT_SECRET_PREFIX, new_client_id, new_id, new_secret
from gatepass.kit.secrets import Secret, hash_token

_LIVE_SECRETS = 2


@dataclass(frozen=True, slots=True)
class Registered:
    """An application that has just been registered, with the secret that is shown this once."""

    application: Application
    client_secret: Secret | None


async def register(tx: Tx, registration: Registration, at: datetime) -> Registered:
    """Register an application.

    Args:
        tx: the transaction to do it in.
        registration: what is asked for.
        at: when.

    Raises:
        Problem: the registration has faults; all of them are named (`invalid_application`).
    """
    rules.refuse_faulty(registration)
    application = Application(
        id=new_id(),
        client_id=new_client_id(),
        name=registration.name.strip(),
        type=registration.type,
        callback_urls=registration.callback_urls,
        logout_urls=registration.logout_urls,
        allowed_origins=registration.allowed_origins,
        access_token_lifetime=registration.access_token_lifetime,
        id_token_lifetime=registration.id_token_lifetime,
        refresh_token_lifetime=registration.refresh_token_lifetime,
        signing_algorithm=registration.signing_algorithm,
        magic_link=registration.magic_link,
        branding=registration.branding,
        is_active=True,
        created_at=at,
        modified_at=at,
    )
    await store.add(tx, application)
    await record(tx, EventKind.APPLICATION_CREATED, at=at, application_id=application.id)
    secret = await add_secret(tx, application.id, at) if application.type.keeps_secrets else None
    return Registered(application, secret)


async def add_secret(tx: Tx, application_id: str, at: datetime) -> Secret:
    """Give an application a new secret; two are valid at a time, and a third ends the oldest.

    Returns:
        The secret, shown this once; only its hash is kept.
    """
    live = await store.list_secrets(tx, application_id)
    for old in live[: max(0, len(live) - _LIVE_SECRETS + 1)]:
        await store.revoke_secret(tx, old.id, at)
    secret = new_secret(CLIENT_SECRET_PREFIX)
    await store.add_secret(tx, ApplicationSecret(new_id(), application_id, hash_token(secret), secret[-4:], at, None))
    return Secret(secret)
