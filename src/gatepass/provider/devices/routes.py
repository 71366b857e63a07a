"""The device authorization endpoint (RFC 8628 §3.1)."""

from dataclasses import dataclass

import msgspec

from gatepass.applications.model import Application, GrantType
from gatepass.gate.model import Call, Endpoint, Face, Security
from gatepass.gate.requests.parameters import Parameters
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.clients.flows import Clients
from gatepass.provider.clients.model import oauth_problem
from gatepass.provider.devices.flows import DeviceFlows
from gatepass.provider.devices.model import PAGE
from gatepass.provider.devices.rules import allowed_scope
from gatepass.tokens.model import Terms

_NAME = "device_authorization"


class DeviceForm(msgspec.Struct, omit_defaults=True):
    """What the endpoint takes; documented here, read one by one."""

    client_id: str = ""
    client_secret: str = ""
    client_assertion: str = ""
    client_assertion_type: str = ""
    scope: str = ""
    resource: list[str] = []


class DeviceAnswer(msgspec.Struct, frozen=True):
    """The answer of the device authorization endpoint (RFC 8628 §3.2)."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


@dataclass(frozen=True, slots=True)
class DeviceRoutes:
    """Parses, calls and renders.

    Args:
        flows: let a device wait.
        clients: find out who asks.
    """

    flows: DeviceFlows
    clients: Clients

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [
            Endpoint(
                name=_NAME,
                method="POST",
                paths=("/oauth2/device_authorization", "/oidc/device_authorization"),
                handler=self.begin,
                summary="Begin to sign in a device that has no keyboard or browser (RFC 8628).",
                body=DeviceForm,
                answer=DeviceAnswer,
                errors=("invalid_request", "invalid_client", "unauthorized_client", "invalid_scope", "invalid_target"),
                face=Face.OAUTH,
                tag="Tokens",
                takes_parameters=True,
                security=Security.CLIENT,
            )
        ]

    async def begin(self, call: Call[None, None]) -> DeviceAnswer:
        """Answer a device with its code, and with the one that it shows to a person.

        Raises:
            Problem: it is refused, with the error of the standard.
        """
        client = await self.clients.authenticate(call)
        self.clients.bounds.charge_call(call, client.application, _NAME, is_proven=client.is_proven)
        if GrantType.DEVICE_CODE not in client.application.grants:
            raise oauth_problem(Refused("unauthorized_client", "The client may not use that grant."))
        try:
            terms = _terms(call.parameters, client.application)
        except Refused as refused:
            raise oauth_problem(refused) from None
        begun = await self.flows.begin(client.application, terms, call.origin)
        page = f"{self.clients.addresses.issuer}{PAGE}"
        return DeviceAnswer(
            begun.device_code,
            begun.user_code,
            page,
            f"{page}?user_code={begun.user_code}",
            begun.expires_in,
            begun.interval,
        )


def _terms(parameters: Parameters, application: Application) -> Terms:
    """Return what a device asks for.

    Raises:
        Refused: nothing of the scope is its to ask for (`invalid_scope`), or a resource is not (`invalid_target`).
    """
    text = parameters.get("scope")
    scope = allowed_scope(text, application) if text is not None else ()
    audiences = tuple(dict.fromkeys((*parameters.all("resource"), *parameters.all("audience"))))
    if not set(audiences) <= set(application.oauth.audiences):
        raise Refused("invalid_target", "The client may not ask for tokens for that resource.")
    return Terms(scope=scope, audiences=audiences)
