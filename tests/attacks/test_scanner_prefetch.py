"""Mail scanners that open, follow and submit what they find in a mail, while an attacker waits for the tokens."""

import pytest

from attacks.adversary import BEHIND_A_PROXY, exchange, forms, from_network, request
from gatepass.audit.queries import story_of_attempt
from gatepass.kit.secrets import hash_token
from gatepass.login import store as attempts
from support.client import BASE, Client, MailInDevelopment
from support.gatepass_server import RunningServer, ServerFactory

ASKER = "198.51.100.7"
SCANNER = "203.0.113.99"
ADDRESS = "victim@example.com"


@pytest.fixture
def server(start_server: ServerFactory) -> RunningServer:
    return start_server(BEHIND_A_PROXY)


@pytest.fixture
def asker(server: RunningServer) -> Client:
    """Whoever asked for the mail; an attacker, perhaps."""
    return from_network(server.client, ASKER)


@pytest.fixture
def scanner(server: RunningServer) -> Client:
    """A machine at the mail's end, on another network and without a cookie."""
    return from_network(server.client, SCANNER)


def is_pending(asker: Client, state: str) -> bool:
    answer = asker.status(state)
    assert answer.status_code == 200, answer.text
    return bool(answer.json() == {"authenticated": False})


def signs_in_by_hand(server: RunningServer, asker: Client, state: str, mail: MailInDevelopment) -> bool:
    """The human opens the link on a third network and types the code of the mail."""
    page = from_network(server.client, "192.0.2.55").press(mail, code=mail.code)
    assert "Successfully verified" in page.text, page.text
    return bool(asker.status(state).json()["authenticated"] and asker.status(state).json()["oauth"]["access_token"])


def test_a_link_that_is_looked_at_ten_times_is_not_spent(server: RunningServer, asker: Client, scanner: Client) -> None:
    state = asker.send(ADDRESS)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    for _ in range(10):
        assert scanner.open_link(mail).status_code == 200
    head = scanner.http.head(mail.link)
    assert (head.status_code, head.content) == (200, b"")
    assert is_pending(asker, state)
    assert signs_in_by_hand(server, asker, state, mail)


def test_looking_leaves_no_trace_in_the_database(server: RunningServer, asker: Client, scanner: Client) -> None:
    state = asker.send(ADDRESS)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    before = server.read(lambda tx: attempts.find_by_state(tx, hash_token(state)))
    for visit in (scanner.open_link, lambda mail: scanner.http.head(mail.link)):
        visit(mail)
    assert server.read(lambda tx: attempts.find_by_state(tx, hash_token(state))) == before
    story = server.read(lambda tx: story_of_attempt(tx, before.id))
    assert [event.kind for event in story] == ["login.attempt.requested"]


def test_no_other_method_on_the_documented_call_spends_a_link(server: RunningServer, asker: Client) -> None:
    state = asker.send(ADDRESS)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    query = mail.link.partition("?")[2]
    for method in ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
        assert exchange(asker, request(asker, method, f"{BASE}/verify?{query}")).status == 405
    assert is_pending(asker, state)
    assert signs_in_by_hand(server, asker, state, mail)


@pytest.mark.parametrize("wants_match", [False, True])
def test_a_script_that_submits_the_forms_untouched_approves_nothing(
    server: RunningServer, asker: Client, scanner: Client, wants_match: bool
) -> None:
    state = asker.send(ADDRESS, match=wants_match)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    submitted = 0
    for _ in range(3):
        for form in forms(scanner.open_link(mail).text):
            if not form.action.endswith("/decline"):
                answer = scanner.http.post(form.action, data=form.fields)
                assert answer.status_code == 400
                assert "Successfully verified" not in answer.text
                submitted += 1
    assert submitted >= 3
    assert scanner.press(mail).status_code == 400
    assert is_pending(asker, state)
    assert signs_in_by_hand(server, asker, state, mail)


def test_a_script_that_presses_even_not_me_signs_nobody_in(asker: Client, scanner: Client) -> None:
    state = asker.send(ADDRESS)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    for form in forms(scanner.open_link(mail).text):
        scanner.http.post(form.action, data=form.fields)
    assert asker.status(state).json()["error_code"] == "attempt_ended"


def test_a_script_that_types_a_wrong_code_is_counted_and_the_human_still_succeeds(
    server: RunningServer, asker: Client, scanner: Client
) -> None:
    state = asker.send(ADDRESS)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    wrong = "000000" if mail.code != "000000" else "000001"
    page = scanner.press(mail, code=wrong)
    assert page.status_code == 400
    assert "That is not the code" in page.text
    assert server.read(lambda tx: attempts.find_by_state(tx, hash_token(state))).failures == 1
    assert is_pending(asker, state)
    assert signs_in_by_hand(server, asker, state, mail)


def test_a_wrong_number_ends_the_attempt_and_is_written_down(
    server: RunningServer, asker: Client, scanner: Client
) -> None:
    sent = asker.send(ADDRESS, match=True)
    mail = asker.wait_for_mail(ADDRESS)
    wrong = "10" if sent["match"] != "10" else "11"
    assert scanner.press(mail, match=wrong).status_code == 400
    assert asker.status(sent["state"]).json()["error_code"] == "attempt_ended"
    assert scanner.press(mail, match=sent["match"]).status_code == 410
    assert asker.verify_code(sent["state"], mail.code).json()["error_code"] == "attempt_ended"
    attempt = server.read(lambda tx: attempts.find_by_state(tx, hash_token(sent["state"])))
    story = server.read(lambda tx: story_of_attempt(tx, attempt.id))
    assert (story[-1].kind, story[-1].network) == ("login.attempt.exhausted", SCANNER)


def test_the_right_number_from_anywhere_signs_the_asker_in(asker: Client, scanner: Client) -> None:
    sent = asker.send(ADDRESS, match=True)
    page = scanner.press(asker.wait_for_mail(ADDRESS), match=sent["match"])
    assert "Successfully verified" in page.text
    assert asker.status(sent["state"]).json()["authenticated"] is True


def test_one_button_is_enough_on_the_same_network_alone(server: RunningServer) -> None:
    for number, (asked_from, opened_from, is_near) in enumerate(
        (
            ("198.51.100.7", "198.51.100.7", True),
            ("198.51.100.7", "198.51.100.8", False),
            ("198.51.100.7", "::ffff:198.51.100.7", True),
            ("::FFFF:198.51.100.7", "198.51.100.7", True),
            ("2001:db8:1:2::1", "2001:DB8:1:2:ffff::9", True),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
            ("2001:db8:1:2::1", "::ffff:198.51.100.7", False),
            ("not-an-address", "not-an-address", False),
        )
    ):
        asker, to = from_network(server.client, asked_from), f"reader{number}@example.com"
        state = asker.send(to)["state"]
        page = from_network(server.client, opened_from).press(asker.wait_for_mail(to))
        assert page.status_code == (200 if is_near else 400), (asked_from, opened_from)
        assert asker.status(state).json()["authenticated"] is is_near


def test_the_browser_that_asked_is_known_by_its_cookie_on_any_network(asker: Client) -> None:
    state = asker.send(ADDRESS)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    asker.http.headers["x-forwarded-for"] = SCANNER
    assert "data-auto-submit" in asker.open_link(mail).text
    assert is_pending(asker, state)
    assert "Successfully verified" in asker.press(mail).text
    assert asker.status(state).json()["authenticated"] is True


def test_an_invented_cookie_is_no_ones(server: RunningServer, asker: Client, scanner: Client) -> None:
    state = asker.send(ADDRESS)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    for value in ("A" * 22, "", "%00" * 7, "é" * 22, asker.http.cookies["gatepass_browser"][:-1]):
        headers = {b"cookie": f"gatepass_browser={value}".encode()}
        page = scanner.http.post("/magic-link", data=mail.parameters, headers=headers)
        assert page.status_code == 400
        assert is_pending(asker, state)
    assert signs_in_by_hand(server, asker, state, mail)


def test_a_form_of_another_site_is_refused_even_in_the_browser_that_asked(asker: Client) -> None:
    state = asker.send(ADDRESS)["state"]
    mail = asker.wait_for_mail(ADDRESS)
    for headers in (
        {"origin": "https://evil.test"},
        {"origin": "null", "sec-fetch-site": "cross-site"},  # alone, null is an older browser on our own page
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        for path in ("/magic-link", "/magic-link/decline"):
            page = asker.http.post(path, data=mail.parameters, headers=headers)
            assert page.status_code == 403
    assert is_pending(asker, state)
