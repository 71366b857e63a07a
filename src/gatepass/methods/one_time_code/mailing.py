"""How a code leaves on its own: made or kept, counted, written into a mail and put into the outbox."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gatepass.applications.model import Application
from gatepass.applications.queries import ApplicationDirectory
from gatepass.domains.queries import LinkAddresses
from gatepass.kit.client.places import Places
from gatepass.kit.db import Tx, take_turn
from gatepass.kit.ids import new_id
from gatepass.kit.languages.tags import language_of_mail
from gatepass.login.model import Attempt
from gatepass.methods.one_time_code import messages, store
from gatepass.methods.one_time_code.codes import Codes
from gatepass.methods.one_time_code.model import Asker, Issued
from gatepass.outbox.flows import Outbox
from gatepass.templates.model import Look, look_of
from gatepass.users.queries import locale_of

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CodeMailer:
    """Puts a code for an attempt into the outbox.

    Args:
        codes: makes and keeps codes.
        outbox: takes mails.
        places: says where an address seems to be.
        addresses: say on which host somebody signs in.
        most_mails_an_hour: how many mails with codes an address is sent within an hour.
        applications: know who lends a mail its look.
    """

    codes: Codes
    outbox: Outbox
    places: Places
    addresses: LinkAddresses
    most_mails_an_hour: int
    applications: ApplicationDirectory

    async def look_of(self, application: Application, asker: Asker) -> Look:
        """Return whose name, logo and colours the mail wears, and whose host; before a transaction."""
        eldest = await self.applications.eldest() if application.is_of_a_stranger else None
        address = await self.addresses.of(application.id, asker.unverified_host)
        return replace(look_of(application, eldest), address=address, language=asker.language)

    async def send(
        self, tx: Tx, application: Application, look: Look, attempt: Attempt, asker: Asker, at: datetime
    ) -> datetime:
        """Queue the mail in the transaction of the attempt and return when its code expires.

        Raises:
            Problem: the address was sent as many mails as it may be within an hour, by whatever attempts and
                processes (`too_many_requests`, 429); nothing is changed.
        """
        await self._refuse_bombing(tx, attempt, at)
        issued = await self._issue(tx, application, attempt, at)
        await store.add_mail(tx, new_id(), attempt.id, attempt.address_key, at)
        place = self.places.describe(attempt.network)
        order = messages.code_mail(
            application,
            look,
            attempt,
            issued,
            language_of_mail(await locale_of(tx, attempt.address_key), look.language, look.usual_language),
            host=messages.bound_host(application, asker.unverified_origin, look.address),
            place=place.summary if place else None,
            at=at,
        )
        await self.outbox.enqueue_mail(tx, order)
        return issued.expires_at

    async def _issue(self, tx: Tx, application: Application, attempt: Attempt, at: datetime) -> Issued:
        policy = application.methods.email_code
        if policy.keeps_code:
            return await self.codes.issue_again(tx, attempt.id, policy.digits, policy.lifetime, at)
        expires_at = at + policy.lifetime
        return Issued(await self.codes.issue(tx, attempt.id, policy.digits, expires_at, at), expires_at)

    async def _refuse_bombing(self, tx: Tx, attempt: Attempt, at: datetime) -> None:
        # One at a time for each address, or a storm of sends would all see the same count.
        await take_turn(tx, attempt.turn)
        sent = await store.list_mails(tx, attempt.address_key, at - _HOUR, self.most_mails_an_hour)
        if len(sent) >= self.most_mails_an_hour:
            raise messages.too_many_mails(math.ceil((sent[0] + _HOUR - at).total_seconds()))
