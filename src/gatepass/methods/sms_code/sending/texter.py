"""From a code to a message on its way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gatepass.applications.model import Application
from gatepass.audit.model import Origin
from gatepass.kit.db import Tx
from gatepass.kit.languages.tags import language_of_mail
from gatepass.methods.sms_code import messages, rules
from gatepass.methods.sms_code.guard.flows import Asked, Guard
from gatepass.methods.sms_code.model import Declined, Message, Texted
from gatepass.methods.sms_code.sending.ways import Way
from gatepass.users.queries import find_caller


@dataclass(frozen=True, slots=True)
class Order:
    """A code that is to be sent.

    Args:
        application: for whose sign-in.
        number: to whom, in the form of E.164.
        host: the name of the host on whose page it is typed; empty for the server's own.
        language: the tag of the language of that page; empty where it is not known.
        lifetime: for how long it is good.
        may_greet: whether somebody whom nobody here knows gets a message, because they may sign up.
    """

    application: Application
    number: str
    host: str
    language: str
    lifetime: timedelta
    may_greet: bool = True


@dataclass(frozen=True, slots=True)
class Texter:
    """Makes codes and sends them.

    Args:
        guard: stands before each message.
        way: takes them; None where the server has no provider.
        host: the name of the server's own host.
    """

    guard: Guard
    way: Way | None
    host: str

    async def send(self, tx: Tx, order: Order, at: datetime, origin: Origin) -> Texted | Declined:
        """Make a code and let it leave after the commit, or say why it must not.

        Raises:
            Problem: the server has no provider (`sms_provider_missing`, 503).
        """
        if self.way is None:
            raise messages.provider_missing()
        application = order.application
        user = await find_caller(tx, order.number)
        language = language_of_mail("" if user is None else user.locale, order.language, application.branding.language)
        code, expires_at = rules.new_code(application.methods.sms.digits), at + order.lifetime
        text = messages.text_of(application, code, order.lifetime, order.host or self.host, language)
        asked = Asked(order.number, rules.segments(text), application.id)
        declined = await self.guard.charge(tx, asked, at, origin)
        if declined is not None:
            return declined
        # Whom nobody here knows and who may not sign up is answered alike, and costs nothing.
        if user is not None or order.may_greet:
            await self.way.send(tx, Message(order.number, text, code, expires_at, application.id), at)
        return Texted(code, order.number, expires_at)
