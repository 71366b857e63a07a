"""``python -m bench.scale``: a thousand people against a million, on both databases, from the repository's root."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.processes import Cores
from bench.scale.backends import empty_databases
from bench.scale.contest import LINES, Kept, compare
from bench.scale.server import ScaleServer

TARGET = 0.9
IMPORT_TARGET = 3_000
_SMALL = 1_000
_PEOPLE_AN_ORGANIZATION = 100
_DATABASES = ("sqlite", "postgresql")


def options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description="Measure what a million people cost.")
    parser.add_argument("--only", choices=_DATABASES, help="one database instead of both")
    parser.add_argument("--people", type=int, default=1_000_000, help="how many the large server knows")
    parser.add_argument("--rounds", type=int, default=15, help="rounds that count; one more warms up (default 15)")
    parser.add_argument("--seconds", type=float, default=0.4, help="time of a slot (default 0.4)")
    parser.add_argument("--connections", type=int, default=16, help="connections at once (default 16)")
    chosen = parser.parse_args(arguments)
    if min(chosen.people, chosen.rounds, chosen.seconds, chosen.connections) <= 0:
        parser.error("numbers must be positive")
    return chosen


@contextmanager
def places(name: str, folder: Path) -> Iterator[Sequence[str]]:
    """Give the URLs of the small and the large database; empty ones stand for files of SQLite."""
    if name == "sqlite":
        yield "", ""
        return
    with empty_databases(folder, 2) as urls:
        yield urls


def measure(console: Console, name: str, chosen: argparse.Namespace) -> bool:
    """Fill two servers on one database, compare and print; answers whether everything meets its target."""
    with tempfile.TemporaryDirectory(prefix="gatepass-scale-") as given, places(name, Path(given)) as databases:
        servers = [
            ScaleServer(Path(given), Cores.available(), people, max(1, people // _PEOPLE_AN_ORGANIZATION), database)
            for people, database in zip((_SMALL, chosen.people), databases, strict=True)
        ]
        try:
            for server in servers:
                with console.status(f"{name}: {server.people:,} people come in"):
                    server.fill()
                    server.start()
            with console.status(f"{name}: asking"):
                found = compare(servers, rounds=chosen.rounds, seconds=chosen.seconds, connections=chosen.connections)
            return show(console, name, found, servers[1])
        finally:
            for server in servers:
                server.stop()


def show(console: Console, name: str, found: dict[str, Kept], large: ScaleServer) -> bool:
    """Print what was measured on one database; answers whether everything meets its target."""
    table = Table(name, f"{_SMALL:,} people", f"{large.people:,} people", "kept, by µs", "by rate", f"target {TARGET}")
    for line, kept in found.items():
        cells = [
            f"{one.rate:,.0f}/s, {one.cpu:,.0f}{f' + {one.database:,.0f}' if one.database else ''} µs"
            for one in (kept.small, kept.large)
        ]
        mark = "✓" if kept.by_cpu >= TARGET else "✗"
        table.add_row(line, *cells, f"{kept.by_cpu:.2f}", f"{kept.by_rate:.2f}", mark)
    console.print(table)
    is_quick = large.import_rate >= IMPORT_TARGET
    console.print(
        f"Import: {large.import_rate:,.0f} people a second (target {IMPORT_TARGET:,} {'✓' if is_quick else '✗'}), "
        f"{large.import_megabytes:,.0f} MB at most; {large.organizations:,} organizations; "
        f"the server holds {large.megabytes():,.0f} MB after the questions."
    )
    return is_quick and all(kept.by_cpu >= TARGET for kept in found.values())


def main(arguments: list[str]) -> int:
    """Run the benchmark; answers 1 where anything misses its target."""
    chosen = options(arguments)
    console = Console()
    met = [measure(console, name, chosen) for name in _DATABASES if chosen.only in {None, name}]
    for line, meaning in LINES.items():
        console.print(f"  {line}: {meaning}")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
