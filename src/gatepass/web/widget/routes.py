"""The public configuration and the ways to sign in (hosted API, entries 19, 51 and 52)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.model import Call, Caller, Endpoint, unknown_client
from gatepass.gate.reading import malformed
from gatepass.kit.problems import Problem
from gatepass.login.model import Method
from gatepass.web.widget.configuration import Configuration, configuration


class ConfigurationQuery(msgspec.Struct):
    """What config takes: a client id or a domain."""

    client_id: str = ""
    domain: str = ""


class AuthStatusQuery(msgspec.Struct):
    """What auth status takes."""

    identifier: str = ""
    state: str = ""


class AuthStatus(msgspec.Struct, frozen=True):
    """Which ways to sign in an identifier may try; the same for known and unknown ones."""

    authenticated: bool
    methods: list[str]
    passkey_registered: bool = False


@dataclass(frozen=True, slots=True)
class WidgetRoutes:
    """Parses, calls and renders."""

    applications: ApplicationDirectory
    methods: tuple[Method, ...]
    public_url: str

    def endpoints(self) -> list[Endpoint]:
        """Return this part's rows of the endpoint table."""
        return [
            Endpoint(
                name="configuration",
                method="GET",
                paths=("/api/v1/config",),
                handler=self.configuration,
                summary="The public configuration of an application's sign-in page, by client id or by domain.",
                query=ConfigurationQuery,
                answer=Configuration,
                errors=("invalid_client_id", "unknown_domain"),
                may_be_missing=True,
                tag="Configuration",
            ),
            Endpoint(
                name="auth_status",
                method="GET",
                paths=("/api/v1/auth/status",),
                handler=self.status,
                summary="Which ways to sign in there are; tells nothing about whether somebody has an account.",
                caller=Caller.APPLICATION,
                query=AuthStatusQuery,
                answer=AuthStatus,
                tag="Configuration",
            ),
        ]

    async def configuration(self, call: Call[ConfigurationQuery, None]) -> Configuration:
        """Answer with an application's public configuration."""
        unverified_id = call.query.client_id or call.headers.get(b"x-client-id", b"").decode("latin-1")
        if unverified_id:
            application = await self.applications.find(unverified_id)
        elif call.query.domain:
            application = await self._of_domain(call.query.domain)
        else:
            raise malformed("Name an application by client_id, or a domain by domain.")
        if application is None:
            raise unknown_client()
        return configuration(application, self.public_url)

    async def status(self, call: Call[AuthStatusQuery, None]) -> AuthStatus:
        """Answer with the ways to sign in."""
        if not call.query.identifier and not call.query.state:
            raise malformed("Send an identifier, such as an e-mail address.")
        return AuthStatus(authenticated=False, methods=[method.key for method in self.methods])

    async def _of_domain(self, unverified_domain: str) -> Application:
        host = unverified_domain.strip().lower()
        parts: Any = urlsplit(self.public_url)
        application = await self.applications.eldest() if host in {parts.netloc, parts.hostname} else None
        if application is None:
            raise Problem(
                "unknown_domain", 404, "No application answers on that domain; check how it is spelled.", number=1011
            )
        return application
