"""Ten codes on paper, for who has lost everything else.

Owns the codes, as keyed hashes; each proves once. They are shown when they are made and never again, and new ones kill
the old ones. It refuses to know whether a second factor is needed, and who counts the guesses: that is `login`'s.
"""
