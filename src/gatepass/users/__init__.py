"""People, and the addresses that they have proven to read.

Owns users and their e-mail addresses. An address belongs to one user at most; the key by which it is found is folded
(case, Unicode form, international domain), while mail goes to the address as it was stored. It refuses to know how
somebody proved an address, and hands nothing on.
"""
