"""What can be a second factor here: each method as the second step knows it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

import msgspec

from gatepass.applications.model import Application
from gatepass.authenticators.flows import Change
from gatepass.authenticators.model import Kind
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing
from gatepass.login.flows import Login
from gatepass.login.model import Proof, Refusal, Refused
from gatepass.methods.backup_code.flows import BackupCodeFlows
from gatepass.methods.passkey.bodies import parse_credential, read_assertion
from gatepass.methods.passkey.factor import PasskeyFactor
from gatepass.methods.passkey.model import RelyingParty
from gatepass.methods.passkey.model import Visitor as PasskeyVisitor
from gatepass.methods.sms_code.factor import SmsFactor
from gatepass.methods.sms_code.flows import Texter
from gatepass.methods.sms_code.model import Declined
from gatepass.methods.totp.flows import TotpFlows
from gatepass.methods.totp.pictures import qr_svg
from gatepass.mfa.flows import MfaFlows
from gatepass.mfa.model import Answer, Begun, Enrolment, Factor, Sent, Step, Visitor, masked_number
from gatepass.mfa.sent import MailSender, SentFactor
from gatepass.outbox.flows import Outbox

_HOUSE: Final = "Gatepass"


class _Typed(Protocol):
    """A method whose code somebody reads from what they hold."""

    @property
    def key(self) -> str: ...

    @property
    def amr(self) -> tuple[str, ...]: ...

    def is_code(self, text: str) -> bool: ...

    async def judge(self, tx: Tx, user_id: str, unverified_code: str, at: datetime) -> str | None: ...


@dataclass(frozen=True, slots=True)
class TypedFactor:
    """A code that is read from an app or a sheet; nothing need be sent for it.

    Args:
        kind: what it is read from.
        method: judges it.
    """

    kind: Kind
    method: _Typed
    is_guessable: bool = True

    async def meet(self, application: Application, visitor: Visitor) -> "TypedFactor":  # noqa: ARG002 - knows no host
        """Return the factor itself."""
        return self

    def could_be(self, step: Step, answer: Answer) -> bool:  # noqa: ARG002 - every person's codes look alike
        """Tell whether an answer has the form of a code."""
        return self.method.is_code(answer.code.strip())

    async def begin(self, tx: Tx, step: Step) -> Begun | Refused | Problem:  # noqa: ARG002 - as it says
        """Ask nothing: whoever holds it reads it."""
        return Begun()

    async def judge(self, tx: Tx, step: Step, answer: Answer) -> Proof | Refused | None:
        """Spend a code."""
        user_id = step.needed.user.id
        found = await self.method.judge(tx, user_id, answer.code, step.at)
        if found is None:
            return None
        return Proof(self.method.key, self.method.amr, user_id=user_id, authenticator_id=found)


@dataclass(frozen=True, slots=True)
class TotpEnroller:
    """Gives somebody an authenticator app in the course of a sign-in.

    Args:
        totp: makes and judges its codes.
    """

    totp: TotpFlows

    async def begin(self, tx: Tx, step: Step, unverified_id: str) -> Enrolment:
        """Return the enrolment that waits, or a new one."""
        user, issuer = step.needed.user, _issuer(step.application)
        account = user.email or user.name or user.id
        begun = await self.totp.find_enrolment(tx, user.id, unverified_id, issuer, account) if unverified_id else None
        if begun is None:
            begun = await self.totp.enrol(tx, user.id, issuer, account, _change(step))
        return Enrolment(begun.authenticator_id, begun.manual_key, begun.uri, qr_svg(begun.uri))

    async def confirm(self, tx: Tx, step: Step, unverified_id: str, unverified_code: str) -> Proof | None:
        """Judge the first code."""
        user_id = step.needed.user.id
        if not await self.totp.confirm(tx, user_id, unverified_id, unverified_code, _change(step)):
            return None
        return Proof(self.totp.key, self.totp.amr, user_id=user_id, authenticator_id=unverified_id)


@dataclass(frozen=True, slots=True)
class SmsSender:
    """Sends codes to the number that somebody has proven.

    Args:
        sms: sends them, behind the guard.
    """

    sms: SmsFactor

    async def send(self, tx: Tx, step: Step) -> Sent | Refused | Problem:
        """Send a code by SMS."""
        numbers = await self.sms.numbers_of(tx, step.needed.user.id)
        if not numbers or not self.sms.is_ready:
            return Refused(Refusal.METHOD_CLOSED)
        visitor, application = step.visitor, step.application
        sent = await self.sms.send(tx, application, numbers[0], step.at, visitor.origin, visitor.language)
        if isinstance(sent, Declined):
            return self.sms.problem_of(sent)
        return Sent(sent.code, masked_number(sent.number), sent.expires_at - step.at)


@dataclass(frozen=True, slots=True)
class PasskeySecond:
    """A passkey, as the second step knows it.

    Args:
        passkeys: asks and judges.
        party: for whom passkeys are made on the host; None before `meet`.
    """

    passkeys: PasskeyFactor
    party: RelyingParty | None = None
    kind: Kind = Kind.PASSKEY
    is_guessable: bool = False

    async def meet(self, application: Application, visitor: Visitor) -> "PasskeySecond":
        """Return the factor for the host of a visitor."""
        return replace(self, party=await self.passkeys.party(application, visitor.host))

    def could_be(self, step: Step, answer: Answer) -> bool:  # noqa: ARG002 - an answer says so itself
        """Tell whether an answer is one of a passkey, and names the ceremony."""
        return bool(answer.assertion and answer.oob_code and self.party is not None)

    async def begin(self, tx: Tx, step: Step) -> Begun | Refused | Problem:
        """Ask for one of the person's passkeys."""
        if self.party is None:
            return Refused(Refusal.METHOD_CLOSED)
        attempt, user_id = step.needed.attempt, step.needed.user.id
        begun = await self.passkeys.begin(
            tx, user_id, step.application, self.party, step.at,
            attempt_id=attempt.id, browser_hash=step.visitor.browser_hash,
        )  # fmt: skip
        if begun is None:
            return Refused(Refusal.METHOD_CLOSED)
        return Begun(begun.auth_code, options=msgspec.to_builtins(begun.options))

    async def judge(self, tx: Tx, step: Step, answer: Answer) -> Proof | Refused | None:
        """Judge an assertion."""
        if self.party is None:
            return None
        visitor = PasskeyVisitor(step.visitor.host, step.visitor.browser_hash, step.visitor.origin)
        unverified = read_assertion(parse_credential(answer.assertion))
        return await self.passkeys.judge(
            tx, step.needed.user.id, step.application, self.party, visitor, answer.oob_code, unverified, step.at,
            attempt_id=step.needed.attempt.id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Methods:
    """The methods that can be a second factor.

    Args:
        totp: authenticator apps.
        backup_codes: sheets of codes.
        passkeys: passkeys.
        texter: sends messages.
        outbox: sends mail.
        key_ring: hashes codes that are sent.
    """

    totp: TotpFlows
    backup_codes: BackupCodeFlows
    passkeys: PasskeyFactor
    texter: Texter
    outbox: Outbox
    key_ring: KeyRing


def factors_of(methods: Methods) -> dict[Kind, Factor]:
    """Return what can answer the second step, by kind."""
    ring = methods.key_ring
    found: list[Factor] = [
        TypedFactor(Kind.TOTP, methods.totp),
        TypedFactor(Kind.BACKUP_CODE, methods.backup_codes),
        PasskeySecond(methods.passkeys),
        SentFactor(Kind.SMS, ("sms", "otp"), ring, SmsSender(SmsFactor(methods.texter))),
        SentFactor(Kind.EMAIL, ("otp",), ring, MailSender(methods.outbox)),
    ]
    return {factor.kind: factor for factor in found}


def mfa_of(database: Database, clock: Clock, login: Login, methods: Methods) -> MfaFlows:
    """Return what takes people through the second step."""
    return MfaFlows(database, clock, login, factors_of(methods), TotpEnroller(methods.totp))


def _issuer(application: Application) -> str:
    return _HOUSE if application.is_of_a_stranger else application.name


def _change(step: Step) -> Change:
    return Change(step.application, step.at, step.visitor.origin, step.visitor.language)
