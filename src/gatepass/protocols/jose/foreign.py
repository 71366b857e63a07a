"""Reading what others signed: client assertions, request objects, proofs of possession, tokens of other issuers.

The purpose decides which algorithms may be used, the key decides which of them it is, and the header merely has to
agree (RFC 8725 §3.1). A key is imported from its public members alone, and one with private members is refused.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatepass.protocols.jose.compact import TokenFault, TokenRefused, from_base64url, read_object, take_apart

_EDWARDS: Final = ("EdDSA", "Ed25519")
_MOST_KEYS: Final = 32
_MOST_TRIED: Final = 4
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# They change how a token is read, or offer a key of the sender's own choice (RFC 7515 §4.1, RFC 7797).
_REFUSED_MEMBERS: Final = frozenset({"crit", "b64", "jku", "x5u", "zip", "enc"})
_KINDS: Final[dict[str, tuple[str, str | None, tuple[str, ...]]]] = {
    "ES256": ("EC", "P-256", ("x", "y")),
    "ES384": ("EC", "P-384", ("x", "y")),
    "EdDSA": ("OKP", "Ed25519", ("x",)),
    "Ed25519": ("OKP", "Ed25519", ("x",)),
    "PS256": ("RSA", None, ("n", "e")),
    "RS256": ("RSA", None, ("n", "e")),
}
_CURVE_BYTES: Final = {"P-256": 32, "P-384": 48, "Ed25519": 32}
_RSA_BITS: Final = range(2048, 4097)
_MOST_EXPONENT_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class ForeignToken:
    """What somebody else signed, with a signature that is verified; what it claims is not."""

    header: dict[str, Any]
    claims: dict[str, Any]


def read_foreign(
    unverified_token: str,
    keys: Mapping[str, Any],
    *,
    algorithms: Collection[str],
    token_types: Collection[str | None],
) -> ForeignToken:
    """Return a token whose signature one of the signer's keys verifies (RFC 7515 §5.2, RFC 8725 §3).

    Args:
        unverified_token: the compact form, at most 16 KiB.
        keys: the JSON Web Key Set of the expected signer, and of nobody else.
        algorithms: those that this purpose accepts; never `none`, never a MAC.
        token_types: the accepted values of `typ` in lower case, None where it may be missing.

    Raises:
        TokenRefused: its form, header, type, algorithm, key or signature is not accepted.
    """
    token = take_apart(unverified_token)
    header = token.header
    if "jwk" in header:
        raise TokenRefused(TokenFault.HEADER)
    algorithm = _checked_algorithm(header, algorithms, token_types)
    kid = header.get("kid")
    for tried, key in enumerate(_candidates(keys, algorithm, kid)):
        if tried < _MOST_TRIED and _verifies(unverified_token, key, algorithm):
            return ForeignToken(header, read_object(token.payload))
    is_known = any(True for _ in _candidates(keys, algorithm, kid))
    raise TokenRefused(TokenFault.SIGNATURE if is_known else TokenFault.KEY)


def read_self_signed(
    unverified_token: str, *, algorithms: Collection[str], token_types: Collection[str | None]
) -> ForeignToken:
    """Return a token that is signed with the public key in its own header, as a DPoP proof is (RFC 9449 §4.2).

    It proves that the sender holds that key, and nothing else.

    Raises:
        TokenRefused: its form, header, type, algorithm, key or signature is not accepted.
    """
    token = take_apart(unverified_token)
    algorithm = _checked_algorithm(token.header, algorithms, token_types)
    key = token.header.get("jwk")
    if not isinstance(key, dict) or not _fits(key, algorithm):
        raise TokenRefused(TokenFault.KEY)
    if not _verifies(unverified_token, key, algorithm):
        raise TokenRefused(TokenFault.SIGNATURE)
    return ForeignToken(token.header, read_object(token.payload))


def _checked_algorithm(
    header: Mapping[str, Any], algorithms: Collection[str], token_types: Collection[str | None]
) -> str:
    """Return the algorithm that a header names, where the whole header is one that may be accepted.

    Raises:
        TokenRefused: a member changes how the token is read, or the type or the algorithm is another.
    """
    kid = header.get("kid")
    if _REFUSED_MEMBERS & header.keys() or not (kid is None or isinstance(kid, str)):
        raise TokenRefused(TokenFault.HEADER)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms or algorithm not in _KINDS:
        raise TokenRefused(TokenFault.ALGORITHM)
    token_type = header.get("typ")
    if isinstance(token_type, str):
        # RFC 7515 §4.1.9: the prefix may be left out.
        token_type = token_type.lower().removeprefix("application/")
    if token_type not in token_types or ("typ" in header and not isinstance(token_type, str)):
        raise TokenRefused(TokenFault.TYPE)
    return algorithm


def thumbprint(key: Mapping[str, Any]) -> str:
    """Return the SHA-256 thumbprint of a public key (RFC 7638).

    Raises:
        TokenRefused: it is no public key of a kind that we accept.
    """
    for algorithm, (kind, curve, _) in _KINDS.items():
        if key.get("kty") == kind and key.get("crv") == curve:
            public = _public(key, algorithm)
            # joserfc is heavy, and many servers never meet a foreign key.
            from gatepass.protocols.jose import joserfc_keys  # noqa: PLC0415

            return joserfc_keys.thumbprint(public)
    raise TokenRefused(TokenFault.KEY)


def key_set_faults(unverified_keys: object) -> list[str]:
    """Return what is wrong with the key set that a client registers, a sentence each; a good one has none."""
    keys = unverified_keys.get("keys") if isinstance(unverified_keys, dict) else None
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        return ["A JSON Web Key Set is an object whose `keys` is a list of keys."]
    if len(keys) > _MOST_KEYS:
        return [f"The key set has more than {_MOST_KEYS} keys."]
    found: list[str] = []
    if any(_PRIVATE & key.keys() for key in keys):
        found.append("The key set holds a private key; send public keys alone, and replace that one.")
    if not any(_is_usable(key) for key in keys):
        found.append("The key set has no key for ES256, EdDSA, PS256 or RS256.")
    ids = [key["kid"] for key in keys if isinstance(key.get("kid"), str)]
    if len(set(ids)) != len(ids):
        found.append("Two keys of the set have the same `kid`.")
    return found


def _candidates(keys: Mapping[str, Any], algorithm: str, kid: str | None) -> Iterator[dict[str, Any]]:
    listed = keys.get("keys")
    for key in listed[:_MOST_KEYS] if isinstance(listed, list) else []:
        if isinstance(key, dict) and (kid is None or key.get("kid") == kid) and _fits(key, algorithm):
            yield key


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    kind, curve, _ = _KINDS[algorithm]
    named, operations = key.get("alg"), key.get("key_ops")
    return (
        key.get("kty") == kind
        and key.get("crv") == curve
        and key.get("use") in (None, "sig")
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
        and (named in (None, algorithm) or (named in _EDWARDS and algorithm in _EDWARDS))
        and not _PRIVATE & key.keys()
    )


def _is_usable(key: Mapping[str, Any]) -> bool:
    for algorithm in _KINDS:
        if _fits(key, algorithm):
            try:
                public = _public(key, algorithm)
            except TokenRefused:
                return False
            # joserfc is heavy, and many servers never meet a foreign key.
            from gatepass.protocols.jose import joserfc_keys  # noqa: PLC0415

            return joserfc_keys.is_key(public)
    return False


def _verifies(unverified_token: str, key: Mapping[str, Any], algorithm: str) -> bool:
    try:
        public = _public(key, algorithm)
    except TokenRefused:
        return False
    # joserfc is heavy, and many servers never meet a foreign key.
    from gatepass.protocols.jose import joserfc_keys  # noqa: PLC0415

    return joserfc_keys.verifies(unverified_token, public, algorithm)


def _public(key: Mapping[str, Any], algorithm: str) -> dict[str, str]:
    """Return the public members of a key, and nothing else of it.

    Raises:
        TokenRefused: it holds private members, or is not of the kind or the size for the algorithm.
    """
    kind, curve, names = _KINDS[algorithm]
    members = {name: key.get(name) for name in names}
    if _PRIVATE & key.keys() or not all(isinstance(value, str) for value in members.values()):
        raise TokenRefused(TokenFault.KEY)
    parts = {name: from_base64url(str(value)) for name, value in members.items()}
    if curve is not None:
        is_sound = all(len(part) == _CURVE_BYTES[curve] for part in parts.values())
    else:
        modulus = int.from_bytes(parts["n"], "big")
        is_sound = modulus.bit_length() in _RSA_BITS and len(parts["e"]) <= _MOST_EXPONENT_BYTES
    if not is_sound:
        raise TokenRefused(TokenFault.KEY)
    return {"kty": kind, **({"crv": curve} if curve else {}), **{name: str(value) for name, value in members.items()}}
