"""What a stream may be: every fault of what somebody wishes, each in a sentence."""

import re
import ssl
from collections.abc import Iterator
from typing import Final

from gatepass.audit.streams.model import StreamKind, StreamTarget, StreamWishes
from gatepass.audit.streams.ways.files import FileWay
from gatepass.audit.streams.ways.syslog import tls_of
from gatepass.kit.client.networks import parse_ip
from gatepass.kit.fetch import FetchRefused, parse_target

_LONGEST_NAME: Final = 100
_MOST_HEADERS: Final = 10
_LONGEST_VALUE: Final = 4096
_HIGHEST_PORT: Final = 65_535
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_HOST: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
# What frames a message is not for others to set.
_OURS: Final = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "user-agent"})


def faults_of(wishes: StreamWishes, files: FileWay, *, allow_loopback: bool) -> Iterator[str]:
    """Name everything that can't be.

    Args:
        wishes: what somebody sets.
        files: knows where files may be written.
        allow_loopback: whether this is a development machine.
    """
    if not wishes.name.strip() or len(wishes.name) > _LONGEST_NAME or not wishes.name.isprintable():
        yield f"Give the stream a name of at most {_LONGEST_NAME} printable characters."
    if wishes.target is None:
        return
    match wishes.kind:
        case StreamKind.HTTPS:
            yield from _https_faults(wishes.target, allow_loopback=allow_loopback)
        case StreamKind.SYSLOG:
            yield from _syslog_faults(wishes.target)
        case StreamKind.FILE:
            yield from _file_faults(wishes.target, files)


def _https_faults(target: StreamTarget, *, allow_loopback: bool) -> Iterator[str]:
    try:
        parse_target(target.url, allow_loopback=allow_loopback)
    except FetchRefused as refused:
        yield f"url: {refused.sentence}"
    if len(target.headers) > _MOST_HEADERS:
        yield f"headers: at most {_MOST_HEADERS}."
    for name, value in target.headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in _OURS:
            yield f"headers: {name[:40]!a} is no header that can be set."
        elif len(value) > _LONGEST_VALUE or not _VALUE.fullmatch(value):
            yield f"headers: the value of {name} must be visible ASCII on one line."


def _syslog_faults(target: StreamTarget) -> Iterator[str]:
    if not _HOST.fullmatch(target.host.lower()) and parse_ip(target.host) is None:
        yield "host: name the receiver, such as log.example.com."
    if not 1 <= target.port <= _HIGHEST_PORT:
        yield "port: from 1 to 65535; syslog over TLS has 6514."
    if target.ca:
        try:
            tls_of(target.ca)
        except (ssl.SSLError, ValueError):
            yield "ca: send the authority's certificate in PEM."


def _file_faults(target: StreamTarget, files: FileWay) -> Iterator[str]:
    try:
        files.path_of(target.path)
    except ValueError as fault:
        yield f"path: {fault}"
