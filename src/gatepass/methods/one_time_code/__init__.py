"""A short code that a person reads in their mail and types.

Owns the codes (as keyed hashes, one per attempt; a newer one replaces it), the mail that carries nothing but a code,
and the count of such mails for an address; and judges what was typed. Every guess is charged to the attempt before it
is looked at. Where an application wants a repeated mail to carry the same code, the code is kept sealed until it is
spent. It refuses to know what else was in a mail that another method sent with a code, and hands its proof to `login`.
"""
