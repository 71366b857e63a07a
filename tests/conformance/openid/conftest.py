"""One server for each file of modules, behind an https issuer, with the limits of production."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.openid.fapi_client import FapiClient, new_key
from conformance.openid.provider import ISSUER, Person, Provider
from conformance.openid.relying_party import CALLBACK, RelyingParty
from gatepass.applications.model import ApplicationType, ClientAuthentication, OAuthPolicy, Registration
from gatepass.gate.connections.protocol import ConnectionLimits
from gatepass.protocols.jose import SigningAlgorithm
from gatepass.settings import load
from support.gatepass_server import ServerThread
from support.ports import free_port

# Production's own counts, but for mails: one machine plays everybody here, and an hour's worth would not do.
_LIMITS = {"GATEPASS_LIMITS_SCALE": "1.001", "GATEPASS_LIMITS_SENDS_PER_NETWORK_AND_HOUR": "600"}
_people = itertools.count(1)

NewPerson = Callable[[], Person]
NewClient = Callable[..., RelyingParty]
NewFapiClient = Callable[..., FapiClient]


@pytest.fixture(scope="module")
def further_settings() -> dict[str, str]:
    """What a file wants its provider to be set to, beyond the usual."""
    return {}


@pytest.fixture(scope="module")
def provider(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, further_settings: dict[str, str]
) -> Iterator[Provider]:
    """The provider of this file."""
    folder = tmp_path_factory.mktemp("provider")
    shutil.copy(sqlite_template, folder / "gatepass.db")
    variables = {"GATEPASS_DEV": "true", "GATEPASS_PUBLIC_URL": ISSUER, "GATEPASS_DATA": str(folder)}
    settings = load({**variables, **_LIMITS, **further_settings}, given={"port": free_port()})
    thread = ServerThread(settings, ConnectionLimits(), _registration(SigningAlgorithm.RS256, OAuthPolicy()))
    made = Provider(thread.start())
    yield made
    made.close()
    thread.stop()


def _registration(algorithm: SigningAlgorithm, policy: OAuthPolicy) -> Registration:
    return Registration(
        name="Relying party",
        type=ApplicationType.WEB,
        callback_urls=(CALLBACK, f"{CALLBACK}?own=1"),
        logout_urls=("https://rp.test/signed-out",),
        signing_algorithm=algorithm,
        oauth=policy,
    )


@pytest.fixture(scope="module")
def new_client(provider: Provider) -> NewClient:
    """Register clients; `response_mode` and `is_posted` are their habits, everything else is their registration."""

    def make(
        *, algorithm: str = "RS256", response_mode: str = "", is_posted: bool = False, policy: OAuthPolicy | None = None
    ) -> RelyingParty:
        oauth = policy or OAuthPolicy(has_profile_in_id_token=False)
        registered = provider.register(_registration(SigningAlgorithm(algorithm), oauth))
        assert registered.client_secret is not None
        return RelyingParty(
            provider,
            registered.application.client_id,
            registered.client_secret.reveal(),
            is_posted,
            algorithm,
            response_mode,
            oauth.has_profile_in_id_token,
        )

    return make


@pytest.fixture(scope="module", params=["basic", "form_post"])
def client(request: pytest.FixtureRequest, new_client: NewClient) -> RelyingParty:
    """The client of the Basic OP plan, then that of the Form Post OP plan; both with RS256 and a secret by Basic."""
    return new_client(response_mode="form_post" if request.param == "form_post" else "")


@pytest.fixture(scope="module")
def other_client(new_client: NewClient) -> RelyingParty:
    """The second client, for what must not be taken by anybody else."""
    return new_client()


@pytest.fixture
def new_person(provider: Provider) -> NewPerson:
    """Give people who have never been here."""
    return lambda: provider.person(f"person{next(_people)}@example.com")


@pytest.fixture
def person(new_person: NewPerson) -> Person:
    """Give somebody who has never been here."""
    return new_person()


@pytest.fixture(scope="module")
def resident(provider: Provider, other_client: RelyingParty) -> Person:
    """Give somebody who is signed in already, once for all modules that do not care."""
    found = provider.person(f"resident{next(_people)}@example.com")
    other_client.ask(found)
    return found


@pytest.fixture(scope="module")
def new_fapi_client(provider: Provider) -> NewFapiClient:
    """Register clients of the profile; each has a key of its own."""

    def make(
        *, signs_requests: bool = False, is_third_party: bool = False, further_keys: tuple[dict[str, Any], ...] = ()
    ) -> FapiClient:
        key = new_key("proves")
        policy = OAuthPolicy(
            authentication=ClientAuthentication.PRIVATE_KEY_JWT,
            jwks={"keys": [key.as_dict(private=False), *further_keys]},
            requires_pushed_requests=True,
            requires_dpop=True,
            requires_signed_requests=signs_requests,
            has_profile_in_id_token=False,
            is_third_party=is_third_party,
        )
        registered = provider.register(
            Registration(
                name="Bank",
                type=ApplicationType.WEB,
                callback_urls=(CALLBACK,),
                signing_algorithm=SigningAlgorithm.ES256,
                oauth=policy,
            )
        )
        assert registered.client_secret is None
        client_id = registered.application.client_id
        return FapiClient(provider, client_id, algorithm="ES256", key=key, signs_requests=signs_requests)

    return make


@pytest.fixture(scope="module")
def bank(new_fapi_client: NewFapiClient) -> FapiClient:
    """The first client of the profile."""
    return new_fapi_client()


@pytest.fixture(scope="module")
def other_bank(new_fapi_client: NewFapiClient) -> FapiClient:
    """The second one."""
    return new_fapi_client()


@pytest.fixture(scope="module")
def customer(provider: Provider, bank: FapiClient) -> Person:
    """Give somebody who is signed in already."""
    found = provider.person("customer@example.com")
    bank.ask(found)
    return found
