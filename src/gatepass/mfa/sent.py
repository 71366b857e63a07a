"""Codes that are sent as a second factor, by whatever way, and the mail that carries one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gatepass.applications.model import Application
from gatepass.authenticators.model import Kind
from gatepass.kit.client.devices import describe_agent
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_handle
from gatepass.kit.languages.tags import language_of_mail
from gatepass.kit.languages.words import N_, say, say_moment
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing, hash_token
from gatepass.login.model import Proof, Refusal, Refused
from gatepass.mfa import rules, store
from gatepass.mfa.model import Answer, Begun, Sender, Sent, Step, Visitor, masked_address
from gatepass.outbox.flows import Outbox
from gatepass.outbox.model import MailOrder

TEMPLATE: Final = "second_step"
_HOUSE: Final = "Gatepass"
_LONGEST_HANDLE = 64


@dataclass(frozen=True, slots=True)
class SentFactor:
    """A code that is sent and typed back: bound to one attempt, good once, and for some minutes.

    Args:
        kind: what it is sent to.
        amr: how it proves (RFC 8176).
        key_ring: hashes codes.
        sender: sends them.
    """

    kind: Kind
    amr: tuple[str, ...]
    key_ring: KeyRing
    sender: Sender
    is_guessable: bool = True

    async def meet(self, application: Application, visitor: Visitor) -> "SentFactor":  # noqa: ARG002 - knows no host
        """Return the factor itself."""
        return self

    def could_be(self, step: Step, answer: Answer) -> bool:  # noqa: ARG002 - every application's codes look alike
        """Tell whether an answer has the form of a code, and names the message that carried it."""
        is_handle = answer.oob_code.isascii() and 0 < len(answer.oob_code) <= _LONGEST_HANDLE
        return is_handle and rules.is_number(rules.normalize(answer.code))

    async def begin(self, tx: Tx, step: Step) -> Begun | Refused | Problem:
        """Send a code; the fifth of an attempt is the last."""
        attempt = step.needed.attempt
        handle = new_handle()
        sent = await self.sender.send(tx, step)
        if not isinstance(sent, Sent):
            return sent
        is_added = await store.add_challenge(
            tx,
            hash_token(handle),
            attempt.id,
            step.needed.user.id,
            self.kind,
            self._mac(attempt.id, sent.code),
            at=step.at,
            expires_at=step.at + sent.lifetime,
            most=rules.MOST_CODES,
        )
        if not is_added:
            sentence = "This sign-in was sent many codes already; type the newest, or start again."
            raise Problem("too_many_requests", 429, sentence, retry_after=60)
        return Begun(handle, sent.target)

    async def judge(self, tx: Tx, step: Step, answer: Answer) -> Proof | Refused | None:
        """Spend a code."""
        attempt, handle_hash = step.needed.attempt, hash_token(answer.oob_code)
        code_mac = self._mac(attempt.id, rules.normalize(answer.code))
        if not await store.consume_challenge(tx, handle_hash, attempt.id, self.kind, code_mac, step.at):
            return None
        return Proof(self.kind.value, self.amr, user_id=step.needed.user.id)

    def _mac(self, attempt_id: str, code: str) -> bytes:
        return self.key_ring.mac("mfa_code", self.kind.value, attempt_id, code)


@dataclass(frozen=True, slots=True)
class MailSender:
    """Sends codes to a person's own address, which they have proven before.

    Args:
        outbox: takes the mail.
    """

    outbox: Outbox

    async def send(self, tx: Tx, step: Step) -> Sent | Refused | Problem:
        """Send a code by mail."""
        user = step.needed.user
        if not user.email or user.email_verified_at is None:
            return Refused(Refusal.METHOD_CLOSED)
        code, usual = rules.new_code(), step.application.branding.language
        language = language_of_mail(user.locale, step.visitor.language, usual)
        await self.outbox.enqueue_mail(tx, code_mail(step, code, language, step.at + rules.CODE_LIFETIME))
        return Sent(code, masked_address(user.email), rules.CODE_LIFETIME)


def code_mail(step: Step, code: str, language: str, expires_at: datetime) -> MailOrder:
    """Return the order for the mail; it has no link, so that the code is typed where the sign-in began.

    Args:
        step: whose second step it is, and where.
        code: the code.
        language: the tag of the language in which its reader gets it.
        expires_at: from when on it is good for nothing, so that the mail need not leave any more.
    """
    application, user = step.application, step.needed.user
    name = _name_of(application)
    return MailOrder(
        recipient=user.email,
        template=TEMPLATE,
        context={
            "subject": say(language, N_("Your code to finish signing in to %(name)s"), name=name),
            "app_name": name,
            "code": code,
            "minutes": max(1, round((expires_at - step.at).total_seconds() / 60)),
            "at": say_moment(language, step.at),
            "device": describe_agent(step.visitor.origin.user_agent).summary,
            "address": user.email,
        },
        not_after=expires_at,
        application_id=application.id,
        reason="second_step",
        language=language,
    )


def _name_of(application: Application) -> str:
    return _HOUSE if application.is_of_a_stranger else application.name
