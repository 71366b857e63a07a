import hmac
from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.app import ready_keys
from gatepass.applications import queries, store
from gatepass.applications.flows import Registered, add_secret, change, register, switch
from gatepass.applications.model import (
    Application,
    ApplicationType,
    Branding,
    ClientAuthentication,
    LinkTarget,
    MagicLinkPolicy,
    OAuthPolicy,
    Registration,
    Source,
)
from gatepass.applications.queries import ApplicationDirectory, has_secret, list_applications
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, command, query
from gatepass.kit.ids import CLIENT_SECRET_PREFIX, is_well_formed, new_client_id
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import Secret
from gatepass.protocols.jose import SigningAlgorithm
from support.spine import Spine

pytestmark = pytest.mark.anyio

FULL = Registration(
    name="  Back office ",
    type=ApplicationType.WEB,
    callback_urls=("https://app.example/callback", "https://app.example/other"),
    logout_urls=("https://app.example/bye",),
    allowed_origins=("https://app.example",),
    access_token_lifetime=timedelta(minutes=5),
    id_token_lifetime=timedelta(minutes=6),
    refresh_token_lifetime=timedelta(days=7),
    signing_algorithm=SigningAlgorithm.EDDSA,
    magic_link=MagicLinkPolicy(LinkTarget.API, 120, may_sign_up=False),
    branding=Branding("#112233", "https://app.example/logo.png", "Ours"),
)
KEY = {
    "kty": "EC",
    "crv": "P-256",
    "kid": "a",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
_SWITCH_OFF = command("UPDATE applications SET is_active = :is_active")
_HASHES = query(bytes, "SELECT secret_hash FROM application_secrets")


async def registered(spine: Spine, registration: Registration = FULL) -> Registered:
    return await spine.transact(lambda tx: register(tx, registration, spine.clock.now()))


async def give(spine: Spine, application_id: str) -> str:
    spine.clock.move(timedelta(seconds=1))
    secret: Secret = await spine.transact(lambda tx: add_secret(tx, application_id, spine.clock.now()))
    return secret.reveal()


async def knows(spine: Spine, application_id: str, secret: str) -> bool:
    return await spine.read(lambda tx: has_secret(tx, application_id, secret))


async def test_an_application_is_kept_as_it_was_registered(each_spine: Spine) -> None:
    made = (await registered(each_spine)).application
    found = await ApplicationDirectory(each_spine.database).find(made.client_id)
    assert found == made
    assert (made.name, made.is_active, made.created_at) == ("Back office", True, each_spine.clock.at)
    for name in ("callback_urls", "logout_urls", "allowed_origins", "magic_link", "branding", "signing_algorithm"):
        assert getattr(made, name) == getattr(FULL, name), name
    assert made.access_token_lifetime == timedelta(minutes=5)
    assert EventKind.APPLICATION_CREATED in [event.kind for event in await each_spine.events()]


async def test_a_faulty_registration_leaves_nothing_behind(spine: Spine) -> None:
    before = await spine.read(list_applications)
    with pytest.raises(Problem, match="invalid_application"):
        await registered(spine, replace(FULL, callback_urls=("javascript:alert(1)",)))
    assert await spine.read(list_applications) == before


async def test_applications_are_listed_the_oldest_first(spine: Spine) -> None:
    for number in range(3):
        spine.clock.move(timedelta(seconds=1))
        await registered(spine, replace(FULL, name=str(number)))
    listed = await spine.read(list_applications)
    assert listed == sorted(listed, key=lambda one: one.created_at)
    assert listed[0] == spine.application


@pytest.mark.parametrize("kind", list(ApplicationType))
async def test_a_secret_is_shown_once_and_only_where_it_can_be_kept(spine: Spine, kind: ApplicationType) -> None:
    made = await registered(spine, Registration(name="App", type=kind))
    assert (made.client_secret is not None) is kind.keeps_secrets
    if made.client_secret is not None:
        assert is_well_formed(made.client_secret.reveal(), CLIENT_SECRET_PREFIX)
        assert await knows(spine, made.application.id, made.client_secret.reveal())
        for stored in await spine.read(lambda tx: tx.all(_HASHES)):
            assert made.client_secret.reveal().encode() not in stored
            assert len(stored) == 32


async def test_two_secrets_are_good_while_one_is_rotated_and_a_third_ends_the_oldest(each_spine: Spine) -> None:
    made = await registered(each_spine)
    assert made.client_secret is not None
    first, identity = made.client_secret.reveal(), made.application.id
    second = await give(each_spine, identity)
    assert [await knows(each_spine, identity, secret) for secret in (first, second)] == [True, True]
    third = await give(each_spine, identity)
    assert [await knows(each_spine, identity, one) for one in (first, second, third)] == [False, True, True]
    fourth = await give(each_spine, identity)
    good = [await knows(each_spine, identity, one) for one in (first, second, third, fourth)]
    assert good == [False, False, True, True]


async def test_a_secret_of_one_application_is_worth_nothing_for_another(spine: Spine) -> None:
    one, other = await registered(spine), await registered(spine)
    assert one.client_secret is not None
    assert not await knows(spine, other.application.id, one.client_secret.reveal())
    await give(spine, other.application.id)
    await give(spine, other.application.id)
    assert await knows(spine, one.application.id, one.client_secret.reveal())


@pytest.mark.parametrize("guess", ["", "gps_", "x" * 10_000, "é"])
async def test_what_is_not_the_secret_is_refused(spine: Spine, guess: str) -> None:
    made = await registered(spine)
    assert made.client_secret is not None
    assert not await knows(spine, made.application.id, guess)
    assert not await knows(spine, made.application.id, made.client_secret.reveal() + guess + " ")


async def test_every_live_secret_is_compared_in_constant_time_even_after_a_match(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await registered(spine)
    assert made.client_secret is not None
    await give(spine, made.application.id)
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert await knows(spine, made.application.id, made.client_secret.reveal())
    assert len(compared) == 2


async def test_an_unknown_client_id_finds_nothing(spine: Spine) -> None:
    directory = ApplicationDirectory(spine.database)
    for unknown in ("", "cli_", new_client_id(), "x" * 100_000, "\x00", spine.application.client_id.upper(), "é"):
        assert await directory.find(unknown) is None
    assert directory._by_client_id == {}


async def test_an_application_is_remembered_for_five_seconds_and_then_read_anew(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [100.0]
    monkeypatch.setattr(queries, "monotonic", lambda: moment[0])
    directory = ApplicationDirectory(spine.database)
    assert await directory.find(spine.application.client_id)
    await spine.transact(lambda tx: tx.run(_SWITCH_OFF, is_active=False))
    moment[0] += 4.9
    assert await directory.find(spine.application.client_id) is not None
    moment[0] += 0.2
    assert await directory.find(spine.application.client_id) is None
    assert await directory.eldest() is None


async def test_an_application_that_was_just_registered_is_found_at_once(spine: Spine) -> None:
    directory = ApplicationDirectory(spine.database)
    client_id = new_client_id()
    assert await directory.find(client_id) is None
    made = (await registered(spine)).application
    assert await directory.find(made.client_id) == made


async def test_the_origins_of_all_applications_may_ask_first(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr(queries, "monotonic", lambda: moment[0])
    directory = ApplicationDirectory(spine.database)
    assert await directory.allows_origin("https://shop.test")
    for foreign in ("https://app.example", "https://shop.test.evil.example", "null", "", "HTTPS://shop.test"):
        assert not await directory.allows_origin(foreign)
    await registered(spine)
    moment[0] += 5.1
    assert await directory.allows_origin("https://app.example")


async def test_the_application_that_was_registered_first_answers_for_the_server(each_spine: Spine) -> None:
    each_spine.clock.move(timedelta(seconds=1))
    await registered(each_spine)
    assert await ApplicationDirectory(each_spine.database).eldest() == each_spine.application


async def test_no_stranger_answers_for_the_server(each_spine: Spine) -> None:
    await each_spine.transact(lambda tx: tx.run(_SWITCH_OFF, is_active=False))
    for source in (Source.DOCUMENT, Source.REGISTRATION):
        # What a stranger says of itself, its keys say: they don't make it the operator's.
        policy = OAuthPolicy(is_third_party=True, source=source, jwks={"keys": [KEY], "source": "operator"})
        await registered(each_spine, replace(FULL, oauth=policy))
    assert await ApplicationDirectory(each_spine.database).eldest() is None
    ours = (await registered(each_spine)).application
    assert await ApplicationDirectory(each_spine.database).eldest() == ours


async def test_whoever_answers_for_the_server_is_read_once_in_five_seconds_and_alone(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment, read = [100.0], []
    monkeypatch.setattr(queries, "monotonic", lambda: moment[0])
    find = store.find_eldest

    async def counted(tx: Tx) -> Application | None:
        read.append(1)
        return await find(tx)

    async def everything(_: Tx) -> list[Application]:
        raise AssertionError("a page or a preflight reads every application")

    monkeypatch.setattr(store, "find_eldest", counted)
    monkeypatch.setattr(store, "list_all", everything)
    directory = ApplicationDirectory(spine.database)
    for _ in range(3):
        assert await directory.eldest() == spine.application
        assert await directory.allows_origin("https://shop.test")
    assert len(read) == 1
    moment[0] += 5.1
    assert await directory.eldest() == spine.application
    assert len(read) == 2
    await ready_keys(spine.house)


async def test_an_application_that_is_switched_off_lends_no_origin(spine: Spine) -> None:
    await spine.transact(lambda tx: tx.run(_SWITCH_OFF, is_active=False))
    assert not await ApplicationDirectory(spine.database).allows_origin("https://shop.test")


async def test_the_algorithms_of_applications_are_listed_once_each(spine: Spine) -> None:
    for _ in range(2):
        await registered(spine)
    listed = await spine.read(queries.list_algorithms)
    assert sorted(listed) == [SigningAlgorithm.ES256, SigningAlgorithm.EDDSA]


@pytest.mark.parametrize("method", [ClientAuthentication.NONE, ClientAuthentication.PRIVATE_KEY_JWT])
async def test_a_secret_that_nobody_asks_for_any_more_opens_nothing_later(
    each_spine: Spine, method: ClientAuthentication
) -> None:
    made = await registered(each_spine)
    assert made.client_secret is not None
    secret, at = made.client_secret.reveal(), each_spine.clock.now()
    policy = OAuthPolicy(authentication=method, jwks={"keys": [KEY]})

    async def become(registration: Registration) -> None:
        await each_spine.transact(lambda tx: change(tx, made.application, registration, at))

    await become(replace(FULL, name="Another"))
    assert await knows(each_spine, made.application.id, secret)
    await become(replace(FULL, oauth=policy))
    await become(FULL)
    assert not await knows(each_spine, made.application.id, secret)


async def test_a_version_never_comes_again_though_the_clock_does(each_spine: Spine) -> None:
    first = (await registered(each_spine)).application
    at = first.modified_at - timedelta(hours=1)
    second = await each_spine.transact(lambda tx: change(tx, first, replace(FULL, name="Other"), at))
    third = await each_spine.transact(lambda tx: switch(tx, second, is_active=False, at=at))
    assert first.modified_at < second.modified_at < third.modified_at
    assert await each_spine.read(lambda tx: queries.find_application(tx, first.id)) == third
