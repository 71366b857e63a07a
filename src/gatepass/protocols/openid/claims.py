"""The `claims` parameter: which claims a client asks for, one by one (OpenID Connect Core §5.5)."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gatepass.protocols.jose import TokenRefused
from gatepass.protocols.jose.compact import read_object
from gatepass.protocols.oauth2.errors import Refused

_MOST_CHARACTERS: Final = 8 * 1024
_MOST_CLAIMS: Final = 50
_MOST_VALUES: Final = 20
_MOST_NAME_CHARACTERS: Final = 100

Value = str | int | bool


class AskedClaim(msgspec.Struct, frozen=True):
    """How a claim is asked for: voluntary or essential, and with which values (OpenID Connect Core §5.5.1)."""

    is_essential: bool = False
    values: tuple[Value, ...] = ()


class AskedClaims(msgspec.Struct, frozen=True):
    """The claims that a request asks for by name, at each of the two places where they are handed out."""

    userinfo: dict[str, AskedClaim] = {}
    id_token: dict[str, AskedClaim] = {}


def parse(unverified_text: str) -> AskedClaims:
    """Return what a `claims` parameter asks for; members that the standard does not know are ignored.

    Args:
        unverified_text: JSON, at most 8 KiB.

    Raises:
        Refused: it is not of the form of OpenID Connect Core §5.5 (`invalid_request`).
    """
    if len(unverified_text) > _MOST_CHARACTERS:
        raise _refused("is too long")
    try:
        asked = read_object(unverified_text.encode())
    except (TokenRefused, UnicodeEncodeError):
        raise _refused("is no JSON object") from None
    return AskedClaims(_place(asked.get("userinfo")), _place(asked.get("id_token")))


def _place(asked: object) -> dict[str, AskedClaim]:
    if asked is None:
        return {}
    if not isinstance(asked, dict):
        raise _refused("holds a member that is no object")
    if len(asked) > _MOST_CLAIMS or any(not name or len(name) > _MOST_NAME_CHARACTERS for name in asked):
        raise _refused(f"asks for more than {_MOST_CLAIMS} claims or for one without a proper name")
    return {name: _claim(one) for name, one in asked.items()}


def _claim(asked: object) -> AskedClaim:
    if asked is None:
        return AskedClaim()
    if not isinstance(asked, dict):
        raise _refused("asks for a claim with something else than null or an object")
    is_essential = asked.get("essential", False)
    if not isinstance(is_essential, bool):
        raise _refused("has an essential that is neither true nor false")
    return AskedClaim(is_essential, _values(asked))


def _values(asked: Mapping[str, Any]) -> tuple[Value, ...]:
    values = asked.get("values", [])
    if not isinstance(values, list):
        raise _refused("has values that are no list")
    if "value" in asked:
        values = [asked["value"], *values]
    if len(values) > _MOST_VALUES or not all(isinstance(value, Value) for value in values):
        raise _refused("asks for a claim with too many values or with one that is no text, number or boolean")
    return tuple(values)


def _refused(what: str) -> Refused:
    return Refused("invalid_request", f"The claims parameter {what}.")
