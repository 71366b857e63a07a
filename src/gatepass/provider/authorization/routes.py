"""The authorization endpoint for browsers, and the endpoint where applications push their requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import msgspec

from gatepass.applications.model import Application
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.cookies import DeviceCookie, SessionCookie
from gatepass.gate.model import Call, Charge, Endpoint, Face, Reply, Security
from gatepass.gate.pages.languages import negotiate
from gatepass.kit.problems import Problem
from gatepass.protection.model import SignInLimits, network_key
from gatepass.protocols.oauth2.errors import Refused
from gatepass.protocols.oauth2.parameters import Parameters, collect
from gatepass.provider.authorization.flows import AuthorizationFlows
from gatepass.provider.authorization.model import Answer, Browser, Needed
from gatepass.provider.authorization.reading import RequestReader, Unsound
from gatepass.provider.authorization.responding import Responder
from gatepass.provider.authorization.rules import failure
from gatepass.provider.clients.flows import Clients, Proofs
from gatepass.provider.clients.model import ClientDirectory, oauth_problem

_PATHS: Final = ("/oauth2/authorize", "/oidc/authorize")
_PUSH_PATHS: Final = ("/oauth2/par", "/oidc/par")
# Together with the rest of a head of 16 KiB; a longer form is answered where it arrived.
_LONGEST_QUERY: Final = 8000


class AuthorizeForm(msgspec.Struct):
    """What an application asks for (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1)."""

    client_id: str
    response_type: str = "code"
    redirect_uri: str = ""
    scope: str = ""
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    response_mode: str = ""
    prompt: str = ""
    max_age: str = ""
    login_hint: str = ""
    id_token_hint: str = ""
    ui_locales: str = ""
    acr_values: str = ""
    claims: str = ""
    organization: str = ""
    organization_id: str = ""
    resource: str = ""
    dpop_jkt: str = ""
    request: str = ""
    request_uri: str = ""


class Pushed(msgspec.Struct, frozen=True):
    """Where a pushed request waits, and for how many seconds (RFC 9126 §2.2)."""

    request_uri: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class AuthorizationRoutes:
    """Parses, calls and renders."""

    flows: AuthorizationFlows
    reader: RequestReader
    directory: ClientDirectory
    responder: Responder
    limits: SignInLimits
    is_https: bool

    def endpoints(self) -> list[Endpoint]:
        """Return this door's rows of the endpoint table."""
        return [
            Endpoint(
                name=name,
                method=method,
                paths=_PATHS,
                handler=handler,
                summary="Send a person here to sign in; the answer is a code, by redirect.",
                query=AuthorizeForm if method == "GET" else None,
                body=AuthorizeForm if method == "POST" else None,
                answer="text/html",
                charges=self._charges,
                errors=("unknown_client", "invalid_authorization_request"),
                face=Face.PAGE,
                tag="Authorization",
                takes_parameters=True,
                is_cross_origin=False,
            )
            for name, method, handler in (
                ("authorize", "GET", self.authorize),
                ("authorize_form", "POST", self.authorize_form),
            )
        ]

    async def authorize_form(self, call: Call[None, None]) -> Reply:
        """Answer a form; one of another site, with which our cookies stay behind, is sent on as a GET.

        With that they come along, and somebody who is signed in stays so (RFC 6265bis §5.6.7.1).
        """
        query = urlencode(call.parameters.pairs())
        if BrowserCookie(self.is_https).read(call.headers) is None and len(query) <= _LONGEST_QUERY:
            return Reply.redirect(f"{_PATHS[0]}?{query}")
        return await self.authorize(call)

    async def authorize(self, call: Call[None, None]) -> Reply:
        """Answer a browser: back to its application, or on to the page that is needed."""
        try:
            outer = collect(call.parameters.pairs())
        except Refused as refused:
            raise _page_of(refused) from None
        browser_hash, keeping = BrowserCookie(self.is_https).give(call.headers)
        session_hash = SessionCookie(self.is_https).read_hash(call.headers)
        device_hash = DeviceCookie(self.is_https).read_hash(call.headers)
        browser = Browser(browser_hash, session_hash, call.origin, device_hash)
        application = await self._application(outer, call.network)
        outcome = await self._outcome(application, outer, browser)
        if isinstance(outcome, Needed):
            return Reply.redirect(outcome.path, headers=(keeping,))
        accepted = call.headers.get(b"accept-language", b"").decode("latin-1")
        language = negotiate(outer.get("ui_locales"), accepted)
        return self.responder.reply(outcome, application, language, headers=(keeping,))

    async def _outcome(self, application: Application, outer: Parameters, browser: Browser) -> Answer | Needed:
        found = await self.reader.read(application, outer)
        if not isinstance(found, Unsound):
            return await self.flows.begin(application, found.request, browser, found.pushed_id)
        if found.request is None:
            raise _page_of(found.refused)
        return failure(found.request, found.refused, self.reader.tokens.issuer)

    async def _application(self, outer: Parameters, network: str) -> Application:
        unverified_id = outer.get("client_id")
        application = await self.directory.resolve(unverified_id, network) if unverified_id else None
        if application is None:
            raise Problem(
                "unknown_client", 400, "The application that sent you here is not known. Go back and tell its makers."
            )
        return application

    def _charges(self, call: Call[None, None]) -> Sequence[Charge]:
        return ((self.limits.authorize_per_network, network_key(call.network)),)


@dataclass(frozen=True, slots=True)
class PushRoutes:
    """Takes requests that applications send ahead of the browser (RFC 9126)."""

    clients: Clients
    proofs: Proofs
    reader: RequestReader

    def endpoints(self) -> list[Endpoint]:
        """Return this door's rows of the endpoint table."""
        return [
            Endpoint(
                name="pushed_authorization_request",
                method="POST",
                paths=_PUSH_PATHS,
                handler=self.push,
                summary="Send an authorization request ahead of the browser, so that nobody can change it on its way.",
                body=AuthorizeForm,
                answer=Pushed,
                errors=(
                    *("invalid_client", "invalid_request", "invalid_request_object", "invalid_scope"),
                    *("unauthorized_client", "unsupported_response_type", "invalid_redirect_uri", "invalid_target"),
                    *("invalid_dpop_proof", "use_dpop_nonce"),
                ),
                face=Face.OAUTH,
                tag="Authorization",
                takes_parameters=True,
                security=Security.CLIENT,
                status=201,
            ),
        ]

    async def push(self, call: Call[None, None]) -> Pushed:
        """Answer with the `request_uri` that the browser is to bring."""
        # Before the client, so that asking for a nonce does not spend an assertion that is good once.
        proof = self.proofs.judge_grant(call, self.clients.addresses.all_of(_PUSH_PATHS))
        client = await self.clients.authenticate(call)
        self.clients.bounds.charge_call(
            call, client.application, "pushed_authorization_request", is_proven=client.is_proven
        )
        if proof is not None:
            await self.proofs.spend(proof)
        try:
            outer = collect(call.parameters.pairs())
            uri = await self.reader.push(client.application, outer, proof.thumbprint if proof is not None else "")
        except Refused as refused:
            raise oauth_problem(refused) from None
        return Pushed(uri, int(self.reader.settings.pushed_request_lifetime.total_seconds()))


def _page_of(refused: Refused) -> Problem:
    """Return the page of a refusal that may not be sent anywhere."""
    return Problem("invalid_authorization_request", 400, refused.description, detail=refused.error)
