"""What makes an address well formed, and what makes two addresses the same."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from gatepass.kit.problems import Problem
from gatepass.users.model import AddressKey, EmailAddress

_LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3 less the angle brackets


def parse_address(unverified_text: str, *, allow_test_domains: bool = False) -> EmailAddress:
    """Return the address that a text spells.

    Args:
        unverified_text: what somebody typed.
        allow_test_domains: whether `user@app.test` and `user@localhost` will do, as they must on a laptop.

    Raises:
        Problem: the text is not an address that mail can be sent to (`invalid_email`, RFC 5321 §4.1.2).
    """
    text = unverified_text.strip()
    if len(text) > _LONGEST_ADDRESS:
        raise _not_an_address(f"It is longer than {_LONGEST_ADDRESS} characters.")
    try:
        parsed = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, test_environment=allow_test_domains
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
