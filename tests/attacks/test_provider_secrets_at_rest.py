"""A thief with the database, a backup or the logs, after whole sign-ins at the provider (C62, C82, C83)."""

import io
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from attacks.hosted import BROWSER, CHALLENGE, PUBLIC_ISSUER, SESSION, VERIFIER, Someone, application, someone
from attacks.test_secrets_at_rest import dump, exposed, log
from conformance.openid.browser import Page
from conformance.openid.fapi_client import FapiClient, new_key
from conformance.openid.provider import ISSUER, Provider
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import ApplicationType, ClientAuthentication, GrantType, Registration
from support.gatepass_server import ServerFactory

__all__ = ["log"]
_ACCESS = "urn:ietf:params:oauth:token-type:access_token"
_GRANTS = (
    *(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.TOKEN_EXCHANGE),
    GrantType.CLIENT_CREDENTIALS,
)


@pytest.fixture
def house(start_server: ServerFactory, log: io.StringIO) -> Iterator[Provider]:
    assert log.getvalue() == ""
    made = Provider(
        start_server({"GATEPASS_ACCESS_LOG": "true", "GATEPASS_PROVIDER_DYNAMIC_REGISTRATION": "open", **PUBLIC_ISSUER})
    )
    yield made
    made.close()


def cookies_of(person: Someone, when: str) -> dict[str, str]:
    held = person.browser.cookies
    return {f"{name} {when}": held[name] for name in (SESSION, BROWSER) if name in held}


def of_a_sign_in(house: Provider, shop: RelyingParty, person: Someone) -> dict[str, str]:
    """Sign in, with a wrong code before, and a replay and wrong spellings after; return every secret of it."""
    shown = cast("Page", shop.visit(person, shop.request(code_challenge=CHALLENGE, code_challenge_method="S256")))
    form = shown.form("email")
    found = {"handle": form.fields["request"], "form's token": form.fields["csrf_token"]}
    waiting = cast("Page", person.browser.submit(shown, "email", email=person.email))
    person.browser.submit(waiting, "code", code="000000")
    answer: Any = person.sign_in(shown)
    found |= cookies_of(person, "after the sign-in")
    code = dict(answer.query)["code"]
    fields = {"grant_type": "authorization_code", "redirect_uri": shop.redirect_uri, "code_verifier": VERIFIER}
    shop.token_call(**fields, code=code[:-1])
    tokens = shop.token_call(**fields, code=code).json()
    renewed = shop.token_call(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    found |= {"code": code, "verifier": VERIFIER}
    for when, one in (("first", tokens), ("renewed", renewed)):
        found |= {f"{when} {kind}": one[kind] for kind in ("access_token", "refresh_token", "id_token")}
    house.http.get(house.endpoint("userinfo"), headers={"authorization": f"Bearer {tokens['access_token']}"})
    for name in ("introspection", "revocation"):
        shop.call(house.endpoint(name), {"token": tokens["access_token"]})
    exchange = {"grant_type": GrantType.TOKEN_EXCHANGE, "subject_token": renewed["access_token"]}
    exchanged = shop.token_call(**exchange, subject_token_type=_ACCESS).json()["access_token"]
    own = shop.token_call(grant_type="client_credentials").json()["access_token"]
    shop.token_call(**fields, code=code)
    left = shop.ask(person, prompt="none").code
    return found | {"exchanged": exchanged, "own": own, "secret": shop.secret, "code that nobody spent": left}


def of_the_rest(house: Provider, person: Someone) -> dict[str, str]:
    """Use devices, pushed requests, proofs, assertions, registrations and sign-outs; return every secret of it."""
    key = new_key("proves")
    made = application(
        house, authentication=ClientAuthentication.PRIVATE_KEY_JWT, jwks={"keys": [key.as_dict(private=False)]}
    )
    bank = FapiClient(house, made.client_id, algorithm="ES256", key=key)
    pushed = bank.pushed(bank.request())
    assertion, proof = bank.assertion(), bank.proof("POST", house.endpoint("token"))
    for _ in range(2):
        fields = {"grant_type": "refresh_token", "refresh_token": "gpr_wrong", **bank.with_assertion(assertion)}
        house.http.post(house.endpoint("token"), data=fields, headers={"dpop": proof})
    television = application(house, Registration("Television", ApplicationType.NATIVE))
    url = house.endpoint("device_authorization")
    begun = house.http.post(url, data={"client_id": television.client_id, "scope": "openid"}).json()
    person.browser.page(begun["verification_uri_complete"])
    person.browser.submit(person.browser.page("/device"), "user_code", user_code=begun["user_code"])
    body = {"redirect_uris": ["https://app.test/cb"], "client_name": "App"}
    told = house.http.post(f"{ISSUER}/oauth2/register", json=body).json()
    bearer = {"authorization": f"Bearer {told['registration_access_token']}"}
    house.http.get(told["registration_client_uri"], headers=bearer)
    query = urlencode({"client_id": made.client_id, "post_logout_redirect_uri": "https://rp.test/signed-out"})
    asked = person.browser.send("GET", f"/oauth2/logout?{query}")
    wish = parse_qs(urlsplit(asked.headers["location"]).query)["request"][0]
    person.browser.page(asked.headers["location"])
    return {
        "pushed": pushed.rpartition(":")[2],
        "assertion": assertion,
        "proof": proof,
        "device code": begun["device_code"],
        "user code": begun["user_code"],
        "user code without its dash": begun["user_code"].replace("-", ""),
        "registration token": told["registration_access_token"],
        "registered secret": told["client_secret"],
        "sealed wish": wish,
    }


def test_no_secret_of_the_provider_stands_in_the_database_or_the_logs(house: Provider, log: io.StringIO) -> None:
    shop = application(house, grants=_GRANTS, scopes=("read",))
    person = someone(house, "canary@example.com")
    secrets = of_a_sign_in(house, shop, person) | of_the_rest(house, person)
    assert len(secrets) > 24
    assert all(len(secret) >= 8 for secret in secrets.values()), secrets
    text = dump(house.server)
    assert "canary@example.com" in text, "the dump shows what is stored"
    assert exposed(secrets, text) == []
    written = log.getvalue()
    assert "request.answered" in written
    assert "request.refused" in written
    assert exposed(secrets, written) == []
    assert "canary@example.com" not in written
    assert exposed(secrets, house.http.get(f"{ISSUER}/metrics").text) == []
