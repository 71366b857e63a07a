"""The mix-up attack (RFC 9207, RFC 9700 §4.4): an answer names who gives it, and a code serves one client alone."""

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from provider.authorization.people import CALLBACK, CHALLENGE, BrowserOf
from provider.callers import SITE, Caller, calling, outcome
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio

AUTHORIZE, PUSH = "/oauth2/authorize", "/oauth2/par"
MODES = ("query", "fragment", "form_post")
WRONG: dict[str, dict[str, str | None]] = {
    "login_required": {"prompt": "none", "max_age": "0"},
    "unsupported_response_type": {"response_type": "token"},
    "invalid_scope": {"scope": "everything"},
    "invalid_request": {"code_challenge": None, "code_challenge_method": None},
    "invalid_request_object": {"request": "e30.e30."},
    "request_uri_not_supported": {"request_uri": "https://shop.test/request.jwt"},
}


def ask(caller: Caller, **fields: str | None) -> dict[str, str]:
    """The parameters of a request; None leaves one out."""
    given: dict[str, str | None] = {
        "client_id": caller.application.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "xyz",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **fields,
    }
    return {name: value for name, value in given.items() if value is not None}


def told(answer: httpx2.Response, mode: str) -> dict[str, str]:
    """What the client is told, wherever its mode has it."""
    if mode == "form_post":
        assert answer.status_code == 200, answer.text
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)
        return {html.unescape(name): html.unescape(value) for name, value in found}
    assert answer.status_code == 303, answer.text
    where = urlsplit(answer.headers["location"])
    return dict(parse_qsl(where.query if mode == "query" else where.fragment))


async def issuer_of(caller: Caller) -> str:
    """The issuer as the metadata name it, which promise that every answer does (RFC 9207 §3)."""
    for path in ("openid-configuration", "oauth-authorization-server"):
        found = (await caller.door.get(f"/.well-known/{path}")).json()
        assert found["authorization_response_iss_parameter_supported"] is True
    return str(found["issuer"])


@pytest.mark.parametrize("mode", MODES)
async def test_every_answer_names_the_issuer_of_the_metadata(spine: Spine, mode: str) -> None:
    async with calling(spine, SHOP) as shop:
        browser = BrowserOf(spine)
        await browser.signed_in()
        spine.clock.move(timedelta(seconds=2))
        issuer = await issuer_of(shop)
        fine = await shop.door.get(AUTHORIZE, params=ask(shop, response_mode=mode), headers=browser.cookies)
        answer = told(fine, mode)
        assert (answer["iss"], set(answer)) == (issuer, {"code", "state", "iss"})
        for error, fields in WRONG.items():
            sent = ask(shop, **{"response_mode": mode, **fields})
            answer = told(await shop.door.get(AUTHORIZE, params=sent, headers=browser.cookies), mode)
            assert (answer["error"], answer["iss"]) == (error, issuer), error
            assert "code" not in answer, error


@pytest.mark.parametrize("mode", MODES)
async def test_the_answer_to_a_pushed_request_names_the_issuer_too(spine: Spine, mode: str) -> None:
    async with calling(spine, SITE) as site:
        browser = BrowserOf(spine)
        await browser.signed_in()
        spine.clock.move(timedelta(seconds=2))
        issuer = await issuer_of(site)
        for fields, expected in (({}, "code"), ({"prompt": "none", "max_age": "0"}, "error")):
            given: dict[str, Any] = ask(site, response_mode=mode, **fields)
            pushed = await site.ask(PUSH, **given)
            assert pushed.status_code == 201, pushed.text
            brought = {"client_id": site.application.client_id, "request_uri": pushed.json()["request_uri"]}
            answer = told(await site.door.get(AUTHORIZE, params=brought, headers=browser.cookies), mode)
            assert expected in answer, answer
            assert answer["iss"] == issuer


async def test_a_code_that_was_sent_to_one_client_is_worth_nothing_in_the_hands_of_another(each_spine: Spine) -> None:
    async with calling(each_spine, SITE) as honest, calling(each_spine, SITE) as evil:
        code = await honest.code()
        # It knows the code, the redirect URI and even the verifier, and proves to be itself.
        assert outcome(await evil.redeem(code)) == (400, "invalid_grant")
        for claimed in (honest.application.client_id, evil.application.client_id):
            stolen = await evil.redeem(code, client_id=claimed, client_secret=evil.secret)
            expected = (401, "invalid_client") if claimed == honest.application.client_id else (400, "invalid_grant")
            assert outcome(stolen) == expected
        # Two know it now, so it serves nobody any more: the honest client asks anew.
        assert outcome(await honest.redeem(code)) == (400, "invalid_grant")
        assert outcome(await honest.redeem(await honest.code())) == (200, "")


async def test_tokens_of_one_client_are_not_renewed_for_another(each_spine: Spine) -> None:
    async with calling(each_spine, SITE) as honest, calling(each_spine, SITE) as evil:
        tokens = await honest.signed_in(scope=("openid", "offline_access"))
        assert outcome(await evil.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
        assert outcome(await honest.refresh(tokens["refresh_token"])) == (200, "")
