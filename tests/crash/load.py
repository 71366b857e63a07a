"""People who sign in from several threads until the server is gone, and a ledger of what it had acknowledged."""

import itertools
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2

from support.client import BASE
from support.smtp import SmtpSink

CODE_BASE = "/api/v1/auth/passwordless/email-otp"
_MAIL_SECONDS = 0.6
_people = itertools.count(1)


@dataclass
class SignIn:
    """What the server has acknowledged to one person, and what was asked of it without an answer."""

    email: str
    state: str = ""
    link: dict[str, str] = field(default_factory=dict)
    has_asked_to_verify: bool = False
    is_verified: bool = False
    tokens: dict[str, Any] | None = None
    spent_token: str = ""
    successor: str = ""
    has_asked_to_refresh_again: bool = False
    is_by_code: bool = False
    code: str = ""


@dataclass
class Ledger:
    """Everything that the server has acknowledged, and every contradiction that it was caught in."""

    sign_ins: list[SignIn] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def contradict(self, sentence: str) -> None:
        """Write down what must not be."""
        self.contradictions.append(sentence)


class Person(threading.Thread):
    """Signs in again and again, by link and by code in turn: send, verify, ask or be given tokens, refresh twice."""

    def __init__(self, url: str, client_id: str, inbox: SmtpSink, ledger: Ledger, ended: threading.Event) -> None:
        super().__init__(daemon=True)
        self._http = httpx2.Client(
            base_url=url, timeout=5, trust_env=False, verify=False, params={"client_id": client_id}
        )
        self._inbox, self._ledger, self._ended = inbox, ledger, ended

    def run(self) -> None:
        with self._http:
            while not self._ended.is_set():
                try:
                    self._sign_in()
                except httpx2.TransportError:
                    return

    def _sign_in(self) -> None:
        number = next(_people)
        person = SignIn(f"person{number}@example.com", is_by_code=not number % 3)
        base = CODE_BASE if person.is_by_code else BASE
        answer = self._call("send", "POST", f"{base}/send", json={"email": person.email})
        person.state = answer.json()["state"]
        self._ledger.sign_ins.append(person)
        if not self._read_mail(person):
            return
        person.has_asked_to_verify = True
        if person.is_by_code:
            self._type_code(person)
        else:
            self._open_link(person)
        person.successor = self._refresh(person.spent_token)
        if self._refresh(person.spent_token) != person.successor:
            self._ledger.contradict(f"{person.email}: two successors of one refresh token")

    def _type_code(self, person: SignIn) -> None:
        typed = {"state": person.state, "otp": person.code}
        answer = self._call("code", "POST", f"{CODE_BASE}/verify", json=typed).json()
        person.is_verified, person.spent_token = True, answer["refresh_token"]

    def _open_link(self, person: SignIn) -> None:
        self._call("verify", "GET", f"{BASE}/verify", params=person.link)
        person.is_verified = True
        person.tokens = self._call("status", "GET", f"{BASE}/status", params={"state": person.state}).json()
        again = self._call("status", "GET", f"{BASE}/status", params={"state": person.state}).json()
        if again != person.tokens:
            self._ledger.contradict(f"{person.email}: two answers for one state: {person.tokens} and {again}")
        person.spent_token = person.tokens["oauth"]["refresh_token"]

    def _refresh(self, token: str) -> str:
        answer = self._call("refresh", "GET", "/api/v1/accesstoken/refresh", params={"refresh_token": token})
        return str(answer.json()["oauth"]["refresh_token"])

    def _read_mail(self, person: SignIn) -> bool:
        try:
            mail = self._inbox.wait(to=person.email, seconds=_MAIL_SECONDS)[0]
        except AssertionError:
            return False
        if person.is_by_code:
            person.code = str(mail.code)
        else:
            person.link = dict(httpx2.URL(mail.link).params)
        return True

    def _call(self, name: str, method: str, path: str, **options: Any) -> httpx2.Response:
        answer = self._http.request(method, path, **options)
        self._ledger.answers[name] += 1
        if answer.status_code != 200:
            self._ledger.contradict(f"{name} was answered {answer.status_code}: {answer.text}")
            raise httpx2.TransportError("stop this person")
        return answer
