"""Where clients register themselves, and where they manage what they registered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gatepass.gate.answers.oauth import challenge
from gatepass.gate.model import Call, Charge, Endpoint, Face, Reply, Security
from gatepass.kit.problems import Problem
from gatepass.protection.model import network_key
from gatepass.provider.clients.flows import Bounds
from gatepass.provider.registration.flows import RegistrationFlows
from gatepass.provider.registration.information import information
from gatepass.provider.registration.model import PATHS, ClientForm, ClientInformation, Refused, Welcomed

_encode = msgspec.json.Encoder().encode
_ERRORS = ("invalid_client_metadata", "invalid_redirect_uri", "invalid_token")
_MANAGED = tuple(f"{path}/{{client_id}}" for path in PATHS)
_CREATED = 201


@dataclass(frozen=True, slots=True)
class RegistrationRoutes:
    """Parses, calls and renders.

    Args:
        flows: the verbs.
        bounds: charges callers.
        issuer: the public URL.
    """

    flows: RegistrationFlows
    bounds: Bounds
    issuer: str

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        common: dict[str, Any] = {
            "face": Face.OAUTH,
            "tag": "Registration",
            "security": Security.BEARER,
            "charges": self._charges,
        }
        registering = Endpoint(
            name="register_client",
            method="POST",
            paths=PATHS,
            handler=self.register,
            summary="Register a client by an initial access token, or without where the operator says so (RFC 7591).",
            body=ClientForm,
            answer=ClientInformation,
            errors=_ERRORS,
            status=_CREATED,
            **common,
        )
        return [registering, *self._managing({**common, "paths": _MANAGED})]

    def _managing(self, managed: dict[str, Any]) -> list[Endpoint]:
        return [
            Endpoint(
                name="read_client",
                method="GET",
                handler=self.read,
                summary="What is registered of a client, for whoever holds its registration token (RFC 7592).",
                answer=ClientInformation,
                errors=("invalid_token",),
                **managed,
            ),
            Endpoint(
                name="change_client",
                method="PUT",
                handler=self.change,
                summary="Put other metadata in the place of all that is registered of a client (RFC 7592).",
                body=ClientForm,
                answer=ClientInformation,
                errors=_ERRORS,
                **managed,
            ),
            Endpoint(
                name="remove_client",
                method="DELETE",
                handler=self.remove,
                summary="Switch a client off for good, and end all that it was granted (RFC 7592).",
                errors=("invalid_token",),
                status=204,
                **managed,
            ),
        ]

    async def register(self, call: Call[None, ClientForm]) -> Reply:
        """Answer a client with all that it needs to begin; its secret and its token are shown this once."""
        outcome = await self.flows.register(_bearer(call.headers), call.body.members(), call.origin)
        if isinstance(outcome, Refused) or outcome.registration_token is None:
            raise self._worthless(call)
        return self._reply(outcome, outcome.registration_token.reveal(), _CREATED)

    async def read(self, call: Call[None, None]) -> Reply:
        """Answer with what is registered; a secret is never shown again."""
        unverified_token = _bearer(call.headers) or ""
        outcome = await self.flows.read(call.path["client_id"], unverified_token)
        if isinstance(outcome, Refused):
            raise self._worthless(call)
        return self._reply(outcome, unverified_token)

    async def change(self, call: Call[None, ClientForm]) -> Reply:
        """Answer with what is registered from now on, and with a secret where it needs one for the first time."""
        unverified_token = _bearer(call.headers) or ""
        outcome = await self.flows.change(call.path["client_id"], unverified_token, call.body.members())
        if isinstance(outcome, Refused):
            raise self._worthless(call)
        return self._reply(outcome, unverified_token)

    async def remove(self, call: Call[None, None]) -> Reply:
        """Answer that the client is gone."""
        if not await self.flows.remove(call.path["client_id"], _bearer(call.headers) or ""):
            raise self._worthless(call)
        return Reply(status=204)

    def _reply(self, welcomed: Welcomed, registration_token: str, status: int = 200) -> Reply:
        return Reply(_encode(information(welcomed, registration_token, self.issuer)), status)

    def _worthless(self, call: Call[Any, Any]) -> Problem:
        """Return the refusal of a token, after charging whoever presented it (RFC 6750 §3)."""
        header = b"authorization" in call.headers
        if header:
            self.bounds.charge_stranger(call)
        error = "invalid_token" if header else ""
        sentence = "Send the token that you were given, as a Bearer token." if not header else "That token is not good."
        asked = challenge("Bearer", realm="gatepass", error=error, error_description=sentence if error else "")
        return Problem("invalid_token", 401, sentence, headers=(asked,))

    def _charges(self, call: Call[Any, Any]) -> Sequence[Charge]:
        return ((self.bounds.limits.registration_per_network, network_key(call.network)),)


def _bearer(headers: Mapping[bytes, bytes]) -> str | None:
    """Return the token of the Authorization header (RFC 6750 §2.1); None where there is none."""
    scheme, _, unverified_token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return unverified_token.strip() if scheme.lower() == "bearer" and unverified_token.strip() else None
