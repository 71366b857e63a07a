"""Ways to prove who you are; none knows another.

A method makes and judges one kind of proof and hands it to `login`, which knows what is still missing. It never calls
the next step, starts no session and mints no token.
"""
