"""Domains are listed, proven once and looked for again, on both databases and with a real name server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gatepass.kit.dns.resolver import Resolver
from gatepass.kit.lookups.reach import EVERYWHERE, Within
from gatepass.kit.problems import Problem
from gatepass.organizations.flows import prove_domain, recheck_domain, remove_domain
from gatepass.organizations.jobs import DomainRechecks, run_rechecks
from gatepass.organizations.model import Organization, OwnedDomain
from gatepass.organizations.queries import find_by_proved_domain, find_domain, find_organization, list_domains
from organizations.stage import an_organization, kinds, listed, proved
from support.name_server import NameServer, answering
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with answering() as server:
        yield server


async def prove(spine: Spine, domain: OwnedDomain, *texts: str) -> OwnedDomain:
    within, at = Within(domain.organization_id), spine.clock.now()
    return await spine.transact(lambda tx: prove_domain(tx, within, domain.id, texts, at, ORIGIN))


async def present(spine: Spine, domain: OwnedDomain) -> OwnedDomain:
    found = await spine.read(lambda tx: find_domain(tx, Within(domain.organization_id), domain.id))
    assert found is not None
    return found


async def known_by(spine: Spine, organization: Organization) -> str:
    found = await spine.read(lambda tx: find_organization(tx, EVERYWHERE, organization.id))
    assert found is not None
    return found.domain


async def owner(spine: Spine, domain: str) -> Organization | None:
    return await spine.read(lambda tx: find_by_proved_domain(tx, domain))


async def test_a_listed_domain_leads_nowhere_until_it_is_proven(each_spine: Spine) -> None:
    acme = await an_organization(each_spine)
    domain = await listed(each_spine, acme, "Acme.example.")
    assert domain.record_name == "_gatepass-challenge.acme.example"
    assert domain.record_value == f"gatepass-verify={domain.challenge}"
    assert await owner(each_spine, "acme.example") is None
    assert (await prove(each_spine, domain, "v=spf1", f" {domain.record_value} ")).proved_at is not None
    assert (await owner(each_spine, "acme.example")) is not None
    assert await known_by(each_spine, acme) == "acme.example"
    assert (await kinds(each_spine))[-2:] == ["organization.domain.added", "organization.domain.proved"]


async def test_a_proof_that_was_seen_again_stays_as_old_as_it_is(each_spine: Spine) -> None:
    domain = await proved(each_spine, await an_organization(each_spine), "acme.example")
    each_spine.clock.move(timedelta(hours=1))
    again = await prove(each_spine, domain, domain.record_value)
    assert again.proved_at == domain.proved_at
    assert (await kinds(each_spine)).count("organization.domain.proved") == 1


@pytest.mark.parametrize(
    "texts", [(), ("gatepass-verify=",), ("gatepass-verify=other",), ("GATEPASS-VERIFY={0}",), ("{0}",)]
)
async def test_other_texts_prove_nothing(each_spine: Spine, texts: tuple[str, ...]) -> None:
    domain = await listed(each_spine, await an_organization(each_spine), "acme.example")
    with pytest.raises(Problem, match=domain.record_value) as refused:
        await prove(each_spine, domain, *(text.format(domain.challenge) for text in texts))
    assert refused.value.code == "domain_not_proven"
    assert (await present(each_spine, domain)).proved_at is None


async def test_two_may_list_a_domain_and_one_may_prove_it(each_spine: Spine) -> None:
    one, two = await an_organization(each_spine, "One"), await an_organization(each_spine, "Two")
    first, second = await listed(each_spine, one, "acme.example"), await listed(each_spine, two, "acme.example")
    assert first.challenge != second.challenge
    with pytest.raises(Problem, match="domain_not_proven"):
        await prove(each_spine, second, first.record_value)
    await prove(each_spine, first, first.record_value)
    with pytest.raises(Problem) as refused:
        await prove(each_spine, second, second.record_value)
    assert (refused.value.code, refused.value.status) == ("domain_taken", 409)
    with pytest.raises(Problem, match="domain_taken"):
        await listed(each_spine, await an_organization(each_spine, "Three"), "acme.example")


async def test_of_two_that_prove_a_domain_at_once_one_gets_it(each_spine: Spine) -> None:
    domains = [
        await listed(each_spine, await an_organization(each_spine, f"Number {number}"), "acme.example")
        for number in range(4)
    ]
    outcomes = await asyncio.gather(
        *(prove(each_spine, one, one.record_value) for one in domains), return_exceptions=True
    )
    assert sum(isinstance(one, OwnedDomain) for one in outcomes) == 1
    assert {one.code for one in outcomes if isinstance(one, Problem)} == {"domain_taken"}


async def test_a_mail_host_of_everybody_is_listed_and_never_proven(each_spine: Spine) -> None:
    domain = await listed(each_spine, await an_organization(each_spine), "gmail.com")
    with pytest.raises(Problem, match="free_mail_domain"):
        await prove(each_spine, domain, domain.record_value)


@pytest.mark.parametrize("typed", ["co.uk", "localhost", "https://acme.example", "user@acme.example", "*.acme.example"])
async def test_what_no_organization_can_own_is_not_listed(spine: Spine, typed: str) -> None:
    with pytest.raises(Problem) as refused:
        await listed(spine, await an_organization(spine), typed)
    assert (refused.value.code, refused.value.status) == ("invalid_domain", 400)


async def test_a_domain_is_listed_once(each_spine: Spine) -> None:
    acme = await an_organization(each_spine, domains=("acme.example",))
    with pytest.raises(Problem, match="domain_listed"):
        await listed(each_spine, acme, "ACME.example")


async def test_a_removed_domain_is_free_and_the_next_proven_one_takes_its_place(each_spine: Spine) -> None:
    acme, other = await an_organization(each_spine), await an_organization(each_spine, "Other")
    first = await proved(each_spine, acme, "acme.example")
    each_spine.clock.move(timedelta(seconds=1))
    await proved(each_spine, acme, "acme.test")
    assert await known_by(each_spine, acme) == "acme.example"
    within, at = Within(acme.id), each_spine.clock.now()
    await each_spine.transact(lambda tx: remove_domain(tx, within, first.id, at, ORIGIN))
    assert await known_by(each_spine, acme) == "acme.test"
    assert (await proved(each_spine, other, "acme.example")).proved_at is not None
    assert [one.domain for one in await each_spine.read(lambda tx: list_domains(tx, within))] == ["acme.test"]


async def test_the_domain_of_another_organization_is_not_there(each_spine: Spine) -> None:
    domain = await listed(each_spine, await an_organization(each_spine), "acme.example")
    other, at = Within((await an_organization(each_spine, "Other")).id), each_spine.clock.now()
    with pytest.raises(Problem, match="unknown_domain_id"):
        await each_spine.transact(lambda tx: prove_domain(tx, other, domain.id, (domain.record_value,), at, ORIGIN))
    with pytest.raises(Problem, match="unknown_domain_id"):
        await each_spine.transact(lambda tx: remove_domain(tx, other, domain.id, at, ORIGIN))


def rechecks(spine: Spine, names: NameServer) -> DomainRechecks:
    return DomainRechecks(spine.database, spine.clock, Resolver((names.address,)))


async def test_a_proof_is_looked_for_again_after_a_week(each_spine: Spine, names: NameServer) -> None:
    domain = await proved(each_spine, await an_organization(each_spine), "acme.example")
    names.prove("acme.example", domain.challenge)
    look = rechecks(each_spine, names).look
    each_spine.clock.move(timedelta(days=6, hours=23))
    assert await look() == 0
    each_spine.clock.move(timedelta(hours=2))
    assert await look() == 1
    assert await look() == 0
    assert (await present(each_spine, domain)).checked_at == each_spine.clock.now()
    assert [name for name, *_ in names.asked] == ["_gatepass-challenge.acme.example"]


async def test_a_proof_that_is_missing_three_times_in_a_row_is_lost(each_spine: Spine, names: NameServer) -> None:
    acme = await an_organization(each_spine)
    domain = await proved(each_spine, acme, "acme.example")
    look = rechecks(each_spine, names).look
    each_spine.clock.move(timedelta(days=8))
    for failures in (1, 2):
        await look()
        assert (await present(each_spine, domain)).failures == failures
        assert await owner(each_spine, "acme.example") is not None
        each_spine.clock.move(timedelta(days=1, hours=1))
    await look()
    assert await owner(each_spine, "acme.example") is None
    assert await known_by(each_spine, acme) == ""
    assert (await kinds(each_spine))[-1] == "organization.domain.lost"
    each_spine.clock.move(timedelta(days=30))
    assert await look() == 0
    assert (await prove(each_spine, await present(each_spine, domain), domain.record_value)).failures == 0


async def test_a_proof_that_comes_back_in_time_is_kept(each_spine: Spine, names: NameServer) -> None:
    domain = await proved(each_spine, await an_organization(each_spine), "acme.example")
    look = rechecks(each_spine, names).look
    each_spine.clock.move(timedelta(days=8))
    await look()
    names.prove("acme.example", domain.challenge)
    each_spine.clock.move(timedelta(days=1, hours=1))
    await look()
    found = await present(each_spine, domain)
    assert (found.failures, found.proved_at) == (0, domain.proved_at)


async def test_a_name_server_that_does_not_answer_takes_no_proof_away(each_spine: Spine, names: NameServer) -> None:
    domain = await proved(each_spine, await an_organization(each_spine), "acme.example")
    names.failing = True
    look = rechecks(each_spine, names).look
    each_spine.clock.move(timedelta(days=8))
    for _ in range(4):
        assert await look() == 1
        assert await look() == 0
        each_spine.clock.move(timedelta(hours=2))
    assert (await present(each_spine, domain)).failures == 0
    assert await owner(each_spine, "acme.example") is not None


async def test_two_workers_do_not_look_for_one_proof(each_spine: Spine, names: NameServer) -> None:
    domain = await proved(each_spine, await an_organization(each_spine), "acme.example")
    names.prove("acme.example", domain.challenge)
    each_spine.clock.move(timedelta(days=8))
    assert sum(await asyncio.gather(*(rechecks(each_spine, names).look() for _ in range(4)))) == 1


async def test_the_worker_looks_until_it_is_asked_to_stop(spine: Spine, names: NameServer) -> None:
    domain = await proved(spine, await an_organization(spine), "acme.example")
    spine.clock.move(timedelta(days=8))
    stop = asyncio.Event()
    worker = asyncio.ensure_future(run_rechecks(rechecks(spine, names), stop))
    async with asyncio.timeout(5):
        for _ in range(400):
            await asyncio.sleep(0.01)
            if (await present(spine, domain)).failures:
                break
        stop.set()
        await worker
    assert (await present(spine, domain)).failures == 1


async def test_a_proof_that_was_given_anew_while_a_look_was_under_way_is_kept(
    each_spine: Spine, names: NameServer
) -> None:
    domain = await proved(each_spine, await an_organization(each_spine), "acme.example")
    each_spine.clock.move(timedelta(days=8))
    look = rechecks(each_spine, names).look
    for _ in range(2):
        await look()
        each_spine.clock.move(timedelta(days=1, hours=1))
    stale = await present(each_spine, domain)
    await prove(each_spine, domain, domain.record_value)
    at = each_spine.clock.now()
    is_lost = await each_spine.transact(lambda tx: recheck_domain(tx, stale, is_there=False, at=at, origin=ORIGIN))
    assert not is_lost
    now = await present(each_spine, domain)
    assert now.proved_at is not None
    assert now.failures == 0
