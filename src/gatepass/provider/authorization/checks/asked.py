"""What the checks are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatepass.applications.model import Application
from gatepass.protocols.oauth2.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it was sent, and what was found out about it before.

    Args:
        parameters: those that count; of a signed request, what is inside it.
        application: who asks.
        hint: the claims of `id_token_hint`, whose signature holds; None where it does not, and where none was sent.
        is_pushed: whether the application itself sent it ahead (RFC 9126).
        is_signed: whether the application signed it (RFC 9101).
        key_thumbprint: the key that the application proved to hold when it pushed the request; else empty.
    """

    parameters: Parameters
    application: Application
    hint: Mapping[str, Any] | None = None
    is_pushed: bool = False
    is_signed: bool = False
    key_thumbprint: str = ""
