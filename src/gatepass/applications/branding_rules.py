"""What an application's look must be made of: colours, https addresses and plain words, and nothing that styles sheets.

Whatever passes here stands in pages, stylesheets and mails. So every value is held to the shape of what it is, and no
shape has room for a quote, a bracket or a semicolon where those would end something.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields

from gatepass.applications.model import Branding, SignInTexts
from gatepass.kit.colours import contrast, is_colour
from gatepass.kit.urls import is_web_address

LONGEST_TEXT = 200
_LONGEST_URL = 2_000
_LARGEST_RADIUS = 40
_MOST_LANGUAGES = 40
_READABLE = 4.5  # WCAG 2.2 §1.4.3, level AA
_LIGHT_GROUND, _DARK_GROUND = "#ffffff", "#0f1420"
_LIGHT_TEXT, _DARK_TEXT = "#0f172a", "#e5e9f0"
_COLOURS = ("accent", "text_colour", "page_colour", "box_colour", "dark_page_colour", "dark_box_colour")
_ADDRESSES = ("logo_url", "favicon_url", "font_url", "background_url")
_FONT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,59}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# What RFC 3986 lets stand in an address, less the signs that end one in a stylesheet or an attribute.
_ADDRESS = re.compile(r"https://[A-Za-z0-9._~:/?#\[\]@!$&*+,;=%-]+")
# Control characters, what ends a line in some reader's eyes, and halves of characters.
_UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})


def faults(branding: Branding) -> Iterator[str]:
    """Yield every fault of a look, each as a sentence that says what to do."""
    wrong = [name for name in _COLOURS if (value := getattr(branding, name)) and not is_colour(value)]
    for name in wrong:
        value = getattr(branding, name)
        yield f"{value[:40]!r} is not a colour for {name}; write it as #rrggbb, such as #4f46e5."
    if not wrong:
        yield from _contrast_faults(branding)
    for name in _ADDRESSES:
        if (address := getattr(branding, name)) and not is_safe_address(address):
            yield (
                f"The address {name} must begin with https:// and hold no spaces, quotes or brackets, because pages "
                "and mails show nothing else."
            )
    if branding.font_family and not _FONT.fullmatch(branding.font_family):
        yield "Name one font by letters, digits, spaces and hyphens, such as Source Sans 3."
    for name in ("box_radius", "field_radius"):
        radius = getattr(branding, name)
        if radius is not None and not 0 <= radius <= _LARGEST_RADIUS:
            yield f"A {name} is 0 to {_LARGEST_RADIUS} pixels; {radius} is outside."
    for name in ("signature", "page_title"):
        if not is_line(getattr(branding, name)):
            yield f"Write its {name} in at most {LONGEST_TEXT} characters, without line breaks."
    yield from _word_faults(branding)


def is_safe_address(text: str) -> bool:
    """Tell whether a text is an https address that can stand in an attribute and in a stylesheet as it is."""
    return len(text) <= _LONGEST_URL and _ADDRESS.fullmatch(text) is not None and is_web_address(text)


def is_line(text: str) -> bool:
    """Tell whether a text is one line of printable characters, not too long."""
    return len(text) <= LONGEST_TEXT and not any(unicodedata.category(character) in _UNFIT for character in text)


def _contrast_faults(branding: Branding) -> Iterator[str]:
    text = branding.text_colour or _LIGHT_TEXT
    for name in ("page_colour", "box_colour"):
        if not _can_be_read(text, getattr(branding, name) or _LIGHT_GROUND):
            yield f"Text of {text} can't be read on the {name}; choose two colours with a contrast of 4.5 or more."
    for name in ("dark_page_colour", "dark_box_colour"):
        if not _can_be_read(_DARK_TEXT, getattr(branding, name) or _DARK_GROUND):
            yield f"Dark pages have light text; choose a {name} that is dark enough for a contrast of 4.5."


def _can_be_read(text: str, ground: str) -> bool:
    return contrast(text, ground) >= _READABLE


def _word_faults(branding: Branding) -> Iterator[str]:
    yield from _text_faults(branding.texts, "texts")
    if len(branding.texts_by_language) > _MOST_LANGUAGES:
        yield f"Give texts in at most {_MOST_LANGUAGES} languages."
    for tag, texts in branding.texts_by_language.items():
        if not _LANGUAGE.fullmatch(tag):
            yield f"{tag[:40]!r} is no language; write its tag in lower case, such as de."
        yield from _text_faults(texts, f"texts_by_language.{tag[:40]}")
    if branding.language and not _LANGUAGE.fullmatch(branding.language):
        yield f"{branding.language[:40]!r} is no language; write its tag in lower case, such as de."


def _text_faults(texts: SignInTexts, label: str) -> Iterator[str]:
    for part in fields(texts):
        if not is_line(getattr(texts, part.name)):
            yield f"Write {label}.{part.name} in at most {LONGEST_TEXT} characters, without line breaks."
