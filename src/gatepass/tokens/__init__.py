"""Tokens: minting, rotating and revoking them, and the keys that sign them.

Owns the signing keys (sealed under the master key), the refresh tokens (as hashes) and their families. The only place
that mints. Inside a transaction a token is only granted, that is, its claims are fixed and its refresh token stored;
it is signed after the commit, because a signature is no database work. The same grant signs to the same bytes.
"""
