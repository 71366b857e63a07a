"""Addresses of documents: which are read, and where they may lead."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gatepass.applications.queries import list_applications
from gatepass.kit.fetch import Fetcher
from gatepass.provider.registration.addresses import belongs_to, document_fault
from gatepass.provider.registration.documents import Allowance, ClientDocuments
from gatepass.provider.registration.model import Hospitality
from kit.fetch.web import Names, authority, says, serving
from support.spine import Spine

pytestmark = pytest.mark.anyio

NETWORK = "192.0.2.7"


def documents_of(spine: Spine, fetcher: Fetcher, *, allows_loopback: bool = False) -> ClientDocuments:
    """What resolves client ids in production, with a resolver of the test."""
    house = spine.house
    hospitality = Hospitality(reads_documents=True, allows_loopback=allows_loopback)
    allowance = Allowance(house.limiter, house.limits.document_per_network)
    return ClientDocuments(spine.database, spine.clock, house.applications, fetcher, allowance, hospitality)


NO_ADDRESSES = [
    "https://tool.example",
    "http://tool.example/client.json",
    "http://127.0.0.1:8000/client.json",
    "https://tool.example/client.json#part",
    "https://tool.example/client.json?x=1",
    "https://tool.example/a/../client.json",
    "https://tool.example/./client.json",
    "https://tool.example/%2e%2e/client.json",
    "https://tool.example/a/%2E",
    "https://user@tool.example/client.json",
    "https://user:word@tool.example/client.json",
    "https://tool.example\\@127.0.0.1/client.json",
    "HTTPS://TOOL.example/client.json",
    "https://Tool.example/client.json",
    "https://tööl.example/client.json",
    "https://tool.example/client json",
    "https://tool.example/\x00",
    "https://tool.example:22/client.json",
    "https://tool.example:99999/client.json",
    "https://127.0.0.1/client.json",
    "https://127.1/client.json",
    "https://2130706433/client.json",
    "https://0x7f000001/client.json",
    "https://[::1]/client.json",
    "https://[::ffff:169.254.169.254]/client.json",
    "https://169.254.169.254/latest/meta-data",
    "https://10.1.2.3/client.json",
    "https://localhost/client.json",
    "https://intranet/client.json",
    "https://db.internal/client.json",
    "file:///etc/passwd",
    "ftp://tool.example/client.json",
    "//tool.example/client.json",
    "https://tool.example/" + "a" * 200,
    "",
]


async def test_what_is_no_address_of_a_document_is_never_looked_up(spine: Spine) -> None:
    names = Names(["93.184.215.14"])
    documents = documents_of(spine, Fetcher(resolver=names))
    for url in NO_ADDRESSES:
        assert await documents.resolve(url, NETWORK) is None, url
    assert names.asked == []


INSIDE: list[Sequence[str]] = [
    ["127.0.0.1"],
    ["::1"],
    ["169.254.169.254"],
    ["10.0.0.1"],
    ["172.16.5.5"],
    ["192.168.0.1"],
    ["100.64.0.1"],
    ["0.0.0.0"],  # noqa: S104 - an address that must not be reached
    ["::ffff:127.0.0.1"],
    ["64:ff9b::7f00:1"],
    ["fd00::1"],
    ["fe80::1"],
    ["93.184.215.14", "127.0.0.1"],
]


@pytest.mark.parametrize("answers", INSIDE, ids=" ".join)
async def test_a_name_that_leads_inside_is_not_connected_to(
    spine: Spine, tmp_path: Path, answers: Sequence[str]
) -> None:
    trust = authority(tmp_path, "tool.example")
    async with serving(says(), tls=trust.server) as web:
        url = f"https://tool.example:{web.port}/client.json"
        documents = documents_of(spine, Fetcher(resolver=Names(answers), tls=trust.client))
        assert await documents.resolve(url, NETWORK) is None
        assert web.connections == 0
    assert await spine.read(list_applications) == [spine.application]


async def test_a_name_that_answers_differently_the_second_time_is_asked_once(spine: Spine, tmp_path: Path) -> None:
    trust = authority(tmp_path, "tool.example")
    async with serving(says(), tls=trust.server) as web:
        names = Names(["10.0.0.1"], ["127.0.0.1"])
        documents = documents_of(spine, Fetcher(resolver=names, tls=trust.client))
        assert await documents.resolve(f"https://tool.example:{web.port}/client.json", NETWORK) is None
        assert (names.asked, web.connections) == (["tool.example"], 0)


async def test_a_document_comes_by_https_from_whom_the_certificate_names(spine: Spine, tmp_path: Path) -> None:
    trust = authority(tmp_path, "tool.example")
    async with serving(says(), tls=trust.server) as web:
        # Loopback stands for the Internet here, the names and the certificate are as there.
        fetcher = Fetcher(resolver=Names(["127.0.0.1"]), tls=trust.client, allow_loopback=True)
        documents = documents_of(spine, fetcher)
        for host, is_found in (("evil.example", False), ("tool.example", True)):
            url = f"https://{host}:{web.port}/client.json"
            callback = f"https://{host}:{web.port}/callback"
            web.answer = says(f'{{"client_id":"{url}","redirect_uris":["{callback}"]}}'.encode())
            application = await documents.resolve(url, NETWORK)
            assert (application is not None) is is_found
    assert application is not None
    assert application.name == "tool.example"
    assert application.allowed_origins == (f"https://tool.example:{web.port}",)


@pytest.mark.parametrize(
    "url",
    [
        "https://tool.example/",
        "https://tool.example/a/client.json",
        "https://tool.example:8443/..a/b",
        "https://a.b-c.d/e~f",
    ],
)
def test_an_address_with_a_path_can_be_a_client(url: str) -> None:
    assert document_fault(url, allows_loopback=False) is None


@pytest.mark.parametrize(
    ("uri", "is_own"),
    [
        ("https://tool.example/callback", True),
        ("https://TOOL.example/callback", True),
        ("http://127.0.0.1:7777/callback", True),
        ("http://localhost/callback", True),
        ("http://[::1]/callback", True),
        ("example.tool:/callback", True),
        ("example.tool.app:/callback", True),
        ("https://other.example/callback", False),
        ("https://sub.tool.example/callback", False),
        ("https://tool.example:8443/callback", False),
        ("https://tool.example.evil.test/callback", False),
        ("example.other:/callback", False),
        ("com.example:/callback", False),
    ],
)
def test_answers_go_to_the_origin_of_the_document_or_to_the_machine_of_the_person(uri: str, *, is_own: bool) -> None:
    assert belongs_to(uri, "https://tool.example/client.json") is is_own


def test_a_scheme_of_a_whole_top_level_domain_belongs_to_nobody() -> None:
    assert not belongs_to("example.x:/callback", "https://example/client.json")
