"""What strangers leave behind is forgotten where nobody ever used it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.applications.flows import change, registration_of, switch
from gatepass.applications.model import Application, ApplicationType, OAuthPolicy, Registration, Source
from gatepass.applications.queries import list_applications
from gatepass.audit.model import EventKind
from gatepass.kit.db import query
from gatepass.provider.consents import flows as consents
from gatepass.provider.registration import jobs, store
from gatepass.provider.registration.jobs import UNUSED_FOR, ClientPurge
from gatepass.provider.registration.model import ClientDocument
from provider.registration.strangers import OPEN, registered
from support.spine import ORIGIN, Spine, standing

pytestmark = pytest.mark.anyio
_ROWS = (
    query(int, "SELECT count(*) FROM application_secrets"),
    query(int, "SELECT count(*) FROM registration_tokens"),
    query(int, "SELECT count(*) FROM client_documents"),
)


@pytest.fixture
async def spine(migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Spine]:
    """A house where everybody may register, on each database in turn."""
    async with standing(migrated_url, tmp_path_factory.mktemp("house"), OPEN) as made:
        yield made


async def described(spine: Spine, url: str) -> Application:
    """A client as its document described it, read just now."""
    at = spine.clock.now()
    policy = OAuthPolicy(is_third_party=True, source=Source.DOCUMENT)
    made = await spine.register(Registration(name=url, type=ApplicationType.SPA, oauth=policy))
    await spine.transact(
        lambda tx: store.add_document(tx, ClientDocument(made.client_id, made.id, at, at + timedelta(hours=1)))
    )
    return made


async def left(spine: Spine, chore: ClientPurge | None = None) -> set[str]:
    """The names of the strangers that a round of the chore leaves."""
    walk = chore or ClientPurge()
    while await spine.transact(lambda tx: walk(tx, spine.clock.now())):
        pass
    return {one.name for one in await spine.read(list_applications)} - {"Shop"}


async def test_an_unused_client_goes_after_thirty_days_with_all_that_it_had(spine: Spine) -> None:
    async with spine.door() as door:
        await registered(door, client_name="site", token_endpoint_auth_method="client_secret_basic")
    await described(spine, "https://agent.example/client")
    assert [await spine.read(lambda tx, one=one: tx.one(one)) for one in _ROWS] == [1, 1, 1]  # type: ignore[misc]
    spine.clock.move(UNUSED_FOR)
    assert len(await left(spine)) == 2
    spine.clock.move(timedelta(seconds=1))
    assert await left(spine) == set()
    assert [await spine.read(lambda tx, one=one: tx.one(one)) for one in _ROWS] == [0, 0, 0]  # type: ignore[misc]
    kinds = [event.kind for event in await spine.events()]
    assert kinds.count(EventKind.APPLICATION_REMOVED) == 2


async def test_who_was_ever_used_or_is_the_operators_stays(spine: Spine) -> None:
    ours = await described(spine, "trusted")
    policy = replace(ours.oauth, is_third_party=False)
    trusted = replace(registration_of(ours), oauth=policy)
    await spine.transact(lambda tx: change(tx, ours, trusted, spine.clock.now()))
    blocked = await described(spine, "blocked")
    await spine.transact(lambda tx: switch(tx, blocked, is_active=False, at=spine.clock.now()))
    used, at = await described(spine, "used"), spine.clock.now()
    person = (await spine.sign_in("reader@example.com")).user
    await spine.transact(lambda tx: consents.allow(tx, person.id, used.id, ("openid",), at, ORIGIN))
    await described(spine, "idle")
    spine.clock.move(UNUSED_FOR * 2)
    await described(spine, "new")
    assert await left(spine) == {"trusted", "blocked", "used", "new"}


async def test_a_client_whose_document_is_still_read_stays(spine: Spine) -> None:
    read = await described(spine, "read")
    spine.clock.move(UNUSED_FOR * 2)
    at = spine.clock.now()
    await spine.transact(lambda tx: store.add_document(tx, ClientDocument(read.client_id, read.id, at, at)))
    assert await left(spine) == {"read"}


async def test_a_walk_comes_to_every_client_whatever_stays_before_it(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_CLIENTS_AT_ONCE", 2)
    for number in range(5):
        await spine.register(Registration(name=f"ours {number}", type=ApplicationType.SPA))
    await described(spine, "last")
    spine.clock.move(UNUSED_FOR * 2)
    chore = ClientPurge()
    assert await left(spine, chore) == {f"ours {number}" for number in range(5)}
    await described(spine, "idle")
    spine.clock.move(UNUSED_FOR * 2)
    assert "idle" not in await left(spine, chore), "the next walk begins anew"
