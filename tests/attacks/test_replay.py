"""What was spent, or belongs to somebody else's attempt, presented again."""

from datetime import timedelta

from attacks.adversary import from_network
from gatepass.applications.model import ApplicationType, Registration
from support.client import BASE, Client, MailInDevelopment
from support.gatepass_server import RunningServer

ADDRESS = "victim@example.com"
OTHER_APPLICATION = Registration("Forum", ApplicationType.SPA, callback_urls=("https://forum.test/callback",))


def begin(client: Client, address: str = ADDRESS) -> tuple[str, MailInDevelopment]:
    before = len(client.mails(address))
    return client.send(address)["state"], client.wait_for_mail(address, before + 1)


def stitched(handle_of: MailInDevelopment, secret_of: MailInDevelopment) -> MailInDevelopment:
    """Return a mail whose link has the handle of one and the secret of another."""
    parameters = {**handle_of.parameters, "magictext": secret_of.parameters["magictext"]}
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    link = f"{handle_of.link.partition('?')[0]}?{query}"
    return MailInDevelopment(handle_of.subject, handle_of.text, handle_of.html, link, handle_of.code)


def is_pending(client: Client, state: str) -> bool:
    return bool(client.status(state).json() == {"authenticated": False})


def test_a_spent_link_is_refused_by_every_door(server: RunningServer) -> None:
    client = server.client
    _, mail = begin(client)
    assert client.verify_link(mail).status_code == 200
    again = client.verify_link(mail)
    assert (again.status_code, again.json()["error_code"]) == (400, "already_used")
    for reader in (client, client.other_browser()):
        assert reader.open_link(mail).status_code == 410
        assert reader.press(mail).status_code == 410
        assert reader.press(mail, code=mail.code).status_code == 410


def test_a_spent_code_is_refused(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    assert client.verify_code(state, mail.code).status_code == 200
    again = client.verify_code(state, mail.code)
    assert (again.status_code, again.json()["error_code"]) == (400, "already_used")


def test_the_code_dies_with_the_link_and_the_link_with_the_code(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    client.verify_link(mail)
    assert client.verify_code(state, mail.code).json()["error_code"] == "already_used"
    state, mail = begin(client)
    client.verify_code(state, mail.code)
    assert client.verify_link(mail).json()["error_code"] == "already_used"
    assert client.open_link(mail).status_code == 410


def test_every_link_of_an_attempt_dies_when_one_is_spent(server: RunningServer) -> None:
    client = server.client
    state, first = begin(client)
    assert client.post(f"{BASE}/resend", {"state": state}).status_code == 200
    second = client.wait_for_mail(ADDRESS, 2)
    assert client.verify_code(state, first.code).json()["error_code"] == "wrong_code" or first.code == second.code
    assert client.verify_link(first).status_code == 200
    assert client.verify_link(second).json()["error_code"] == "already_used"
    assert client.verify_code(state, second.code).json()["error_code"] == "already_used"


def test_the_tokens_are_handed_out_once_repeated_for_thirty_seconds_and_never_again(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    client.verify_link(mail)
    first = client.status(state)
    server.clock.move(timedelta(seconds=28))
    assert client.status(state).content == first.content
    server.clock.move(timedelta(seconds=3))
    for _ in range(3):
        assert client.status(state).json() == {"authenticated": True}
    with client.http.stream(
        "GET", f"{BASE}/status/events", params={"client_id": client.client_id, "state": state}
    ) as events:
        assert "token" not in events.read().decode()


def test_the_outcome_of_a_redeemed_code_can_be_polled_for_thirty_seconds_only(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    flat = client.verify_code(state, mail.code).json()
    assert client.status(state).json()["oauth"]["refresh_token"] == flat["refresh_token"]
    server.clock.move(timedelta(seconds=31))
    assert client.status(state).json() == {"authenticated": True}


def test_the_secret_of_one_attempt_is_worth_nothing_with_the_handle_of_another(server: RunningServer) -> None:
    attacker, victim = server.client.other_browser(), server.client
    own_state, own_mail = begin(attacker, "attacker@example.com")
    state, mail = begin(victim)
    for forged in (stitched(own_mail, mail), stitched(mail, own_mail)):
        assert attacker.verify_link(forged).json()["error_code"] == "invalid_state"
        assert attacker.press(forged, code=mail.code).status_code == 400
    forged = MailInDevelopment("", "", "", mail.link.replace(mail.parameters["state"], own_state), "")
    assert attacker.verify_link(forged).json()["error_code"] == "invalid_state"
    assert is_pending(attacker, own_state)
    assert is_pending(victim, state)
    assert victim.verify_link(mail).status_code == 200


def test_the_handle_inside_the_mail_opens_nothing_but_the_link(server: RunningServer) -> None:
    client = server.client
    _, mail = begin(client)
    handle = mail.parameters["state"]
    assert client.status(handle).json()["error_code"] == "invalid_state"
    assert client.verify_code(handle, mail.code).json()["error_code"] == "invalid_state"
    assert client.post(f"{BASE}/resend", {"state": handle}).json()["error_code"] == "invalid_state"
    client.verify_link(mail)
    assert client.status(handle).json()["error_code"] == "invalid_state"


def test_another_application_can_use_nothing_of_an_attempt(server: RunningServer) -> None:
    client, other = server.client, server.register(OTHER_APPLICATION)
    state, mail = begin(client)
    renamed = MailInDevelopment("", "", "", mail.link.replace(client.client_id, other.client_id), "")
    assert other.verify_link(renamed).json()["error_code"] == "invalid_state"
    assert other.open_link(renamed).status_code == 400
    assert other.press(renamed, code=mail.code).status_code == 400
    assert other.http.post("/magic-link/decline", data=renamed.parameters).status_code == 400
    assert other.status(state).json()["error_code"] == "invalid_state"
    assert other.verify_code(state, mail.code).json()["error_code"] == "invalid_state"
    assert other.post(f"{BASE}/resend", {"state": state}).json()["error_code"] == "invalid_state"
    assert client.verify_link(mail).status_code == 200
    assert other.status(state).json()["error_code"] == "invalid_state"
    assert client.status(state).json()["authenticated"] is True


def test_states_of_one_moment_have_nothing_in_common(server: RunningServer) -> None:
    client = server.client
    states = [client.send(f"reader{number}@example.com")["state"] for number in range(40)]
    assert len(set(states)) == 40
    assert all(len(state) == 24 and int(state, 16) >= 0 for state in states)
    # Ids that hold the time would share their first digits and stand in order.
    assert len({state[:4] for state in states}) > 30
    assert states not in (sorted(states), sorted(states, reverse=True))
    neighbour = f"{int(states[0], 16) ^ 1:024x}"
    assert client.status(neighbour).json()["error_code"] == "invalid_state"


def test_a_declined_attempt_stays_ended(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    assert client.http.post("/magic-link/decline", data=mail.parameters).status_code == 200
    assert client.verify_link(mail).json()["error_code"] == "attempt_ended"
    assert client.verify_code(state, mail.code).json()["error_code"] == "attempt_ended"
    assert client.post(f"{BASE}/resend", {"state": state}).json()["error_code"] == "attempt_ended"
    assert client.status(state).json()["error_code"] == "attempt_ended"


def test_a_verified_attempt_can_not_be_declined(server: RunningServer) -> None:
    client = server.client
    state, mail = begin(client)
    client.verify_link(mail)
    assert from_network(client, "203.0.113.9").http.post("/magic-link/decline", data=mail.parameters).status_code == 410
    assert client.status(state).json()["authenticated"] is True
