"""Whoever removes an organization or an application, a file or a call, leaves nothing behind that opens."""

import asyncio
from typing import Any

import httpx2
import pytest

from api.organizations.callers import by_key, code_of
from gatepass.app.event_streams import streams_of
from gatepass.applications.flows import open_for_change
from gatepass.applications.queries import find_application
from gatepass.audit.flows import StreamFormat, StreamKind, Streams, StreamTarget, StreamWishes
from gatepass.audit.streams.keeping import find_stream
from gatepass.blueprint.flows import Blueprints, read_blueprint
from gatepass.domains import store as domains
from gatepass.domains.model import CustomDomain, DomainState
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import new_id
from organizations.stage import an_organization
from support.managing import managing
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
APPLICATIONS, HOST = "/api/v1/applications", "login.shop.example"
_SWITCH_OFF = command("UPDATE organizations SET is_active = :off WHERE id = :id")
_LIVE_FAMILIES = query(int, "SELECT count(*) FROM refresh_families WHERE revoked_at IS NULL")
_LIVE_KEYS = query(int, "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND organization_id <> ''")


async def prune(spine: Spine, noun: str) -> None:
    """Apply a file that names nothing of a noun and removes the rest."""
    blueprint = read_blueprint(f"gatepass: 1\n{noun}: {{}}\n")
    await Blueprints(spine.database, spine.clock).apply(blueprint, is_pruning=True)


async def serve(spine: Spine) -> None:
    """Let a domain of the application be served."""
    at = spine.clock.now()
    domain = CustomDomain(
        new_id(), HOST, spine.application.id, DomainState.ACTIVE, "c", at, at, at, at, at, 0, ""
    )  # fmt: skip

    async def body(tx: Tx) -> None:
        assert await domains.add(tx, domain)
        await domains.touch(tx, domain)

    await spine.transact(body)


async def asked(spine: Spine) -> int:
    """Ask as the web server in front does whether a host is served."""
    async with spine.door() as door:
        return int((await door.get("/internal/tls/ask", params={"domain": HOST})).status_code)


async def test_a_pruned_organizations_keys_open_nothing(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    async with by_key(each_spine, organization, "organizations:read") as door:
        path = f"/api/v1/organizations/{organization.id}"
        assert (await door.get(path)).status_code == 200
        await prune(each_spine, "organizations")
        assert code_of(await door.get(path)) == (401, "invalid_credential")
    assert await each_spine.read(lambda tx: tx.one(_LIVE_KEYS)) == 0


async def test_a_key_opens_nothing_while_its_organization_is_switched_off(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    async with by_key(each_spine, organization, "organizations:read") as door:
        await each_spine.transact(lambda tx: tx.run(_SWITCH_OFF, id=organization.id, off=False))
        answer = await door.get("/api/v1/organizations")
    assert code_of(answer) == (401, "invalid_credential")


async def test_a_removed_organizations_streams_stop(each_spine: Spine) -> None:
    organization = await an_organization(each_spine)
    made = await a_stream(each_spine, organization.id)
    async with managing(each_spine, "organizations:write") as door:
        assert (await door.delete(f"/api/v1/organizations/{organization.id}")).is_success
    found = await each_spine.read(lambda tx: find_stream(tx, made))
    assert found is not None
    assert not found.is_active


async def a_stream(spine: Spine, organization_id: str) -> str:
    """Set a stream of an organization's events up."""
    streams: Streams = streams_of(spine.house)
    target = StreamTarget(url="https://siem.example/events")
    wishes = StreamWishes("S", StreamKind.HTTPS, StreamFormat.JSON, target, organization_id=organization_id)
    return (await spine.transact(lambda tx: streams.create(tx, wishes, spine.clock.now(), ORIGIN))).id


async def test_one_organization_does_not_take_the_place_of_all_streams(each_spine: Spine) -> None:
    one, other = await an_organization(each_spine), await an_organization(each_spine, "Globex")
    for _ in range(10):
        await a_stream(each_spine, one.id)
    with pytest.raises(Exception, match="at most 10 streams"):
        await a_stream(each_spine, one.id)
    assert await a_stream(each_spine, other.id)


async def test_a_pruned_applications_domains_and_tokens_go_with_it(each_spine: Spine) -> None:
    await each_spine.sign_in("ada@acme.test")
    await serve(each_spine)
    assert await asked(each_spine) == 200
    await prune(each_spine, "applications")
    assert await asked(each_spine) == 404
    assert await each_spine.read(lambda tx: find_application(tx, each_spine.application.id)) is None
    assert await each_spine.read(lambda tx: tx.one(_LIVE_FAMILIES)) == 0


async def test_a_removed_applications_tokens_are_revoked_before_it_goes(
    each_spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await each_spine.sign_in("ada@acme.test")
    found: list[Any] = []

    async def watched(tx: Tx, *_: Any, **__: Any) -> None:
        found.append((await tx.one(_LIVE_FAMILIES), await find_application(tx, each_spine.application.id)))

    monkeypatch.setattr("gatepass.login.departures.forget_application", watched)
    async with managing(each_spine, "applications:write") as door:
        assert (await door.delete(f"{APPLICATIONS}/{each_spine.application.id}")).is_success
    ((live, application),) = found
    assert live == 0
    assert application is not None


async def test_whoever_names_an_application_by_either_id_takes_one_turn(each_spine: Spine) -> None:
    shop = each_spine.application
    async with managing(each_spine, "applications:read", "applications:write") as door:
        for _ in range(5):
            seen = (await door.get(f"{APPLICATIONS}/{shop.id}")).headers["etag"]
            each_spine.clock.move(shop.access_token_lifetime / 3600)

            async def rename(name: str, door: httpx2.AsyncClient = door, seen: str = seen) -> int:
                answer = await door.patch(f"{APPLICATIONS}/{name}", json={"name": name}, headers={"if-match": seen})
                return int(answer.status_code)

            names = [shop.id, shop.client_id] * 2
            assert sorted(await asyncio.gather(*map(rename, names))) == [200, 412, 412, 412]


async def test_a_change_waits_for_whoever_named_the_application_otherwise(each_spine: Spine) -> None:
    shop, order, is_held = each_spine.application, [], asyncio.Event()

    async def first(tx: Tx) -> None:
        await open_for_change(tx, shop.id)
        is_held.set()
        for _ in range(20):
            await tx.one(_LIVE_FAMILIES)
        order.append("id")

    async def second(tx: Tx) -> None:
        await open_for_change(tx, shop.client_id)
        order.append("client_id")

    one = asyncio.create_task(each_spine.transact(first))
    await is_held.wait()
    await each_spine.transact(second)
    await one
    assert order == ["id", "client_id"]
