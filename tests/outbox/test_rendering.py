"""Words from templates, with nothing in them that a template did not mean."""

from pathlib import Path

import pytest

import gatepass
from gatepass.outbox.message import code_in, links_in
from gatepass.outbox.rendering import MailTemplates, TemplateFault
from outbox.house import CONTEXT, LINK


def test_a_mail_has_a_subject_a_text_and_an_html_form(mail_directory: Path) -> None:
    mail = MailTemplates(mail_directory).render("sign_in", CONTEXT)

    assert mail.subject == "Sign in to Example"
    assert LINK in mail.text
    assert "482917" in mail.text
    assert 'href="https://gatepass.test/v/tok3n-of-the-link?x=1&amp;y=2"' in mail.html
    assert "<mj-" not in mail.html
    assert "{{" not in mail.html + mail.text


def test_no_mail_fetches_anything_from_a_third_party(mail_directory: Path) -> None:
    html = MailTemplates(mail_directory).render("sign_in", CONTEXT).html

    assert "fonts.googleapis.com" not in html
    assert "@import" not in html


def test_what_people_write_is_escaped_in_html(mail_directory: Path) -> None:
    evil = """<script>alert(1)</script>"'{{ 7*7 }}"""
    mail = MailTemplates(mail_directory).render("sign_in", CONTEXT | {"app_name": evil, "device": evil, "place": evil})

    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "49" not in mail.html + mail.text


def test_what_people_write_cannot_begin_a_line_of_its_own(mail_directory: Path) -> None:
    mail = MailTemplates(mail_directory).render("sign_in", CONTEXT | {"device": "X\r\nhttps://evil.example/\u2028Y"})

    assert "\nhttps://evil.example" not in mail.text
    assert "\u2028" not in mail.text + mail.html


@pytest.mark.parametrize(
    "bad",
    [
        {"link": "javascript:alert(1)"},
        {"link": "https://a.example/\"onclick='x'"},
        {"link": "https://a.example/ b"},
        {"link": 5},
        {"logo_url": "data:image/svg+xml,x"},
        {"accent": "red;background:url(https://evil.example)"},
        {"on_accent": "#fff;}"},
        {"subject": " \r\n "},
        {"subject": None},
    ],
)
def test_a_value_in_the_wrong_shape_for_its_place_is_refused_without_being_repeated(
    mail_directory: Path, bad: dict[str, object]
) -> None:
    with pytest.raises(TemplateFault) as fault:
        MailTemplates(mail_directory).render("sign_in", CONTEXT | bad)

    assert "evil" not in str(fault.value)
    assert "javascript" not in str(fault.value)


@pytest.mark.parametrize("name", ["absent", "../sign_in", "sign_in.txt", "/etc/passwd", "", "Sign_in", "sign_in\n"])
def test_a_template_that_is_not_there_is_a_fault(mail_directory: Path, name: str) -> None:
    with pytest.raises(TemplateFault):
        MailTemplates(mail_directory).render(name, CONTEXT)


def test_a_missing_value_is_a_fault(mail_directory: Path) -> None:
    with pytest.raises(TemplateFault, match="code"):
        MailTemplates(mail_directory).render("sign_in", {k: v for k, v in CONTEXT.items() if k != "code"})


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 'x'|attr('__class__') }}",
        "{{ nothing }}",
        "{% if %}",
    ],
)
def test_a_template_cannot_reach_out_of_its_sandbox(mail_directory: Path, source: str) -> None:
    (mail_directory / "evil.mjml").write_text(f"<mjml><mj-body><mj-raw>{source}</mj-raw></mj-body></mjml>")
    (mail_directory / "evil.txt").write_text(source)

    with pytest.raises(TemplateFault):
        MailTemplates(mail_directory).render("evil", CONTEXT)


_PRODUCT = Path(gatepass.__file__).parent / "web" / "templates" / "mail"


@pytest.mark.parametrize("changed", [{}, {"place": None}, {"logo_url": "https://gatepass.test/logo.png"}])
def test_the_products_own_sign_in_mail_holds_the_link_and_the_code(changed: dict[str, object]) -> None:
    mail = MailTemplates(_PRODUCT).render("sign_in", CONTEXT | changed)

    assert links_in(mail.text)[0] == LINK
    assert code_in(mail.text) == "482917"
    assert LINK.replace("&", "&amp;") in mail.html
    assert "None" not in mail.text + mail.html
    assert "Lisbon" in mail.text or "place" in changed


def test_mjml_that_is_none_is_a_fault(mail_directory: Path) -> None:
    (mail_directory / "broken.mjml").write_text("<mjml><mj-body>")
    (mail_directory / "broken.txt").write_text("x")

    with pytest.raises(TemplateFault, match="broken"):
        MailTemplates(mail_directory).render("broken", CONTEXT)
