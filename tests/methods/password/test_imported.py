"""A password that came with an import signs its owner in once, and is ours from then on."""

import bcrypt
import pytest

from gatepass.authenticators.model import Kind
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.db import Tx, command
from gatepass.kit.ids import new_id
from gatepass.login.flows import HandedOut
from gatepass.login.model import Refusal, Refused
from gatepass.methods.password import store
from gatepass.users.flows import seal_credential
from gatepass.users.queries import list_credentials
from methods.password.house import ASKER, BETTER, GOOD, address_of, garden, set_password
from support.spine import Spine

pytestmark = pytest.mark.anyio
ANNA = "anna@example.com"
_BRING = command(
    "INSERT INTO imported_credentials (id, user_id, kind, scheme, sealed, created_at) "
    "VALUES (:id, :user_id, 'password', 'bcrypt', :sealed, :at)"
)


async def bring(spine: Spine, password: str) -> str:
    """Let somebody come with a bcrypt hash, and return their id."""
    user = (await spine.sign_in(ANNA)).user
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    sealed = seal_credential(user.id, "password", {"hash": hashed}, spine.ring)
    await spine.transact(lambda tx: tx.run(_BRING, id=new_id(), user_id=user.id, sealed=sealed, at=spine.clock.now()))
    return user.id


async def test_the_first_sign_in_keeps_it_by_our_own_hash(each_spine: Spine) -> None:
    shop = await garden(each_spine)
    user_id = await bring(each_spine, GOOD)
    flows = each_spine.house.passwords.sign_ins
    assert await flows.redeem(shop, address_of(ANNA), BETTER, ASKER) == Refused(Refusal.WRONG_CODE)
    assert isinstance(await flows.redeem(shop, address_of(ANNA), GOOD, ASKER), HandedOut)

    async def look(tx: Tx) -> tuple[object, ...]:
        kept = await store.find(tx, user_id)
        listed = [one.kind for one in await list_authenticators(tx, user_id)]
        return kept is not None and kept.hashed.startswith("$argon2id$"), listed, await list_credentials(tx, [user_id])

    assert await each_spine.read(look) == (True, [Kind.PASSWORD], [])
    assert isinstance(await flows.redeem(shop, address_of(ANNA), GOOD, ASKER), HandedOut)


async def test_a_new_password_takes_its_place(spine: Spine) -> None:
    shop = await garden(spine)
    await bring(spine, GOOD)
    await set_password(spine, shop, ANNA, BETTER)
    flows = spine.house.passwords.sign_ins
    assert await flows.redeem(shop, address_of(ANNA), GOOD, ASKER) == Refused(Refusal.WRONG_CODE)
    assert isinstance(await flows.redeem(shop, address_of(ANNA), BETTER, ASKER), HandedOut)
