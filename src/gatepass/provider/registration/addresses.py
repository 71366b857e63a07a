"""Addresses that a stranger names: what may be shown or fetched, and what may be the id of a client."""

import re
from typing import Final
from urllib.parse import urlsplit

from gatepass.kit.fetch import FetchRefused, Target, parse_target
from gatepass.kit.fetch.addresses import is_public

LONGEST_CLIENT_ID: Final = 200
_DOTS: Final = re.compile(r"/\.\.?(?:/|$)")
_DOT: Final = re.compile("%2[eE]")
_DOCUMENT: Final = re.compile(r"https?://[a-z0-9._:\[\]-]+/[^?]*")
_SAME_SITE_LABELS: Final = 2
# Names that lead nowhere but into the network of whoever asks (RFC 6761, RFC 6762, RFC 8375).
_OWN_NETWORK: Final = ("localhost", "local", "internal", "home.arpa")


def address_fault(unverified_url: str, *, allows_loopback: bool) -> str | None:
    """Return why an address can't be shown to people or fetched, as a sentence; None where it can.

    Nothing is looked up: a name that leads into a private network is refused when a connection is made.

    Args:
        unverified_url: what a stranger wrote.
        allows_loopback: whether this is a development machine, whose own addresses will do.
    """
    try:
        target = parse_target(unverified_url, allow_loopback=allows_loopback)
    except FetchRefused as refused:
        return refused.sentence
    if target.scheme != "https" and not _is_loopback(target):
        return "The URL must begin with https://."
    if _is_open(target) or (allows_loopback and _is_loopback(target)):
        return None
    return "The host's address is not open to the Internet."


def document_fault(unverified_client_id: str, *, allows_loopback: bool) -> str | None:
    """Return why a client id can't be the address of a document (Client ID Metadata Document §3); None where it can.

    A query is refused too, which a client should not have there: behind one address lies one client.
    """
    if len(unverified_client_id) > LONGEST_CLIENT_ID or _DOCUMENT.fullmatch(unverified_client_id) is None:
        return "The address of a client's document is https, with a path, without query, fragment and user name."
    if _DOTS.search(_DOT.sub(".", urlsplit(unverified_client_id).path)):
        return "The path of a client's document has no dots that lead elsewhere."
    return address_fault(unverified_client_id, allows_loopback=allows_loopback)


def belongs_to(unverified_uri: str, document_url: str) -> bool:
    """Tell whether an answer may go to a redirect URI of a document: to its own origin, or to the person's machine.

    A document that sent answers to the pages of somebody else would show people its own name on the way there
    (Client ID Metadata Document §8.1). A scheme of an application must be the domain of the document, turned round
    (RFC 8252 §7.1).

    Args:
        unverified_uri: one that may be registered.
        document_url: the address of the document.
    """
    uri, document = urlsplit(unverified_uri), urlsplit(document_url)
    if uri.scheme == "http" and uri.hostname in {"127.0.0.1", "::1", "localhost"}:
        return True
    if uri.scheme in {"http", "https"}:
        return (uri.scheme, uri.netloc.lower()) == (document.scheme, document.netloc)
    owner, host = ".".join(reversed(uri.scheme.split("."))), document.hostname or ""
    shorter = min(owner, host, key=len)
    is_within = owner == host or owner.endswith(f".{host}") or host.endswith(f".{owner}")
    return is_within and len(shorter.split(".")) >= _SAME_SITE_LABELS


def is_own_machine(unverified_uri: str) -> bool:
    """Tell whether a redirect URI leads to an application on the person's machine (RFC 8252 §7)."""
    return urlsplit(unverified_uri).scheme != "https"


def _is_open(target: Target) -> bool:
    if target.address is not None:
        return is_public(target.address)
    has_domain = "." in target.host
    return has_domain and not any(target.host == name or target.host.endswith(f".{name}") for name in _OWN_NETWORK)


def _is_loopback(target: Target) -> bool:
    return target.address.is_loopback if target.address is not None else target.host == "localhost"
