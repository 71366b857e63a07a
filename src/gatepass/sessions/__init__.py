"""Sessions: the time during which somebody need not prove again who they are.

Owns the table of sessions; the only place that starts, binds and ends one. It refuses to know how somebody proved who
they are. A session may be held by a browser, by the hash of its cookie; several rows with one hash are several accounts
in one browser. What is bound to a session (refresh tokens, the browser's cookie) dies with it.
"""
