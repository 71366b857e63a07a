"""The two ceremonies, step by step (WebAuthn §7.1 and §7.2): each lie of an authenticator or a page is seen."""

import base64
import json
import secrets
from typing import Any

import pytest

from gatepass.methods.passkey.bodies import CredentialBody, parse_credential, read_assertion, read_attestation
from gatepass.protocols.webauthn.ceremonies import judge_assertion, judge_attestation
from gatepass.protocols.webauthn.keys import NotGenuine, PublicKey
from gatepass.protocols.webauthn.model import Expected, Made, from_base64url, to_base64url
from support.soft_authenticator import (
    BE,
    BS,
    EDDSA,
    ES256,
    ES384,
    ES512,
    PS256,
    RS256,
    UP,
    UV,
    SoftAuthenticator,
    b64,
    cose_of,
    new_key,
)

ORIGIN, RP_ID = "https://auth.test", "auth.test"
ALGORITHMS = {"ES256": ES256, "ES384": ES384, "ES512": ES512, "EdDSA": EDDSA, "RS256": RS256, "PS256": PS256}
CHALLENGE = secrets.token_bytes(32)
EXPECTED = Expected(CHALLENGE, RP_ID, (ORIGIN, "https://shop.test"), needs_verification=False)
CREATION: dict[str, Any] = {
    "rp": {"id": RP_ID},
    "user": {"id": b64(b"0123456789abcdef01234567")},
    "challenge": b64(CHALLENGE),
}
REQUEST: dict[str, Any] = {"rpId": RP_ID, "challenge": b64(CHALLENGE)}


def a_body(sent: dict[str, Any]) -> CredentialBody:
    return parse_credential(json.dumps(sent))


def made_by(authenticator: SoftAuthenticator, **lies: Any) -> Made:
    return judge_attestation(read_attestation(a_body(authenticator.create(CREATION, **lies))), EXPECTED)


@pytest.mark.parametrize("algorithm", list(ALGORITHMS.values()), ids=list(ALGORITHMS))
def test_a_credential_is_made_and_proves_its_holder_by_every_algorithm(algorithm: int) -> None:
    authenticator = SoftAuthenticator(ORIGIN, algorithm, counts=True)
    made = made_by(authenticator)
    assert PublicKey.read(made.public_key).algorithm == algorithm
    assert (made.sign_count, made.attestation_type) == (1, "none")
    assert (made.is_user_verified, made.is_backup_eligible, made.is_backed_up) == (True, True, True)
    asserted = judge_assertion(read_assertion(a_body(authenticator.get(REQUEST))), EXPECTED, made.public_key)
    assert (asserted.sign_count, asserted.is_user_verified) == (2, True)


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256], ids=["ES256", "EdDSA", "RS256"])
def test_an_authenticator_that_vouches_for_itself_is_believed_when_its_signature_is_sound(algorithm: int) -> None:
    authenticator = SoftAuthenticator(ORIGIN, algorithm, attests="packed")
    assert made_by(authenticator).attestation_type == "packed"


LIES: dict[str, dict[str, Any]] = {
    "another ceremony": {"kind": "payment.get"},
    "another challenge": {"challenge": b64(secrets.token_bytes(32))},
    "an empty challenge": {"challenge": ""},
    "another origin": {"origin": "https://auth.test.evil.test"},
    "plain http": {"origin": "http://auth.test"},
    "another port": {"origin": "https://auth.test:8443"},
    "a frame": {"is_framed": True},
    "another relying party": {"rp_id": "evil.test"},
    "a parent domain": {"rp_id": "test"},
    "nobody present": {"flags": UV},
    "backed up though it can't be": {"flags": UP | BS},
}


@pytest.mark.parametrize("lie", list(LIES.values()), ids=list(LIES))
def test_an_attestation_with_a_lie_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises(NotGenuine):
        made_by(SoftAuthenticator(ORIGIN), **lie)


@pytest.mark.parametrize(
    "lie", [*LIES.values(), {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"}], ids=[*LIES, "signature"]
)
def test_an_assertion_with_a_lie_is_refused(lie: dict[str, Any]) -> None:
    authenticator = SoftAuthenticator(ORIGIN)
    made = made_by(authenticator)
    with pytest.raises(NotGenuine):
        judge_assertion(read_assertion(a_body(authenticator.get(REQUEST, **lie))), EXPECTED, made.public_key)


def test_a_related_origin_may_run_a_ceremony() -> None:
    assert made_by(SoftAuthenticator("https://shop.test")).credential_id


def test_where_its_user_must_be_verified_presence_alone_is_refused() -> None:
    strict = Expected(CHALLENGE, RP_ID, (ORIGIN,), needs_verification=True)
    authenticator = SoftAuthenticator(ORIGIN, flags=UP | BE)
    made = made_by(authenticator)
    with pytest.raises(NotGenuine):
        judge_assertion(read_assertion(a_body(authenticator.get(REQUEST))), strict, made.public_key)
    with pytest.raises(NotGenuine):
        judge_attestation(read_attestation(a_body(authenticator.create(CREATION))), strict)


def test_the_key_of_another_credential_does_not_verify() -> None:
    first, second = SoftAuthenticator(ORIGIN), SoftAuthenticator(ORIGIN)
    made_by(first)
    other = made_by(second)
    with pytest.raises(NotGenuine):
        judge_assertion(read_assertion(a_body(first.get(REQUEST))), EXPECTED, other.public_key)


def test_the_browser_and_the_authenticator_must_name_one_credential() -> None:
    sent = SoftAuthenticator(ORIGIN).create(CREATION)
    sent["id"] = sent["rawId"] = b64(secrets.token_bytes(32))
    with pytest.raises(NotGenuine):
        judge_attestation(read_attestation(a_body(sent)), EXPECTED)


@pytest.mark.parametrize(
    ("claimed", "real"),
    [(ES256, ES384), (ES384, ES256), (RS256, ES256), (ES256, RS256), (-65535, RS256), (-47, ES256), (EDDSA, ES256)],
    ids=["ES256 on P-384", "ES384 on P-256", "RS256 on EC", "ES256 on RSA", "RS1", "ES256K", "EdDSA on EC"],
)
def test_a_key_that_does_not_fit_its_algorithm_is_no_key(claimed: int, real: int) -> None:
    with pytest.raises(NotGenuine):
        PublicKey.read(cose_of(new_key(real).public_key(), claimed))


@pytest.mark.parametrize(
    "octets",
    [b"", b"\x00", b"\xa0", b"\x04" + bytes(64), b"\xff" * 40, secrets.token_bytes(77)],
    ids=["nothing", "a zero", "an empty map", "a bare point", "ones", "anything"],
)
def test_what_is_no_key_is_not_read_as_one(octets: bytes) -> None:
    with pytest.raises(NotGenuine):
        PublicKey.read(octets)


def test_base64_is_read_in_either_alphabet_and_with_or_without_padding() -> None:
    octets = bytes(range(250, 256)) * 3 + b"x"
    assert from_base64url(to_base64url(octets)) == octets
    assert from_base64url(base64.b64encode(octets).decode()) == octets
    with pytest.raises(NotGenuine):
        from_base64url("a b*c")
