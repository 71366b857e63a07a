"""Joins each slice's settings into one frozen tree, and reports every fault at once.

A value comes from the environment (`GATEPASS_…`), else from the TOML file, else from its default. A secret may also
stand in a file that `GATEPASS_…_FILE` names. What an operator changes while the server runs is data, not a setting.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from gatepass.audit.settings import AuditSettings
from gatepass.domains.settings import DomainSettings
from gatepass.gate.connections.watch import ConnectionLimits
from gatepass.gate.settings import DEFAULT_DATA, ServerSettings
from gatepass.impersonation.settings import ImpersonationSettings
from gatepass.invitations.settings import InvitationSettings
from gatepass.kit.configuration import Malformed, parse_value
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.methods.password.settings import PasswordSettings
from gatepass.methods.sms_code.queries import carrier_faults
from gatepass.methods.sms_code.settings import SmsSettings
from gatepass.outbox.settings import OutboxSettings
from gatepass.protection.settings import LimitSettings
from gatepass.provider.authorization.settings import ProviderSettings
from gatepass.sessions.settings import SessionSettings
from gatepass.tokens.settings import TokenSettings
from gatepass.users.settings import UserSettings
from gatepass.webhooks.settings import WebhookSettings

__all__ = ["FaultySettings", "ServerSettings", "Setting", "Settings", "all_settings", "load", "missing_for_production"]

_PREFIX = "GATEPASS_"
# Names that a person would look for without their section.
_SHORT_NAMES = {("outbox", "smtp_url"): "GATEPASS_SMTP_URL", ("outbox", "mail_from"): "GATEPASS_MAIL_FROM"}
# Follows from `trusted_proxies`.
_DERIVED = frozenset({("connections", "trusted")})
_NOT_SETTINGS = ("GATEPASS_TEST_", "GATEPASS_BENCH_", "GATEPASS_CONFIG", "GATEPASS_LISTEN_FD")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a server."""

    server: ServerSettings = field(default_factory=ServerSettings)
    outbox: OutboxSettings = field(default_factory=OutboxSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    sessions: SessionSettings = field(default_factory=SessionSettings)
    tokens: TokenSettings = field(default_factory=TokenSettings)
    provider: ProviderSettings = field(default_factory=ProviderSettings)
    impersonation: ImpersonationSettings = field(default_factory=ImpersonationSettings)
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
    audit: AuditSettings = field(default_factory=AuditSettings)
    invitations: InvitationSettings = field(default_factory=InvitationSettings)
    domains: DomainSettings = field(default_factory=DomainSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    users: UserSettings = field(default_factory=UserSettings)
    sms: SmsSettings = field(default_factory=SmsSettings)
    passwords: PasswordSettings = field(default_factory=PasswordSettings)


class FaultySettings(Exception):
    """Raised with every fault of the settings, each as a sentence that says what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, for the documentation and for reading it."""

    section: str
    name: str
    variable: str
    type: Any
    default: Any
    doc: str


def all_settings() -> Iterator[Setting]:
    """Yield every setting there is, in the order of the sections."""
    for section in fields(Settings):
        shape: Any = section.default_factory
        hints = get_type_hints(shape)
        for one in fields(shape):
            if (section.name, one.name) not in _DERIVED:
                yield _setting(section.name, one, hints[one.name])


def load(environment: Mapping[str, str] | None = None, *, given: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings.

    Args:
        environment: the environment; the process's own where none is given.
        given: values of the command line by the name of a server setting, which win over everything.

    Raises:
        FaultySettings: with every fault at once.
    """
    environment = os.environ if environment is None else environment
    given = {name: value for name, value in (given or {}).items() if value is not None}
    faults: list[str] = []
    file = _read_file(environment, given, faults)
    values: dict[str, dict[str, Any]] = {section.name: {} for section in fields(Settings)}
    for setting in all_settings():
        if setting.section == "server" and setting.name in given:
            values["server"][setting.name] = given[setting.name]
            continue
        raw = _raw(setting, environment, file, faults)
        if raw is not None:
            try:
                values[setting.section][setting.name] = parse_value(raw, setting.type)
            except Malformed as fault:
                faults.append(f"{setting.variable}: {fault}")
    faults += _unknown(environment, file)
    settings = Settings(
        ServerSettings(**values["server"]),
        OutboxSettings(**values["outbox"]),
        _limits(values["limits"], faults),
        SessionSettings(**values["sessions"]),
        TokenSettings(**values["tokens"]),
        ProviderSettings(**values["provider"]),
        ImpersonationSettings(**values["impersonation"]),
        ConnectionLimits(**values["connections"], trusted=frozenset(values["server"].get("trusted_proxies", ()))),
        AuditSettings(**values["audit"]),
        InvitationSettings(**values["invitations"]),
        DomainSettings(**values["domains"]),
        WebhookSettings(**values["webhooks"]),
        UserSettings(**values["users"]),
        SmsSettings(**values["sms"]),
        PasswordSettings(**values["passwords"]),
    )
    faults += _contradictions(settings)
    if faults:
        raise FaultySettings(faults)
    return settings


def missing_for_production(settings: Settings) -> list[str]:
    """Return everything that production needs and these settings lack, each as a sentence that says what to do."""
    found = []
    if urlsplit(settings.server.public_url).scheme != "https":
        found.append(
            "Set GATEPASS_PUBLIC_URL (or --public-url) to the https address by which browsers reach the server."
        )
    if settings.outbox.smtp_url is None:
        found.append("Set GATEPASS_SMTP_URL to the mail server, such as smtp://user:password@mail.example.com:587.")
    if settings.server.master_key is None and not settings.server.key_file.is_file():
        found.append(
            f"Set GATEPASS_MASTER_KEY, or make the key file {settings.server.key_file} with `gatepass keys init`."
        )
    return found


def _setting(section: str, one: "Field[Any]", hint: Any) -> Setting:
    default = one.default if one.default is not MISSING else None
    plain = f"{_PREFIX}{one.name.upper()}" if section == "server" else f"{_PREFIX}{section.upper()}_{one.name.upper()}"
    variable = _SHORT_NAMES.get((section, one.name), plain)
    return Setting(section, one.name, variable, hint, default, one.metadata.get("doc", ""))


def _read_file(environment: Mapping[str, str], given: Mapping[str, Any], faults: list[str]) -> dict[str, Any]:
    data = Path(given.get("data") or environment.get("GATEPASS_DATA") or DEFAULT_DATA)
    named = environment.get("GATEPASS_CONFIG")
    path = Path(named) if named else data / "gatepass.toml"
    if not named and not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"The settings file {path} can't be read: {error}.")
        return {}


def _raw(setting: Setting, environment: Mapping[str, str], file: dict[str, Any], faults: list[str]) -> Any:
    if setting.variable in environment:
        return environment[setting.variable]
    secret_file = environment.get(f"{setting.variable}_FILE")
    if secret_file is not None:
        try:
            return Path(secret_file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{setting.variable}_FILE: the file can't be read: {error}.")
            return None
    section = file.get(setting.section, {})
    return section.get(setting.name) if isinstance(section, dict) else None


def _limits(values: dict[str, Any], faults: list[str]) -> LimitSettings:
    try:
        return LimitSettings(**values)
    except ValueError as fault:
        faults.append(f"GATEPASS_LIMITS_{str(fault).partition(' ')[0].upper()}: {fault}")
        return LimitSettings()


def _unknown(environment: Mapping[str, str], file: dict[str, Any]) -> Iterator[str]:
    known = {setting.variable for setting in all_settings()}
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name.startswith(_NOT_SETTINGS) or {name, name.removesuffix("_FILE")} & known:
            continue
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
        hint = f" Did you mean {nearest[0]}?" if nearest else ""
        yield f"{name} is not a setting.{hint}"
    names = {(setting.section, setting.name) for setting in all_settings()}
    for section, values in file.items():
        if not isinstance(values, dict):
            yield f"The settings file has {section} outside every section; put it below one, such as [server]."
            continue
        for name in values:
            if (section, name) not in names:
                yield f"The settings file has [{section}] {name}, which is not a setting."


def _contradictions(settings: Settings) -> Iterator[str]:
    yield from settings.server.faults()
    yield from settings.outbox.faults()
    yield from settings.sessions.faults()
    yield from settings.provider.faults()
    yield from settings.domains.faults()
    yield from settings.audit.faults()
    yield from settings.invitations.faults()
    yield from settings.webhooks.faults()
    yield from settings.sms.faults()
    yield from carrier_faults(settings.sms)
    yield from settings.passwords.faults()
    yield from _mail_faults(settings)


def _mail_faults(settings: Settings) -> Iterator[str]:
    try:
        if settings.outbox.mail_from is not None:
            parse_address(settings.outbox.mail_from, allow_test_domains=True)
    except Problem as problem:
        yield f"GATEPASS_MAIL_FROM must be a bare address such as door@example.com. {problem.title}"
