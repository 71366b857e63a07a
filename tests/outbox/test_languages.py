"""The language of every mail, from the call or the page that causes it to the mail server that takes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from gatepass.applications.flows import change, registration_of
from gatepass.applications.model import Application, Branding
from gatepass.kit.db import command
from gatepass.kit.languages.tags import LANGUAGES
from gatepass.kit.mail.smtp_url import parse_smtp_url
from gatepass.kit.secrets import Secret
from gatepass.outbox.delivery import Delivery
from gatepass.outbox.jobs import Worker
from gatepass.outbox.rendering import CustomizedMails, MailTemplates
from gatepass.outbox.settings import OutboxSettings
from gatepass.outbox.transports.smtp import SmtpTransport
from gatepass.templates.queries import OwnMails
from gatepass.worker import MAIL_TEMPLATES
from impersonation.people import ANNA, anna_of, begin, open_link
from invitations.guests import GUEST, invited, resend
from organizations.stage import an_organization
from outbox.house import HOST, SENDER, working
from support.managing import managing
from support.smtp import ReceivedMail, SmtpSink
from support.spine import Spine
from support.visiting import a_request, browsing

pytestmark = pytest.mark.anyio
SEND = "/api/v1/auth/passwordless/magic-link/send"
RESEND = "/api/v1/auth/passwordless/magic-link/resend"
_TOUCH_LOCALE = command("UPDATE users SET locale = :locale WHERE id = :id")


@asynccontextmanager
async def posting(spine: Spine, sink: SmtpSink) -> AsyncIterator[SmtpSink]:
    """Let a worker send what waits, in the words of operators and of the house, to a mail server."""
    transport = SmtpTransport(parse_smtp_url(Secret(sink.url)), sender=SENDER, host=HOST, timeout=5)
    words = CustomizedMails(OwnMails(spine.database), MailTemplates(MAIL_TEMPLATES))
    delivery = Delivery(spine.ring, words, transport, SENDER, spine.clock, OutboxSettings())
    async with working(Worker(spine.database, delivery, spine.house.outbox.doorbell, is_alone=True)):
        yield sink
    await transport.close()


async def the_mail(sink: SmtpSink, to: str) -> ReceivedMail:
    """Return the only mail to an address."""
    [mail] = await sink.arrived()
    assert mail.to == [to]
    return mail


async def ask(spine: Spine, email: str, accepted: str = "") -> str:
    """Ask for a link by the documented call."""
    headers = {"x-client-id": spine.application.client_id} | ({"accept-language": accepted} if accepted else {})
    async with spine.door(**headers) as door:
        answer = await door.post(SEND, json={"email": email, "client_id": spine.application.client_id})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["state"])


async def choose(spine: Spine, user_id: str, locale: str) -> None:
    """Let somebody have chosen their language."""
    await spine.transact(lambda tx: tx.run(_TOUCH_LOCALE, id=user_id, locale=locale))


async def speaking(spine: Spine, language: str) -> Application:
    """Give the application a language of its own."""
    wanted = replace(registration_of(spine.application), branding=Branding(language=language))
    return await spine.transact(lambda tx: change(tx, spine.application, wanted, spine.clock.now()))


@pytest.mark.parametrize(
    ("accepted", "subject", "words"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "Bei Shop anmelden", "Drücken Sie den Knopf"),
        ("ja", "Shop にサインイン", "一度だけ"),
        ("pl;q=0.9,xx", "Sign in to Shop", "Press the button"),
    ],
    ids=["german", "japanese", "none of ours"],
)
async def test_a_link_is_mailed_in_the_language_of_the_call(
    each_spine: Spine, smtp_sink: SmtpSink, accepted: str, subject: str, words: str
) -> None:
    async with posting(each_spine, smtp_sink) as sink:
        await ask(each_spine, "ana@example.com", accepted)
        mail = await the_mail(sink, "ana@example.com")
    assert mail.subject == subject
    assert words in mail.html
    assert mail.code is not None
    assert mail.code in mail.text.replace(" ", "")


async def test_the_hosted_page_mails_in_the_language_that_its_application_asked_for(
    spine: Spine, smtp_sink: SmtpSink
) -> None:
    async with posting(spine, smtp_sink) as sink, browsing(spine) as browser:
        page = await browser.arrive(a_request(ui_locales="ja de"))
        await browser.ask("ana@example.com", page)
        assert 'lang="ja"' in (await the_mail(sink, "ana@example.com")).html


async def test_what_a_person_chose_stands_above_what_the_call_wishes_for(spine: Spine) -> None:
    user = (await spine.sign_in("ana@example.com")).user
    await choose(spine, user.id, "ja-JP")
    state = await ask(spine, "ana@example.com", "de")
    assert (await spine.mail("ana@example.com"))["subject"] == "Shop にサインイン"
    async with spine.door(**{"accept-language": "de"}) as door:
        again = await door.post(RESEND, json={"state": state, "client_id": spine.application.client_id})
    assert again.status_code == 200, again.text
    assert (await spine.mail("ana@example.com"))["subject"] == "Shop にサインイン"


async def test_where_nobody_wishes_the_application_decides(spine: Spine) -> None:
    await speaking(spine, "de")
    await ask(spine, "ana@example.com")
    assert (await spine.mail("ana@example.com"))["subject"] == "Bei Shop anmelden"
    await ask(spine, "ben@example.com", "pl")
    assert (await spine.mail("ben@example.com"))["subject"] == "Bei Shop anmelden"
    await ask(spine, "cleo@example.com", "en-GB")
    assert (await spine.mail("cleo@example.com"))["subject"] == "Sign in to Shop"


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("de", "Ada Lovelace lädt Sie zu Acme ein", "Einladung ansehen"),
        ("ja", "Ada Lovelace さんから Acme への招待が届いています", "招待を見る"),
    ],
)
async def test_an_invitation_is_mailed_in_its_readers_language(
    spine: Spine, smtp_sink: SmtpSink, language: str, subject: str, words: str
) -> None:
    async with posting(spine, smtp_sink) as sink:
        await invited(spine, await an_organization(spine), language=language)
        mail = await the_mail(sink, GUEST)
    assert mail.subject == subject
    assert words in mail.html


async def test_an_invitation_of_somebody_known_is_in_the_language_that_they_chose(spine: Spine) -> None:
    known = (await spine.sign_in(GUEST)).user
    await choose(spine, known.id, "de")
    made = await invited(spine, await an_organization(spine), language="ja")
    assert (await spine.mail(GUEST))["subject"] == "Ada Lovelace lädt Sie zu Acme ein"
    await resend(spine, made.invitation, language="ja")
    assert (await spine.mail(GUEST))["subject"] == "Ada Lovelace lädt Sie zu Acme ein"


@pytest.mark.parametrize(
    ("locale", "subject", "words"),
    [
        ("de", "Jemand von Shop sieht sich Ihr Konto an", "Spätestens"),
        ("ja-JP", "Shop の担当者があなたのアカウントを確認しています", "遅くとも"),
        ("", "Somebody from Shop looks at your account", "at the latest"),
    ],
    ids=["german", "japanese", "unknown"],
)
async def test_the_notice_of_an_impersonation_is_never_in_the_operators_language(
    spine: Spine, smtp_sink: SmtpSink, locale: str, subject: str, words: str
) -> None:
    anna = await anna_of(spine)
    await choose(spine, anna.id, locale)
    async with browsing(spine) as browser:
        browser.door.headers["accept-language"] = "fr"
        await open_link(browser, await begin(spine, anna))
    async with posting(spine, smtp_sink) as sink:
        notice = next(mail for mail in await sink.arrived(2) if mail.code is None)
    assert notice.to == [ANNA]
    assert notice.subject == subject
    assert words in notice.html
    assert words in notice.text


async def test_an_operators_template_is_chosen_by_the_same_language(spine: Spine, smtp_sink: SmtpSink) -> None:
    own = {"format": "html", "source": "<p>{{ code }} {{ link }}</p>", "application_id": spine.application.id}
    async with managing(spine, "templates:read", "templates:write") as door:
        for language, subject in (("", "For all"), ("de", "Für alle"), ("pl", "Dla wszystkich")):
            saved = await door.put("/api/v1/templates/sign_in", json={**own, "language": language, "subject": subject})
            assert saved.status_code == 200, saved.text
    polish = (await spine.sign_in("pola@example.com")).user
    await choose(spine, polish.id, "pl")
    async with posting(spine, smtp_sink) as sink:
        await sink.arrived()
        await ask(spine, "ana@example.com", "de-CH")
        await ask(spine, "ben@example.com", "ja")
        await ask(spine, "pola@example.com", "ja")
        mails = {(mail.to[0], mail.subject) for mail in await sink.arrived(4)}
    assert {("ana@example.com", "Für alle"), ("ben@example.com", "For all")} < mails
    assert ("pola@example.com", "Dla wszystkich") in mails


@pytest.mark.parametrize("tag", LANGUAGES)
async def test_every_language_says_the_whole_mail_in_its_own_direction(spine: Spine, tag: str) -> None:
    await ask(spine, "ana@example.com", tag)
    said = await spine.mail("ana@example.com")
    mail = MailTemplates(MAIL_TEMPLATES).render("sign_in", said, tag)
    assert f'<html lang="{tag}" dir="{LANGUAGES[tag].direction}"' in mail.html
    assert ("direction:rtl" in mail.html, "direction:ltr" in mail.html) == (tag == "ar", tag != "ar")
    assert str(said["link"]) in mail.text
    assert "{{" not in mail.html + mail.text
    assert ("Sent by" in mail.text) == (tag == "en")
