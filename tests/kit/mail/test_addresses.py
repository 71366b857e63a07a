import string
import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gatepass.kit.mail import addresses
from gatepass.kit.mail.addresses import AddressKey, EmailAddress, parse_address
from gatepass.kit.problems import Problem


def is_address(text: str, *, allow_test_domains: bool = False) -> bool:
    try:
        parse_address(text, allow_test_domains=allow_test_domains)
    except Problem:
        return False
    return True


def judged_by_the_library(text: str) -> EmailAddress | None:
    """Return what the library alone makes of a text, asked as strictly as we ask it."""
    try:
        parsed = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    address = f"{parsed.local_part}@{parsed.ascii_domain}"
    return EmailAddress(address, AddressKey(unicodedata.normalize("NFKC", address).casefold()))


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.com",
        "a@b.co",
        "ana.maria+news@mail.example.co.uk",
        "ana_maria-2@example.com",
        "!#$%&'*+/=?^_`{|}~-@example.com",
        "a" * 64 + "@example.com",
        "ana@" + "a" * 63 + ".com",
        "ana@a--b.com",
        "ana@1-800.example",
        "ana@xn--bcher-kva.example",
    ],
)
def test_what_mail_can_be_sent_to_is_an_address(text: str) -> None:
    assert parse_address(text).address == text


@pytest.mark.parametrize(
    "text",
    [
        "", "ana", "@", "@example.com", "ana@", "ana@example", "ana@@example.com", "ana@b@example.com",
        ".ana@example.com", "ana.@example.com", "a..b@example.com",
        "ana@-example.com", "ana@example-.com", "ana@example..com", "ana@.example.com", "ana@example.com.",
        "ana@ex_ample.com", "ana@ab--cd.com", "ana@example.co1", "ana@127.0.0.1", "ana@[127.0.0.1]",
        '"ana"@example.com', "ana(comment)@example.com", "Ana <ana@example.com>", "mailto:ana@example.com",
        "ana@example.com,b@example.com", "ana@example.com;b@example.com", "ana b@example.com", "ana@exa mple.com",
        "a" * 65 + "@example.com", "ana@" + "a" * 64 + ".com", "ana@" + "a." * 126 + "com",
    ],
)  # fmt: skip
def test_what_mail_can_not_be_sent_to_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Problem) as refusal:
        parse_address(text)
    assert (refusal.value.code, refusal.value.status, refusal.value.number) == ("invalid_email", 400, 1008)
    assert refusal.value.title.startswith("That is not an e-mail address")


@pytest.mark.parametrize(
    "text", ["ana@example.com\r\nBcc: b@example.com", "ana@example.com\n.", "ana\x00@example.com", "a\tb@example.com"]
)
def test_control_characters_are_refused(text: str) -> None:
    assert not is_address(text)


def test_white_space_around_an_address_is_left_out() -> None:
    assert parse_address(" \tana@example.com\n").address == "ana@example.com"


def test_an_address_of_254_characters_is_the_longest() -> None:
    domain = f"{'a' * 63}.{'b' * 63}.{'c' * 57}.com"
    longest = f"{'l' * (254 - 1 - len(domain))}@{domain}"
    assert is_address(longest)
    with pytest.raises(Problem, match="longer than 254"):
        parse_address("l" + longest)
    assert not is_address("x" * 100_000)


def test_mail_goes_to_the_case_that_was_typed_and_the_key_knows_none() -> None:
    typed = parse_address("Ana.Maria@Example.COM")
    assert typed.address == "Ana.Maria@example.com"
    assert typed.key == parse_address("ana.maria@EXAMPLE.com").key == "ana.maria@example.com"


def test_a_tag_makes_another_address() -> None:
    assert parse_address("ana+a@example.com").key != parse_address("ana@example.com").key
    assert parse_address("a.na@example.com").key != parse_address("ana@example.com").key


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("ana@BÜCHER.example", "ana@xn--bcher-kva.example"),
        ("ana@bu\u0308cher.example", "ana@xn--bcher-kva.example"),
        ("ana@faß.example", "ana@xn--fa-hia.example"),
        ("ana@пример.example", "ana@xn--e1afmkfd.example"),
        ("ana@\uff45xample.com", "ana@example.com"),
        ("ana@example\u3002com", "ana@example.com"),
    ],
)
def test_an_international_domain_is_kept_in_its_ascii_form_whatever_its_spelling(text: str, address: str) -> None:
    assert parse_address(text) == parse_address(address)
    assert parse_address(text).address == address


@pytest.mark.parametrize("text", ["ana@ex\u0430mple.com", "ana@examp\u04cfe.com", "ana@\u0435xample.com"])
def test_a_domain_that_only_looks_the_same_is_another_address(text: str) -> None:
    assert parse_address(text).key != parse_address("ana@example.com").key


@pytest.mark.parametrize(
    "text",
    [
        "\u0430na@example.com", "\u212aen@example.com", "\ufb01@example.com", "\uff41na@example.com",
        "jos\u00e9@example.com", "ana\u200b@example.com", "ana@exam\u200bple.com", "ana\u202e@example.com",
        "ana\u00ad@example.com",
    ],
)  # fmt: skip
def test_before_the_at_sign_nothing_can_be_mistaken_for_another_letter(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    "domain", ["localhost", "app.localhost", "app.local", "app.invalid", "home.arpa", "x.onion", "x.onIon"]
)
def test_reserved_domains_are_refused_everywhere(domain: str) -> None:
    assert not is_address(f"ana@{domain}")
    assert not is_address(f"ana@{domain}", allow_test_domains=True)


def test_the_domains_of_tests_are_good_in_development_alone() -> None:
    assert not is_address("ana@app.test")
    assert parse_address("ana@App.Test", allow_test_domains=True) == EmailAddress(
        "ana@app.test", AddressKey("ana@app.test")
    )


def test_the_plain_majority_does_not_ask_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the library was asked")

    monkeypatch.setattr("email_validator.validate_email", refuse)
    assert parse_address("ana.maria+x@mail.example.com").key == "ana.maria+x@mail.example.com"
    with pytest.raises(AssertionError, match="was asked"):
        parse_address("o'neill@example.com")


_LOCAL = string.ascii_letters + string.digits + "_%+-."
_DOMAIN = string.ascii_letters + string.digits + "-."
_NEARLY_PLAIN = st.builds(
    "{}@{}.{}".format,
    st.text(_LOCAL, min_size=1, max_size=70),
    st.text(_DOMAIN, min_size=1, max_size=80),
    st.sampled_from(["com", "test", "local", "arpa", "onion", "museum", "c", "co1", "Invalid", "example", "alt"]),
)


@given(_NEARLY_PLAIN)
@example("a" * 64 + "@a.com")
@example("a@" + "a." * 124 + "com")
@example("%@a.com")
@settings(max_examples=400)
def test_the_plain_path_judges_as_the_library_does(text: str) -> None:
    expected = judged_by_the_library(text) if len(text.strip()) <= 254 else None
    if expected is None:
        assert not is_address(text)
    else:
        assert parse_address(text) == expected


@given(_NEARLY_PLAIN)
def test_whatever_the_plain_path_takes_the_library_takes(text: str) -> None:
    plain = addresses._PLAIN.fullmatch(text)
    if plain and plain[1].lower() not in addresses._RESERVED and "--" not in text and len(text) <= 254:
        assert judged_by_the_library(text) is not None


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_problem(text: str) -> None:
    for candidate in (text, f"{text}@example.com", f"ana@{text}"):
        if is_address(candidate):
            parsed = parse_address(candidate)
            assert parsed.address.isascii()
            assert parsed.address.isprintable()
            assert parse_address(parsed.address) == parsed
