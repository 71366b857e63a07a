"""Questions to a name server that answers right, wrong, late, in pieces or not at all."""

import time
from collections.abc import AsyncIterator

import pytest

from gatepass.kit.dns.resolver import LookupFailed, Resolver, read_nameserver
from support.name_server import NameServer, answering

pytestmark = pytest.mark.anyio


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with answering() as server:
        yield server


@pytest.fixture
def resolver(names: NameServer) -> Resolver:
    return Resolver((names.address,))


async def test_every_text_of_a_name_is_answered(names: NameServer, resolver: Resolver) -> None:
    names.put("acme.test", "TXT", '"v=spf1 -all"', '"gatepass-verify=1"')
    assert set(await resolver.txt("acme.test")) == {"v=spf1 -all", "gatepass-verify=1"}


async def test_the_strings_of_one_record_are_one_text(names: NameServer, resolver: Resolver) -> None:
    names.put("acme.test", "TXT", '"gatepass-" "verify=1"')
    assert await resolver.txt("acme.test") == ("gatepass-verify=1",)


async def test_bytes_that_are_no_text_do_no_harm(names: NameServer, resolver: Resolver) -> None:
    names.put("acme.test", "TXT", r'"\255\254"')
    assert await resolver.txt("acme.test") == ("\ufffd\ufffd",)


async def test_a_name_that_is_not_there_has_no_texts(resolver: Resolver) -> None:
    assert await resolver.txt("nobody.test") == ()


async def test_a_name_with_other_records_has_no_texts(names: NameServer, resolver: Resolver) -> None:
    names.put("acme.test", "A", "192.0.2.1")
    assert await resolver.txt("acme.test") == ()


async def test_texts_are_found_under_another_name(names: NameServer, resolver: Resolver) -> None:
    names.put("acme.test", "CNAME", "proofs.host.test.")
    names.put("proofs.host.test", "TXT", '"there"')
    assert await resolver.txt("acme.test") == ("there",)


async def test_other_names_that_go_in_a_circle_are_no_answer(names: NameServer, resolver: Resolver) -> None:
    names.put("one.test", "CNAME", "two.test.")
    names.put("two.test", "CNAME", "one.test.")
    with pytest.raises(LookupFailed):
        await resolver.txt("one.test")


async def test_a_cut_answer_is_asked_for_again_by_tcp(names: NameServer, resolver: Resolver) -> None:
    names.truncating = True
    names.put("acme.test", "TXT", *(f'"{number:0>200}"' for number in range(20)))
    assert len(await resolver.txt("acme.test")) == 20
    assert [transport for *_, transport in names.asked] == ["udp", "tcp"]


async def test_a_server_that_does_not_know_is_no_answer(names: NameServer, resolver: Resolver) -> None:
    names.failing = True
    with pytest.raises(LookupFailed):
        await resolver.txt("acme.test")


async def test_a_silent_server_is_given_up_after_two_seconds(names: NameServer, resolver: Resolver) -> None:
    names.silent = True
    begun = time.monotonic()
    with pytest.raises(LookupFailed):
        await resolver.txt("acme.test")
    assert time.monotonic() - begun < 3.0


async def test_a_slow_server_is_waited_for(names: NameServer, resolver: Resolver) -> None:
    names.delay = 0.3
    names.put("acme.test", "TXT", '"late"')
    assert await resolver.txt("acme.test") == ("late",)


async def test_where_one_server_is_silent_the_next_one_is_asked(names: NameServer) -> None:
    names.put("acme.test", "TXT", '"here"')
    async with answering() as dead:
        dead.silent = True
        assert await Resolver((dead.address, names.address)).txt("acme.test") == ("here",)


async def test_the_name_behind_a_name_is_answered_in_lower_case(names: NameServer, resolver: Resolver) -> None:
    names.put("login.acme.test", "CNAME", "Auth.Example.Test.")
    assert await resolver.cname("login.acme.test") == "auth.example.test"
    assert await resolver.cname("acme.test") == ""


async def test_addresses_of_both_versions_are_answered(names: NameServer, resolver: Resolver) -> None:
    names.put("acme.test", "A", "192.0.2.1")
    names.put("acme.test", "AAAA", "2001:db8::1")
    assert await resolver.addresses("acme.test") == ("192.0.2.1", "2001:db8::1")


@pytest.mark.parametrize("name", ["a" * 64 + ".test", "a..test", ".".join(["abcdefghi"] * 30)])
async def test_what_is_no_name_is_not_asked_for(names: NameServer, resolver: Resolver, name: str) -> None:
    with pytest.raises(LookupFailed):
        await resolver.txt(name)
    assert names.asked == []


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("9.9.9.9", ("9.9.9.9", 53)),
        ("127.0.0.1:5300", ("127.0.0.1", 5300)),
        ("2620:fe::fe", ("2620:fe::fe", 53)),
        ("[2620:fe::fe]:5300", ("2620:fe::fe", 5300)),
    ],
)
def test_a_name_server_is_an_address_with_or_without_a_port(text: str, meaning: tuple[str, int]) -> None:
    assert read_nameserver(text) == meaning


@pytest.mark.parametrize(
    "text", ["", "dns.example", "9.9.9.9:0", "9.9.9.9:65536", "9.9.9.9:", "[::1", "https://9.9.9.9"]
)
def test_other_texts_are_no_name_server(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_nameserver(text)
