"""What of a person each scope shows."""

from collections.abc import Callable, Iterable
from typing import Any

from gatepass.users.model import User

# The standard's names, and beside them those of the hosted API.
_CLAIMS: dict[str, Callable[[User], Any]] = {
    "name": lambda user: user.name,
    "given_name": lambda user: user.first_name,
    "family_name": lambda user: user.last_name,
    "first_name": lambda user: user.first_name,
    "last_name": lambda user: user.last_name,
    "picture": lambda user: user.picture,
    "locale": lambda user: user.locale,
    "updated_at": lambda user: int(user.modified_at.timestamp()),
    "email": lambda user: user.email,
    # Of what somebody does not have nothing is said, not even that it was not proven.
    "email_verified": lambda user: user.email_verified_at is not None if user.email else "",
    "phone_number": lambda user: user.phone,
    "phone_number_verified": lambda user: user.phone_verified_at is not None if user.phone else "",
}
_OF_SCOPE: dict[str, tuple[str, ...]] = {
    "profile": (
        "name", "given_name", "family_name", "first_name", "last_name", "picture", "locale", "updated_at",
    ),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
}  # fmt: skip
CLAIM_NAMES = tuple(_CLAIMS)


def claims_of(user: User, names: Iterable[str]) -> dict[str, Any]:
    """Return those claims of a person that are known; what is empty is left out (OpenID Connect Core §5.3.2)."""
    found = {name: _CLAIMS[name](user) for name in names if name in _CLAIMS}
    return {name: value for name, value in found.items() if value != ""}


def claims_of_scope(scope: Iterable[str]) -> list[str]:
    """Return the names of the claims that a scope asks for (OpenID Connect Core §5.4)."""
    return [name for one in scope for name in _OF_SCOPE.get(one, ())]
