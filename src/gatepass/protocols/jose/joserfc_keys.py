"""What is left to joserfc: importing a public key and verifying a signature with it.

`foreign` loads this file with the first token that somebody else signed; many servers never meet one.
"""

from collections.abc import Mapping
from typing import Any

from joserfc import jwk, jws
from joserfc.errors import JoseError

from gatepass.protocols.jose.compact import TokenFault, TokenRefused


class _Registry(jws.JWSRegistry):
    # A proof carries an RSA key in its header; whoever took the token apart has bounded the whole.
    max_header_length = 8 * 1024

    def get_alg(self, name: str) -> Any:
        # RFC 9864 renames EdDSA; the old name means the same here, because the curve is checked with the key.
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


def verifies(unverified_token: str, public: Mapping[str, str], algorithm: str) -> bool:
    """Tell whether a key made the signature of a token under an algorithm (RFC 7515 §5.2).

    Args:
        unverified_token: the compact form, taken apart and judged before.
        public: the public members of the key, checked for the algorithm.
        algorithm: the one that the purpose accepts and the key is for.
    """
    registry = _Registry(algorithms=[algorithm, "Ed25519"] if algorithm == "EdDSA" else [algorithm])
    registry.strict_check_header = False  # unknown members mean nothing; those that mean something were judged
    try:
        jws.deserialize_compact(unverified_token, _imported(public), registry=registry)
    except (JoseError, TokenRefused, ValueError, TypeError):
        return False
    return True


def is_key(public: Mapping[str, str]) -> bool:
    """Tell whether public members make a key, such as a point that lies on its curve."""
    try:
        _imported(public)
    except TokenRefused:
        return False
    return True


def thumbprint(public: Mapping[str, str]) -> str:
    """Return the SHA-256 thumbprint of a public key (RFC 7638).

    Raises:
        TokenRefused: it is no key.
    """
    return _imported(public).thumbprint()


def _imported(public: Mapping[str, str]) -> jwk.Key:
    try:
        return jwk.import_key(dict(public))
    except (JoseError, ValueError, TypeError, KeyError):
        raise TokenRefused(TokenFault.KEY) from None
