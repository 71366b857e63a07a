"""The phases that a request passes before a handler sees it, composed once for each endpoint."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.answers.origins import refuse_foreign_origin
from gatepass.gate.management.credentials import refuse_credential_in_url
from gatepass.gate.management.names import KnownNames, top_names
from gatepass.gate.management.principals import Principals
from gatepass.gate.management.repeats import Repeats
from gatepass.gate.model import WITHOUT_BODY, Call, Caller, Charge, Endpoint, Scope, Security, unknown_client
from gatepass.gate.reading import BodyReader, decode_query, read_body, read_query
from gatepass.gate.requests.parameters import read_body_parameters, read_pairs
from gatepass.kit.problems import Problem
from gatepass.protection.flows import Limiter, retry_after
from gatepass.protection.model import Per

Compiled = Callable[[Scope, Call[Any, Any]], Awaitable[Any]]
_CREDENTIALS = frozenset({b"authorization", b"dpop"})


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """What the phases need.

    Args:
        applications: finds the application that calls.
        limiter: counts and refuses.
        own_origins: the server's own origins, whose pages may call every endpoint.
        principals: finds out who manages.
        repeats: keeps answers for their repeats.
    """

    applications: ApplicationDirectory
    limiter: Limiter
    own_origins: frozenset[bytes]
    principals: Principals
    repeats: Repeats

    def compile(self, endpoint: Endpoint) -> Compiled:
        """Return one function that takes a request through every phase that the endpoint declares.

        Raises:
            ValueError: the endpoint declares what does not go together.
        """
        if endpoint.takes_parameters or endpoint.security is not Security.NONE:
            return self._compile_oauth(endpoint)
        if endpoint.caller in {Caller.MANAGER, Caller.MEMBER}:
            return self._compile_management(endpoint)
        body_reader = BodyReader(endpoint.body) if endpoint.body is not None else None

        async def passed(scope: Scope, call: Call[Any, Any]) -> Any:
            headers = call.headers
            parameters = read_query(scope["query_string"])
            if body_reader is not None:
                call.body = body_reader.read(await read_body(call.receive, headers), headers)
            if endpoint.caller is Caller.APPLICATION:
                # First, so that a call whose parameters are wrong is answered with its application's origin.
                call.known_application = await self._application(parameters, call.body, headers)
                refuse_foreign_origin(call.known_application, headers, self.own_origins)
                call.is_confidential = await self._proves_secret(call.known_application, headers)
            if endpoint.query is not None:
                call.query = decode_query(parameters, endpoint.query)
            if endpoint.charges is not None:
                self._charge(endpoint, call)
            return await endpoint.handler(call)

        return passed

    def _compile_oauth(self, endpoint: Endpoint) -> Compiled:
        """Return the same for an endpoint of the OAuth standards, whose handler finds out who calls."""
        if endpoint.caller is not Caller.ANYBODY:
            raise ValueError(f"{endpoint.name}: whoever takes OAuth parameters or names a security finds its caller.")
        shape = endpoint.body if not endpoint.takes_parameters else None
        body_reader = BodyReader(shape) if shape is not None else None
        has_body = endpoint.method not in WITHOUT_BODY

        async def passed(scope: Scope, call: Call[Any, Any]) -> Any:
            _refuse_repeated_credentials(scope["headers"])
            if not endpoint.takes_parameters:
                if body_reader is not None:
                    call.body = body_reader.read(await read_body(call.receive, call.headers), call.headers)
                if endpoint.query is not None:
                    call.query = decode_query(read_query(scope["query_string"]), endpoint.query)
            elif has_body:
                body = await read_body(call.receive, call.headers)
                call.parameters = read_body_parameters(body, call.headers.get(b"content-type", b""), endpoint.accepts)
            else:
                call.parameters = read_pairs(scope["query_string"])
            if endpoint.charges is not None:
                self._charge(endpoint, call)
            return await endpoint.handler(call)

        return passed

    def _compile_management(self, endpoint: Endpoint) -> Compiled:
        """Return the same for an endpoint of the management API: first who calls, then what is asked."""
        scope_needed = endpoint.scope
        if (scope_needed is None) is (endpoint.caller is Caller.MANAGER):
            raise ValueError(f"{endpoint.name}: a manager needs a scope, and a member a permission in place of it.")
        is_patch, may_be_empty = endpoint.method == "PATCH", endpoint.method == "POST"
        reader = partial(BodyReader, is_patch=is_patch, may_be_empty=may_be_empty)
        body_reader = reader(endpoint.body) if endpoint.body is not None else None
        query_names = KnownNames(endpoint.query, "The query")
        patch_names = KnownNames(endpoint.body, "The body") if is_patch and _is_struct(endpoint.body) else None

        async def passed(scope: Scope, call: Call[Any, Any]) -> Any:
            _refuse_repeated_credentials(scope["headers"])
            # First, so that no sentence about the query repeats what stands in it.
            refuse_credential_in_url(scope["raw_path"], scope["query_string"])
            call.sent_query = read_query(scope["query_string"])
            if scope_needed is not None:
                call.known_principal = await self.principals.manager(call, endpoint, scope_needed)
            else:
                call.known_principal = await self.principals.member(call, endpoint)
            body = await read_body(call.receive, call.headers, endpoint.most_body_bytes) if body_reader else b""
            if body_reader is not None:
                call.body = body_reader.read(body, call.headers)
            if patch_names is not None:
                patch_names.refuse_none(top_names(body))
            query_names.refuse_others(call.sent_query)
            if endpoint.query is not None:
                call.query = decode_query(dict(call.sent_query), endpoint.query)
            if endpoint.charges is not None:
                self._charge(endpoint, call)
            if endpoint.is_repeatable and b"idempotency-key" in call.headers:
                return await self.repeats.answer(endpoint, call, body)
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
        if application.oauth.is_third_party:
            # Signing in here asks nobody for consent.
            raise Problem(
                "third_party_application",
                403,
                "People sign in to this application at the authorization endpoint, where they are asked first.",
                number=1040,
            )
        if application.oauth.requires_dpop:
            # A hosted call has no place for a proof, and what it hands out serves whoever holds it.
            sentence = "The application's tokens are bound to a key, which the token endpoint alone can prove."
            raise Problem("bound_tokens_only", 400, sentence)
        return application

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
        charge(self.limiter, charges, endpoint.name)


def _is_struct(shape: type | None) -> bool:
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)


def charge(limiter: Limiter, charges: Sequence[Charge], name: str) -> None:
    """Charge a call to limits; for a handler too, whose client is known only after it has proven itself.

    Args:
        limiter: counts and refuses.
        charges: the limits and whom they are counted for.
        name: the endpoint's, for the log.

    Raises:
        Problem: a limit is reached (`too_many_requests`, 429).
    """
    seconds = limiter.hit_all(charges)
    if seconds > 0:
        wait = retry_after(seconds)
        raise Problem(
            "too_many_requests",
            429,
            f"That was too often; try again in {wait} second{'s' if wait != 1 else ''}.",
            detail=f"limits of {name}",
            retry_after=wait,
        )


def _refuse_repeated_credentials(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuse a header that two readers could take different ones of (RFC 9449 §4.3, first check)."""
    seen: set[bytes] = set()
    for name, _ in headers:
        if name in _CREDENTIALS:
            if name in seen:
                raise Problem(
                    "repeated_header",
                    400,
                    f"The header {name.decode()} is sent more than once; send it once.",
                    oauth_error="invalid_dpop_proof" if name == b"dpop" else "invalid_request",
                )
            seen.add(name)
