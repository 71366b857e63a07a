"""What a token is worth right now: userinfo for whoever holds it, introspection for resources, revocation for clients.

Owns no table. It reads what `tokens` minted and asks whether the grant, the session and the person behind it still
stand. It refuses to know how a token came about.
"""
