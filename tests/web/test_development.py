"""The start page and the mailbox of a server in development, which production does not have."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.methods.sms_code.model import DevMessage
from gatepass.methods.sms_code.sending import store as sms_store
from gatepass.outbox import store
from gatepass.outbox.model import DevMail
from gatepass.web.development.model import sample_call
from support.spine import Spine, standing

pytestmark = pytest.mark.anyio

PAGES = [
    "/",
    "/dev/sms",
    "/dev/sms/messages",
    "/dev/mail",
    "/dev/mail/messages",
    "/dev/mail/{id}",
    "/dev/mail/{id}/html",
]


async def receive(spine: Spine, recipient: str = "ana@example.com", **changes: Any) -> DevMail:
    """Put a mail into the mailbox."""
    mail = DevMail(
        id=new_id(), recipient=recipient, subject="Sign in to Shop", text="Open it.", html="<p>Open it.</p>",
        headers={"From": "Shop <no-reply@localhost>", "To": recipient}, links=["https://auth.example/x?a=1&b=2"],
        code="123456", at=spine.clock.now(),
    )  # fmt: skip
    mail = dataclasses.replace(mail, **changes)

    async def body(tx: Tx) -> None:
        await store.add_dev_mail(tx, mail, 500)

    await spine.transact(body)
    return mail


@pytest.mark.parametrize("path", PAGES)
async def test_production_has_no_page_of_development(sqlite_copy: str, tmp_path: Path, path: str) -> None:
    environment = {"GATEPASS_DEV": "false", "GATEPASS_PUBLIC_URL": "https://auth.example"}
    async with standing(sqlite_copy, tmp_path, environment) as spine:
        mail = await receive(spine)
        async with spine.door() as door:
            answer = await door.get(path.format(id=mail.id))
    assert answer.status_code == 404
    assert mail.subject not in answer.text


async def test_the_start_page_shows_a_call_that_works_when_it_is_pasted(spine: Spine) -> None:
    async with spine.door() as door:
        page = await door.get("/")
    assert page.status_code == 200
    assert spine.application.client_id in page.text
    for address in ("/docs", "/openapi.json", "/dev/mail", "/healthz", "/.well-known/jwks.json"):
        assert f"{spine.house.public_url}{address}" in page.text
    call = sample_call("http://localhost:8000", "cli_x")
    assert 'http://localhost:8000/api/v1/auth/passwordless/magic-link/send?client_id=cli_x"' in call
    assert "-H 'Content-Type: application/json'" in call


async def test_a_server_without_an_application_says_how_to_make_one(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(_: object) -> None:
        return None

    monkeypatch.setattr(type(spine.house.applications), "eldest", nobody)
    async with spine.door() as door:
        page = await door.get("/")
        assert page.status_code == 404
        assert "gatepass app create" in page.text
        assert (await door.get("/dev/mail")).status_code == 200


async def test_an_empty_mailbox_is_a_page_and_an_empty_list(spine: Spine) -> None:
    async with spine.door() as door:
        assert (await door.get("/dev/mail")).status_code == 200
        assert (await door.get("/dev/mail/messages")).json() == {"messages": []}


async def test_the_mailbox_lists_mails_for_scripts_and_narrows_to_one_address(spine: Spine) -> None:
    mail = await receive(spine)
    await receive(spine, "bob@example.com")
    async with spine.door() as door:
        everything = (await door.get("/dev/mail/messages")).json()["messages"]
        (only,) = (await door.get("/dev/mail/messages", params={"to": "ANA@example.com"})).json()["messages"]
    assert len(everything) == 2
    assert (only["id"], only["to"], only["code"]) == (mail.id, "ana@example.com", "123456")
    assert only["links"] == mail.links
    assert {"subject", "text", "html", "headers", "at"} <= only.keys()


@pytest.mark.parametrize(
    "recipient", ["", "nobody@example.com", "%", "\x00", "'; DROP TABLE dev_mailbox; --", "x" * 9_000]
)
async def test_any_address_may_be_looked_for(each_spine: Spine, recipient: str) -> None:
    await receive(each_spine)
    async with each_spine.door() as door:
        answer = await door.get("/dev/mail/messages", params={"to": recipient})
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert answer.json() == {"messages": []}


async def test_what_a_stranger_wrote_is_shown_as_text(spine: Spine) -> None:
    mail = await receive(spine, subject="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>")
    async with spine.door() as door:
        for path in ("/dev/mail", f"/dev/mail/{mail.id}"):
            page = (await door.get(path)).text
            assert "<script>alert" not in page
            assert "<img src=x" not in page
            assert "&lt;script&gt;" in page


async def test_the_preview_runs_nothing_and_only_our_own_page_may_frame_it(spine: Spine) -> None:
    mail = await receive(spine, html="<script>alert(1)</script>")
    async with spine.door() as door:
        preview = await door.get(f"/dev/mail/{mail.id}/html")
    policy = preview.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert preview.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("mail_id", ["0" * 24, "x", "1'--", "é"])
async def test_a_mail_that_is_gone_has_a_page_that_says_so(spine: Spine, mail_id: str) -> None:
    async with spine.door() as door:
        for path in (f"/dev/mail/{mail_id}", f"/dev/mail/{mail_id}/html"):
            answer = await door.get(path)
            assert answer.status_code == 404
            assert "text/html" in answer.headers["content-type"] or mail_id in {"1'--", "é"}


async def test_messages_to_phones_are_shown_and_listed_for_scripts(spine: Spine) -> None:
    async def body(tx: Tx) -> None:
        await sms_store.add_dev(
            tx, DevMessage(new_id(), "+4915112345678", "<b>123456</b>", "123456", spine.clock.now())
        )

    async with spine.door() as door:
        assert "No message yet" in (await door.get("/dev/sms")).text
        await spine.transact(body)
        page = await door.get("/dev/sms")
        (only,) = (await door.get("/dev/sms/messages", params={"to": "+4915112345678"})).json()["messages"]
        assert (await door.get("/dev/sms/messages", params={"to": "+1"})).json() == {"messages": []}
    assert "&lt;b&gt;123456" in page.text
    assert (only["to"], only["code"], only["text"]) == ("+4915112345678", "123456", "<b>123456</b>")
