"""How people, organizations and applications go, with all that others hold of them; whoever removes one calls this."""

from collections.abc import Sequence
from datetime import datetime

from gatepass.access.flows import forget_organization
from gatepass.applications import flows as applications
from gatepass.applications.model import Application
from gatepass.audit.flows import stop_streams
from gatepass.audit.model import Origin
from gatepass.domains.flows import give_up_all
from gatepass.impersonation.flows import end_of_user
from gatepass.kit.db import Tx
from gatepass.kit.lookups.reach import Reach, Within
from gatepass.kit.mail.addresses import AddressKey
from gatepass.login import store
from gatepass.login.model import EndReason
from gatepass.organizations import flows as organizations
from gatepass.sessions.flows import revoke_all
from gatepass.templates.flows import forget_application
from gatepass.tokens.flows import end_families
from gatepass.users.queries import find_person


async def shut_out(tx: Tx, user_id: str, at: datetime, origin: Origin) -> int:
    """End every session of a person with all the tokens that it carries, and every sign-in that they have begun.

    Called in the transaction in which somebody is switched off, blocked or deleted, after that was written (ASVS 5.0
    §7.4.2): a session that begins at the same moment then either sees that they may not sign in, or is ended here.

    Args:
        tx: the transaction of the change.
        user_id: who it is.
        at: when.
        origin: who wants it.

    Returns:
        How many sessions ended.
    """
    person = await find_person(tx, user_id)
    if person is not None and person.addresses:
        await store.end_of(tx, [address.key for address in person.addresses], EndReason.USER_INACTIVE, at)
    # Whoever acts in the person's place goes with them.
    await end_of_user(tx, user_id, at, origin)
    return len(await revoke_all(tx, user_id, at, origin))


async def forget_person(tx: Tx, user_id: str, keys: Sequence[AddressKey]) -> int:
    """Delete every attempt of a person and what was guessed at their addresses, and return how many attempts that was.

    Args:
        tx: the transaction of the purge.
        user_id: who is forgotten.
        keys: their addresses.
    """
    for key in keys:
        await store.purge_guesses(tx, key)
    await store.purge_guesses(tx, AddressKey(f"factor:{user_id}"))
    await store.purge_mfa_tokens_of(tx, user_id)
    return await store.purge_of(tx, user_id, keys)


async def remove_organization(tx: Tx, reach: Reach, organization_id: str, at: datetime, origin: Origin) -> None:
    """Delete an organization, the roles that were held in it and its API keys, and stop its streams of events.

    Its webhooks are stopped by the worker before anything that happens afterwards is sent to them.

    Args:
        tx: the transaction to do it in.
        reach: what whoever asks may see.
        organization_id: which one.
        at: when.
        origin: who wants it.

    Raises:
        Problem: it isn't there (`unknown_organization`, 404).
    """
    await organizations.remove(tx, reach, organization_id, at, origin)
    await forget_organization(tx, Within(organization_id), at)
    await stop_streams(tx, organization_id, at)


async def remove_application(
    tx: Tx, application: Application, at: datetime, origin: Origin, *, are_tokens_revoked: bool = False
) -> None:
    """End what an application was granted, and delete it with its templates and its domains.

    Args:
        tx: the transaction in which `applications.flows.open_for_change` gave the application.
        application: which one.
        at: when.
        origin: who wants it.
        are_tokens_revoked: whether it was switched off and `revoke_families` ended its tokens before, in transactions
            that keep nobody waiting; a server that is in use does so.
    """
    if not are_tokens_revoked:
        await end_families(tx, application.id, at)
    await forget_application(tx, application.id)
    await give_up_all(tx, application.id, at, origin)
    await applications.remove(tx, application, at, origin)
