"""What a user is, and what an address is."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

AddressKey = NewType("AddressKey", str)
"""The folded form of an address, by which it is found and counted."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address that is well formed; nobody has proven to read it yet."""

    address: str
    key: AddressKey


@dataclass(frozen=True, slots=True)
class User:
    """A person who has signed in, or was made by an operator."""

    id: str
    email: str
    email_verified_at: datetime | None
    first_name: str
    last_name: str
    is_active: bool
    created_at: datetime
    modified_at: datetime
    last_login_at: datetime | None
