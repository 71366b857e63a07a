"""Applications as JSON: what is answered, and what may be sent.

What may be sent is made from the model, so that no part of a registration is missing here; a field that its caller must
not set stands in `_FIXED`, and a test names every field that may be set.
"""

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

import msgspec

from gatepass.applications.model import (
    Application,
    ApplicationSecret,
    ApplicationType,
    Branding,
    MagicLinkPolicy,
    MethodPolicies,
    OAuthPolicy,
    Registration,
)
from gatepass.protocols.jose import SigningAlgorithm

T = TypeVar("T")
# Said by how it came to be here, not by a caller.
_FIXED = frozenset({"source"})
# Beyond it a duration could not be counted with; what is too long for its purpose the rules say.
_Number = Annotated[int, msgspec.Meta(ge=-(10**9), le=10**9)]


class ApplicationAnswer(msgspec.Struct, frozen=True):
    """An application; its lifetimes are seconds."""

    id: str
    client_id: str
    name: str
    type: ApplicationType
    is_active: bool
    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    access_token_lifetime: int
    id_token_lifetime: int
    refresh_token_lifetime: int
    signing_algorithm: SigningAlgorithm
    magic_link: MagicLinkPolicy
    branding: Branding
    oauth: OAuthPolicy
    methods: MethodPolicies
    created_at: datetime
    modified_at: datetime


class CreatedApplication(ApplicationAnswer, frozen=True, kw_only=True):
    """An application that was just made, with the secret that is shown this once; null where it keeps none."""

    client_secret: str | None


class SecretAnswer(msgspec.Struct, frozen=True):
    """One of an application's secrets, by what may be shown of it."""

    id: str
    hint: str
    created_at: datetime


class CreatedSecret(SecretAnswer, frozen=True, kw_only=True):
    """A secret that was just made; it is shown this once."""

    client_secret: str


@cache
def _settable(model: type, *, needed: frozenset[str] = frozenset()) -> Any:
    """Return the struct of what may be sent in place of a model, each field but the needed ones optional."""
    hints = get_type_hints(model)
    names = [part.name for part in fields(model) if part.name not in _FIXED]
    rows: list[Any] = [(name, _kind(hints[name])) for name in names if name in needed]
    rows += [(name, _kind(hints[name]) | msgspec.UnsetType, msgspec.UNSET) for name in names if name not in needed]
    made_for = "New" if needed else "Changed"
    return msgspec.defstruct(f"{made_for}{model.__name__}", rows, frozen=True, kw_only=True)


def _kind(hint: Any) -> Any:
    if hint is timedelta or hint is int:
        return _Number
    if hint == int | None:
        return _Number | None
    # The type of a look and of a policy is the struct of its own changes.
    return _settable(hint) if is_dataclass(hint) and isinstance(hint, type) else hint


NewApplication: Any = _settable(Registration, needed=frozenset({"name", "type"}))
"""A registration: name and type, and whatever else is not to be as usual."""
ChangedApplication: Any = _settable(Registration)
"""What is to be different; objects are merged, lists are replaced."""


def registration_of(sent: Any) -> Registration:
    """Return what a new application is to be; what was not sent is as usual."""
    usual = Registration(name=sent.name, type=sent.type)
    return merged(usual, sent)


def merged(model: T, sent: Any) -> T:
    """Return a model with what was sent in the place of what it had; objects are merged, lists are replaced."""
    values: dict[str, Any] = {}
    whole: Any = model
    for part in fields(whole):
        value = getattr(sent, part.name, msgspec.UNSET)
        if value is msgspec.UNSET:
            continue
        present = getattr(whole, part.name)
        if isinstance(value, msgspec.Struct):
            value = merged(present, value)
        elif isinstance(present, timedelta):
            value = timedelta(seconds=value)
        values[part.name] = value
    changed: T = replace(whole, **values)
    return changed


def answer_of(application: Application) -> ApplicationAnswer:
    """Return an application as it is answered."""
    return ApplicationAnswer(**_values(application))


def created_of(application: Application, secret: str | None) -> CreatedApplication:
    """Return a new application with its secret."""
    return CreatedApplication(**_values(application), client_secret=secret)


def secret_of(secret: ApplicationSecret) -> SecretAnswer:
    """Return what may be shown of a secret: its last four characters, by which an operator finds it again."""
    return SecretAnswer(secret.id, f"…{secret.last_four}", secret.created_at)


def _values(application: Application) -> dict[str, Any]:
    values = {name: getattr(application, name) for name in ApplicationAnswer.__struct_fields__}
    return {
        name: int(value.total_seconds()) if isinstance(value, timedelta) else value for name, value in values.items()
    }
