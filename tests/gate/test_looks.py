"""An application's look on pages: every word stays readable, and only colours, lengths and fonts reach the sheet."""

from dataclasses import replace
from typing import Any

import pytest

from gatepass.applications.flows import change, registration_of
from gatepass.applications.model import Branding, SignInTexts
from gatepass.gate.pages.looks import stylesheet
from support.spine import SHOP, Spine
from support.visiting import browsing

EVIL = '</style><script>alert(1)</script>"};@import url(//evil.example);'


def test_the_houses_own_look_needs_no_rules() -> None:
    assert stylesheet(Branding()) == ""


def test_colours_corners_and_font_are_put_on() -> None:
    look = Branding(
        accent="#123456", page_colour="#fffdf5", box_colour="#fffefb", text_colour="#101010", box_radius=0,
        field_radius=4, font_family="Source Sans 3", dark_page_colour="#050505", dark_box_colour="#0a0a0a",
    )  # fmt: skip
    light, dark, card = stylesheet(look).splitlines()
    for part in ("--page: #fffdf5;", "--surface: #fffefb;", "--text: #101010;", "--gp-accent: #123456;"):
        assert part in light
    assert '--gp-font: "Source Sans 3", ' in light
    assert "--gp-radius: 4px;" in light
    assert "--page: #050505; --surface: #0a0a0a; --sunken: #050505; --text: #e5e9f0;" in dark
    assert card == ".stage .card { border-radius: 0px; }"


def test_a_picture_lies_behind_the_box_and_never_behind_words() -> None:
    sheet = stylesheet(Branding(background_url="https://cdn.example.com/sea.jpg?w=1600"))
    assert 'url("https://cdn.example.com/sea.jpg?w=1600") center / cover' in sheet
    assert ".stage > .whose {" in sheet
    assert "background: var(--surface);" in sheet


@pytest.mark.anyio
async def test_a_page_has_the_title_the_picture_and_the_language_of_its_application_and_no_font_from_elsewhere(
    spine: Spine,
) -> None:
    own = Branding(
        page_title="Shop portal", background_url="https://cdn.example.com/sea.jpg",
        font_url="https://fonts.example.com/face.css", font_family="Georgia", language="de",
    )  # fmt: skip
    wanted = replace(registration_of(spine.application), branding=own)
    await spine.transact(lambda tx: change(tx, spine.application, wanted, spine.clock.now()))
    async with browsing(spine) as browser:
        page = await browser.arrive()
        sheet = await browser.get(f"/branding/{spine.application.client_id}.css")
        assert "<title>Shop portal | " in page.text
        assert '<html lang="de"' in page.text
        assert "fonts.example.com" not in page.text + sheet.text
        assert 'url("https://cdn.example.com/sea.jpg")' in sheet.text
        policy = page.headers["content-security-policy"]
        assert "img-src 'self' data: https:;" in policy
        assert "font-src 'self';" in policy
        assert 'lang="fr"' in (await browser.get(str(page.url), **{"accept-language": "fr"})).text


@pytest.mark.parametrize(
    "look",
    [Branding(page_colour="#777777"), Branding(box_colour="#101010"), Branding(text_colour="#cccccc"),
     Branding(dark_page_colour="#999999"), Branding(dark_box_colour="#ffffff")],
    ids=["grey", "black-box", "pale-text", "grey-night", "white-night"],
)  # fmt: skip
def test_what_would_hide_a_word_is_left_out(look: Branding) -> None:
    assert stylesheet(look) == ""


@pytest.mark.parametrize(
    "name",
    [
        "accent",
        "page_colour",
        "box_colour",
        "text_colour",
        "dark_page_colour",
        "dark_box_colour",
        "font_family",
        "background_url",
    ],
)
def test_a_value_of_another_shape_never_gets_into_the_sheet(name: str) -> None:
    changed: dict[str, Any] = {name: EVIL}
    assert stylesheet(replace(Branding(), **changed)) == ""
    assert stylesheet(Branding(box_radius=10**6, field_radius=-1)) == ""


@pytest.mark.anyio
async def test_what_an_application_says_of_itself_is_words_on_every_page_that_shows_it(spine: Spine) -> None:
    texts = SignInTexts(*[EVIL] * 6)
    look = Branding(texts=texts, favicon_url="https://cdn.example/f.ico", accent="#123456")
    named = "<script>alert(1)</script>"
    shop = await spine.register(replace(SHOP, name=named, branding=look))
    asked = {
        "client_id": shop.client_id, "response_type": "code", "redirect_uri": "https://shop.test/callback",
        "scope": "openid", "state": "s", "code_challenge": "a" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    async with spine.door() as door:
        page = await door.get("/oauth2/authorize", params=asked, follow_redirects=True)
        assert page.status_code == 200
        assert 'rel="icon" href="https://cdn.example/f.ico"' in page.text
        assert "alert(1)" in page.text
        assert "<script>alert" not in page.text
        told = await door.get("/api/v1/config", params={"client_id": shop.client_id})
        assert told.headers["content-type"] == "application/json"
        assert told.headers["x-content-type-options"] == "nosniff"
        sheet = await door.get(f"/branding/{shop.client_id}.css")
        assert "--gp-accent: #123456" in sheet.text
        assert "evil" not in sheet.text
