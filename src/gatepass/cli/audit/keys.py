"""The keys that vouch for the record, and a bar that shows how far a walk through it has come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gatepass.app import Foundations
from gatepass.audit.queries import Source, source_of
from gatepass.cli.ground import err
from gatepass.tokens.queries import list_signing_keys


async def source_here(foundations: Foundations) -> Source:
    """Return whose record the database holds: the server's address and every key that it ever signed with."""
    keys = await foundations.database.read(list_signing_keys)
    issuer = foundations.settings.server.origin
    return source_of(issuer, ((key.public_jwk, key.withdrawn_at) for key in keys))


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, and yield what moves it: how far, of how many."""
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(words, total=None)
        yield lambda reached, last: progress.update(task, completed=reached, total=last)
