"""Where the mail server is, read from one URL."""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from gatepass.kit.secrets import Secret


class Security(StrEnum):
    """How a connection is protected."""

    TLS = "tls"
    STARTTLS_REQUIRED = "required"
    STARTTLS_OPPORTUNISTIC = "opportunistic"
    PLAIN = "never"


_PORTS: Final = {
    Security.TLS: 465,
    Security.STARTTLS_REQUIRED: 587,
    Security.STARTTLS_OPPORTUNISTIC: 25,
    Security.PLAIN: 25,
}
_SCHEMES: Final = {"smtp": None, "smtps": Security.TLS, "smtp+starttls": Security.STARTTLS_REQUIRED}


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """A mail server and how to speak to it."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: Secret | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_smtp_url(url: Secret) -> SmtpAddress:
    """Read a mail server's URL.

    A password is never sent over a line that anybody could read: where one is given, `smtp://` means STARTTLS is
    required, except to this machine itself or where the URL says `starttls=never`.

    Raises:
        ValueError: what is wrong, in a sentence without the URL's password.
    """
    try:
        parts = urlsplit(url.reveal().strip())
        port = parts.port
    except ValueError:
        raise ValueError("The SMTP URL's host or port can't be read.") from None
    if parts.scheme not in _SCHEMES:
        raise ValueError("The SMTP URL must begin with smtp://, smtp+starttls:// or smtps://.")
    if not parts.hostname or any(character.isspace() for character in parts.hostname):
        raise ValueError("The SMTP URL names no host.")
    if parts.path not in ("", "/") or parts.fragment:
        raise ValueError("The SMTP URL ends after the port; a password's / and # are written as %2F and %23.")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("The SMTP URL needs a user name and a password, or neither.")
    security = _security(parts)
    return SmtpAddress(
        host=parts.hostname,
        port=_PORTS[security] if port is None else port,
        security=security,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else Secret(unquote(parts.password)),
    )


def _security(parts: SplitResult) -> Security:
    options = parse_qs(parts.query, keep_blank_values=True)
    if set(options) - {"starttls"}:
        raise ValueError("The SMTP URL's only option is starttls=required, opportunistic or never.")
    fixed = _SCHEMES[parts.scheme]
    if "starttls" not in options:
        if fixed is not None:
            return fixed
        needs_secrecy = parts.password is not None and not _is_this_machine(parts.hostname or "")
        return Security.STARTTLS_REQUIRED if needs_secrecy else Security.STARTTLS_OPPORTUNISTIC
    if fixed is not None:
        raise ValueError("The SMTP URL's starttls option goes with smtp:// alone.")
    try:
        chosen = Security(options["starttls"][-1])
    except ValueError:
        chosen = Security.TLS
    if chosen is Security.TLS:
        raise ValueError("The SMTP URL's starttls option is required, opportunistic or never.")
    return chosen


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
