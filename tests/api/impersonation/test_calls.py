"""The calls of impersonation: who may, what is asked for, and what is answered."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.access.flows import create_key
from gatepass.access.model import NewKey
from gatepass.audit.model import EventKind
from gatepass.kit.ids import new_id
from gatepass.organizations.flows import create
from gatepass.organizations.model import NewOrganization
from impersonation.people import OPERATOR, REASON, anna_of, make_operator
from support.managing import managing
from support.spine import ORIGIN, Spine
from support.visiting import SAME_ORIGIN, browsing

pytestmark = pytest.mark.anyio
SCOPE = "users:impersonate"


def path_of(user_id: str) -> str:
    return f"/api/v1/users/{user_id}/impersonations"


def a_body(spine: Spine, **given: Any) -> dict[str, Any]:
    return {"reason": REASON, "minutes": 15, "client_id": spine.application.client_id} | given


async def test_it_is_begun_listed_opened_and_ended(each_spine: Spine) -> None:
    anna = await anna_of(each_spine)
    path = path_of(anna.id)
    async with managing(each_spine, SCOPE) as door, browsing(each_spine) as browser:
        begun = await door.post(path, json=a_body(each_spine))
        assert begun.status_code == 201, begun.text
        made = begun.json()
        assert (made["status"], made["user_id"], made["reason"]) == ("waiting", anna.id, REASON)
        assert (made["actor"]["type"], made["actor"]["name"]) == ("application", "Robot")
        page = await browser.get(made["url"])
        await browser.send(page, "/impersonation")
        (listed,) = (await door.get(path)).json()
        assert (listed["id"], listed["status"], listed["ended_at"]) == (made["id"], "running", None)
        assert "gpm_" not in (await door.get(path)).text
        assert (await door.delete(f"{path}/{made['id']}")).json() == {"success": True}
        assert (await door.delete(f"{path}/{made['id']}")).json() == {"success": False}
        assert (await door.get(path)).json()[0]["status"] == "ended"
        assert "You act as" not in (await browser.get("/account")).text


async def test_an_unopened_one_is_taken_back(spine: Spine) -> None:
    anna = await anna_of(spine)
    async with managing(spine, SCOPE) as door, browsing(spine) as browser:
        made = (await door.post(path_of(anna.id), json=a_body(spine))).json()
        assert (await door.delete(f"{path_of(anna.id)}/{made['id']}")).json() == {"success": True}
        assert (await browser.get(made["url"])).status_code == 410
        assert (await door.get(path_of(anna.id))).json()[0]["status"] == "unused"


@pytest.mark.parametrize("scope", ["sys_admin", "users:write"])
async def test_nobody_may_without_the_scope(spine: Spine, scope: str) -> None:
    anna = await anna_of(spine)
    async with managing(spine, scope) as door:
        for answer in (
            await door.post(path_of(anna.id), json=a_body(spine)),
            await door.get(path_of(anna.id)),
            await door.delete(f"{path_of(anna.id)}/{new_id()}"),
        ):
            assert (answer.status_code, code_of(answer)) == (403, "insufficient_scope")


def code_of(answer: httpx2.Response) -> str:
    found: dict[str, Any] = answer.json()
    return str(found.get("error_code") or found.get("code") or found)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reason": "too short"}, ("Say why",)),
        ({"reason": "x" * 501}, ("Say why",)),
        ({"reason": "Ticket 4711\r\nBcc: eve@evil.test"}, ("control characters",)),
        ({"reason": "Ticket \u202e4711 backwards"}, ("control characters",)),
        ({"reason": " " * 40}, ("Say why",)),
        ({"minutes": 4}, ("5 to 60",)),
        ({"minutes": 61}, ("5 to 60",)),
        ({"minutes": 0, "reason": "x"}, ("Say why", "5 to 60")),
        ({"client_id": "nobody"}, ("client id",)),
    ],
    ids=["short", "long", "lines", "direction", "blank", "brief", "endless", "two faults", "no application"],
)
async def test_each_fault_has_its_sentence(spine: Spine, given: dict[str, Any], words: tuple[str, ...]) -> None:
    anna = await anna_of(spine)
    async with managing(spine, SCOPE) as door:
        answer = await door.post(path_of(anna.id), json=a_body(spine, **given))
    assert (answer.status_code, code_of(answer)) == (400, "invalid_impersonation"), answer.text
    assert all(word in answer.text for word in words)


async def test_nobody_acts_for_an_operator_or_for_who_is_not_there(each_spine: Spine) -> None:
    anna = await anna_of(each_spine)
    await make_operator(each_spine, anna.id, "users:read")
    async with managing(each_spine, SCOPE) as door:
        refused = await door.post(path_of(anna.id), json=a_body(each_spine))
        assert (refused.status_code, code_of(refused)) == (403, "impersonation_refused")
        for unknown in (new_id(), "nobody"):
            missing = await door.post(path_of(unknown), json=a_body(each_spine))
            assert (missing.status_code, code_of(missing)) == (404, "unknown_user")


async def test_another_persons_impersonation_is_not_found(spine: Spine) -> None:
    anna, bert = await anna_of(spine), (await spine.sign_in("bert@example.com")).user
    async with managing(spine, SCOPE) as door:
        made = (await door.post(path_of(anna.id), json=a_body(spine))).json()
        answer = await door.delete(f"{path_of(bert.id)}/{made['id']}")
        assert (answer.status_code, code_of(answer)) == (404, "unknown_impersonation")
        assert (await door.get(path_of(bert.id))).json() == []


async def test_a_repeat_with_the_same_key_gets_the_same_link(spine: Spine) -> None:
    anna = await anna_of(spine)
    async with managing(spine, SCOPE) as door:
        key = {"idempotency-key": "once"}
        first = await door.post(path_of(anna.id), json=a_body(spine), headers=key)
        again = await door.post(path_of(anna.id), json=a_body(spine), headers=key)
        assert first.json() == again.json()
        assert len((await door.get(path_of(anna.id))).json()) == 1


async def test_the_list_goes_on_page_by_page(spine: Spine) -> None:
    anna = await anna_of(spine)
    async with managing(spine, SCOPE) as door:
        made = [(await door.post(path_of(anna.id), json=a_body(spine))).json()["id"] for _ in range(5)]
        found: list[str] = []
        address = f"{path_of(anna.id)}?limit=2"
        while address:
            page = await door.get(address)
            found += [one["id"] for one in page.json()]
            address = page.links.get("next", {}).get("url", "")
        assert sorted(found) == sorted(made)
        assert found == sorted(found, reverse=True)


async def test_an_operator_lets_themselves_in_from_the_dashboard_and_never_as_themselves(each_spine: Spine) -> None:
    anna = await anna_of(each_spine)
    async with browsing(each_spine) as browser:
        await browser.sign_in("olga@example.com")
        olga = (await each_spine.sign_in("olga@example.com")).user
        await make_operator(each_spine, olga.id)
        answer = await browser.door.post(path_of(anna.id), json=a_body(each_spine), headers=SAME_ORIGIN)
        assert answer.status_code == 201, answer.text
        actor = answer.json()["actor"]
        assert (actor["type"], actor["id"], actor["name"]) == ("operator", olga.id, "olga@example.com")
        mine = await browser.door.post(path_of(olga.id), json=a_body(each_spine), headers=SAME_ORIGIN)
        assert (mine.status_code, code_of(mine)) == (403, "impersonation_refused")
        each_spine.clock.move(timedelta(hours=1))
        stale = await browser.door.post(path_of(anna.id), json=a_body(each_spine), headers=SAME_ORIGIN)
        assert (stale.status_code, code_of(stale)) == (401, "freshness_required")


async def test_a_key_of_one_organization_lets_nobody_in(spine: Spine) -> None:
    anna = await anna_of(spine)
    at = spine.clock.now()
    acme = await spine.transact(lambda tx: create(tx, NewOrganization("Acme"), at, ORIGIN))
    asked = NewKey("Key", (SCOPE,), organization_id=acme.organization.id)
    created = await spine.transact(lambda tx: create_key(tx, OPERATOR, asked, at, ORIGIN))
    async with spine.door(authorization=f"Bearer {created.secret.reveal()}") as door:
        for answer in (await door.post(path_of(anna.id), json=a_body(spine)), await door.get(path_of(anna.id))):
            assert (answer.status_code, code_of(answer)) == (403, "organization_caller"), answer.text


async def test_it_ends_with_the_block_of_the_person(each_spine: Spine) -> None:
    anna = await anna_of(each_spine)
    async with managing(each_spine, SCOPE, "users:write") as door, browsing(each_spine) as browser:
        made = (await door.post(path_of(anna.id), json=a_body(each_spine))).json()
        await browser.send(await browser.get(made["url"]), "/impersonation")
        blocked = await door.post(f"/api/v1/users/{anna.id}/block", json={"reason": "chargeback"})
        assert blocked.status_code == 200, blocked.text
        assert "You act as" not in (await browser.get("/account")).text
        assert (await door.get(path_of(anna.id))).json()[0]["status"] == "ended"
    ended = [one for one in await each_spine.events() if one.kind is EventKind.IMPERSONATION_ENDED]
    assert [(one.data["how"], one.reason) for one in ended] == [("session", REASON)]
