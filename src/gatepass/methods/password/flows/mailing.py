"""How the mail leaves by which a password is set."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.domains.queries import LinkAddresses
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import new_id
from gatepass.kit.languages.tags import language_of_mail
from gatepass.kit.secrets import KeyRing, hash_token
from gatepass.login.model import Attempt
from gatepass.methods.password import store
from gatepass.methods.password.messages import link_address, set_password_mail, too_many_mails
from gatepass.methods.password.model import Asker, Reset
from gatepass.outbox.flows import Outbox
from gatepass.templates.model import Look, look_of
from gatepass.users.queries import locale_of

LIFETIME: Final = timedelta(minutes=10)
"""For how long a link and a code are good (ASVS 5.0 §6.5.5)."""
_HOUR: Final = timedelta(hours=1)
_DIGITS: Final = 6
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class ResetMailer:
    """Puts a link and a code by which a password is set into the outbox."""

    key_ring: KeyRing
    outbox: Outbox
    addresses: LinkAddresses
    applications: ApplicationDirectory
    most_mails_an_hour: int

    async def look_of(self, application: Application, asker: Asker) -> Look:
        """Return whose name and colours the mail wears, and whose host its link; before a transaction."""
        eldest = await self.applications.eldest() if application.is_of_a_stranger else None
        address = await self.addresses.of(application.id, asker.unverified_host)
        return replace(look_of(application, eldest), address=address, language=asker.language)

    def mac(self, attempt_id: str, code: str) -> bytes:
        """Return under what a code is kept."""
        return self.key_ring.mac("password_reset", attempt_id, code)

    async def send(self, tx: Tx, application: Application, look: Look, attempt: Attempt, at: datetime) -> None:
        """Queue the mail in the transaction of the attempt.

        Raises:
            Problem: the address was sent as many as it may be within an hour (`too_many_requests`, 429).
        """
        await take_turn(tx, attempt.turn)
        sent = await store.list_sent(tx, attempt.address_key, at - _HOUR, self.most_mails_an_hour)
        if len(sent) >= self.most_mails_an_hour:
            raise too_many_mails(sent[0] + _HOUR - at)
        reset_id = new_id()
        # The secret begins with the id, so that it is found without an index over random values.
        secret = f"{reset_id}{secrets.token_urlsafe(_SECRET_BYTES)}"
        code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
        expires_at = at + LIFETIME
        mac, hashed = self.mac(attempt.id, code), hash_token(secret)
        reset = Reset(reset_id, attempt.id, application.id, attempt.address_key, hashed, mac, at, expires_at, None)
        await store.add_reset(tx, reset)
        language = language_of_mail(await locale_of(tx, attempt.address_key), look.language, look.usual_language)
        link = link_address(look.address, application, secret)
        order = set_password_mail(look, attempt, language, link=link, code=code, expires_at=expires_at)
        await self.outbox.enqueue_mail(tx, order)
