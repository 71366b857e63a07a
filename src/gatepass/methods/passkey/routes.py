"""The passkey's JSON face (hosted API, entries 11 to 18), and the document of related origins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from gatepass.authenticators.flows import Change
from gatepass.gate.answers.envelopes import FlatEnvelope, flat_envelope
from gatepass.gate.answers.refusals import factor_problem, login_problem
from gatepass.gate.browsers import BrowserCookie
from gatepass.gate.management.freshness import Freshness
from gatepass.gate.model import Call, Caller, Charge, Endpoint, Reply, encode_answer
from gatepass.gate.pages.languages import language_of_call
from gatepass.gate.reading import malformed
from gatepass.kit.problems import Problem
from gatepass.login.model import FactorNeeded, Refusal, Refused
from gatepass.methods.passkey import bodies
from gatepass.methods.passkey.bodies import CredentialBody
from gatepass.methods.passkey.flows import PasskeyFlows, PasskeyHoldings, offers, user_entity
from gatepass.methods.passkey.holdings import checked_name
from gatepass.methods.passkey.model import Visitor
from gatepass.protection.model import SignInLimits, network_key
from gatepass.users.model import User
from gatepass.users.queries import find_user

_BASE: Final = "/api/v1/auth/passwordless/passkey"
_HELD: Final = f"{_BASE}/credentials"
_ATTACHMENTS: Final = {"platform": "platform", "cross-platform": "cross-platform", "any": ""}
_LONGEST_IDENTIFIER: Final = 320
_SECONDS_IN_CACHE: Final = 300


class LoginQuery(msgspec.Struct):
    """The query of a sign-in's beginning; without an identifier the person chooses among their passkeys."""

    identifier: str = ""


class FinishQuery(msgspec.Struct):
    """The query of a ceremony's end; both may stand in the body instead."""

    auth_code: str = ""
    identifier: str = ""


class RegisterQuery(msgspec.Struct):
    """The query of a registration's beginning; `authenticator_attachment` is `platform`, `cross-platform` or `any`."""

    authenticator_attachment: str = "platform"


class RegisteredQuery(msgspec.Struct):
    """The query of a registration's end; the code may stand in the body instead."""

    auth_code: str = ""


class StatusQuery(msgspec.Struct):
    """The query of status."""

    identifier: str


class RemoveQuery(msgspec.Struct):
    """The query of delete; `confirm=true` removes even the last way to sign in."""

    confirm: bool = False


@dataclass(frozen=True, slots=True)
class PasskeyRoutes:
    """Parses, calls and renders."""

    flows: PasskeyFlows
    holdings: PasskeyHoldings
    freshness: Freshness
    browser: BrowserCookie
    limits: SignInLimits

    def endpoints(self) -> list[Endpoint]:
        """Return this slice's rows of the endpoint table."""
        return [*self._signing_in(), *self._registering(), *self._keeping(), self._document()]

    def _signing_in(self) -> list[Endpoint]:
        by_application: dict[str, Any] = {"caller": Caller.APPLICATION, "charges": self._charges}
        return [
            Endpoint(
                "passkey_login_begin", "GET", (f"{_BASE}/login",), self.begin_login,
                "Begin a sign-in by passkey.", query=LoginQuery,
                answer=bodies.LoginOptionsAnswer, errors=("method_closed",), **by_application,
            ),
            Endpoint(
                "passkey_login_finish", "POST", (f"{_BASE}/login",), self.finish_login,
                "Finish a sign-in by passkey and receive the tokens at once.", query=FinishQuery,
                body=CredentialBody, answer=FlatEnvelope, **by_application,
                errors=(
                    "ceremony_over", "wrong_passkey", "unknown_passkey", "method_closed", "user_inactive",
                    "sign_up_closed", "mfa_required",
                ),
            ),
            Endpoint(
                "passkey_status", "GET", (f"{_BASE}/status",), self.status,
                "Ask whether somebody has a passkey; the application's own server alone is told.",
                query=StatusQuery, answer=bodies.StatusAnswer, **by_application,
            ),
        ]  # fmt: skip

    def _registering(self) -> list[Endpoint]:
        by_member: dict[str, Any] = {"caller": Caller.MEMBER}
        return [
            Endpoint(
                "passkey_register_begin", "GET", (f"{_BASE}/register",), self.begin_registration,
                "Begin to make a passkey for the person whose token it is.", query=RegisterQuery,
                answer=bodies.RegistrationOptionsAnswer,
                errors=("fresh_sign_in_needed", "acting_for_another"), **by_member,
            ),
            Endpoint(
                "passkey_register_finish", "POST", (f"{_BASE}/register",), self.finish_registration,
                "Keep the passkey that was made.", query=RegisteredQuery, body=CredentialBody,
                answer=bodies.PasskeyAnswer, **by_member,
                errors=(
                    "ceremony_over", "wrong_passkey", "too_many_authenticators", "acting_for_another",
                    "invalid_passkey_name",
                ),
            ),
        ]  # fmt: skip

    def _keeping(self) -> list[Endpoint]:
        one = (f"{_HELD}/{{passkeyid}}",)
        by_member: dict[str, Any] = {"caller": Caller.MEMBER}
        return [
            Endpoint(
                "passkey_list", "GET", (_HELD,), self.list_passkeys, "List the person's passkeys.",
                answer=list[bodies.PasskeyAnswer], **by_member,
            ),
            Endpoint(
                "passkey_rename", "PATCH", one, self.rename, "Give a passkey another name.",
                body=bodies.RenameBody, answer=bodies.ChangedAnswer, may_be_missing=True,
                errors=("invalid_passkey_name", "passkey_not_found", "acting_for_another"), **by_member,
            ),
            Endpoint(
                "passkey_delete", "DELETE", one, self.remove, "Remove a passkey.", query=RemoveQuery,
                answer=bodies.ChangedAnswer, may_be_missing=True, **by_member,
                errors=("passkey_not_found", "last_way_in", "fresh_sign_in_needed", "acting_for_another"),
            ),
        ]  # fmt: skip

    def _document(self) -> Endpoint:
        return Endpoint(
            "passkey_related_origins", "GET", ("/.well-known/webauthn",), self.related_origins,
            "Name the origins whose pages may use this host's passkeys.", is_cached=True,
            answer=bodies.RelatedOrigins, charges=self._network_charge,
        )  # fmt: skip

    async def begin_login(self, call: Call[LoginQuery, None]) -> bodies.LoginOptionsAnswer:
        """Answer with a challenge; the same for known and for unknown people."""
        identifier = _bounded(call.query.identifier)
        begun = await self.flows.begin_login(
            call.application, _host(call), self.browser.read_hash(call.headers), identifier
        )
        if isinstance(begun, Refused):
            raise login_problem(begun)
        return bodies.LoginOptionsAnswer(begun.auth_code, begun.options)

    async def finish_login(self, call: Call[FinishQuery, CredentialBody]) -> FlatEnvelope:
        """Answer with the tokens."""
        code = call.query.auth_code or call.body.auth_code
        unverified = bodies.read_assertion(call.body)
        visitor = replace(self._visitor(call), identifier=_bounded(call.query.identifier or call.body.identifier))
        outcome = await self.flows.redeem_login(call.application, visitor, code, unverified)
        if isinstance(outcome, FactorNeeded):
            raise factor_problem(outcome)
        if isinstance(outcome, Refused):
            raise await self._problem(call, outcome)
        tokens = await self.flows.login.tokens.sign(outcome.grant)
        return flat_envelope(outcome.user, tokens, call.application.id)

    async def status(self, call: Call[StatusQuery, None]) -> bodies.StatusAnswer:
        """Answer whether somebody has a passkey to the application's own server, and the same for all to others."""
        identifier = _bounded(call.query.identifier)
        if not offers(call.application):
            return bodies.StatusAnswer("not_offered", "", passkey_registered=False)
        if not call.is_confidential:
            return bodies.StatusAnswer("offered", "", passkey_registered=False)
        has_some = await self.holdings.has_some(identifier)
        return bodies.StatusAnswer("registered" if has_some else "not_registered", "", passkey_registered=has_some)

    async def begin_registration(self, call: Call[RegisterQuery, None]) -> bodies.RegistrationOptionsAnswer:
        """Answer with what the browser makes a passkey with."""
        attachment = _ATTACHMENTS.get(call.query.authenticator_attachment)
        if attachment is None:
            raise malformed("authenticator_attachment is platform, cross-platform or any.")
        await self.freshness.require(call.principal)
        browser_hash = self.browser.read_hash(call.headers)
        begun = await self.flows.begin_registration(
            await self._user(call), call.application, _host(call), browser_hash, attachment
        )
        return bodies.RegistrationOptionsAnswer(begun.auth_code, begun.options)

    async def finish_registration(self, call: Call[RegisteredQuery, CredentialBody]) -> bodies.PasskeyAnswer:
        """Answer with the passkey; that the proof was fresh was asked when the ceremony began."""
        self.freshness.refuse_acting(call.principal)
        unverified = bodies.read_attestation(call.body)
        code = call.query.auth_code or call.body.auth_code
        name = checked_name(call.body.name) if call.body.name else ""
        user, visitor = await self._user(call), self._visitor(call)
        kept = await self.flows.finish_registration(user, call.application, visitor, code, unverified, name)
        if isinstance(kept, Refused):
            raise login_problem(kept)
        return bodies.passkey_answer(kept)

    async def list_passkeys(self, call: Call[None, None]) -> list[bodies.PasskeyAnswer]:
        """Answer with the person's passkeys, the eldest first."""
        return [bodies.passkey_answer(one) for one in await self.holdings.list_of(call.principal.user_id)]

    async def rename(self, call: Call[None, bodies.RenameBody]) -> bodies.ChangedAnswer:
        """Name a passkey."""
        self.freshness.refuse_acting(call.principal)
        kept = await self.holdings.rename(call.principal.user_id, call.path["passkeyid"], call.body.name)
        signal = bodies.signal_of(kept, user_entity(await self._user(call)))
        return bodies.ChangedAnswer(updated=True, status="renamed", message="The passkey was renamed.", signal=signal)

    async def remove(self, call: Call[RemoveQuery, None]) -> bodies.ChangedAnswer:
        """Remove a passkey."""
        await self.freshness.require(call.principal)
        user = await self._user(call)
        change = Change(call.application, self.flows.clock.now(), call.origin, language_of_call(call.headers))
        kept = await self.holdings.remove(
            user, call.application, call.path["passkeyid"], change, is_confirmed=call.query.confirm
        )
        signal = bodies.signal_of(kept, user_entity(user))
        return bodies.ChangedAnswer(updated=True, status="deleted", message="The passkey was removed.", signal=signal)

    async def related_origins(self, call: Call[None, None]) -> Reply:
        """Answer with the origins of the applications that are reached on this host."""
        parties = self.flows.parties
        application_id = await parties.hosts.find(_host(call).lower().partition(":")[0]) or ""
        origins = await self.flows.database.read(lambda tx: parties.related(tx, application_id))
        headers = [(b"cache-control", f"public, max-age={_SECONDS_IN_CACHE}".encode())]
        return Reply(encode_answer(bodies.RelatedOrigins(origins)), headers=headers)

    async def _user(self, call: Call[Any, Any]) -> User:
        user = await self.flows.database.read(lambda tx: find_user(tx, call.principal.user_id))
        if user is None:
            raise Problem("invalid_credential", 401, "Nobody has this token any more. Sign in again.", number=1003)
        return user

    def _visitor(self, call: Call[Any, Any]) -> Visitor:
        browser_hash, language = self.browser.read_hash(call.headers), language_of_call(call.headers)
        return Visitor(_host(call), browser_hash, call.origin, language)

    async def _problem(self, call: Call[Any, CredentialBody], refused: Refused) -> Problem:
        """Return the problem of a refusal; of a passkey that is gone, the browser may tell its authenticator."""
        problem = login_problem(refused)
        if refused.reason is Refusal.UNKNOWN_PASSKEY:
            party = await self.flows.parties.of(call.application, _host(call))
            problem.members["signal"] = {"rpId": party.id, "credentialId": call.body.credential.id}
        return problem

    def _charges(self, call: Call[Any, Any]) -> Sequence[Charge]:
        return (*self._network_charge(call), (self.limits.check_per_application, call.application.id))

    def _network_charge(self, call: Call[Any, Any]) -> Sequence[Charge]:
        return ((self.limits.verify_per_network, network_key(call.network)),)


def _host(call: Call[Any, Any]) -> str:
    return call.headers.get(b"host", b"").decode("latin-1")


def _bounded(unverified_identifier: str) -> str:
    if len(unverified_identifier) > _LONGEST_IDENTIFIER:
        raise malformed(f"An identifier has at most {_LONGEST_IDENTIFIER} characters.")
    return unverified_identifier
