"""The settings of custom domains."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field

from gatepass.kit.dns.names import NotADomain, parse_domain


@dataclass(frozen=True, slots=True)
class DomainSettings:
    """Where customers' domains point, and who may ask for which of them a certificate is made."""

    target: str = field(
        default="",
        metadata={"doc": "The host at which customers let their domains point (CNAME); the public URL's by default."},
    )
    ask_networks: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Addresses or networks, besides this machine, from which /internal/tls/ask is answered: those of "
            "the web server that makes certificates."
        },
    )

    def faults(self) -> Iterator[str]:
        """Name every value that can't be used, each in a sentence; nothing when all can."""
        if self.target:
            try:
                parse_domain(self.target)
            except NotADomain as fault:
                yield f"GATEPASS_DOMAINS_TARGET: {fault}"
        for network in self.ask_networks:
            if not _is_network(network):
                yield f"GATEPASS_DOMAINS_ASK_NETWORKS: {network!r} is no address or network, such as 10.0.0.0/8."


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
