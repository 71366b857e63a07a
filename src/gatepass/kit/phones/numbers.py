"""From what somebody typed to E.164, the form in which a number is kept, found and called."""

from typing import Final

from gatepass.kit.problems import Problem

_LONGEST: Final = 40


def parse_phone(unverified_text: str) -> str:
    """Return the number that a text spells, in the form of E.164 (ITU-T E.164): a plus sign and at most 15 digits.

    Whether anybody answers there is not judged, nor whether its exchange exists: numbering plans change more often
    than their tables do.

    Args:
        unverified_text: a number in international form, spaces and dashes as people write them.

    Raises:
        Problem: it has no country code, or is too short or too long for its country (`invalid_phone`).
    """
    text = unverified_text.strip()
    if len(text) > _LONGEST or not text.startswith("+"):
        raise _not_a_number()
    # The library and its tables of every country are loaded when the first number needs them.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise _not_a_number() from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise _not_a_number()
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _not_a_number() -> Problem:
    sentence = "That is not a phone number; write it with the country's code, such as +49 30 123456."
    return Problem("invalid_phone", 400, sentence, number=1004)
