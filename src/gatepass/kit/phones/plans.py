"""Where a number is and what kind of line it reaches, by the tables of numbering plans."""

from dataclasses import dataclass
from enum import StrEnum


class Line(StrEnum):
    """What a number reaches."""

    MOBILE = "mobile"
    FIXED = "fixed"
    PAID = "paid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number is.

    Args:
        country: the two letters of ISO 3166-1; `001` for what belongs to none, such as satellites.
        line: what it reaches. `paid` is every range whose calls earn somebody money or are no person's own line
            (premium, shared cost, toll-free, pagers, voicemail, company-wide and personal numbers, calls over the
            Internet); `unknown` is a range that no plan has given out.
    """

    country: str
    line: Line


def place_of(number: str) -> Place:
    """Return where a number is.

    Args:
        number: in the form of E.164, from `parse_phone`.
    """
    # The library and its tables of every country are loaded when the first number needs them.
    import phonenumbers  # noqa: PLC0415

    found, kinds = phonenumbers.parse(number, None), phonenumbers.PhoneNumberType
    country = phonenumbers.region_code_for_number(found)
    country = country or phonenumbers.region_code_for_country_code(found.country_code or 0)
    lines = {
        kinds.MOBILE: Line.MOBILE,
        kinds.FIXED_LINE_OR_MOBILE: Line.MOBILE,
        kinds.FIXED_LINE: Line.FIXED,
        kinds.UNKNOWN: Line.UNKNOWN,
    }
    return Place(country if len(country) == len("DE") else "001", lines.get(phonenumbers.number_type(found), Line.PAID))
