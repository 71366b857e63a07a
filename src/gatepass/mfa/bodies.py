"""The shapes of the MFA calls (hosted API, entries 22 to 27), in the words of Auth0 that the reference uses."""

from typing import Any

import msgspec

from gatepass.authenticators.model import Authenticator, Kind
from gatepass.login.model import FactorNeeded
from gatepass.mfa.model import masked_address, masked_number

TYPES = {
    Kind.TOTP: "otp",
    Kind.BACKUP_CODE: "recovery-code",
    Kind.PASSKEY: "passkey",
    Kind.SMS: "oob",
    Kind.EMAIL: "oob",
    Kind.PASSWORD: "password",
}


class TokenBody(msgspec.Struct):
    """Whose second step it is: an address or a user's id."""

    identifier: str
    client_id: str = ""


class TokenAnswer(msgspec.Struct, frozen=True):
    """What opens the second step of one person, for some minutes, at the calls below /mfa."""

    mfa_token: str
    token_type: str
    expires_in: int
    factors: list[str]
    demand: str


class AuthenticatorAnswer(msgspec.Struct, frozen=True):
    """One authenticator; `oob_channel` says over what a code is sent, where one is."""

    id: str
    authenticator_type: str
    oob_channel: str | None
    name: str
    active: bool


class InitiateBody(msgspec.Struct):
    """Which factor is asked: `otp`, `oob`, `passkey` or `recovery-code`; and over what a code is sent."""

    authenticator_type: str = ""
    oob_channels: str | list[str] = ""
    oob_channel: str = ""
    client_id: str = ""


class InitiateAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What validate needs back; `binding_method` says whether somebody types a code."""

    challenge_type: str
    oob_code: str = ""
    oob_channel: str = ""
    binding_method: str = ""
    target: str = ""
    public_key: dict[str, Any] | None = msgspec.field(name="publicKey", default=None)


class ValidateBody(msgspec.Struct):
    """What somebody answers: a code, with the `oob_code` of one that was sent; a recovery code; or a passkey."""

    oob_code: str = ""
    otp: str = ""
    binding_code: str = ""
    recovery_code: str = ""
    backup_code: str = ""
    passkey: dict[str, Any] | None = None
    authenticator_type: str = ""
    client_id: str = ""


class EnrolAnswer(msgspec.Struct, frozen=True):
    """What an authenticator app is given, once."""

    authenticator_id: str
    authenticator_type: str
    secret: str
    barcode_uri: str


class ConfirmBody(msgspec.Struct):
    """The first code of a new app."""

    authenticator_id: str
    otp: str
    client_id: str = ""


def token_answer(needed: FactorNeeded, seconds: int) -> TokenAnswer:
    """Return what a server is told that asked for a person's second step."""
    factors = [kind.value for kind in needed.factors]
    return TokenAnswer(needed.token, "Bearer", seconds, factors, needed.demand.value)


def authenticator_answer(one: Authenticator) -> AuthenticatorAnswer:
    """Return one authenticator of somebody's list."""
    channel = one.kind.value if one.kind in {Kind.SMS, Kind.EMAIL} else None
    return AuthenticatorAnswer(one.id, TYPES[one.kind], channel, one.name, one.is_confirmed)


def channel_answer(kind: Kind, needed: FactorNeeded) -> AuthenticatorAnswer:
    """Return what a code can be sent to, which is no entry of the list but the person's own address or number."""
    target = masked_address(needed.user.email) if kind is Kind.EMAIL else masked_number(needed.user.phone)
    return AuthenticatorAnswer(f"{kind.value}|{needed.user.id}", "oob", kind.value, target, active=True)


def kind_named(unverified_type: str, unverified_channel: str) -> Kind | None:
    """Return the kind that a call names, by the names of either world; None where it names none that there is."""
    channel, named = unverified_channel.strip().lower(), unverified_type.strip().lower().replace("_", "-")
    if channel in {"sms", "email"}:
        return Kind(channel)
    names = {
        "otp": Kind.TOTP,
        "totp": Kind.TOTP,
        "passkey": Kind.PASSKEY,
        "webauthn": Kind.PASSKEY,
        "recovery-code": Kind.BACKUP_CODE,
        "backup-code": Kind.BACKUP_CODE,
        "sms": Kind.SMS,
        "email": Kind.EMAIL,
    }
    return names.get(named)
