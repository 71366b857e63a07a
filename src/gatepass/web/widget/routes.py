"""The public configuration and the ways to sign in (hosted API, entries 19, 51 and 52)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.domains.model import Hosts
from gatepass.gate.model import Call, Caller, Endpoint, Reply, encode_answer, unknown_client
from gatepass.gate.pages.languages import negotiate
from gatepass.gate.reading import malformed
from gatepass.kit.problems import Problem
from gatepass.login.model import Method
from gatepass.web.widget.configuration import Configuration, configuration

_VARYING = ((b"vary", b"accept-language"),)


class ConfigurationQuery(msgspec.Struct):
    """What config takes: a client id or a domain, and the tag of a language."""

    client_id: str = ""
    domain: str = ""
    lang: str = ""


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
    hosts: Hosts

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

    async def configuration(self, call: Call[ConfigurationQuery, None]) -> Reply:
        """Answer with an application's public configuration."""
        address = self.public_url
        unverified_id = call.query.client_id or call.headers.get(b"x-client-id", b"").decode("latin-1")
        if unverified_id:
            application = await self.applications.find(unverified_id)
        elif call.query.domain:
            application, address = await self._of_domain(call.query.domain)
        else:
            raise malformed("Name an application by client_id, or a domain by domain.")
        if application is None:
            raise unknown_client()
        wish = call.headers.get(b"accept-language", b"").decode("latin-1")
        language = negotiate(None, wish, call.query.lang, application.branding.language or "en")
        told = configuration(application, address, self._offered(application), language, is_by_domain=not unverified_id)
        return Reply(encode_answer(told), headers=_VARYING)

    async def status(self, call: Call[AuthStatusQuery, None]) -> AuthStatus:
        """Answer with the ways to sign in."""
        if not call.query.identifier and not call.query.state:
            raise malformed("Send an identifier, such as an e-mail address.")
        return AuthStatus(authenticated=False, methods=self._offered(call.application))

    def _offered(self, application: Application) -> list[str]:
        """Return the keys of the ways to sign in that an application offers, in the order that it chose."""
        built = {method.key for method in self.methods if method.is_ready_for(None)}
        return [key for key in application.methods.offered if key in built]

    async def _of_domain(self, unverified_domain: str) -> tuple[Application, str]:
        host, address = unverified_domain.strip().lower(), self.public_url
        parts: Any = urlsplit(self.public_url)
        if host in {parts.netloc, parts.hostname}:
            application = await self.applications.eldest()
        else:
            application, address = await self._of_custom_domain(host), f"{parts.scheme}://{host}"
        if application is None:
            raise Problem(
                "unknown_domain", 404, "No application answers on that domain; check how it is spelled.", number=1011
            )
        return application, address

    async def _of_custom_domain(self, host: str) -> Application | None:
        application_id = await self.hosts.find(host)
        return await self.applications.find_by_id(application_id) if application_id is not None else None
