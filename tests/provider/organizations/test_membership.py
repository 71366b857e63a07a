"""Signing in to an organization: who may, what the tokens say, and what becomes of them when that changes."""

from typing import Any

import pytest

from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from gatepass.audit.model import EventKind
from gatepass.kit.db import command
from gatepass.kit.lookups.reach import Within
from gatepass.organizations.flows import remove_member, resume_member, suspend_member
from gatepass.protocols.oauth2.errors import Refused as OAuthRefused
from gatepass.protocols.oauth2.parameters import Parameters
from gatepass.provider.authorization.checks import person
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.membership import admission
from gatepass.provider.authorization.model import CodeRefusal, Needed, Prompt, Refused, Step
from gatepass.tokens import rights
from gatepass.tokens.queries import is_live
from provider.authorization.people import BrowserOf, redeem, request
from provider.organizations.people import (
    ANNA,
    an_organization,
    error_of,
    give_role,
    granted,
    prove_domains,
    refresh,
    to,
)
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
TEMPLATE: dict[str, Any] = {
    "organization": "{{organization.name}}",
    "roles": "{{roles}}",
    "permissions": "{{permissions}}",
}
CLAIMING = Registration(
    "Claiming",
    ApplicationType.SPA,
    callback_urls=("https://shop.test/callback",),
    oauth=OAuthPolicy(access_claims=TEMPLATE, id_claims=TEMPLATE),
)
_SWITCH_OFF = command("UPDATE organizations SET is_active = :off WHERE id = :id")


async def test_both_tokens_name_the_organization_to_which_a_member_signed_in(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id)
    grant = await granted(each_spine, browser, to(acme.id))
    assert (grant.claims["org_id"], grant.id_claims["org_id"]) == (acme.id, acme.id)
    again = await refresh(each_spine, grant)
    assert not isinstance(again, str)
    assert again.claims["org_id"] == acme.id


async def test_nothing_is_chosen_for_who_belongs_to_one_organization(spine: Spine) -> None:
    browser = BrowserOf(spine)
    anna = await browser.signed_in(ANNA)
    await an_organization(spine, anna.user.id)
    assert "org_id" not in (await granted(spine, browser, to(""))).claims


@pytest.mark.parametrize("silent", [False, True], ids=["seen", "silent"])
async def test_who_is_no_member_is_denied_and_so_is_an_organization_that_is_not_there(
    each_spine: Spine, silent: bool
) -> None:
    browser = BrowserOf(each_spine)
    await browser.signed_in(ANNA)
    acme = await an_organization(each_spine)
    prompt = {"prompt": (Prompt.NONE,)} if silent else {}
    denied = [await error_of(browser, to(organization_id, **prompt)) for organization_id in (acme.id, "0" * 24)]
    assert denied[0] == denied[1]
    assert denied[0][0] == "access_denied"
    assert "no member" in denied[0][1]


async def test_an_organization_that_is_switched_off_lets_nobody_in(spine: Spine) -> None:
    browser = BrowserOf(spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(spine, anna.user.id)
    grant = await granted(spine, browser, to(acme.id))
    await spine.transact(lambda tx: tx.run(_SWITCH_OFF, off=False, id=acme.id))
    assert (await error_of(browser, to(acme.id)))[0] == "access_denied"
    assert await refresh(spine, grant) == "no_member"


async def test_of_several_accounts_the_one_that_belongs_goes_on(spine: Spine) -> None:
    browser = BrowserOf(spine)
    anna = await browser.signed_in(ANNA)
    await browser.signed_in("private@example.com")
    acme = await an_organization(spine, anna.user.id)
    assert (await granted(spine, browser, to(acme.id))).claims["sub"] == anna.user.id


async def test_whoever_asks_for_a_sign_in_may_bring_another_person(spine: Spine) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in("private@example.com")
    acme = await an_organization(spine)
    needed = await browser.begin(to(acme.id, prompt=(Prompt.LOGIN,)))
    assert isinstance(needed, Needed)
    assert needed.step is Step.SIGN_IN


async def test_a_code_is_worth_nothing_to_who_was_removed_since(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id)
    code = await browser.code(to(acme.id))
    at = each_spine.clock.now()
    await each_spine.transact(lambda tx: remove_member(tx, Within(acme.id), anna.user.id, at, ORIGIN))
    outcome = await redeem(each_spine, code)
    assert isinstance(outcome, Refused)
    assert outcome.reason is CodeRefusal.NO_MEMBER


async def test_a_suspended_member_refreshes_nothing_until_taken_up_again(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id)
    grant = await granted(each_spine, browser, to(acme.id))
    at, within = each_spine.clock.now(), Within(acme.id)
    await each_spine.transact(lambda tx: suspend_member(tx, within, anna.user.id, at, ORIGIN))
    assert await refresh(each_spine, grant) == "no_member"
    await each_spine.transact(lambda tx: resume_member(tx, within, anna.user.id, at, ORIGIN))
    assert not isinstance(await refresh(each_spine, grant), str)


async def test_templates_say_what_somebody_may_do_and_a_refresh_what_is_left_of_it(each_spine: Spine) -> None:
    claiming = await each_spine.register(CLAIMING)
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id)
    await give_role(each_spine, anna.user.id, acme.id, "admin", "developer")
    grant = await granted(each_spine, browser, to(acme.id), claiming)
    for said in (grant.claims, grant.id_claims):
        assert (said["organization"], said["roles"]) == ("Acme", ["admin", "developer"])
        assert "team_manage" in said["permissions"]
    await give_role(each_spine, anna.user.id, acme.id, "developer")
    again = await refresh(each_spine, grant, claiming)
    assert not isinstance(again, str)
    assert (again.claims["roles"], "team_manage" in again.claims["permissions"]) == (["developer"], False)
    elsewhere = await granted(each_spine, browser, to(""), claiming)
    assert (elsewhere.claims["roles"], "organization" in elsewhere.claims) == ([], False)


async def test_whose_verified_address_is_at_a_proven_domain_joins_by_signing_in(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, domains=("acme.test",), joins_by_domain=True)
    assert (await error_of(browser, to(acme.id)))[0] == "access_denied", "a domain that is only listed proves nothing"
    await prove_domains(each_spine, acme)
    grant = await granted(each_spine, browser, to(acme.id))
    assert grant.claims["org_id"] == acme.id
    (joined,) = [event for event in await each_spine.events() if event.kind is EventKind.MEMBER_ADDED]
    assert (joined.user_id, joined.organization_id, joined.data["source"]) == (anna.user.id, acme.id, "domain")
    at = each_spine.clock.now()
    await each_spine.transact(lambda tx: suspend_member(tx, Within(acme.id), anna.user.id, at, ORIGIN))
    assert (await error_of(browser, to(acme.id)))[0] == "access_denied", "who is suspended does not join anew"


async def test_nobody_joins_another_ones_organization_by_their_own_proven_domain(spine: Spine) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in("eve@evil.test")
    acme = await an_organization(spine, domains=("acme.test",), joins_by_domain=True)
    await prove_domains(spine, acme)
    assert (await error_of(browser, to(acme.id)))[0] == "access_denied"


def asked_with(**sent: str) -> Any:
    return person.check_wishes(Asked(Parameters(sent), application=None), request())  # type: ignore[arg-type]


def test_the_organization_is_named_by_either_spelling() -> None:
    assert asked_with(organization="one").organization == "one"
    assert asked_with(organization_id="one").organization == "one"
    assert asked_with(organization="one", organization_id="one").organization == "one"
    assert asked_with().organization == ""


def test_two_organizations_at_once_are_refused() -> None:
    with pytest.raises(OAuthRefused, match="one organization"):
        asked_with(organization="one", organization_id="two")


async def test_an_access_token_is_worth_nothing_to_who_was_removed_since(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    anna = await browser.signed_in(ANNA)
    acme = await an_organization(each_spine, anna.user.id)
    claims = (await granted(each_spine, browser, to(acme.id))).claims
    assert await each_spine.read(lambda tx: is_live(tx, claims))
    at = each_spine.clock.now()
    await each_spine.transact(lambda tx: remove_member(tx, Within(acme.id), anna.user.id, at, ORIGIN))
    assert not await each_spine.read(lambda tx: is_live(tx, claims))


async def test_whoever_names_no_organization_costs_no_further_statement(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("read without being asked for")

    for name in ("find_organization", "find_active_membership", "roles_of", "permissions_of"):
        monkeypatch.setattr(rights, name, never)
    monkeypatch.setattr(admission, "find_organization", never)
    monkeypatch.setattr(admission, "find_active_membership", never)
    browser = BrowserOf(spine)
    await browser.signed_in(ANNA)
    grant = await granted(spine, browser, to(""))
    assert not isinstance(await refresh(spine, grant), str)
