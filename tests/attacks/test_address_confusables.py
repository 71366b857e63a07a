"""Addresses that look alike, fold alike or parse apart: no second account equals the first, no mail goes astray."""

from attacks.adversary import exchange, request
from gatepass.kit.db import query
from support.client import BASE, Client
from support.gatepass_server import RunningServer

_RECIPIENTS = query(str, "SELECT recipient FROM outbox ORDER BY id")
_USERS = query(int, "SELECT count(*) FROM users")

# Dotless i, the Kelvin sign, long s, fullwidth letters, a Cyrillic letter, a ligature, a combining accent, and marks
# that nobody sees.
LOOKALIKES = (
    "m\u0131ke@example.com",
    "mi\u212ae@example.com",
    "mike\u017f@example.com",
    "\uff4dike@example.com",
    "mik\u0435@example.com",
    "\ufb01ne@example.com",
    "mike\u0301@example.com",
    "mi\u200bke@example.com",
    "mi\u00adke@example.com",
    "mike\u202e@example.com",
    "mike\uff20example.com",
    "mike@example\u3002com\u0000",
)
MALFORMED = (
    "",
    "mike",
    "@example.com",
    "mike@",
    "mike@example",
    "mike@example.com.",
    "mike@.example.com",
    "mike@@example.com",
    "mike@evil.test@example.com",
    '"mike"@example.com',
    '"mike@evil.test"@example.com',
    "mike(comment)@example.com",
    "mike@example.com, eve@evil.test",
    "mike@example.com;eve@evil.test",
    "Mike <mike@example.com>",
    "mike@example.com\r\nBcc: eve@evil.test",
    "mike@example.com\u2028eve@evil.test",
    "mike\u0000@example.com",
    "mike@[127.0.0.1]",
    "mike@127.0.0.1",
    "mike@exa mple.com",
    "mike@-example.com",
    "mike@example..com",
    ".mike@example.com",
    "mi..ke@example.com",
    f"{'m' * 65}@example.com",
    f"mike@{'example.' * 40}com",
    "mike@xn--a.com",
)


def attempt(client: Client, email: object) -> tuple[int, str]:
    answer = client.post(f"{BASE}/send", {"email": email})
    return answer.status_code, "" if answer.status_code == 200 else answer.json()["error_code"]


def test_a_lookalike_is_refused_rather_than_folded_onto_somebody(server: RunningServer) -> None:
    client = server.client
    client.sign_in("mike@example.com")
    for email in LOOKALIKES:
        assert attempt(client, email) == (400, "invalid_email"), ascii(email)
    assert server.read(lambda tx: tx.all(_RECIPIENTS)) == ["mike@example.com"]


def test_what_is_no_plain_address_is_refused_with_a_sentence(server: RunningServer) -> None:
    client = server.client
    for email in MALFORMED:
        assert attempt(client, email) == (400, "invalid_email"), ascii(email)
    for value in (None, 7, ["mike@example.com"], {"address": "mike@example.com"}, True):
        assert attempt(client, value) == (400, "malformed_request")
    assert server.read(lambda tx: tx.all(_RECIPIENTS)) == []


def test_case_makes_no_second_account_and_mail_goes_to_the_proven_spelling_alone(server: RunningServer) -> None:
    client = server.client
    first = client.sign_in("Mike@Example.com")["profile"]
    for spelling in ("mike@example.com", "MIKE@EXAMPLE.COM", "  mike@EXAMPLE.com\t", "mIKE@eXAMPLE.cOM"):
        client.send(spelling)
    assert set(server.read(lambda tx: tx.all(_RECIPIENTS))) == {first["email"]}
    state = client.send("MIKE@example.com")["state"]
    mail = client.wait_for_mail(first["email"], 6)
    assert client.verify_code(state, mail.code).json()["profile"]["id"] == first["id"]
    assert server.read(lambda tx: tx.one(_USERS)) == 1


def test_an_international_domain_is_one_domain_in_each_spelling(server: RunningServer) -> None:
    client = server.client
    ids = {
        client.sign_in(spelling)["profile"]["id"]
        for spelling in ("mike@xn--bcher-kva.example.com", "mike@XN--BCHER-KVA.example.com")
    }
    for spelling in ("mike@b\u00fccher.example.com", "mike@B\u00dcCHER.example.com", "mike@bu\u0308cher.example.com"):
        assert attempt(client, spelling) == (200, "")
    assert len(ids) == 1
    assert set(server.read(lambda tx: tx.all(_RECIPIENTS))) == {"mike@xn--bcher-kva.example.com"}


def test_a_kelvin_sign_in_a_domain_leads_to_the_same_mailbox_or_nowhere(server: RunningServer) -> None:
    """By the standard of domain names it is a k, so the mail may only go to the plain spelling."""
    client = server.client
    client.sign_in("mike@kitty.example.com")
    assert attempt(client, "mike@\u212aitty.example.com")[0] in {200, 400}
    assert set(server.read(lambda tx: tx.all(_RECIPIENTS))) == {"mike@kitty.example.com"}


def test_a_tag_or_a_dot_makes_another_mailbox(server: RunningServer) -> None:
    client = server.client
    ids = {
        client.sign_in(email)["profile"]["id"]
        for email in ("mike@example.com", "mike+shop@example.com", "mi.ke@example.com", "mike@mail.example.com")
    }
    assert len(ids) == 4, "which mailboxes are one is for the mail's host to know, not for us"


def test_an_address_named_twice_is_one_address(server: RunningServer) -> None:
    client = server.client
    raw = b'{"email": "eve@evil.test", "email": "mike@example.com"}'
    headers = [("Content-Type", "application/json")]
    target = f"{BASE}/send?client_id={client.client_id}&email=eve@evil.test"
    assert exchange(client, request(client, "POST", target, raw, headers)).status == 200
    assert server.read(lambda tx: tx.all(_RECIPIENTS)) == ["mike@example.com"]
