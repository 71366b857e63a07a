"""Where a code may go: the registered address to the letter, or an error page; and who it came from (RFC 9700 §4.1)."""

from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest

from attacks.hosted import CHALLENGE, Someone, application, left_for, someone
from conformance.openid.browser import Page
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import CALLBACK, RelyingParty
from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration
from gatepass.protocols.jose import SigningAlgorithm

TRICKS = [
    "https://evil.test/callback",
    "http://rp.test/callback",
    "HTTPS://rp.test/callback",
    "https://RP.test/callback",
    "https://rp.test/Callback",
    "https://rp.test:443/callback",
    "https://rp.test:8443/callback",
    "https://rp.test./callback",
    "https://rp.test/callback/",
    "https://rp.test/callback/../evil",
    "https://rp.test/x/../callback",
    "https://rp.test//callback",
    "https://rp.test/callback%2f..%2fevil",
    "https://rp.test/%63allback",
    "https://rp.test/callback%2e",
    "https://rp.test/callback%00.evil.test",
    "https://rp.test/callback?x=1",
    "https://rp.test/callback?",
    "https://rp.test/callback#",
    "https://rp.test/callback#@evil.test/",
    "https://rp.test/callback;x",
    "https://rp.test/callback&redirect_uri=https://evil.test",
    "https://rp.test/callbackevil",
    "https://rp.test/callbac",
    "https://rp.test.evil.test/callback",
    "https://rp.test@evil.test/callback",
    "https://evil.test/https://rp.test/callback",
    "https://evil.test\\@rp.test/callback",
    "https://rp.test\\callback",
    "https:/rp.test/callback",
    "https:rp.test/callback",
    "//rp.test/callback",
    "/callback",
    "callback",
    "https://r\u0440.test/callback",
    "https://rp.test/callback\u202e",
    " https://rp.test/callback",
    "https://rp.test/callback ",
    "https://rp.test/callback\t",
    "https://rp.test/callback\r\nLocation: https://evil.test",
    "https://rp.test/cal\nlback",
    "javascript:alert(document.domain)//https://rp.test/callback",
    "data:text/html,<script>alert(1)</script>",
    "https://localhost/callback",
    "https://127.0.0.1/callback",
    "*",
    "https://*.test/callback",
    "https://rp.test/" + "a" * 9000,
]
LOOPBACK = [
    "http://127.0.0.1:0/cb",
    "http://127.0.0.1:99999/cb",
    "http://127.0.0.1:8000@evil.test/cb",
    "http://127.0.0.1.evil.test:8000/cb",
    "http://127.0.0.1:80:80/cb",
    "http://127.0.0.1:8000/cb/../x",
    "http://127.0.0.1:8000\\@evil.test/cb",
    "http://127.1:8000/cb",
    "http://2130706433:8000/cb",
    "http://localhost:8000/cb",
    "http://[::1]:8000/cb",
    "https://127.0.0.1:8000/cb",
]


@pytest.fixture(scope="module")
def shop(provider: Provider) -> RelyingParty:
    return application(provider)


@pytest.fixture(scope="module")
def victim(provider: Provider, shop: RelyingParty) -> Someone:
    made = someone(provider)
    shop.sign_in(made)
    return made


def is_a_page(victim: Someone, sent: dict[str, str]) -> None:
    """See that a request ends here, by whichever way it comes, with an error and with nothing that leads on."""
    path = f"/oauth2/authorize?{urlencode(sent)}"
    answers = [
        victim.browser.send("GET", path),
        victim.browser.send("POST", "/oauth2/authorize", sent),
        victim.browser.send("GET", path.replace("/oauth2/", "/oidc/")),
        victim.browser.send("GET", path + "&prompt=none"),
    ]
    for answer in answers:
        assert answer.status_code in {400, 414, 431}, (sent["redirect_uri"], answer.status_code)
        assert "location" not in answer.headers
        assert "refresh" not in answer.headers
        assert 'http-equiv="refresh"' not in answer.text
        assert "evil" not in answer.text


@pytest.mark.parametrize("trick", TRICKS)
def test_an_address_that_is_not_registered_to_the_letter_ends_at_an_error_page(
    shop: RelyingParty, victim: Someone, trick: str
) -> None:
    is_a_page(victim, shop.request(redirect_uri=trick))


@pytest.mark.parametrize("trick", TRICKS[:12])
def test_an_error_of_the_request_leads_nowhere_either(shop: RelyingParty, victim: Someone, trick: str) -> None:
    for wrong in ({"response_type": "token"}, {"scope": "none of ours"}, {"response_mode": "x"}, {"max_age": "-1"}):
        is_a_page(victim, shop.request(redirect_uri=trick, **wrong))


@pytest.mark.parametrize("trick", [*TRICKS[:20], "javascript:alert(1)"])
def test_a_pushed_request_has_no_other_addresses(shop: RelyingParty, provider: Provider, trick: str) -> None:
    answer = shop.call(provider.endpoint("pushed_authorization_request"), shop.request(redirect_uri=trick))
    assert answer.status_code == 400
    assert "request_uri" not in answer.json()


@pytest.mark.parametrize("trick", LOOPBACK)
def test_a_native_application_may_choose_the_port_and_nothing_else(
    provider: Provider, victim: Someone, trick: str
) -> None:
    native = Registration("Desk", ApplicationType.NATIVE, callback_urls=("http://127.0.0.1/cb",))
    desk = application(provider, replace(native, signing_algorithm=SigningAlgorithm.ES256, oauth=OAuthPolicy()))
    challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    is_a_page(victim, desk.request(redirect_uri=trick, **challenge))
    sent = desk.request(redirect_uri="http://127.0.0.1:49152/cb", **challenge)
    assert left_for(desk.visit(victim, sent)).url.startswith("http://127.0.0.1:49152/cb?code=")


@pytest.mark.parametrize("client_id", ["", "unknown", "https://evil.test/client", "\x00", "a" * 5000, "<script>"])
def test_an_application_that_is_not_known_is_nobody_to_go_back_to(
    shop: RelyingParty, victim: Someone, client_id: str
) -> None:
    is_a_page(victim, shop.request(client_id=client_id))


def test_a_missing_address_is_not_guessed_where_there_are_two(provider: Provider, victim: Someone) -> None:
    two = Registration("Two", ApplicationType.WEB, callback_urls=(CALLBACK, "https://rp.test/other"))
    shown = victim.browser.open(
        f"{ISSUER}/oauth2/authorize?{urlencode({'client_id': application(provider, two).client_id})}"
    )
    assert isinstance(shown, Page)
    assert shown.status == 400


def test_an_address_that_was_taken_off_meanwhile_is_not_gone_back_to(provider: Provider) -> None:
    person, shop = someone(provider), application(provider)
    shown = shop.visit(person, shop.request())
    assert isinstance(shown, Page)
    provider.server.transact(lambda tx: _take_off(tx, shop.client_id, provider))
    waiting = person.browser.submit(shown, "email", email=person.email)
    assert isinstance(waiting, Page)
    assert waiting.status == 410
    assert CALLBACK not in waiting.text


async def _take_off(tx: object, client_id: str, provider: Provider) -> None:
    from gatepass.applications.flows import change, registration_of  # noqa: PLC0415 - this one test alone
    from gatepass.applications.queries import find_by_client_id  # noqa: PLC0415

    found = await find_by_client_id(tx, client_id)  # type: ignore[arg-type]
    assert found is not None
    wanted = replace(registration_of(found), callback_urls=("https://rp.test/new",))
    await change(tx, found, wanted, provider.server.clock.now())  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_every_answer_says_who_it_is_from_so_that_nobody_mixes_two_up(
    shop: RelyingParty, victim: Someone, provider: Provider, mode: str
) -> None:
    assert provider.metadata["authorization_response_iss_parameter_supported"] is True
    assert provider.metadata["issuer"] == ISSUER
    stranger = someone(provider)
    for person, wish in ((victim, {}), (stranger, {"prompt": "none"}), (victim, {"scope": "unknown"})):
        sent = shop.request(response_mode=mode, **wish)
        arrival = left_for(shop.visit(person, sent))
        said = dict(arrival.form) if mode == "form_post" else dict(arrival.query)
        text = arrival.fragment if mode == "fragment" else urlencode(said)
        assert f"iss={quote(ISSUER, safe='')}" in text
        assert f"state={sent['state']}" in text
