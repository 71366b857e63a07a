"""Signing in a device that has no keyboard or browser (RFC 8628): it shows a code, and a person types it elsewhere.

Owns the grants that wait for a person, and the count of wrong codes. A code is bound to the first session that types
it, and only that session decides, so that nobody can be made to approve what they never saw, and nobody else can
approve it for them. It refuses to know how pages look and how tokens are made.
"""
