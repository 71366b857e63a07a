import time

import asyncpg
import pytest

from support.postgres import Server


@pytest.mark.anyio
async def test_every_test_gets_an_empty_database_of_its_own(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        await connection.execute("CREATE TABLE marks (mark TEXT)")
        durable = await connection.fetchval("SHOW fsync")
    finally:
        await connection.close()

    assert tables == 0
    assert durable == "on"


def test_a_database_costs_little(postgres_server: Server) -> None:
    began = time.perf_counter()
    for _ in range(5):
        postgres_server.drop_database(postgres_server.create_database())

    assert time.perf_counter() - began < 5


@pytest.mark.anyio
async def test_a_database_can_be_copied_from_a_prepared_one(postgres_server: Server) -> None:
    prepared = postgres_server.create_database()
    connection = await asyncpg.connect(prepared)
    await connection.execute("CREATE TABLE marks (mark TEXT)")
    await connection.close()

    copy = postgres_server.create_database(template=prepared)
    connection = await asyncpg.connect(copy)
    tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    postgres_server.drop_database(copy)
    postgres_server.drop_database(prepared)

    assert tables == 1


def test_each_kind_of_database_is_offered(database_url: str, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["database_url"]

    assert database_url.startswith(f"{kind}://")
