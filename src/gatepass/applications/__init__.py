"""Applications: the OAuth clients that people sign in to.

Owns the client ids, the secrets (as hashes, two valid at a time so that one can be rotated), the addresses that an
application may use and the policy of its sign-in. It refuses to know who signs in.
"""
