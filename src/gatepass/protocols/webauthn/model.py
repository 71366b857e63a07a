"""What a browser sends at the end of a ceremony, what was expected, and what was found."""

import base64
import binascii
from dataclasses import dataclass

from gatepass.protocols.webauthn.keys import NotGenuine

LONGEST_CREDENTIAL_ID = 1023  # WebAuthn §4, Credential ID


def to_base64url(octets: bytes) -> str:
    """Return bytes in the alphabet of RFC 4648 §5, without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def from_base64url(unverified_text: str) -> bytes:
    """Return the bytes of a text in the alphabet of RFC 4648 §5 or §4, padded or not.

    Raises:
        NotGenuine: the text is none.
    """
    text = unverified_text.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotGenuine("Bytes are not written in base64url.") from None
    return octets


@dataclass(frozen=True, slots=True)
class Expected:
    """What a ceremony was begun with.

    Args:
        challenge: the bytes that were to be signed.
        rp_id: the relying party's name.
        origins: the origins whose pages may have run it.
        needs_verification: whether the authenticator must have verified its user.
    """

    challenge: bytes
    rp_id: str
    origins: tuple[str, ...]
    needs_verification: bool


@dataclass(frozen=True, slots=True)
class UnverifiedAssertion:
    """What a browser says that an authenticator signed (WebAuthn §5.2.2)."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class UnverifiedAttestation:
    """What a browser says of a credential that an authenticator made (WebAuthn §5.2.1)."""

    credential_id: bytes
    client_data: bytes
    attestation_object: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a genuine assertion says; whether the counter may be what it is, its caller judges."""

    sign_count: int
    is_user_verified: bool
    is_backup_eligible: bool
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A credential that was made just now.

    Args:
        credential_id: its name.
        public_key: its key, as a COSE_Key.
        sign_count: where its counter begins.
        aaguid: the kind of authenticator, in the form of a UUID; zeros where it does not say.
        attestation_type: the format in which the authenticator vouched for it, such as `none`.
        transports: how the authenticator is reached.
        is_user_verified: whether it verified its user.
        is_backup_eligible: whether it may be copied to other devices.
        is_backed_up: whether it was.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    attestation_type: str
    transports: tuple[str, ...]
    is_user_verified: bool
    is_backup_eligible: bool
    is_backed_up: bool
