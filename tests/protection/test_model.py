import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.kit.client.networks import parse_ip
from gatepass.protection.model import network_key


@pytest.mark.parametrize(
    "spelling",
    [
        "2001:db8:1:2::1",
        "2001:DB8:1:2::ffff",
        "2001:0db8:0001:0002:0000:0000:0000:0001",
        "2001:db8:1:2:aaaa:bbbb:cccc:dddd",
        "2001:db8:1:2::1%eth0",
    ],
)
def test_all_addresses_and_spellings_of_a_64_are_one_network(spelling: str) -> None:
    assert network_key(spelling) == "2001:db8:1:2::/64"


@pytest.mark.parametrize("spelling", ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:192.0.2.7", "::ffff:c000:207"])
def test_an_ipv4_address_is_itself_in_every_spelling(spelling: str) -> None:
    assert network_key(spelling) == "192.0.2.7"


def test_neighbouring_networks_stay_apart() -> None:
    assert network_key("2001:db8:1:2::1") != network_key("2001:db8:1:3::1")
    assert network_key("192.0.2.7") != network_key("192.0.2.8")


@pytest.mark.parametrize("no_address", ["", "unix", "::not an address", ":" * 5000, "::\ud800", "::\0"])
def test_what_is_no_address_is_its_own_key(no_address: str) -> None:
    assert network_key(no_address) == no_address


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_the_lower_half_of_an_ipv6_address_never_matters(address: ipaddress.IPv6Address, lower: int) -> None:
    other = ipaddress.IPv6Address(int(address) >> 64 << 64 | lower)
    carries_ipv4 = any(isinstance(parse_ip(str(one)), ipaddress.IPv4Address) for one in (address, other))
    if not carries_ipv4:
        assert network_key(str(address)) == network_key(str(other).upper()) == network_key(other.exploded)
