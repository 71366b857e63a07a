"""E-mail addresses: what makes one well formed, and what makes two of them the same."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

from gatepass.kit.problems import Problem

AddressKey = NewType("AddressKey", str)
"""The folded form of an address, by which it is found and counted."""

_LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3 less the angle brackets
# Nearly every address is of this plain kind, for which the library's forty microseconds would find nothing. What has
# more to it (quotes, other scripts, reserved domains, literals) is left to the library.
_PLAIN = re.compile(
    r"(?=.{1,64}@)[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,24})",
    re.ASCII | re.IGNORECASE,
)
_RESERVED = frozenset({"alt", "arpa", "invalid", "local", "localhost", "onion", "test"})


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address that is well formed; nobody has proven to read it yet."""

    address: str
    key: AddressKey


def parse_address(unverified_text: str, *, allow_test_domains: bool = False) -> EmailAddress:
    """Return the address that a text spells.

    Args:
        unverified_text: what somebody typed.
        allow_test_domains: whether `user@app.test` will do, as it must on a laptop.

    Raises:
        Problem: the text is not an address that mail can be sent to (`invalid_email`, RFC 5321 §4.1.2).
    """
    text = unverified_text.strip()
    if len(text) > _LONGEST_ADDRESS:
        raise _not_an_address(f"It is longer than {_LONGEST_ADDRESS} characters.")
    plain = _PLAIN.fullmatch(text)
    if plain is not None and plain[1].lower() not in _RESERVED and "--" not in text:
        local, _, domain = text.rpartition("@")
        return EmailAddress(f"{local}@{domain.lower()}", AddressKey(text.lower()))
    # The library and its tables of other scripts are loaded when the first address needs them.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        # Strict: a part before the @-sign of more than 64 characters is refused too (RFC 5321 §4.5.3.1.1).
        parsed = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=allow_test_domains
        )
    except EmailNotValidError as error:
        raise _not_an_address(str(error)) from None
    if parsed.ascii_email is None:
        raise _not_an_address("The part before the @-sign must be plain ASCII.")
    address = f"{parsed.local_part}@{parsed.ascii_domain}"
    return EmailAddress(address, AddressKey(unicodedata.normalize("NFKC", address).casefold()))


def _not_an_address(reason: str) -> Problem:
    return Problem(
        "invalid_email", 400, f"That is not an e-mail address that mail can be sent to. {reason}", number=1008
    )
