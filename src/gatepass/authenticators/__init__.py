"""What somebody holds to prove who they are, beside their inbox: one list for every kind.

Owns the list alone: kind, name, since when, last used. What a kind keeps to judge a proof (a secret, a public key,
hashes) lies in its method's own tables under the id of the authenticator. Every change to somebody's list goes through
here, so that each is recorded and each is mailed to the person. It refuses to know how a proof is judged, and whether
one is needed: that is `login`'s.
"""
