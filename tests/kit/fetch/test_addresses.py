"""Which addresses are open to the world, and which URLs are read at all."""

from ipaddress import ip_address

import pytest

from gatepass.kit.fetch import FetchRefused, RefusalReason, parse_target
from gatepass.kit.fetch.addresses import is_public

_CLOSED = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.8 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
224.0.1.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
100::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1 fc00::1
fd00:ec2::254 fe80::1 fe80::1%1 fec0::1 ff02::1 ff0e::1 2606:4700::1%1
"""
_OPEN = """
1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.167.0.1 2606:4700::1111 2a00:1450::1
"""
CLOSED, OPEN = _CLOSED.split(), _OPEN.split()


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_of_somebodys_own_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Client.Example/keys?a=1", "https://client.example"),
        ("https://client.example:443", "https://client.example"),
        ("https://client.example:8443/", "https://client.example:8443"),
        ("https://xn--bcher-kva.example?x", "https://xn--bcher-kva.example"),
        ("https://8.8.8.8/", "https://8.8.8.8"),
        ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443"),
    ],
)
def test_a_url_of_the_web_is_read(url: str, origin: str) -> None:
    assert parse_target(url).origin == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "client.example",
        "//client.example/",
        "https:client.example",
        "https://",
        "https:///keys",
        "https://user@client.example/",
        "https://user:word@client.example/",
        "https://client.example@127.0.0.1/",
        "https://client.example/#part",
        "https://client.example\\@127.0.0.1/",
        "https://client.example/a b",
        "https://client.example/\r\nX: y",
        "https://client.example/\n",
        "https://bücher.example/",
        "https://client。example/",
        "https://client.example:/",
        "https://client.example:0/",
        "https://client.example:0443/",
        "https://client.example:65536/",
        "https://client.example:443443/",
        "https://.client.example/",
        "https://client..example/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.01/",
        "https://1.2.3.4.5/",
        "https://client.0x10/",
        "https://[::1/",
        "https://[::ffff:1.2.3]/",
        "https://[fe80::1%25eth0]/",
        f"https://{'a' * 64}.example/",
        f"https://{'.'.join(['abcdefg'] * 33)}/",
        f"https://client.example/{'a' * 2048}",
        "javascript:alert(1)",
        "file:/etc/passwd",
    ],
)
def test_a_url_that_programs_may_read_differently_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        parse_target(url)
    assert refused.value.reason is RefusalReason.MALFORMED_URL
    assert refused.value.is_lasting


@pytest.mark.parametrize("url", ["http://client.example/", "ftp://client.example/", "gopher://client.example/"])
def test_nothing_but_https_is_fetched(url: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        parse_target(url)
    assert refused.value.reason is RefusalReason.FORBIDDEN_SCHEME


def test_plain_http_is_read_on_a_development_machine() -> None:
    assert parse_target("http://localhost:3000/", allow_loopback=True).origin == "http://localhost:3000"
    assert parse_target("http://localhost/", allow_loopback=True).port == 80


@pytest.mark.parametrize("port", [22, 25, 53, 80, 389, 445, 1023])
@pytest.mark.parametrize("allow_loopback", [False, True])
def test_ports_of_other_services_are_refused(port: int, allow_loopback: bool) -> None:
    with pytest.raises(FetchRefused) as refused:
        parse_target(f"https://client.example:{port}/", allow_loopback=allow_loopback)
    assert refused.value.reason is RefusalReason.FORBIDDEN_PORT
