"""What a domain is that somebody can own."""

import pytest

from gatepass.kit.dns.names import NotADomain, is_free_mail, parse_domain


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("acme.example", "acme.example"),
        (" Acme.EXAMPLE. ", "acme.example"),
        ("mail.acme.co.uk", "mail.acme.co.uk"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("日本.jp", "xn--wgv71a.jp"),
        ("4711.example", "4711.example"),
    ],
)
def test_a_domain_has_one_spelling(typed: str, domain: str) -> None:
    assert parse_domain(typed) == domain


@pytest.mark.parametrize(
    "typed",
    [
        "", ".", "com", "localhost", "192.0.2.1", "[::1]", "0x7f.0x1", "https://acme.example", "acme.example/x",
        "a@b.example", "*.acme.example", "acme..example", "-acme.example", "acme-.example", "ac me.example",
        "acme.example:443", "a_b.example", f"{'a' * 64}.example", f"{'a.' * 130}example",
        "acme.example\n.evil.example", "\u2028.example",
    ],
)  # fmt: skip
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(NotADomain):
        parse_domain(typed)


@pytest.mark.parametrize("typed", ["co.uk", "CO.UK.", "com.au", "github.io", "onmicrosoft.com"])
def test_what_belongs_to_all_below_it_is_refused(typed: str) -> None:
    with pytest.raises(NotADomain, match="belongs to all"):
        parse_domain(typed)


def test_mail_hosts_of_everybody_are_known() -> None:
    assert is_free_mail("gmail.com")
    assert not is_free_mail("acme.example")
