"""A code in the wrong hands (RFC 9700 §4.5, §4.8): no verifier, another application or address, no proof."""

from urllib.parse import urlencode

import httpx2
import pytest

from attacks.hosted import CHALLENGE, VERIFIER, Someone, application, public_application, someone
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import CALLBACK, RelyingParty

_CHALLENGED = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


@pytest.fixture(scope="module")
def shop(provider: Provider) -> RelyingParty:
    return application(provider)


@pytest.fixture(scope="module")
def page_app(provider: Provider) -> RelyingParty:
    return public_application(provider)


@pytest.fixture(scope="module")
def victim(provider: Provider, shop: RelyingParty) -> Someone:
    made = someone(provider)
    shop.sign_in(made)
    return made


def spend(shop: RelyingParty, code: str, **fields: str | None) -> httpx2.Response:
    usual: dict[str, str | None] = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    if not shop.secret:
        usual["client_id"] = shop.client_id
    sent = {name: value for name, value in {**usual, **fields}.items() if value is not None}
    if shop.secret:
        return shop.token_call(**sent)
    return shop.provider.http.post(shop.provider.endpoint("token"), data=sent)


def is_burnt(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), answer.text
    assert "token" not in answer.json()


@pytest.mark.parametrize(
    "verifier",
    [
        None,
        "",
        CHALLENGE,
        VERIFIER[:-1],
        VERIFIER + "x",
        VERIFIER.upper(),
        " " + VERIFIER,
        "a" * 43,
        "é" * 43,
        "x" * 4000,
    ],
)
def test_a_code_with_a_challenge_needs_its_verifier_and_dies_without(
    shop: RelyingParty, page_app: RelyingParty, victim: Someone, verifier: str | None
) -> None:
    for thief in (shop, page_app):
        code = thief.ask(victim, **_CHALLENGED).code
        is_burnt(spend(thief, code, code_verifier=verifier))
        is_burnt(spend(thief, code, code_verifier=VERIFIER))


def test_a_verifier_that_nobody_asked_for_is_the_mark_of_a_downgrade(shop: RelyingParty, victim: Someone) -> None:
    is_burnt(spend(shop, shop.ask(victim).code, code_verifier=VERIFIER))


@pytest.mark.parametrize(
    "downgrade",
    [
        {},
        {"code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "s256"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "S512"},
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge": CHALLENGE + "=", "code_challenge_method": "S256"},
        {"code_challenge": VERIFIER, "code_challenge_method": "S256"},
    ],
)
def test_a_public_application_can_not_be_talked_out_of_its_challenge(
    page_app: RelyingParty, victim: Someone, downgrade: dict[str, str]
) -> None:
    assert page_app.ask(victim, **downgrade).error == "invalid_request"


def test_the_way_of_the_challenge_is_published(provider: Provider) -> None:
    assert provider.metadata["code_challenge_methods_supported"] == ["S256"]


def test_a_code_of_one_application_is_worth_nothing_to_another_and_burns(
    provider: Provider, shop: RelyingParty, page_app: RelyingParty, victim: Someone
) -> None:
    for thief in (application(provider), page_app):
        code = shop.ask(victim, **_CHALLENGED).code
        is_burnt(spend(thief, code, code_verifier=VERIFIER))
        is_burnt(spend(shop, code, code_verifier=VERIFIER))


def test_a_code_of_another_session_can_not_be_slipped_in(shop: RelyingParty, provider: Provider) -> None:
    """The attacker's own code in the victim's application: its challenge, or its nonce, is not the victim's."""
    attacker, victim = someone(provider), someone(provider)
    planted = shop.ask(attacker, **_CHALLENGED).code
    is_burnt(
        spend(shop, planted, code_verifier="the-verifier-of-the-victim's-browser-0123456789-0123".replace("'", "~"))
    )
    answer = shop.ask(victim)
    planted = shop.ask(attacker, nonce="of the attacker").code
    found = shop.tokens_of(spend(shop, planted))
    with pytest.raises(AssertionError):
        shop.verify(found, answer.sent)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.test/", f"{CALLBACK}/", f"{CALLBACK}?x=1", CALLBACK.upper(), "https://rp.test/signed-out"],
)
def test_a_code_is_tied_to_the_address_that_it_was_sent_to(shop: RelyingParty, victim: Someone, elsewhere: str) -> None:
    code = shop.ask(victim).code
    is_burnt(spend(shop, code, redirect_uri=elsewhere))
    is_burnt(spend(shop, code))


def test_without_a_challenge_the_address_must_be_repeated(shop: RelyingParty, victim: Someone) -> None:
    is_burnt(spend(shop, shop.ask(victim).code, redirect_uri=None))


def test_a_code_and_a_client_id_are_no_proof_in_the_documented_exchange(
    provider: Provider, shop: RelyingParty, page_app: RelyingParty, victim: Someone
) -> None:
    path = "/api/v1/sso/oauth/accesstoken"
    for robbed in (shop, page_app):
        answer = robbed.ask(victim, **_CHALLENGED)
        known = {"code": answer.code, "client_id": robbed.client_id, "state": answer.sent["state"]}
        tries = [
            provider.http.get(f"{ISSUER}{path}?{urlencode(known)}"),
            provider.http.post(f"{ISSUER}{path}?{urlencode({'client_id': robbed.client_id})}", json=known),
            provider.http.get(f"{ISSUER}{path}?{urlencode(known)}", headers={"x-client-secret": "gps_guessed"}),
        ]
        assert {refused.status_code for refused in tries} <= {400, 401, 403, 405}, [one.text for one in tries]
        assert all("access_token" not in refused.text for refused in tries)


def test_a_replayed_code_takes_back_what_it_bought(shop: RelyingParty, page_app: RelyingParty, victim: Someone) -> None:
    for robbed in (shop, page_app):
        code = robbed.ask(victim, scope="openid offline_access", **_CHALLENGED).code
        tokens = spend(robbed, code, code_verifier=VERIFIER).json()
        renewed = spend_refresh(robbed, tokens["refresh_token"]).json()
        # Whoever replays it need not even be right about anything else.
        is_burnt(spend(application(robbed.provider), code))
        for token in (tokens["access_token"], renewed["access_token"]):
            bearer = {"authorization": f"Bearer {token}"}
            userinfo = robbed.provider.http.get(robbed.provider.endpoint("userinfo"), headers=bearer)
            assert userinfo.status_code == 401
            assert shop.call(robbed.provider.endpoint("introspection"), {"token": token}).json() == {"active": False}
        assert spend_refresh(robbed, renewed["refresh_token"]).json()["error"] == "invalid_grant"


def spend_refresh(shop: RelyingParty, token: str) -> httpx2.Response:
    if shop.secret:
        return shop.token_call(grant_type="refresh_token", refresh_token=token)
    fields = {"grant_type": "refresh_token", "refresh_token": token, "client_id": shop.client_id}
    return shop.provider.http.post(shop.provider.endpoint("token"), data=fields)


def test_a_code_is_dead_after_a_minute(provider: Provider, shop: RelyingParty, victim: Someone) -> None:
    code = shop.ask(victim).code
    provider.wait(61)
    is_burnt(spend(shop, code))
