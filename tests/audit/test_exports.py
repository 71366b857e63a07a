import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from audit.record import Ledger
from gatepass.audit.chain.model import Verdict
from gatepass.audit.flows import RetentionPurge, anonymize
from gatepass.audit.model import Actor, ActorKind, EventKind, Origin
from gatepass.audit.queries import export_lines, export_table, keys_of, source_of, verify_lines
from gatepass.protocols.jose import SigningAlgorithm, generate_private_key, public_jwk

pytestmark = pytest.mark.anyio


async def exported(ledger: Ledger, since: int = 0) -> list[bytes]:
    """Return the lines of an export."""
    source = source_of("https://gate.test", [(ledger.jwk, None)])
    return [line async for line in export_lines(ledger.database, source, ledger.clock.at, since=since)]


def fault(verdict: Verdict) -> str | None:
    return None if verdict.broken is None else verdict.broken.fault.value


@pytest.fixture
async def lines(ledger: Ledger) -> list[bytes]:
    """An export of twenty events with checkpoints at the tenth and the twentieth."""
    for _ in range(2):
        await ledger.happen(10, data={"address": "ä=\u2028\n\t\"'@example.com"})
        await ledger.seal_all()
    return await exported(ledger)


async def test_an_export_proves_itself(lines: list[bytes], ledger: Ledger) -> None:
    verdict = verify_lines(lines)
    assert (verdict.holds, verdict.events, verdict.checkpoints, verdict.covered) == (True, 20, 2, 20)
    assert verify_lines(lines, keys_of([ledger.jwk])).holds
    head = json.loads(lines[0])
    assert (head["issuer"], head["after"], head["previous"]) == ("https://gate.test", 0, "00" * 32)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)


async def test_an_export_may_begin_at_a_checkpoint(lines: list[bytes], ledger: Ledger) -> None:
    later = await exported(ledger, since=14)
    assert len(later) < len(lines)
    verdict = verify_lines(later)
    assert (verdict.holds, verdict.first, verdict.last) == (True, 11, 20)
    without_proof = [line for line in later if b'"sequence":10,' not in line]
    assert fault(verify_lines(without_proof)) == "checkpoint_missing"


async def test_an_export_after_forgetting_and_retention_still_proves_itself(ledger: Ledger) -> None:
    await ledger.happen(10)
    await ledger.seal_all()
    ledger.move(timedelta(days=500))
    await ledger.happen(10)
    await ledger.seal_all()
    purge, now = RetentionPurge(400), ledger.clock.at
    assert await ledger.database.transact(lambda tx: purge(tx, now)) == 10
    await ledger.database.transact(lambda tx: anonymize(tx, "ana"))
    await ledger.seal_all()
    lines = await exported(ledger)
    verdict = verify_lines(lines)
    assert (verdict.holds, verdict.first, verdict.last, verdict.anonymized) == (True, 11, 21, 10)
    assert b"ana" not in b"".join(lines).replace(b"organization", b"")


async def test_a_stranger_who_signs_anew_is_found_out_by_the_key_that_was_kept(lines: list[bytes]) -> None:
    private = generate_private_key(SigningAlgorithm.EDDSA)
    other = public_jwk(private, key_id="key-1", algorithm=SigningAlgorithm.EDDSA)
    assert fault(verify_lines(lines, keys_of([other]))) == "checkpoint_forged"
    assert fault(verify_lines(lines, {})) == "checkpoint_forged"


def _without(marker: bytes) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [line for line in lines if marker not in line]


TAMPERED: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "a fact": (lambda lines: [*lines[:5], lines[5].replace(b'"user_id":"ana"', b'"user_id":"eve"'), *lines[6:]],
               "row_changed"),
    "a line less": (lambda lines: [*lines[:5], *lines[6:]], "row_missing"),
    "a line twice": (lambda lines: [*lines[:5], lines[5], *lines[5:]], "row_changed"),
    "two lines exchanged": (lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]], "row_missing"),
    "cut short": (lambda lines: lines[:8], "unreadable"),
    "cut short and ended": (lambda lines: [*lines[:8], lines[-1]], "row_missing"),
    "no checkpoint in between": (lambda lines: [line for line in lines if b'"previous":0' not in line
                                                and not (b'"type":"checkpoint"' in line and b'"sequence":10,' in line)],
                                 ""),
    "a checkpoint too early": (lambda lines: [*lines[:3], lines[11], *lines[3:11], *lines[12:]], "row_missing"),
    "no head": (lambda lines: lines[1:], "unreadable"),
    "nothing": (lambda _: [], "unreadable"),
    "noise": (lambda lines: [lines[0], b"\xff\xfe{", *lines[1:]], "unreadable"),
    "an endless line": (lambda lines: [lines[0], b" " * 2_000_000, *lines[1:]], "unreadable"),
    "wrong octets": (lambda lines: [lines[0], lines[1].replace(b'"digest":"', b'"digest":"zz'), *lines[2:]],
                     "unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("way", sorted(TAMPERED))
async def test_a_file_that_was_tampered_with_is_found_out(lines: list[bytes], way: str) -> None:
    change, expected = TAMPERED[way]
    found = fault(verify_lines(change(lines)))
    # The first checkpoint of all may be missing: nothing before it says that there was one.
    assert found == (expected or None), way


async def test_a_table_holds_no_formula(ledger: Ledger) -> None:
    for agent in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", 'a "quoted", cell', "plain"):
        origin = Origin("192.0.2.7", agent, Actor(ActorKind.OPERATOR, "op", "=cmd|' /C calc'!A0"))
        await ledger.happen(1, origin=origin, kind=EventKind.USER_CHANGED)
    await ledger.seal_all()
    text = b"".join([line async for line in export_table(ledger.database)]).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["user_agent"] for row in rows] == [
        "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", 'a "quoted", cell', "plain",
    ]  # fmt: skip
    assert {row["actor_name"] for row in rows} == {"'=cmd|' /C calc'!A0"}
    assert rows[0]["kind"] == "user.account.changed"
    assert len([line async for line in export_table(ledger.database, since=5)]) == 4
