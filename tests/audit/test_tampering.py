from dataclasses import replace
from datetime import timedelta

import pytest

from audit.record import NOBODY, Ledger
from gatepass.audit import forgetting
from gatepass.audit.chain import digests
from gatepass.audit.chain.model import CHECKPOINT_TYPE, TrustedKey
from gatepass.audit.flows import AddressForgetting, RetentionPurge, anonymize
from gatepass.audit.model import Actor, ActorKind, EventKind, Origin
from gatepass.audit.queries import keys_of, verify
from gatepass.protocols.jose import Signer, SigningAlgorithm, generate_private_key

pytestmark = pytest.mark.anyio


async def broken_at(ledger: Ledger) -> tuple[str, int] | None:
    """Return the first break: what and where."""
    broken = (await ledger.verdict()).broken
    return None if broken is None else (broken.fault.value, broken.sequence)


@pytest.fixture
async def sealed(ledger: Ledger) -> Ledger:
    """A record of twenty events with checkpoints at the tenth and the twentieth."""
    operator = Origin("198.51.100.9", "Console", Actor(ActorKind.OPERATOR, "op", "Olga"), "trace-2")
    for count in (10, 10):
        ledger.move(timedelta(minutes=1))
        await ledger.happen(count - 1, organization_id="org", application_id="app", reason="as asked")
        await ledger.happen(1, kind=EventKind.USER_CHANGED, origin=operator)
        await ledger.seal_all()
    return ledger


CHANGES = {
    "id": "id = 'ffffffffffffffffffffffff'",
    "kind": "kind = 'user.login.refused'",
    "time": "occurred_at = (SELECT max(created_at) FROM audit_checkpoints)",
    "application": "application_id = 'other'",
    "no application": "application_id = NULL",
    "organization": "organization_id = 'other'",
    "outcome": "outcome = 'failed'",
    "user": "user_id = 'eve'",
    "attempt": "attempt_id = 'other'",
    "data": 'data = \'{"number":"666"}\'',
    "data that is no JSON": "data = 'nothing'",
    "reason": "reason = ''",
    "actor": 'actor = \'{"kind":"user","id":"eve","name":"Eve"}\'',
    "network": "network = '203.0.113.5'",
    "agent": "user_agent = 'Other'",
    "country": "country = 'Portugal'",
    "city": "city = 'Lisbon'",
    "trace": "trace_id = 'other'",
    "digest": "digest = subject_digest",
    "no digest": "digest = NULL",
    "subject digest": "subject_digest = caller_digest",
    "caller digest": "caller_digest = subject_digest",
    "no subject salt": "subject_salt = NULL",
    "no caller salt": "caller_salt = NULL",
    "salt": "subject_salt = caller_salt",
}


@pytest.mark.parametrize("change", sorted(CHANGES))
async def test_a_changed_event_is_named(sealed: Ledger, change: str) -> None:
    changed = await sealed.tamper("UPDATE audit_events SET " + CHANGES[change] + " WHERE sequence = 7")  # noqa: S608
    assert changed == 1
    assert await broken_at(sealed) == ("row_changed", 7)


async def test_an_event_that_was_taken_out_is_named(sealed: Ledger) -> None:
    await sealed.tamper("DELETE FROM audit_events WHERE sequence = 13")
    assert await broken_at(sealed) == ("row_missing", 13)


async def test_an_event_that_was_taken_out_is_named_although_the_others_were_numbered_anew(sealed: Ledger) -> None:
    await sealed.tamper("DELETE FROM audit_events WHERE sequence = 13")
    for sequence in range(14, 21):
        await sealed.tamper("UPDATE audit_events SET sequence = sequence - 1 WHERE sequence = :n", n=sequence)
    assert await broken_at(sealed) == ("row_changed", 13)


async def test_the_end_that_was_cut_off_is_missed(sealed: Ledger) -> None:
    await sealed.tamper("DELETE FROM audit_events WHERE sequence > 15")
    assert await broken_at(sealed) == ("row_missing", 16)


async def test_everything_that_was_deleted_is_missed(sealed: Ledger) -> None:
    await sealed.tamper("DELETE FROM audit_events")
    assert await broken_at(sealed) == ("row_missing", 1)


async def test_the_beginning_that_was_cut_off_is_no_purge_until_an_event_says_so(sealed: Ledger) -> None:
    await sealed.tamper("DELETE FROM audit_events WHERE sequence <= 10")
    assert await broken_at(sealed) == ("row_missing", 10)


async def test_a_beginning_that_was_cut_off_between_two_checkpoints_is_missed(sealed: Ledger) -> None:
    await sealed.tamper("DELETE FROM audit_events WHERE sequence <= 12")
    assert await broken_at(sealed) == ("row_missing", 12)


async def test_two_events_that_changed_places_are_named(sealed: Ledger) -> None:
    for before, after in ((5, 99), (6, 5), (99, 6)):
        await sealed.tamper("UPDATE audit_events SET sequence = :b WHERE sequence = :a", a=before, b=after)
    assert await broken_at(sealed) == ("row_changed", 5)


async def test_an_event_that_was_put_in_is_named(sealed: Ledger) -> None:
    for sequence in range(20, 7, -1):
        await sealed.tamper("UPDATE audit_events SET sequence = sequence + 1 WHERE sequence = :n", n=sequence)
    copy = (
        "INSERT INTO audit_events (id, kind, occurred_at, user_id, network, user_agent, data, sequence, digest, "
        "subject_digest, subject_salt, caller_digest, caller_salt) SELECT 'f', kind, occurred_at, user_id, network, "
        "user_agent, data, 8, digest, subject_digest, subject_salt, caller_digest, caller_salt FROM audit_events "
        "WHERE sequence = 7"
    )
    assert await sealed.tamper(copy) == 1
    assert await broken_at(sealed) == ("row_changed", 8)


async def test_a_record_that_was_written_anew_with_right_digests_does_not_fit_its_checkpoint(sealed: Ledger) -> None:
    await sealed.tamper("UPDATE audit_events SET user_id = 'eve' WHERE sequence = 14")
    links = await sealed.links()
    digest = links[12].digest
    for link in links[13:]:
        assert digest is not None
        assert link.subject_salt is not None
        assert link.caller_salt is not None
        proof = digests.prove(digest, link, link.subject_salt, link.caller_salt)
        digest = proof.digest
        await sealed.tamper(
            "UPDATE audit_events SET digest = :d, subject_digest = :s WHERE id = :id",
            d=proof.digest, s=proof.subject_digest, id=link.id,
        )  # fmt: skip
    assert await broken_at(sealed) == ("row_changed", 11)
    # Whoever makes the checkpoint's row fit as well can't sign it.
    await sealed.tamper("UPDATE audit_checkpoints SET digest = :d WHERE sequence = 20", d=digest)
    assert await broken_at(sealed) == ("checkpoint_forged", 20)


async def test_a_checkpoint_of_another_key_or_type_counts_for_nothing(sealed: Ledger) -> None:
    stranger = Signer("key-1", SigningAlgorithm.EDDSA, generate_private_key(SigningAlgorithm.EDDSA))
    tip = (await sealed.links())[-1]
    assert tip.digest is not None
    claims = {"sequence": 20, "digest": tip.digest.hex(), "previous": 10, "iat": 1}
    for forged in (
        stranger.sign(claims, token_type=CHECKPOINT_TYPE),
        sealed.signer.sign(claims, token_type="at+jwt"),
        sealed.signer.sign({**claims, "sequence": 19}, token_type=CHECKPOINT_TYPE),
        sealed.signer.sign({**claims, "sequence": True}, token_type=CHECKPOINT_TYPE),
        sealed.signer.sign({"sequence": 20}, token_type=CHECKPOINT_TYPE),
        "nothing",
    ):
        await sealed.tamper("UPDATE audit_checkpoints SET signed = :s WHERE sequence = 20", s=forged)
        assert await broken_at(sealed) == ("checkpoint_forged", 20), forged


async def test_a_checkpoint_that_was_taken_out_is_missed(sealed: Ledger) -> None:
    await sealed.happen(5)
    await sealed.seal_all()
    await sealed.tamper("DELETE FROM audit_checkpoints WHERE sequence = 20")
    assert await broken_at(sealed) == ("checkpoint_missing", 25)


async def test_a_withdrawn_key_vouches_for_what_it_signed_before(sealed: Ledger) -> None:
    (key,) = keys_of([sealed.jwk]).values()
    later, earlier = sealed.clock.at + timedelta(hours=1), sealed.clock.at - timedelta(hours=1)
    assert (await verify(sealed.database, {"key-1": TrustedKey(key.verifier, later)})).holds
    verdict = await verify(sealed.database, {"key-1": TrustedKey(key.verifier, earlier)})
    assert verdict.broken is not None
    assert verdict.broken.fault == "checkpoint_forged"


async def test_a_part_of_the_record_is_looked_at_from_the_checkpoint_before_it(sealed: Ledger) -> None:
    verdict = await sealed.verdict(since=15)
    assert (verdict.first, verdict.last, verdict.events) == (11, 20, 10)
    assert (await sealed.verdict(most=4)).last == 4


async def test_forgetting_a_person_leaves_the_chain_whole(ledger: Ledger) -> None:
    operator = Origin("198.51.100.9", "Console", Actor(ActorKind.OPERATOR, "ana", "Ana"), "trace-2")
    await ledger.happen(3, attempt_id="attempt-1", data={"address": "ana@example.com"})
    await ledger.happen(1, user_id=None, attempt_id="attempt-1", data={"address": "ana@example.com"})
    await ledger.happen(2, kind=EventKind.USER_BLOCKED, user_id="bob", origin=operator, reason="Ana's wish")
    await ledger.happen(2, user_id="bob", data={"device": "Bob's"})
    await ledger.seal_all()
    await ledger.happen(2)  # not sealed yet when she is forgotten
    await ledger.database.transact(lambda tx: anonymize(tx, "ana"))
    await ledger.seal_all()
    verdict = await ledger.verdict()
    assert (verdict.holds, verdict.events, verdict.anonymized) == (True, 10, 6)
    links = await ledger.links()
    written = repr([link for link in links if link.user_id != "bob"])
    for fact in ("ana", "192.0.2.7", "Agent/1.0", "attempt-1", "example.com"):
        assert fact not in written
    blocked = [link for link in links if link.kind == EventKind.USER_BLOCKED]
    assert {(link.user_id, link.reason, link.actor, link.network) for link in blocked} == {
        ("bob", "Ana's wish", "{}", "")
    }
    assert [link.data for link in links if link.kind == EventKind.LOGIN_SUCCEEDED and link.user_id == "bob"] == [
        '{"device":"Bob\'s"}'
    ] * 2


async def test_forgetting_somebody_in_whose_place_an_operator_acted_keeps_that_it_was_done(ledger: Ledger) -> None:
    operator = Actor(ActorKind.OPERATOR, "op", "Olga")
    within = replace(operator, acting_as="ana")
    await ledger.happen(1, kind=EventKind.IMPERSONATION_STARTED, origin=Origin("198.51.100.9", actor=operator))
    await ledger.happen(1, kind=EventKind.USER_CHANGED, origin=Origin("198.51.100.9", actor=within))
    await ledger.seal_all()
    await ledger.database.transact(lambda tx: anonymize(tx, "ana"))
    began, changed = await ledger.links()
    assert "Olga" in began.actor
    assert (began.user_id, changed.user_id, changed.actor) == (None, None, "{}")
    assert "ana" not in repr((began, changed)).replace("organization", "")
    assert (await ledger.verdict()).holds


async def test_a_forgotten_event_can_be_given_no_new_facts(ledger: Ledger) -> None:
    await ledger.happen(3)
    await ledger.seal_all()
    await ledger.database.transact(lambda tx: anonymize(tx, "ana"))
    await ledger.tamper("UPDATE audit_events SET user_id = 'eve' WHERE sequence = 2")
    assert await broken_at(ledger) == ("row_changed", 2)


async def test_retention_deletes_from_checkpoint_to_checkpoint_and_says_so(ledger: Ledger) -> None:
    purge = RetentionPurge(400)
    for _ in range(3):
        await ledger.happen(10)
        await ledger.seal_all()
        ledger.move(timedelta(days=200))
    now = ledger.clock.at
    assert await ledger.database.transact(lambda tx: purge(tx, now)) == 10
    assert (await ledger.verdict()).holds
    assert await ledger.database.transact(lambda tx: purge(tx, now)) == 0
    await ledger.seal_all()
    ledger.move(timedelta(days=1000))
    now = ledger.clock.at
    while await ledger.database.transact(lambda tx: purge(tx, now)):
        assert (await ledger.verdict()).holds
    assert await ledger.seal_all() > 0
    verdict = await ledger.verdict()
    assert (verdict.holds, verdict.first) == (True, 32)
    never = RetentionPurge(0)
    assert await ledger.database.transact(lambda tx: never(tx, now)) == 0


async def test_the_address_of_somebody_who_never_signed_in_is_forgotten_in_time(ledger: Ledger) -> None:
    await ledger.happen(2, user_id=None, attempt_id="a", data={"address": "somebody@example.com"}, origin=NOBODY)
    await ledger.happen(1, data={"address": "ana@example.com"})
    await ledger.seal_all()
    forget = AddressForgetting(ledger.database, 30)
    assert await forget(ledger.clock.at + timedelta(days=29)) == 0
    assert await forget(ledger.clock.at + timedelta(days=31)) == 2
    links = await ledger.links()
    assert [link.data for link in links] == ["{}", "{}", '{"address":"ana@example.com"}']
    assert links[0].network == "192.0.2.7"
    assert (await ledger.verdict()).holds
    still = AddressForgetting(ledger.database, 0)
    assert await still(ledger.clock.at + timedelta(days=999)) == 0


async def test_the_walk_for_addresses_goes_on_past_quiet_stretches_and_waits_at_its_end(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 2)
    await ledger.happen(4, data={"address": "ana@example.com"})
    await ledger.happen(1, user_id=None, attempt_id="a", data={"address": "somebody@example.com"}, origin=NOBODY)
    await ledger.seal_all()
    forget, later = AddressForgetting(ledger.database, 30), ledger.clock.at + timedelta(days=31)
    assert await forget(later - timedelta(days=2)) == 0
    assert [await forget(later) for _ in range(4)] == [2, 2, 1, 0]
    assert [link.data for link in await ledger.links()][-1] == "{}"
    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "take_turn", None)
        assert await forget(later) == 0, "what was walked past is not looked at again"
