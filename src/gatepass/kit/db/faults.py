"""What can go wrong between a body and its database, in words that both databases share."""

from gatepass.kit.problems import Problem


class StorageUnavailable(Problem):
    """The database can't do the work now; nothing of it was acknowledged.

    Args:
        detail: what the log says; never shown.
        retry_after: whole seconds after which a repeat makes sense.
    """

    def __init__(self, detail: str, *, retry_after: int = 2) -> None:
        super().__init__(
            "storage_unavailable",
            503,
            "The server can't reach its storage right now. Try again in a few seconds.",
            detail=detail,
            retry_after=retry_after,
        )


class ConnectionLost(StorageUnavailable):
    """The connection went away before the COMMIT was sent, so that the work may be tried again elsewhere."""


class ValueNotStorable(Problem):
    """A value that no database keeps: a NUL or half a character in a text, a number beyond 64 bits."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "value_not_storable",
            400,
            "A value holds a character or a number that can't be stored. Correct it and try again.",
            detail=detail,
        )


class SerializationFailure(Exception):
    """The transaction collided with another one and must run again from its start."""


class ConstraintViolated(Exception):
    """A statement broke a constraint; its transaction is rolled back, even when the body swallows this."""


class SuspensionRefused(RuntimeError):
    """A body awaited something besides its transaction; it was closed and rolled back."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            detail
            or "A database body may await nothing but its tx: no network, no sleep, no lock, no other transaction. "
            "Do that before or after the transaction."
        )


class TransactionOver(RuntimeError):
    """A tx was used after its body had ended, or by two tasks at once."""


class WriteRefused(RuntimeError):
    """A body given to `read` tried to change something, or asked for what only a transaction has."""
