"""Rounds of kill -9: load, death at a random moment, a new start, and then what the server still knows."""

import random
import threading
import time

import httpx2

from crash.load import CODE_BASE, Ledger, Person, SignIn
from support.client import BASE
from support.gatepass_server import ServerProcess
from support.smtp import SmtpSink

_PEOPLE = 4
_LONGEST_LIFE_SECONDS = 0.6
_MOST_SECONDS_TO_START = 15.0
_MOST_SECONDS_TO_MAIL = 30.0


class Mayhem:
    """Kills one server again and again; what it once acknowledged must hold ever after."""

    def __init__(self, server: ServerProcess, inbox: SmtpSink) -> None:
        self.server, self.inbox = server, inbox
        self.everybody: list[SignIn] = []
        self.answers: dict[str, int] = {}
        self.slowest_start = 0.0

    def run(self, rounds: int) -> None:
        """Go through so many rounds, each with a moment of its own, then wait for the mail."""
        seed = random.getrandbits(32)
        print(f"kill -9 with seed {seed}")  # noqa: T201 - shown when the test fails
        moments = random.Random(seed)  # noqa: S311 - the moment of a power cut needs no secrecy
        self._start()
        for _ in range(rounds):
            ledger = self._live(moments.uniform(0.02, _LONGEST_LIFE_SECONDS))
            self._start()
            self._compare(ledger)
        self._wait_for_mail()
        print(f"{self.answers}, the slowest start took {self.slowest_start:.2f} s")  # noqa: T201 - likewise

    def _start(self) -> None:
        began = time.monotonic()
        self.server.start()
        took = time.monotonic() - began
        self.slowest_start = max(self.slowest_start, took)
        assert took < _MOST_SECONDS_TO_START, self.server.log()

    def _live(self, seconds: float) -> Ledger:
        ledger, ended = Ledger(), threading.Event()
        url, client_id = f"http://localhost:{self.server.port}", self.server.client_id
        people = [Person(url, client_id, self.inbox, ledger, ended) for _ in range(_PEOPLE)]
        for person in people:
            person.start()
        time.sleep(seconds)
        self.server.kill()
        ended.set()
        for person in people:
            person.join(20)
            assert not person.is_alive()
        self.everybody += ledger.sign_ins
        for name, count in ledger.answers.items():
            self.answers[name] = self.answers.get(name, 0) + count
        return ledger

    def _compare(self, ledger: Ledger) -> None:
        with httpx2.Client(
            base_url=self.server.url, timeout=10, trust_env=False, params={"client_id": self.server.client_id}
        ) as http:
            for person in ledger.sign_ins:
                self._compare_one(http, person, ledger)
        assert not ledger.contradictions, "\n".join(ledger.contradictions)

    def _compare_one(self, http: httpx2.Client, person: SignIn, ledger: Ledger) -> None:
        if person.has_asked_to_verify:
            first, second = (_verify(http, person) for _ in range(2))
            if person.is_verified and first.status_code == 200:
                ledger.contradict(f"{person.email}: what was spent before the kill was spent again")
            if second.status_code == 200 or second.json()["error_code"] != "already_used":
                ledger.contradict(
                    f"{person.email}: a spent proof is answered {second.status_code}: {second.text[:200]}"
                )
        status = http.get(f"{BASE}/status", params={"state": person.state})
        if status.status_code != 200 or status.json()["authenticated"] is not person.has_asked_to_verify:
            ledger.contradict(f"{person.email}: after the kill the state is {status.status_code}: {status.text[:200]}")
        elif person.tokens is not None and status.json() not in (person.tokens, {"authenticated": True}):
            ledger.contradict(f"{person.email}: other tokens than before the kill: {status.text[:200]}")
        if person.successor:
            self._compare_refresh(http, person, ledger)

    def _compare_refresh(self, http: httpx2.Client, person: SignIn, ledger: Ledger) -> None:
        path = "/api/v1/accesstoken/refresh"
        again = http.get(path, params={"refresh_token": person.spent_token})
        if again.status_code != 200 or again.json()["oauth"]["refresh_token"] != person.successor:
            ledger.contradict(f"{person.email}: the rotation was forgotten: {again.status_code} {again.text[:200]}")
        onward = http.get(path, params={"refresh_token": person.successor})
        if onward.status_code != 200:
            ledger.contradict(f"{person.email}: the successor is refused: {onward.status_code} {onward.text[:200]}")

    def _wait_for_mail(self) -> None:
        assert self.everybody, "no send was acknowledged in any round"
        until = time.monotonic() + _MOST_SECONDS_TO_MAIL
        while missing := {person.email for person in self.everybody} - self._reached():
            assert time.monotonic() < until, f"acknowledged, but no mail came: {sorted(missing)}\n{self.server.log()}"
            time.sleep(0.1)
        for person in self.everybody:
            ids = {mail.message_id for mail in self.inbox.to(person.email)}
            assert len(ids) == 1, f"{person.email}: a repeat has another Message-ID: {ids}"

    def _reached(self) -> set[str]:
        return {address for mail in list(self.inbox.mails) for address in mail.to}


def _verify(http: httpx2.Client, person: SignIn) -> httpx2.Response:
    if person.is_by_code:
        return http.post(f"{CODE_BASE}/verify", json={"state": person.state, "otp": person.code})
    return http.get(f"{BASE}/verify", params=person.link)
