"""A spent refresh token opens its successor while an answer may be lost, and nothing after that."""

from datetime import timedelta

from gatepass.kit.db import Tx, query
from gatepass.tokens.jobs import TokenPurge
from support.gatepass_server import RunningServer

SEALED = query(int, "SELECT count(*) FROM refresh_tokens WHERE successor_sealed IS NOT NULL")


def test_the_sealed_successor_is_forgotten_once_nobody_may_ask_for_it(server: RunningServer) -> None:
    async def sealed(tx: Tx) -> int | None:
        return await tx.one(SEALED)

    server.client.refresh(server.client.sign_in("ana@example.com")["refresh_token"])
    assert server.read(sealed) == 1
    purge = TokenPurge()
    server.transact(lambda tx: purge(tx, server.clock.now()))
    assert server.read(sealed) == 1
    server.transact(lambda tx: purge(tx, server.clock.now() + timedelta(minutes=11)))
    assert server.read(sealed) == 0
