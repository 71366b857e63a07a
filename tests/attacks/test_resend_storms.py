"""Storms of mail at one address, or from one network: bounded by rows and counters, whatever the way in."""

from dataclasses import replace
from datetime import timedelta

from attacks.adversary import BEHIND_A_PROXY, Answer, address, request, volley
from gatepass.kit.db import query
from support.client import BASE, Client
from support.gatepass_server import ProcessFactory, RunningServer, ServerFactory
from support.ports import free_port

VICTIM = "victim@example.com"
# In development a scale of exactly 1 would be widened.
REAL_LIMITS = {"GATEPASS_LIMITS_SCALE": "0.999", "GATEPASS_LIMITS_SENDS_PER_NETWORK_AND_HOUR": "1000"}
FEW_PER_NETWORK = {"GATEPASS_LIMITS_SENDS_PER_NETWORK_AND_HOUR": "10", "GATEPASS_LIMITS_SCALE": "0.999"}
_HOUR = 3600
_COUNT_MAILS = query(int, "SELECT count(*) FROM outbox")


def send(client: Client, to: str = VICTIM) -> bytes:
    return request(client, "POST", address(client, f"{BASE}/send"), {"email": to})


def resend(client: Client, state: str) -> bytes:
    return request(client, "POST", address(client, f"{BASE}/resend"), {"state": state})


def mails(server: RunningServer) -> int:
    return int(server.read(lambda tx: tx.one(_COUNT_MAILS)))


def accepted(answers: list[Answer]) -> int:
    """Count what was accepted; every refusal is a 429 that says how long to wait."""
    for answer in answers:
        assert answer.status in {200, 429}, (answer.status, answer.body)
        if answer.status == 429:
            assert 1 <= int(answer.header("retry-after") or 0) <= _HOUR
    return sum(answer.status == 200 for answer in answers)


def forget_counters(server: RunningServer) -> None:
    """Do what a restart does to the counters in memory."""
    server.house.limiter._registers.clear()


def test_sends_and_resends_count_together_and_by_any_spelling(start_server: ServerFactory) -> None:
    server = start_server(REAL_LIMITS)
    client = server.client
    state = client.send(VICTIM)["state"]
    assert client.post(f"{BASE}/resend", {"state": state}).status_code == 200
    assert client.post(f"{BASE}/resend", {"state": state}).status_code == 200
    for spelling in ("VICTIM@EXAMPLE.COM", "Victim@Example.com"):
        client.send(spelling)
    for answer in (
        client.post(f"{BASE}/resend", {"state": state}),
        client.post(f"{BASE}/send", {"email": VICTIM}),
        client.post("/api/passwordless/magic-auth/link/send", {"email": VICTIM.title()}),
    ):
        assert (answer.status_code, answer.json()["error_code"]) == (429, "too_many_requests")
    assert mails(server) == 5


def test_a_parallel_storm_brings_five_mails(start_server: ServerFactory) -> None:
    server = start_server(REAL_LIMITS)
    client = server.client
    state = client.send(VICTIM)["state"]
    forget_counters(server)
    assert accepted(volley(client, [resend(client, state), send(client)] * 32)) == 4
    assert mails(server) == 5


def test_retry_after_is_true_to_the_second(start_server: ServerFactory) -> None:
    server = start_server(REAL_LIMITS)
    client = server.client
    state = ""
    for _ in range(5):
        state = client.send(VICTIM)["state"]
        server.clock.move(timedelta(minutes=1))
    refused = client.post(f"{BASE}/resend", {"state": state})
    wait = int(refused.headers["retry-after"])
    assert 3295 <= wait <= 3300
    forget_counters(server)
    server.clock.move(timedelta(seconds=wait - 5))
    assert client.post(f"{BASE}/send", {"email": VICTIM}).status_code == 429
    server.clock.move(timedelta(seconds=5))
    forget_counters(server)
    assert client.post(f"{BASE}/send", {"email": VICTIM}).status_code == 200
    forget_counters(server)
    assert client.post(f"{BASE}/send", {"email": VICTIM}).status_code == 429


def test_the_refusal_of_the_memory_says_how_long_too(start_server: ServerFactory) -> None:
    client = start_server(REAL_LIMITS).client
    for _ in range(5):
        client.send(VICTIM)
    assert 3590 <= int(client.post(f"{BASE}/send", {"email": VICTIM}).headers["retry-after"]) <= _HOUR


def test_neither_a_restart_nor_a_second_process_brings_a_sixth_mail(start_process: ProcessFactory) -> None:
    first = start_process(REAL_LIMITS)
    for _ in range(3):
        first.client.send(VICTIM)
    first.kill()
    first.start()
    second = replace(first, port=free_port(), process=None)
    try:
        second.start()
        by_process = [volley(client, [send(client)] * 8) for client in (first.client, second.client)]
        assert accepted([answer for answers in by_process for answer in answers]) == 2
        assert accepted(volley(second.client, [send(second.client)] * 8)) == 0
        state = second.client.send("other@example.com")["state"]
        assert accepted(volley(first.client, [resend(first.client, state)] * 16)) == 4
    finally:
        second.kill()


def ask_from(client: Client, networks: list[str]) -> list[int]:
    """Ask for a mail to another address from each network in turn and return the statuses."""
    return [
        client.post(
            f"{BASE}/send", {"email": f"v{number}@example.com"}, headers={"x-forwarded-for": network}
        ).status_code
        for number, network in enumerate(networks)
    ]


def test_all_addresses_of_an_ipv6_network_are_one_asker(start_server: ServerFactory) -> None:
    client = start_server({**FEW_PER_NETWORK, **BEHIND_A_PROXY}).client
    spellings = ("2001:db8:7:7::{:x}", "2001:DB8:7:7:{:x}::1", "2001:0db8:0007:0007:0:0:0:{:x}")
    statuses = ask_from(client, [spellings[number % 3].format(number) for number in range(24)])
    assert statuses == [200] * 10 + [429] * 14
    assert ask_from(client, ["2001:db8:7:8::1"]) == [200]


def test_a_mapped_ipv4_address_is_the_same_asker(start_server: ServerFactory) -> None:
    client = start_server({**FEW_PER_NETWORK, **BEHIND_A_PROXY}).client
    spellings = ["198.51.100.7", "::ffff:198.51.100.7", "::FFFF:c633:6407", "198.51.100.7:4711", "[::ffff:c633:6407]:9"]
    assert ask_from(client, spellings * 4) == [200] * 10 + [429] * 10


def test_an_untrusted_peer_can_not_invent_its_network(start_server: ServerFactory) -> None:
    server = start_server(FEW_PER_NETWORK)
    names = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP")
    storm = []
    for number in range(40):
        invented = f"203.0.113.{number}"
        value = f"for={invented}" if names[number % 6] == "Forwarded" else invented
        body = {"email": f"victim{number}@example.com"}
        target = address(server.client, f"{BASE}/send")
        storm.append(request(server.client, "POST", target, body, [(names[number % 6], value)]))
    assert accepted(volley(server.client, storm)) == 10


def test_a_proxy_s_own_client_can_not_invent_what_stands_before(start_server: ServerFactory) -> None:
    client = start_server({**FEW_PER_NETWORK, **BEHIND_A_PROXY}).client
    networks = [f"203.0.113.{number}, 198.51.100.7" for number in range(20)]
    assert ask_from(client, networks) == [200] * 10 + [429] * 10
