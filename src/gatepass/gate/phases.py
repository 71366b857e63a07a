"""The phases that a request passes before a handler sees it, composed once for each endpoint."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.model import Call, Caller, Endpoint, Scope, unknown_client
from gatepass.gate.reading import BodyReader, decode_query, read_body, read_query
from gatepass.kit.problems import Problem
from gatepass.protection.flows import Limiter, retry_after
from gatepass.protection.model import Per

Compiled = Callable[[Scope, Call[Any, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """What the phases need.

    Args:
        applications: finds the application that calls.
        limiter: counts and refuses.
        own_origins: the server's own origins, whose pages may call every endpoint.
    """

    applications: ApplicationDirectory
    limiter: Limiter
    own_origins: frozenset[bytes]

    def compile(self, endpoint: Endpoint) -> Compiled:
        """Return one function that takes a request through every phase that the endpoint declares."""
        body_reader = BodyReader(endpoint.body) if endpoint.body is not None else None

        async def passed(scope: Scope, call: Call[Any, Any]) -> Any:
            headers = call.headers
            parameters = read_query(scope["query_string"])
            if body_reader is not None:
                call.body = body_reader.read(await read_body(call.receive, headers), headers)
            if endpoint.caller is Caller.APPLICATION:
                # First, so that a call whose parameters are wrong is answered with its application's origin.
                call.known_application = await self._application(parameters, call.body, headers)
                self._refuse_foreign_origin(call.known_application, headers)
                call.is_confidential = await self._proves_secret(call.known_application, headers)
            if endpoint.query is not None:
                call.query = decode_query(parameters, endpoint.query)
            if endpoint.charges is not None:
                self._charge(endpoint, call)
            return await endpoint.handler(call)

        return passed

    async def _application(self, parameters: dict[str, str], body: object, headers: dict[bytes, bytes]) -> Application:
        unverified_id = (
            parameters.get("client_id")
            or headers.get(b"x-client-id", b"").decode("latin-1")
            or getattr(body, "client_id", "")
        )
        application = await self.applications.find(unverified_id) if unverified_id else None
        if application is None:
            raise unknown_client()
        return application

    def _refuse_foreign_origin(self, application: Application, headers: dict[bytes, bytes]) -> None:
        unverified_origin = headers.get(b"origin")
        if unverified_origin is None or unverified_origin in self.own_origins:
            return
        if unverified_origin.decode("latin-1") not in application.allowed_origins:
            raise Problem(
                "origin_not_allowed",
                403,
                "This origin may not use the application; add it to the application's allowed origins.",
                detail=f"origin {unverified_origin!r}",
                number=1040,
            )

    async def _proves_secret(self, application: Application, headers: dict[bytes, bytes]) -> bool:
        unverified_secret = headers.get(b"x-client-secret")
        if unverified_secret is None:
            return False
        if not await self.applications.has_secret(application, unverified_secret.decode("latin-1")):
            raise Problem(
                "invalid_client_secret",
                401,
                "That is not a secret of the application; send the present one, or leave x-client-secret out.",
                number=1001,
            )
        return True

    def _charge(self, endpoint: Endpoint, call: Call[Any, Any]) -> None:
        charges = endpoint.charges(call) if endpoint.charges is not None else ()
        if call.is_confidential:
            # A server of the application's own calls for many people from one address.
            charges = [(limit, key) for limit, key in charges if limit.per is not Per.NETWORK]
        seconds = self.limiter.hit_all(charges)
        if seconds > 0:
            wait = retry_after(seconds)
            raise Problem(
                "too_many_requests",
                429,
                f"That was too often; try again in {wait} second{'s' if wait != 1 else ''}.",
                detail=f"limits of {endpoint.name}",
                retry_after=wait,
            )


def encode_answer(answer: Any) -> bytes:
    """Write an answer as JSON."""
    return _encode(answer)


_encode = msgspec.json.Encoder().encode
