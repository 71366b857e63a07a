"""A step-up in a browser that is signed in already, whose answer is lost or that two tabs finish at once."""

import asyncio
import secrets
from datetime import timedelta

import pytest

from gatepass.audit.model import EventKind
from gatepass.kit.secrets import hash_token
from gatepass.login.model import Refusal, Refused
from gatepass.provider.authorization.model import Answer
from gatepass.sessions.flows import revoke
from gatepass.sessions.model import Account
from gatepass.sessions.queries import list_of_browser
from provider.authorization.people import BrowserOf, request
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio


async def waiting_step_up(browser: BrowserOf) -> tuple[Account, str]:
    """Sign somebody in with a second account beside them, and let them prove anew who they are."""
    await browser.signed_in("second@example.com")
    account = await browser.signed_in()
    browser.spine.clock.move(timedelta(hours=1))
    handle = await browser.waits(request(prompt=("login",)))
    await browser.prove(handle)
    return account, handle


async def test_an_answer_that_was_lost_is_given_again_and_the_browser_keeps_its_accounts(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    account, handle = await waiting_step_up(browser)
    before = browser.session
    assert (await browser.settle(handle)).session.id == account.session.id
    browser.session = before
    each_spine.clock.move(timedelta(seconds=2))
    again = await browser.settle(handle)
    assert isinstance(again, Account), again
    assert again.session.id == account.session.id
    held, now = browser.now.session_hash, each_spine.clock.now()
    assert held is not None
    accounts = await each_spine.read(lambda tx: list_of_browser(tx, held, now, timedelta(days=1)))
    assert len(accounts) == 2
    assert isinstance(await browser.flows.resume(handle, browser.now), Answer)
    assert [one.kind for one in await each_spine.events()].count(EventKind.REAUTHENTICATED) == 1


async def test_two_tabs_that_finish_at_once_are_given_the_same(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    account, handle = await waiting_step_up(browser)
    new = [hash_token(secrets.token_urlsafe(32)) for _ in range(2)]
    both = await asyncio.gather(*(browser.flows.settle(handle, browser.now, one) for one in new))
    assert [isinstance(one, Account) and one.session.id for one in both] == [account.session.id] * 2


async def test_what_was_ended_since_is_not_given_again(spine: Spine) -> None:
    browser = BrowserOf(spine)
    _, handle = await waiting_step_up(browser)
    first = await browser.settle(handle)
    await spine.transact(lambda tx: revoke(tx, first.session, spine.clock.now(), ORIGIN))
    assert await browser.settle(handle) == Refused(Refusal.ENDED)


async def test_another_account_of_the_browser_is_not_given_in_its_place(spine: Spine) -> None:
    browser = BrowserOf(spine)
    _, handle = await waiting_step_up(browser)
    await browser.settle(handle)
    held, now = browser.now.session_hash, spine.clock.now()
    assert held is not None
    accounts = await spine.read(lambda tx: list_of_browser(tx, held, now, timedelta(days=1)))
    assert await browser.flows.choose(handle, browser.now, accounts[-1].id)
    assert await browser.settle(handle) == Refused(Refusal.ENDED)
