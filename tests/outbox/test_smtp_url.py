"""Mail servers as operators write them."""

import pytest

from gatepass.kit.mail.smtp_url import Security, SmtpAddress, parse_smtp_url
from gatepass.kit.secrets import Secret


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtp://mail.example", "mail.example", 25, Security.STARTTLS_OPPORTUNISTIC),
        ("smtp://mail.example:2525/", "mail.example", 2525, Security.STARTTLS_OPPORTUNISTIC),
        ("smtp://mail.example?starttls=never", "mail.example", 25, Security.PLAIN),
        ("smtp://mail.example?starttls=required", "mail.example", 587, Security.STARTTLS_REQUIRED),
        ("smtp+starttls://mail.example", "mail.example", 587, Security.STARTTLS_REQUIRED),
        ("smtps://mail.example", "mail.example", 465, Security.TLS),
        ("smtp://[::1]:2525", "::1", 2525, Security.STARTTLS_OPPORTUNISTIC),
        ("smtp://u:p@mail.example", "mail.example", 587, Security.STARTTLS_REQUIRED),
        ("smtp://u:p@127.0.0.1:2525", "127.0.0.1", 2525, Security.STARTTLS_OPPORTUNISTIC),
        ("smtp://u:p@mail.example?starttls=never", "mail.example", 25, Security.PLAIN),
    ],
)
def test_a_url_names_host_port_and_protection(url: str, host: str, port: int, security: Security) -> None:
    address = parse_smtp_url(Secret(url))

    assert (address.host, address.port, address.security) == (host, port, security)


def test_user_and_password_are_read_with_their_escapes_and_hide_themselves() -> None:
    address = parse_smtp_url(Secret("smtps://ada%40example.com:p%2Fss%20w%3Ard@mail.example"))

    assert address == SmtpAddress("mail.example", 465, Security.TLS, "ada@example.com", Secret("p/ss w:rd"))
    assert "p/ss" not in repr(address)
    assert str(address) == "mail.example:465"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://hunter2:hunter2@mail.example",
        "smtp://",
        "smtp://hunter2@mail.example",
        "smtp://a:hunter2@mail.example:port",
        "smtp://a:hunter2@mail.example:99999",
        "smtp://a:hunter2@[::1",
        "smtp://a:hunter2/x@mail.example",
        "smtp://a:hunter2@mail.example#x",
        "smtp://a:hunter2@mail.example?starttls=maybe",
        "smtp://a:hunter2@mail.example?starttls=tls",
        "smtp://a:hunter2@mail.example?verify=no",
        "smtps://a:hunter2@mail.example?starttls=never",
        "smtp://a:hunter2@mail example",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP URL") as refusal:
        parse_smtp_url(Secret(url))

    assert "hunter2" not in str(refusal.value)
