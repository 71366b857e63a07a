"""`gatepass serve`: runs the server."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Annotated, Any

import typer
import uvicorn

from gatepass.app import Application as ServerApplication
from gatepass.app import Foundations, House
from gatepass.cli.ground import (
    DatabaseOption,
    DataOption,
    err,
    fail,
    key_ring_of,
    lay,
    make_folder,
    out,
    refuse_unready,
    run,
    settings_of,
)
from gatepass.cli.serving.polite import PoliteServer
from gatepass.cli.serving.processes import inherited_listener, supervise
from gatepass.cli.serving.welcome import address_of, ready_demo, summary, welcome
from gatepass.gate import metrics
from gatepass.gate.connections.protocol import protocol_class, raise_descriptor_limit
from gatepass.kit.client.networks import in_both_families
from gatepass.kit.db import StorageUnavailable
from gatepass.kit.key_file import make_key_file
from gatepass.kit.logs import configure_logs
from gatepass.kit.secrets import SealBroken
from gatepass.migrations import upgrade
from gatepass.settings import Settings
from gatepass.tokens.flows import KeyMaker
from gatepass.tokens.queries import list_signing_keys

_DRAIN_SECONDS = 10
_BACKLOG = 4096


def serve(
    host: Annotated[str | None, typer.Option("--host", help="The address to listen on; 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port to listen on; 8000.")] = None,
    data: DataOption = None,
    database: DatabaseOption = None,
    public_url: Annotated[
        str | None, typer.Option("--public-url", help="The address by which browsers reach the server.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="How many processes serve; more than one needs PostgreSQL.")
    ] = None,
    dev: Annotated[bool | None, typer.Option("--dev", help="Development mode: mail lands in a mailbox page.")] = None,
) -> None:
    """Serve sign-in pages and the API."""
    settings = settings_of(data, database, host=host, port=port, public_url=public_url, workers=workers, dev=dev)
    configure_logs(is_production=not settings.server.dev, level=settings.server.log_level, reports_crashes=True)
    for chatty in ("alembic", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    inherited = inherited_listener()
    if inherited is not None:
        _run(_at_its_port(settings, inherited), inherited)
        return
    _prepare(settings)
    listener = _listen(settings)
    settings = _at_its_port(settings, listener)
    if settings.server.dev:
        out.print(welcome(settings, run(settings, ready_demo)), soft_wrap=True)
    else:
        err.print(summary(settings), markup=False)
    if settings.server.workers > 1:
        supervise(listener, settings.server.workers)
    else:
        _run(settings, listener)


def _prepare(settings: Settings) -> None:
    """Make sure that the server can serve, or leave; in development make what is missing."""
    server = settings.server
    if not server.dev:
        refuse_unready(settings)
        run(settings, _check_keys)
        return
    make_folder(server.data)
    if server.master_key is None and not server.key_file.exists():
        make_key_file(server.key_file)
    key_ring_of(settings)
    try:
        asyncio.run(upgrade(server.database_url))
    except StorageUnavailable as fault:
        fail(f"The database can't be reached: {fault.detail or fault.title}")
    run(settings, _check_keys)


async def _check_keys(foundations: Foundations) -> None:
    maker = KeyMaker(foundations.key_ring, foundations.settings.tokens)
    try:
        for key in await foundations.database.read(list_signing_keys):
            maker.open(key)
    except SealBroken:
        fail(
            "The master key does not open the signing keys of this database. Bring back the former master key; "
            "it may follow the present one, on a line of its own or after a comma."
        )


def _listen(settings: Settings) -> socket.socket:
    server = settings.server
    raise_descriptor_limit()
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((server.host, server.port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            fail(f"Can't listen on {address_of(server)}: {error.strerror}. Choose another with --host or --port.")
        by_make = ' (or make run ARGS="--port 9000")' if server.dev else ""
        fail(f"Can't listen on {address_of(server)}: the address is in use. Choose another with --port{by_make}.")
    listener.listen(_BACKLOG)
    return listener


def _at_its_port(settings: Settings, listener: socket.socket) -> Settings:
    # Port 0 asks the system for a free one, and the addresses that are told must name that.
    return replace(settings, server=replace(settings.server, port=listener.getsockname()[1]))


def _mail_work() -> Callable[[House, asyncio.Event], Coroutine[Any, Any, None]]:
    # A server that sends no mail itself need not hold the mail libraries.
    from gatepass.worker import work_beside  # noqa: PLC0415

    return work_beside


def _run(settings: Settings, listener: socket.socket) -> None:
    server = settings.server
    raise_descriptor_limit()

    async def lay_foundations() -> Foundations:
        return await lay(settings)

    application = ServerApplication(lay_foundations, _mail_work() if server.sends_mail else None)
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http=protocol_class(settings.connections, metrics.count_cuts),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(server.trusted_proxies),
        forwarded_allow_ips=in_both_families(server.trusted_proxies),
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
    PoliteServer(config, application.release_waiting).run(sockets=[listener])
