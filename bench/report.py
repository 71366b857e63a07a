"""The report: tables for people, JSON for scripts."""

import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from bench.contest import Conditions, Results, Sample
from bench.lines import FIRST_ANSWER_TARGET, GATEPASS, MEMORY_TARGET, Comparison, comparisons

MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}


def show(console: Console, results: Results, conditions: Conditions, *, rounds: int) -> None:
    """Print what was measured: the lines, then memory and first answers."""
    notes: dict[str, int] = {}
    console.print(_lines(results, notes))
    for note, number in notes.items():
        console.print(f"  {number}  {note}", style="dim")
    console.print()
    if results.footprints:
        console.print(_footprints(results))
    cores = conditions.cores
    apart = (
        "server and load on one core each" if cores.server != cores.load else "[red]server and load share one core[/]"
    )
    console.print(
        f"Medians of {rounds} interleaved rounds, {conditions.connections} connections, {apart}; {_machine()}. "
        "µs: processor time of the whole server process per request; trust it before the rate, the ratio before both.",
        style="dim",
    )


def _lines(results: Results, notes: dict[str, int]) -> Table:
    table = Table(title="Processor time per request", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column("operation", ratio=3)
    table.add_column("Gatepass", justify="right", no_wrap=True)
    table.add_column("beside", ratio=4)
    table.add_column("takes", justify="right", no_wrap=True)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("target", justify="right", no_wrap=True)
    said = ""
    for row in comparisons(results):
        if row.line.key != said and said:
            table.add_section()
        mark = f" [dim]({notes.setdefault(row.note, len(notes) + 1)})[/]" if row.note else ""
        table.add_row(*_cells(row, mark, first=row.line.key != said))
        said = row.line.key
    return table


def _cells(row: Comparison, mark: str, *, first: bool) -> list[str]:
    title = row.line.title + ("" if row.server else mark)
    beside = row.server + mark if row.server else ""
    ratio = f"[bold]{row.ratio:.1f}[/]" if row.ratio else ""
    target = f"≥ {row.target:g} {MARKS[row.is_met]}" if row.target else ""
    return [
        title if first else "",
        _figures(row.ours) if first else "",
        beside,
        _figures(row.theirs),
        ratio,
        target,
    ]


def _figures(sample: Sample | None) -> str:
    return f"{sample.cpu:,.0f} µs\n[dim]{sample.rate:,.0f}/s[/]" if sample else ""


def _footprints(results: Results) -> Table:
    table = Table(title="Memory and first answer", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("server", "MB idle", "MB after the run", "first answer, s"):
        table.add_column(heading, justify="left" if heading == "server" else "right")
    for name, footprint in results.footprints.items():
        idle, first = f"{footprint.idle:.1f}", f"{footprint.first_answer:.2f}"
        if name == GATEPASS:
            idle += f" (≤ {MEMORY_TARGET:g} {MARKS[footprint.idle <= MEMORY_TARGET]})"
            first += f" (≤ {FIRST_ANSWER_TARGET:g} {MARKS[footprint.first_answer <= FIRST_ANSWER_TARGET]})"
        table.add_row(name, idle, f"{footprint.after:.0f}", first)
    return table


def as_data(results: Results, conditions: Conditions, versions: dict[str, str]) -> dict[str, Any]:
    """Return everything that was measured, every single sample included."""
    return {
        "machine": _machine(),
        "versions": {"python": platform.python_version(), **versions},
        "connections": conditions.connections,
        "seconds": conditions.seconds,
        "comparisons": [
            {
                "line": row.line.key,
                "gatepass": asdict(row.ours) if row.ours else None,
                "gatepass_spread": row.spread,
                "server": row.server or None,
                "its": asdict(row.theirs) if row.theirs else None,
                "ratio": row.ratio,
                "target": row.target,
                "met": row.is_met,
                "note": row.note,
            }
            for row in comparisons(results)
        ],
        "samples": [
            {"line": line, "server": server, "samples": [asdict(sample) for sample in samples]}
            for (line, server), samples in results.samples.items()
        ],
        "footprints": {name: asdict(footprint) for name, footprint in results.footprints.items()},
    }


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write the figures to a file, indented."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores {model}, load average {os.getloadavg()[0]:.1f}"
