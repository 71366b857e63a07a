"""What an authenticator app and the server share."""

from dataclasses import dataclass, field
from enum import StrEnum


class Algorithm(StrEnum):
    """The hash of the codes, by the name that apps know (RFC 6238 §1.2)."""

    SHA1 = "SHA1"
    SHA256 = "SHA256"
    SHA512 = "SHA512"


@dataclass(frozen=True, slots=True)
class Shape:
    """How codes are made of a secret.

    Args:
        algorithm: the hash.
        digits: how long a code is, 6 to 8.
        period_seconds: for how long a code is shown.
    """

    algorithm: Algorithm = Algorithm.SHA1
    digits: int = 6
    period_seconds: int = 30


USUAL = Shape()
"""The one shape that every app knows; some read the others and ignore what they say."""


@dataclass(frozen=True, slots=True)
class TotpSecret:
    """A secret, opened.

    Args:
        authenticator_id: whose it is.
        key: the secret itself.
        shape: how codes are made of it.
        last_step: the last step that was accepted; 0 for none.
    """

    authenticator_id: str
    key: bytes = field(repr=False)
    shape: Shape
    last_step: int = 0


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody gives to their app, once.

    Args:
        authenticator_id: the authenticator, which proves nothing until a code of it was typed back.
        manual_key: the secret in base32, for who types it.
        uri: all of it as an `otpauth:` address, for who scans it.
    """

    authenticator_id: str
    manual_key: str = field(repr=False)
    uri: str = field(repr=False)
