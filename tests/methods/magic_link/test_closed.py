"""An application that offers no links: none is sent, and those that were are worth nothing."""

from dataclasses import replace

import pytest

from gatepass.applications.model import MethodPolicies
from gatepass.login.model import Refusal, Refused
from gatepass.methods.magic_link.model import Gesture
from support.spine import ORIGIN, SHOP, VISITOR, Spine

pytestmark = pytest.mark.anyio

ANA = "ana@example.com"
BASE = "/api/v1/auth/passwordless/magic-link"
_CODES = MethodPolicies(offered=("one_time_code",))


@pytest.mark.parametrize(
    ("call", "body"), [("send", {"email": ANA}), ("resend", {"state": "0" * 24})], ids=["send", "resend"]
)
async def test_no_link_is_sent(spine: Spine, call: str, body: dict[str, str]) -> None:
    closed = await spine.register(replace(SHOP, methods=_CODES))
    async with spine.door() as door:
        answer = await door.post(f"{BASE}/{call}", params={"client_id": closed.client_id}, json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "method_closed")


async def test_a_link_that_is_on_its_way_when_links_are_closed_opens_nothing(spine: Spine) -> None:
    state = await spine.ask(ANA)
    link, code = await spine.link(ANA), str((await spine.mail(ANA))["code"])
    closed, refused = replace(spine.application, methods=_CODES), Refused(Refusal.METHOD_CLOSED)
    links = spine.house.links
    assert await links.open(closed, link, VISITOR) == refused
    assert await links.redeem(closed, link, VISITOR, Gesture(is_documented_call=True)) == refused
    assert await spine.house.codes.redeem(closed, state, code, ORIGIN) == refused
