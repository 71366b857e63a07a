import pytest

from gatepass.gate.connections.watch import is_trusted

PROXIES = frozenset({"10.1.0.0/16", "192.0.2.7", "2001:db8::/48"})


@pytest.mark.parametrize("address", ["10.1.2.3", "192.0.2.7", "2001:db8::9"])
def test_a_proxy_is_known_by_its_address_or_by_its_network(address: str) -> None:
    assert is_trusted(address, PROXIES)


@pytest.mark.parametrize("address", ["10.2.0.1", "192.0.2.8", "2001:db8:1::1", "", "/run/gatepass.sock"])
def test_nobody_else_is_a_proxy(address: str) -> None:
    assert not is_trusted(address, PROXIES)
    assert not is_trusted(address, frozenset())
