"""Reads what the sink received: who the mail went to, and the link and the code in it."""

import re
import sys
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.processes import Process, free_port

LINK = re.compile(r"https?://[^\s<>\"]*magictext=[^\s<>\"]+")
CODE = re.compile(r"^ +(\d{3}) (\d{3})\r?$", re.MULTILINE)
PATIENCE = 60.0
"""Seconds that the mails of one slot may take to arrive."""


@dataclass(frozen=True, slots=True)
class MailedLink:
    """A magic link as it was mailed, and the code beside it; empty where there was none."""

    address: str
    query: dict[str, str]
    code: str = ""


@dataclass
class Inbox:
    """The sink's spool, read forward.

    Attributes:
        spool: The file that the sink appends to.
        taken: Bytes that have been read.
        count: Mails that have been read.
    """

    spool: Path
    taken: int = 0
    count: int = 0
    _waiting: list[bytes] = field(default_factory=list)

    def await_count(self, count: int) -> None:
        """Wait until this many mails have arrived since the beginning.

        Raises:
            TimeoutError: They did not.
        """
        deadline = time.perf_counter() + PATIENCE
        while self.count < count:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{self.count} of {count} mails arrived within {PATIENCE:.0f} s")
            self._read()
            time.sleep(0.01)

    def take(self) -> list[MailedLink]:
        """Return the links of the mails that arrived since the last call."""
        mails, self._waiting = self._waiting, []
        return [mailed_link(mail) for mail in mails]

    def forget(self) -> None:
        """Drop the mails that arrived since the last call."""
        self._waiting.clear()

    def _read(self) -> None:
        with self.spool.open("rb") as spool:
            spool.seek(self.taken)
            data = spool.read()
        at = 0
        while (line_end := data.find(b"\n", at)) >= 0:
            stop = line_end + 1 + int(data[at:line_end])
            if len(data) < stop:
                break
            self._waiting.append(data[line_end + 1 : stop])
            self.count += 1
            at = stop
        self.taken += at


def mailed_link(mail: bytes) -> MailedLink:
    """Find the address, the link and the code in a mail.

    Raises:
        ValueError: There is no magic link in its text.
    """
    message = message_from_bytes(mail)
    text = _text(message)
    found, code = LINK.search(text), CODE.search(text)
    if found is None:
        raise ValueError(f"a mail without a magic link: {mail[:500]!r}")
    query = parse_qs(urlsplit(found.group()).query)
    values = {name: values[0] for name, values in query.items()}
    return MailedLink(str(message["To"]).strip("<> "), values, code[1] + code[2] if code else "")


def _text(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            return payload.decode() if isinstance(payload, bytes) else ""
    return ""


@dataclass(frozen=True)
class MailServer:
    """The sink under way: its process, its port, and what it received."""

    process: Process
    port: int
    inbox: Inbox


def start_sink(directory: Path, *, core: int) -> MailServer:
    """Start a sink on a core, its spool in a directory."""
    port = free_port()
    spool = directory / "mail.spool"
    spool.touch(mode=0o600)
    command = [sys.executable, "-m", "bench.sink", str(port), str(spool)]
    process = Process.start("mail sink", command, core=core, environment={}, log=directory / "sink.log")
    process.await_port(port)
    return MailServer(process, port, Inbox(spool))
