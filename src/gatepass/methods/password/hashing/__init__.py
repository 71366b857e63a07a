"""How passwords are hashed and judged: our own Argon2id, other products' hashes, and the pool in which both happen.

Knows no table and no request. Nothing here may be called in the event loop but the pool.
"""
