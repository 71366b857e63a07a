"""Plain SQL on two databases behind two verbs: `transact` and `read`.

Statements are written once, at import, with `:name` parameters, and answer values of their row type. A body is an
ordinary coroutine that is handed a `tx` and may await nothing else; both databases refuse one that does. Returning
commits, a refusal included; raising rolls back; the answer comes after the commit is durable. The kit knows drivers
and dialects, so that no slice does; it knows no table.
"""

from gatepass.kit.db.contract import Body, Database, Dialect, Limits, Tx
from gatepass.kit.db.faults import (
    ConstraintViolated,
    SerializationFailure,
    StorageUnavailable,
    SuspensionRefused,
    TransactionOver,
    ValueNotStorable,
    WriteRefused,
)
from gatepass.kit.db.opening import open_database, sqlite_path
from gatepass.kit.db.statements import Command, Query, command, query
from gatepass.kit.db.turns import take_turn, take_turns

__all__ = [
    "Body",
    "Command",
    "ConstraintViolated",
    "Database",
    "Dialect",
    "Limits",
    "Query",
    "SerializationFailure",
    "StorageUnavailable",
    "SuspensionRefused",
    "TransactionOver",
    "Tx",
    "ValueNotStorable",
    "WriteRefused",
    "command",
    "open_database",
    "query",
    "sqlite_path",
    "take_turn",
    "take_turns",
]
