"""A code by SMS as a second factor, to a number that its owner has proven before."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.db import Tx
from gatepass.kit.problems import Problem
from gatepass.methods.sms_code.messages import problem_of
from gatepass.methods.sms_code.model import Declined, Texted
from gatepass.methods.sms_code.sending.texter import Order, Texter
from gatepass.users.queries import find_person


@dataclass(frozen=True, slots=True)
class SmsFactor:
    """Sends codes for second steps; whoever asks keeps a keyed hash of the code, and spends it once.

    Args:
        texter: makes and sends them, behind the guard.
    """

    texter: Texter

    @property
    def is_ready(self) -> bool:
        """Tell whether this server can send messages at all."""
        return self.texter.way is not None

    async def numbers_of(self, tx: Tx, user_id: str) -> tuple[str, ...]:
        """Return the numbers that somebody has proven, the primary one first (ASVS 5.0 §6.6.1)."""
        person = await find_person(tx, user_id)
        proven = () if person is None else tuple(phone for phone in person.phones if phone.verified_at is not None)
        return tuple(phone.number for phone in sorted(proven, key=lambda phone: not phone.is_primary))

    async def send(
        self, tx: Tx, application: Application, number: str, at: datetime, origin: Origin, language: str = ""
    ) -> Texted | Declined:
        """Send a code to a proven number; the caller has looked it up, or is enrolling it.

        Args:
            tx: the transaction that keeps the code's keyed hash.
            application: for whose sign-in.
            number: to whom.
            at: when.
            origin: who asks.
            language: the tag of the language of their page; empty where it is not known.

        Raises:
            Problem: the server has no provider (`sms_provider_missing`, 503).
        """
        order = Order(application, number, "", language, application.methods.sms.lifetime)
        return await self.texter.send(tx, order, at, origin)

    async def answered(self, tx: Tx, number: str) -> None:
        """Say that the code that was sent to a number was typed, so that the guard trusts its neighbours."""
        await self.texter.guard.answered(tx, number)

    def problem_of(self, declined: Declined) -> Problem:
        """Return the problem that tells why no message was sent, and what to do."""
        return problem_of(declined)
