"""Somebody of whom applications hold more grants than any list shows: what must find all of them does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.applications.model import Application
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, command
from gatepass.kit.ids import new_id
from gatepass.login.flows import HandedOut
from gatepass.provider.consents.flows import revoke
from gatepass.provider.logout.flows import Notices
from gatepass.sessions.flows import revoke_all
from gatepass.tokens import flows, store
from gatepass.tokens.model import Family, Terms
from gatepass.tokens.queries import find_family
from support.spine import ORIGIN, SHOP, Spine
from support.visiting import browsing

pytestmark = pytest.mark.anyio
ANA = "ana@example.com"
MANY = 1001


async def crowded(spine: Spine, application: Application) -> HandedOut:
    """Sign somebody in, of whom another application holds many newer grants of another session."""
    handed, at = await spine.sign_in(ANA), spine.clock.now()

    async def body(tx: Tx) -> None:
        for _ in range(MANY):
            one = Family(new_id(), "s", handed.user.id, application.id, at, at + timedelta(days=1), None, Terms())
            await store.add_family(tx, one)

    await spine.transact(body)
    return handed


async def is_revoked(spine: Spine, handed: HandedOut) -> bool:
    family = await spine.read(lambda tx: find_family(tx, handed.grant.family_id))
    assert family is not None
    return family.revoked_at is not None


async def test_what_is_taken_back_from_an_application_is_found_among_many(each_spine: Spine) -> None:
    other = await each_spine.register(replace(SHOP, name="Other"))
    handed, at = await crowded(each_spine, other), each_spine.clock.now()
    shop = each_spine.application
    assert await each_spine.transact(lambda tx: revoke(tx, handed.user.id, shop.id, at, ORIGIN))
    assert await is_revoked(each_spine, handed)
    assert await each_spine.transact(lambda tx: revoke(tx, handed.user.id, other.id, at, ORIGIN))
    assert not await each_spine.transact(lambda tx: revoke(tx, handed.user.id, other.id, at, ORIGIN))


async def test_every_application_that_holds_tokens_is_shown(spine: Spine) -> None:
    other = await spine.register(replace(SHOP, name="Other"))
    await crowded(spine, other)
    async with browsing(spine) as browser:
        await browser.sign_in(ANA, await browser.get("/account"))
        page = await browser.get("/account/applications")
    assert spine.application.id in page.text
    assert other.id in page.text


async def test_whoever_must_know_of_an_end_is_told_however_much_else_there_is(each_spine: Spine) -> None:
    other = await each_spine.register(replace(SHOP, name="Other"))
    handed, at = await crowded(each_spine, other), each_spine.clock.now()
    told = command("UPDATE applications SET oauth = :oauth WHERE id = :id")
    oauth = replace(each_spine.application.oauth, logout_notice_url="https://shop.test/told")
    await each_spine.transact(lambda tx: tx.run(told, id=each_spine.application.id, oauth=oauth))
    await each_spine.transact(lambda tx: revoke_all(tx, handed.user.id, at, ORIGIN))
    house = each_spine.house
    assert await Notices(each_spine.database, each_spine.clock, house.tokens, house.outbox).tell() == 1
    last = (await each_spine.events())[-1]
    assert (last.kind, last.application_id) == (EventKind.LOGOUT_NOTIFIED, each_spine.application.id)


async def test_all_grants_of_an_application_end_in_short_walks_and_no_others(
    each_spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "_AT_ONCE", 2)
    other = await each_spine.register(replace(SHOP, name="Other"))
    ours = [await each_spine.sign_in(ANA) for _ in range(3)]
    theirs = [await each_spine.sign_in(ANA, other) for _ in range(2)]
    ours.append(await each_spine.sign_in(ANA))
    await flows.revoke_families(each_spine.database, each_spine.application.id, each_spine.clock.now())
    assert [await is_revoked(each_spine, one) for one in (*ours, *theirs)] == [True] * 4 + [False] * 2
