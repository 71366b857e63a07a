"""`gatepass mail`: tries the way out for mail."""

from typing import Annotated

import typer
from rich.markup import escape

from gatepass.app import Foundations, build
from gatepass.cli.ground import DatabaseOption, DataOption, fail, out, run, settings_of
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.outbox.model import DeliveryFailure
from gatepass.worker import send_test_mail

commands = typer.Typer(no_args_is_help=True, help="Mail.")


@commands.callback()
def _group() -> None:
    """Mail."""


@commands.command("test")
def send_test(
    address: Annotated[str, typer.Argument(help="Where to send the test mail.")],
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """Send one test mail right now and say what the mail server answered."""
    settings = settings_of(data, database)
    if settings.outbox.smtp_url is None and not settings.server.dev:
        fail("GATEPASS_SMTP_URL is not set, so no mail can leave.")
    try:
        recipient = parse_address(address, allow_test_domains=settings.server.dev)
    except Problem as problem:
        fail(problem.title)

    async def body(foundations: Foundations) -> None:
        await send_test_mail(build(foundations), recipient.address)

    try:
        run(settings, body)
    except DeliveryFailure as failure:
        fail(f"The mail server did not take it: {failure}")
    except TimeoutError:
        fail("The mail server did not answer in time.")
    where = "the development mailbox" if settings.outbox.smtp_url is None else "the mail server"
    out.print(f"[green]✓[/] {escape(recipient.address)}: {where} took the mail.")
