"""What may be written of an organization."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from gatepass.kit.colours import is_colour
from gatepass.kit.problems import Problem
from gatepass.organizations.model import NewOrganization, OrganizationDetails, OrganizationPolicy
from gatepass.organizations.rules.names import name_key

LARGEST_METADATA: Final = 16 * 1024
MOST_DOMAINS: Final = 100
_LONGEST_NAME: Final = 100
_LONGEST_EXTERNAL_ID: Final = 200
_LONGEST_TEXT: Final = 500
_MOST_METHODS: Final = 20
_SHORTEST_SESSION: Final = 300
_LONGEST_SESSION: Final = 365 * 86_400
_METHOD: Final = re.compile(r"[a-z][a-z_]{0,39}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")
# Control characters, what ends a line in some reader's eyes, and halves of characters.
_UNFIT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# What turns the direction of writing, so that a name reads as another one (Unicode TR 36 §3.2).
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def refuse_faulty(wanted: NewOrganization) -> None:
    """Let what may be written of an organization pass; its domains are judged one by one elsewhere.

    Raises:
        Problem: it has faults; all of them are named (`invalid_organization`).
    """
    found = [
        *_name_faults(wanted),
        *_metadata_faults(wanted),
        *_policy_faults(wanted.policy),
        *_branding_faults(wanted),
        *_detail_faults(wanted.details),
    ]
    if len(wanted.domains) > MOST_DOMAINS:
        found.append(f"List at most {MOST_DOMAINS} domains.")
    if found:
        raise Problem("invalid_organization", 400, " ".join(found), number=1004)


def _name_faults(wanted: NewOrganization) -> Iterator[str]:
    if not name_key(wanted.name):
        yield f"Give the organization a name of 1 to {_LONGEST_NAME} characters."
    named = (("name", wanted.name), ("display name", wanted.display_name), ("workspace name", wanted.workspace_name))
    for label, text in named:
        # What is stored is the folded name too, and folding can make a name longer.
        if max(len(text), len(name_key(text))) > _LONGEST_NAME:
            yield f"Write a {label} of at most {_LONGEST_NAME} characters."
        if not _is_line(text):
            yield f"Leave line breaks and control characters out of the {label}."
    external_id = wanted.external_id
    if external_id is not None and not (0 < len(external_id) <= _LONGEST_EXTERNAL_ID and _is_line(external_id)):
        yield f"Write an external id of 1 to {_LONGEST_EXTERNAL_ID} characters, without line breaks."


def _metadata_faults(wanted: NewOrganization) -> Iterator[str]:
    for label, values in (("public", wanted.public_metadata), ("private", wanted.private_metadata)):
        if _size_of(values) > LARGEST_METADATA:
            yield f"Keep the {label} metadata below {LARGEST_METADATA // 1024} KiB of JSON."


def _size_of(values: dict[str, Any]) -> int:
    try:
        return len(msgspec.json.encode(values))
    except UnicodeEncodeError:
        return 0  # Half a character, which the database refuses by a sentence of its own.


def _policy_faults(policy: OrganizationPolicy) -> Iterator[str]:
    if len(policy.methods) > _MOST_METHODS or any(_METHOD.fullmatch(key) is None for key in policy.methods):
        yield f"Name at most {_MOST_METHODS} methods by their keys, such as magic_link."
    for label, seconds in (("session", policy.session_seconds), ("idle time", policy.idle_seconds)):
        if seconds and not _SHORTEST_SESSION <= seconds <= _LONGEST_SESSION:
            yield f"A policy's {label} lasts {_SHORTEST_SESSION} seconds to 365 days, or 0 for the server's own."
    if 0 < policy.session_seconds < policy.idle_seconds:
        yield "A session can't last longer without use than it lasts at all."


def _branding_faults(wanted: NewOrganization) -> Iterator[str]:
    branding = wanted.branding
    if branding.accent and not is_colour(branding.accent):
        yield f"{branding.accent[:40]!r} is not a colour; write it as #rrggbb, such as #4f46e5."
    if branding.logo_url and not _is_address(branding.logo_url, ("https",)):
        yield "The logo's address must begin with https://, because pages and mails show nothing else."


def _detail_faults(details: OrganizationDetails) -> Iterator[str]:
    for label, text in asdict(details).items():
        # A postal address has several lines.
        if len(text) > _LONGEST_TEXT or not (_is_line(text) or (label == "address" and _is_line(_flat(text)))):
            yield f"Write {label} in at most {_LONGEST_TEXT} characters, without control characters."
    if details.website and not _is_address(details.website, ("https", "http")):
        yield "Write the website as an address that begins with https:// or http://."
    if details.time_zone and not _is_zone(details.time_zone):
        yield "Name a time zone as its database does, such as Europe/Berlin."
    if details.currency and _CURRENCY.fullmatch(details.currency) is None:
        yield "Write the currency by its three letters, such as EUR (ISO 4217)."


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    if (
        len(text) > _LONGEST_TEXT
        or not text.isascii()
        or any(character <= " " or character in '"<>\\`' for character in text)
    ):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc


def _is_zone(text: str) -> bool:
    if _ZONE.fullmatch(text) is None:
        return False
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _flat(text: str) -> str:
    return text.replace("\r\n", " ").replace("\n", " ")


def _is_line(text: str) -> bool:
    return not any(unicodedata.category(character) in _UNFIT or character in _TURNING for character in text)
