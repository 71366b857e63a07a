"""Domains over the API, with a real name server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.organizations.callers import by_key, code_of
from organizations.stage import an_organization, listed
from support.managing import managing
from support.name_server import NameServer, answering
from support.spine import Spine, standing

pytestmark = pytest.mark.anyio
READ, WRITE = "organizations:read", "organizations:write"


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with answering() as server:
        yield server


@pytest.fixture
async def asking(sqlite_copy: str, tmp_path: Path, names: NameServer) -> AsyncIterator[Spine]:
    """A house that asks the name server of the test."""
    async with standing(sqlite_copy, tmp_path, {"GATEPASS_NAMESERVERS": names.address}) as made:
        yield made


def path(organization_id: str) -> str:
    return f"/api/v1/organizations/{organization_id}/domains"


async def test_a_domain_is_listed_proven_and_removed(asking: Spine, names: NameServer) -> None:
    acme = await an_organization(asking)
    async with managing(asking, READ, WRITE) as door:
        answer = await door.post(path(acme.id), json={"domain": "Acme.example"})
        made = answer.json()
        assert answer.status_code == 201
        assert (made["domain"], made["is_proven"], made["record_type"]) == ("acme.example", False, "TXT")
        assert made["record_name"] == "_gatepass-challenge.acme.example"
        assert (await door.get(path(acme.id))).json() == [made]
        one = f"{path(acme.id)}/{made['id']}"
        refused = await door.post(f"{one}/proof")
        assert code_of(refused) == (409, "domain_not_proven")
        assert made["record_value"] in refused.json()["message"]
        names.put(made["record_name"], "TXT", '"v=other"', f'"{made["record_value"]}"')
        proven = (await door.post(f"{one}/proof")).json()
        assert proven["is_proven"] is True
        assert proven["proved_at"] is not None
        assert (await door.get(one)).json() == proven
        assert (await door.get(f"/api/v1/organization/{acme.id}")).json()["domain"] == "acme.example"
        assert (await door.delete(one)).json() == {"success": True}
        assert code_of(await door.get(one)) == (404, "unknown_domain_id")


async def test_a_proof_may_stand_under_another_name(asking: Spine, names: NameServer) -> None:
    acme = await an_organization(asking)
    domain = await listed(asking, acme, "acme.example")
    names.put(domain.record_name, "CNAME", "proofs.host.example.")
    names.put("proofs.host.example", "TXT", f'"{domain.record_value}"')
    async with managing(asking, WRITE) as door:
        assert (await door.post(f"{path(acme.id)}/{domain.id}/proof")).json()["is_proven"] is True


async def test_that_nobody_answered_is_said_as_it_is(asking: Spine, names: NameServer) -> None:
    acme = await an_organization(asking)
    domain = await listed(asking, acme, "acme.example")
    names.failing = True
    async with managing(asking, WRITE) as door:
        answer = await door.post(f"{path(acme.id)}/{domain.id}/proof")
    assert code_of(answer) == (503, "lookup_failed")
    assert int(answer.headers["retry-after"]) > 0


async def test_what_another_organization_proved_can_not_be_listed(asking: Spine, names: NameServer) -> None:
    one, two = await an_organization(asking, "One"), await an_organization(asking, "Two")
    domain = await listed(asking, one, "acme.example")
    names.prove("acme.example", domain.challenge)
    async with managing(asking, WRITE) as door:
        await door.post(f"{path(one.id)}/{domain.id}/proof")
        assert code_of(await door.post(path(two.id), json={"domain": "acme.example"})) == (409, "domain_taken")
        put = await door.put(f"/api/v1/organization/{two.id}", json={"WhiteListDomains": ["acme.example"]})
        assert code_of(put) == (409, "domain_taken")


async def test_the_domains_of_another_organization_are_not_there(asking: Spine) -> None:
    ours, theirs = await an_organization(asking, "Ours"), await an_organization(asking, "Theirs")
    domain = await listed(asking, theirs, "acme.example")
    async with by_key(asking, ours, READ, WRITE) as door:
        foreign, crossed = f"{path(theirs.id)}/{domain.id}", f"{path(ours.id)}/{domain.id}"
        for call in (
            door.get(path(theirs.id)),
            door.post(path(theirs.id), json={"domain": "x.example"}),
            door.get(foreign),
            door.post(f"{foreign}/proof"),
            door.delete(foreign),
        ):
            assert code_of(await call) == (404, "unknown_organization")
        for call in (door.get(crossed), door.post(f"{crossed}/proof"), door.delete(crossed)):
            assert code_of(await call) == (404, "unknown_domain_id")


async def test_an_organization_that_is_not_there_has_no_domains(asking: Spine) -> None:
    async with managing(asking, READ, WRITE) as door:
        for call in (door.get(path("0" * 24)), door.post(path("0" * 24), json={"domain": "a.example"})):
            assert code_of(await call) == (404, "unknown_organization")
