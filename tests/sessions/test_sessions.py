from datetime import timedelta

import pytest

from gatepass.audit.model import Origin
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.sessions.flows import revoke, start
from gatepass.sessions.model import Session
from gatepass.sessions.queries import find_live
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def begin(spine: Spine, origin: Origin = Origin("192.0.2.7", "Agent")) -> Session:  # noqa: B008 - it never changes
    at = spine.clock.now()

    async def body(tx: Tx) -> Session:
        return await start(
            tx,
            session_id=new_id(),
            user_id="u",
            application_id="a",
            amr=("email", "otp"),
            lifetime=HOUR,
            origin=origin,
            at=at,
        )

    return await spine.transact(body)


async def live(spine: Spine, session: Session) -> Session | None:
    return await spine.read(lambda tx: find_live(tx, session.id, spine.clock.now()))


async def test_a_session_is_found_as_it_was_started(each_spine: Spine) -> None:
    session = await begin(each_spine)
    assert await live(each_spine, session) == session
    assert session.expires_at == session.created_at + HOUR
    assert session.amr == ("email", "otp")
    assert session.revoked_at is None


async def test_a_session_lives_until_its_last_microsecond_and_no_longer(spine: Spine) -> None:
    session = await begin(spine)
    spine.clock.move(HOUR - timedelta(microseconds=1))
    assert await live(spine, session) is not None
    spine.clock.move(timedelta(microseconds=1))
    assert await live(spine, session) is None


async def test_a_revoked_session_is_over_at_once_and_can_not_be_revoked_again(spine: Spine) -> None:
    session, other = await begin(spine), await begin(spine)
    now = spine.clock.now()
    assert await spine.transact(lambda tx: revoke(tx, session, now, ORIGIN))
    assert await live(spine, session) is None
    assert not await spine.transact(lambda tx: revoke(tx, session, now, ORIGIN))
    assert await live(spine, other) == other


async def test_a_session_that_nobody_started_is_neither_found_nor_revoked(spine: Spine) -> None:
    now = spine.clock.now()
    assert await spine.read(lambda tx: find_live(tx, new_id(), now)) is None


async def test_a_long_agent_is_cut_so_that_nobody_fills_the_disk_with_it(spine: Spine) -> None:
    session = await begin(spine, Origin("192.0.2.7", "x" * 100_000))
    assert len(session.user_agent) == 512
    assert await live(spine, session) == session
