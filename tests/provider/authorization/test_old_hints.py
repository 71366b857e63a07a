"""Id tokens that come back as hints, long after their key retired (OpenID Connect Core §3.1.2.1)."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from gatepass.protocols.jose import generate_private_key
from gatepass.provider.authorization.model import Redeemed
from gatepass.tokens.flows import ID_TOKEN_TYPE
from provider.authorization.people import CALLBACK, CHALLENGE, BrowserOf, redeem, request
from support.spine import Spine

pytestmark = pytest.mark.anyio


async def id_token(spine: Spine, browser: BrowserOf) -> str:
    tokens, at = spine.house.tokens, spine.clock.now()
    bought = await redeem(spine, await browser.code(request(scope=("openid",))))
    assert isinstance(bought, Redeemed), bought
    signer = await tokens.signer_for(spine.application)
    grant = await spine.transact(
        lambda tx: tokens.grant(tx, bought.session, bought.user, spine.application, signer, at, terms=bought.code.terms)
    )
    return (await tokens.sign(grant)).id_token


async def change_key(spine: Spine, *, at_once: bool) -> None:
    """Let another key sign; at once withdraws the old one."""
    algorithm, cabinet = spine.application.signing_algorithm, spine.house.tokens.cabinet
    private, maker = generate_private_key(algorithm), cabinet._maker
    add = maker.replace_at_once if at_once else maker.add
    await spine.transact(lambda tx: add(tx, algorithm, private, spine.clock.now()))
    cabinet._until = 0.0


async def renew(spine: Spine, browser: BrowserOf, hint: str) -> dict[str, str]:
    """Renew silently, as applications do, and return the answer."""
    asked = {
        "client_id": spine.application.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "prompt": "none",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "id_token_hint": hint,
    }
    async with spine.door() as door:
        answer: httpx2.Response = await door.get("/oauth2/authorize", params=asked, headers=browser.cookies)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def test_a_hint_outlives_the_publication_of_its_key(spine: Spine) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    hint = await id_token(spine, browser)
    await change_key(spine, at_once=False)
    spine.clock.move(timedelta(days=3))
    spine.house.tokens.cabinet._until = 0.0
    assert "code" in await renew(spine, browser, hint)
    now = spine.clock.now()
    assert await spine.house.tokens.read(hint, ID_TOKEN_TYPE, now) is None, "as a token it is over all the same"


async def test_a_hint_of_a_withdrawn_key_makes_the_silent_renewal_a_visible_one(spine: Spine) -> None:
    browser = BrowserOf(spine)
    await browser.signed_in()
    hint = await id_token(spine, browser)
    await change_key(spine, at_once=True)
    assert (await renew(spine, browser, hint))["error"] == "login_required"
