"""Telling what asyncpg's errors mean."""

import asyncpg

from gatepass.kit.db.faults import ConnectionLost, ConstraintViolated, SerializationFailure, StorageUnavailable


class StaleStatement(SerializationFailure):
    """A prepared statement no longer fits the schema; prepared anew, the work may run again."""


_COLLISIONS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_STALE = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
    asyncpg.InvalidSQLStatementNameError,
)
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.ReadOnlySQLTransactionError,  # the server became a standby: another connection finds its successor
    asyncpg.InternalClientError,
    OSError,
)
_UNABLE = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.PostgresIOError,
    TimeoutError,
)
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


def meaning_of(error: Exception, *, is_closed: bool) -> Exception:
    """Return the fault that stands for a driver's error, or the error itself where it is a programmer's.

    Args:
        error: what the driver raised.
        is_closed: whether the connection is closed by now.
    """
    if isinstance(error, _COLLISIONS):
        return SerializationFailure(str(error))
    if isinstance(error, _STALE):
        return StaleStatement(str(error))
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return ConstraintViolated(str(error))
    # TimeoutError is an OSError, and what timed out may still be running: it is not tried again.
    if isinstance(error, _UNABLE):
        return StorageUnavailable(f"PostgreSQL: {type(error).__name__}: {error}")
    if isinstance(error, _LOST) or (is_closed and isinstance(error, asyncpg.InterfaceError)):
        return ConnectionLost(f"PostgreSQL: {type(error).__name__}: {error}")
    return error
