"""Places from a file in the MaxMind format; the file is made here, by the format's own description."""

import ipaddress
from pathlib import Path

import pytest

from gatepass.kit.client.places import Place, Places

_Value = str | list[str] | dict[str, "_Value"]


def _encoded(value: _Value) -> bytes:
    """Encode text (type 2), a map (type 7) or an empty list (extended type 11) of the format's data section."""
    if isinstance(value, str):
        body = value.encode()
        return bytes([2 << 5 | len(body)]) + body
    if isinstance(value, list):
        return bytes([len(value), 11 - 7])
    return bytes([7 << 5 | len(value)]) + b"".join(_encoded(key) + _encoded(item) for key, item in value.items())


def _number(number: int, *, bits: int) -> bytes:
    """Encode an unsigned number of 16 bits (type 5), 32 (type 6) or 64 (extended type 9)."""
    body = number.to_bytes(bits // 8, "big")
    return (bytes([len(body), 9 - 7]) if bits == 64 else bytes([{16: 5, 32: 6}[bits] << 5 | len(body)])) + body


def _metadata(nodes: int) -> bytes:
    entries = {
        "binary_format_major_version": _number(2, bits=16),
        "binary_format_minor_version": _number(0, bits=16),
        "build_epoch": _number(1, bits=64),
        "database_type": _encoded("test"),
        "description": _encoded({}),
        "ip_version": _number(4, bits=16),
        "languages": _encoded([]),
        "node_count": _number(nodes, bits=32),
        "record_size": _number(24, bits=16),
    }
    return bytes([7 << 5 | len(entries)]) + b"".join(_encoded(key) + value for key, value in entries.items())


def _database(network: str, record: dict[str, _Value]) -> bytes:
    """Make an IPv4 database that knows one network: one tree node per bit, each with a branch that leads nowhere."""
    subnet = ipaddress.IPv4Network(network)
    bits = f"{int(subnet.network_address):032b}"[: subnet.prefixlen]
    nodes = len(bits)
    nowhere, found = nodes, nodes + 16
    tree = b""
    for depth, bit in enumerate(bits):
        onward = depth + 1 if depth + 1 < nodes else found
        branches = (onward, nowhere) if bit == "0" else (nowhere, onward)
        tree += b"".join(branch.to_bytes(3, "big") for branch in branches)
    return tree + bytes(16) + _encoded(record) + b"\xab\xcd\xefMaxMind.com" + _metadata(nodes)


def _places(directory: Path, record: dict[str, _Value]) -> Places:
    file = directory / "places.mmdb"
    file.write_bytes(_database("192.0.2.0/24", record))
    return Places(file)


_LISBON: dict[str, _Value] = {"city": {"names": {"en": "Lisbon"}}, "country": {"names": {"en": "Portugal"}}}


def test_without_a_file_every_place_is_unknown() -> None:
    assert Places(None).describe("192.0.2.7") is None


def test_an_address_is_described_by_city_and_country(tmp_path: Path) -> None:
    places = _places(tmp_path, _LISBON)

    found = places.describe("192.0.2.7")
    mapped = places.describe("::ffff:192.0.2.7")
    places.close()

    assert found == mapped == Place(city="Lisbon", country="Portugal")
    assert found is not None
    assert found.summary == "Lisbon, Portugal"


def test_a_country_alone_is_a_place_too(tmp_path: Path) -> None:
    places = _places(tmp_path, {"country": {"names": {"en": "Portugal"}}})

    found = places.describe("192.0.2.7")
    places.close()

    assert found == Place(city=None, country="Portugal")
    assert found.summary == "Portugal"


@pytest.mark.parametrize("ip", ["198.51.100.1", "2001:db8::1", "nonsense", ""])
def test_an_address_that_the_file_does_not_know_has_no_place(tmp_path: Path, ip: str) -> None:
    places = _places(tmp_path, _LISBON)

    found = places.describe(ip)
    places.close()

    assert found is None


@pytest.mark.parametrize("record", [{}, {"city": "Lisbon"}, {"city": {"names": {"de": "Lissabon"}}}])
def test_a_record_without_english_names_is_no_place(tmp_path: Path, record: dict[str, _Value]) -> None:
    places = _places(tmp_path, record)

    found = places.describe("192.0.2.7")
    places.close()

    assert found is None


def test_a_file_that_is_no_database_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "places.mmdb"
    file.write_bytes(b"not a database")

    with pytest.raises(ValueError, match=r"places\.mmdb is not a readable"):
        Places(file)
    with pytest.raises(ValueError, match="absent"):
        Places(tmp_path / "absent.mmdb")
