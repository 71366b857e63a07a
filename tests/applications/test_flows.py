import hmac
from dataclasses import replace
from datetime import timedelta

import pytest

from gatepass.applications import queries
from gatepass.applications.flows import Registered, add_secret, register
from gatepass.applications.model import ApplicationType, Branding, LinkTarget, MagicLinkPolicy, Registration
from gatepass.applications.queries import ApplicationDirectory, has_secret, list_applications
from gatepass.audit.model import EventKind
from gatepass.kit.db import command, query
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


async def test_the_application_that_was_registered_first_answers_for_the_server(spine: Spine) -> None:
    spine.clock.move(timedelta(seconds=1))
    await registered(spine)
    assert await ApplicationDirectory(spine.database).eldest() == spine.application
