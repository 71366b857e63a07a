"""How an authenticator app is enrolled, confirmed and asked for a code."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.authenticators.flows import Authenticators, Change
from gatepass.authenticators.model import Authenticator, Kind
from gatepass.authenticators.queries import find_authenticator, list_authenticators
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.secrets import KeyRing
from gatepass.methods.totp import rules, store
from gatepass.methods.totp.model import USUAL, Algorithm, Enrolment, Shape, TotpSecret
from gatepass.methods.totp.pictures import qr_png, qr_svg
from gatepass.methods.totp.store import SealedSecret
from gatepass.methods.totp.store import purge_of as forget_user
from gatepass.users.flows import consume_credential, open_credential
from gatepass.users.model import ImportedCredential
from gatepass.users.queries import list_credentials

__all__ = ["AMR", "METHOD", "TotpFlows", "forget_user", "qr_png", "qr_svg"]

METHOD = "totp"
AMR = ("otp",)


@dataclass(frozen=True, slots=True)
class TotpFlows:
    """What can be done with an authenticator app. Whoever asks for a code counts the guesses.

    Args:
        key_ring: seals the secrets.
        authenticators: the list in which each app stands.
    """

    key_ring: KeyRing
    authenticators: Authenticators

    key = METHOD
    amr = AMR

    def is_code(self, text: str) -> bool:
        """Tell whether a text could be a code at all; what can't be one is not counted as a guess."""
        return rules.is_code(text)

    async def enrol(
        self, tx: Tx, user_id: str, issuer: str, account: str, change: Change, shape: Shape = USUAL
    ) -> Enrolment:
        """Give somebody a new secret for their app, in place of one that they never confirmed.

        Args:
            tx: the transaction.
            user_id: whose app.
            issuer: where it is for, as the app lists it.
            account: whose it is, as the app lists it.
            change: who does it, and when.
            shape: how codes are made; the usual one is what every app knows.

        Raises:
            Problem: the person has as many as there may be (`too_many_authenticators`, 409).
        """
        await take_turn(tx, f"totp:{user_id}")
        for sealed in await store.list_of(tx, user_id):
            earlier = await find_authenticator(tx, user_id, sealed.authenticator_id)
            if earlier is not None and not earlier.is_confirmed:
                await self.remove(tx, earlier, change)
        begun = await self.authenticators.begin(tx, user_id, Kind.TOTP, "", "", change.at)
        secret = TotpSecret(begun.id, rules.new_key(), shape)
        await store.add(tx, self._seal(user_id, secret))
        return _enrolment(secret, issuer, account)

    async def find_enrolment(
        self, tx: Tx, user_id: str, authenticator_id: str, issuer: str, account: str
    ) -> Enrolment | None:
        """Return an enrolment that its own person has not confirmed yet; once it is, nobody sees the secret again."""
        begun = await find_authenticator(tx, user_id, authenticator_id)
        if begun is None or begun.is_confirmed or begun.kind is not Kind.TOTP:
            return None
        sealed = [one for one in await store.list_of(tx, user_id) if one.authenticator_id == authenticator_id]
        return _enrolment(self._open(sealed[0]), issuer, account) if sealed else None

    async def confirm(
        self, tx: Tx, user_id: str, authenticator_id: str, unverified_code: str, change: Change
    ) -> bool:  # fmt: skip
        """Let an enrolled app count, because a code of it was typed back; False where the code is not its.

        The code is spent with it, so that whoever saw it being typed can't sign in by it.
        """
        begun = await find_authenticator(tx, user_id, authenticator_id)
        if begun is None or begun.is_confirmed or begun.kind is not Kind.TOTP:
            return False
        if not await self._spend(tx, user_id, {begun.id}, unverified_code, change.at):
            return False
        return await self.authenticators.confirm(tx, begun, change)

    async def judge(self, tx: Tx, user_id: str, unverified_code: str, at: datetime) -> str | None:
        """Judge a code and spend its step; count the guess first.

        An app that came with an import is taken over by its first right code.

        Args:
            tx: the transaction.
            user_id: whose app.
            unverified_code: what was typed.
            at: when.

        Returns:
            The id of the authenticator whose code it is; None where it is none's, or its step was spent.
        """
        held = {one.id for one in await list_authenticators(tx, user_id) if one.kind is Kind.TOTP}
        proved = await self._spend(tx, user_id, held, unverified_code, at)
        if proved is None:
            return await self._take_over(tx, user_id, unverified_code, at)
        await self.authenticators.used(tx, proved, at)
        return proved

    async def remove(self, tx: Tx, authenticator: Authenticator, change: Change) -> bool:
        """Remove an app and its secret; False where it is gone already."""
        await store.purge(tx, authenticator.user_id, authenticator.id)
        return await self.authenticators.remove(tx, authenticator, change)

    async def _spend(self, tx: Tx, user_id: str, among: set[str], unverified_code: str, at: datetime) -> str | None:
        code = rules.normalize(unverified_code)
        for sealed in await store.list_of(tx, user_id) if among and rules.is_code(code) else []:
            if sealed.authenticator_id not in among:
                continue
            for step in rules.steps_of(self._open(sealed), code, at):
                if await store.consume(tx, sealed.authenticator_id, step):
                    return sealed.authenticator_id
        return None

    async def _take_over(self, tx: Tx, user_id: str, unverified_code: str, at: datetime) -> str | None:
        code = rules.normalize(unverified_code)
        for one in await list_credentials(tx, [user_id]) if rules.is_code(code) else []:
            secret = self._imported(one)
            step = None if secret is None else next(rules.steps_of(secret, code, at), None)
            if secret is None or step is None or not await consume_credential(tx, one):
                continue
            taken = await self.authenticators.adopt(tx, user_id, Kind.TOTP, at)
            await store.add(tx, self._seal(user_id, TotpSecret(taken.id, secret.key, secret.shape, step)))
            await self.authenticators.used(tx, taken.id, at)
            return taken.id
        return None

    def _imported(self, one: ImportedCredential) -> TotpSecret | None:
        if one.kind != Kind.TOTP.value:
            return None
        found = rules.imported(one.scheme, open_credential(one, self.key_ring))
        return None if found is None else TotpSecret("", *found)

    def _seal(self, user_id: str, secret: TotpSecret) -> SealedSecret:
        shape, context = secret.shape, _context(secret.authenticator_id)
        return SealedSecret(
            secret.authenticator_id,
            user_id,
            self.key_ring.seal(secret.key, context=context),
            shape.algorithm.value,
            shape.digits,
            shape.period_seconds,
            secret.last_step,
        )

    def _open(self, sealed: SealedSecret) -> TotpSecret:
        key = self.key_ring.open(sealed.sealed, context=_context(sealed.authenticator_id))
        shape = Shape(Algorithm(sealed.algorithm), sealed.digits, sealed.period_seconds)
        return TotpSecret(sealed.authenticator_id, key, shape, sealed.last_step)


def _enrolment(secret: TotpSecret, issuer: str, account: str) -> Enrolment:
    uri = rules.uri_of(secret.key, secret.shape, issuer, account)
    return Enrolment(secret.authenticator_id, rules.manual_key(secret.key), uri)


def _context(authenticator_id: str) -> str:
    return f"totp_secrets.sealed:{authenticator_id}"
