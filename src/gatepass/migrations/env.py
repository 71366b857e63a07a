"""Runs the steps: Alembic executes this file for each command.

The address and the lease's holder come from `gatepass.migrations.steps`.
"""

import asyncio
import sqlite3
from typing import Any

import asyncpg
import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from gatepass.kit.clock import SystemClock
from gatepass.kit.db import sqlite_path
from gatepass.migrations.lease import LIFETIME, LeaseLost

_BUSY_SECONDS = 30.0

_url: str = context.config.attributes["url"]
_holder: str = context.config.attributes["holder"]
_lease = sa.table("gatepass_migration_lease", sa.column("holder"), sa.column("expires_at"))


def _keep_lease(ctx: Any, *_: object, **__: object) -> None:
    """Renew the lease in the step's own transaction, or undo the step."""
    expires_at: Any = SystemClock().now() + LIFETIME
    connection: sa.Connection = ctx.connection
    if connection.dialect.name == "sqlite":
        expires_at = int(expires_at.timestamp() * 1_000_000)
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"The step leaves references to nothing: {broken[:5]}")
    renewed = connection.execute(sa.update(_lease).where(_lease.c.holder == _holder).values(expires_at=expires_at))
    if renewed.rowcount != 1:
        raise LeaseLost("another server took the migration lease")


def _run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        transaction_per_migration=True,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
        on_version_apply=_keep_lease,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on_sqlite() -> None:
    engine = sa.create_engine(
        f"sqlite:///{sqlite_path(_url)}", poolclass=sa.NullPool, connect_args={"timeout": _BUSY_SECONDS}
    )

    @sa.event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would commit before each CREATE TABLE, and a kill would leave half a step.
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection:
        _run(connection)
    engine.dispose()


async def _run_on_postgresql() -> None:
    async def connect() -> Any:
        return await asyncpg.connect(_url)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=sa.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


if sqlite_path(_url) is not None:
    _run_on_sqlite()
else:
    asyncio.run(_run_on_postgresql())
