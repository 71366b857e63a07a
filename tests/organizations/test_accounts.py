"""Organizations come into being, change and go, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.kit.ids import ORGANIZATION_TOKEN_PREFIX, is_well_formed
from gatepass.kit.lookups.paging import Page, PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE, Reach, Within
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import as_new, change, open_for_change, remove, renew_connection_token
from gatepass.organizations.jobs import OrganizationPurge
from gatepass.organizations.model import (
    NewOrganization,
    Organization,
    OrganizationBranding,
    OrganizationDetails,
    OrganizationFilter,
    OrganizationPolicy,
    SearchField,
)
from gatepass.organizations.queries import (
    find_by_connection_token,
    find_organization,
    list_domains,
    list_of_user,
    list_organizations,
    listed_domains,
)
from organizations.stage import a_person, an_organization, counts, created, joined, kinds, proved
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
FULL: dict[str, Any] = {
    "display_name": "Acme Inc.",
    "workspace_name": "acme",
    "allows_outsiders": True,
    "external_id": "crm-1",
    "public_metadata": {"tier": "gold", "flags": ["a", {"b": None}]},
    "private_metadata": {"note": "ünïcode 🦉"},
    "policy": OrganizationPolicy(("magic_link",), requires_mfa=True, session_seconds=3600, idle_seconds=600),
    "branding": OrganizationBranding("#4f46e5", "https://acme.example/logo.png"),
    "details": OrganizationDetails("1 Main St\nSpringfield", "https://acme.example", "Europe/Berlin", "EUR"),
}


async def found(spine: Spine, organization_id: str, reach: Reach = EVERYWHERE) -> Organization | None:
    return await spine.read(lambda tx: find_organization(tx, reach, organization_id))


async def changed(spine: Spine, organization: Organization, **given: Any) -> Organization:
    async def body(tx: Any) -> Organization:
        present = await open_for_change(tx, EVERYWHERE, organization.id)
        listed = tuple(one.domain for one in await list_domains(tx, Within(present.id)))
        wanted = replace(as_new(present, listed), **given)
        return await change(tx, present, wanted, spine.clock.now(), ORIGIN)

    return await spine.transact(body)


async def listing(spine: Spine, page: PageRequest, reach: Reach = EVERYWHERE, **given: Any) -> Page[Organization]:
    return await spine.read(lambda tx: list_organizations(tx, reach, OrganizationFilter(**given), page))


async def names(spine: Spine, page: PageRequest | None = None, reach: Reach = EVERYWHERE, **given: Any) -> list[str]:
    return [one.name for one in (await listing(spine, page or PageRequest(), reach, **given)).items]


async def test_what_was_written_is_read(each_spine: Spine) -> None:
    made = await an_organization(each_spine, "  Acme ", **FULL, domains=("Acme.example", "acme.test"))
    assert made == await found(each_spine, made.id)
    assert (made.name, made.display_name, made.domain) == ("Acme", "Acme Inc.", "")
    assert made.policy.requires_mfa
    assert made.details.address == "1 Main St\nSpringfield"
    domains = await each_spine.read(lambda tx: listed_domains(tx, [made]))
    assert domains == {made.id: ["acme.example", "acme.test"]}


async def test_people_read_the_name_where_nothing_else_was_given(each_spine: Spine) -> None:
    assert (await an_organization(each_spine, "Acme")).display_name == "Acme"


async def test_its_connections_have_a_token_in_the_documented_form_of_which_only_a_hash_is_kept(
    each_spine: Spine,
) -> None:
    made = await created(each_spine)
    token = made.connection_token.reveal()
    head, middle, secret = token.split(".")
    assert (len(head), len(middle), len(secret)) == (len(ORGANIZATION_TOKEN_PREFIX) + 20, 32, 49)
    assert is_well_formed(token, ORGANIZATION_TOKEN_PREFIX)
    assert await each_spine.read(lambda tx: find_by_connection_token(tx, token)) == made.organization
    at = each_spine.clock.now()
    within = Within(made.organization.id)
    renewed = await each_spine.transact(lambda tx: renew_connection_token(tx, within, at, ORIGIN))
    assert await each_spine.read(lambda tx: find_by_connection_token(tx, token)) is None
    assert await each_spine.read(lambda tx: find_by_connection_token(tx, renewed.reveal())) is not None


@pytest.mark.parametrize("spelling", ["acme", " ACME ", "\uff21\uff23\uff2d\uff25", "Ac\u200bme", "\u2060Acme\ufeff"])
async def test_a_name_is_taken_however_it_is_spelled(each_spine: Spine, spelling: str) -> None:
    await an_organization(each_spine, "Acme")
    with pytest.raises(Problem) as refused:
        await an_organization(each_spine, spelling)
    assert (refused.value.code, refused.value.status) == ("name_taken", 409)


async def test_of_two_that_want_one_name_at_once_one_gets_it(each_spine: Spine) -> None:
    outcomes = await asyncio.gather(*(an_organization(each_spine, "Acme") for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(one, Organization) for one in outcomes) == 1
    assert {one.code for one in outcomes if isinstance(one, Problem)} == {"name_taken"}


async def test_two_that_are_renamed_to_one_name_at_once_do_not_both_get_it(each_spine: Spine) -> None:
    made = [await an_organization(each_spine, name) for name in ("One", "Two", "Three")]
    outcomes = await asyncio.gather(*(changed(each_spine, one, name="Acme") for one in made), return_exceptions=True)
    assert sum(isinstance(one, Organization) for one in outcomes) == 1


async def test_an_id_elsewhere_is_good_for_one(each_spine: Spine) -> None:
    await an_organization(each_spine, "One", external_id="crm-1")
    with pytest.raises(Problem, match="external_id_taken"):
        await an_organization(each_spine, "Two", external_id="crm-1")


async def test_a_change_keeps_the_id_and_is_recorded(each_spine: Spine) -> None:
    made = await an_organization(each_spine, **FULL)
    each_spine.clock.move(timedelta(seconds=1))
    after = await changed(each_spine, made, name="Acme 2", is_active=False)
    assert (after.id, after.name, after.is_active, after.created_at) == (made.id, "Acme 2", False, made.created_at)
    assert after.modified_at > made.modified_at
    assert after == await found(each_spine, made.id)
    assert (await kinds(each_spine))[-1] == "organization.account.changed"


async def test_an_organization_may_take_its_own_name_again(each_spine: Spine) -> None:
    made = await an_organization(each_spine, "Acme", external_id="crm-1")
    assert (await changed(each_spine, made, name="ACME")).name == "ACME"


async def test_a_removed_one_is_found_by_nobody_and_leaves_its_name_and_domains_free(each_spine: Spine) -> None:
    made = await created(each_spine, "Acme", external_id="crm-1")
    organization = made.organization
    await proved(each_spine, organization, "acme.example")
    ada = await joined(each_spine, organization, "ada@acme.example")
    await each_spine.transact(lambda tx: remove(tx, EVERYWHERE, organization.id, each_spine.clock.now(), ORIGIN))
    assert await found(each_spine, organization.id) is None
    assert await names(each_spine) == []
    assert await each_spine.read(lambda tx: list_of_user(tx, ada.id)) == []
    token = made.connection_token.reveal()
    assert await each_spine.read(lambda tx: find_by_connection_token(tx, token)) is None
    again = await an_organization(each_spine, "Acme", external_id="crm-1")
    await proved(each_spine, again, "acme.example")
    with pytest.raises(Problem, match="unknown_organization"):
        await each_spine.transact(lambda tx: remove(tx, EVERYWHERE, organization.id, each_spine.clock.now(), ORIGIN))


async def test_what_hangs_on_a_removed_one_is_forgotten_after_thirty_days(each_spine: Spine) -> None:
    kept = await an_organization(each_spine, "Kept")
    gone = await an_organization(each_spine, "Gone")
    await joined(each_spine, kept)
    for number in range(3):
        await joined(each_spine, gone, f"user{number}@acme.test")
    await each_spine.transact(lambda tx: remove(tx, EVERYWHERE, gone.id, each_spine.clock.now(), ORIGIN))
    told: list[str] = []

    async def other(tx: Any, organization_id: str, limit: int) -> int:  # noqa: ARG001 - it has nothing to forget
        told.append(organization_id)
        return 0

    purge = OrganizationPurge((other,))
    each_spine.clock.move(timedelta(days=29))
    assert await each_spine.transact(lambda tx: purge(tx, each_spine.clock.now())) == 0
    each_spine.clock.move(timedelta(days=2))
    while await each_spine.transact(lambda tx: purge(tx, each_spine.clock.now())):
        pass
    assert set(told) == {gone.id}
    assert await counts(each_spine) == (1, 1)


async def test_one_organization_does_not_see_another(each_spine: Spine) -> None:
    ours, theirs = await an_organization(each_spine, "Ours"), await an_organization(each_spine, "Theirs")
    assert await found(each_spine, theirs.id, Within(ours.id)) is None
    assert await names(each_spine, reach=Within(ours.id)) == ["Ours"]
    assert await names(each_spine, reach=Within(ours.id), search="theirs") == []


async def test_a_list_is_read_page_by_page_in_the_order_of_age(each_spine: Spine) -> None:
    for number in range(5):
        await an_organization(each_spine, f"Number {number}")
    seen: list[str] = []
    page = PageRequest(2)
    while True:
        answer = await listing(each_spine, page)
        seen += [one.id for one in answer.items]
        if not answer.next_after:
            break
        page = PageRequest(2, answer.next_after)
    assert seen == sorted(seen)
    assert len(seen) == 5


async def test_a_list_is_searched_by_the_beginning_of_a_name(each_spine: Spine) -> None:
    for name in ("Bolt", "Acme West", "ACME East", "Acm", "100%"):
        await an_organization(each_spine, name, display_name=f"The {name}")
    assert await names(each_spine, search=" acme ") == ["ACME East", "Acme West"]
    assert await names(each_spine, search="the b", search_field=SearchField.DISPLAY_NAME) == ["Bolt"]
    assert await names(each_spine, search="%") == []
    first = await listing(each_spine, PageRequest(2), search="acm")
    assert [one.name for one in first.items] == ["Acm", "ACME East"]
    assert await names(each_spine, PageRequest(2, first.next_after), search="acm") == ["Acme West"]


async def test_a_list_is_filtered_by_state_domain_and_id_elsewhere(each_spine: Spine) -> None:
    await an_organization(each_spine, "On", domains=("acme.example",), external_id="crm-1")
    await an_organization(each_spine, "Off", domains=("acme.example",), is_active=False)
    assert await names(each_spine, is_active=False) == ["Off"]
    assert await names(each_spine, domain="acme.example") == ["On", "Off"]
    assert await names(each_spine, domain="acme.example", is_active=True) == ["On"]
    assert await names(each_spine, external_id="crm-1") == ["On"]
    assert await names(each_spine, external_id="crm-1", is_active=False) == []
    assert await names(each_spine, external_id="crm-2") == []


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"name": " "}, "name of 1"),
        ({"name": "a" * 101}, "at most 100"),
        ({"name": "\ufdfa" * 20}, "at most 100"),
        ({"name": "a\nb"}, "line breaks"),
        ({"name": "\u200b\u2060"}, "name of 1"),
        ({"display_name": "a\u2028b"}, "line breaks"),
        ({"display_name": "Acme\u202egpj.exe"}, "line breaks"),
        ({"external_id": ""}, "external id"),
        ({"public_metadata": {"a": "x" * 17_000}}, "public metadata"),
        ({"private_metadata": {"a": "x" * 17_000}}, "private metadata"),
        ({"policy": OrganizationPolicy(methods=("Magic Link",))}, "methods"),
        ({"policy": OrganizationPolicy(session_seconds=10)}, "session"),
        ({"policy": OrganizationPolicy(session_seconds=600, idle_seconds=900)}, "without use"),
        ({"branding": OrganizationBranding(accent="red; }")}, "colour"),
        ({"branding": OrganizationBranding(logo_url="javascript:alert(1)")}, "logo"),
        ({"branding": OrganizationBranding(logo_url='https://a.example/"><script>')}, "logo"),
        ({"details": OrganizationDetails(website="ftp://a.example")}, "website"),
        ({"details": OrganizationDetails(time_zone="../../etc/passwd")}, "time zone"),
        ({"details": OrganizationDetails(time_zone="Mars/Base")}, "time zone"),
        ({"details": OrganizationDetails(currency="Euro")}, "currency"),
        ({"domains": tuple(f"d{number}.example" for number in range(101))}, "100 domains"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_faults_are_named(spine: Spine, given: dict[str, Any], word: str) -> None:
    wanted = {"name": "Acme", **given}
    with pytest.raises(Problem, match=word) as refused:
        await created(spine, **wanted)
    assert (refused.value.code, refused.value.status) == ("invalid_organization", 400)
    assert await names(spine) == []


async def test_all_faults_are_named_at_once(spine: Spine) -> None:
    with pytest.raises(Problem, match=r"name of 1.*colour.*currency"):
        await created(spine, "", branding=OrganizationBranding("x"), details=OrganizationDetails(currency="x"))


async def test_nothing_is_left_of_one_whose_domain_is_none(each_spine: Spine) -> None:
    with pytest.raises(Problem, match=r"invalid_domain.*co\.uk.*nonsense"):
        await created(each_spine, domains=("co.uk", "nonsense"))
    assert await names(each_spine) == []
    assert NewOrganization("Acme").domains == ()
    await a_person(each_spine)


@pytest.mark.parametrize("goes_back", [timedelta(), timedelta(hours=1)], ids=["stands-still", "goes-back"])
async def test_a_version_never_comes_again_though_the_clock_does(each_spine: Spine, goes_back: timedelta) -> None:
    acme = await an_organization(each_spine)
    within, seen = Within(acme.id), [acme.modified_at]
    for way in ("change", "domain", "change with a domain", "token"):
        each_spine.clock.move(-goes_back)
        at = each_spine.clock.now()
        if way == "domain":
            await proved(each_spine, acme, "acme.test")
        elif way == "token":
            await each_spine.transact(lambda tx, at=at: renew_connection_token(tx, within, at, ORIGIN))  # type: ignore[misc]
        else:
            returned = await changed(each_spine, acme, workspace_name=way, domains=("two.test",) * (way != "change"))
            assert returned.modified_at > seen[-1]
        present = await found(each_spine, acme.id)
        assert present is not None
        seen.append(present.modified_at)
    assert seen == sorted(set(seen))
