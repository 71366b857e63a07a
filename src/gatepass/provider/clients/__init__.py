"""Which application calls, and how it proves so: secrets, signed assertions, and proofs that it holds a key.

Owns the table of identifiers that are good once, so that an assertion or a proof is refused a second time, on every
process and after a restart. It refuses to know what the application wants.
"""
