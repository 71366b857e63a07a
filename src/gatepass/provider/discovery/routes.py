"""The published metadata and keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.provider.discovery.metadata import metadata
from gatepass.tokens.flows import Tokens

_SECONDS = 300
_METADATA_PATHS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oidc/.well-known/openid-configuration",
)
_KEYS_PATHS = ("/.well-known/jwks.json", "/oidc/.well-known/jwks.json")
_KEPT = ((b"cache-control", f"public, max-age={_SECONDS}".encode()),)


class KeySet(msgspec.Struct, frozen=True):
    """A JSON Web Key Set (RFC 7517 §5)."""

    keys: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class DiscoveryRoutes:
    """Answers whoever wants to know the provider.

    Args:
        tokens: whose keys are published, and who the issuer is.
        doors: the other rows of the endpoint table, whose paths are announced.
        grants: the grant types that the token endpoint answers.
        has_documents: whether a client id may be the address of a document.
    """

    tokens: Tokens
    doors: Iterable[Endpoint] = ()
    grants: Iterable[str] = ()
    has_documents: bool = False
    _metadata: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Write the metadata once; it stays the same for as long as the process lives."""
        paths = {path for door in self.doors for path in door.paths} | set(_KEYS_PATHS)
        found = metadata(self.tokens.issuer, paths, self.grants, has_documents=self.has_documents)
        object.__setattr__(self, "_metadata", msgspec.json.encode(found))

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            Endpoint(
                name="metadata",
                method="GET",
                paths=_METADATA_PATHS,
                handler=self.describe,
                summary="What the provider can do and where (OpenID Connect Discovery 1.0, RFC 8414).",
                answer=dict[str, Any],
                is_cached=True,
                tag="Tokens",
            ),
            Endpoint(
                name="jwks",
                method="GET",
                paths=_KEYS_PATHS,
                handler=self.keys,
                summary="The public keys that verify our tokens.",
                answer=KeySet,
                is_cached=True,
                tag="Tokens",
            ),
        ]

    async def describe(self, call: Call[None, None]) -> Reply:  # noqa: ARG002 - every caller gets the same
        """Answer with the metadata."""
        return Reply(self._metadata, headers=_KEPT)

    async def keys(self, call: Call[None, None]) -> Reply:  # noqa: ARG002 - every caller gets the same
        """Answer with the published keys."""
        return Reply(await self.tokens.cabinet.published(), headers=_KEPT)
