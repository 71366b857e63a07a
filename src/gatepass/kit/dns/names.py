"""What makes a text a domain that somebody can own."""

import re
from typing import Final

from gatepass.kit.dns.suffixes import FREE_MAIL, SHARED_SUFFIXES

_LONGEST: Final = 253  # RFC 1035 §3.1, without the final dot
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


class NotADomain(ValueError):
    """Raised for a text that is no domain that somebody can own; its sentence says why."""


def parse_domain(unverified_text: str) -> str:
    """Return the domain that a text spells: in lower case, other scripts in their ASCII form (RFC 5891), no final dot.

    Args:
        unverified_text: what somebody typed, such as `Acme.example` or `bücher.example`.

    Raises:
        NotADomain: it has no dot, a label that can't stand in the DNS, ends like an address, or belongs to everybody
            below it, as `co.uk` does.
    """
    text = unverified_text.strip().removesuffix(".")
    if not text or len(text) > _LONGEST:
        raise NotADomain(f"Write a domain of 1 to {_LONGEST} characters, such as acme.example.")
    domain = text.lower() if text.isascii() else _in_ascii(text)
    labels = domain.split(".")
    if len(domain) > _LONGEST or any(_LABEL.fullmatch(label) is None for label in labels):
        sentence = "Write a domain alone, such as acme.example: no scheme, no path, no port, no @ and no wildcard."
        raise NotADomain(sentence)
    if len(labels) == 1 or _NUMBER.fullmatch(labels[-1]):
        raise NotADomain("Write a whole domain, such as acme.example; one word or an address is none.")
    if domain in SHARED_SUFFIXES:
        raise NotADomain("That suffix belongs to all who have a name below it; write the domain of one organization.")
    return domain


def is_free_mail(domain: str) -> bool:
    """Tell whether anybody may have a mailbox at a domain, so that nobody there can speak for it."""
    return domain in FREE_MAIL


def _in_ascii(text: str) -> str:
    # Its tables are large, and few domains need them.
    import idna  # noqa: PLC0415

    try:
        return idna.encode(text, uts46=True, transitional=False).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise NotADomain("A domain in another script has a letter that no domain may have.") from None
