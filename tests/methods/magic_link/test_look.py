"""Whose name a mail and its page speak under: never a stranger's."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from gatepass.applications.model import ApplicationType, Branding, OAuthPolicy, Registration, Source
from gatepass.outbox.rendering import MailTemplates
from gatepass.templates.model import Look, look_of
from gatepass.worker import MAIL_TEMPLATES
from support.spine import ORIGIN, SHOP, Spine

pytestmark = pytest.mark.anyio

ANA = "ana@example.com"
NAME = "URGENT: pay at evil.example/pay now <b>or else</b>"
EVIL = Registration(
    name=NAME,
    type=ApplicationType.SPA,
    callback_urls=("https://evil.example/cb",),
    branding=Branding(logo_url="https://evil.example/logo.png", accent="#ff0000"),
    oauth=OAuthPolicy(is_third_party=True, source=Source.REGISTRATION),
)


async def test_the_mail_for_a_stranger_speaks_under_the_name_of_the_house_and_says_who_asked(spine: Spine) -> None:
    evil = await spine.register(EVIL)
    state = await spine.ask(ANA, evil)
    for _ in range(2):
        said = await spine.mail(ANA)
        assert (said["subject"], said["app_name"], said["logo_url"]) == ("Sign in to Shop", "Shop", None)
        assert said["accent"] != "#ff0000"
        assert said["asked_by"] == "URGENT: pay at evil.example/pay now <b>or else</b>"
        assert dict(parse_qsl(urlsplit(said["link"]).query))["client_id"] == evil.client_id
        assert await spine.house.links.resend(evil, state, ORIGIN) is None
    written = MailTemplates(MAIL_TEMPLATES).render("sign_in", said)
    assert "says it is called “URGENT: pay at" in written.text
    assert "&lt;b&gt;or else" in written.html
    assert "<b>or else" not in written.html
    assert "logo.png" not in written.html


async def test_the_landing_page_for_a_stranger_has_the_look_of_the_house_and_says_who_asked(spine: Spine) -> None:
    evil = await spine.register(EVIL)
    await spine.ask(ANA, evil)
    async with spine.door() as door:
        page = await door.get(str((await spine.mail(ANA))["link"]))
    assert page.status_code == 200
    assert "Somebody asked to sign in to Shop as" in page.text
    assert "says it is called <strong><bdi>URGENT: pay" in page.text
    assert "<b>or else" not in page.text
    assert "logo.png" not in page.text
    assert evil.client_id not in page.text.split("<form")[0], "nor its colours"


async def test_an_application_of_the_operators_own_speaks_for_itself(spine: Spine) -> None:
    await spine.ask(ANA)
    said = await spine.mail(ANA)
    assert (said["subject"], said["app_name"], said["asked_by"]) == ("Sign in to Shop", "Shop", None)
    assert "says it is called" not in MailTemplates(MAIL_TEMPLATES).render("sign_in", said).text


async def test_where_no_application_is_the_operators_own_the_house_speaks(spine: Spine) -> None:
    evil = await spine.register(EVIL)
    assert look_of(evil, None).owner is None
    assert look_of(evil, evil).owner is None
    assert look_of(spine.application, None) == Look(spine.application)
    long = replace(evil, name="a\u202e" * 200)
    assert look_of(long, None).asked_by == " ".join("a" * 50)


@pytest.mark.parametrize(
    ("wish", "tag"), [({}, "de"), ({"accept-language": "fr"}, "fr"), ({"accept-language": "xx"}, "de")],
    ids=["no wish", "a wish", "a wish that nobody can meet"],
)  # fmt: skip
async def test_the_landing_page_speaks_the_applications_language_where_the_reader_wishes_for_none_of_ours(
    wish: dict[str, str], tag: str, spine: Spine
) -> None:
    german = await spine.register(replace(SHOP, branding=Branding(language="de")))
    await spine.ask(ANA, german)
    link = str((await spine.mail(ANA))["link"])
    async with spine.door(**wish) as door:
        assert f'<html lang="{tag}"' in (await door.get(link)).text


async def test_a_stranger_does_not_choose_the_language_of_our_pages(spine: Spine) -> None:
    evil = await spine.register(replace(EVIL, branding=Branding(language="de")))
    await spine.ask(ANA, evil)
    async with spine.door() as door:
        assert '<html lang="en"' in (await door.get(str((await spine.mail(ANA))["link"]))).text
