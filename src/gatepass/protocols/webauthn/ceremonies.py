"""The two ceremonies: a credential is made (WebAuthn §7.1), a credential proves its holder (§7.2)."""

import hashlib
import hmac
import json
from typing import Any, Final, cast

from webauthn import verify_registration_response
from webauthn.helpers import parse_authenticator_data
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import AttestationFormat, AuthenticatorData, CredentialDeviceType
from webauthn.registration.verify_registration_response import VerifiedRegistration

from gatepass.protocols.webauthn.keys import ALGORITHMS, NotGenuine, PublicKey
from gatepass.protocols.webauthn.model import (
    LONGEST_CREDENTIAL_ID,
    Asserted,
    Expected,
    Made,
    UnverifiedAssertion,
    UnverifiedAttestation,
    from_base64url,
    to_base64url,
)

_MOST_TRANSPORTS, _LONGEST_TRANSPORT = 8, 32
_GET, _CREATE = "webauthn.get", "webauthn.create"
# The library's list lacks one of the documented ones; it compares numbers alone.
_SUPPORTED: Final = cast("list[COSEAlgorithmIdentifier]", list(ALGORITHMS))


def judge_assertion(unverified: UnverifiedAssertion, expected: Expected, public_key: bytes) -> Asserted:
    """Return what an assertion says, where a credential's holder made it for this ceremony.

    Args:
        unverified: what the browser sent.
        expected: what the ceremony was begun with.
        public_key: the key of the credential that the browser names, as it was kept.

    Raises:
        NotGenuine: a step of §7.2 fails; the text says which.
    """
    _check_client_data(unverified.client_data, _GET, expected)
    data = _read_authenticator_data(unverified.authenticator_data)
    if not hmac.compare_digest(data.rp_id_hash, hashlib.sha256(expected.rp_id.encode()).digest()):
        raise NotGenuine("The authenticator signed for another relying party.")
    if not data.flags.up:
        raise NotGenuine("The authenticator saw nobody.")
    if expected.needs_verification and not data.flags.uv:
        raise NotGenuine("The authenticator did not verify its user.")
    if data.flags.bs and not data.flags.be:
        raise NotGenuine("What can't be backed up is said to be.")
    signed = unverified.authenticator_data + hashlib.sha256(unverified.client_data).digest()
    PublicKey.read(public_key).check(unverified.signature, signed)
    return Asserted(data.sign_count, data.flags.uv, data.flags.be, data.flags.bs)


def judge_attestation(unverified: UnverifiedAttestation, expected: Expected) -> Made:
    """Return the credential that an authenticator made for this ceremony.

    No maker of authenticators is asked for: whatever format vouches for the credential must be sound in itself.

    Args:
        unverified: what the browser sent.
        expected: what the ceremony was begun with.

    Raises:
        NotGenuine: a step of §7.1 fails; the text says which.
    """
    _check_client_data(unverified.client_data, _CREATE, expected)
    verified = _verify(unverified, expected)
    if verified.credential_id != unverified.credential_id:
        raise NotGenuine("The browser names another credential than the authenticator.")
    if not 0 < len(verified.credential_id) <= LONGEST_CREDENTIAL_ID:
        raise NotGenuine("The credential's name is too long.")
    PublicKey.read(verified.credential_public_key)
    return Made(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        aaguid=verified.aaguid,
        attestation_type=AttestationFormat(verified.fmt).value,
        transports=tuple(name for name in unverified.transports[:_MOST_TRANSPORTS] if len(name) <= _LONGEST_TRANSPORT),
        is_user_verified=verified.user_verified,
        is_backup_eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        is_backed_up=verified.credential_backed_up,
    )


def _verify(unverified: UnverifiedAttestation, expected: Expected) -> VerifiedRegistration:
    name = to_base64url(unverified.credential_id)
    response = {
        "clientDataJSON": to_base64url(unverified.client_data),
        "attestationObject": to_base64url(unverified.attestation_object),
    }
    try:
        return verify_registration_response(
            credential={"id": name, "rawId": name, "type": "public-key", "response": response},
            expected_challenge=expected.challenge,
            expected_rp_id=expected.rp_id,
            expected_origin=list(expected.origins),
            require_user_verification=expected.needs_verification,
            supported_pub_key_algs=_SUPPORTED,
        )
    except Exception as error:
        # The library raises what its parsers do; whatever it is, nothing was attested.
        raise NotGenuine(f"The attestation is not sound: {type(error).__name__}: {error}") from error


def _check_client_data(unverified: bytes, kind: str, expected: Expected) -> None:
    """Let the browser's own words pass (§5.8.1): the right ceremony, for the right challenge, on the right page."""
    try:
        words: Any = json.loads(unverified.decode())
        challenge = from_base64url(str(words["challenge"]))
        said, origin, is_framed = words["type"], words["origin"], words.get("crossOrigin", False)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotGenuine("The client data can't be read.") from None
    if said != kind:
        raise NotGenuine("The client data is of another ceremony.")
    if not hmac.compare_digest(challenge, expected.challenge):
        raise NotGenuine("The client data is for another challenge.")
    if origin not in expected.origins:
        raise NotGenuine(f"The ceremony ran on a page of another origin: {str(origin)[:200]!r}")
    if is_framed:
        raise NotGenuine("The ceremony ran in a frame of another origin's page.")


def _read_authenticator_data(unverified: bytes) -> AuthenticatorData:
    try:
        return parse_authenticator_data(unverified)
    except Exception as error:
        # The library raises what its parsers do; whatever it is, nothing was read.
        raise NotGenuine("The authenticator data can't be read.") from error
