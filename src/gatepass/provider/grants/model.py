"""What a token request is once the pipeline has judged it, what answers it, and what the answer holds."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec

from gatepass.applications.model import Application, GrantType
from gatepass.audit.model import Origin
from gatepass.gate.requests.parameters import Parameters
from gatepass.protocols.jose import Signer
from gatepass.provider.clients.model import Authenticated
from gatepass.tokens.model import Grant


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A token request whose client is known, may use the grant, and holds the key that it says it holds.

    Args:
        client: the application that asks, and how it proved to be itself.
        parameters: everything that was sent; the grant reads its own from here.
        scope: what is asked for, well-formed but not yet allowed; None where nothing was said.
        audiences: the resources that are named, all of them the application's own to name; None where none was.
        key_thumbprint: the key that tokens are to be bound to; empty where they are to be bearer tokens.
        signer: the key that will sign.
        at: the time.
        origin: where the request came from.
    """

    client: Authenticated
    parameters: Parameters
    scope: tuple[str, ...] | None
    audiences: tuple[str, ...] | None
    key_thumbprint: str
    signer: Signer
    at: datetime
    origin: Origin

    @property
    def application(self) -> Application:
        """Return the application that asks."""
        return self.client.application


@dataclass(frozen=True, slots=True)
class DocumentedCode:
    """A code, and what comes with it in the documented exchange; what was not sent is empty."""

    unverified_code: str = field(repr=False)
    unverified_state: str = ""
    unverified_verifier: str = field(default="", repr=False)
    unverified_redirect_uri: str = ""


class GrantHandler(Protocol):
    """One grant: what of its own a request must hold, and what that is worth."""

    @property
    def key(self) -> GrantType:
        """Return the `grant_type` that it answers."""
        ...

    async def grant(self, request: TokenRequest) -> Grant:
        """Grant tokens; they are signed afterwards.

        Raises:
            Problem: what was presented is worth nothing (`invalid_grant`, …).
        """
        ...


class TokenAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer of the token endpoint (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3, RFC 8693 §2.2.1)."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str = ""
    scope: str = ""
    id_token: str = ""
    issued_token_type: str = ""


class TokenForm(msgspec.Struct, omit_defaults=True):
    """What the token endpoint takes, by grant; documented here, read one by one."""

    grant_type: str
    client_id: str = ""
    client_secret: str = ""
    client_assertion: str = ""
    client_assertion_type: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""
    device_code: str = ""
    scope: str = ""
    resource: list[str] = []
    audience: list[str] = []
    subject_token: str = ""
    subject_token_type: str = ""
    actor_token: str = ""
    actor_token_type: str = ""
    requested_token_type: str = ""
