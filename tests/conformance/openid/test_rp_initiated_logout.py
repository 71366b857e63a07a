"""The plan RP-Initiated Logout: who signs a browser out, who is asked first, and where it goes afterwards."""

from urllib.parse import urlencode

import pytest
from joserfc import jwk, jwt

from conformance.openid.browser import Arrival, Page
from conformance.openid.conftest import NewPerson
from conformance.openid.forging import decoded, unsigned, with_a_broken_signature
from conformance.openid.provider import Person, Provider
from conformance.openid.relying_party import RelyingParty, Tokens

SIGNED_OUT = "https://rp.test/signed-out"


@pytest.fixture(scope="module")
def client(other_client: RelyingParty) -> RelyingParty:
    """The client of this plan; it needs no other."""
    return other_client


@pytest.fixture
def tokens(client: RelyingParty, person: Person) -> Tokens:
    """Give the tokens of somebody who has just signed in."""
    return client.sign_in(person)


def _leave(client: RelyingParty, person: Person, **parameters: str) -> Page | Arrival:
    endpoint = client.provider.endpoint("end_session")
    return person.browser.open(f"{endpoint}?{urlencode(parameters)}" if parameters else endpoint)


def _is_signed_in(client: RelyingParty, person: Person) -> bool:
    answer = client.ask(person, prompt="none")
    assert answer.parameters.get("error") in {None, "login_required"}
    return "code" in answer.parameters


def _is_not_redirected(client: RelyingParty, person: Person, **parameters: str) -> None:
    """See that the person stays here, is asked, and stays here when they say yes, too."""
    shown = _leave(client, person, **parameters)
    assert isinstance(shown, Page), shown
    assert _is_signed_in(client, person), "nothing happens behind their back"
    _confirm(client, person, shown)


def _confirm(client: RelyingParty, person: Person, page: Page) -> None:
    after = person.browser.submit(page, "decision", decision="sign_out")
    assert isinstance(after, Page), after
    assert after.status == 200
    assert SIGNED_OUT not in after.text or "http-equiv" not in after.text.partition("</head>")[0]
    assert not _is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(provider: Provider) -> None:
    assert provider.endpoint("end_session").startswith("https://")


def test_oidcc_rp_initiated_logout(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    left = _leave(client, person, id_token_hint=tokens.id_token, post_logout_redirect_uri=SIGNED_OUT, state="a b&c=d/é")
    assert isinstance(left, Arrival), left
    assert (left.method, left.address, left.fragment) == ("GET", SIGNED_OUT, "")
    assert left.query == [("state", "a b&c=d/é")]
    assert not _is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_by_post(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    fields = {"id_token_hint": tokens.id_token, "post_logout_redirect_uri": SIGNED_OUT, "state": "here"}
    left = person.browser.post_from_elsewhere(client.provider.endpoint("end_session"), fields)
    assert isinstance(left, Arrival), left
    assert (left.address, left.query) == (SIGNED_OUT, [("state", "here")])
    assert not _is_signed_in(client, person)


@pytest.mark.parametrize("uri", ["https://rp.test/elsewhere", "https://rp.test.evil/signed-out", f"{SIGNED_OUT}/"])
def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(
    client: RelyingParty, person: Person, tokens: Tokens, uri: str
) -> None:
    _is_not_redirected(client, person, id_token_hint=tokens.id_token, post_logout_redirect_uri=uri, state="s")


def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(
    client: RelyingParty, person: Person, tokens: Tokens
) -> None:
    uri = f"{SIGNED_OUT}?foo=bar"
    _is_not_redirected(client, person, id_token_hint=tokens.id_token, post_logout_redirect_uri=uri, state="s")


def test_oidcc_rp_initiated_logout_no_id_token_hint(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    assert tokens.id_token
    _is_not_redirected(client, person, post_logout_redirect_uri=SIGNED_OUT, state="s")


def test_oidcc_rp_initiated_logout_modified_id_token_hint(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    claims = decoded(tokens.id_token.split(".")[1])
    for hint in (unsigned(claims), with_a_broken_signature(tokens.id_token)):
        _is_not_redirected(client, person, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT, state="s")
        client.ask(person)


def test_oidcc_rp_initiated_logout_bad_id_token_hint(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    head, payload, _ = tokens.id_token.split(".")
    own = jwk.RSAKey.generate_key(2048)
    forged = jwt.encode({"alg": "RS256", "kid": decoded(head)["kid"]}, decoded(payload), own)
    _is_not_redirected(client, person, id_token_hint=forged, post_logout_redirect_uri=SIGNED_OUT, state="s")


def test_oidcc_rp_initiated_logout_no_params(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    assert tokens.id_token
    _is_not_redirected(client, person)


def test_oidcc_rp_initiated_logout_only_state(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    assert tokens.id_token
    _is_not_redirected(client, person, state="alone")


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(
    client: RelyingParty, person: Person, tokens: Tokens
) -> None:
    shown = _leave(client, person, id_token_hint=tokens.id_token, state="s")
    assert isinstance(shown, Page), shown
    assert shown.status == 200
    assert not shown.has("decision"), "the id token vouches for it, so nobody is asked"
    assert not _is_signed_in(client, person)


def test_oidcc_rp_initiated_logout_no_state(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    left = _leave(client, person, id_token_hint=tokens.id_token, post_logout_redirect_uri=SIGNED_OUT)
    assert isinstance(left, Arrival), left
    assert left.url == SIGNED_OUT
    assert not _is_signed_in(client, person)


def test_an_id_token_of_another_person_signs_nobody_out(client: RelyingParty, new_person: NewPerson) -> None:
    one, other = new_person(), new_person()
    hint = client.sign_in(one).id_token
    client.ask(other)
    shown = _leave(client, other, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT)
    assert isinstance(shown, Page), shown
    assert _is_signed_in(client, other)
    assert _is_signed_in(client, one)


def test_what_was_granted_to_a_session_ends_with_it(client: RelyingParty, person: Person, tokens: Tokens) -> None:
    _leave(client, person, id_token_hint=tokens.id_token)
    assert client.userinfo_call(tokens).status_code == 401
    assert client.refresh_call(tokens).json()["error"] == "invalid_grant"
