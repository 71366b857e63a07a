"""Gatepass itself: its server and mail worker as in production, the lines of its own sign-in, those of the provider."""
