"""The sign-in mail: both parts say everything, and it reads without images, styles or colours."""

import re

import pytest

from web.gallery import rendering
from web.gallery.states import CODE_MAILS, MAIL, MAILS, State

MAIL_PLAIN, MAIL_BRANDED = MAILS

both_mails = pytest.mark.parametrize("state", MAILS, ids=lambda state: state.name)
both_codes = pytest.mark.parametrize("state", CODE_MAILS, ids=lambda state: state.name)


def _words(html: str) -> str:
    shown = re.sub(r"<(style|title|head)\b.*?</\1>|<!--.*?-->", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


@both_mails
def test_both_parts_carry_link_code_and_who_asked(state: State) -> None:
    mail = rendering.mail(state)

    assert state.given["link"] in mail.text
    assert f'href="{state.given["link"]}"'.replace("&", "&amp;") in mail.html
    assert "482 915" in mail.text
    assert "482" in _words(mail.html)
    for part in (mail.text, _words(mail.html)):
        assert state.given["device"] in part
        assert state.given["network"] in part
        assert state.given["at"] in part
        assert "If this was not you" in part


@both_mails
def test_no_placeholder_is_left_over(state: State) -> None:
    mail = rendering.mail(state)

    assert "{{" not in mail.html + mail.text
    assert "{%" not in mail.html + mail.text


def test_an_unknown_place_is_left_out() -> None:
    mail = rendering.mail(MAIL_BRANDED)

    assert "Place" not in mail.text
    assert "Place" not in _words(mail.html)
    assert "None" not in mail.text + _words(mail.html)


def test_one_minute_is_not_one_minutes() -> None:
    assert "for 1 minute." in rendering.mail(MAIL_BRANDED).text
    assert "for 5 minutes." in rendering.mail(MAIL_PLAIN).text


def test_a_code_copied_from_the_mail_comes_in_one_piece() -> None:
    assert re.search(r">482</span><span>915<", rendering.mail(MAIL_PLAIN).html)


@both_mails
def test_no_words_are_smaller_than_thirteen_pixels(state: State) -> None:
    html = rendering.mail(state).html
    body = html.partition("<body")[2]
    sizes = {int(size) for size in re.findall(r"font-size:\s*(\d+)px", body)}

    # 0 and 1 stand where no words are shown: gaps between cells, the rule, and the preview line of an inbox's list.
    assert min(sizes - {0, 1}) >= 13


@both_mails
def test_nothing_is_fetched_but_the_applications_logo(state: State) -> None:
    html = rendering.mail(state).html
    fetched = re.findall(r"""(?:src=|url\(|@import\s+)["']?([^"')\s>]+)""", html)

    assert fetched == ([state.given["logo_url"]] if state.given["logo_url"] else [])
    assert re.search(r'<img alt="Northwind"', html) or not fetched


def test_what_others_wrote_is_escaped_in_the_mail() -> None:
    hostile = "<img src=x>"
    given = MAIL | dict.fromkeys(("app_name", "device", "place", "network", "at", "address"), hostile)
    html = rendering.mail(State("hostile", "sign_in", given)).html

    assert hostile not in html
    assert "&lt;img src=x&gt;" in html


def test_the_mail_has_colours_for_the_dark() -> None:
    html = rendering.mail(MAIL_PLAIN).html

    assert "prefers-color-scheme: dark" in html
    assert '<meta name="color-scheme" content="light dark"' in html


@both_codes
def test_a_mail_with_a_code_alone_is_read_copied_and_filled_in(state: State) -> None:
    mail, code = rendering.mail(state), state.given["code"]

    assert f"\n    {code}\n" in mail.text
    assert f">{code}</td>" in mail.html
    assert mail.text.rstrip().splitlines()[-1] == f"@id.skyline.example #{code}"
    assert f"@id.skyline.example #{code}" in _words(mail.html)
    assert "<a " not in mail.html
    assert "http" not in mail.text
    for part in (mail.text, _words(mail.html)):
        assert state.given["device"] in part
        assert state.given["address"] in part
        assert "{{" not in part
        assert "{%" not in part
        assert "If this was not you" in part


def test_what_others_wrote_is_escaped_in_the_mail_with_a_code_alone() -> None:
    hostile = "<img src=x>"
    names = ("app_name", "device", "place", "network", "at", "address", "asked_by", "host")
    given = CODE_MAILS[0].given | dict.fromkeys(names, hostile)

    assert hostile not in rendering.mail(State("hostile", "sign_in_code", given)).html
