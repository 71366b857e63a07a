"""Sessions: the time during which somebody need not prove again who they are.

Owns the table of sessions; the only place that starts one. It refuses to know how somebody proved who they are. What
is bound to a session (refresh tokens, later the browser's cookie) dies with it.
"""
