"""Cells of tables that no program on the other side takes for a formula."""

import re
from typing import Final

# What a spreadsheet would calculate (OWASP, CSV injection); a telephone number is no formula.
_FORMULA: Final = re.compile(r"[=+\-@\t\r]")
_PHONE: Final = re.compile(r"\+[0-9]{4,15}")
_QUOTED: Final = re.compile(r"'[=+\-@\t\r']")


def cell(value: str) -> str:
    """Return a value as the cell of a table; what looks like a formula, or like our own mark, gets a quote in front."""
    if _PHONE.fullmatch(value):
        return value
    return f"'{value}" if _FORMULA.match(value) or _QUOTED.match(value) else value


def uncell(written: str) -> str:
    """Return the value that `cell` wrote."""
    return written[1:] if _QUOTED.match(written) else written
