"""What callers send and are answered, spelled as documented (hosted API, entries 11 to 18)."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gatepass.kit.problems import Problem
from gatepass.methods.passkey.holdings import Kept
from gatepass.methods.passkey.model import HeldPasskey
from gatepass.protocols.webauthn.aaguids import name_of
from gatepass.protocols.webauthn.keys import NotGenuine
from gatepass.protocols.webauthn.model import (
    UnverifiedAssertion,
    UnverifiedAttestation,
    from_base64url,
    to_base64url,
)
from gatepass.protocols.webauthn.options import CreationOptions, RequestOptions, UserEntity

NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
"""What the hosted API shows where nothing was changed yet."""


class CredentialResponse(msgspec.Struct):
    """The part of a credential that the authenticator answered (WebAuthn §5.2)."""

    client_data: str = msgspec.field(name="clientDataJSON")
    attestation_object: str = msgspec.field(name="attestationObject", default="")
    authenticator_data: str = msgspec.field(name="authenticatorData", default="")
    signature: str = ""
    user_handle: str | None = msgspec.field(name="userHandle", default=None)
    transports: list[str] | None = None


class CredentialBody(msgspec.Struct):
    """A credential as browsers write it (WebAuthn §5.1.8), whole or under the name `passkey`."""

    id: str = ""
    raw_id: str = msgspec.field(name="rawId", default="")
    type: str = "public-key"
    response: CredentialResponse | None = None
    transports: list[str] | None = None
    passkey: "CredentialBody | None" = None
    auth_code: str = ""
    identifier: str = ""
    name: str = ""
    client_id: str = ""

    @property
    def credential(self) -> "CredentialBody":
        """Return the part that is the credential itself."""
        return self.passkey or self

    @property
    def credential_id(self) -> bytes:
        """Return the credential's id."""
        return from_base64url(self.raw_id or self.id)


_decode = msgspec.json.Decoder(CredentialBody).decode


def parse_credential(unverified_json: str) -> CredentialBody:
    """Return the credential that a page's script wrote into a form.

    Raises:
        Problem: it is none (`malformed_request`, 400).
    """
    try:
        return _decode(unverified_json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _malformed() from None


def read_assertion(body: CredentialBody) -> UnverifiedAssertion:
    """Return the assertion of a body.

    Raises:
        Problem: it has none (`malformed_request`, 400).
    """
    credential = body.credential
    response = credential.response
    if response is None or not response.signature:
        raise _malformed()
    try:
        handle = response.user_handle
        return UnverifiedAssertion(
            credential.credential_id,
            from_base64url(response.client_data),
            from_base64url(response.authenticator_data),
            from_base64url(response.signature),
            # Some write an empty text where the authenticator names nobody.
            from_base64url(handle) if handle else None,
        )
    except NotGenuine:
        raise _malformed() from None


def read_attestation(body: CredentialBody) -> UnverifiedAttestation:
    """Return the new credential of a body.

    Raises:
        Problem: it has none (`malformed_request`, 400).
    """
    credential = body.credential
    response = credential.response
    if response is None or not response.attestation_object:
        raise _malformed()
    transports = response.transports or credential.transports or []
    try:
        return UnverifiedAttestation(
            credential.credential_id,
            from_base64url(response.client_data),
            from_base64url(response.attestation_object),
            tuple(transports),
        )
    except NotGenuine:
        raise _malformed() from None


class LoginOptionsAnswer(msgspec.Struct, frozen=True):
    """The beginning of a sign-in."""

    auth_code: str
    public_key: RequestOptions = msgspec.field(name="publicKey")


class RegistrationOptionsAnswer(msgspec.Struct, frozen=True):
    """The beginning of a registration."""

    auth_code: str
    public_key: CreationOptions = msgspec.field(name="publicKey")


class PasskeyAnswer(msgspec.Struct, frozen=True):
    """A passkey, in the mixed casing that is documented; the last three are ours."""

    created_at: datetime = msgspec.field(name="CreatedAt")
    last_used_at: datetime | None = msgspec.field(name="LastUsedAt")
    name: str | None = msgspec.field(name="Name")
    sign_count: int = msgspec.field(name="SignCount")
    updated_at: datetime = msgspec.field(name="UpdatedAt")
    aaguid: str
    attestation_type: str
    backup_eligible: bool
    backup_state: bool
    id: str
    public_key: str
    transports: tuple[str, ...]
    provider: str
    rp_id: str
    user_handle: str


def passkey_answer(held: HeldPasskey) -> PasskeyAnswer:
    """Return a passkey as it is shown to its holder."""
    passkey, entry = held.passkey, held.authenticator
    return PasskeyAnswer(
        created_at=entry.created_at,
        last_used_at=entry.last_used_at,
        name=entry.name or None,
        sign_count=passkey.sign_count,
        updated_at=passkey.modified_at or NEVER,
        aaguid=passkey.aaguid,
        attestation_type=passkey.attestation_type,
        backup_eligible=passkey.is_backup_eligible,
        backup_state=passkey.is_backed_up,
        id=passkey.name,
        public_key=to_base64url(passkey.public_key),
        transports=passkey.transports,
        provider=name_of(passkey.aaguid),
        rp_id=passkey.rp_id,
        user_handle=to_base64url(passkey.user_id.encode()),
    )


class Signal(msgspec.Struct, frozen=True):
    """What a browser tells the person's authenticators (WebAuthn §5.1.10).

    The whole object may be handed to `signalAllAcceptedCredentials` and to `signalCurrentUserDetails`, and after a
    removal to `signalUnknownCredential`: each takes what it knows.
    """

    rp_id: str = msgspec.field(name="rpId")
    user_id: str = msgspec.field(name="userId")
    credential_id: str = msgspec.field(name="credentialId")
    accepted: tuple[str, ...] = msgspec.field(name="allAcceptedCredentialIds")
    name: str
    display_name: str = msgspec.field(name="displayName")


class ChangedAnswer(msgspec.Struct, frozen=True):
    """What rename and delete answer."""

    updated: bool
    status: str
    message: str
    signal: Signal


def signal_of(kept: Kept, user: UserEntity) -> Signal:
    """Return what the person's authenticators are to know after a change."""
    accepted = tuple(one.name for one in kept.accepted)
    return Signal(kept.passkey.rp_id, user.id, kept.passkey.name, accepted, user.name, user.display_name)


class StatusAnswer(msgspec.Struct, frozen=True):
    """Whether somebody could sign in by a passkey, as far as the caller may know."""

    status: str
    expires_at: str
    passkey_registered: bool


class RenameBody(msgspec.Struct):
    """What rename takes."""

    name: str


class RelatedOrigins(msgspec.Struct, frozen=True):
    """The origins whose pages may use a host's passkeys (WebAuthn §5.11.1)."""

    origins: list[str]


def plain(answer: Any) -> Any:
    """Return an answer as plain values, for a page that writes it down itself."""
    return msgspec.to_builtins(answer)


def _malformed() -> Problem:
    sentence = "Send the credential as the browser gives it: id, rawId, type and response, in base64url."
    return Problem("malformed_request", 400, sentence, number=1004)
