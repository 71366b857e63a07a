"""PostgreSQL, for several processes: asyncpg under a pool of our own.

Connections keep their prepared statements and are handed on without a reset, oldest waiter first. A connection whose
state is not known for certain is thrown away, never handed on. While the server is away callers hear so within two
seconds, and work resumes by itself when it is back.
"""
