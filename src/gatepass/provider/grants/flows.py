"""How an application exchanges what it holds for tokens, in the documented way of the hosted API."""

import hmac
from dataclasses import dataclass

from gatepass.applications.model import Application, ClientAuthentication, GrantType
from gatepass.audit.model import Origin
from gatepass.gate.requests.parameters import NO_PARAMETERS
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import hash_token
from gatepass.provider.authorization.flows import AuthorizationFlows
from gatepass.provider.authorization.model import CodeRefusal, Redeemed
from gatepass.provider.authorization.model import Refused as RefusedCode
from gatepass.provider.clients.model import Authenticated
from gatepass.provider.grants.authorization_code import grant_redeemed
from gatepass.provider.grants.model import DocumentedCode, TokenRequest
from gatepass.provider.grants.rules import code_problem
from gatepass.tokens.flows import Tokens
from gatepass.tokens.model import Grant, Refreshed, Refused, TokenSet
from gatepass.users.model import User

_PROVES_NOTHING = {None, ClientAuthentication.NONE}


@dataclass(frozen=True, slots=True)
class Renewed:
    """New tokens, and whose they are."""

    user: User
    tokens: TokenSet


@dataclass(frozen=True, slots=True)
class GrantFlows:
    """What an application can do with the tokens and codes that it holds."""

    database: Database
    clock: Clock
    tokens: Tokens
    authorization: AuthorizationFlows

    async def refresh(
        self, application: Application, unverified_token: str, origin: Origin, *, is_proven: bool = False
    ) -> Renewed | Refused:
        """Spend a refresh token for new tokens (RFC 6749 §6, RFC 9700 §4.14.2).

        The documented call knows no secret. So an application for which nobody chose a way to authenticate may refresh
        by its client id, as the contract says; one for which somebody did must send its secret here as well.

        Args:
            application: who calls.
            unverified_token: the refresh token.
            origin: where the call came from.
            is_proven: whether it came with one of the application's secrets.

        Raises:
            Problem: the application has to prove itself (`client_secret_required`).
        """
        _refuse_unproven(application, is_proven=is_proven)
        signer = await self.tokens.signer_for(application)
        at = self.clock.now()

        async def body(tx: Tx) -> Refreshed | Refused:
            return await self.tokens.rotate(tx, unverified_token, application, signer, at, origin)

        outcome = await self.database.transact(body)
        if isinstance(outcome, Refused):
            return outcome
        return Renewed(outcome.user, await self.tokens.sign(outcome.grant))

    async def exchange(
        self, application: Application, presented: DocumentedCode, origin: Origin, *, is_proven: bool
    ) -> Grant:
        """Spend an authorization code in the documented way, which has no redirect URI; the grant is to be signed.

        A code and a public client id are no proof: one of the verifier, the application's secret and the operator's
        word that it may (`may_exchange_documented`) must stand beside them.

        Args:
            application: who calls.
            presented: the code, and what came with it.
            origin: where the call came from.
            is_proven: whether it came with one of the application's secrets.

        Raises:
            Problem: nothing proves the application (`client_secret_required`, `proof_required`), it may not use codes
                (`unauthorized_client`), its tokens are bound to keys (`bound_tokens_only`), or the code is worth
                nothing or another's (`invalid_grant`).
        """
        _refuse_unproven(application, is_proven=is_proven)
        if not (is_proven or presented.unverified_verifier or application.oauth.may_exchange_documented):
            raise Problem(
                "proof_required",
                401,
                "Send the code_verifier of the sign-in, or the secret in x-client-secret.",
                number=1001,
            )
        if GrantType.AUTHORIZATION_CODE not in application.grants:
            raise Problem("unauthorized_client", 400, "The application may not exchange codes.")
        if application.oauth.requires_dpop:
            sentence = "The application's tokens are bound to a key, which the token endpoint alone can prove."
            raise Problem("bound_tokens_only", 400, sentence)
        request = await self._request(application, origin, is_proven=is_proven)
        outcome = await self.database.transact(lambda tx: self._spend(tx, request, presented))
        if isinstance(outcome, CodeRefusal):
            raise code_problem(outcome)
        return outcome

    async def _request(self, application: Application, origin: Origin, *, is_proven: bool) -> TokenRequest:
        method = ClientAuthentication.POST if is_proven else ClientAuthentication.NONE
        signer = await self.tokens.signer_for(application)
        client = Authenticated(application, method)
        return TokenRequest(client, NO_PARAMETERS, None, None, "", signer, self.clock.now(), origin)

    async def _spend(self, tx: Tx, request: TokenRequest, presented: DocumentedCode) -> Grant | CodeRefusal:
        redeemed = await self.authorization.redeem_code(
            tx,
            presented.unverified_code,
            request.application,
            unverified_redirect_uri=presented.unverified_redirect_uri or None,
            unverified_verifier=presented.unverified_verifier or None,
            key_thumbprint=None,
            at=request.at,
            origin=request.origin,
            needs_redirect_uri=False,
        )
        if isinstance(redeemed, RefusedCode):
            return redeemed.reason
        if presented.unverified_state and not _has_state(redeemed, presented.unverified_state):
            return CodeRefusal.UNKNOWN
        return await grant_redeemed(tx, self.tokens, self.authorization, request, redeemed)


def _has_state(redeemed: Redeemed, unverified_state: str) -> bool:
    return hmac.compare_digest(redeemed.code.state_hash or b"", hash_token(unverified_state))


def _refuse_unproven(application: Application, *, is_proven: bool) -> None:
    if application.oauth.authentication not in _PROVES_NOTHING and not is_proven:
        raise Problem(
            "client_secret_required",
            401,
            "Send the application's secret in x-client-secret; where it has a key instead, use the token endpoint.",
            number=1001,
        )
