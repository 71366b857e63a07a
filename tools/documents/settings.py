"""The page of the settings."""

from dataclasses import fields
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from gatepass.kit.secrets import Secret
from gatepass.settings import ServerSettings, Setting, Settings, all_settings, missing_for_production
from tools.documents.markdown import block, code, head, table

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_INTRODUCTION = """\
A value comes from the command line where the command has an option for it, else from the environment, else from the
TOML file, else from its default. A name that is no setting, a value of the wrong form and a contradiction are faults;
all of them are reported together, and nothing starts.

**Secrets in files.** Every variable has a second form whose name ends in `_FILE` and whose value is the path of a file
that holds the value. Use it for those marked *secret*, so that they stand neither in a unit file nor in the process's
environment. Secrets never show in logs.

**Durations** are numbers with a unit, `30s`, `5m`, `1h` or `7d`; without one they are seconds. **Lists** are separated
by commas in the environment and are arrays in the file. **Yes and no** may be written `true`/`false`, `yes`/`no`,
`on`/`off` or `1`/`0`. An optional setting that is empty counts as not set.

**The TOML file** is `gatepass.toml` in the data folder, or the file that `GATEPASS_CONFIG` names. Each group below is a
section of it:"""
_SAMPLE = """[server]
public_url = "https://auth.example.com"
trusted_proxies = ["127.0.0.1"]

[outbox]
mail_from = "no-reply@example.com"

[tokens]
refresh_grace = "30s\""""


def page() -> str:
    """Return the page."""
    parts = [head("Settings", _INTRODUCTION), block(_SAMPLE, "toml"), _production()]
    laws = {section.name: _law(section.default_factory) for section in fields(Settings)}
    for section, settings in groupby(all_settings(), key=lambda setting: setting.section):
        parts += [f"## `[{section}]`", laws[section], _table(list(settings))]
    return "\n\n".join(parts)


def default_of(setting: Setting) -> str:
    """Return a setting's default as a person would write it."""
    value = setting.default
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return next(f"{seconds // size}{unit}" for size, unit in _UNITS if seconds % size == 0)
    return "" if value in (None, "", (), frozenset()) else str(value)


def form_of(setting: Setting) -> str:
    """Return what a setting's value must look like, in a word or two."""
    kind: Any = setting.type
    kinds = [part for part in get_args(kind) if part is not NoneType]
    if get_origin(kind) in {tuple, frozenset}:
        return "list"
    if kinds:
        kind = kinds[0]
    words = {str: "text", int: "whole number", float: "number", bool: "yes or no", timedelta: "duration"}
    return {**words, Path: "path", Secret: "secret"}[kind]


def _law(section: Any) -> str:
    return (section.__doc__ or "").strip().splitlines()[0]


def _production() -> str:
    bare = Settings(server=ServerSettings(data=Path("DATA")))
    needs = "\n".join(f"- {sentence}" for sentence in missing_for_production(bare))
    return f"## What production needs\n\nWithout `--dev`, nothing starts before these are there:\n\n{needs}"


def _table(settings: list[Setting]) -> str:
    rows = (
        (code(one.variable), code(one.name), form_of(one), code(default_of(one)), one.doc.replace("<", "&lt;"))
        for one in settings
    )
    return table(("Variable", "In the file", "Form", "Default", "What it does"), rows)
