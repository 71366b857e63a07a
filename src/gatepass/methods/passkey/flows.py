"""How somebody signs in by a passkey, and how a passkey is made."""

from dataclasses import dataclass, replace
from datetime import datetime

from gatepass.applications.model import Application
from gatepass.authenticators.flows import Authenticators, Change
from gatepass.authenticators.model import Kind
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx, take_turn
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import AddressKey
from gatepass.kit.secrets import hash_token
from gatepass.login.flows import HandedOut, Login
from gatepass.login.model import Attempt, Completed, FactorNeeded, Refusal, Refused
from gatepass.methods.passkey import store
from gatepass.methods.passkey.bodies import parse_credential, read_assertion, read_attestation
from gatepass.methods.passkey.factor import PasskeyFactor
from gatepass.methods.passkey.holdings import PasskeyHoldings
from gatepass.methods.passkey.judging import AMR, Bound, Judge, begin, expected, spend
from gatepass.methods.passkey.model import (
    BegunLogin,
    BegunRegistration,
    Ceremony,
    HeldPasskey,
    Passkey,
    Purpose,
    RelyingParty,
    Visitor,
)
from gatepass.methods.passkey.people import find_named
from gatepass.methods.passkey.relying_parties import METHOD, RelyingParties
from gatepass.protocols.webauthn.aaguids import name_of
from gatepass.protocols.webauthn.ceremonies import judge_attestation
from gatepass.protocols.webauthn.keys import NotGenuine
from gatepass.protocols.webauthn.model import Made, UnverifiedAssertion, UnverifiedAttestation, to_base64url
from gatepass.protocols.webauthn.options import UserEntity, creation_options, descriptors, request_options
from gatepass.users.model import User
from gatepass.users.queries import find_person

__all__ = [
    "METHOD",
    "PasskeyFactor",
    "PasskeyFlows",
    "PasskeyHoldings",
    "RelyingParties",
    "parse_credential",
    "read_assertion",
    "read_attestation",
]


class _TakenMeanwhile(Exception):
    """Raised to roll a registration back whose credential another one has added since we looked."""


@dataclass(frozen=True, slots=True)
class PasskeyFlows:
    """What an application, and a page of ours, can do with passkeys."""

    database: Database
    clock: Clock
    login: Login
    authenticators: Authenticators
    parties: RelyingParties

    key = METHOD
    amr = AMR

    def is_ready_for(self, user: User | None) -> bool:  # noqa: ARG002 - what somebody holds is told to nobody
        """Tell whether this person could use the method now."""
        return True

    async def begin_login(
        self, application: Application, host: str, browser_hash: bytes | None, identifier: str = ""
    ) -> BegunLogin | Refused:
        """Begin a sign-in: the same answer for whoever is named, known or not, and where nobody is.

        Args:
            application: where somebody wants to sign in.
            host: the Host header, as it was sent.
            browser_hash: the hash of the cookie by which the browser is known again; None where it has none.
            identifier: whom they say they are: an address, a phone number or a user's id; empty where the passkey says.
        """
        if not offers(application):
            return Refused(Refusal.METHOD_CLOSED)
        at, party = self.clock.now(), await self.parties.of(application, host)

        async def body(tx: Tx) -> BegunLogin:
            named = await find_named(tx, identifier) if identifier else None
            bound = Bound(user_id=named, browser_hash=browser_hash)
            code, ceremony = await begin(tx, Purpose.LOGIN, application, party, bound, at)
            return BegunLogin(code, request_options(party.id, ceremony.challenge, ceremony.user_verification))

        return await self.database.transact(body)

    async def finish_login(
        self, application: Application, visitor: Visitor, unverified_code: str, unverified: UnverifiedAssertion
    ) -> Completed | FactorNeeded | Refused:
        """Judge an assertion on a page of ours; the right one completes an attempt and hands nothing out.

        The page notes the attempt (`outcome.attempt.id`) to the request that waits, and goes on.
        """
        party, at = await self.parties.of(application, visitor.unverified_host), self.clock.now()

        async def body(tx: Tx) -> Completed | FactorNeeded | Refused:
            return await self._sign_in(tx, application, party, visitor, unverified_code, unverified, at)

        return await self.database.transact(body)

    async def redeem_login(
        self, application: Application, visitor: Visitor, unverified_code: str, unverified: UnverifiedAssertion
    ) -> HandedOut | FactorNeeded | Refused:
        """Judge an assertion; the right one signs its holder in and hands the tokens out at once."""
        signer = await self.login.tokens.signer_for(application)
        party, at = await self.parties.of(application, visitor.unverified_host), self.clock.now()

        async def body(tx: Tx) -> HandedOut | FactorNeeded | Refused:
            outcome = await self._sign_in(tx, application, party, visitor, unverified_code, unverified, at)
            if not isinstance(outcome, Completed):
                return outcome
            return await self.login.hand_out(tx, outcome, unverified_code, application, signer, at)

        return await self.database.transact(body)

    async def begin_registration(
        self, user: User, application: Application, host: str, browser_hash: bytes | None, attachment: str = "platform"
    ) -> BegunRegistration:
        """Begin to make a passkey for somebody who is signed in; the caller has made sure that they are, freshly.

        Args:
            user: who it is.
            application: by which application they signed in.
            host: the Host header, as it was sent.
            browser_hash: the hash of the cookie by which the browser is known again; None where it has none.
            attachment: `platform` for a passkey of the device, `cross-platform` for a key that is plugged in or held
                to it, empty for either.
        """
        at, party = self.clock.now(), await self.parties.of(application, host)

        async def body(tx: Tx) -> BegunRegistration:
            held = [one for one in await store.list_of(tx, user.id) if one.rp_id == party.id]
            bound = Bound(user_id=user.id, browser_hash=browser_hash)
            code, ceremony = await begin(tx, Purpose.REGISTRATION, application, party, bound, at)
            excluded = descriptors([(one.credential_id, one.transports) for one in held])
            options = creation_options(
                party.id, ceremony.challenge, user_entity(user), ceremony.user_verification, attachment, excluded
            )
            return BegunRegistration(code, options)

        return await self.database.transact(body)

    async def finish_registration(
        self, user: User, application: Application, visitor: Visitor, unverified_code: str,
        unverified: UnverifiedAttestation, name: str = "",
    ) -> HeldPasskey | Refused:  # fmt: skip
        """Judge what an authenticator made; the right one is the person's from now on, and they are told.

        Args:
            user: who is signed in, freshly.
            application: by which application.
            visitor: the browser, network and agent.
            unverified_code: the handle of the ceremony.
            unverified: what the browser sent.
            name: what the person calls it; empty for the name of its authenticator, where that is known.
        """
        party, at = await self.parties.of(application, visitor.unverified_host), self.clock.now()

        async def body(tx: Tx) -> HeldPasskey | Refused:
            ceremony = await spend(tx, Purpose.REGISTRATION, application, visitor, unverified_code, at)
            if ceremony is None or ceremony.user_id != user.id:
                return Refused(Refusal.CEREMONY_OVER)
            try:
                made = judge_attestation(unverified, expected(ceremony, party))
            except NotGenuine:
                return Refused(Refusal.WRONG_PASSKEY)
            change = Change(application, at, visitor.origin, visitor.language)
            return await self._keep(tx, user, party, made, name or name_of(made.aaguid), change)

        try:
            return await self.database.transact(body)
        except _TakenMeanwhile:
            return Refused(Refusal.WRONG_PASSKEY)

    async def _keep(
        self, tx: Tx, user: User, party: RelyingParty, made: Made, name: str, change: Change
    ) -> HeldPasskey | Refused:
        # One at a time for each person, or two at once would both be the last that there may be.
        await take_turn(tx, f"authenticators:{user.id}")
        if await store.find_credential(tx, made.credential_id) is not None:
            # Whose it is, is told to nobody (WebAuthn §7.1, step 26).
            return Refused(Refusal.WRONG_PASSKEY)
        added = await self.authenticators.add(tx, user.id, Kind.PASSKEY, name, "", change)
        passkey = Passkey(
            authenticator_id=added.id,
            user_id=user.id,
            credential_id=made.credential_id,
            rp_id=party.id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            aaguid=made.aaguid,
            transports=made.transports,
            attestation_type=made.attestation_type,
            is_backup_eligible=made.is_backup_eligible,
            is_backed_up=made.is_backed_up,
            is_user_verified=made.is_user_verified,
            modified_at=None,
        )
        if not await store.add(tx, passkey):
            raise _TakenMeanwhile
        return HeldPasskey(passkey, added)

    async def _sign_in(
        self, tx: Tx, application: Application, party: RelyingParty, visitor: Visitor, unverified_code: str,
        unverified: UnverifiedAssertion, at: datetime,
    ) -> Completed | FactorNeeded | Refused:  # fmt: skip
        if not offers(application):
            return Refused(Refusal.METHOD_CLOSED)
        ceremony = await spend(tx, Purpose.LOGIN, application, visitor, unverified_code, at)
        if ceremony is None:
            return Refused(Refusal.CEREMONY_OVER)
        if visitor.identifier:
            named = await find_named(tx, visitor.identifier)
            if ceremony.user_id not in {None, named}:
                return Refused(Refusal.WRONG_PASSKEY)
            ceremony = replace(ceremony, user_id=named)
        proof = await Judge(self.authenticators).judge(tx, ceremony, party, unverified, visitor, at)
        if isinstance(proof, Refused):
            return proof
        attempt = await _new_attempt(tx, ceremony, proof.user_id, visitor, hash_token(unverified_code), at)
        await take_turn(tx, attempt.turn)
        # Only now: an attempt is somebody's, and nobody was there while a page merely offered its passkeys.
        await self.login.begin(tx, attempt, visitor.origin)
        return await self.login.advance(tx, attempt, proof, application, at, visitor.origin)


def offers(application: Application) -> bool:
    """Tell whether an application lets people sign in by a passkey."""
    return METHOD in application.methods.offered


def user_entity(user: User) -> UserEntity:
    """Return a person as authenticators show them; the id is the text of ours, as documented."""
    called = user.email or user.name or user.id
    return UserEntity(called, user.name or called, to_base64url(user.id.encode()))


async def _new_attempt(
    tx: Tx, ceremony: Ceremony, user_id: str, visitor: Visitor, state_hash: bytes, at: datetime
) -> Attempt:
    person = await find_person(tx, user_id)
    address = person.primary_address if person is not None else None
    return Attempt(
        id=new_id(),
        application_id=ceremony.application_id,
        method=METHOD,
        state_hash=state_hash,
        address=address.address if address else "",
        address_key=address.key if address else AddressKey(""),
        browser_hash=visitor.browser_hash,
        network=visitor.origin.network,
        user_agent=visitor.origin.user_agent[:512],
        match_number=None,
        failures=0,
        created_at=at,
        expires_at=ceremony.expires_at,
        verified_at=None,
        handed_out_at=None,
        ended_at=None,
        end_reason=None,
        user_id=None,
        session_id=None,
        answer_sealed=None,
        wants_mfa=visitor.wants_mfa,
    )
