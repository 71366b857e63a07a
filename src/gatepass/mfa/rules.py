"""What a code of the second step looks like, which factor an answer is for, and how long a browser is remembered."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from gatepass.applications.model import MfaPolicy
from gatepass.authenticators.model import Kind
from gatepass.kit.client.devices import describe_agent
from gatepass.mfa.model import Answer, RememberedDevice

CODE_DIGITS: Final = 6
CODE_LIFETIME: Final = timedelta(minutes=5)
MOST_CODES: Final = 5
"""How many codes are sent for one sign-in."""


def new_code() -> str:
    """Return a random code."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def normalize(unverified_code: str) -> str:
    """Return what was typed without the spaces and dashes that people add."""
    return "".join(character for character in unverified_code if not character.isspace() and character != "-")


def is_number(text: str) -> bool:
    """Tell whether a text could be a code that was sent."""
    return text.isascii() and text.isdigit() and 4 <= len(text) <= 8  # noqa: PLR2004 - what settings allow


def kind_of(answer: Answer, named: Kind | None, usable: Collection[Kind]) -> Kind | None:
    """Return which factor an answer is for, where it does not say so itself; None where none fits.

    Args:
        answer: what was sent.
        named: the kind that it names.
        usable: the kinds by which the person can answer.
    """
    if named is not None:
        return named if named in usable else None
    if answer.assertion:
        fitting: tuple[Kind, ...] = (Kind.PASSKEY,)
    elif answer.oob_code:
        fitting = (Kind.SMS, Kind.EMAIL)
    elif is_number(normalize(answer.code)):
        fitting = (Kind.TOTP,)
    else:
        fitting = (Kind.BACKUP_CODE,)
    return next((kind for kind in fitting if kind in usable), None)


def is_remembered(device: RememberedDevice, policy: MfaPolicy, user_agent: str, now: datetime) -> bool:
    """Tell whether a browser need not answer: it did lately enough for this application, and is still the same one.

    Args:
        device: what is stored of it.
        policy: what the application asks for now; it may have become stricter since.
        user_agent: the agent that the browser names now.
        now: the time.
    """
    if device.revoked_at is not None or device.expires_at <= now:
        return False
    if device.created_at + timedelta(days=policy.remember_days) <= now:
        return False
    return describe_agent(device.user_agent).summary == describe_agent(user_agent).summary
