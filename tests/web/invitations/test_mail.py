"""The mail that invites: both parts say everything, and what people wrote stays what it is."""

import re
from dataclasses import replace

import pytest

from web.gallery import rendering
from web.gallery.invitations import INVITATION_MAILS
from web.gallery.state import State

FULL, BARE = INVITATION_MAILS
both_mails = pytest.mark.parametrize("state", INVITATION_MAILS, ids=lambda state: state.name)


def _words(html: str) -> str:
    shown = re.sub(r"<(style|title|head)\b.*?</\1>|<!--.*?-->", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


@both_mails
def test_both_parts_carry_link_organization_address_and_end(state: State) -> None:
    mail = rendering.mail(state)
    assert state.given["link"] in mail.text
    assert f'href="{state.given["link"]}"' in mail.html
    for part in (mail.text, _words(mail.html)):
        for name in ("organization", "address", "until"):
            assert state.given[name] in part


def test_who_invites_and_what_they_write_stands_in_both_parts() -> None:
    mail = rendering.mail(FULL)
    for part in (mail.text, _words(mail.html)):
        for name in ("inviter", "inviter_email", "description"):
            assert FULL.given[name] in part


@both_mails
def test_nothing_is_left_over(state: State) -> None:
    mail = rendering.mail(state)
    assert "{{" not in mail.html + mail.text
    assert "{%" not in mail.html + mail.text
    assert "None" not in mail.text + _words(mail.html)


def test_an_invitation_of_nobody_names_nobody() -> None:
    mail = rendering.mail(BARE)
    assert "You are invited" in mail.text
    assert "They write" not in mail.text


def test_markup_of_people_is_text() -> None:
    given = {**FULL.given, "organization": "<b>Acme</b>", "description": "<script>1</script>", "inviter": "A\nBcc: x"}
    mail = rendering.mail(replace(FULL, given=given))
    assert "<b>Acme" not in mail.html
    assert "<script>1" not in mail.html
    assert "A\nBcc" not in mail.text
