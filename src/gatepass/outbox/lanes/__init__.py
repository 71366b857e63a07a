"""How claimed messages reach their senders, a lane for each kind, so that no kind waits for another.

Mail has one receiver, the mail server, and a breaker that stands still when nothing can leave at all. Posts have as
many receivers as there are applications: each has a bound and a breaker of its own, so that one that is slow or gone
delays nobody else. A lane knows leases and outcomes, and not what a message says.
"""
