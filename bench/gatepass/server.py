"""Gatepass as it runs in production: SQLite, its own mail worker, real SMTP, a public https address."""

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from bench.contest import ADDRESSES, STOCK, Entry, Sample, Subject
from bench.gatepass.provider import CALLBACK, RESOURCE, Provider
from bench.inbox import Inbox, MailedLink, MailServer, start_sink
from bench.lines import GATEPASS
from bench.load import Client, LoadError, drive, expect, forever
from bench.processes import ROOT, Process
from bench.wire import get, post_json

LINK = "/api/v1/auth/passwordless/magic-link"
CODE = "/api/v1/auth/passwordless/email-otp"
REFRESH = "/api/v1/accesstoken/refresh"
HOST = "bench.example"


class Granted(msgspec.Struct):
    """The tokens in an answer."""

    refresh_token: str


class Envelope(msgspec.Struct):
    """The answer of the status and refresh calls."""

    authenticated: bool
    oauth: Granted | None = None

    def refresh_token(self) -> str:
        """Return the refresh token.

        Raises:
            LoadError: There is none, so the call did not do what is measured.
        """
        if not self.authenticated or self.oauth is None:
            raise LoadError("an answer that should hand out tokens has none")
        return self.oauth.refresh_token


@dataclass
class Stock:
    """What one line leaves for the next.

    Attributes:
        states: The handle of everybody's last sign-in, by address.
        links: Links that were mailed and not opened, each with the application's handle of its sign-in.
        verified: Handles of sign-ins that were verified and whose tokens wait.
        refresh_tokens: One living refresh token for each connection.
        ordered: Mails that have been asked for since the beginning.
    """

    states: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, MailedLink]] = field(default_factory=list)
    verified: list[str] = field(default_factory=list)
    refresh_tokens: list[str] = field(default_factory=list)
    ordered: int = 0


@dataclass
class GatepassServer(Subject):
    """Gatepass, started by its own command line.

    Attributes:
        database: The URL of an empty database; a SQLite file in the workspace where it is empty.
        client_id: The application that signs people in.
        providers: The same application and one that signs with RS256, at the provider, by their algorithms.
    """

    name: str = GATEPASS
    host: str = HOST
    answers_at: str = "/.well-known/jwks.json"
    database: str = ""
    client_id: str = ""
    providers: dict[str, Provider] = field(default_factory=dict)
    mail: MailServer | None = None
    worker: Process | None = None
    stock: Stock = field(default_factory=Stock)
    _addresses: Iterator[str] = field(default_factory=lambda: itertools.cycle(ADDRESSES))

    def launch(self) -> Process:
        """Start the server; before its first start, make its data, an application and a mail server."""
        if self.mail is None:
            self.mail = start_sink(self.conditions.workspace, core=self.conditions.cores.load)
            self._run("migrate")
            self._run("keys", "init")
            self.providers = {algorithm: self._provider(algorithm) for algorithm in ("ES256", "RS256")}
            self.client_id = self.providers["ES256"].client_id
        return self._start("serve", "--host", "127.0.0.1", "--port", str(self.port), core=self.conditions.cores.server)

    def close(self) -> None:
        """End the server, its worker and the mail server."""
        self.stop()
        if self.worker is not None:
            self.worker.stop()
        if self.mail is not None:
            self.mail.process.stop()

    def entries(self) -> list[Entry]:
        """Take part in every line; everybody has signed in once before."""
        self.worker = self._start("worker", core=self.conditions.cores.load)
        self._deliver(len(ADDRESSES))
        drive(self.port, self._redeems(), seconds=60)
        drive(self.port, self._collects(), seconds=60)
        conditions = self.conditions
        return [
            Entry("send", self.name, self._sends, settle=self._drain),
            Entry("deliver", self.name, list, "in the mail worker, a process of its own", measure=self._deliver),
            Entry("redeem", self.name, self._redeems),
            Entry("collect", self.name, self._collects),
            Entry("code", self.name, self._types, "the guess is counted before it is judged"),
            Entry("status", self.name, self._polls),
            Entry("refresh", self.name, lambda: [self._chain(number) for number in range(conditions.connections)]),
            *self._provider_entries(),
            Entry("jwks", self.name, lambda: conditions.repeat(get(self.answers_at, HOST))),
        ]

    def _provider_entries(self) -> list[Entry]:
        here, by_rsa = self.providers["ES256"], self.providers["RS256"]
        return [
            Entry("credentials", self.name, here.credentials),
            Entry("authorize", self.name, here.authorizes, "the session is read, a code is written durably"),
            Entry("exchange", self.name, here.exchanges),
            Entry("renew", self.name, here.renews),
            Entry("renew-rs256", self.name, by_rsa.renews),
            Entry("introspect", self.name, here.introspects),
            Entry("session", self.name, here.looks_up),
        ]

    def _provider(self, algorithm: str) -> Provider:
        """Register an application and sign people in to it, one for each connection."""
        made = self._run(
            *("app", "create", f"Bench {algorithm}", "--type", "web", "--callback", CALLBACK, "--json"),
            *("--algorithm", algorithm, "--set=oauth.scopes=api", f"--set=oauth.audiences={RESOURCE}"),
        )
        application = msgspec.json.decode(made)
        client_id, connections = str(application["client_id"]), self.conditions.connections
        seeding = [sys.executable, "-m", "bench.gatepass.seeding", client_id, str(connections), *self._place()]
        cookies = msgspec.json.decode(self._done(seeding), type=list[str])
        return Provider(self.port, HOST, self.conditions, client_id, str(application["client_secret"]), cookies)

    def _start(self, verb: str, *arguments: str, core: int) -> Process:
        log = self.conditions.workspace / f"gatepass-{verb}.log"
        command = self._command(verb, *arguments)
        return Process.start(f"gatepass {verb}", command, core=core, environment=self._settings(), log=log)

    def _run(self, *arguments: str) -> bytes:
        return self._done(self._command(*arguments))

    def _done(self, command: list[str]) -> bytes:
        done = subprocess.run(command, cwd=ROOT, env=self._settings(), check=False, capture_output=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command[1:5])} failed: {(done.stderr + done.stdout).decode()[-2000:]}")
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "gatepass", *arguments, *self._place()]

    def _place(self) -> list[str]:
        """Return the options that say where the data is."""
        database = ["--database", self.database] if self.database else []
        return ["--data", str(self.conditions.workspace / "gatepass"), *database]

    def _settings(self) -> dict[str, str]:
        return {
            "GATEPASS_PUBLIC_URL": f"https://{HOST}",
            "GATEPASS_SMTP_URL": f"smtp://127.0.0.1:{self._mail_server().port}",
            "GATEPASS_LIMITS_SCALE": "1000000",
            "GATEPASS_EMBEDDED_WORKER": "false",  # mail leaves by a worker of its own, on the other core
        }

    def _mail_server(self) -> MailServer:
        if self.mail is None:
            raise RuntimeError("no mail server was started")
        return self.mail

    def _sends(self, count: int = STOCK) -> list[Client]:
        """Each address stands once in a slot, so that no two sign-ins of one person are mixed up."""
        addresses = itertools.islice(self._addresses, count)
        return [self._send(addresses) for _ in range(self.conditions.connections)]

    def _send(self, addresses: Iterator[str]) -> Client:
        path = f"{LINK}/send?client_id={self.client_id}"
        for address in addresses:
            reply = yield post_json(path, {"email": address}, HOST)
            self.stock.states[address] = str(expect(reply).json()["state"])
            self.stock.ordered += 1

    def _drain(self) -> None:
        """Wait until every mail has left, so that none disturbs the next slot."""
        self._await_mail().forget()

    def _await_mail(self) -> Inbox:
        """Wait for every mail that was asked for.

        Raises:
            RuntimeError: They did not all come; the end of the worker's log is quoted.
        """
        inbox = self._mail_server().inbox
        try:
            inbox.await_count(self.stock.ordered)
        except TimeoutError as late:
            raise RuntimeError(f"{late}; the worker says: {self._mail_worker().last_words()}") from late
        return inbox

    def _mail_worker(self) -> Process:
        if self.worker is None:
            raise RuntimeError("no mail worker was started")
        return self.worker

    def _deliver(self, count: int = STOCK) -> Sample:
        """Send and wait for the mails, which become the stock of links; answers what one mail cost the worker."""
        worker, ordered = self._mail_worker(), self.stock.ordered
        before, began = worker.cpu_microseconds(), time.perf_counter()
        drive(self.port, self._sends(count), seconds=60)
        inbox = self._await_mail()
        cpu, seconds = worker.cpu_microseconds() - before, time.perf_counter() - began
        mails = self.stock.ordered - ordered
        self.stock.links = [(self.stock.states[link.address], link) for link in inbox.take()]
        return Sample(cpu=cpu / mails, rate=mails / seconds, p99=0.0)

    def _redeems(self) -> list[Client]:
        if not self.stock.links:
            self._deliver()
        links, self.stock.links, self.stock.verified = iter(self.stock.links), [], []
        return [self._redeem(links) for _ in range(self.conditions.connections)]

    def _redeem(self, links: Iterator[tuple[str, MailedLink]]) -> Client:
        for state, link in links:
            expect((yield get(f"{LINK}/verify", HOST, **link.query)))
            self.stock.verified.append(state)

    def _collects(self) -> list[Client]:
        if not self.stock.verified:
            drive(self.port, self._redeems(), seconds=60)
        states, self.stock.verified, self.stock.refresh_tokens = iter(self.stock.verified), [], []
        return [self._collect(states) for _ in range(self.conditions.connections)]

    def _collect(self, states: Iterator[str]) -> Client:
        for state in states:
            reply = yield get(f"{LINK}/status", HOST, client_id=self.client_id, state=state)
            envelope = msgspec.json.decode(expect(reply).body, type=Envelope)
            self.stock.refresh_tokens.append(envelope.refresh_token())

    def _types(self) -> list[Client]:
        """Type the codes of mails that nobody has opened; each is another person's."""
        if not self.stock.links:
            self._deliver()
        links, self.stock.links = iter(self.stock.links), []
        return [self._type(links) for _ in range(self.conditions.connections)]

    def _type(self, links: Iterator[tuple[str, MailedLink]]) -> Client:
        path = f"{CODE}/verify?client_id={self.client_id}"
        for state, link in links:
            reply = yield post_json(path, {"state": state, "otp": link.code}, HOST)
            if not msgspec.json.decode(expect(reply).body, type=Envelope).authenticated:
                raise LoadError("a code that should sign somebody in does not")

    def _polls(self) -> list[Client]:
        """Poll attempts that nobody will verify; they are begun here, and their mails awaited."""
        self.stock.states.clear()
        drive(self.port, self._sends(self.conditions.connections), seconds=60)
        self._drain()
        states = self.stock.states.values()
        return [forever(get(f"{LINK}/status", HOST, client_id=self.client_id, state=state)) for state in states]

    def _chain(self, number: int) -> Client:
        while True:
            content = {"client_id": self.client_id, "refresh_token": self.stock.refresh_tokens[number]}
            reply = yield post_json(REFRESH, content, HOST)
            envelope = msgspec.json.decode(expect(reply).body, type=Envelope)
            self.stock.refresh_tokens[number] = envelope.refresh_token()
