"""The chain that makes tampering with the record show.

Owns the order of the record and its proofs: the sealer gives every event a sequence and a digest that covers the event
before it; signed checkpoints say how far the record went. What concerns a person enters a digest only as the hash of
itself and a random salt, in two halves: the person whom an event concerns, and the caller. Forgetting a half removes
its facts and its salt, and the chain still holds. It refuses to know who reads events and how a checkpoint is signed:
the signer is handed in.
"""
