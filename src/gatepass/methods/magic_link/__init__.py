"""A link that proves you can read an inbox.

Owns the links: a second handle of the attempt and a secret, both as hashes. A look at a link changes nothing; a gesture
spends it: by the browser that asked on its own, from the same network after a confirmation, from anywhere else with
the number that the waiting screen shows or the code of the mail. It refuses to know what a code looks like (whoever
builds it hands that in) and what comes after the proof; it hands over to `login`.
"""
