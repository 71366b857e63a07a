"""What is over is forgotten after a day, and the settings say what they can't be."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.kit.db import query
from gatepass.provider.authorization.jobs import purge, purge_codes, purge_pushed
from gatepass.provider.authorization.settings import ProviderSettings
from provider.authorization.people import CALLBACK, CHALLENGE, BrowserOf
from provider.callers import SITE, calling
from support.spine import Spine

pytestmark = pytest.mark.anyio
_COUNTS = (
    query(int, "SELECT count(*) FROM authorization_requests"),
    query(int, "SELECT count(*) FROM pushed_requests"),
    query(int, "SELECT count(*) FROM authorization_codes"),
)


async def counts(spine: Spine) -> list[int | None]:
    return [await spine.read(lambda tx, one=one: tx.one(one)) for one in _COUNTS]  # type: ignore[misc]


async def test_requests_and_codes_are_forgotten_a_day_after_they_are_over(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    await browser.signed_in()
    await browser.code()
    pushed: dict[str, Any] = {"response_type": "code", "redirect_uri": CALLBACK, "code_challenge": CHALLENGE}
    async with calling(each_spine, SITE) as site:
        assert (await site.ask("/oauth2/par", **pushed, code_challenge_method="S256")).status_code == 201
    assert await counts(each_spine) == [1, 1, 2]
    for move, left in ((timedelta(hours=24), [1, 1, 2]), (timedelta(hours=1), [0, 0, 0])):
        each_spine.clock.move(move)
        for chore in (purge, purge_pushed, purge_codes):
            await each_spine.transact(lambda tx, chore=chore: chore(tx, each_spine.clock.now()))  # type: ignore[misc]
        assert await counts(each_spine) == left


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code_lifetime", timedelta(minutes=11)),
        ("code_lifetime", timedelta(0)),
        ("request_lifetime", timedelta(seconds=59)),
        ("pushed_request_lifetime", timedelta(minutes=11)),
    ],
)
def test_a_lifetime_that_no_standard_allows_is_a_fault(name: str, value: timedelta) -> None:
    wrong: dict[str, Any] = {name: value}
    assert [fault for fault in replace(ProviderSettings(), **wrong).faults() if name.upper() in fault]
    assert not list(ProviderSettings().faults())
