"""A password, for those who still need one.

Owns the hashes, the ways by which a new password is set, and the list of breached ones. A password is set only by
somebody who has just proven to read the mail of the address, or to be signed in; so nobody can put one on an address
that is not theirs and wait for its owner. Hashing takes tens of milliseconds and megabytes: it happens in a small pool
of threads behind a queue with an end, never in the event loop and never inside a transaction. The slice refuses to know
what else an account can be opened with, and hands its proof to `login`.
"""
