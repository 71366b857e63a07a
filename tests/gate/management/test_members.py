"""People at the calls of their own organization: what their token and their roles let them do there."""

import pytest

from access.team import Team, a_team
from gate.management.callers import a_key, codes, refusals
from gatepass.access.flows import assign
from gatepass.organizations.flows import add_member, suspend_member
from provider.callers import SITE, Caller, calling
from support.managing import management_token
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

EMAIL = "ada@example.com"


async def ada_in(team: Team, site: Caller, *slugs: str) -> dict[str, str]:
    """Sign Ada in, let her join with some roles, and return the header of her calls."""
    tokens = await site.signed_in(EMAIL, scope=("openid", "email"))
    spine, at = team.spine, team.spine.clock.now()
    ada = (await spine.sign_in(EMAIL)).user
    await spine.transact(lambda tx: add_member(tx, team.within, ada.id, "added", at, ORIGIN))
    ids = [(await team.role(slug)).id for slug in slugs]
    await spine.transact(lambda tx: assign(tx, team.within, ada.id, ids, at, ORIGIN))
    return {"authorization": f"Bearer {tokens['access_token']}"}


def roles_of(team: Team) -> str:
    return f"/api/v1/auth/tenants/{team.organization.id}/roles"


async def test_a_member_does_what_their_roles_allow(each_spine: Spine) -> None:
    team, other = await a_team(each_spine), await a_team(each_spine, "Other")
    async with calling(each_spine, SITE) as site:
        headers = await ada_in(team, site, "developer")
        assert (await site.door.get(roles_of(team), headers=headers)).status_code == 200
        foreign = await site.door.get(roles_of(other), headers=headers)
        nowhere = await site.door.get("/api/v1/auth/tenants/f00000000000000000000000/roles", headers=headers)
        assert codes([foreign, nowhere]) == {(404, "unknown_organization")}, "and nobody learns which there are"


async def test_a_member_without_the_permission_is_refused_and_recorded(each_spine: Spine) -> None:
    team = await a_team(each_spine)
    async with calling(each_spine, SITE) as site:
        headers = await ada_in(team, site)
        for _ in range(2):
            answer = await site.door.get(roles_of(team), headers=headers)
            assert (answer.status_code, answer.json()["error_code"]) == (403, "permission_required")
    (event,) = await refusals(each_spine)
    assert (event.data["needed"], event.organization_id) == ("team_view", team.organization.id)


async def test_a_membership_that_rests_opens_nothing(spine: Spine) -> None:
    team = await a_team(spine)
    async with calling(spine, SITE) as site:
        headers = await ada_in(team, site, "admin")
        ada, at = (await spine.sign_in(EMAIL)).user, spine.clock.now()
        await spine.transact(lambda tx: suspend_member(tx, team.within, ada.id, at, ORIGIN))
        assert (await site.door.get(roles_of(team), headers=headers)).status_code == 404


async def test_whoever_is_signed_in_sees_the_roles_of_everybody_and_no_organizations(spine: Spine) -> None:
    team = await a_team(spine)
    await team.defines("Auditor")
    async with calling(spine, SITE) as site:
        headers = await ada_in(team, site, "developer")
        answer = await site.door.get("/api/v1/auth/roles", headers=headers, params={"limit": "2"})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert [role["slug"] for role in page["roles"]] == ["owner", "admin"]
        following = {"cursor": page["next_cursor"]}
        rest = (await site.door.get("/api/v1/auth/roles", headers=headers, params=following)).json()
        assert ([role["slug"] for role in rest["roles"]], rest["next_cursor"]) == (["developer"], "")
        own = (await site.door.get(roles_of(team), headers=headers)).json()
        assert [role["slug"] for role in own["roles"]] == ["owner", "admin", "developer", "auditor"]


async def test_nobody_but_a_person_makes_the_calls_of_people(spine: Spine) -> None:
    team = await a_team(spine)
    token, key = await management_token(spine, "sys_owner"), (await a_key(spine)).secret.reveal()
    for headers, expected in (
        ({}, (401, "credential_required")),
        ({"authorization": f"Bearer {key}"}, (401, "invalid_credential")),
        ({"authorization": f"Bearer {token}"}, (401, "invalid_credential")),
    ):
        async with spine.door(**headers) as door:
            answers = [await door.get(roles_of(team)), await door.get("/api/v1/auth/roles")]
        assert codes(answers) == {expected}


async def test_a_token_of_a_session_that_ended_opens_nothing(spine: Spine) -> None:
    team = await a_team(spine)
    async with calling(spine, SITE) as site:
        headers = await ada_in(team, site, "admin")
        ended = await site.ask("/oauth2/revoke", token=headers["authorization"].removeprefix("Bearer "))
        assert ended.status_code == 200
        assert codes([await site.door.get(roles_of(team), headers=headers)]) == {(401, "invalid_credential")}
