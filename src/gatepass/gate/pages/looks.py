"""An application's look as a stylesheet for pages: custom properties alone, and only what leaves every word readable.

What was kept is held to its shape once more, because it may be older than the rule that refuses it today.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepass.applications.model import Branding
from gatepass.kit.colours import DARK_PAGE, LIGHT_PAGE, contrast, ink_on, is_colour, readable

_READABLE: Final = 4.5  # WCAG 2.2 §1.4.3, level AA
# The palest words of the house's own look, and the grounds that an application does not choose.
_PALEST_ON_LIGHT, _PALEST_ON_DARK = "#5b6676", "#8d98aa"
_LIGHT_GROUNDS: Final = (LIGHT_PAGE, "#f8fafc", "#f1f4f8")
_FONT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,59}")
_LARGEST_RADIUS: Final = 40
# An https address without a sign that could end it in a stylesheet.
_PICTURE: Final = re.compile(r"https://[A-Za-z0-9._~:/?#\[\]@!$&*+,;=%-]{1,2000}")


def stylesheet(branding: Branding) -> str:
    """Return the rules that put a look on; empty where it is the house's own."""
    light, dark = dict(_light(branding)), dict(_dark(branding))
    rules = []
    if light:
        rules.append(f":root {{ {_properties(light)} }}\n")
    if dark or light:
        # A light ground must not stay where pages are dark.
        rules.append(f"@media (prefers-color-scheme: dark) {{ :root {{ {_properties(_night(light) | dark)} }} }}\n")
    if _is_radius(branding.box_radius):
        rules.append(f".stage .card {{ border-radius: {branding.box_radius}px; }}\n")
    if _PICTURE.fullmatch(branding.background_url):
        rules.append(_picture(branding.background_url))
    return "".join(rules)


def _picture(address: str) -> str:
    # The words below the box get a ground of their own, because nobody knows what the picture shows there. A narrow
    # page is all box, so that it fetches no picture.
    return (
        "@media (min-width: 480px) { "
        f'.stage {{ background: var(--page) url("{address}") center / cover no-repeat fixed; }} '
        ".stage > .whose { margin-block-start: 24px; padding: 8px 16px; border-radius: 10px; "
        "background: var(--surface); } }\n"
    )


def _light(branding: Branding) -> Iterator[tuple[str, str]]:
    grounds = {"--page": branding.page_colour, "--surface": branding.box_colour}
    chosen = {name: one for name, one in grounds.items() if is_colour(one) and _reads(_PALEST_ON_LIGHT, one)}
    yield from _grounds(chosen)
    text = branding.text_colour
    if is_colour(text) and all(_reads(text, ground) for ground in (*_LIGHT_GROUNDS, *chosen.values())):
        yield "--text", text
    if is_colour(branding.accent):
        accent = readable(branding.accent, chosen.get("--surface", LIGHT_PAGE))
        yield from (("--gp-accent", accent), ("--gp-on-accent", ink_on(accent)))
    if _is_radius(branding.field_radius):
        yield "--gp-radius", f"{branding.field_radius}px"
    if _FONT.fullmatch(branding.font_family):
        yield "--gp-font", f'"{branding.font_family}", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'


def _dark(branding: Branding) -> Iterator[tuple[str, str]]:
    grounds = {"--page": branding.dark_page_colour, "--surface": branding.dark_box_colour}
    chosen = {name: one for name, one in grounds.items() if is_colour(one) and _reads(_PALEST_ON_DARK, one)}
    yield from _grounds(chosen)
    if is_colour(branding.accent):
        accent = readable(branding.accent, chosen.get("--surface", DARK_PAGE))
        yield from (("--gp-accent", accent), ("--gp-on-accent", ink_on(accent)))


def _grounds(chosen: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield from chosen.items()
    if "--surface" in chosen:
        # What lies in the box takes the colour of what is around it, as in the house's own look.
        yield "--sunken", chosen.get("--page", chosen["--surface"])


def _night(light: dict[str, str]) -> dict[str, str]:
    usual = {"--page": "#0b0f18", "--surface": DARK_PAGE, "--sunken": "#0b0f18", "--text": "#e5e9f0"}
    return {name: value for name, value in usual.items() if name in light}


def _reads(ink: str, ground: str) -> bool:
    return contrast(ink, ground) >= _READABLE


def _is_radius(value: int | None) -> bool:
    return value is not None and 0 <= value <= _LARGEST_RADIUS


def _properties(values: dict[str, str]) -> str:
    return " ".join(f"{name}: {value};" for name, value in values.items())
