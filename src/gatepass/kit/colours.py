"""Colours that people can read: contrast after WCAG 2.2, and the correction of an accent that has too little."""

import re
from functools import lru_cache
from typing import Final

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_READABLE: Final = 4.5  # WCAG 2.2 §1.4.3, level AA
LIGHT_PAGE: Final = "#ffffff"
DARK_PAGE: Final = "#0f1420"
_LIGHT_INK: Final = "#ffffff"
_DARK_INK: Final = "#0b1020"
_STEPS: Final = 40
_KNEE: Final = 0.04045  # of the sRGB curve (WCAG 2.2, relative luminance)


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour as `#rrggbb`."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=1000)
def ink_on(colour: str) -> str:
    """Return the colour of text that reads best on a colour: white or nearly black."""
    return max((_LIGHT_INK, _DARK_INK), key=lambda ink: contrast(ink, colour))


@lru_cache(maxsize=1000)
def readable(colour: str, page: str) -> str:
    """Return a colour, darkened or lightened just so far that it can be read on a page of another."""
    target = _DARK_INK if _luminance(page) > _luminance(_DARK_INK) + 0.2 else _LIGHT_INK
    for step in range(_STEPS + 1):
        mixed = _mixed(colour, target, step / _STEPS)
        if contrast(mixed, page) >= _READABLE:
            return mixed
    return target


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _KNEE else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
