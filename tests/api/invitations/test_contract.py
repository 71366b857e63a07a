"""Invitations over the API, body for body, for managers and for members."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from gatepass.access.flows import add_roles
from gatepass.access.queries import list_permissions
from gatepass.invitations.model import Accepted
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import Within
from gatepass.organizations.model import Organization
from invitations.guests import GUEST, accept, own_role, seeded_role
from organizations.stage import a_person, an_organization, joined
from support.managing import managing
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
READ, WRITE, GIVE = "organizations:read", "organizations:write", "roles:write"
CODE = "/api/v1/auth/passwordless/email-otp/verify"
INVITEE = {"email": GUEST, "first_name": "Grace", "last_name": "Hopper"}


def path(organization: Organization, spelling: str = "organizations") -> str:
    return f"/api/v1/{spelling}/{organization.id}/invitations"


@asynccontextmanager
async def calling_as(spine: Spine, email: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Open the door with a person's access token."""
    state = await spine.ask(email)
    code = str((await spine.mail(email))["code"])
    async with spine.door() as door:
        answer = await door.post(
            CODE, json={"state": state, "otp": code}, params={"client_id": spine.application.client_id}
        )
    assert answer.status_code == 200, answer.text
    async with spine.door(authorization=f"Bearer {answer.json()['access_token']}") as door:
        yield door


async def a_manager_of_the_team(spine: Spine, organization: Organization, email: str, slug: str = "owner") -> str:
    """Make somebody a member with a role, and return the role's id."""
    user, role, at = await joined(spine, organization, email), await seeded_role(spine, slug), spine.clock.now()
    await spine.transact(lambda tx: add_roles(tx, Within(organization.id), user.id, (role.id,), at, ORIGIN))
    return role.id


async def a_host(spine: Spine, organization: Organization, email: str) -> str:
    """Make somebody a member who looks after people and nothing else, and return the role's id."""
    everything = (await spine.read(lambda tx: list_permissions(tx, PageRequest()))).items
    ids = [one.id for one in everything if one.slug in {"team_view", "team_manage"}]
    user, role = await joined(spine, organization, email), await own_role(spine, organization, "Host", ids)
    at = spine.clock.now()
    await spine.transact(lambda tx: add_roles(tx, Within(organization.id), user.id, (role.id,), at, ORIGIN))
    return role.id


@pytest.mark.parametrize("spelling", ["organizations", "tenants"])
async def test_an_invitation_is_made_and_listed(spine: Spine, spelling: str) -> None:
    organization = await an_organization(spine)
    role = await own_role(spine, organization, "Captain")
    there = path(organization, spelling)
    async with managing(spine, READ, WRITE, GIVE) as door:
        sent = {
            "invitee": INVITEE,
            "inviter": {"email": "ada@acme.test", "first_name": "Ada", "last_name": "Lovelace"},
            "role_ids": [role.id],
            "expire_in_minutes": 10_080,
            "description": "See you on Monday",
            "send_invitation_email": True,
        }
        created = await door.post(there, json=sent)
        assert created.status_code == 201, created.text
        answer = created.json()
        assert {name: answer[name] for name in ("invitee", "role_ids", "expire_in_minutes")} == {
            "invitee": INVITEE, "role_ids": [role.id], "expire_in_minutes": 10_080,
        }  # fmt: skip
        assert answer["status"] == "pending"
        assert answer["created_at"]
        assert "invitation_url" not in answer

        listed = (await door.get(there, params={"status": "pending", "limit": "5"})).json()
        assert (listed["limit"], listed["next_cursor"]) == (5, "")
        (row,) = listed["invitation"]
        assert {name: row[name] for name in ("id", "status", "email", "roles", "created_at")} == {
            "id": answer["id"],
            "status": "pending",
            "email": GUEST,
            "roles": [{"role_id": role.id, "role_name": "Captain"}],
            "created_at": answer["created_at"],
        }
        assert row["inviter"] == {"user_id": "", "email": "ada@acme.test", "name": "Ada Lovelace"}


@pytest.mark.parametrize("spelling", ["organizations", "tenants"])
async def test_an_invitation_is_sent_anew_and_taken_back(spine: Spine, spelling: str) -> None:
    there = path(await an_organization(spine), spelling)
    async with managing(spine, READ, WRITE) as door:
        answer = (await door.post(there, json={"invitee": INVITEE})).json()
        first = (await spine.mail(GUEST))["link"]
        again = await door.post(f"{there}/resend", json={"invitation_id": answer["id"], "invitee": INVITEE})
        assert (again.status_code, again.json()) == (200, {"success": True})
        assert (await spine.mail(GUEST))["link"] != first

        gone = await door.delete(there, params={"invitation_id": answer["id"]})
        assert (gone.status_code, gone.json()) == (200, {"success": True})
        assert (await door.get(there, params={"status": "pending"})).json()["invitation"] == []
        assert (await door.get(there)).json()["invitation"][0]["status"] == "revoked"


async def test_what_is_left_out_has_the_documented_defaults(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with managing(spine, WRITE) as door:
        answer = (await door.post(path(organization), json={"invitee": {"email": GUEST}})).json()
    assert (answer["expire_in_minutes"], answer["role_ids"]) == (1440, [])
    assert answer["invitee"] == {"email": GUEST, "first_name": "", "last_name": ""}
    assert (await spine.mail(GUEST))["inviter"] is None


async def test_a_manager_who_sends_no_mail_is_told_the_link_once(spine: Spine) -> None:
    organization = await an_organization(spine)
    user = await a_person(spine, GUEST)
    async with managing(spine, READ, WRITE) as door:
        created = await door.post(path(organization), json={"invitee": INVITEE, "send_invitation_email": False})
        url = created.json()["invitation_url"]
        assert url.startswith(f"{spine.house.public_url}/invitation?token=gpv_")
        assert "gpv_" not in (await door.get(path(organization))).text
    assert isinstance(await accept(spine, url.partition("token=")[2], user.id), Accepted)


async def test_a_repeat_with_the_same_key_invites_nobody_twice(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with managing(spine, READ, WRITE) as door:
        asked: dict[str, Any] = {"json": {"invitee": INVITEE}, "headers": {"idempotency-key": "once"}}
        first, second = await door.post(path(organization), **asked), await door.post(path(organization), **asked)
        assert (first.json(), second.status_code) == (second.json(), 201)
        assert len((await door.get(path(organization))).json()["invitation"]) == 1


async def test_a_list_goes_on_where_its_link_leads(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with managing(spine, READ, WRITE) as door:
        for number in range(3):
            await door.post(path(organization), json={"invitee": {"email": f"guest{number}@hopper.test"}})
        first = await door.get(path(organization), params={"limit": "2", "status": "pending"})
        assert [row["email"] for row in first.json()["invitation"]] == ["guest2@hopper.test", "guest1@hopper.test"]
        following = first.headers["link"].partition(">")[0].removeprefix("<")
        assert 'rel="next"' in first.headers["link"]
        rest = await door.get(following)
        assert [row["email"] for row in rest.json()["invitation"]] == ["guest0@hopper.test"]
        assert "link" not in rest.headers
        by_cursor = await door.get(
            path(organization), params={"limit": "2", "status": "pending", "cursor": first.json()["next_cursor"]}
        )
        assert by_cursor.json() == rest.json()


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"invitee": {"email": "nobody"}}, 400, "invalid_email"),
        ({"invitee": {"email": GUEST}, "expire_in_minutes": 4}, 400, "invalid_invitee"),
        ({"invitee": {"email": GUEST}, "expire_in_minutes": 10**15}, 400, "invalid_invitee"),
        ({"invitee": {"email": GUEST}, "role_ids": ["nothing"]}, 400, "invalid_role_id"),
        ({"invitee": {"email": GUEST}, "inviter": {"user_id": "somebody"}}, 400, "malformed_request"),
        ({"invitee": {"email": GUEST}, "inviter": {"email": "no address"}}, 400, "invalid_email"),
        ({"invitee": {}}, 400, "malformed_request"),
        ({}, 400, "malformed_request"),
    ],
    ids=["address", "too-short", "endless", "role", "inviter", "inviter-address", "no-address", "nothing"],
)
async def test_what_will_not_do_is_refused(spine: Spine, sent: dict[str, Any], status: int, code: str) -> None:
    organization = await an_organization(spine)
    async with managing(spine, WRITE, GIVE) as door:
        answer = await door.post(path(organization), json=sent)
    assert answer.status_code == status, answer.text
    assert code in answer.text
    assert [event.kind for event in await spine.events() if event.organization_id == organization.id][1:] == []


async def test_nobody_learns_an_outsider_s_name_by_inviting_in_it(spine: Spine) -> None:
    organization, other = await an_organization(spine), await an_organization(spine, "Other")
    stranger = await joined(spine, other, "secret.name@other.test")
    async with managing(spine, WRITE) as door:
        answer = await door.post(path(organization), json={"invitee": INVITEE, "inviter": {"user_id": stranger.id}})
    assert answer.status_code == 400
    assert "secret.name" not in answer.text


async def test_a_named_member_invites_under_their_own_name(spine: Spine) -> None:
    organization = await an_organization(spine)
    member = await joined(spine, organization, "ada@acme.test")
    async with managing(spine, WRITE) as door:
        await door.post(path(organization), json={"invitee": INVITEE, "inviter": {"user_id": member.id}})
    assert (await spine.mail(GUEST))["inviter"] == "ada@acme.test"


async def test_resending_by_address_finds_the_one_that_is_open(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with managing(spine, WRITE) as door:
        made = (await door.post(path(organization), json={"invitee": INVITEE})).json()
        there = f"{path(organization)}/resend"
        assert (await door.post(there, json={"invitee": INVITEE})).status_code == 200
        other = await door.post(there, json={"invitation_id": made["id"], "invitee": {"email": "b@hopper.test"}})
        assert other.status_code == 400
        assert (await door.post(there, json={"invitee": {"email": "b@hopper.test"}})).status_code == 404
        assert (await door.post(there, json={})).status_code == 404


async def test_one_organization_never_sees_another_s(spine: Spine) -> None:
    mine, theirs = await an_organization(spine), await an_organization(spine, "Theirs")
    await a_manager_of_the_team(spine, mine, "ada@acme.test")
    async with managing(spine, READ, WRITE) as door:
        made = (await door.post(path(theirs), json={"invitee": INVITEE})).json()
        assert (await door.delete(path(mine), params={"invitation_id": made["id"]})).status_code == 404
        assert (await door.post(f"{path(mine)}/resend", json={"invitation_id": made["id"]})).status_code == 404
    async with calling_as(spine, "ada@acme.test") as door:
        there = path(theirs, "auth/tenants")
        assert (await door.get(there)).status_code == 404
        assert (await door.post(there, json={"invitee": INVITEE})).status_code == 404
        assert (await door.delete(there, params={"invitation_id": made["id"]})).status_code == 404
        own = path(mine, "auth/tenants")
        assert (await door.delete(own, params={"invitation_id": made["id"]})).status_code == 404
    async with managing(spine, READ) as door:
        assert (await door.get(path(theirs))).json()["invitation"][0]["status"] == "pending"


async def test_a_member_invites_in_their_own_name_and_never_learns_the_link(spine: Spine) -> None:
    organization = await an_organization(spine)
    await a_manager_of_the_team(spine, organization, "ada@acme.test")
    there = path(organization, "auth/tenants")
    async with calling_as(spine, "ada@acme.test") as door:
        sent = {"invitee": INVITEE, "inviter": {"name": "The Chairman", "email": "boss@acme.test"}}
        created = await door.post(there, json={**sent, "send_invitation_email": False})
        assert created.status_code == 201, created.text
        assert "gpv_" not in created.text
        made = await door.post(there, json=sent)
        assert (await spine.mail(GUEST))["inviter"] == "ada@acme.test"
        listed = (await door.get(there, params={"status": "pending"})).json()
        assert [row["id"] for row in listed["invitation"]] == [made.json()["id"]]
        again = await door.post(f"{there}/resend", json={"invitation_id": made.json()["id"]})
        assert again.json() == {"success": True}
        gone = await door.delete(there, params={"invitation_id": made.json()["id"]})
        assert gone.json() == {"success": True}


async def test_whoever_may_only_look_may_not_invite(spine: Spine) -> None:
    organization = await an_organization(spine)
    await joined(spine, organization, "plain@acme.test")
    there = path(organization, "auth/tenants")
    async with calling_as(spine, "plain@acme.test") as door:
        assert (await door.get(there)).status_code == 403
        refused = await door.post(there, json={"invitee": INVITEE})
        assert (refused.status_code, "permission_required" in refused.text) == (403, True)
    async with managing(spine, READ) as door:
        assert (await door.get(path(organization))).status_code == 200
        assert (await door.post(path(organization), json={"invitee": INVITEE})).status_code == 403
    async with spine.door() as door:
        assert (await door.get(path(organization))).status_code == 401
        assert (await door.post(there, json={"invitee": INVITEE})).status_code == 401


async def test_a_member_hands_on_no_more_than_they_have(spine: Spine) -> None:
    organization = await an_organization(spine)
    owner = await seeded_role(spine, "owner")
    host_id = await a_host(spine, organization, "ada@acme.test")
    there = path(organization, "auth/tenants")
    async with calling_as(spine, "ada@acme.test") as door:
        answer = await door.post(there, json={"invitee": INVITEE, "role_ids": [owner.id]})
        assert (answer.status_code, "role_too_wide" in answer.text) == (403, True)
        fine = await door.post(there, json={"invitee": INVITEE, "role_ids": [host_id]})
        assert fine.status_code == 201, fine.text
        # Nor by having an operator's invitation to more sent anew.
    async with managing(spine, WRITE, GIVE) as door:
        mighty = await door.post(
            path(organization), json={"invitee": {"email": "b@hopper.test"}, "role_ids": [owner.id]}
        )
    async with calling_as(spine, "ada@acme.test") as door:
        again = await door.post(f"{there}/resend", json={"invitation_id": mighty.json()["id"]})
        assert again.status_code == 403


async def test_an_unknown_status_is_named(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with managing(spine, READ) as door:
        answer = await door.get(path(organization), params={"status": "lost"})
    assert answer.status_code == 400
    assert "pending, accepted, expired or revoked" in answer.text


async def test_an_invitation_that_ran_out_is_listed_as_expired(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with managing(spine, READ, WRITE) as door:
        await door.post(path(organization), json={"invitee": INVITEE, "expire_in_minutes": 5})
    spine.clock.move(timedelta(minutes=5))
    async with managing(spine, READ) as door:
        assert (await door.get(path(organization), params={"status": "pending"})).json()["invitation"] == []
        (row,) = (await door.get(path(organization), params={"status": "expired"})).json()["invitation"]
    assert row["status"] == "expired"
