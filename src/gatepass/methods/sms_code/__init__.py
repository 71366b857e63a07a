"""A short code by SMS, for whoever signs in with a phone number, and as a second factor.

Owns the codes (as keyed hashes, one per attempt; a newer one replaces it), the words of the message, the providers that
carry it (described as data), and the guard that stands before each message because each costs money: budgets, an
allow-list of countries, ranges that are refused, and a breaker for places whose codes nobody types. It hands its proof
to `login`, and answers the same for numbers that somebody here has and for those that nobody has.
"""
