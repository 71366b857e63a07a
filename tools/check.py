"""Judges the source: `python -m tools.check [NAME…]`. Every check runs, whatever the one before it said.

A check that finds nothing to look at says so in its line; none is left out in silence.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools import lock

_ROOT = Path(__file__).parent.parent
_PATIENCE_SECONDS = 900
_TEMPLATES = ("*.html", "*.jinja", "*.j2")
_SHOWN_CHARACTERS = 12_000


@dataclass(frozen=True)
class Check:
    """One program that judges the source by its exit code."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Verdict:
    """What a check found: nothing when `words` is None."""

    name: str
    words: str | None
    remark: str = ""


def checks() -> list[Check]:
    """Return every check that is a program, the quick ones first."""
    python = sys.executable
    return [
        Check("lint", [python, "-m", "ruff", "check", "--quiet", "."]),
        Check("format", [python, "-m", "ruff", "format", "--check", "--quiet", "."]),
        Check("rules", [python, "-m", "tools.rules"]),
        Check("contracts", [str(Path(python).parent / "lint-imports"), "--no-logo"]),
        Check("dependencies", [python, "-m", "deptry", "--no-ansi", "src"]),
        Check("documents", [python, "-m", "tools.generate_docs", "--check"]),
        Check("translations", [python, "-m", "tools.catalogues", "--check"]),
        Check("types", [python, "-m", "mypy"]),
    ]


def run(check: Check) -> Verdict:
    """Run one check."""
    try:
        done = subprocess.run(
            check.command,
            cwd=_ROOT,
            env=os.environ | {"NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return Verdict(check.name, f"could not be run: {problem}")
    words = f"{done.stdout}{done.stderr}".strip()
    return Verdict(check.name, (words or f"exit code {done.returncode}") if done.returncode else None)


def judge_templates() -> Verdict:
    """Lint the pages' templates, and say how many there are."""
    folders = [path for path in (_ROOT / "src").rglob("templates") if path.is_dir()]
    templates = sorted(path for folder in folders for pattern in _TEMPLATES for path in folder.rglob(pattern))
    remark = f"{len(templates)} templates"
    if not templates:
        return Verdict("templates", None, remark)
    names = [str(path.relative_to(_ROOT)) for path in templates]
    verdict = run(Check("templates", [sys.executable, "-m", "djlint", "--lint", "--quiet", *names]))
    return Verdict("templates", verdict.words, remark)


def judge_locks() -> Verdict:
    """Look for addresses in the lock files."""
    found = lock.problems()
    return Verdict("locks", "\n".join(found) if found else None)


def main(names: list[str]) -> int:
    """Run the named checks, or all; print a line for each and the words of those that failed."""
    tasks: dict[str, Callable[[], Verdict]] = {check.name: partial(run, check) for check in checks()}
    tasks |= {"templates": judge_templates, "locks": judge_locks}
    unknown = set(names) - set(tasks)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(tasks)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or tasks:
        began = time.monotonic()
        verdict = tasks[name]()
        seconds = time.monotonic() - began
        mark = "✓" if verdict.words is None else "✗"
        print(f"{mark} {name:<13} {seconds:5.1f} s  {verdict.remark}".rstrip(), flush=True)
        if verdict.words is not None:
            failed.append(name)
            print(_indented(verdict.words), flush=True)
    print(f"Failed: {', '.join(failed)}." if failed else "Everything holds.")
    return 1 if failed else 0


def _indented(words: str) -> str:
    shown = words[:_SHOWN_CHARACTERS]
    if len(words) > len(shown):
        shown += f"\n… and {len(words) - len(shown)} characters more; run this check alone to see them"
    return "\n".join(f"    {line}" for line in shown.splitlines())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
