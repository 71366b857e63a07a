"""The ways out: each hands one message over and says in three words what went wrong.

A transport knows nothing of rows, leases or retries; it only tells whether this message failed for now, for ever, or
because nothing can leave at all.
"""
