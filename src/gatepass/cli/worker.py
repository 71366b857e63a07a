"""`gatepass worker`: sends mail and runs the jobs, beside the servers."""

import asyncio
import signal

from gatepass.app import Foundations, build
from gatepass.cli.ground import DatabaseOption, DataOption, err, refuse_unready, run, settings_of
from gatepass.kit.logs import configure_logs
from gatepass.worker import work


def worker(data: DataOption = None, database: DatabaseOption = None) -> None:
    """Send what the outbox holds and run the timed jobs until stopped."""
    settings = settings_of(data, database)
    if not settings.server.dev:
        refuse_unready(settings)
    configure_logs(is_production=not settings.server.dev, level=settings.server.log_level, reports_crashes=True)

    async def body(foundations: Foundations) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        err.print("The worker sends mail; stop it with Ctrl-C.")
        await work(build(foundations), stop)

    run(settings, body)
