"""Somebody follows an invitation with a real browser, from the mail to being a member."""

import pytest
from playwright.sync_api import Page, expect

from gatepass.invitations.model import Inviter, NewInvitation
from gatepass.kit.lookups.reach import Within
from gatepass.kit.mail.addresses import parse_address
from gatepass.organizations.flows import create
from gatepass.organizations.model import NewOrganization
from support.browsing import NewVisitor, judge
from support.gatepass_server import RunningServer
from support.spine import ORIGIN

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
GRACE, BEN = "grace@example.com", "ben@example.com"


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def invite(server: RunningServer, email: str) -> str:
    """Invite an address to a new organization and return the link of the mail, as it arrived."""
    at, before = server.clock.now(), len(server.client.mails(email))
    made = server.transact(lambda tx: create(tx, NewOrganization("Acme"), at, ORIGIN))
    new = NewInvitation(parse_address(email), inviter=Inviter(name="Ada Lovelace"), description="See you on Monday")
    reach = Within(made.organization.id)
    server.transact(lambda tx: server.house.invitations.create(tx, reach, new, at, ORIGIN))
    return server.client.wait_for_mail(email, before + 1).link


def prove(server: RunningServer, page: Page, email: str, mails: int, *, by_link: bool = False) -> None:
    """Type the code of the newest mail; without scripts a link leads to the field."""
    heading(page, "Check your inbox")
    if by_link:
        page.get_by_role("link", name="Type the code").click()
    page.fill("input[name=code]", str(server.client.wait_for_mail(email, mails).code))
    page.locator("form:has(input[name=code])").get_by_role("button").click()


def test_a_newcomer_joins(server: RunningServer, new_visitor: NewVisitor) -> None:
    link, page = invite(server, GRACE), new_visitor()
    page.goto(link)
    heading(page, "Join Acme")
    judge(page)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Confirm your address")
    expect(page.get_by_text(GRACE)).to_be_visible()
    judge(page)
    page.get_by_role("button", name="Continue").click()
    prove(server, page, GRACE, 2)
    heading(page, "Join Acme")
    assert "token" not in page.url
    judge(page)
    page.get_by_role("button", name="Accept the invitation").click()
    heading(page, "You are a member of Acme")
    judge(page)
    page.reload()
    heading(page, "You are a member of Acme")


def test_without_scripts_somebody_signed_in_as_another_switches_and_joins(
    server: RunningServer, new_visitor: NewVisitor
) -> None:
    link, page = invite(server, GRACE), new_visitor(java_script_enabled=False)
    page.goto(f"{server.url}/account")
    page.fill("input[name=email]", BEN)
    page.get_by_role("button", name="Continue").click()
    prove(server, page, BEN, 1, by_link=True)
    page.wait_for_url("**/account**")
    page.goto(link)
    heading(page, "This invitation is for another address")
    page.get_by_role("button", name="Use the invited address").click()
    page.get_by_role("button", name="Continue").click()
    prove(server, page, GRACE, 2, by_link=True)
    page.get_by_role("button", name="Accept the invitation").click()
    heading(page, "You are a member of Acme")
