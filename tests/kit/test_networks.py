"""Addresses as people's networks."""

import ipaddress

import pytest

from gatepass.kit.client.networks import is_same_network, network_of, parse_ip


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_address_is_read_in_its_plainest_form(text: str, address: str) -> None:
    assert parse_ip(text) == ipaddress.ip_address(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "192.0.2", "192.0.2.256", "192.0.2.7:80", "[::1]", "1" * 10_000, "192.0.2.1\x00"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert parse_ip(text) is None
    assert network_of(text) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:db8::1", "192.0.2.7", False),
        ("nonsense", "nonsense", False),
        ("", "", False),
    ],
)
def test_two_addresses_share_a_network_by_address_or_by_the_first_64_bits(one: str, other: str, same: bool) -> None:
    assert is_same_network(one, other) is same
    assert is_same_network(other, one) is same


def test_a_network_has_one_name_for_all_its_addresses() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2::2") == "2001:db8:1:2::/64"
    assert network_of("::ffff:192.0.2.7") == "192.0.2.7"
