"""From the record to the receivers: events become deliveries, deliveries become posts, answers become outcomes.

The dispatcher reads the record and fills the queues. The sender claims from each queue what may go out, a few at a time
and of each subject one. The courier makes one post and says what came back. The bookkeeper writes outcomes down, those
that come in together in one transaction. Everything may stop at any moment: what was claimed comes back when its lease
ends, and what was queued stands in the same transaction as how far its queue has come.
"""
