"""Telling other programs what happened: endpoints, the queue of each, signatures, and the log of every try.

The record of events is the queue: each endpoint has a position in it, and a dispatcher turns what lies behind that
position into deliveries, in one transaction with the new position. So nothing is told before it can be read in the
record, nothing is left out, and an endpoint that does not keep up leaves its events where they are. A sender posts the
deliveries, at least once: the id and the body of a message are the same at every try. Each endpoint stands alone, with
its own queue, its own few lines and its own rest after failures, so that none delays another; and within it the events
of one subject leave in their order. Addresses and secrets are sealed and never read back. The slice knows no other
slice's events by name: what an event means is the receiver's.
"""
