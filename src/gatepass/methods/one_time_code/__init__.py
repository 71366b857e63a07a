"""A short code that a person types.

Owns the codes (as keyed hashes, one per attempt; a newer one replaces it) and judges what was typed. Every guess is
charged to the attempt before it is looked at. It refuses to know what else was in the mail that carried the code, and
hands its proof to `login`.
"""
