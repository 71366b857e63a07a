"""What a caller presents, and what has been proven."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from gatepass.applications.model import Application, ClientAuthentication
from gatepass.kit.lookups.scopes import MANAGEMENT_SCOPES
from gatepass.kit.problems import Problem
from gatepass.protocols.oauth2.errors import Refused

TOKEN_PATHS = ("/oauth2/token", "/oidc/token", "/oauth/token", "/api/v1/oauth2/token")
_PUSH_PATHS = ("/oauth2/par", "/oidc/par")
FAPI_ALGORITHMS = ("ES256", "EdDSA", "Ed25519", "PS256")
"""With what an application that keeps to FAPI 2.0 may sign (Security Profile §5.4.1)."""


class SpentKind(StrEnum):
    """What is good once."""

    ASSERTION = "assertion"
    DPOP_PROOF = "dpop_proof"


@dataclass(frozen=True, slots=True)
class Presented:
    """Who somebody claims to be and by what they mean to prove it; nothing of it is judged.

    Args:
        method: the way of proving; `none` where nothing was sent but a client id.
        unverified_client_id: whom they claim to be.
        unverified_proof: the secret or the assertion.
    """

    method: ClientAuthentication
    unverified_client_id: str
    unverified_proof: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The application that calls, and how it proved so; a public one by nothing (`none`)."""

    application: Application
    method: ClientAuthentication

    @property
    def is_proven(self) -> bool:
        """Tell whether a secret or a key stands behind the call."""
        return self.method is not ClientAuthentication.NONE


@dataclass(frozen=True, slots=True)
class Addresses:
    """By which names the server is known to those who prove something to it.

    Args:
        issuer: the public URL.
        own_origins: the origins of its own pages, which may call for every application.
    """

    issuer: str
    own_origins: frozenset[bytes]

    @property
    def audiences(self) -> frozenset[str]:
        """Return what an assertion may name as its audience (RFC 7523 §3, RFC 9126 §2)."""
        return frozenset({self.issuer, *self.all_of(TOKEN_PATHS), *self.all_of(_PUSH_PATHS)})

    def all_of(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """Return paths as public addresses."""
        return tuple(f"{self.issuer}{path}" for path in paths)


class ClientDirectory(Protocol):
    """Finds the application of a client id, wherever what is known of it comes from."""

    async def find(self, unverified_client_id: str) -> Application | None:
        """Return an active application that is known."""
        ...

    async def resolve(self, unverified_client_id: str, network: str) -> Application | None:
        """Return an active application, after its document where its id is the address of one.

        Args:
            unverified_client_id: what the request names.
            network: where the request comes from, to which a fetch is charged.

        Raises:
            Problem: a document would have to be fetched, and the network had too many fetched (429).
        """
        ...

    async def has_secret(self, application: Application, unverified_secret: str) -> bool:
        """Tell whether a text is one of an application's secrets."""
        ...


def keeps_to_fapi(application: Application) -> bool:
    """Tell whether an application keeps to FAPI 2.0: it proves itself by a key, pushes, and binds its tokens.

    Such a one is held to the rest of the profile too, where the standards beneath it leave a choice.
    """
    policy = application.oauth
    is_by_key = policy.authentication is ClientAuthentication.PRIVATE_KEY_JWT
    return is_by_key and policy.requires_pushed_requests and policy.requires_dpop


def refuse_management_scopes(words: Iterable[str]) -> None:
    """Let a scope pass that a person may grant: what opens the management API is no person's to give.

    Raises:
        Refused: it holds such a one (`invalid_scope`).
    """
    for word in words:
        if word in MANAGEMENT_SCOPES:
            raise Refused("invalid_scope", f"The scope {word} is for programs alone: ask for it by client credentials.")


def oauth_problem(refused: Refused) -> Problem:
    """Return the problem that shows a refusal of the standard to its caller (RFC 6749 §5.2)."""
    if refused.error == "invalid_client":
        return Problem("client_refused", 401, refused.description, oauth_error=refused.error)
    return Problem("oauth_refused", 400, refused.description, oauth_error=refused.error)
