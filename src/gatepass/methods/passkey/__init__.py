"""Passkeys: credentials of WebAuthn, as the first proof of a sign-in or as the second.

Owns the credentials (their public keys, counters and flags) and the ceremonies, each of which is spent once by one
atomic step and is bound to its purpose, its application and, where there is one, its person, attempt and browser. It
refuses to know what else a sign-in needs, and hands its proof to `login`; that somebody holds a passkey stands in the
one list of `authenticators`.
"""
