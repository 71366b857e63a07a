"""Whose template a call is about, and the test mail."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from gatepass.applications.queries import get_own_application
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database, Tx
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.outbox.flows import Outbox
from gatepass.outbox.model import MailOrder
from gatepass.templates.model import MailKind, TemplateKey
from gatepass.templates.queries import find_kind

_TEST_LIFETIME: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the calls of templates share.

    Args:
        database: where templates stand.
        clock: the time.
        outbox: sends test mails.
        allows_test_domains: whether mail may go to domains that exist on a laptop alone.
    """

    database: Database
    clock: Clock
    outbox: Outbox
    allows_test_domains: bool

    @staticmethod
    def kind(call: Call[Any, Any]) -> MailKind:
        """Return the mail that a path names.

        Raises:
            Problem: there is none (`unknown_template`, 404).
        """
        kind = find_kind(call.path["name"])
        if kind is None:
            sentence = "No mail of that name can have a template; list those that can."
            raise Problem("unknown_template", 404, sentence, number=1005)
        return kind

    async def key(self, tx: Tx, name: str, unverified_application: str, language: str) -> TemplateKey:
        """Return which template is meant.

        Raises:
            Problem: there is no such application, or it is a stranger's (`unknown_application`, 404).
        """
        if not unverified_application:
            return TemplateKey("", name, language)
        application = await get_own_application(tx, unverified_application)
        return TemplateKey(application.id, name, language)

    async def send_test(self, tx: Tx, kind: MailKind, key: TemplateKey, unverified_address: str) -> None:
        """Let a mail with samples in it leave, in the words that are used now.

        Raises:
            Problem: the address can't receive mail (`invalid_email`).
        """
        address = parse_address(unverified_address, allow_test_domains=self.allows_test_domains)
        context = {**kind.samples, "subject": f"Test: {kind.title}", "address": address.address}
        order = MailOrder(
            recipient=address.address,
            template=kind.name,
            context=context,
            reason="template.test",
            application_id=key.application_id or None,
            not_after=self.clock.now() + _TEST_LIFETIME,
            language=key.language,
        )
        await self.outbox.enqueue_mail(tx, order)
