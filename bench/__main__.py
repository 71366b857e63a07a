"""``python -m bench``: the whole contest, from the repository's root."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from bench import node_peers
from bench.contest import Conditions, Footprint, Results, Subject, compete, time_starts
from bench.gatepass.server import GatepassServer
from bench.lines import LINES
from bench.processes import Cores
from bench.report import as_data, show, write_json


def options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Gatepass beside its peers.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count; one more warms up (default 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="longest time of a slot (default 1)")
    parser.add_argument("--connections", type=int, default=32, help="connections at once (default 32)")
    parser.add_argument("--only", metavar="LINE,…", default="", help=", ".join(line.key for line in LINES))
    parser.add_argument("--without-peers", action="store_true", help="measure Gatepass alone")
    parser.add_argument("--database", metavar="URL", default="", help="an empty database for Gatepass (default SQLite)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures to a file too")
    chosen = parser.parse_args(arguments)
    unknown = set(filter(None, chosen.only.split(","))) - {line.key for line in LINES}
    if unknown or min(chosen.rounds, chosen.seconds, chosen.connections) <= 0:
        parser.error(f"no such line: {', '.join(sorted(unknown))}" if unknown else "numbers must be positive")
    return chosen


def wanted(only: str) -> set[str]:
    """Return the keys of the lines to measure, a composed line's parts included."""
    asked = set(filter(None, only.split(",")))
    return {key for line in LINES if not asked or line.key in asked for key in (line.key, *line.parts)}


def subjects(conditions: Conditions, *, database: str, without_peers: bool) -> list[Subject]:
    """Build everybody who takes part."""
    ours: list[Subject] = [GatepassServer(conditions, database=database)]
    if without_peers:
        return ours
    node_peers.install_peers()
    return [
        *ours,
        node_peers.OidcProvider(conditions, "oidc-provider, ES256 JWT", arguments=("es256",)),
        node_peers.OidcProvider(conditions, "oidc-provider, defaults", arguments=("default",)),
        node_peers.BetterAuth(conditions, "better-auth"),
    ]


def measure(taking_part: list[Subject], chosen: argparse.Namespace, console: Console) -> Results:
    """Start everybody, run the rounds, and end everybody."""
    results = Results()
    keys = wanted(chosen.only)
    try:
        with console.status("timing first answers") as status:
            first_answers = time_starts(taking_part)
            idle = {subject.name: subject.running().memory_megabytes() for subject in taking_part}
            status.update("everybody signs in once")
            entries = [(subject, entry) for subject in taking_part for entry in subject.entries() if entry.line in keys]
            entries.sort(key=lambda pair: [line.key for line in LINES].index(pair[1].line))
            compete(entries, results, rounds=chosen.rounds, progress=status.update)
        for subject in taking_part:
            after = subject.running().memory_megabytes()
            results.footprints[subject.name] = Footprint(idle[subject.name], after, first_answers[subject.name])
    finally:
        for subject in taking_part:
            subject.close()
    return results


def main(arguments: list[str]) -> int:
    """Run the benchmark; answers the exit status."""
    chosen = options(arguments)
    console = Console()
    with tempfile.TemporaryDirectory(prefix="gatepass-bench-") as workspace:
        conditions = Conditions(Path(workspace), Cores.available(), chosen.connections, chosen.seconds)
        results = measure(
            subjects(conditions, database=chosen.database, without_peers=chosen.without_peers), chosen, console
        )
    show(console, results, conditions, rounds=chosen.rounds)
    if chosen.json:
        versions = {} if chosen.without_peers else node_peers.versions()
        write_json(chosen.json, as_data(results, conditions, versions))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
