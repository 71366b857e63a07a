"""The configuration in every language, key for key, and the look in its documented form."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gatepass.applications.model import Branding, SignInTexts
from gatepass.gate.pages.languages import LANGUAGES
from gatepass.web.widget import localization
from support.spine import SHOP, Spine

pytestmark = pytest.mark.anyio
WORDS = Path(localization.__file__).parent / "words"
# The names of the hosted product's own element.
KEYS: dict[str, Any] = {
    "login": {
        "heading": "", "sub_heading": "", "footer": "", "or": "", "button": {"text": ""},
        "input": {"placeholder": "", "label": ""}, "phone_input": {"placeholder": "", "label": ""},
    },
    "magic_otp": {
        "title_text": "", "title": "", "subtitle": "", "error_text": "",
        "button": {"text": "", "resend": "", "resend_again": ""},
    },
    "verification": {
        "heading": "", "sub_heading": "", "help_text": "", "default_error": "",
        "button": {"resend": "", "resend_again": ""},
    },
    "webauthn_page": {
        "title_text": "", "sub_title_text_1": "", "sub_title_text_2": "", "button1": {"text": ""},
        "button2": {"text": ""},
    },
    "email_password": {
        "heading": "", "input": {"placeholder": "", "label": ""}, "or": "", "button": [{"text": ""}, {"text": ""}],
    },
}  # fmt: skip
SCHEMA = {
    "fontStyle": {
        "fontFamily": "Arial", "fontSize": 16, "color": "#1f2937", "fontWeight": "normal", "fontStyle": "normal",
        "textDecoration": "none",
    },
    "pageConfig": {"background": "#f9fafc"},
    "inputBox": {
        "text": {"color": "#1f2937", "placeholder": "#9ca3af", "fontSize": 16, "background": "#ffffff"},
        "border": {"color": "#d1d5db", "radius": 4, "width": 1},
        "label": {"color": "#1f2937", "size": 14, "fontSize": 14},
        "bgColor": {"color": "#ffffff"},
    },
    "socialConfig": {
        "position": "bottom", "fontSize": 16, "fontWeight": "normal", "color": "#1f2937", "background": "#ffffff",
        "borderColor": "#d1d5db", "borderWidth": 1,
    },
    "colorConfig": {"primary": "#4a00ff", "secondary": "#9ca3af", "error": "#ff0000"},
    "imageConfig": {"logoUrl": "", "favicon": "", "brandName": "Shop"},
    "browserConfigdata": {"url": "http://localhost:8000", "pageTitle": "Shop"},
    "loginBoxConfigData": {"backgroundImage": "", "background": "#ffffff", "borderRadius": 6, "style": "modern"},
    "submitButtonConfigData": {
        "background": "#4a00ff", "color": "#ffffff", "borderRadius": 4, "fontSize": 16, "fontWeight": "normal",
    },
}  # fmt: skip
LOOK_KEYS = {
    "branding_schema", "admin_branding_schema", "brand", "signature", "btn_color", "text_color", "background_image",
    "login_box_color", "background", "brand_logo", "favicon", "font", "lang", "white_label", "page_title",
    "background_style", "input_style", "social_button", "logo_style", "login_box_style", "page_submit_button_style",
}  # fmt: skip


def without_words(value: Any) -> Any:
    """Return the keys of an answer with every word taken out."""
    if isinstance(value, dict):
        return {name: without_words(part) for name, part in value.items()}
    return [without_words(part) for part in value] if isinstance(value, list) else ""


async def ask(spine: Spine, accept: str = "", **query: str) -> httpx2.Response:
    headers = {"accept-language": accept} if accept else {}
    async with spine.door() as door:
        return await door.get("/api/v1/config", params=query, headers=headers)


def test_every_language_of_the_pages_has_a_file_and_no_other() -> None:
    assert {path.stem for path in WORDS.glob("*.json")} == set(LANGUAGES)
    assert len(LANGUAGES) == 10


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_language_leaves_a_sentence_out_or_in_english(tag: str) -> None:
    said = json.loads((WORDS / f"{tag}.json").read_text())
    assert without_words(said) == KEYS
    english = json.loads((WORDS / "en.json").read_text())
    for page, texts in _sentences(said).items():
        assert texts.strip(), page
        if tag != "en" and len(texts) > 15:
            assert texts != _sentences(english)[page], page


def _sentences(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, str):
        return {prefix: value}
    rows = value.items() if isinstance(value, dict) else enumerate(value)
    return {name: text for key, part in rows for name, text in _sentences(part, f"{prefix}.{key}").items()}


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_the_whole_element_speaks_each_language(spine: Spine, tag: str) -> None:
    body = (await ask(spine, client_id=spine.application.client_id, lang=tag)).json()
    said = body["localization"]
    assert (said["iso_code"], said["language"]) == (tag, LANGUAGES[tag].name)
    assert said["direction"] == ("rtl" if tag == "ar" else "ltr")
    assert body["branding"]["lang"] == tag
    assert without_words({name: said[name] for name in KEYS}) == KEYS
    assert said.keys() == KEYS.keys() | {"language", "iso_code", "direction"}
    assert "Shop" in said["magic_otp"]["title"]
    assert "{name}" not in json.dumps(said)


@pytest.mark.parametrize(
    ("lang", "accept", "expected"),
    [
        ("", "", "en"), ("de", "fr", "de"), ("", "fr-CH, en;q=0.5", "fr"), ("xx", "es", "es"), ("DE-at", "", "de"),
        ("../../etc", "", "en"), ("x" * 5000, "", "en"), ("", "zz, *;q=0.1", "en"),
    ],
    ids=["nothing", "both", "header", "unknown", "region", "path", "long", "stars"],
)  # fmt: skip
async def test_the_wish_that_can_be_met_wins(spine: Spine, lang: str, accept: str, expected: str) -> None:
    answer = await ask(spine, accept, client_id=spine.application.client_id, lang=lang)
    assert answer.json()["localization"]["iso_code"] == expected
    assert "accept-language" in answer.headers["vary"]


async def test_an_application_has_a_language_of_its_own_for_everybody_else(spine: Spine) -> None:
    shop = await spine.register(replace(SHOP, branding=Branding(language="ja")))
    assert (await ask(spine, client_id=shop.client_id)).json()["localization"]["iso_code"] == "ja"
    assert (await ask(spine, "it", client_id=shop.client_id)).json()["localization"]["iso_code"] == "it"


async def test_own_words_win_in_their_language(spine: Spine) -> None:
    english = SignInTexts(*(f"own {part.name}" for part in fields(SignInTexts)))
    german = SignInTexts(heading="Unser Laden")
    shop = await spine.register(replace(SHOP, branding=Branding(texts=english, texts_by_language={"de": german})))
    for tag, heading, button in (("fr", "own heading", "own button"), ("de", "Unser Laden", "Ohne Passwort anmelden")):
        login = (await ask(spine, client_id=shop.client_id, lang=tag)).json()["localization"]["login"]
        assert (login["heading"], login["button"]["text"]) == (heading, button)


async def test_the_look_by_client_id_is_an_object_and_by_domain_a_text(spine: Spine) -> None:
    by_id = (await ask(spine, client_id=spine.application.client_id)).json()
    by_domain = (await ask(spine, domain="localhost")).json()
    assert by_id["branding"].keys() == by_domain["branding"].keys() == LOOK_KEYS
    assert by_id["branding"]["branding_schema"] == SCHEMA
    assert json.loads(by_domain["branding"].pop("branding_schema")) == by_id["branding"].pop("branding_schema")
    assert by_id == by_domain


async def test_the_look_of_an_application_stands_in_the_schema(spine: Spine) -> None:
    look = Branding(
        accent="#112233", logo_url="https://cdn.example/l.png", favicon_url="https://cdn.example/f.ico",
        page_title="Our shop", font_family="Lato", font_url="https://cdn.example/lato.css", text_colour="#202020",
        page_colour="#fefefe", box_colour="#fdfdfd", background_url="https://cdn.example/b.jpg", box_radius=0,
        field_radius=9, is_white_label=False,
    )  # fmt: skip
    shop = await spine.register(replace(SHOP, branding=look))
    told = (await ask(spine, client_id=shop.client_id)).json()["branding"]
    schema = told["branding_schema"]
    assert told["font"] == {"url": "https://cdn.example/lato.css", "family": "Lato"}
    assert (told["favicon"], told["page_title"], told["white_label"]) == (look.favicon_url, "Our shop", False)
    assert (told["background"], told["background_image"]) == ("#fefefe", look.background_url)
    assert schema["colorConfig"]["primary"] == schema["submitButtonConfigData"]["background"] == "#112233"
    assert schema["imageConfig"] == {"logoUrl": look.logo_url, "favicon": look.favicon_url, "brandName": "Shop"}
    assert schema["loginBoxConfigData"]["borderRadius"] == 0
    assert schema["inputBox"]["border"]["radius"] == 9


async def test_connections_have_ids_of_their_own(spine: Spine) -> None:
    second = await spine.register(replace(SHOP, name="Second"))
    both = [(await ask(spine, client_id=one.client_id)).json() for one in (spine.application, second)]
    ids = [connection["connection_id"] for one in both for connection in one["connection"]]
    assert len(set(ids)) == 6
    assert all(len(one) == 24 for one in ids)
    assert not set(ids) & {one["id"] for one in both}
    assert (await ask(spine, client_id=second.client_id)).json()["connection"] == both[1]["connection"]
