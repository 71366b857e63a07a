"""`gatepass doctor`: looks at everything that a server needs and says what to do about what is missing."""

import asyncio
from dataclasses import asdict

import typer
from rich.markup import escape
from rich.table import Table

from gatepass.cli.checks import Finding, examine
from gatepass.cli.ground import DatabaseOption, DataOption, JsonOption, out, print_json, settings_of


def doctor(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Check the database, the keys, the clock, the public URL, the mail and the worker."""
    findings = asyncio.run(examine(settings_of(data, database)))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        out.print(_table(findings))
    if any(not finding.is_well for finding in findings):
        raise typer.Exit(1)


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, padding=(0, 2), show_header=False)
    for finding in findings:
        sign = "[green]✓[/]" if finding.is_well else "[red]✗[/]"
        remedy = f"\n[dim]→ {escape(finding.remedy)}[/]" if finding.remedy and not finding.is_well else ""
        table.add_row(sign, f"[bold]{finding.subject}[/]", f"{escape(finding.observation)}{remedy}")
    return table
