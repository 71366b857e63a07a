"""Invitations to organizations: one address, one organization, the roles that wait there.

Owns who was invited, by whom and until when, and the token of the mailed link, as a hash. An invitation is for its
address alone: whoever accepts it has proven to read that address, and the token only leads there. It refuses to know
how somebody signs in, and what being a member means; it hands over to `organizations` and `access`, in the transaction
that spends it.
"""
