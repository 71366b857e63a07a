"""The settings of the provider."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from gatepass.kit.lookups.scopes import MANAGEMENT_SCOPES

_LONGEST_CODE = timedelta(minutes=10)  # RFC 6749 §4.1.2
_LONGEST_PUSHED = timedelta(minutes=10)  # RFC 9126 §2.2

_LONGEST_DEVICE_CODE = timedelta(minutes=30)
NO_REGISTRATION = "off"
OPEN_REGISTRATION = "open"
_REGISTRATIONS = (NO_REGISTRATION, "token", OPEN_REGISTRATION)


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How long what applications ask for waits."""

    code_lifetime: timedelta = field(
        default=timedelta(seconds=60),
        metadata={"doc": "For how long an authorization code can be exchanged; at most 10m."},
    )
    request_lifetime: timedelta = field(
        default=timedelta(minutes=30),
        metadata={"doc": "For how long an authorization request waits for a person to sign in or consent."},
    )
    pushed_request_lifetime: timedelta = field(
        default=timedelta(seconds=90),
        metadata={"doc": "For how long a pushed authorization request can be started by a browser; at most 10m."},
    )

    device_code_lifetime: timedelta = field(
        default=timedelta(minutes=10),
        metadata={"doc": "For how long a device waits until somebody types its code; at most 30m."},
    )

    dynamic_registration: str = field(
        default=NO_REGISTRATION,
        metadata={
            "doc": "Whether clients may register themselves (RFC 7591): off; token, with a token of "
            "`gatepass app invite`; or open, for everybody."
        },
    )
    client_documents: bool = field(
        default=False,
        metadata={
            "doc": "Whether a client id may be the https address of a document that describes the client, as MCP "
            "clients have it."
        },
    )
    client_resources: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "The resources (RFC 8707), such as the addresses of your MCP servers, that clients which described "
            "themselves may ask for tokens for; separated by commas."
        },
    )
    client_scopes: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "The scopes that clients which described themselves may ask people for, beside openid, profile and "
            "email; separated by commas."
        },
    )

    @property
    def registers_clients(self) -> bool:
        """Return whether clients may register themselves."""
        return self.dynamic_registration != NO_REGISTRATION

    @property
    def needs_invitation(self) -> bool:
        """Return whether whoever registers needs an initial access token."""
        return self.dynamic_registration != OPEN_REGISTRATION

    def faults(self) -> Iterator[str]:
        """Name every value that can't be used, each in a sentence; nothing when all can."""
        if not timedelta(seconds=5) <= self.code_lifetime <= _LONGEST_CODE:
            yield "GATEPASS_PROVIDER_CODE_LIFETIME must be between 5s and 10m (RFC 6749 §4.1.2)."
        if not timedelta(minutes=1) <= self.request_lifetime <= timedelta(days=1):
            yield "GATEPASS_PROVIDER_REQUEST_LIFETIME must be between 1m and 24h."
        if not timedelta(seconds=5) <= self.pushed_request_lifetime <= _LONGEST_PUSHED:
            yield "GATEPASS_PROVIDER_PUSHED_REQUEST_LIFETIME must be between 5s and 10m."
        if not timedelta(minutes=1) <= self.device_code_lifetime <= _LONGEST_DEVICE_CODE:
            yield "GATEPASS_PROVIDER_DEVICE_CODE_LIFETIME must be between 1m and 30m."
        if self.dynamic_registration not in _REGISTRATIONS:
            yield f"GATEPASS_PROVIDER_DYNAMIC_REGISTRATION must be one of {', '.join(_REGISTRATIONS)}."
        reserved = [scope for scope in self.client_scopes if scope in MANAGEMENT_SCOPES or scope.startswith("sys_")]
        if reserved:
            yield f"GATEPASS_PROVIDER_CLIENT_SCOPES can't hold scopes of the management API, such as {reserved[0]}."
