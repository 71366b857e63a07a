"""What a browser is given at the beginning of a ceremony, in the documented JSON (hosted API, entries 11 and 12)."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from gatepass.protocols.webauthn.keys import ALGORITHMS
from gatepass.protocols.webauthn.model import to_base64url

TIMEOUT_MILLISECONDS: Final = 300_000
_PUBLIC_KEY: Final = "public-key"


class Descriptor(msgspec.Struct, frozen=True, omit_defaults=True):
    """A credential that is named (WebAuthn §5.8.3)."""

    id: str
    type: str
    transports: tuple[str, ...] = ()


class RelyingPartyEntity(msgspec.Struct, frozen=True):
    """The relying party (§5.4.2); its name is its id, as documented."""

    name: str
    id: str


class UserEntity(msgspec.Struct, frozen=True):
    """The person (§5.4.3); `id` is the base64 of the text of the user's id."""

    name: str
    display_name: str = msgspec.field(name="displayName")
    id: str


class Parameters(msgspec.Struct, frozen=True):
    """An algorithm that is accepted (§5.3)."""

    type: str
    alg: int


class Selection(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which authenticators will do (§5.4.4)."""

    require_resident_key: bool = msgspec.field(name="requireResidentKey")
    resident_key: str = msgspec.field(name="residentKey")
    user_verification: str = msgspec.field(name="userVerification")
    attachment: str = msgspec.field(name="authenticatorAttachment", default="")


class CreationOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `navigator.credentials.create` is called with (§5.4)."""

    rp: RelyingPartyEntity
    user: UserEntity
    challenge: str
    parameters: tuple[Parameters, ...] = msgspec.field(name="pubKeyCredParams")
    timeout: int
    selection: Selection = msgspec.field(name="authenticatorSelection")
    attestation: str
    excluded: tuple[Descriptor, ...] = msgspec.field(name="excludeCredentials", default=())


class RequestOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `navigator.credentials.get` is called with (§5.5)."""

    challenge: str
    timeout: int
    rp_id: str = msgspec.field(name="rpId")
    user_verification: str = msgspec.field(name="userVerification")
    allowed: tuple[Descriptor, ...] = msgspec.field(name="allowCredentials", default=())


def descriptors(credentials: Sequence[tuple[bytes, tuple[str, ...]]]) -> tuple[Descriptor, ...]:
    """Return credentials, each with how it is reached, as browsers take them."""
    return tuple(Descriptor(to_base64url(name), _PUBLIC_KEY, transports) for name, transports in credentials)


def creation_options(
    rp_id: str, challenge: bytes, user: UserEntity, user_verification: str, attachment: str,
    excluded: tuple[Descriptor, ...],
) -> CreationOptions:  # fmt: skip
    """Return what a browser makes a passkey with.

    Args:
        rp_id: for whom it is made.
        challenge: what is to be signed.
        user: whose it is.
        user_verification: whether the authenticator is to verify them.
        attachment: `platform`, `cross-platform`, or empty for either.
        excluded: what the person has already, so that no authenticator makes a second one.
    """
    return CreationOptions(
        rp=RelyingPartyEntity(rp_id, rp_id),
        user=user,
        challenge=to_base64url(challenge),
        parameters=tuple(Parameters(_PUBLIC_KEY, algorithm) for algorithm in ALGORITHMS),
        timeout=TIMEOUT_MILLISECONDS,
        selection=Selection(
            attachment=attachment,
            require_resident_key=True,
            resident_key="required",
            user_verification=user_verification,
        ),
        attestation="none",
        excluded=excluded,
    )


def request_options(
    rp_id: str, challenge: bytes, user_verification: str, allowed: tuple[Descriptor, ...] = ()
) -> RequestOptions:
    """Return what a browser asks an authenticator with; without `allowed` the person chooses among what they have."""
    return RequestOptions(to_base64url(challenge), TIMEOUT_MILLISECONDS, rp_id, user_verification, allowed)


def as_plain(options: CreationOptions | RequestOptions) -> dict[str, Any]:
    """Return options as plain values, for a page that writes them down itself."""
    plain: dict[str, Any] = msgspec.to_builtins(options)
    return plain
