"""Two organizations on one server, each filled with one of everything; the second must never be seen from the first."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import msgspec

from access.team import Team, a_team
from api.organizations.callers import by_key
from conformance.openid.forging import decoded
from gatepass.access.model import Scope
from gatepass.kit.db import query
from gatepass.mfa.store import add_device, list_devices
from gatepass.organizations.flows import add_member
from gatepass.organizations.model import MemberSource, Organization
from gatepass.sessions.queries import list_of_user
from gatepass.users.flows import create
from gatepass.users.model import NewAddress, NewIdentity, NewPerson, NewPhone
from gatepass.worker import post_room_of, sealer_of
from invitations.guests import address
from organizations.stage import proved
from support.managing import managing
from support.spine import ORIGIN, Spine

CANARY = "zanzibar"
"""Stands in every name, address and text of the second organization."""
BOB, PHONE = f"bob@{CANARY}.test", "+4930901820"
_CODE = "/api/v1/auth/passwordless/email-otp/verify"
_OF_EVERYBODY = frozenset({"audit_events", "repeatable_answers"})
_SHARED = frozenset({"name", "version", "permission", "permission_id"})
_EVENTS = query(str, "SELECT id FROM audit_events WHERE organization_id = :organization_id ORDER BY id")


@dataclass
class Stage:
    """The server, the organization of the callers, and what the other one has, by the names of path parts."""

    spine: Spine
    own: Team
    other: Organization
    things: dict[str, str] = field(default_factory=dict)

    def rows(self, *, of_all: bool = False) -> set[tuple[str, ...]]:
        """Return every row of the database that speaks of the other organization, or all; the record apart."""
        marks = {CANARY, *(thing for name, thing in self.things.items() if name not in _SHARED)}
        with self._opened() as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            kept = [table for table in tables if table not in _OF_EVERYBODY]
            selects = {table: f'SELECT * FROM "{table}"' for table in kept}  # noqa: S608 - its own tables
            rows = [(table, *map(repr, row)) for table, select in selects.items() for row in connection.execute(select)]
        return {row for row in rows if of_all or any(mark in cell for cell in row for mark in marks)}

    def count(self, table: str, flag: str) -> int:
        """Return how many rows of a table have a flag set."""
        with self._opened() as connection:
            found = connection.execute(f'SELECT count(*) FROM "{table}" WHERE {flag}')  # noqa: S608 - its own table
            return int(found.fetchone()[0])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        path = self.spine.house.foundations.settings.server.database_url.removeprefix("sqlite:///")
        connection = sqlite3.connect(path)
        try:
            yield connection
        finally:
            connection.close()

    @asynccontextmanager
    async def own_key(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Open the door with a key of the first organization that has every scope there is."""
        async with by_key(self.spine, self.own.organization, *Scope) as door:
            yield door

    async def token_of(self, email: str) -> str:
        """Return somebody's access token."""
        state = await self.spine.ask(email)
        code = str((await self.spine.mail(email))["code"])
        named = {"client_id": self.spine.application.client_id}
        async with self.spine.door() as door:
            answer = await door.post(_CODE, json={"state": state, "otp": code}, params=named)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def with_scopes(self, token: str) -> str:
        """Return a token of the same person that says they may manage everything, signed by the server itself."""
        claims = decoded(token.split(".")[1])
        stretched = {**claims, "scope": " ".join(["openid", *Scope])}
        return await self.spine.house.tokens.sign_notice(self.spine.application, stretched, "at+jwt")


async def a_stage(spine: Spine) -> Stage:
    """Fill two organizations: the first has Olga, who owns it; everything of the second carries the canary."""
    own = await a_team(spine, "Acme")
    await own.joins("olga", "owner")
    other = await a_team(spine, CANARY.title())
    stage = Stage(spine, own, other.organization)
    async with managing(spine, "sys_owner") as door:
        stage.things = await _filled(spine, other, door)
    return stage


async def _filled(spine: Spine, team: Team, door: httpx2.AsyncClient) -> dict[str, str]:
    """Let an organization have one of everything and return the ids."""
    organization_id = team.organization.id
    user_id = await _bob(spine, team)
    things = await _of_organization(door, organization_id) | await _of_server(spine, door, user_id)
    listed = await proved(spine, team.organization, f"{CANARY}.test")
    await spine.sign_in(BOB)
    now = spine.clock.now()
    sessions = await spine.read(lambda tx: list_of_user(tx, user_id, now))
    await _worked(spine)
    deliveries = (await door.get(f"/api/v1/webhooks/{things['webhook_id']}/deliveries")).json()
    events = await spine.read(lambda tx: tx.all(_EVENTS, organization_id=organization_id))
    until = now + timedelta(days=30)
    await spine.transact(lambda tx: add_device(tx, user_id, b"d" * 32, "192.0.2.1", CANARY, at=now, expires_at=until))
    devices = await spine.read(lambda tx: list_devices(tx, user_id, now))
    return things | {
        "organization_id": organization_id,
        "tenant_id": organization_id,
        "user_id": user_id,
        "user_email": BOB,
        "email": BOB,
        "phone": PHONE.removeprefix("+"),
        "session_id": sessions[0].id,
        "event_id": events[0],
        "name": "invitation",
        "version": "1",
        "domain_id": listed.id,
        "permission": "team_view",
        "delivery_id": deliveries[0]["id"],
        "device_id": devices[0].id,
    }


async def _made(door: httpx2.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await door.post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _of_organization(door: httpx2.AsyncClient, organization_id: str) -> dict[str, str]:
    """Make what belongs to one organization."""
    place, its = f"/api/v1/organizations/{organization_id}", {"organization_id": organization_id}
    note = {"note": CANARY}
    written = await door.patch(place, json={"metadata": note, "private_metadata": note, "external_id": CANARY})
    assert written.status_code == 200, written.text
    role = await _made(door, f"{place}/roles", name=f"Role of {CANARY}")
    hook = await _made(door, "/api/v1/webhooks", url=f"https://{CANARY}.example.com/hook", events=["*"], **its)
    guest = {"email": f"guest@{CANARY}.test"}
    invited = await _made(door, f"{place}/invitations", invitee=guest, role_ids=[role["id"]])
    siem = {"name": f"To {CANARY}", "kind": "https", "url": f"https://{CANARY}.example.com/in"}
    stream = await _made(door, "/api/v1/event-streams", **siem, **its)
    key = await _made(door, "/api/v1/api-keys", name=CANARY, scopes=["users:read"], **its)
    return {
        "role_id": role["id"],
        "webhook_id": hook["id"],
        "invitation_id": invited["id"],
        "stream_id": stream["id"],
        "key_id": key["id"],
    }


async def _of_server(spine: Spine, door: httpx2.AsyncClient, user_id: str) -> dict[str, str]:
    """Make what belongs to the whole server, and let it speak of the organization."""
    callbacks = [f"https://{CANARY}.example.com/cb"]
    site = await _made(door, "/api/v1/applications", name=f"Site of {CANARY}", type="web", callback_urls=callbacks)
    secrets = (await door.get(f"/api/v1/applications/{site['id']}/secrets")).json()
    custom = await _made(door, "/api/v1/domains", domain=f"login.{CANARY}.example.com", application_id=site["id"])
    wish = {"reason": f"A ticket of {CANARY}", "client_id": spine.application.client_id}
    acted = await _made(door, f"/api/v1/users/{user_id}/impersonations", **wish)
    mail = {"subject": CANARY, "source": f"<p>{CANARY} {{{{ link }}}}</p>", "format": "html"}
    saved = await door.put("/api/v1/templates/invitation", json=mail)
    assert saved.status_code == 200, saved.text
    return {
        "application_id": site["id"],
        "secret_id": secrets[0]["id"],
        "custom_domain_id": custom["id"],
        "impersonation_id": acted["id"],
        "identity_id": (await door.get(f"/api/v1/users/{user_id}/identities")).json()[0]["id"],
        "permission_id": (await door.get("/api/v1/permissions")).json()[0]["id"],
    }


async def _worked(spine: Spine) -> None:
    """Let the record be sealed and the webhooks' queues be filled."""
    sealer = sealer_of(spine.house)
    while await sealer.seal():
        pass
    room = post_room_of(spine.house, is_alone=False)
    while await room.dispatcher.dispatch():
        pass


async def _bob(spine: Spine, team: Team) -> str:
    """Let somebody own the organization who has an identity elsewhere and a phone number, and return their id."""
    person = NewPerson(
        first_name=CANARY.title(),
        addresses=(NewAddress(address(BOB), is_verified=True),),
        phones=(NewPhone(PHONE),),
        identities=(NewIdentity("google", "", CANARY),),
        private_metadata={"note": CANARY},
    )
    at = spine.clock.now()
    bob = await spine.transact(lambda tx: create(tx, person, at, ORIGIN))
    await spine.transact(lambda tx: add_member(tx, team.within, bob.id, MemberSource.ADDED, at, ORIGIN))
    await team.gives(await spine.user(bob.id), "owner")
    return bob.id


def fields_of(struct: type | None) -> list[msgspec.structs.FieldInfo]:
    """Return the fields of a body or a query; none where there is none."""
    return [] if struct is None else list(msgspec.structs.fields(struct))
