"""SQLite, the embedded default: one process writes, on the event loop, through one connection.

Transactions of a few turns of the loop share one durable COMMIT and are answered after it; a body that raises rolls
back its own savepoint and nobody else's work. Reads use a second connection that sees committed rows alone. A thread
copies the write-ahead log back into the file beside the requests.
"""
