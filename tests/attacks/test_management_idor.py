"""Foreign ids at every call of the management API (C71), taken from the endpoint table, so that none is forgotten."""

import re
from typing import Any

import httpx2
import pytest

from attacks.two_organizations import BOB, CANARY, Stage, a_stage, fields_of
from gatepass.app.management_doors import management_doors
from gatepass.gate.model import Caller, Endpoint
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
REFUSED = frozenset({401, 403, 404})
_PART = re.compile(r"\{(\w+)\}")
OF_EVERYBODY = frozenset({"permission", "event_kinds"})
"""What is the same for every organization, so that whoever may read it may read it from anywhere."""

OWN_PLACE = {
    "organization_events": frozenset({200}),
    "create_invitation": frozenset({400}),
    "create_invitation_as_member": frozenset({400}),
}
"""What a call about one's own organization may answer besides, though it names something of another one's.

A search for what is not there finds nothing, and a role that is not there can't be given.
"""


@pytest.fixture
async def stage(spine: Spine) -> Stage:
    return await a_stage(spine)


def rows_of(stage: Stage, *callers: Caller) -> list[tuple[Endpoint, str]]:
    """Return every row of the management API's table for such callers, once for each spelling of its path."""
    table = [endpoint for endpoint in management_doors(stage.spine.house) if endpoint.caller in callers]
    assert len(table) > 10, "the table of endpoints is not where this test looks for it"
    return [(endpoint, path) for endpoint in table for path in endpoint.paths]


def part(stage: Stage, path: str, name: str) -> str:
    """Return what the other organization would have in a part of a path."""
    if name == "domain_id" and "{organization_id}" not in path:
        return stage.things["custom_domain_id"]
    assert name in stage.things, f"{path}: teach tests/attacks/two_organizations.py what {name} is of an organization"
    return stage.things[name]


def filled(stage: Stage, path: str, **own: str) -> str:
    """Return a path about the other organization, some parts excepted."""
    return _PART.sub(lambda found: own.get(found[1]) or part(stage, path, found[1]), path)


def foreign(stage: Stage) -> dict[str, Any]:
    """Return what names something of the other organization in bodies and queries."""
    things = stage.things
    people, roles = [things["user_id"]], [things["role_id"]]
    named = ("organization_id", "application_id", "invitation_id", "user_id", "client_id")
    return {
        **{name: things[name] for name in named if name in things},
        "client_id": stage.spine.application.client_id,
        "user_ids": people,
        "role_ids": roles,
        "role_id": roles,
        "id": things["role_id"],
        "verification_status": "true",
    }


def harmless(name: str, endpoint: str) -> Any:
    """Return a value for a field that must be sent."""
    values: dict[str, Any] = {
        "users": [{"email": "intruder@acme.test"}],
        "reason": "Because it can be done",
        "email": "intruder@acme.test",
        "phone": "+4930901821",
        "name": "Intruder",
        "kind": "https",
        "after": 0,
        "type": "web",
        "subject": "Intruder",
        "source": "<p>{{ link }}</p>",
        "address": "intruder@acme.test",
        "domain": "intruder.acme.example.com",
        "scopes": ["users:read"],
        "invitee": {"email": BOB},
        "url": "https://intruder.example.com/",
        "events": ["*"],
        "since": "2026-01-01T00:00:00Z",
        "status": "inactive",
        "display_name": "Intruder",
        "callback_urls": ["https://intruder.example.com/"],
        "is_active": True,
    }
    assert name in values, f"{endpoint}: teach this test what to send as {name}"
    return values[name]


def sent(stage: Stage, endpoint: Endpoint, struct: type | None) -> dict[str, Any]:
    """Return a body or a query: what must be there, and everything that can name something of the other one's."""
    ids = foreign(stage)
    found = {}
    for field in fields_of(struct):
        name = field.encode_name
        if name in ids:
            found[name] = ids[name]
        elif field.required:
            found[name] = harmless(name, endpoint.name)
    if "user_ids" in found and "users" in {field.encode_name for field in fields_of(struct)}:
        found["users"] = found["user_ids"]
    return found


async def ask(
    door: httpx2.AsyncClient, stage: Stage, endpoint: Endpoint, path: str, *, is_bare: bool = False, **own: str
) -> httpx2.Response:
    """Make a call about the other organization."""
    query = {} if is_bare else sent(stage, endpoint, endpoint.query)
    body = None if endpoint.body is None else sent(stage, endpoint, endpoint.body)
    query = {name: value if isinstance(value, str | int) else value[0] for name, value in query.items()}
    headers = {"content-type": "application/merge-patch+json"} if endpoint.method == "PATCH" else {}
    return await door.request(endpoint.method, filled(stage, path, **own), params=query, json=body, headers=headers)


def tells(answer: httpx2.Response) -> bool:
    """Tell whether an answer holds a word of the other organization's."""
    return CANARY in (answer.text + repr(answer.headers)).lower()


class Judge:
    """Notes every call that shows or changes something of the other organization, or that is not refused."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.before = stage.rows()
        self.faults: list[str] = []

    def look(self, endpoint: Endpoint, path: str, answer: httpx2.Response, allowed: frozenset[int]) -> None:
        where = f"{endpoint.method} {path} ({endpoint.name}) -> {answer.status_code} {answer.text[:160]}"
        if answer.status_code not in allowed:
            self.faults.append(f"not refused: {where}")
        if tells(answer):
            self.faults.append(f"shown: {where}")
        if endpoint.method != "GET" and (after := self.stage.rows()) != self.before:
            self.faults.append(f"changed: {where}: {sorted(self.before ^ after)[:2]}")
            self.before = after

    def say(self) -> None:
        """Fail where there was a fault."""
        assert not self.faults, "\n".join(self.faults)


async def sweep(stage: Stage, door: httpx2.AsyncClient, rows: list[tuple[Endpoint, str]], **options: Any) -> None:
    """Make calls about the other organization, each of which must be refused."""
    judge = Judge(stage)
    for endpoint, path in rows:
        answer = await ask(door, stage, endpoint, path, **options)
        judge.look(endpoint, path, answer, REFUSED | ({200} if endpoint.name in OF_EVERYBODY else frozenset()))
    judge.say()


def names(stage: Stage, endpoint: Endpoint, path: str, *but: str) -> bool:
    """Tell whether a call names something, by a part of its path, its query or its body."""
    ids = set(foreign(stage)) - {"client_id"}
    fields = {field.encode_name for struct in (endpoint.query, endpoint.body) for field in fields_of(struct)}
    return bool((set(_PART.findall(path)) | (fields & ids)) - set(but))


async def test_the_ids_lead_to_something_for_whoever_may_see_it(stage: Stage) -> None:
    faults, shown = [], 0
    async with managing(stage.spine, "sys_owner") as door:
        for endpoint, path in rows_of(stage, Caller.MANAGER):
            if endpoint.method == "GET" and _PART.search(path):
                answer = await ask(door, stage, endpoint, path, is_bare=True)
                shown += tells(answer)
                if answer.status_code != 200:
                    faults.append(f"{path}: {answer.status_code} {answer.text[:200]}")
    assert not faults, "\n".join(faults)
    assert shown > 30


async def test_a_key_of_one_organization_reaches_nothing_of_another(stage: Stage) -> None:
    async with stage.own_key() as door:
        rows = [(endpoint, path) for endpoint, path in rows_of(stage, Caller.MANAGER) if _PART.search(path)]
        await sweep(stage, door, rows)


async def test_nor_does_it_below_its_own_organization(stage: Stage) -> None:
    own = stage.own.organization.id
    judge = Judge(stage)
    async with stage.own_key() as door:
        for endpoint, path in rows_of(stage, Caller.MANAGER):
            if "{organization_id}" in path and names(stage, endpoint, path, "organization_id"):
                answer = await ask(door, stage, endpoint, path, organization_id=own)
                allowed = REFUSED | OWN_PLACE.get(endpoint.name, frozenset())
                judge.look(endpoint, path, answer, allowed)
    judge.say()


async def test_nor_by_what_stands_in_queries_and_bodies_alone(stage: Stage) -> None:
    judge = Judge(stage)
    async with stage.own_key() as door:
        for endpoint, path in rows_of(stage, Caller.MANAGER):
            if not _PART.search(path):
                answer = await ask(door, stage, endpoint, path)
                judge.look(endpoint, path, answer, REFUSED | ({200, 400} if endpoint.method == "GET" else frozenset()))
                if endpoint.method == "GET":
                    answer = await ask(door, stage, endpoint, path, is_bare=True)
                    judge.look(endpoint, path, answer, frozenset({200, 403}))
    judge.say()


async def test_an_owner_of_one_organization_reaches_nothing_of_another(stage: Stage) -> None:
    async with stage.spine.door(authorization=f"Bearer {await stage.token_of('olga@acme.test')}") as door:
        rows = [(endpoint, path) for endpoint, path in rows_of(stage, Caller.MEMBER) if _PART.search(path)]
        await sweep(stage, door, rows)


async def test_nor_does_an_owner_below_their_own_organization(stage: Stage) -> None:
    own = stage.own.organization.id
    judge = Judge(stage)
    async with stage.spine.door(authorization=f"Bearer {await stage.token_of('olga@acme.test')}") as door:
        for endpoint, path in rows_of(stage, Caller.MEMBER):
            if names(stage, endpoint, path, "tenant_id"):
                answer = await ask(door, stage, endpoint, path, tenant_id=own)
                judge.look(endpoint, path, answer, REFUSED | OWN_PLACE.get(endpoint.name, frozenset()))
            if endpoint.method == "GET" and not names(stage, endpoint, path, "tenant_id"):
                answer = await ask(door, stage, endpoint, path, is_bare=True, tenant_id=own)
                judge.look(endpoint, path, answer, frozenset({200}))
    judge.say()


@pytest.mark.parametrize("who", ["nobody", "a client id", "a person whose token says they may", "a stranger's token"])
async def test_who_proves_to_be_no_manager_reaches_nothing_at_all(stage: Stage, who: str) -> None:
    rows, headers = rows_of(stage, Caller.MANAGER), {}
    if who == "a client id":
        headers = {"x-client-id": stage.spine.application.client_id}
    elif who == "a person whose token says they may":
        token = await stage.with_scopes(await stage.token_of("olga@acme.test"))
        headers = {"authorization": f"Bearer {token}"}
    elif who == "a stranger's token":
        headers = {"authorization": f"Bearer {await stage.token_of(BOB)}x"}
    async with stage.spine.door(**headers) as door:
        if who == "a client id":
            door.params = {"client_id": stage.spine.application.client_id}
        judge = Judge(stage)
        for endpoint, path in rows:
            answer = await ask(door, stage, endpoint, path)
            judge.look(endpoint, path, answer, frozenset({401, 403}))
    judge.say()


async def test_a_member_call_takes_a_persons_token_and_nothing_else(stage: Stage) -> None:
    rows = rows_of(stage, Caller.MEMBER)
    judge = Judge(stage)
    async with stage.own_key() as by_key, stage.spine.door() as nobody:
        for door in (by_key, nobody):
            for endpoint, path in rows:
                for organization_id in (stage.other.id, stage.own.organization.id):
                    answer = await ask(door, stage, endpoint, path, tenant_id=organization_id)
                    judge.look(endpoint, path, answer, frozenset({401}))
    judge.say()
