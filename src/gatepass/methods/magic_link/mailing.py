"""How a link and a code leave: made, kept, written into a mail and put into the outbox."""

import math
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.domains.queries import LinkAddresses
from gatepass.kit.client.places import Places
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import new_handle, new_id
from gatepass.kit.languages.tags import language_of_mail
from gatepass.kit.secrets import hash_token
from gatepass.login.model import Attempt
from gatepass.methods.magic_link import messages, store
from gatepass.methods.magic_link.model import CodeBook, Link
from gatepass.outbox.flows import Outbox
from gatepass.templates.model import Look, look_of
from gatepass.users.queries import locale_of

_SECRET_BYTES: Final = 32
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LinkMailer:
    """Puts a new link and a new code for an attempt into the outbox."""

    codes: CodeBook
    outbox: Outbox
    places: Places
    addresses: LinkAddresses
    most_mails_an_hour: int
    applications: ApplicationDirectory

    async def look_of(self, application: Application, host: str = "", language: str = "") -> Look:
        """Return whose name, logo and colours mails and their pages wear, and whose host; before a transaction.

        Args:
            application: who asked.
            host: the host that was asked.
            language: the tag of the language in which it was.
        """
        eldest = await self.applications.eldest() if application.is_of_a_stranger else None
        look, address = look_of(application, eldest), await self.addresses.of(application.id, host)
        return replace(look, address=address, language=language)

    async def send(self, tx: Tx, application: Application, look: Look, attempt: Attempt, at: datetime) -> datetime:
        """Queue the mail in the transaction of the attempt and return when its link and code expire.

        Raises:
            Problem: the address was sent as many mails as it may be within an hour, by whatever attempts and
                processes (`too_many_requests`, 429); nothing is changed.
        """
        await self._refuse_bombing(tx, attempt, at)
        # The secret begins with the link's id, so that it is found without an index over random values.
        link_id, handle = new_id(), new_handle()
        secret = f"{link_id}{secrets.token_urlsafe(_SECRET_BYTES)}"
        expires_at = at + application.magic_link.lifetime
        link = Link(
            link_id, attempt.id, attempt.address_key, hash_token(handle), hash_token(secret), at, expires_at, None
        )
        await store.add(tx, link)
        code = await self.codes.issue(tx, attempt.id, application.methods.email_code.digits, expires_at, at)
        place = self.places.describe(attempt.network)
        order = messages.sign_in_mail(
            look,
            attempt,
            language_of_mail(await locale_of(tx, attempt.address_key), look.language, look.usual_language),
            link=messages.link_address(look.address, application, handle, secret),
            code=code,
            expires_at=expires_at,
            place=place.summary if place else None,
        )
        await self.outbox.enqueue_mail(tx, order)
        return expires_at

    async def _refuse_bombing(self, tx: Tx, attempt: Attempt, at: datetime) -> None:
        # One at a time for each address, or a storm of sends would all see the same count.
        await take_turn(tx, attempt.turn)
        sent = await store.list_sent(tx, attempt.address_key, at - _HOUR, self.most_mails_an_hour)
        if len(sent) >= self.most_mails_an_hour:
            raise messages.too_many_mails(math.ceil((sent[0] + _HOUR - at).total_seconds()))
