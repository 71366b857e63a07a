"""A look is made of colours, https addresses and plain words, so that nothing in it can style, script or load."""

from dataclasses import fields, replace
from typing import Any

import pytest

from gatepass.applications import branding_rules
from gatepass.applications.model import Branding, SignInTexts

PLAIN = Branding()
FULL = Branding(
    accent="#4f46e5",
    logo_url="https://cdn.example/logo.png?v=2",
    signature="Team Shop",
    favicon_url="https://cdn.example/favicon.ico",
    page_title="Shop",
    font_family="Source Sans 3",
    font_url="https://fonts.example/css2?family=Source+Sans+3:wght@400",
    text_colour="#101010",
    page_colour="#fafafa",
    box_colour="#ffffff",
    dark_page_colour="#101018",
    dark_box_colour="#181820",
    background_url="https://cdn.example/hills.jpg",
    box_radius=0,
    field_radius=40,
    language="de",
    texts=SignInTexts(heading="Welcome"),
    texts_by_language={"de": SignInTexts(heading="Willkommen")},
)


def _with(name: str, value: str) -> Branding:
    changed: dict[str, Any] = {name: value}
    return replace(PLAIN, **changed)


def _texts(part: str, value: str) -> SignInTexts:
    changed: dict[str, Any] = {part: value}
    return SignInTexts(**changed)


COLOURS = ["accent", "text_colour", "page_colour", "box_colour", "dark_page_colour", "dark_box_colour"]
ADDRESSES = ["logo_url", "favicon_url", "font_url", "background_url"]


@pytest.mark.parametrize("look", [PLAIN, FULL], ids=["nothing", "everything"])
def test_a_sound_look_has_no_fault(look: Branding) -> None:
    assert list(branding_rules.faults(look)) == []


@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.parametrize(
    "value",
    [
        "red", "#fff", "#12345g", "#112233;}", "url(https://evil.example)", "#112233\n", "expression(alert(1))",
        " #112233",
    ],
)  # fmt: skip
def test_nothing_but_a_colour_is_a_colour(name: str, value: str) -> None:
    (fault,) = branding_rules.faults(_with(name, value))
    assert f"is not a colour for {name}" in fault


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "value",
    [
        "http://cdn.example/a.png", "//cdn.example/a.png", "/a.png", "javascript:alert(1)", "data:image/svg+xml,<svg>",
        'https://cdn.example/"onerror="alert(1)', "https://cdn.example/a'b", "https://cdn.example/a)b",
        "https://cdn.example/a b", "https://cdn.example/<script>", "https://cdn.example/a\\b",
        "https://user:pw@cdn.example/", "https://cdn.example/a#b", "https://", "https://cdn.example/\n",
        "https://cdn.example/" + "a" * 2000,
    ],
)  # fmt: skip
def test_nothing_but_a_plain_https_address_is_an_address(name: str, value: str) -> None:
    (fault,) = branding_rules.faults(_with(name, value))
    assert fault.startswith(f"The address {name} must begin with https://")


@pytest.mark.parametrize(
    "font", ["Inter;color:red", 'Inter"', "Inter, serif", "url(x)", "-inter", "a" * 61, "Inter\n", "Ïnter"]
)
def test_a_font_is_one_plain_name(font: str) -> None:
    (fault,) = branding_rules.faults(replace(PLAIN, font_family=font))
    assert "Name one font" in fault


@pytest.mark.parametrize("radius", [-1, 41, 10**12])
def test_corners_are_bounded(radius: int) -> None:
    faults = list(branding_rules.faults(replace(PLAIN, box_radius=radius, field_radius=radius)))
    assert len(faults) == 2


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (Branding(page_colour="#111111"), "can't be read on the page_colour"),
        (Branding(text_colour="#eeeeee"), "can't be read on the page_colour"),
        (Branding(text_colour="#eeeeee", box_colour="#ffffff", page_colour="#111111"), "can't be read on the box"),
        (Branding(dark_box_colour="#ffffff"), "dark_box_colour"),
        (Branding(dark_page_colour="#bbbbbb"), "dark_page_colour"),
    ],
    ids=["black-page", "pale-text", "pale-text-in-a-white-box", "white-box-at-night", "grey-page-at-night"],
)
def test_colours_that_nobody_can_read_are_named(look: Branding, said: str) -> None:
    assert any(said in fault for fault in branding_rules.faults(look))


def test_light_text_on_dark_grounds_will_do() -> None:
    look = Branding(text_colour="#ffffff", page_colour="#101010", box_colour="#202020")
    assert list(branding_rules.faults(look)) == []


@pytest.mark.parametrize("part", [part.name for part in fields(SignInTexts)])
@pytest.mark.parametrize("value", ["a\nb", "a\u2028b", "\x00", "x" * 201, "\ud800"], ids=str.__repr__)
def test_texts_are_lines_in_every_language(part: str, value: str) -> None:
    texts = _texts(part, value)
    found = list(branding_rules.faults(Branding(texts=texts, texts_by_language={"de": texts})))
    assert [fault.split()[1] for fault in found] == [f"texts.{part}", f"texts_by_language.de.{part}"]


@pytest.mark.parametrize("tag", ["", "german", "DE", "de-DE", "../x"])
def test_texts_belong_to_a_language(tag: str) -> None:
    assert any(
        "is no language" in fault for fault in branding_rules.faults(Branding(texts_by_language={tag: SignInTexts()}))
    )


def test_own_words_in_a_language_stand_above_those_for_all() -> None:
    assert FULL.texts_in("de").heading == "Willkommen"
    assert FULL.texts_in("fr").heading == "Welcome"


def test_every_fault_is_named_at_once() -> None:
    look = Branding(accent="x", logo_url="x", signature="a\nb", font_family="!", box_radius=99, language="xxxx")
    assert len(list(branding_rules.faults(look))) == 6
