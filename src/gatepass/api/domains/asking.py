"""The question of the web server in front: is this a host for which it should make a certificate?

Whoever may ask could have certificates made for any name at our cost, so only the web server may: it stands on this
machine or in a network that is named, and it asks by itself, not for a visitor whom it forwards.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from gatepass.domains.queries import is_served
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.client.networks import parse_ip
from gatepass.kit.db import Database
from gatepass.kit.problems import Problem

ASK_PATH = "/internal/tls/ask"
_FORWARDED = frozenset({b"forwarded", b"via", b"x-forwarded-for", b"x-real-ip"})
_LONGEST_HOST = 253


class AskQuery(msgspec.Struct):
    """What is asked."""

    domain: str = ""


@dataclass(frozen=True, slots=True)
class AskRoutes:
    """Answers whether a host is served.

    Args:
        database: where domains stand.
        networks: from where one may ask, besides this machine.
    """

    database: Database
    networks: Sequence[str]

    def endpoints(self) -> list[Endpoint]:
        """Return this part's row of the endpoint table."""
        return [
            Endpoint(
                name="tls_ask",
                method="GET",
                paths=(ASK_PATH,),
                handler=self.ask,
                summary="Whether a certificate should be made for a host; for the web server in front alone.",
                query=AskQuery,
                answer="text/plain",
                errors=("not_served",),
                may_be_missing=True,
                tag="Operation",
                is_cross_origin=False,
            )
        ]

    async def ask(self, call: Call[AskQuery, None]) -> Reply:
        """Answer 200 for a host that is served, and 404 for every other and to everybody else."""
        host = call.query.domain.strip().lower().removesuffix(".")
        is_askable = self._may_ask(call) and 0 < len(host) <= _LONGEST_HOST and host.isascii() and host.isprintable()
        if is_askable and await self.database.read(lambda tx: is_served(tx, host)):
            return Reply(b"yes\n", 200, b"text/plain; charset=utf-8")
        raise Problem("not_served", 404, "No custom domain of that name is served here.", number=1011)

    def _may_ask(self, call: Call[AskQuery, None]) -> bool:
        address = parse_ip(call.network)
        if address is None or not _FORWARDED.isdisjoint(call.headers):
            return False
        named = (ipaddress.ip_network(network, strict=False) for network in self.networks)
        return address.is_loopback or any(address in network for network in named)
