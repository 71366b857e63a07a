"""Signing out, and telling those who must know of it.

An application asks for it through the browser (OpenID Connect RP-Initiated Logout 1.0); the applications that a session
had signed in to are told that it ended (OpenID Connect Back-Channel Logout 1.0). Owns no table. A wish to sign out
travels between its pages sealed, so that nothing in it can be changed on the way.

How applications are told. A session may end in many ways: by its person here or on the account page, by the limit of
sessions, by an operator later on. A call that each of them must not forget would be forgotten. So the end itself is
the order: a session that was revoked and is not marked as told is what `Notices` looks for. It signs a logout token
for each application that holds a live grant of the session and named an address for it, outside of any transaction,
because signing may be slow. Then one transaction marks the session as told, lets the posts wait in the outbox, and
records each. A crash before it repeats all of it, with other tokens, of which nobody has heard yet; a crash after it
loses nothing, because the outbox is rows too. A session that ends by age alone is not told: what an application was
granted for it ends by its own time.

It refuses to know how a session began.
"""
