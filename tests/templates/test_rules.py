"""What a template may hold: attacks on whoever reads the mail, on the server, and on the mail's own purpose."""

import time

import pytest

from gatepass.templates.faults import TemplateFault
from gatepass.templates.model import MAIL_KINDS, Draft, Format
from gatepass.templates.queries import starter_of
from gatepass.templates.rules import judged, made_of

SIGN_IN, INVITATION = MAIL_KINDS["sign_in"], MAIL_KINDS["invitation"]
MJML = "<mjml><mj-body><mj-section><mj-column>%s</mj-column></mj-section></mj-body></mjml>"


def html(source: str, subject: str = "Hello", text: str = "") -> Draft:
    return Draft(Format.HTML, subject, source, text)


@pytest.mark.parametrize("name", MAIL_KINDS)
def test_a_first_draft_will_do(name: str) -> None:
    kind = MAIL_KINDS[name]
    made = judged(starter_of(kind), kind)
    assert made.faults == ()
    assert "{{" not in made.html + made.text + made.subject


def test_dotted_variables_of_the_hosted_product_are_understood() -> None:
    source = (
        '{{.OTP}} {{ .Brand }} {{- .expiry -}} {{.Email}} <a href="{{.MagicLink}}">x</a>'
        '{% if .LogoURL %}<img src="{{.LogoURL}}">{% endif %} {{ .code | upcase }}'
    )
    made = judged(html(source, "{{.Brand}}: {{.OTP}}", "{{.Link}}"), SIGN_IN)
    assert made.faults == ()
    assert made.subject == "Acme: 482917"
    assert made.html.startswith("482917 Acme5ana@example.com")
    assert made.text.startswith("https://auth.example.com/magic-link?client_id=cli_sample&state=")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ link }}{{ secret }}", "secret is no variable"),
        ("{{ link }}{{.Password}}", "Password is no variable"),
        ("{{ link }}{% if false %}{{ hidden }}{% endif %}", "hidden is no variable"),
        ("{{ link }}{{ app_name.__class__ }}", "does not have"),
        ("{{ link }}{{ app_name['__class__'] }}", "does not have"),
        ("{{ link }}{{ ''.__class__.__mro__ }}", "can't be rendered"),
        ("{{ link | safe }}", "unknown filter"),
        ("{{ link }}{{ 'a' | replace: 'a', 'aaaa' }}", "unknown filter"),
        ("{{ link }}{% include '/etc/passwd' %}", "unexpected tag"),
        ("{{ link }}{% render 'x' %}", "unexpected tag"),
        ("{{ link }}{% for x in (1..1000000000) %}a{% endfor %}", "ranges"),
        ("{{ link }}{% assign r = (1..1000000000) %}", "ranges"),
        ("{{ link }}{% tablerow x in link %}{% endtablerow %}", "unexpected tag"),
        ("{{ link }}{% liquid assign x = 1 %}", "unexpected tag"),
        ("{{ link", "expected"),
        ("{{ link }}" + "{% if link %}" * 40 + "{% endif %}" * 40, "nesting"),
        ("{{ link }}{{ 5 | divided_by: 0 }}", "divide by 0"),
    ],
    ids=lambda value: value[:40] if value.startswith("{{") else "",
)
def test_a_template_sees_its_variables_and_nothing_else(source: str, said: str) -> None:
    began = time.monotonic()
    assert any(said in fault for fault in judged(html(source), SIGN_IN).faults)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("assignments", [1_500])
def test_what_grows_is_stopped(assignments: int) -> None:
    doubling = "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * assignments
    squaring = "{% assign x = 99999 %}" + "{% assign x = x | times: x %}" * assignments
    for bomb in (doubling, squaring):
        began = time.monotonic()
        assert judged(html("{{ link }}" + bomb), SIGN_IN).faults
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example>", "<form action=https://evil.example><input></form>",
        "<iframe src=https://evil.example></iframe>", "<object data=https://evil.example></object>",
        "<link rel=stylesheet href=https://evil.example/a.css>", "<base href=https://evil.example>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>", "<svg onload=alert(1)></svg>",
        "<img src=x onerror=alert(1)>", "<img src=http://evil.example/a.png>", "<img src='data:image/svg+xml,x'>",
        "<a href='javascript:alert(1)'>x</a>", "<a href='JaVaScRiPt:alert(1)'>x</a>", "<a href='vbscript:x'>x</a>",
        "<a href='&#106;avascript:alert(1)'>x</a>", "<a href='\tjavascript:alert(1)'>x</a>",
        "<style>@import 'https://evil.example/a.css';</style>", "<style>p{background:url(http://evil.example)}</style>",
        "<p style='behavior:url(#x)'>x</p>", "<p style='width:expression(alert(1))'>x</p>",
        "<p style='background:u\\72l(x)'>x</p>", "<template><b></b></template>", "<video src=https://x.example></video>",
        "{% capture s %}<script>{% endcapture %}{{ s }}alert(1)",
    ],
)  # fmt: skip
def test_nothing_in_a_mail_runs_asks_or_fetches_a_style(source: str) -> None:
    for draft in (
        html("{{ link }}" + source),
        Draft(Format.MJML, "x", MJML % f"<mj-text>{{{{link}}}}{source}</mj-text>"),
    ):
        assert judged(draft, SIGN_IN).faults, draft.format


@pytest.mark.parametrize(
    "source",
    [
        MJML % '<mj-include path="/etc/passwd" />', MJML % '<MJ-INCLUDE path="x" />', "<mjml>", "not mjml {{ link }}",
        MJML % "<mj-raw><script>alert(1)</script></mj-raw>{{ link }}",
        (
            "<mjml><mj-head><mj-font name='x' href='https://evil.example/f.css'/></mj-head><mj-body><mj-section>"
            "<mj-column><mj-text font-family='x'>{{link}}</mj-text></mj-column></mj-section></mj-body></mjml>"
        ),
        MJML % "<mj-text>{{link}}<!--[if mso]><script>alert(1)</script><![endif]--></mj-text>",
    ],
)  # fmt: skip
def test_mjml_reads_no_file_and_holds_no_script(source: str) -> None:
    assert judged(Draft(Format.MJML, "x", source), SIGN_IN).faults


@pytest.mark.parametrize("subject", ["", " ", "a\nb", "a\r\nBcc: evil@example.com", "x" * 201, "a\u2028b", "\x00"])
def test_a_subject_is_one_line(subject: str) -> None:
    assert judged(html("{{ link }}", subject), SIGN_IN).faults


def test_a_value_begins_no_header_and_no_line() -> None:
    values = SIGN_IN.samples | {"app_name": "Shop\r\nBcc: evil@example.com\u2028x"}
    mail = made_of(html("{{ link }}", "Sign in to {{ app_name }}", "{{ app_name }}|{{ link }}"), SIGN_IN, values)
    assert mail.subject == "Sign in to Shop Bcc: evil@example.com x"
    assert mail.text.count("\n") == 1


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ link }}", "{% if %}"]
)
def test_what_people_write_is_words_in_every_format(evil: str) -> None:
    values = SIGN_IN.samples | {"device": evil, "app_name": evil, "asked_by": evil}
    parts = '<p title="{{ app_name }}">{{ device }} {{ asked_by }} {{ link }}</p>'
    for draft in (html(parts), Draft(Format.MJML, "x", MJML % f"<mj-text>{parts}</mj-text>")):
        mail = made_of(draft, SIGN_IN, values)
        assert "<script" not in mail.html
        assert "<img" not in mail.html


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("<{{ device }}>{{ link }}", {"device": "script src=//evil.example"}),
        ("<p {{ device }}>{{ link }}</p>", {"device": "onclick=alert(1)"}),
        ('<a href="{{ device }}">{{ link }}</a>', {"device": "javascript:alert(1)"}),
        ("{{ link }}", {"link": "javascript:alert(1)"}),
        ("{{ link }}", {"logo_url": "data:image/svg+xml,x"}),
        ("{{ link }}", {"accent": "red;background:url(https://evil.example)"}),
    ],
)
def test_a_value_in_a_place_that_escaping_does_not_protect_is_refused_when_it_is_sent(
    source: str, values: dict[str, object]
) -> None:
    with pytest.raises(TemplateFault):
        made_of(html(source), SIGN_IN, SIGN_IN.samples | values)


@pytest.mark.parametrize(
    ("source", "text"),
    [("Hello", ""), ("{{ link }}", "Hello"), ("{% if place %}{{ link }}{% endif %}", ""), ("<!-- {{ link }} -->", "")],
)
def test_a_mail_that_nobody_can_do_anything_with_is_refused(source: str, text: str) -> None:
    assert any("nobody can do anything" in fault for fault in judged(html(source, text=text), SIGN_IN).faults)


def test_an_invitation_needs_its_link() -> None:
    assert judged(html("{{ organization }}"), INVITATION).faults
    assert judged(html("{{ organization }} {{.InviteLink}}"), INVITATION).faults == ()


def test_every_fault_is_named_at_once() -> None:
    faults = judged(html("{{ nope }}", "{{ never }}", "{{ nothing }}"), SIGN_IN).faults
    assert [fault.partition(":")[0] for fault in faults] == ["subject", "body", "text"]
