"""Where an application is, by what it can't make up."""

from dataclasses import replace

import pytest

from gatepass.applications.model import ApplicationType, OAuthPolicy, Registration, Source
from gatepass.gate.pages.domains import domain_of
from gatepass.protocols.oauth2.redirects import host_of
from support.spine import Spine

pytestmark = pytest.mark.anyio
CLAIM = OAuthPolicy(home_url="https://bank.example/", source=Source.REGISTRATION, is_third_party=True)


def test_an_address_is_named_by_its_host_or_by_the_scheme_that_an_application_owns() -> None:
    assert host_of("https://shop.test:8443/callback") == "shop.test"
    assert host_of("http://[::1]:4711/callback") == "::1"
    assert host_of("com.example.app:/callback") == "com.example.app:"


@pytest.mark.parametrize(
    ("source", "domain"),
    [
        (Source.OPERATOR, "bank.example"),
        (Source.REGISTRATION, "evil.example, other.example"),
        (Source.DOCUMENT, "planner.test"),
    ],
)
async def test_only_the_operators_word_on_a_home_page_is_believed(spine: Spine, source: Source, domain: str) -> None:
    asked = Registration(
        name="Bank",
        type=ApplicationType.SPA,
        callback_urls=("https://evil.example/cb", "https://other.example/cb", "https://evil.example/cb2"),
        oauth=replace(CLAIM, source=source),
    )
    application = replace(await spine.register(asked), client_id="https://planner.test/client.json")
    assert domain_of(application) == domain
