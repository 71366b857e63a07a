"""Custom domains from the first call to the page that is served, with a name server that answers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gatepass.audit.model import EventKind
from gatepass.domains.jobs import run_checks
from gatepass.kit.dns.resolver import Resolver
from support.managing import management_token
from support.name_server import NameServer, answering
from support.spine import SHOP, Spine, standing

pytestmark = pytest.mark.anyio
PATH, HOST, TARGET = "/api/v1/domains", "login.shop.example", "auth.gatepass.example"
ASK = "/internal/tls/ask"


@dataclass
class Ground:
    """A house whose name server is the test's."""

    spine: Spine
    names: NameServer
    token: str

    def door(self, **headers: str) -> httpx2.AsyncClient:
        return self.spine.door(**headers)

    async def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        async with self.door(authorization=f"Bearer {self.token}") as door:
            return await door.request(method, path, **options)

    async def add(self, domain: str = HOST, application_id: str = "") -> dict[str, Any]:
        body = {"domain": domain, "application_id": application_id or self.spine.application.id}
        answer = await self.call("POST", PATH, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def publish(self, added: dict[str, Any], *, points: bool = True) -> None:
        """Write a domain's records."""
        cname, txt = added["records"]
        self.names.put(txt["name"], "TXT", f'"{txt["value"]}"')
        if points:
            self.names.put(cname["name"], "CNAME", f"{cname['value']}.")

    async def verify(self, added: dict[str, Any]) -> dict[str, Any]:
        self.spine.clock.move(timedelta(minutes=1))
        return dict((await self.call("POST", f"{PATH}/{added['id']}/verify")).json())

    async def status(self, host: str, path: str = "/healthy", **headers: str) -> int:
        async with self.door(host=host, **headers) as door:
            return int((await door.get(path)).status_code)


@pytest.fixture
async def ground(sqlite_copy: str, tmp_path: Path) -> AsyncIterator[Ground]:
    async with answering() as names:
        environment = {"GATEPASS_NAMESERVERS": names.address, "GATEPASS_DOMAINS_TARGET": TARGET}
        async with standing(sqlite_copy, tmp_path, environment) as spine:
            yield Ground(spine, names, await management_token(spine, "domains:read", "domains:write"))


async def test_a_domain_is_named_proven_served_and_given_up(ground: Ground) -> None:
    added = await ground.add(" Login.Shop.Example. ")
    assert (added["domain"], added["state"], added["is_served"]) == (HOST, "pending", False)
    assert added["records"][0] == {"type": "CNAME", "name": HOST, "value": TARGET}
    assert await ground.status(HOST) == 421
    assert (await ground.verify(added))["state"] == "pending"
    ground.publish(added, points=False)
    assert (await ground.verify(added))["state"] == "verified"
    assert await ground.status(HOST) == 421
    ground.publish(added)
    served = await ground.verify(added)
    assert (served["state"], served["is_served"], served["last_error"]) == ("active", True, "")
    assert await ground.status(HOST) == 404
    assert (await ground.call("GET", f"{PATH}/{added['id']}")).json() == served
    assert (await ground.call("GET", PATH)).json() == [served]
    assert (await ground.call("DELETE", f"{PATH}/{added['id']}")).json() == {"success": True}
    assert await ground.status(HOST) == 421
    kinds = [event.kind for event in await ground.spine.events() if event.kind.startswith("domain.")]
    assert kinds == [EventKind.DOMAIN_ADDED, EventKind.DOMAIN_PROVED, EventKind.DOMAIN_REMOVED]


async def test_equal_addresses_point_here_as_well(ground: Ground) -> None:
    added = await ground.add()
    ground.publish(added, points=False)
    ground.names.put(TARGET, "A", "192.0.2.1", "192.0.2.2")
    ground.names.put(HOST, "A", "192.0.2.1", "198.51.100.7")
    assert (await ground.verify(added))["state"] == "verified"
    ground.names.put(HOST, "A", "192.0.2.1")
    assert (await ground.verify(added))["state"] == "active"


async def test_the_worker_looks_by_itself(ground: Ground) -> None:
    added = await ground.add()
    ground.publish(added)
    ground.spine.clock.move(timedelta(minutes=2))
    stop = asyncio.Event()
    work = asyncio.ensure_future(run_checks(ground.spine.house.domains, stop))
    async with asyncio.timeout(10):
        while not (await ground.call("GET", f"{PATH}/{added['id']}")).json()["is_served"]:  # noqa: ASYNC110 - a row changes
            await asyncio.sleep(0.02)
    stop.set()
    await work


class Breaking(Resolver):
    """A resolver with an accident about one host."""

    async def txt(self, name: str) -> tuple[str, ...]:
        if "broken" in name:
            raise ValueError("an accident")
        return await super().txt(name)


async def test_a_look_that_breaks_stops_no_other(ground: Ground) -> None:
    broken, added = await ground.add("broken.shop.example"), await ground.add()
    ground.publish(broken)
    ground.publish(added)
    ground.spine.clock.move(timedelta(minutes=2))
    flows = replace(ground.spine.house.domains, resolver=Breaking((ground.names.address,)))
    assert await flows.check_due() == 2
    states = {one["domain"]: one["state"] for one in (await ground.call("GET", PATH)).json()}
    assert states == {"broken.shop.example": "pending", HOST: "active"}
    assert await flows.check_due() == 0


async def test_a_silent_name_server_takes_nothing_away(ground: Ground) -> None:
    added = await ground.add()
    ground.publish(added)
    await ground.verify(added)
    ground.names.failing = True
    assert (await ground.verify(added))["state"] == "active"


async def test_the_configuration_of_a_served_domain_is_its_applications(ground: Ground) -> None:
    second = await ground.spine.register(replace(SHOP, name="Second"))
    added = await ground.add(application_id=second.client_id)
    async with ground.door() as door:
        assert (await door.get("/api/v1/config", params={"domain": HOST})).status_code == 404
    ground.publish(added)
    await ground.verify(added)
    async with ground.door() as door:
        told = (await door.get("/api/v1/config", params={"domain": HOST.upper()})).json()
    assert told["client_id"] == second.client_id
    assert isinstance(told["branding"]["branding_schema"], str)
    async with ground.door(host=HOST) as door:
        issuer = (await door.get("/.well-known/openid-configuration")).json()["issuer"]
    assert issuer == ground.spine.house.public_url


async def test_two_applications_never_prove_one_domain(ground: Ground) -> None:
    second = await ground.spine.register(replace(SHOP, name="Second"))
    first, other = await ground.add(), await ground.add(application_id=second.id)
    assert first["records"][1]["value"] != other["records"][1]["value"]
    ground.publish(first)
    assert (await ground.verify(first))["is_served"]
    assert not (await ground.verify(other))["is_served"]
    # Its owner writes both proofs: who came first stays until they give it up.
    values = [f'"{one["records"][1]["value"]}"' for one in (first, other)]
    ground.names.put(first["records"][1]["name"], "TXT", *values)
    refused = await ground.verify(other)
    assert (refused["state"], refused["last_error"]) == (
        "pending", "Another application answers on this domain; remove it there first.",
    )  # fmt: skip
    await ground.call("DELETE", f"{PATH}/{first['id']}")
    assert (await ground.verify(other))["is_served"]


async def test_the_proof_of_one_domain_proves_no_other(ground: Ground) -> None:
    first = await ground.add()
    ground.names.put("_gatepass-challenge.shop.example", "TXT", f'"{first["records"][1]["value"]}"')
    ground.names.put(HOST, "CNAME", f"{TARGET}.")
    assert (await ground.verify(first))["state"] == "pending"


async def test_what_can_not_be_a_domain_is_refused(ground: Ground) -> None:
    application_id = ground.spine.application.id
    for domain in (TARGET, "localhost", "192.0.2.1", "co.uk", "https://x.example"):
        answer = await ground.call("POST", PATH, json={"domain": domain, "application_id": application_id})
        assert answer.json()["error_code"] == "invalid_custom_domain", domain
    await ground.add()
    again = await ground.call("POST", PATH, json={"domain": HOST, "application_id": application_id})
    assert (again.status_code, again.json()["error_code"]) == (409, "custom_domain_taken")
    unknown = await ground.call("POST", PATH, json={"domain": HOST, "application_id": "0" * 24})
    assert unknown.json()["error_code"] == "unknown_application"


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("POST", "/x/verify"), ("DELETE", "/x")])
async def test_every_call_needs_its_scope(spine: Spine, method: str, path: str) -> None:
    token = await management_token(spine, "users:read")
    body = {"domain": HOST, "application_id": spine.application.id}
    async with spine.door() as door:
        assert (await door.request(method, PATH + path, json=body)).status_code == 401
        headers = {"authorization": f"Bearer {token}"}
        assert (await door.request(method, PATH + path, json=body, headers=headers)).status_code == 403


@pytest.fixture
async def served(ground: Ground) -> Ground:
    """A ground on which a domain is served."""
    added = await ground.add()
    ground.publish(added)
    assert (await ground.verify(added))["is_served"]
    return ground


async def test_a_certificate_is_made_for_what_is_served_alone(served: Ground) -> None:
    other = await served.add("waiting.shop.example")
    assert await served.status("127.0.0.1:8000", f"{ASK}?domain={HOST}") == 200
    assert await served.status("anything.example", f"{ASK}?domain={HOST.upper()}") == 200
    for host in (other["domain"], "evil.example", "localhost", f"x.{HOST}", "", "%00", "*", f"{HOST}:443", f"{HOST}/"):
        assert await served.status("127.0.0.1", f"{ASK}?domain={host}") == 404, host


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
async def test_nobody_asks_through_the_web_server(served: Ground, header: str) -> None:
    asked = f"{ASK}?domain={HOST}"
    async with served.door(**{header: "127.0.0.1"}) as door:
        assert (await door.get(asked)).status_code == 404


async def test_nobody_asks_from_elsewhere(served: Ground) -> None:
    application: Any = served.door()._transport.app  # type: ignore[attr-defined]
    transport = httpx2.ASGITransport(app=application, client=("203.0.113.9", 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url=served.spine.house.public_url) as door:
        assert (await door.get(f"{ASK}?domain={HOST}")).status_code == 404


@pytest.mark.parametrize(
    "host",
    [
        f"{HOST}.", f"{HOST}@evil.example", f"evil.example,{HOST}", f" {HOST}", f"x.{HOST}", f"{HOST}.evil.example",
        f"{HOST}:x", f"{HOST}:80:80", "evil.example", f"{HOST}/", "l\u00f6gin.shop.example".encode().decode("latin-1"),
    ],
    ids=repr,
)  # fmt: skip
async def test_a_host_that_only_looks_served_is_not(served: Ground, host: str) -> None:
    async with served.door() as door:
        answer = await door.get("/", headers=[(b"host", host.encode("latin-1"))])
    assert answer.status_code == 421


async def test_headers_of_proxies_choose_no_host(served: Ground) -> None:
    poisoned = {"x-forwarded-host": "evil.example", "x-original-url": "/evil", "x-host": "evil.example"}
    async with served.door(host=HOST, **poisoned) as door:
        for path in ("/.well-known/openid-configuration", "/api/v1/config?domain=evil.example"):
            assert "https://evil.example" not in (await door.get(path)).text
        told = await door.get(f"/api/v1/config?domain={HOST}")
        assert told.headers["vary"] == "accept-language"
        assert told.headers["cache-control"] == "no-store"


async def test_mailed_links_lead_to_the_host_on_which_they_were_asked_for(served: Ground) -> None:
    body = {"email": "ana@example.com"}
    known = {"client_id": served.spine.application.client_id}
    path = "/api/v1/auth/passwordless/magic-link"
    async with served.door(host=HOST) as door:
        state = (await door.post(f"{path}/send", json=body, params=known)).json()["state"]
        assert str((await served.spine.mail("ana@example.com"))["link"]).startswith(f"http://{HOST}/magic-link?")
        await door.post(f"{path}/resend", json={"state": state}, params=known)
        link = str((await served.spine.mail("ana@example.com"))["link"])
        assert link.startswith(f"http://{HOST}/magic-link?")
        assert (await door.get(link.partition(HOST)[2])).status_code == 200
    async with served.door() as door:
        await door.post(f"{path}/send", json=body, params=known)
    assert str((await served.spine.mail("ana@example.com"))["link"]).startswith(served.spine.house.public_url)


async def test_a_mailed_link_never_leads_to_another_applications_host(served: Ground) -> None:
    second = await served.spine.register(replace(SHOP, name="Second"))
    async with served.door(host=HOST) as door:
        known = {"client_id": second.client_id}
        sent = await door.post(
            "/api/v1/auth/passwordless/magic-link/send", json={"email": "ana@example.com"}, params=known
        )
        assert sent.status_code == 200
    assert str((await served.spine.mail("ana@example.com"))["link"]).startswith(served.spine.house.public_url)
