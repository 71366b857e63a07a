"""The hosts that the server answers for: its own, and customers' domains that are proven and point here."""

from gatepass.domains.model import Hosts
from gatepass.kit.problems import Problem


class HostList:
    """The Host headers that a server answers for.

    Args:
        hosts: its own, with their ports where browsers name one.
        custom: customers' domains, served on the port of their https; on a laptop on any port.
        with_loopback: whether it runs on a laptop, where each name of loopback is served.
    """

    def __init__(self, hosts: frozenset[str], custom: Hosts | None = None, *, with_loopback: bool) -> None:
        self._hosts = frozenset(host.lower().encode() for host in hosts)
        self._custom = custom
        self._with_loopback = with_loopback

    async def admits(self, unverified_host: bytes) -> bool:
        """Tell whether a Host header is a custom domain that is served now."""
        if self._custom is None or not unverified_host.isascii():
            return False
        host = unverified_host.decode("ascii").lower()
        if self._with_loopback:
            name, _, port = host.partition(":")
            host = name if port.isdigit() else host
        try:
            return await self._custom.find(host) is not None
        except Problem:
            return False  # The database does not answer, so nobody knows whose host it is.

    def serves(self, unverified_host: bytes) -> bool:
        """Tell whether a Host header (host and port) is one of ours; on a laptop any port of loopback is."""
        if unverified_host in self._hosts:
            return True
        host = unverified_host.lower()
        if host in self._hosts:
            return True
        name = host.rpartition(b":")[0] if b":" in host and not host.endswith(b"]") else host
        return self._with_loopback and name in {b"localhost", b"127.0.0.1", b"[::1]"}
