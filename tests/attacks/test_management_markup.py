"""Markup, templates and line ends in whatever somebody may name: shown as text on every page and in every mail."""

import re
from dataclasses import dataclass, fields
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx2
import msgspec
import pytest

from gatepass.applications.model import Branding, SignInTexts
from gatepass.kit.db import query
from gatepass.outbox.flows import payload_context
from gatepass.outbox.message import Headers, as_bytes, build_message
from gatepass.outbox.model import Letter
from gatepass.outbox.rendering import MailTemplates
from gatepass.templates.model import MAIL_KINDS, Draft, Format
from gatepass.templates.rules import made_of
from gatepass.worker import MAIL_TEMPLATES
from organizations.stage import a_person
from support.managing import managing
from support.spine import Spine
from support.visiting import browsing

pytestmark = pytest.mark.anyio
PRODUCT = "58054189"
EVIL = {
    "markup": '"><img src=x onerror=alert(1)>',
    "script": "</title></script><script>alert(1)</script>",
    "jinja": "{{7331*7919}}{% set x = 1 %}{{ config }}{{ ''.__class__ }}",
    "liquid": "{{ 7331 | times: 7919 }}{% assign x = 1 %}",
    "expression": "${7331*7919}#{7331*7919}<%= 7331*7919 %>",
    "style": "red;}</style><style>*{background:url(x)}",
    "comment": "--><svg/onload=alert(1)>",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "uri": "javascript:alert(1)",
}
LINES = ("A\r\nBcc: eve@evil.test", "A\nSet-Cookie: x=1", "A\r", "A\u2028B", "A\x0bB", "A\x00", "A\x85B")
GUEST = "guest@acme.test"
# What a page or a mail would hold where a value were written as it is.
LIVE = re.compile(
    r"<img src=x|<script>alert|<svg/onload|onerror=alert\(1\)>\"|</style><style>|href=[\"']?\s*javascript:|"
    rf"src=[\"']?\s*javascript:|{PRODUCT}",
    re.IGNORECASE,
)


def refused_or(answer: Any, *good: int) -> bool:
    """Tell whether a value was taken; a refusal must be one, and say it as JSON."""
    assert answer.status_code in {*good, 400, 409}, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    return answer.status_code in good


def harmless(name: str, text: str) -> None:
    found = LIVE.search(text)
    assert found is None, f"{name}: …{text[max(0, found.start() - 200) : found.end() + 100]}…"


async def named(root: httpx2.AsyncClient, client_id: str, user_id: str, evil: str) -> None:
    """Give an application and a person a name, wherever they can have one."""
    refused_or(await root.patch(f"/api/v1/applications/{client_id}", json={"name": evil[:80]}), 200)
    words = {field.name: evil for field in fields(SignInTexts)}
    for field in fields(Branding):
        branding = {field.name: {"texts": words, "texts_by_language": {"en": words}}.get(field.name, evil)}
        refused_or(await root.patch(f"/api/v1/applications/{client_id}", json={"branding": branding}), 200)
    refused_or(await root.patch(f"/api/v1/users/{user_id}", json={"first_name": evil, "last_name": evil}), 200)
    refused_or(await root.patch(f"/api/v1/users/{user_id}", json={"picture": evil}), 200)
    refused_or(await root.patch(f"/api/v1/users/{user_id}", json={"public_metadata": {"note": evil}}), 200)


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
async def test_what_was_named_is_shown_as_text_everywhere(spine: Spine, evil: str) -> None:
    person = await a_person(spine, "ana@acme.test")
    client_id = spine.application.client_id
    async with managing(spine, "sys_owner") as root, browsing(spine) as browser:
        await named(root, client_id, person.id, evil)
        made = (await root.post("/api/v1/organizations", json={"Name": "Acme"})).json()
        place = f"/api/v1/organizations/{made['id']}"
        for body in ({"Name": evil}, {"display_name": evil}, {"branding": {"accent": evil}},
                     {"branding": {"logo_url": evil}}, {"website": evil}, {"address": evil}):  # fmt: skip
            refused_or(await root.patch(place, json=body), 200)
        wanted: dict[str, Any] = {"invitee": {"email": GUEST, "first_name": evil, "last_name": evil}}
        wanted |= {"description": evil, "inviter": {"email": "eve@acme.test", "name": evil}}
        asked = await root.post(f"{place}/invitations", json=wanted)
        has_mail = refused_or(asked, 201)
        shown = await root.post(
            f"{place}/invitations",
            json={"invitee": {"email": "second@acme.test"}, "send_invitation_email": False},
        )
        pages = []
        if refused_or(shown, 201):
            pages.append(await browser.get(shown.json()["invitation_url"]))
        acted = await root.post(
            f"/api/v1/users/{person.id}/impersonations", json={"reason": f"Because {evil}", "client_id": client_id}
        )
        if refused_or(acted, 201):
            pages.append(await browser.get(acted.json()["url"]))
        pages += [await browser.arrive(), await browser.ask("ana@acme.test"), await browser.get("/dev/mail")]
        pages += [await browser.sign_in("ana@acme.test", await browser.get("/account"))]
        pages += [await browser.get(path) for path in ("/account", "/account/sessions", "/account/applications", "/")]
    assert sum(page.status_code == 200 for page in pages) >= 5
    if evil == EVIL["markup"]:
        assert sum("&lt;img src=x" in page.text for page in pages) >= 4
    for page in pages:
        harmless(str(page.url), page.text)
    mails = await mails_of(spine)
    assert len(mails) >= (2 if has_mail else 1)
    for name, html in mails.items():
        harmless(name, html)


@pytest.mark.parametrize("evil", LINES, ids=range(len(LINES)))
async def test_no_name_begins_a_line_of_a_mails_head_or_of_an_answers(spine: Spine, evil: str) -> None:
    async with managing(spine, "sys_owner") as root:
        await root.patch(f"/api/v1/applications/{spine.application.id}", json={"name": evil})
        made = (await root.post("/api/v1/organizations", json={"Name": "Acme"})).json()
        place = f"/api/v1/organizations/{made['id']}"
        await root.patch(place, json={"display_name": evil})
        named = {"email": GUEST, "first_name": evil, "last_name": evil}
        body = {"invitee": named, "description": evil, "inviter": {"email": "eve@acme.test", "name": evil}}
        answer = await root.post(f"{place}/invitations", json=body)
        assert answer.status_code in {201, 400}
        await root.post(f"{place}/invitations", json={"invitee": {"email": "other@acme.test"}})
        searched = await root.get("/api/v1/organizations", params={"limit": 1, "search": evil})
        assert "set-cookie" not in searched.headers
    await spine.ask("ana@acme.test")
    for template, letter in await letters_of(spine):
        mail = MailTemplates(MAIL_TEMPLATES).render(template, letter.context)
        sender = str(letter.context.get("app_name", ""))
        head = Headers("a@b.test", sender, "ana@acme.test", "<1@b.test>", spine.clock.now())
        parsed = message_from_bytes(as_bytes(build_message(mail, head)), policy=default)
        assert parsed["bcc"] is None
        assert {"from", "to", "subject", "message-id"} <= {name.lower() for name in parsed}
        assert mail.subject.isprintable(), mail.subject


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
@pytest.mark.parametrize("kind", MAIL_KINDS.values(), ids=MAIL_KINDS)
def test_a_value_in_a_template_of_a_customers_is_no_template(kind: Any, evil: str) -> None:
    """Wherever a template shows a name: in words, in the subject, in an attribute."""
    shows = "".join(f"<p title='{{{{ {name} }}}}'>{{{{ {name} }}}}</p>" for name in kind.variables if name != "link")
    opens = "<a href='{{ link }}'>x</a>" if "link" in kind.variables else ""
    draft = Draft(Format.HTML, "Hello {{ app_name }}", f"{opens}{shows}", "")
    free = [name for name, sample in kind.full_samples.items() if isinstance(sample, str)]
    kept = {"link", "code", "accent", "on_accent", *(name for name in free if name.endswith("_url"))}
    values = {**kind.full_samples, **{name: evil for name in free if name not in kept}}
    mail = made_of(draft, kind, values)
    harmless(kind.name, mail.html + mail.subject.replace("<", "&lt;"))
    assert PRODUCT not in mail.text


@dataclass(frozen=True)
class Row:
    id: str
    payload: bytes | None


_MAILS = query(Row, "SELECT {columns} FROM outbox ORDER BY id")


async def letters_of(spine: Spine) -> list[tuple[str, Letter]]:
    """Return what every mail in the outbox is made of."""
    rows = await spine.read(lambda tx: tx.all(_MAILS))
    opened = [spine.ring.open(row.payload, context=payload_context(row.id)) for row in rows if row.payload is not None]
    letters = [msgspec.json.decode(letter, type=Letter) for letter in opened]
    return [(letter.template, letter) for letter in letters]


async def mails_of(spine: Spine) -> dict[str, str]:
    """Return the HTML of every mail, in the house's words."""
    found = {}
    for number, (template, letter) in enumerate(await letters_of(spine)):
        mail = MailTemplates(MAIL_TEMPLATES).render(template, letter.context)
        found[f"{template} {number}"] = mail.html
    return found
