"""The plans Basic OP and Form Post OP: what is told of a person, where, and only when it was asked for."""

import json
from typing import Any

import pytest

from conformance.openid.conftest import NewClient
from conformance.openid.provider import Person, Provider
from conformance.openid.relying_party import RelyingParty
from gatepass.applications.model import OAuthPolicy
from gatepass.users.model import Profile

_PROFILE = {"name": "Ana Núñez", "given_name": "Ana", "family_name": "Núñez", "locale": "es"}
_PHONE: dict[str, Any] = {"phone_number": "+34612345678", "phone_number_verified": True}


@pytest.fixture(scope="module")
def ana(provider: Provider, new_client: NewClient) -> Person:
    """Give somebody who has filled in their profile and is signed in."""
    found = provider.person("ana@example.com")
    tokens = new_client().sign_in(found)
    provider.name(tokens.claims["sub"], Profile("Ana", "Núñez", "es"))
    provider.call(tokens.claims["sub"], _PHONE["phone_number"])
    return found


def test_oidcc_scope_profile(client: RelyingParty, ana: Person) -> None:
    tokens = client.sign_in(ana, scope="openid profile")
    found = client.userinfo(tokens)
    assert {name: found[name] for name in _PROFILE} == _PROFILE
    assert type(found["updated_at"]) is int
    assert not set(_PROFILE) & set(tokens.claims), "an id token beside an access token tells no scope's claims"


def test_oidcc_scope_email(client: RelyingParty, ana: Person) -> None:
    tokens = client.sign_in(ana, scope="openid email")
    found = client.userinfo(tokens)
    assert (found["email"], found["email_verified"]) == (ana.email, True)
    assert "email" not in tokens.claims


def test_oidcc_scope_address(client: RelyingParty, ana: Person) -> None:
    _is_not_known_here(client, ana, "address", "address")


def test_oidcc_scope_phone(client: RelyingParty, ana: Person) -> None:
    tokens = client.sign_in(ana, scope="openid phone")
    found = client.userinfo(tokens)
    assert {name: found[name] for name in _PHONE} == _PHONE
    assert not set(_PHONE) & set(tokens.claims)


def test_the_scope_and_its_claims_are_announced(client: RelyingParty) -> None:
    metadata = client.provider.metadata
    assert "phone" in metadata["scopes_supported"]
    assert set(_PHONE) <= set(metadata["claims_supported"])


def test_of_somebody_without_a_number_nothing_is_said(client: RelyingParty, provider: Provider) -> None:
    tokens = client.sign_in(provider.person("bo@example.com"), scope="openid phone")
    assert "phone" in tokens.scope.split()
    assert not set(_PHONE) & set(client.userinfo(tokens))


def _is_not_known_here(client: RelyingParty, person: Person, scope: str, claim: str) -> None:
    """See that a scope which is not announced is left out, says so, and stops nobody."""
    assert scope not in client.provider.metadata["scopes_supported"]
    tokens = client.sign_in(person, scope=f"openid {scope}")
    assert tokens.scope == "openid", "the answer says what of the scope was granted"
    assert claim not in client.userinfo(tokens)


def test_oidcc_scope_all(client: RelyingParty, ana: Person) -> None:
    tokens = client.sign_in(ana, scope="openid profile email address phone")
    found = client.userinfo(tokens)
    assert found.items() >= {**_PROFILE, "email": ana.email, "email_verified": True, **_PHONE}.items()
    assert set(tokens.scope.split()) == {"openid", "profile", "email", "phone"}


def test_oidcc_scope_all_with_the_claims_in_the_id_token_too(new_client: NewClient, ana: Person) -> None:
    client = new_client(policy=OAuthPolicy(has_profile_in_id_token=True))
    tokens = client.sign_in(ana, scope="openid profile email")
    told = {**_PROFILE, "email": ana.email, "email_verified": True}.items()
    assert tokens.claims.items() >= told
    assert client.userinfo(tokens).items() >= told
    bare = client.sign_in(ana)
    assert not {"email", *_PROFILE} & set(bare.claims), "without the scope nothing of it is told"


def test_oidcc_claims_essential(client: RelyingParty, ana: Person) -> None:
    tokens = client.sign_in(ana, claims=json.dumps({"userinfo": {"name": {"essential": True}}}))
    assert client.userinfo(tokens)["name"] == "Ana Núñez"
    assert "name" not in tokens.claims


def test_oidcc_claims_essential_in_the_id_token(client: RelyingParty, ana: Person) -> None:
    tokens = client.sign_in(ana, claims=json.dumps({"id_token": {"email": {"essential": True}, "name": None}}))
    assert (tokens.claims["email"], tokens.claims["name"]) == (ana.email, "Ana Núñez")
    assert set(client.userinfo(tokens)) == {"sub"}


def test_oidcc_claims_locales(client: RelyingParty, ana: Person) -> None:
    client.userinfo(client.sign_in(ana, claims_locales="se"))


def test_a_claim_that_nobody_knows_is_left_out(client: RelyingParty, ana: Person) -> None:
    asked = {"userinfo": {"shoe_size": {"essential": True}}, "id_token": {"shoe_size": None}}
    tokens = client.sign_in(ana, claims=json.dumps(asked))
    assert set(client.userinfo(tokens)) == {"sub"}
