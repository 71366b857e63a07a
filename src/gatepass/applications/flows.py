"""How an application comes into being and changes its secrets."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from gatepass.applications import rules, store
from gatepass.applications.model import (
    Application,
    ApplicationSecret,
    ClientAuthentication,
    Registration,
    unknown_application,
)
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.clock import next_moment
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import CLIENT_SECRET_PREFIX, new_client_id, new_id, new_secret
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret, hash_token

_LIVE_SECRETS = 2
_SHORTEST_ADOPTED = 32
_NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Registered:
    """An application that has just been registered, with the secret that is shown this once."""

    application: Application
    client_secret: Secret | None


async def register(
    tx: Tx, registration: Registration, at: datetime, *, client_id: str | None = None, origin: Origin = _NOWHERE
) -> Registered:
    """Register an application.

    Args:
        tx: the transaction to do it in.
        registration: what is asked for.
        at: when.
        client_id: the id that it brings with it, such as the address of its document; None makes one.
        origin: who asks, for the record.

    Raises:
        Problem: the registration has faults; all of them are named (`invalid_application`).
    """
    rules.refuse_faulty(registration)
    application = Application(
        id=new_id(),
        client_id=client_id or new_client_id(),
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
        oauth=registration.oauth,
        methods=registration.methods,
    )
    await store.add(tx, application)
    await record(tx, EventKind.APPLICATION_CREATED, at=at, application_id=application.id, origin=origin)
    secret = await add_secret(tx, application.id, at) if _has_secret(application) else None
    return Registered(application, secret)


async def open_for_change(tx: Tx, unverified_name: str) -> Application:
    """Wait until nobody else changes an application, and return it as it then is.

    Args:
        tx: the transaction of the change.
        unverified_name: its id or its client id; whoever names it by either waits for the other.

    Raises:
        Problem: it isn't there (`unknown_application`, 404).
    """
    named = await store.find_named(tx, unverified_name)
    if named is None:
        raise unknown_application()
    await take_turn(tx, f"application:{named.id}")
    found = await store.find(tx, named.id)
    if found is None:
        raise unknown_application()
    return found


async def change(
    tx: Tx, application: Application, registration: Registration, at: datetime, origin: Origin = _NOWHERE
) -> Application:
    """Write an application anew after a registration; its ids stay.

    Its secrets stay where it proves itself by one: a secret that nobody asks for any more opens nothing later, when
    one is asked for again.

    Raises:
        Problem: the registration has faults; all of them are named (`invalid_application`).
    """
    rules.refuse_faulty(registration)
    values = {part.name: getattr(registration, part.name) for part in fields(registration)}
    changed = replace(application, **values, modified_at=next_moment(application.modified_at, at))
    await store.touch(tx, changed)
    if not _has_secret(changed):
        await store.revoke_secrets(tx, changed.id, at)
    await record(tx, EventKind.APPLICATION_CHANGED, at=at, application_id=application.id, origin=origin)
    return changed


async def remove(tx: Tx, application: Application, at: datetime, origin: Origin = _NOWHERE) -> None:
    """Delete an application with its secrets; `login.flows.remove_application` has others forget it too."""
    await store.purge(tx, application.id)
    named = {"name": application.name, "client_id": application.client_id}
    await record(tx, EventKind.APPLICATION_REMOVED, at=at, application_id=application.id, origin=origin, data=named)


async def switch(
    tx: Tx, application: Application, *, is_active: bool, at: datetime, origin: Origin = _NOWHERE
) -> Application:
    """Switch an application off, so that nobody signs in to it, or on again."""
    changed = replace(application, is_active=is_active, modified_at=next_moment(application.modified_at, at))
    await store.touch(tx, changed)
    await record(
        tx,
        EventKind.APPLICATION_CHANGED,
        at=at,
        application_id=application.id,
        origin=origin,
        data={"is_active": str(is_active).lower()},
    )
    return changed


def registration_of(application: Application) -> Registration:
    """Return what would register an application anew, as the ground for a change."""
    return Registration(**{part.name: getattr(application, part.name) for part in fields(Registration)})


def _has_secret(application: Application) -> bool:
    return application.is_confidential and application.oauth.authentication is not ClientAuthentication.PRIVATE_KEY_JWT


async def rotate_secret(
    tx: Tx, application: Application, at: datetime, origin: Origin
) -> tuple[ApplicationSecret, Secret]:
    """Give an application that proves itself by one a new secret; the newest of the others goes on opening.

    Returns:
        The secret as it is kept, and the secret itself, shown this once.

    Raises:
        Problem: the application proves itself without one, or not at all (`no_client_secret`, 409).
    """
    _refuse_secretless(application)
    kept, secret = await _give_secret(tx, application.id, at)
    named = {"secret_id": kept.id}
    await record(
        tx, EventKind.APPLICATION_SECRET_ADDED, at=at, application_id=application.id, origin=origin, data=named
    )
    return kept, secret


async def revoke_secret(tx: Tx, application: Application, secret_id: str, at: datetime, origin: Origin) -> bool:
    """End one of an application's secrets at once; False where it has no such live one."""
    if secret_id not in {one.id for one in await store.list_secrets(tx, application.id)}:
        return False
    await store.revoke_secret(tx, secret_id, at)
    named = {"secret_id": secret_id}
    await record(
        tx, EventKind.APPLICATION_SECRET_REVOKED, at=at, application_id=application.id, origin=origin, data=named
    )
    return True


async def add_secret(tx: Tx, application_id: str, at: datetime) -> Secret:
    """Give an application a new secret; two are valid at a time, and a third ends the oldest.

    Returns:
        The secret, shown this once; only its hash is kept.
    """
    return (await _give_secret(tx, application_id, at))[1]


async def adopt_secret(tx: Tx, application: Application, secret: Secret, at: datetime, origin: Origin) -> None:
    """Give an application a secret that its operator made and keeps elsewhere; two are valid at a time.

    Raises:
        Problem: the application has no secret (`no_client_secret`, 409), or this one could be guessed
            (`weak_client_secret`, 400).
    """
    _refuse_secretless(application)
    if len(secret.reveal()) < _SHORTEST_ADOPTED or not secret.reveal().isascii():
        sentence = f"A secret of your own has at least {_SHORTEST_ADOPTED} random ASCII characters; make a longer one."
        raise Problem("weak_client_secret", 400, sentence)
    kept = await _keep_secret(tx, application.id, secret.reveal(), at)
    named = {"secret_id": kept.id}
    await record(
        tx, EventKind.APPLICATION_SECRET_ADDED, at=at, application_id=application.id, origin=origin, data=named
    )


def _refuse_secretless(application: Application) -> None:
    if not _has_secret(application):
        sentence = "This application has no secret: its type or its way to authenticate is one without."
        raise Problem("no_client_secret", 409, sentence)


async def _give_secret(tx: Tx, application_id: str, at: datetime) -> tuple[ApplicationSecret, Secret]:
    secret = new_secret(CLIENT_SECRET_PREFIX)
    return await _keep_secret(tx, application_id, secret, at), Secret(secret)


async def _keep_secret(tx: Tx, application_id: str, secret: str, at: datetime) -> ApplicationSecret:
    live = await store.list_secrets(tx, application_id)
    for old in live[: max(0, len(live) - _LIVE_SECRETS + 1)]:
        await store.revoke_secret(tx, old.id, at)
    kept = ApplicationSecret(new_id(), application_id, hash_token(secret), secret[-4:], at, None)
    await store.add_secret(tx, kept)
    return kept
