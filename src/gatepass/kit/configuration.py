"""From the texts of an environment or a file to the typed values of settings."""

import math
import re
import types
from datetime import timedelta
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from gatepass.kit.secrets import Secret

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")
_LONGEST_SECONDS = 36_525 * 86_400  # a hundred years: beyond it moments can't be computed
_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class Malformed(ValueError):
    """Raised with a sentence when a text is not of a setting's type."""


def parse_value(raw: Any, kind: Any) -> Any:
    """Return a raw value as the declared type of a setting.

    Args:
        raw: a text of the environment, or a value of a TOML file.
        kind: the declared type: str, int, float, bool, timedelta (seconds, or with a unit: `30s`, `5m`, `1h`, `7d`),
            Path, Secret, a tuple of texts (separated by commas), or one of these or None.

    Raises:
        Malformed: with a sentence that says what was expected.
    """
    if get_origin(kind) in {Union, types.UnionType}:
        if raw == "":
            return None
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is tuple:
        parts = raw if isinstance(raw, list) else str(raw).split(",")
        return tuple(str(part).strip() for part in parts if str(part).strip())
    return _PARSERS[kind](raw)


def _truth(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    try:
        return _TRUTHS[str(raw).strip().lower()]
    except KeyError:
        raise Malformed("expected true or false.") from None


def _whole(raw: Any) -> int:
    try:
        return int(str(raw).strip())
    except ValueError:
        raise Malformed(f"expected a whole number, not {str(raw)[:40]!r}.") from None


def _number(raw: Any) -> float:
    try:
        number = float(str(raw).strip())
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Malformed(f"expected a number, not {str(raw)[:40]!r}.")
    return number


def _duration(raw: Any) -> timedelta:
    found = _DURATION.fullmatch(str(raw).strip().lower())
    seconds = float(found[1]) * _UNITS[found[2]] if found else math.inf
    if seconds > _LONGEST_SECONDS:
        raise Malformed(f"expected a duration such as 30s, 5m, 1h or 7d, not {str(raw)[:40]!r}.")
    return timedelta(seconds=seconds)


def _path(raw: Any) -> Path:
    try:
        return Path(str(raw)).expanduser()
    except RuntimeError:
        raise Malformed(f"expected a file or a folder; nobody here has the home of {str(raw)[:40]!r}.") from None


_PARSERS: dict[Any, Any] = {
    str: str,
    int: _whole,
    float: _number,
    bool: _truth,
    timedelta: _duration,
    Path: _path,
    Secret: lambda raw: Secret(str(raw)),
}
