"""How ceremonies are begun and spent, and how an assertion is judged; the first and the second proof share it."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from gatepass.applications.model import Application, UserVerification
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.authenticators.flows import Authenticators
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_handle, new_id
from gatepass.kit.secrets import hash_token
from gatepass.login.model import Proof, Refusal, Refused
from gatepass.methods.passkey import store
from gatepass.methods.passkey.model import CEREMONY_LIFETIME, Ceremony, Passkey, Purpose, RelyingParty, Visitor
from gatepass.methods.passkey.relying_parties import METHOD
from gatepass.protocols.webauthn.ceremonies import judge_assertion
from gatepass.protocols.webauthn.keys import NotGenuine
from gatepass.protocols.webauthn.model import Asserted, Expected, UnverifiedAssertion

AMR = ("pop",)
_CHALLENGE_BYTES = 32
_CLONED = "counter_went_back"


@dataclass(frozen=True, slots=True)
class Bound:
    """To whom a ceremony is bound beside its application."""

    user_id: str | None = None
    attempt_id: str | None = None
    browser_hash: bytes | None = None


async def begin(
    tx: Tx, purpose: Purpose, application: Application, party: RelyingParty, bound: Bound, at: datetime
) -> tuple[str, Ceremony]:
    """Begin a ceremony and return its handle, which is kept as a hash alone, and what it is."""
    handle = new_handle()
    ceremony = Ceremony(
        id=new_id(),
        handle_hash=hash_token(handle),
        purpose=purpose,
        challenge=secrets.token_bytes(_CHALLENGE_BYTES),
        rp_id=party.id,
        user_verification=application.methods.passkey.user_verification.value,
        application_id=application.id,
        user_id=bound.user_id,
        attempt_id=bound.attempt_id,
        browser_hash=bound.browser_hash,
        created_at=at,
        expires_at=at + CEREMONY_LIFETIME,
    )
    await store.add_ceremony(tx, ceremony)
    return handle, ceremony


async def spend(
    tx: Tx, purpose: Purpose, application: Application, visitor: Visitor, unverified_code: str, at: datetime
) -> Ceremony | None:
    """Spend a ceremony and return it; None where it is over, or was another's."""
    code_hash = hash_token(unverified_code)
    return await store.consume_ceremony(tx, code_hash, purpose, application.id, visitor.browser_hash, at)


def expected(ceremony: Ceremony, party: RelyingParty) -> Expected:
    """Return what the browser must have signed."""
    must_verify = ceremony.user_verification == UserVerification.REQUIRED.value
    # Finished on another host than it was begun on, it has no page that may have run it.
    origins = party.origins if party.id == ceremony.rp_id else ()
    return Expected(ceremony.challenge, ceremony.rp_id, origins, must_verify)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges assertions, and notes what they say.

    Args:
        authenticators: the one list of what people hold.
    """

    authenticators: Authenticators

    async def judge(
        self, tx: Tx, ceremony: Ceremony, party: RelyingParty, unverified: UnverifiedAssertion, visitor: Visitor,
        at: datetime,
    ) -> Proof | Refused:  # fmt: skip
        """Return the proof that an assertion is, for a ceremony that was spent in the same transaction.

        Args:
            tx: the transaction.
            ceremony: the ceremony.
            party: the relying party of the host on which it ended.
            unverified: what the browser sent.
            visitor: who sent it, and from where.
            at: when.
        """
        passkey = await store.find_credential(tx, unverified.credential_id)
        if passkey is None:
            return Refused(Refusal.UNKNOWN_PASSKEY)
        try:
            asserted = _asserted(ceremony, party, passkey, unverified)
        except NotGenuine as error:
            await _record(tx, EventKind.FACTOR_REFUSED, ceremony, passkey, visitor, at, str(error))
            return Refused(Refusal.WRONG_PASSKEY)
        if not await store.touch_use(
            tx,
            passkey.authenticator_id,
            asserted.sign_count,
            is_backed_up=asserted.is_backed_up,
            is_user_verified=asserted.is_user_verified,
        ):
            await _record(tx, EventKind.PASSKEY_CLONED, ceremony, passkey, visitor, at, _CLONED)
            return Refused(Refusal.WRONG_PASSKEY)
        await self.authenticators.used(tx, passkey.authenticator_id, at)
        return Proof(METHOD, amr_of(asserted), user_id=passkey.user_id, authenticator_id=passkey.authenticator_id)


def amr_of(asserted: Asserted) -> tuple[str, ...]:
    """Return how an assertion proves (RFC 8176 §2): a key that can be copied is one that software keeps.

    Whoever unlocked it by finger, face or PIN has shown two factors at once.
    """
    kept = "swk" if asserted.is_backup_eligible else "hwk"
    return (*AMR, kept, "user", "mfa") if asserted.is_user_verified else (*AMR, kept)


def _asserted(ceremony: Ceremony, party: RelyingParty, passkey: Passkey, unverified: UnverifiedAssertion) -> Asserted:
    """Return what an assertion says, where it is the right person's (WebAuthn §7.2, steps 5 and 6)."""
    if passkey.rp_id != ceremony.rp_id:
        raise NotGenuine("The passkey is for another relying party.")
    if ceremony.user_id is not None and ceremony.user_id != passkey.user_id:
        raise NotGenuine("The passkey is another person's.")
    handle = unverified.user_handle
    if handle is None and ceremony.user_id is None:
        raise NotGenuine("Nobody was named, and the authenticator names nobody.")
    if handle is not None and handle != passkey.user_id.encode():
        raise NotGenuine("The authenticator names another person.")
    asserted = judge_assertion(unverified, expected(ceremony, party), passkey.public_key)
    if asserted.is_backup_eligible is not passkey.is_backup_eligible:
        raise NotGenuine("Whether the passkey can be copied has changed, which it never may.")
    return asserted


async def _record(
    tx: Tx, kind: EventKind, ceremony: Ceremony, passkey: Passkey, visitor: Visitor, at: datetime, reason: str
) -> None:
    await record(
        tx,
        kind,
        at=at,
        origin=visitor.origin,
        application_id=ceremony.application_id,
        user_id=passkey.user_id,
        attempt_id=ceremony.attempt_id,
        data={"authenticator_id": passkey.authenticator_id, "method": METHOD, "purpose": ceremony.purpose.value},
        reason=reason,
    )
