"""The sign-in pages: from what an application asked of a browser back to the application.

Each page looks at the request that waits, shows the one step that is missing, hands a gesture to the flows of a method
or of `provider.authorization`, and goes on by way of `/sign-in/continue`, the only page that leaves. It refuses to
judge anything itself: who may sign in, what is missing and where an answer goes is decided below.
"""
