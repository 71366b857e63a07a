"""Who may do what and why; the roles that an organization defines for itself."""

import pytest

from access.team import Team, a_team
from gate.management.callers import a_key
from organizations.stage import a_person
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio


@pytest.fixture
async def team(spine: Spine) -> Team:
    """An organization."""
    return await a_team(spine)


async def test_check_and_why_answer_for_one_organization_and_for_everywhere(team: Team) -> None:
    ada = await team.joins("ada", "developer")
    place = {"organization_id": team.organization.id}
    path = f"/api/v1/users/{ada.id}/permissions"
    async with managing(team.spine, "roles:read") as door:
        here = (await door.get(f"{path}/team_view/check", params=place)).json()
        assert here == {"user_id": ada.id, "permission": "team_view", "is_allowed": True, **place}
        everywhere = (await door.get(f"{path}/team_view/check")).json()
        assert (everywhere["is_allowed"], everywhere["organization_id"]) == (False, None)
        why = (await door.get(f"{path}/team_view/why", params=place)).json()
        assert (why["is_allowed"], why["reason"]) == (True, None)
        (grant,) = why["grants"]
        assert (grant["role_slug"], grant["role_name"]) == ("developer", "Developer")
        assert grant["organization_id"] == team.organization.id
        assert grant["granted_by"].keys() == {"kind", "id", "name"}
        assert grant["since"].endswith("Z")
        for slug, reason in (("team_manage", "no_role"), ("read:nothing", "unknown_permission")):
            lacking = (await door.get(f"{path}/{slug}/why", params=place)).json()
            assert (lacking["is_allowed"], lacking["reason"], lacking["grants"]) == (False, reason, [])


async def test_questions_about_nobody_and_nowhere_have_no_answer(team: Team) -> None:
    ada, nowhere = await team.joins("ada"), "f" * 24
    async with managing(team.spine, "roles:read") as door:
        for verb in ("check", "why"):
            unknown = await door.get(f"/api/v1/users/{nowhere}/permissions/team_view/{verb}")
            assert (unknown.status_code, unknown.json()["error_code"]) == (404, "unknown_user")
            path = f"/api/v1/users/{ada.id}/permissions/team_view/{verb}"
            lost = await door.get(path, params={"organization_id": nowhere})
            assert (lost.status_code, lost.json()["error_code"]) == (404, "unknown_organization")


async def test_a_key_of_one_organization_asks_about_its_members_alone(team: Team) -> None:
    other = await a_team(team.spine, "Other")
    ada, bob = await team.joins("ada", "developer"), await other.joins("bob", "owner")
    outsider = await a_person(team.spine, "out@side.test")
    key = await a_key(team.spine, "roles:read", place=team.organization.id)
    async with team.spine.door(authorization=f"Bearer {key.secret.reveal()}") as door:
        own = await door.get(f"/api/v1/users/{ada.id}/permissions/team_view/check")
        assert own.json()["is_allowed"] is True
        assert own.json()["organization_id"] == team.organization.id
        for user in (bob, outsider):
            for verb in ("check", "why"):
                path = f"/api/v1/users/{user.id}/permissions/team_view/{verb}"
                assert (await door.get(path)).json()["error_code"] == "unknown_user"
                foreign = await door.get(path, params={"organization_id": other.organization.id})
                assert foreign.json()["error_code"] == "unknown_organization"


async def test_an_organization_has_roles_of_its_own_under_both_names(team: Team) -> None:
    async with managing(team.spine, "roles:read", "roles:write") as door:
        base = f"/api/v1/organizations/{team.organization.id}/roles"
        created = await door.post(base, json={"name": "Auditor"})
        role = created.json()
        assert (created.status_code, role["organization_id"]) == (200, team.organization.id)
        alias = f"/api/v1/tenants/{team.organization.id}/roles"
        assert [one["slug"] for one in (await door.get(alias)).json()][-1] == "auditor"
        assert (await door.patch(f"{alias}/{role['id']}", json={"is_active": False})).json()["is_active"] is False
        shared = (await door.get(base)).json()[0]
        answer = await door.put(f"{base}/{shared['id']}", json={"name": "Mine"})
        assert (answer.status_code, answer.json()["error_code"]) == (403, "shared_role")
        assert (await door.delete(f"{base}/{role['id']}")).json()["is_deleted"] is True
        for method in ("GET", "POST"):
            lost = await door.request(method, f"/api/v1/organizations/{'f' * 24}/roles", json={"name": "Auditor"})
            assert lost.json()["error_code"] == "unknown_organization"
