"""What the plan Dynamic OP adds: clients that register themselves, and keys that change on both sides."""

import secrets
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from joserfc import jwk

from conformance.openid import checks
from conformance.openid.browser import Page
from conformance.openid.fapi_client import FapiClient, new_key
from conformance.openid.forging import decoded, signed_with
from conformance.openid.key_host import KeyHost
from conformance.openid.provider import ISSUER, Person, Provider
from conformance.openid.relying_party import CALLBACK, RelyingParty
from gatepass.protocols.jose import SigningAlgorithm, generate_private_key
from gatepass.tokens.keys import KeyMaker


@pytest.fixture(scope="module")
def further_settings() -> dict[str, str]:
    """Let everybody register."""
    return {"GATEPASS_PROVIDER_DYNAMIC_REGISTRATION": "open"}


@pytest.fixture(scope="module")
def key_host() -> Iterator[KeyHost]:
    """Publish the keys of a client."""
    with KeyHost() as host:
        yield host


def _register(provider: Provider, **metadata: Any) -> httpx2.Response:
    return provider.http.post(
        provider.metadata["registration_endpoint"], json={"redirect_uris": [CALLBACK], **metadata}
    )


def _client(provider: Provider, **metadata: Any) -> RelyingParty:
    """Register a client, as the suite does, and hold the answer against RFC 7591 §3.2.1."""
    answer = _register(provider, grant_types=["authorization_code", "refresh_token"], **metadata)
    assert answer.status_code == 201, answer.text
    assert "no-store" in answer.headers["cache-control"]
    told = answer.json()
    assert told["client_secret_expires_at"] == 0
    assert told["registration_client_uri"].startswith(ISSUER)
    checks.unguessable(told["registration_access_token"])
    algorithm = told["id_token_signed_response_alg"]
    uri = told["redirect_uris"][0]
    return RelyingParty(provider, told["client_id"], told["client_secret"], algorithm=algorithm, redirect_uri=uri)


@pytest.fixture(scope="module")
def client(provider: Provider) -> RelyingParty:
    """The client of this plan."""
    return _client(provider)


def test_oidcc_server_with_a_client_that_registered_itself(client: RelyingParty, person: Person) -> None:
    tokens = client.sign_in(person)
    assert client.userinfo(tokens)["sub"] == tokens.claims["sub"]
    assert not client.ask(person).was_asked, "what was allowed once is not asked for again"


def test_oidcc_idtoken_rs256(provider: Provider, person: Person) -> None:
    client = _client(provider, id_token_signed_response_alg="RS256")
    assert decoded(client.sign_in(person).id_token.partition(".")[0])["alg"] == "RS256"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_oidcc_idtoken_unsigned_can_not_be_registered(provider: Provider, algorithm: str) -> None:
    refused = checks.error_answer(_register(provider, id_token_signed_response_alg=algorithm))
    assert refused["error"] == "invalid_client_metadata"


def test_oidcc_userinfo_rs256_is_not_offered(provider: Provider) -> None:
    assert "userinfo_signing_alg_values_supported" not in provider.metadata
    told = _register(provider, userinfo_signed_response_alg="RS256").json()
    assert "userinfo_signed_response_alg" not in told, "what was not taken is not repeated (RFC 7591 §3.2.1)"


def test_oidcc_ensure_redirect_uri_in_authorization_request(client: RelyingParty, person: Person) -> None:
    client.is_shown_an_error(person, client.request(redirect_uri=None))


def test_oidcc_redirect_uri_query_ok(provider: Provider, person: Person) -> None:
    client = _client(provider, redirect_uris=[f"{CALLBACK}?foo=bar"])
    client.sign_in(person)  # the checks want the query kept and the answer beside it


def test_oidcc_redirect_uri_query_mismatch(provider: Provider, person: Person) -> None:
    client = _client(provider, redirect_uris=[f"{CALLBACK}?foo=bar"])
    client.is_shown_an_error(person, client.request(redirect_uri=f"{CALLBACK}?foo=baz"))


def test_oidcc_redirect_uri_query_added(client: RelyingParty, person: Person) -> None:
    client.is_shown_an_error(person, client.request(redirect_uri=f"{CALLBACK}?foo=bar"))


def test_oidcc_redirect_uri_regfrag(provider: Provider) -> None:
    refused = checks.error_answer(_register(provider, redirect_uris=[f"{CALLBACK}#fragment"]))
    assert refused["error"] == "invalid_redirect_uri"


@pytest.mark.parametrize("name", ["logo_uri", "policy_uri", "tos_uri"])
def test_oidcc_registration_logo_uri_and_policy_uri_and_tos_uri(provider: Provider, person: Person, name: str) -> None:
    url = f"https://rp.test/{name}"
    client = _client(provider, client_name="Stranger", **{name: url})
    page = client.visit(person, client.request())
    assert isinstance(page, Page)
    consent = person.sign_in(page)
    assert isinstance(consent, Page)
    assert url in consent.text


@pytest.mark.parametrize("member", ["request_uri", "request"])
def test_oidcc_request_uri_unsigned_and_signed_rs256(client: RelyingParty, person: Person, member: str) -> None:
    page = client.visit(person, client.request(**{member: "https://rp.test/request.jwt"}))
    # Nobody here vouches for a client that registered itself, so its errors do not redirect by themselves.
    assert isinstance(page, Page)
    assert page.status == 400
    assert any(error in page.text for error in ("request_uri_not_supported", "invalid_request_object"))


def test_oidcc_registration_sector_uri_is_not_offered(provider: Provider) -> None:
    assert provider.metadata["subject_types_supported"] == ["public"]
    refused = checks.error_answer(_register(provider, subject_type="pairwise"))
    assert refused["error"] == "invalid_client_metadata"


def test_oidcc_server_rotate_keys(provider: Provider, client: RelyingParty, person: Person) -> None:
    before = client.sign_in(person)
    _rotate(provider)
    published = provider.keys()
    checks.key_set(published)
    old, rs256 = decoded(before.id_token.partition(".")[0])["kid"], _identifiers(published)
    assert old in rs256
    assert len(rs256) == 2, "the new key is announced before it signs"
    provider.wait(provider.server.settings.tokens.key_announcement.total_seconds() + 1)
    after = client.sign_in(person)
    assert decoded(after.id_token.partition(".")[0])["kid"] in rs256 - {old}
    assert old in _identifiers(provider.keys()), "what it signed can still be verified"
    assert client.userinfo(after)["sub"] == before.claims["sub"]


def _identifiers(published: dict[str, Any]) -> set[str]:
    return {key["kid"] for key in published["keys"] if key["alg"] == "RS256"}


def _rotate(provider: Provider) -> None:
    """Rotate as `gatepass keys rotate` does, and let the server look at once instead of after some seconds."""
    house, at = provider.server.house, provider.server.clock.now()
    maker = KeyMaker(house.foundations.key_ring, provider.server.settings.tokens)
    private = generate_private_key(SigningAlgorithm.RS256)
    provider.server.transact(lambda tx: maker.add(tx, SigningAlgorithm.RS256, private, at))
    house.tokens.cabinet._until = 0.0


def _by_key(provider: Provider, key: jwk.ECKey, **published: Any) -> FapiClient:
    metadata = {"token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": True, **published}
    answer = _register(provider, grant_types=["authorization_code", "refresh_token"], **metadata)
    assert answer.status_code == 201, answer.text
    assert "client_secret" not in answer.json(), "a client that holds a key is given no secret"
    return FapiClient(provider, answer.json()["client_id"], key=key)


def test_oidcc_registration_jwks_uri_and_refresh_token_rp_key_rotation(
    provider: Provider, key_host: KeyHost, person: Person
) -> None:
    first, second = new_key("first"), new_key("second")
    client = _by_key(provider, first, jwks_uri=key_host.publish(first))
    tokens = client.sign_in(person)
    key_host.publish(second)
    provider.wait(61)  # an unknown key has the set fetched anew, at most once a minute
    client.key = second
    renewed = client.verify(client.tokens_of(client.refresh_call(tokens)), tokens.sent, nonce=None)
    assert renewed.claims["sub"] == tokens.claims["sub"]
    client.key = first
    provider.wait(301)
    assert checks.error_answer(client.refresh_call(renewed))["error"] == "invalid_client"


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/oauth2/token", [ISSUER]])
def test_oidcc_client_assertion_with_iss_aud(provider: Provider, resident: Person, audience: object) -> None:
    key = new_key()
    client = _by_key(provider, key, jwks={"keys": [key.as_dict(private=False)]})
    answer = client.ask(resident)
    now = provider.now()
    claims = {"iss": client.client_id, "sub": client.client_id, "aud": audience, "iat": now, "exp": now + 60}
    url = provider.endpoint("token")
    for _ in range(2):  # the first call learns the nonce
        assertion = signed_with({"alg": "ES256", "kid": key.kid}, {**claims, "jti": secrets.token_hex(16)}, key)
        fields = {**client.of_code(answer), **client.with_assertion(assertion)}
        found = provider.http.post(url, data=fields, headers={"dpop": client.proof("POST", url)})
        client.nonce = found.headers["dpop-nonce"]
    client.tokens_of(found)
