"""How an attempt by password begins, and what is read for it."""

from datetime import datetime, timedelta
from typing import Final

from gatepass.applications.model import Application
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import AddressKey, EmailAddress
from gatepass.kit.secrets import hash_token
from gatepass.login.model import Attempt
from gatepass.methods.password import store
from gatepass.methods.password.model import METHOD, Asker, Held
from gatepass.users.queries import find_person_by_address, list_credentials

_IMPORTED_KIND: Final = "password"


def new_attempt(
    application: Application, address: EmailAddress, asker: Asker, state: str, lifetime: timedelta, at: datetime
) -> Attempt:
    """Return an attempt that is about to begin."""
    return Attempt(
        id=new_id(),
        application_id=application.id,
        method=METHOD,
        state_hash=hash_token(state),
        address=address.address,
        address_key=address.key,
        browser_hash=asker.browser_hash,
        network=asker.origin.network,
        user_agent=asker.origin.user_agent[:512],
        match_number=None,
        failures=0,
        created_at=at,
        expires_at=at + lifetime,
        verified_at=None,
        handed_out_at=None,
        ended_at=None,
        end_reason=None,
        user_id=None,
        session_id=None,
        answer_sealed=None,
    )


def budget_of(owner: str) -> AddressKey:
    """Return under what wrong passwords are counted: beside the codes of an address, which they must not close."""
    return AddressKey(f"password:{owner}")


async def find_held(tx: Tx, user_id: str) -> Held:
    """Return what a person has that a password can be judged by."""
    stored = await store.find(tx, user_id)
    if stored is not None:
        return Held(user_id, stored)
    brought = [one for one in await list_credentials(tx, [user_id]) if one.kind == _IMPORTED_KIND]
    return Held(user_id, None, brought[0] if brought else None)


async def find_held_by_address(tx: Tx, key: AddressKey) -> Held:
    """Return what the owner of an address has; nothing where it is nobody's."""
    person = await find_person_by_address(tx, key)
    return Held() if person is None else await find_held(tx, person.id)
